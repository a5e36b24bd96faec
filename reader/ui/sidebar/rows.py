"""Compose a row of the list: its parts from left to right, each with the name of its style.

Pure: `outline` computes which rows there are; other modules paint them.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from reader.article import Row, Sentiment
from reader.library import PINNED
from reader.ui.sidebar.outline import Heading

Part = tuple[str, str]
"""A text of a row and the component class of its style; empty for the list's own style."""

Parts = tuple[Part, ...]

Line = tuple[Parts, Part, Parts]
"""Left parts, label and right parts of a line."""


def article_parts(
    row: Row, heading: Heading, mark: Part, *, when: str, show_language: bool
) -> Line:
    """Return an article on one line. when: its time or date."""
    left = [mark, ("  " * (heading.depth + 1), "")]
    left.append((" ", "") if row.read else ("•", "sidebar--unread"))
    if heading.group.sentiment is None:
        sign, style = glyph(row.sentiment)
        left += [("~" if row.estimated else " ", style), (sign, style)]
    else:
        left.append((" ", ""))
    right = badges(row, heading, show_language=show_language)
    right.append((f" {when}", "sidebar--muted"))
    return tuple(left), (row.title, "sidebar--muted" if row.read else ""), tuple(right)


def badges(row: Row, heading: Heading, *, show_language: bool) -> list[Part]:
    """Return what stands left of an article's time: its story, marks and language."""
    right: list[Part] = []
    if not heading.group.sources:
        right += story_parts(row.sources, is_split=row.is_split)
    if heading.group.sentiment is not None and row.estimated:
        sign, style = glyph(row.sentiment)
        right.append((f" ~{sign.rstrip()}", style))
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
    return right


def heading_parts(heading: Heading, mark: Part = (" ", ""), new: int = 0) -> Line:
    """Return a group's own row. new: how many of its articles the last sync brought."""
    group = heading.group
    arrow = "─ " if group.is_divider else "▾ " if heading.is_open else "▸ "
    left: list[Part] = [mark, ("  " * heading.depth, ""), (arrow, "sidebar--muted")]
    if group.sentiment is not None:
        left.append(glyph(group.sentiment))
    elif group.key == (PINNED,):
        left.append(("⚑ ", "sidebar--favourite"))
    name = "" if heading.depth else "sidebar--group"
    label = (group.label, name if group.unread else "sidebar--muted")
    brought: Parts = ((f" +{new}", "sidebar--unread"),) if new else ()
    unread = (f" {group.unread}", "" if group.unread else "sidebar--muted")
    story = story_parts(group.sources, is_split=group.is_split)
    story += tally_parts(*group.counts)
    return tuple(left), label, (*story, *brought, unread, (f"/{group.articles}", "sidebar--muted"))


def tally_parts(positive: int, negative: int) -> Parts:
    """Return how many articles are positive, and how many negative."""
    counts = ((Sentiment.POSITIVE, positive), (Sentiment.NEGATIVE, negative))
    return tuple((f" {each.glyph}{n}", glyph(each)[1]) for each, n in counts if n)


def story_parts(sources: int, *, is_split: bool) -> Parts:
    """Return how many sources tell a story and whether they disagree; nothing for 0 sources."""
    return ((f" ⧉{sources}{'▲▼' * is_split}", "sidebar--muted"),) if sources else ()


def joined(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield the parts with neighbours of one style joined, as each segment costs time."""
    for style, same in groupby(parts, key=itemgetter(1)):
        if text := "".join(part for part, _ in same):
            yield text, style


def glyph(sentiment: Sentiment) -> Part:
    """Return the sign of a sentiment and a space, in its colour."""
    return f"{sentiment.glyph} ", f"sidebar--{sentiment.lower()}"
