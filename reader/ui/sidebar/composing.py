"""Compose the lines of an article in the list, on one line or on several, with its time."""

from typing import NamedTuple

from reader.ages import clock_time, short_time
from reader.article import Row
from reader.library import PINNED
from reader.ui.sidebar.outline import Heading
from reader.ui.sidebar.rows import Line, Part, article_parts


class Shown(NamedTuple):
    """What rows show, and in how many lines of how many cells. now: Unix seconds."""

    language: bool
    time: bool
    """Whether rows show their time even on other days."""
    now: float
    width: int
    lines: int


def lines_of_article(
    row: Row, heading: Heading, mark: Part, shown: Shown
) -> tuple[list[Line], int]:
    """Return the lines of an article, and which of them has its time."""
    time, language = when(row, heading, shown), shown.language
    if shown.lines == 1:
        return [article_parts(row, heading, mark, when=time, show_language=language)], 0
    from reader.ui.sidebar.tall_rows import tall_parts

    size = {"width": shown.width, "lines": shown.lines}
    return tall_parts(row, heading, mark, when=time, show_language=language, **size)


def when(row: Row, heading: Heading, shown: Shown) -> str:
    """Return the time of an article, or its date."""
    instant = row.published.timestamp()
    if shows_clock(heading, shown):
        return clock_time(instant)
    return short_time(instant, shown.now)


def shows_clock(heading: Heading, shown: Shown) -> bool:
    """Return whether articles under the heading show their time even on other days."""
    return shown.time and heading.group.key != (PINNED,)
