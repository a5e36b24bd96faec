"""The line in which words are typed that are looked for in the open article, and its keys below.

Knows nothing about the article: `Finder` does what is typed and chosen.
"""

from typing import ClassVar, Protocol

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.strip import Strip
from textual.widgets import Input, Static

from reader.config.paths import resource
from reader.i18n import _, pgettext
from reader.ui.textual_compat.failures import Guarded
from reader.ui.textual_compat.painted import Painted

TIP = (
    ("Enter", _("keep")),
    ("↓ ↑", _("next, previous match")),
    ("Esc", pgettext("find", "end")),
)


class Finder(Protocol):
    """What the line asks for."""

    async def typed(self, text: str) -> None:
        """Find these words."""

    async def step(self, step: int) -> None:
        """Go to the next match, or (-1) to the previous one."""

    def keep(self) -> None:
        """Close the line and keep the matches."""

    def leave(self) -> None:
        """Close the line after the focus has gone elsewhere."""

    def give_up(self) -> None:
        """Close the line and go back to where the article was."""


class FindKeys(Painted):
    """One line with the keys."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"find-keys--key", "find-keys--muted"}

    ALLOW_SELECT = False

    def render_line(self, y: int) -> Strip:
        """Return the keys and what they do."""
        key, muted = self.style_of("find-keys--key"), self.style_of("find-keys--muted")
        segments: list[Segment] = []
        for name, label in TIP if y == 0 else ():
            segments += [Segment(name, key), Segment(f" {label}  ", muted)]
        return Strip(segments).adjust_cell_length(self.size.width, self.style_of(""))


class FindLine(Guarded, Vertical):
    """Shown while the screen has the class `-finding`."""

    DEFAULT_CSS = (resource("styles") / "41-find.tcss").read_text("utf-8")
    SCOPED_CSS = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", pgettext("find", "End"), show=False, id="find.end"),
        Binding("down,tab", "step(1)", _("Next match"), show=False, id="find.next"),
        Binding("up,shift+tab", "step(-1)", _("Previous match"), show=False, id="find.previous"),
    ]

    def __init__(self, finder: Finder) -> None:
        super().__init__()
        self._finder = finder
        self._count = Static(Content(""), id="find-count")

    def compose(self) -> ComposeResult:
        """Yield the prompt, the input and the count, and the keys below."""
        with Horizontal(id="find-prompt"):
            yield Static(_("in this article") + " / ", markup=False)
            yield Input(compact=True, max_length=500, select_on_focus=False)
            yield self._count
        yield FindKeys()

    def begin(self) -> None:
        """Empty and focus the line."""
        line = self.query_one(Input)
        with line.prevent(Input.Changed):
            line.value = ""
        self.show("")
        self.screen.set_focus(line)

    @property
    def text(self) -> str:
        """Return the text of the line."""
        return self.query_one(Input).value

    def show(self, count: str) -> None:
        """Show how many matches there are, as plain text."""
        self._count.update(Content(count))

    def action_give_up(self) -> None:
        """Close the line and end the search."""
        self._finder.give_up()

    async def action_step(self, step: int) -> None:
        """Go to the next match, or (-1) to the previous one."""
        await self._finder.step(step)

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the matches and close the line."""
        event.stop()
        self._finder.keep()

    async def on_input_changed(self, event: Input.Changed) -> None:
        """Find what is typed so far."""
        event.stop()
        await self._finder.typed(event.value)

    def on_descendant_blur(self, _event: events.DescendantBlur) -> None:
        """Close the line when another widget takes the focus, not when the terminal loses it."""
        if self.app.app_focus:
            self._finder.leave()
