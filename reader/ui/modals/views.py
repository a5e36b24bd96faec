"""The boxes of saved views: open one by its letter, or save the filter under a name."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from reader.i18n import _, grouped, quoted
from reader.query.views import LONGEST_NAME, problem
from reader.ui.modals.modal import Modal
from reader.ui.modals.pick_list import PickList, Span
from reader.ui.textual_compat.cells import cell_len, fit
from reader.ui.textual_compat.keyboard import TWINS

if TYPE_CHECKING:
    from textual.widgets import Input


class ListedView(NamedTuple):
    """A row: letter, name and query of a view, and how many are unread, if known.

    is_own: whether the user has saved it; the others are always there.
    """

    letter: str
    name: str
    query: str
    unread: int | None
    is_own: bool = False


class ChosenView(NamedTuple):
    """What the box of views was closed with. removes: to remove the view, not to open it."""

    name: str
    removes: bool = False


class ViewList(PickList[ListedView]):
    """Shows a view in each row."""

    def spans(self, row: ListedView, width: int) -> Sequence[Span]:
        """Return letter, name, query and count of a view."""
        count = "" if row.unread is None else grouped(row.unread)
        widest = max(cell_len(each.name) for each in self.rows)
        rest = width - widest - len(count) - 7
        return [
            (f" {row.letter or ' '} ", "pick-list--match"),
            (f" {fit(row.name, widest)}", ""),
            (f"  {fit(row.query, max(0, rest))}", "pick-list--dim"),
            (f" {count} "[: max(0, width)], "pick-list--dim"),
        ]


class ViewsScreen(Modal[ChosenView]):
    """A letter or Enter gives the view to open, Delete the one to remove; Esc none.

    remove_key: the key that removes a view, as the user has bound it; empty for none.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", _("Close"), id="views.close"),
        Binding("up", "move(-1)", _("Up"), show=False, id="views.up"),
        Binding("down", "move(1)", _("Down"), show=False, id="views.down"),
        Binding("enter", "choose", _("Open"), show=False, id="views.open"),
        Binding("delete", "remove", _("Remove a view of your own"), show=False, id="views.remove"),
    ]

    def __init__(self, views: Sequence[ListedView], remove_key: str) -> None:
        super().__init__()
        self._views = views
        self._remove_key = remove_key if any(each.is_own for each in views) else ""

    def compose(self) -> ComposeResult:
        """Yield the list and a line that says which view cannot be removed."""
        from textual.containers import Vertical
        from textual.widgets import Static

        with Vertical(classes="modal-box") as box:
            box.border_title = _("Views")
            box.border_subtitle = Content(self._hint)
            yield ViewList(can_focus=False)
            problem = Static(id="view-problem", markup=False)
            problem.display = False
            yield problem

    @property
    def _hint(self) -> str:
        if not self._remove_key:
            return _("letter or Enter open · Esc close")
        said = _("letter or Enter open · {key} remove · Esc close")
        return said.format(key=self._remove_key)

    def on_mount(self) -> None:
        """Show the views."""
        shown = self.query_one(ViewList)
        shown.styles.height = len(self._views)
        shown.show(self._views)

    def on_key(self, event: events.Key) -> None:
        """Open the view of the letter, or of the one in its place on the other keyboard."""
        typed = (event.character or "").casefold()
        letters = {view.letter: view.name for view in self._views if view.letter}
        twins = {TWINS.get(letter, ""): name for letter, name in letters.items()}
        name = letters.get(typed) or letters.get(TWINS.get(typed, "")) or twins.get(typed)
        if typed and name is not None:
            event.stop()
            self.dismiss(ChosenView(name))

    def on_pick_list_picked(self) -> None:
        """Open the clicked view."""
        self.action_choose()

    def action_move(self, rows: int) -> None:
        """Move the cursor down by `rows`; negative: up."""
        self.query_one(ViewList).action_move(rows)

    def action_choose(self) -> None:
        """Open the view under the cursor."""
        if (view := self.query_one(ViewList).current) is not None:
            self.dismiss(ChosenView(view.name))

    def action_remove(self) -> None:
        """Remove the view under the cursor, unless it is always there."""
        from textual.widgets import Static

        view = self.query_one(ViewList).current
        if view is not None and view.is_own:
            self.dismiss(ChosenView(view.name, removes=True))
        elif view is not None:
            said = _("{name} stays: only views of your own can be removed")
            problem = self.query_one("#view-problem", Static)
            problem.update(Content(said.format(name=view.name)))
            problem.display = True


class SaveViewScreen(Modal[str]):
    """Enter gives the name for the view; Esc none. query: is saved, as plain text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", _("Close"), id="save_view.close"),
    ]

    def __init__(self, query: str, is_known: Callable[[str], bool]) -> None:
        """Make the box. is_known: whether a view of that name exists."""
        super().__init__()
        self._query = query
        self._is_known = is_known

    def compose(self) -> ComposeResult:
        """Yield the query, the input and a line that says what is wrong with the name."""
        from textual.containers import Horizontal, Vertical
        from textual.widgets import Input, Static

        with Vertical(classes="modal-box") as box:
            box.border_title = _("Save the filter as a view")
            box.border_subtitle = _("Enter save · Esc close")
            with Horizontal(id="tag-line"):
                yield Input(
                    placeholder=_("Name of the view"), compact=True, max_length=LONGEST_NAME
                )
            yield Static(Content(self._query), id="view-query")
            yield Static(id="view-problem", markup=False)

    def on_input_changed(self, event: "Input.Changed") -> None:
        """Say what is wrong with the name, or that it is in use."""
        from textual.widgets import Static

        event.stop()
        name = event.value.strip()
        said = self._problem(name) if name else ""
        if not said and name and self._is_known(name):
            said = _("replaces the view {name}").format(name=quoted(name))
        self.query_one("#view-problem", Static).update(Content(said))

    def on_input_submitted(self, event: "Input.Submitted") -> None:
        """Give the name, if it is one."""
        event.stop()
        name = event.value.strip()
        if name and not self._problem(name):
            self.dismiss(name)

    def _problem(self, name: str) -> str:
        return problem(name, self._query) or ""
