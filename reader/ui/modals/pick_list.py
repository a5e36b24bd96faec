"""A list with a cursor for boxes: one line per row; only the rows in view are painted.

A subclass formats the rows.
"""

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from reader.i18n import _
from reader.ui.textual_compat.failures import Guarded

Row = TypeVar("Row")

Span = tuple[str, str]
"""Plain text and the component class of its style; "" for none."""


class PickList(Guarded, ScrollView, Generic[Row]):
    """Moves its cursor by keys and posts `Picked` on a click."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "pick-list--cursor",
        "pick-list--dim",
        "pick-list--match",
        "pick-list--included",
        "pick-list--excluded",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", _("Up"), show=False, id="pick_list.up"),
        Binding("down,j", "move(1)", _("Down"), show=False, id="pick_list.down"),
        Binding("pageup,ctrl+u", "page(-1)", _("Page up"), show=False, id="pick_list.page_up"),
        Binding("pagedown,ctrl+d", "page(1)", _("Page down"), show=False, id="pick_list.page_down"),
        Binding("home,g", "first", _("First"), show=False, id="pick_list.first"),
        Binding("end,G", "last", _("Last"), show=False, id="pick_list.last"),
    ]

    class Picked(Message):
        """A row was clicked; the cursor is on it."""

    class Moved(Message):
        """The cursor is on another row, or the row under it has changed."""

    def __init__(self, *, empty: str = "", can_focus: bool = True) -> None:
        """Make an empty list. empty: plain text to show without rows."""
        super().__init__(can_focus=can_focus)
        self.rows: Sequence[Row] = ()
        self.cursor = 0
        self.empty = empty

    @property
    def current(self) -> Row | None:
        """Return the row under the cursor; None in an empty list."""
        return self.rows[self.cursor] if self.rows else None

    def show(self, rows: Sequence[Row], cursor: int = 0, *, reveals: bool = True) -> None:
        """Show other rows, with the cursor on the given one or the last.

        reveals: False keeps the view if the cursor was scrolled out of it.
        """
        reveals = reveals or self._is_in_view
        self.rows = rows
        self.virtual_size = Size(0, len(rows))
        self._place_cursor(cursor, reveals=reveals)

    def move_to(self, place: int) -> None:
        """Move the cursor to the row, or to the nearest end, and into view."""
        self._place_cursor(place, reveals=True)

    def _place_cursor(self, place: int, *, reveals: bool) -> None:
        self.cursor = max(0, min(place, len(self.rows) - 1))
        if reveals:
            self._reveal()
        self.refresh()
        self.post_message(self.Moved())

    def action_move(self, rows: int) -> None:
        """Move the cursor down by `rows`; negative: up."""
        self.move_to(self.cursor + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor down by `pages`; negative: up."""
        self.move_to(self.cursor + pages * max(1, self.size.height - 1))

    def action_first(self) -> None:
        """Move the cursor to the first row."""
        self.move_to(0)

    def action_last(self) -> None:
        """Move the cursor to the last row."""
        self.move_to(len(self.rows) - 1)

    def spans(self, row: Row, width: int) -> Sequence[Span]:
        """Return the content of a row, at most `width` cells."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Return the row at `y` of what is in view."""
        width, base = self.scrollable_content_region.width, self.rich_style
        place = self.scroll_offset.y + y
        has_cursor = place == self.cursor < len(self.rows)
        over = self._component("pick-list--cursor" if has_cursor else "")
        segments = [
            Segment(text, base + self._component(name) + over)
            for text, name in self._line(place, width)
        ]
        return Strip(segments).adjust_cell_length(width, base + over)

    def _line(self, place: int, width: int) -> Sequence[Span]:
        if place < len(self.rows):
            # The cursor has a sign of its own, for terminals without colours.
            sign = "›" if place == self.cursor else " "
            return [(sign, ""), *self.spans(self.rows[place], width - 1)]
        return [(f"  {self.empty}", "pick-list--dim")] if place == 0 else []

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._reveal()

    def on_click(self, event: Click) -> None:
        """Pick the clicked row."""
        event.stop()
        place = self.scroll_offset.y + event.y
        if place < len(self.rows):
            self.move_to(place)
            self.post_message(self.Picked())

    def _component(self, name: str) -> Style:
        return self.get_component_rich_style(name) if name else Style.null()

    @property
    def _is_in_view(self) -> bool:
        top = self.scroll_offset.y
        return top <= self.cursor < top + self.size.height

    def _reveal(self) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + height > 0:
            self.scroll_to(y=self.cursor - height + 1, animate=False)
