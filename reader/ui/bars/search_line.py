"""The line in which a search is typed, and below it completions or a warning.

It parses the query and knows earlier searches; other modules find the articles.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input, Static

from reader.config.paths import resource
from reader.i18n import _
from reader.query.language import NAMED, Field, Query
from reader.query.views import parse_typed_with
from reader.ui.bars.completion import Completion, Names, completed, completions
from reader.ui.textual_compat.cells import fit
from reader.ui.textual_compat.failures import Guarded
from reader.ui.textual_compat.painted import Painted

TIP = (
    ("Enter", _("keep")),
    ("Esc", _("back to the list as it was")),
    ("↑", _("earlier searches")),
)


class SearchHint(Painted):
    """One line: a warning of terms that are taken as words, else completions, else the keys."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "search-hint--key",
        "search-hint--muted",
        "search-hint--warning",
    }

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._warning = ""
        self._completions: Sequence[Completion] = ()

    def show(self, query: Query, completions: Sequence[Completion]) -> None:
        """Show the hints of the query, or completions of its last term."""
        warning = "; ".join(
            _("{reason}, taken as a word").format(reason=hint.reason) for hint in query.hints
        )
        if (warning, completions) != (self._warning, self._completions):
            self._warning, self._completions = warning, completions
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the completions and the parsed query, as far as they fit."""
        width, base = self.size.width, self.style_of("")
        segments: list[Segment] = []
        for item in self._items(width) if y == 0 else ():
            room = width - sum(segment.cell_length for segment in segments)
            if sum(cell_len(text) for text, _look in item) > room:
                break
            for text, look in item:
                style = self.style_of(f"search-hint--{look}" if look else "")
                segments.append(Segment(text, style))
        return Strip(segments).adjust_cell_length(width, base)

    def _items(self, width: int) -> list[list[tuple[str, str]]]:
        """Return the items, each with its look; the caller drops what does not fit."""
        if self._warning:
            return [[(fit(self._warning, width), "warning")]]
        if not self._completions:
            return [[(key, "key"), (f" {label}  ", "muted")] for key, label in TIP]
        tab, *others = (
            [(f" {each.term}", ""), (_count(each), "muted")] for each in self._completions
        )
        return [[("Tab", "key"), *tab], *others]


def _count(completion: Completion) -> str:
    return f" {completion.articles} " if completion.articles else " "


class SearchLine(Guarded, Vertical):
    """Shown while the screen has the class `-searching`."""

    DEFAULT_CSS = (resource("styles") / "40-search.tcss").read_text("utf-8")
    SCOPED_CSS = False  # it also hides other lines during a search

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", _("Give up"), show=False, id="search.give-up"),
        Binding("tab", "complete", _("Complete"), show=False, id="search.complete"),
        Binding("up", "earlier(1)", _("Earlier search"), show=False, id="search.earlier"),
        Binding("down", "earlier(-1)", _("Later search"), show=False, id="search.later"),
    ]

    @dataclass
    class Typed(Message):
        """The text of the line has changed."""

        query: Query

    @dataclass
    class Kept(Message):
        """Enter was pressed: keep the search as a filter. text: the line as it was typed."""

        text: str

    class GivenUp(Message):
        """Escape was pressed: put the list back."""

    def __init__(
        self, names: Names, views: Callable[[], Mapping[str, str]] = lambda: MappingProxyType({})
    ) -> None:
        """Make the line. views: returns saved views, whose names are completed after `@`."""
        super().__init__()
        self._names = names
        self._views = views
        self._history: list[str] = []
        self._place = 0
        """Position in the history, from its end; 0 for the line that is being typed."""
        self._typed = ""

    def compose(self) -> ComposeResult:
        """Yield the prompt, the input and the hint below."""
        with Horizontal(id="search-prompt"):
            yield Static("/ ", markup=False)
            yield Input(compact=True, max_length=500, select_on_focus=False)
        yield SearchHint()

    def begin(self, history: Sequence[str]) -> None:
        """Empty and focus the line. history: earlier lines, oldest first."""
        self._history, self._place, self._typed = list(history), 0, ""
        self._set("")
        self.screen.set_focus(self.query_one(Input))

    @property
    def text(self) -> str:
        """Return the text of the line."""
        return self.query_one(Input).value

    def _set(self, text: str) -> None:
        line = self.query_one(Input)
        line.value = text
        line.cursor_position = len(text)

    def action_give_up(self) -> None:
        """Close the line and return to the query from before."""
        self.post_message(self.GivenUp())

    def action_complete(self) -> None:
        """Complete the last word with the first suggestion."""
        found = completions(self.text, self._names, self._views())
        if found:
            self._set(completed(self.text, found[0].term))

    def action_earlier(self, steps: int) -> None:
        """Show the search `steps` back in the history; negative: forward."""
        if self._place == 0:
            self._typed = self.text
        self._place = max(0, min(self._place + steps, len(self._history)))
        self._set(self._history[-self._place] if self._place else self._typed)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the search and close the line."""
        event.stop()
        self.post_message(self.Kept(self.text.strip()))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search for what is typed so far and update the hint."""
        event.stop()
        views = self._views() if "@" in event.value else {}
        query = parse_typed_with(event.value, views, self._is_known)
        self.query_one(SearchHint).show(query, completions(event.value, self._names, views))
        self.post_message(self.Typed(query))

    def _is_known(self, field: Field, value: str) -> bool:
        return field in NAMED and any(name.casefold() == value for name in self._names(field))
