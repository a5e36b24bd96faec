"""The box that asks where to export articles to."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from reader.i18n import _
from reader.ui.modals.modal import Modal

if TYPE_CHECKING:
    from textual.widgets import Input

LONGEST_PATH = 1_000

HINT = _("A folder, or a new file: {endings}").format(
    endings=".zip, .tar.gz, .tar.xz, .jsonl, .jsonl.gz"
)


class ExportScreen(Modal[str]):
    """Enter gives the path as it was typed; Esc none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", _("Close"), id="export.close"),
    ]

    def __init__(self, what: str, path: str) -> None:
        """Make the box. what: names the articles, as plain text. path: is on the line at first."""
        super().__init__()
        self._what = what
        self._path = path

    def compose(self) -> ComposeResult:
        """Yield the input and what may be typed."""
        from textual.containers import Horizontal, Vertical
        from textual.widgets import Input, Static

        with Vertical(classes="modal-box") as box:
            box.border_title = Content(_("Export {what} to").format(what=self._what))
            box.border_subtitle = _("Enter export · Esc close")
            with Horizontal(id="tag-line"):
                yield Input(self._path, compact=True, max_length=LONGEST_PATH)
            yield Static(HINT, id="export-hint", markup=False)

    def on_input_submitted(self, event: "Input.Submitted") -> None:
        """Give the path, if there is one."""
        event.stop()
        if path := event.value.strip():
            self.dismiss(path)
