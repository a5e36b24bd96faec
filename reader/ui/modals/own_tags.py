"""The box in which a tag of the user's own is typed or chosen, for one article or for many."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from reader.i18n import _, grouped, pgettext
from reader.ui.modals.fuzzy import best, fold
from reader.ui.modals.modal import Modal
from reader.ui.modals.pick_list import PickList, Span
from reader.ui.textual_compat.cells import cell_len, fit

if TYPE_CHECKING:
    from textual.widgets import Input

LONGEST_LINE = 200

NONE_YET = _("No own tags yet. Type one, then press Enter.")


class OwnTag(NamedTuple):
    """A row. articles: how many have it, None for a new tag."""

    name: str
    articles: int | None
    is_set: bool


class OwnTagList(PickList[OwnTag]):
    """Shows whether the article has the tag, its name, and how many articles have it."""

    def spans(self, row: OwnTag, width: int) -> Sequence[Span]:
        """Return sign, name and count of a tag."""
        sign, state = ("✓", "pick-list--included") if row.is_set else (" ", "")
        count = pgettext("tag", "new") if row.articles is None else grouped(row.articles)
        name = fit(f"#{row.name}", width - cell_len(count) - 4)
        return [(f"{sign} ", state), (name, state), (f" {count} ", "pick-list--dim")]


class OwnTagScreen(Modal[str]):
    """Enter gives the name of the tag to set or to remove; Esc none.

    tags: the user's own, with how many articles have each. has: those that all the articles have.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", _("Close"), id="own_tags.close"),
        Binding("up", "move(-1)", _("Up"), show=False, id="own_tags.up"),
        Binding("down,ctrl+n", "move(1)", _("Down"), show=False, id="own_tags.down"),
        Binding("tab", "complete", _("Complete"), show=False, id="own_tags.complete"),
    ]

    def __init__(self, what: str, tags: Mapping[str, int], has: Collection[str]) -> None:
        """Make the box. what: names the articles in the title, as plain text."""
        super().__init__()
        self._what = what
        self._tags = [OwnTag(name, count, name in has) for name, count in tags.items()]
        self._tags.sort(key=lambda tag: not tag.is_set)
        self._folded = [fold(tag.name) for tag in self._tags]

    def compose(self) -> ComposeResult:
        """Yield the input and the list below it."""
        from textual.containers import Horizontal, Vertical
        from textual.content import Content
        from textual.widgets import Input

        with Vertical(classes="modal-box") as box:
            box.border_title = Content(_("Own tags of {what}").format(what=self._what))
            box.border_subtitle = _("Enter set, remove · Tab complete · Esc close")
            with Horizontal(id="tag-line"):
                yield Input(
                    placeholder=_("Type a tag of your own"),
                    compact=True,
                    max_length=LONGEST_LINE,
                )
            yield OwnTagList(empty=NONE_YET, can_focus=False)

    def on_mount(self) -> None:
        """List the tags."""
        self._show("")

    def on_input_changed(self, event: "Input.Changed") -> None:
        """List the tags that match what is typed, and the one that it would be."""
        event.stop()
        self._show(event.value)

    def on_input_submitted(self, event: "Input.Submitted") -> None:
        """Choose the tag under the cursor."""
        event.stop()
        self._choose()

    def on_pick_list_picked(self) -> None:
        """Choose the clicked tag."""
        self._choose()

    def action_move(self, rows: int) -> None:
        """Move the cursor down by `rows`; negative: up."""
        self._list.action_move(rows)

    def action_complete(self) -> None:
        """Put the name under the cursor on the line."""
        from textual.widgets import Input

        if (tag := self._list.current) is not None:
            line = self.query_one(Input)
            line.value = tag.name
            line.cursor_position = len(tag.name)

    @property
    def _list(self) -> OwnTagList:
        return self.query_one(OwnTagList)

    def _choose(self) -> None:
        if (tag := self._list.current) is not None:
            self.dismiss(tag.name)

    def _show(self, typed: str) -> None:
        """Show the matching tags, best first; a new one after those that begin with it."""
        from reader.cache.marks.kinds import own_tag

        problem, new = "", ""
        if typed.strip():
            try:
                new = own_tag(typed).name
            except ValueError as error:
                problem = str(error).capitalize()
        rows = [self._tags[place] for place in best(new or typed, self._folded)]
        if new and all(tag.name != new for tag in self._tags):
            begin = sum(tag.name.startswith(new) for tag in rows)
            rows.insert(begin, OwnTag(new, None, False))
        self._list.empty = problem or NONE_YET
        self._list.show([] if problem else rows)
