"""The reading pane: one article, header and text in one scroll, painted line by line.

What the lines are is `article_header`'s and `prose`'s business; here they are coloured, scrolled,
clicked and selected. The first screenful is laid out at once, the rest while nothing else happens.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from sys import maxsize
from time import monotonic
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer

from reader.article import Article
from reader.ui import article_header, prose
from reader.ui.article_header import HEADER_PLACES, header_lines
from reader.ui.prose import Link, Prose
from reader.ui.prose_wrap import Line, Span, Styles, width_of, wrap

AT_ONCE_S = 0.03
"""How long opening, scrolling and resizing may lay out lines before anything is painted."""

SLICE_S = 0.006
PAUSE_S = 0.012
"""Between slices: keys and clicks go first."""

AHEAD = 5_000
"""Lines that are laid out below what is seen: an endless text must not fill the memory."""

_END = maxsize
_MOVE = Binding.Group("Scroll")


def _key(key: str, action: str, name: str, tooltip: str) -> Binding:
    id = f"reading.{name.lower().replace(' ', '-')}"
    return Binding(key, action, name, tooltip=tooltip, id=id, group=_MOVE)


class ReadingPane(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows an article, or a hint where there is none."""

    ALLOW_SELECT = True

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"reading-pane--{name}" for name in (*prose.STYLES, *article_header.STYLES, "hint")
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("j,down", "scroll_lines(1)", "Line down", "One line down"),
        _key("k,up", "scroll_lines(-1)", "Line up", "One line up"),
        _key("g,home", "scroll_home", "Top", "To the beginning"),
        _key("G,end", "scroll_end", "Bottom", "To the end"),
        _key("ctrl+d", "scroll_pages(0.5)", "Half page down", "Half a page down"),
        _key("ctrl+u", "scroll_pages(-0.5)", "Half page up", "Half a page up"),
        _key("pagedown,space", "scroll_pages(1)", "Page down", "A page down"),
        _key("pageup", "scroll_pages(-1)", "Page up", "A page up"),
    ]

    column_width: var[int] = var(88)
    """The most cells that a line of text takes; the column stands in the middle."""

    read: var[bool] = var(False)
    favourite: var[bool] = var(False)
    """How the article is marked, as the header says."""

    @dataclass
    class LinkClicked(Message):
        """A link or an image of the text, as the article has it: unchecked."""

        url: str
        label: str

    @dataclass
    class TagClicked(Message):
        tag: str

    class CoverClicked(Message):
        """The line about the cover image."""

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._article: Article | None = None
        self._prose = Prose("")
        self._now = datetime.min
        self._hint = ""
        self._lines: list[Line] = []
        self._rest: Iterator[Line] | None = None
        """What is not laid out yet; None when all is."""
        self._laid_out_for = 0
        """Cells of the column."""
        self._anchor = 0
        """The place on the top line, as the reader chose it: layouts come and go, it stays."""
        self._wish: int | None = None
        """A place to scroll to as soon as it is laid out."""
        self._placing = False
        self._strips: dict[int, Strip] = {}
        self._looks: dict[Styles, Style] = {}
        self._pressed: Offset | None = None
        self._slices: Timer | None = None

    def show(
        self,
        article: Article,
        *,
        read: bool,
        favourite: bool,
        now: datetime,
        position: int = 0,
    ) -> None:
        """Shows the article from `position`, as `position` gave it before. `now`: aware."""
        self._article = article
        self._prose = Prose(article.body)
        self._now = now
        self.set_reactive(ReadingPane.read, read)
        self.set_reactive(ReadingPane.favourite, favourite)
        self._lay_out_from(position)

    def show_hint(self, text: str) -> None:
        """Shows no article but a hint in the middle."""
        self._article = None
        self._prose = Prose("")
        self._hint = text
        self._lay_out_from(0)

    @property
    def links(self) -> list[Link]:
        """The article's links, in order, each URL once."""
        return self._prose.links()

    @property
    def position(self) -> int:
        """The place of the line on top, for `show`: the same text at any width. 0: the top."""
        return self._anchor if self._wish in (None, _END) else self._wish or 0
