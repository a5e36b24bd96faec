"""Printing stories on stdout: a title and who told it, or JSON."""

from collections.abc import Iterable, Sequence
from typing import Any

from reader.ages import span_in_words
from reader.article import Row, Sentiment
from reader.cache.insight.stories import Story
from reader.cli.output import iso, to_json

Told = tuple[Story, Sequence[Row]]
"""A story and the rows of its articles."""


def print_stories(told: Iterable[Told]) -> None:
    """Print two lines per story: its first article, and who told it when."""
    for story, rows in told:
        if not rows:  # all of them are damaged
            continue
        first = rows[0]
        split = "▲▼" if story.is_split else "  "
        when = f"{first.published.astimezone():%Y-%m-%d %H:%M}"
        print(f"{first.reference:>15} ⧉{len(rows):<2} {split} {when}  {first.title}")
        print(f"{f'story:{story.number}':>15}{'':8}{' · '.join(_tellers(rows))}")


def _tellers(rows: Sequence[Row]) -> Iterable[str]:
    first = rows[0]
    for row in rows:
        later = (row.published - first.published).total_seconds()
        when = f" +{span_in_words(later)}" if row is not first else ""
        yield f"{row.source}{when} {row.sentiment.glyph}".rstrip()


def print_stories_json(told: Iterable[Told]) -> None:
    """Print an array of objects: story, title, split, articles."""
    print(to_json([_record(story, rows) for story, rows in told if rows], indent=2))


def _record(story: Story, rows: Sequence[Row]) -> dict[str, Any]:
    return {
        "story": story.number,
        "title": rows[0].title,
        "split": story.is_split,
        "articles": [
            {
                "id": row.reference,
                "source": row.source or None,
                "title": row.title,
                "published_at": iso(row.published),
                "lang": row.lang,
                "sentiment": None if row.sentiment is Sentiment.UNRATED else row.sentiment.value,
            }
            for row in rows
        ],
    }
