"""Paint a row of the list: its parts as one strip of cells.

Applies styles and width. `outline` decides which rows there are, `rows` what is in them; colours
are in `styles/20-sidebar.tcss`.
"""

from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.content import Content
from textual.strip import Strip

from reader.ui.sidebar.row_cache import ROWS_KEPT
from reader.ui.sidebar.rows import Part, Parts, joined
from reader.ui.textual_compat.cells import cell_len, fit

CURSOR = "sidebar--cursor"
SELECTED = "sidebar--selected"

SELECTION_MARK: Part = ("✓", SELECTED)
"""First part of a selected row, which is painted in the style of it."""


class RowPainter:
    """Paints the rows of one list and caches their strips by content.

    style_of: returns the style of a component class of the list, or (empty) the list's own.
    """

    def __init__(self, style_of: Callable[[str], Style]) -> None:
        self._style_of = style_of
        self._width = 0
        self._strips: LRUCache[tuple[Parts, Part, Parts, bool], Strip] = LRUCache(ROWS_KEPT)

    def fit(self, width: int) -> None:
        """Paint rows of `width` cells from now on."""
        if width != self._width:
            self._width = width
            self._strips.clear()

    def grow(self, rows: int) -> None:
        """Keep the strips of at least `rows` rows."""
        self._strips.grow(rows)

    def forget(self) -> None:
        """Forget all strips: theme, focus or colours have changed."""
        self._strips.clear()

    def blank(self) -> Strip:
        """Return an empty row."""
        return Strip.blank(self._width, self._style_of(""))

    def row(self, left: Parts, label: Part, right: Parts, *, has_cursor: bool) -> Strip:
        """Return a row: left, the label, cut if it is too long, then right, then a free cell."""
        says = (left, label, right, has_cursor)
        strip = self._strips.get(says)
        if strip is None:
            strip = self._strips[says] = self._painted(*says)
        return strip

    def _painted(self, left: Parts, label: Part, right: Parts, has_cursor: bool) -> Strip:
        taken = sum(cell_len(text) for text, _ in (*left, *right)) + 1
        room = max(0, self._width - taken)
        name, style = label
        shown = fit(" ".join(name.split()), room)
        parts = joined((*left, (shown, style), *right, (" ", right[-1][1] if right else "")))
        segments = [Segment(text, self._style_of(name)) for text, name in parts]
        if left and left[0] == SELECTION_MARK:
            on = Style(bgcolor=self._style_of(SELECTED).bgcolor)
            segments = list(Segment.apply_style(segments, post_style=on))
        if has_cursor:
            segments = list(Segment.apply_style(segments, post_style=self._style_of(CURSOR)))
        return Strip(segments, taken + room).adjust_cell_length(self._width)

    def hint(self, text: str, y: int, height: int) -> Strip:
        """Return line `y` of a text that is wrapped and centred in an empty list."""
        width = self._width
        lines = Content(text).wrap(max(1, width - 4))
        k = y - max(0, (height - len(lines)) // 2)
        if not 0 <= k < len(lines):
            return self.blank()
        line = lines[k].rstrip()
        centred = line.pad_left((width - line.cell_length) // 2).plain
        hint = Segment(centred, self._style_of("sidebar--muted"))
        return Strip([hint]).adjust_cell_length(width, self._style_of(""))
