"""The box with the headings of the open article: choose one to go to."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from reader.i18n import _
from reader.ui.modals.modal import Modal
from reader.ui.modals.pick_list import PickList, Span
from reader.ui.prose.headings import Heading
from reader.ui.textual_compat.cells import fit


class HeadingList(PickList[Heading]):
    """Shows the headings, those of a lower level further right."""

    def spans(self, row: Heading, width: int) -> Sequence[Span]:
        """Return a heading with its indent, cut if it is long."""
        highest = min(each.level for each in self.rows)
        indent = "  " * (row.level - highest)
        look = "" if row.level == highest else "pick-list--dim"
        return [(indent, ""), (fit(row.text, max(1, width - len(indent))), look)]


class OutlineScreen(Modal[int | None]):
    """Returns the place of the chosen heading, or None. current: number of the present one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,left_curly_bracket", "dismiss(None)", _("Close"), id="outline.close"),
        Binding("enter,l,right", "go", _("Go there"), id="outline.go"),
    ]

    def __init__(self, headings: Sequence[Heading], current: int) -> None:
        super().__init__()
        self._headings = headings
        self._current = current

    def compose(self) -> ComposeResult:
        """Yield the list."""
        from textual.containers import Vertical

        with Vertical(classes="modal-box") as box:
            box.border_title = _("Headings")
            box.border_subtitle = _("Enter go there · Esc close")
            yield HeadingList()

    def on_mount(self) -> None:
        """Fill the list."""
        self._list.show(self._headings, self._current)

    def on_pick_list_picked(self) -> None:
        """Go to the clicked heading."""
        self.action_go()

    def action_go(self) -> None:
        """Close the box and go to the heading."""
        heading = self._list.current
        self.dismiss(heading.place if heading else None)

    @property
    def _list(self) -> HeadingList:
        return self.query_one(HeadingList)
