"""The line of saved views above the list: the name of each, and how many articles are unread.

Shows what it is given; a click opens a view.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from reader.i18n import grouped
from reader.ui.textual_compat.cells import fit
from reader.ui.textual_compat.painted import Painted

COUNT_AFTER_S = 0.3
COUNT_EVERY_S = 1.0

_GAP = "  "
_MORE = "…"
_WIDEST = 24
"""Cells of a name, so that a long one leaves room for the others."""


class ViewItem(NamedTuple):
    """A view on the line. unread: None until it is counted. letter: after `'`; may be empty."""

    name: str
    label: str
    letter: str
    unread: int | None = None
    is_current: bool = False


class ViewBar(Painted):
    """One line; views that do not fit are left out whole, from the end."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "view-bar--current",
        "view-bar--letter",
        "view-bar--muted",
    }

    ALLOW_SELECT = False

    class ViewChosen(Message):
        """A view was clicked."""

        def __init__(self, name: str) -> None:
            self.name = name
            super().__init__()

    def __init__(self, items: Sequence[ViewItem], look: Callable[[], None]) -> None:
        """Show these views. look: is called now and then, and counts if anything has changed."""
        super().__init__()
        self._items = items
        self._look = look
        self._places: list[tuple[range, str]] = []
        """Columns of the views that are painted, with their names."""

    def show(self, items: Sequence[ViewItem]) -> None:
        """Show these views."""
        if items != self._items:
            self._items = items
            self.refresh()

    def on_mount(self) -> None:
        """Ask for counts after the list is painted, and then every second."""
        self.set_timer(COUNT_AFTER_S, self._look)
        self.set_interval(COUNT_EVERY_S, self._look)

    def on_click(self, event: events.Click) -> None:
        """Open the clicked view."""
        at = event.get_content_offset(self)
        for columns, name in self._places:
            if at is not None and at.x in columns:
                self.post_message(self.ViewChosen(name))

    def render_line(self, y: int) -> Strip:
        """Return as many views as fit."""
        width, base = self.size.width, self.style_of("")
        if y:
            return Strip.blank(width, base)
        segments: list[Segment] = []
        self._places, start = [], 0
        for place, item in enumerate(self._items):
            gap = _GAP if place else ""
            parts = list(self._parts(item))
            cells = sum(cell_len(text) for text, _ in parts)
            is_last = place == len(self._items) - 1
            if start + len(gap) + cells + (0 if is_last else len(_GAP + _MORE)) > width:
                segments.append(Segment(f"{gap}{_MORE}", self.style_of("view-bar--muted")))
                break
            segments += [Segment(gap, base), *(Segment(text, style) for text, style in parts)]
            start += len(gap)
            self._places.append((range(start, start + cells), item.name))
            start += cells
        return Strip(segments).adjust_cell_length(width, base)

    def _parts(self, item: ViewItem) -> Iterator[tuple[str, Style]]:
        """Yield the name with its letter marked, and the count."""
        label = fit(item.label, min(_WIDEST, cell_len(item.label)))
        look = self.style_of("view-bar--current" if item.is_current else "")
        at = label.casefold().find(item.letter) if item.letter else -1
        if at < 0:
            yield label, look
        else:
            yield label[:at], look
            yield label[at : at + 1], look + self.style_of("view-bar--letter")
            yield label[at + 1 :], look
        count = "…" if item.unread is None else grouped(item.unread)
        yield f" {count}", self.style_of("view-bar--muted")
