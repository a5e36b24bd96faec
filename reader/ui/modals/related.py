"""Choose one of the articles that are related to another. It shows rows that are passed in."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from reader.ages import DATE_CELLS, short_time
from reader.article import Identity, Row
from reader.i18n import _
from reader.ui.modals.modal import Modal
from reader.ui.modals.pick_list import PickList, Span
from reader.ui.textual_compat.cells import fit

LONGEST_SOURCE = 16
"""Cells of the column of sources at most."""

_NARROW = 50
"""Cells below which the sources are left out."""


class RelatedList(PickList[Row]):
    """Shows of each article what the list shows, and its source."""

    def __init__(self, now: float) -> None:
        """Show nothing yet. now: Unix seconds, from which ages count."""
        super().__init__()
        self._now = now

    def spans(self, row: Row, width: int) -> Sequence[Span]:
        """Return the content of a row."""
        begin = f"{' ' if row.read else '•'}{row.sentiment.glyph or ' '} "
        room = self._of_sources if width >= _NARROW else 0
        source = f"  {fit(row.source, room)}" if room else ""
        age = f"  {short_time(row.published.timestamp(), self._now):>{DATE_CELLS}} "
        title = fit(row.title, width - sum(map(cell_len, (begin, source, age))))
        return [(begin, "pick-list--dim"), (title, ""), (source + age, "pick-list--dim")]

    @property
    def _of_sources(self) -> int:
        longest = max((cell_len(row.source) for row in self.rows), default=0)
        return min(longest, LONGEST_SOURCE)


class RelatedScreen(Modal[Identity | None]):
    """Returns the article to open, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,e", "dismiss(None)", _("Close"), id="related.close"),
        Binding("enter,o", "open", _("Open"), id="related.open"),
    ]

    def __init__(self, rows: Sequence[Row], now: float) -> None:
        """Show articles in this order. now: Unix seconds."""
        super().__init__()
        self._rows = rows
        self._list = RelatedList(now)

    def compose(self) -> ComposeResult:
        """Yield the list in its box."""
        from textual.containers import Vertical

        with Vertical(classes="modal-box") as box:
            box.border_title = _("Related articles")
            box.border_subtitle = _("Enter open · Esc close")
            yield self._list

    def on_mount(self) -> None:
        """Fill the list."""
        self._list.show(self._rows)

    def on_pick_list_picked(self) -> None:
        """Open the picked article."""
        self.action_open()

    def action_open(self) -> None:
        """Open the article under the cursor."""
        if row := self._list.current:
            self.dismiss(row.identity)
