"""What the lines of a briefing consist of: parts with styles, and places that open something."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum, auto
from typing import NamedTuple

from reader.article import Identity, Sentiment
from reader.ui.textual_compat.cells import cell_len, fit

TITLE, HEAD, MUTED, NAME, UNREAD, GROUP = "title", "head", "muted", "name", "unread", "group"
STYLES = (TITLE, HEAD, MUTED, NAME, UNREAD, GROUP, *(each.lower() for each in Sentiment))
"""Every name of a style that a part of a line may carry."""

FEW = 12
"""Articles below which the briefing is a head line and a list: fewer say nothing of a mood."""

Key = tuple[str, ...]
"""The path of a group."""

Part = tuple[str, str]
Line = list[Part]


class Kind(StrEnum):
    """What a place of the briefing opens."""

    MOOD = auto()
    TAG = auto()
    WORD = auto()
    STORY = auto()
    GROUP = auto()
    ARTICLE = auto()


class Target(NamedTuple):
    """What a place of the briefing opens; the same in a later briefing."""

    kind: Kind
    name: str = ""
    """The tag or word."""
    story: int = 0
    key: Key = ()
    """The group; that of an article, empty if it is in none."""
    article: Identity | None = None


class Stop(NamedTuple):
    """A place for the cursor. start, end: its cells in the line."""

    target: Target
    line: int
    start: int
    end: int


class Layout(NamedTuple):
    """Lines, and the places in them that open something, from the top."""

    lines: Sequence[Line] = ()
    stops: Sequence[Stop] = ()
    instants: Sequence[datetime] = ()
    """Those that are written, as of now."""

    def at(self, x: int, y: int) -> int | None:
        """Return which stop is in that cell."""
        for place, stop in enumerate(self.stops):
            if stop.line == y and stop.start <= x < stop.end:
                return place
        return None


class Lines:
    """Lines of at most `width` cells that are added one by one, with their stops."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.lines: list[Line] = []
        self.stops: list[Stop] = []
        self.instants: list[datetime] = []

    def add(self, *parts: Part) -> None:
        """Add a line."""
        self.lines.append(list(parts))

    def row(self, target: Target, *parts: Part) -> None:
        """Add a line that opens the target wherever it is clicked."""
        self.stops.append(Stop(target, len(self.lines), 0, self.width))
        self.add(*parts)

    def heading(self, text: str) -> None:
        """Add a heading after a blank line."""
        if self.lines:
            self.add()
        self.add((fit(text, self.width), HEAD))


def cut(parts: Line, width: int) -> Iterator[Part]:
    """Yield the parts as far as they fit whole; the first one is cut."""
    for place, (text, style) in enumerate(parts):
        cells = cell_len(text)
        if cells > width:
            if not place:
                yield fit(text, width), style
            return
        width -= cells
        yield text, style


def one_line(text: str) -> str:
    """Return the text with single spaces."""
    return " ".join(text.split())


def short(text: str, most: int) -> str:
    """Return the text on one line of at most `most` cells."""
    text = one_line(text)
    return fit(text, min(cell_len(text), most))
