"""Printing stories on stdout: a title and who told it, or JSON."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from reader.article import Row, Sentiment
from reader.cache.insight.stories import Story
from reader.cli.output import iso, to_json

Told = tuple[Story, Sequence[Row]]
"""A story and the rows of its articles."""

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def print_stories(told: Iterable[Told]) -> None:
    """Print two lines per story: its first article, and who told it when."""
    for story, rows in told:
        if not rows:  # all of them are damaged
            continue
        first = rows[0]
        split = "▲▼" if story.is_split else "  "
        when = f"{first.published.astimezone():%Y-%m-%d %H:%M}"
        print(f"{first.reference:>15} ⧉{len(rows):<2} {split} {when}  {first.title}")
        print(f"{'':23}{' · '.join(_tellers(rows))}")


def _tellers(rows: Sequence[Row]) -> Iterable[str]:
    first = rows[0]
    for row in rows:
        later = row.published - first.published
        when = f" +{_span(later)}" if row is not first else ""
        yield f"{row.source}{when} {row.sentiment.glyph}".rstrip()


def _span(span: timedelta) -> str:
    """Return a time in its largest unit: `40 min`, `2 h`, `3 d`."""
    if span < _HOUR:
        return f"{span // _MINUTE} min"
    return f"{span // _HOUR} h" if span < 2 * _DAY else f"{span // _DAY} d"


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
