"""Choose one of an article's links, and confirm a link whose label names another host.

`reader.browser` decides which URL may be opened; the main screen opens it.
"""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.strip import Strip

from reader.browser import UrlRefused, check, deceives, host
from reader.i18n import _
from reader.ui.modals.modal import Modal
from reader.ui.modals.pick_list import PickList, Span
from reader.ui.textual_compat.cells import fit


class Link(NamedTuple):
    """A row. number: from 1. refused: why it cannot be opened; empty if it can."""

    number: int
    label: str
    url: str
    host: str
    refused: str


def _link(number: int, label: str, url: str) -> Link:
    try:
        return Link(number, label or url, url, host(url), "")
    except UrlRefused as error:
        return Link(number, label or url, url, _("not opened"), str(error))


def _end(text: str, cells: int) -> str:
    """Return the end of a text that fits into `cells`: the end of a host names its owner."""
    if cell_len(text) <= cells:
        return text
    return "…" + text[len(text) - cells + 1 :]


class LinkList(PickList[Link]):
    """Shows number, label, and on the right the host of each link."""

    def spans(self, row: Link, width: int) -> Sequence[Span]:
        """Return number, label and host of a link, refused ones dimmed."""
        number = f"{row.number:>{len(str(len(self.rows)))}}  "
        goes_to = _end(row.host, width // 2)
        state = "pick-list--dim" if row.refused else ""
        label = fit(row.label, width - len(number) - len(goes_to) - 3)
        return [(number, "pick-list--dim"), (label, state), (f"  {goes_to} ", "pick-list--dim")]

    def render_line(self, y: int) -> Strip:
        """Return the row; the terminal itself may open the URL where no label deceives."""
        strip, place = super().render_line(y), self.scroll_offset.y + y
        row = self.rows[place] if place < len(self.rows) else None
        if row is None or row.refused or deceives(row.label, row.url):
            return strip
        return strip.apply_style(Style(link=check(row.url)))


class LinksScreen(Modal[str | None]):
    """Returns the URL to open, as the article has it, or None. Confirms a misleading link."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", _("Close"), id="links.close"),
        Binding("enter,o", "open", _("Open"), id="links.open"),
        Binding("y", "copy", _("Copy"), id="links.copy"),
        *(
            Binding(
                str(number),
                f"open_number({number})",
                _("Open link {number}").format(number=number),
                show=False,
                id=f"links.open_{number}",
            )
            for number in range(1, 10)
        ),
    ]

    def __init__(self, links: Sequence[tuple[str, str]]) -> None:
        """Show links. links: label and URL of each, in the order to show; both cleaned."""
        super().__init__()
        self._links = [_link(number, *link) for number, link in enumerate(links, start=1)]

    def compose(self) -> ComposeResult:
        """Yield the list, and a line for the whole URL of the current link."""
        from textual.containers import Vertical
        from textual.widgets import Static

        with Vertical(classes="modal-box") as box:
            box.border_title = _("Links")
            box.border_subtitle = _("Enter open · y copy · Esc close")
            yield LinkList(empty=_("The article has no links"))
            yield Static(id="link-url", markup=False)

    def on_mount(self) -> None:
        """Fill the list."""
        self._list.show(self._links)

    def on_pick_list_moved(self) -> None:
        """Show the whole URL of the current link, or why it is refused."""
        from textual.widgets import Static

        link = self._list.current
        if link:
            full = link.refused or check(link.url)
            self.query_one("#link-url", Static).update(Content(full))

    def on_pick_list_picked(self) -> None:
        """Open the picked link."""
        self.action_open()

    def action_open_number(self, number: int) -> None:
        """Open the link with this number, counted from 1."""
        if number <= len(self._links):
            self._list.move_to(number - 1)
            self.action_open()

    def action_open(self) -> None:
        """Open the current link; ask first if its label names another host."""
        link = self._list.current
        if link is None:
            return
        if link.refused:
            self.notify(link.refused, severity="warning", markup=False)
            return
        question = deceives(link.label, link.url)
        if question is None:
            self.dismiss(link.url)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss(link.url)

        self.app.push_screen(ConfirmScreen(question), answered)

    def action_copy(self) -> None:
        """Copy the URL of the current link."""
        link = self._list.current
        if link:
            self.app.copy_to_clipboard(link.url)
            self.notify(_("Link copied"))

    @property
    def _list(self) -> LinkList:
        return self.query_one(LinkList)


class ConfirmScreen(Modal[bool]):
    """A question that only `y` answers with yes, as Enter may still be held down."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", _("Yes"), id="confirm.yes"),
        Binding("n,escape,enter,q", "dismiss(False)", _("No"), id="confirm.no"),
    ]

    def __init__(self, question: str) -> None:
        """Ask a question, one sentence of plain text."""
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """Yield the question."""
        from textual.containers import Vertical
        from textual.widgets import Static

        with Vertical(classes="modal-box") as box:
            box.border_title = _("Are you sure?")
            box.border_subtitle = _("y yes · n Enter Esc no")
            yield Static(Content(self._question))
