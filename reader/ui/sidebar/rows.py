"""Compose a row of the list: its parts from left to right, each with the name of its style.

Pure: `outline` computes which rows there are; other modules paint them.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from reader.ages import AGE_CELLS
from reader.article import Row, Sentiment
from reader.library import PINNED
from reader.ui.sidebar.outline import Heading

Part = tuple[str, str]
"""A text of a row and the component class of its style; empty for the list's own style."""

Parts = tuple[Part, ...]


def hour(published: datetime) -> str:
    """Return the hour in local time, for rows under the heading of their day."""
    return f"{published.astimezone():%H:%M}"


def article_parts(
    row: Row, heading: Heading, mark: Part, *, when: str, show_language: bool
) -> tuple[Parts, Part, Parts]:
    """Return left parts, label and right parts of an article. when: its age or hour."""
    left = [mark, ("  " * (heading.depth + 1), "")]
    left.append((" ", "") if row.read else ("•", "sidebar--unread"))
    glyph, style = _glyph(row.sentiment)
    right: list[Part] = []
    if not heading.group.sources:
        right += story_parts(row.sources, is_split=row.is_split)
    if heading.group.sentiment is None:
        left += [("~" if row.estimated else " ", style), (glyph, style)]
    else:
        left.append((" ", ""))
        right += [(f" ~{glyph.rstrip()}", style)] * row.estimated
    if row.favourite:
        right.append((" ★", "sidebar--favourite"))
    if row.later:
        right.append((" ◷", "sidebar--later"))
    if row.draft:
        right.append((" ✎", "sidebar--flagged"))
    if row.flagged:
        right.append((" !", "sidebar--flagged"))
    if show_language:
        right.append((f" {row.lang}", "sidebar--muted"))
    right.append((f" {when:>{AGE_CELLS}}", "sidebar--muted"))
    return tuple(left), (row.title, "sidebar--muted" if row.read else ""), tuple(right)


def heading_parts(heading: Heading, mark: Part = (" ", "")) -> tuple[Parts, Part, Parts]:
    """Return left parts, label and right parts of a group's own row."""
    group = heading.group
    left: list[Part] = [
        mark,
        ("  " * heading.depth, ""),
        ("▾ " if heading.is_open else "▸ ", "sidebar--muted"),
    ]
    if group.sentiment is not None:
        left.append(_glyph(group.sentiment))
    elif group.key == (PINNED,):
        left.append(("⚑ ", "sidebar--favourite"))
    name = "" if heading.depth else "sidebar--group"
    label = (group.label, name if group.unread else "sidebar--muted")
    unread = (f" {group.unread}", "" if group.unread else "sidebar--muted")
    story = story_parts(group.sources, is_split=group.is_split)
    return tuple(left), label, (*story, unread, (f"/{group.articles}", "sidebar--muted"))


def story_parts(sources: int, *, is_split: bool) -> Parts:
    """Return how many sources tell a story and whether they disagree; nothing for 0 sources."""
    return ((f" ⧉{sources}{'▲▼' * is_split}", "sidebar--muted"),) if sources else ()


def joined(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield the parts with neighbours of one style joined, as each segment costs time."""
    for style, same in groupby(parts, key=itemgetter(1)):
        if text := "".join(part for part, _ in same):
            yield text, style


def _glyph(sentiment: Sentiment) -> Part:
    return f"{sentiment.glyph} ", f"sidebar--{sentiment.lower()}"
