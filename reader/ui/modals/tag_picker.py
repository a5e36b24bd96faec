"""The tag picker: every tag with the count it would leave, found by a few letters.

It knows the query and a function that counts tags, not the library.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from reader.i18n import _, grouped
from reader.query.language import Query
from reader.ui.modals.fuzzy import best, fold, matched
from reader.ui.modals.modal import Modal
from reader.ui.modals.pick_list import PickList, Span
from reader.ui.textual_compat.cells import fit
from reader.ui.textual_compat.failures import in_background

if TYPE_CHECKING:
    from textual.widgets import Input

    from reader.library import TagCount


COUNTING = _("Counting…")
NO_TAGS = _("No tags here. {close} closes this.")
NO_SUCH_TAG = _("No such tag here. {close} closes this.")


class Tag(NamedTuple):
    """A row. left: None until it is counted. included: False if excluded, None if neither."""

    name: str
    left: int | None
    included: bool | None


_SIGNS = {True: ("+", "pick-list--included"), False: ("−", "pick-list--excluded"), None: (" ", "")}


class TagList(PickList[Tag]):
    """Shows sign, name with the matching letters marked, and on the right the count."""

    typed = ""

    def spans(self, row: Tag, width: int) -> Sequence[Span]:
        """Return sign, name and count of a tag, the typed letters emphasised."""
        sign, state = _SIGNS[row.included]
        count = "…" if row.left is None else grouped(row.left)
        name = fit(row.name, width - len(count) - 4)
        counted = state or "pick-list--dim"
        return [(f"{sign} ", state), *self._emphasised(name, row, state), (f" {count} ", counted)]

    def _emphasised(self, shown: str, row: Tag, state: str) -> Iterator[Span]:
        places = frozenset(matched(self.typed, row.name) if self.typed else ())
        plain = state or ("" if row.left else "pick-list--dim")
        for is_match, letters in groupby(enumerate(shown), lambda each: each[0] in places):
            yield "".join(ch for _place, ch in letters), "pick-list--match" if is_match else plain


class TagPicker(Modal[None]):
    """Enter cycles the tag under the cursor and the picker stays; Esc closes it.

    The screen below gets `QueryChanged` for every change, and so can follow it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", _("Close"), id="tag_picker.close"),
        Binding("up", "move(-1)", _("Up"), show=False, id="tag_picker.up"),
        Binding("down,ctrl+n", "move(1)", _("Down"), show=False, id="tag_picker.down"),
        Binding("pageup", "page(-1)", _("Page up"), show=False, id="tag_picker.page_up"),
        Binding("pagedown", "page(1)", _("Page down"), show=False, id="tag_picker.page_down"),
    ]

    class QueryChanged(Message):
        """A tag was cycled."""

        def __init__(self, query: Query) -> None:
            self.query = query
            super().__init__()

    def __init__(
        self,
        query: Query,
        counts: Callable[[Query], "Sequence[TagCount]"],
        first: "Sequence[TagCount]" = (),
        *,
        close_key: str = "Esc",
    ) -> None:
        """Pick tags for a query. close_key: closes the box, as the user has bound it.

        counts: returns tags with the number of articles left by the query together with each, most
        frequent first. It is called in a thread and may raise CryptoreadError. first: the first
        tags of it, if known, to be shown until all are counted.
        """
        super().__init__()
        self._counts = counts
        self._close_key = close_key
        self._tags: Sequence[Tag] = ()
        self._folded: Sequence[str] = ()
        self._begin(query, first)

    def _begin(self, query: Query, first: "Sequence[TagCount]") -> None:
        self._filter = query
        self._counted: Sequence[TagCount] | None = first or None
        self._has_counted = asyncio.Event()
        self._is_chosen = False
        """Whether the user has moved to the tag or cycled it since typing the last letter."""
        self._dropped = ""
        """The tag that was cycled off and not counted since: it stays for the next Enter."""

    def begin_again(self, query: Query, first: "Sequence[TagCount]" = ()) -> None:
        """Pick tags for another query: a closed box that is shown again needs no new widgets."""
        from textual.widgets import Input, Static

        self._begin(query, first)
        line = self.query_one(Input)
        with line.prevent(Input.Changed):
            line.clear()
        self.query_one("#tag-matches", Static).update("")
        self._list.empty = COUNTING
        self._list_tags()
        self._list.move_to(0)

    def compose(self) -> ComposeResult:
        """Yield the input, the number of matches and the list."""
        from textual.containers import Horizontal, Vertical
        from textual.widgets import Input, Static

        with Vertical(classes="modal-box") as box:
            box.border_title = _("Tags")
            box.border_subtitle = _("Enter + − off · Esc close")
            with Horizontal(id="tag-line"):
                yield Input(placeholder=_("Type to find a tag"), compact=True, max_length=100)
                yield Static(id="tag-matches", markup=False)
            yield TagList(empty=COUNTING, can_focus=False)

    def on_mount(self) -> None:
        """List the tags."""
        self._list_tags()

    def on_screen_resume(self) -> None:
        """Count the tags after the first picture, which it would delay."""
        self.call_after_refresh(self._begin_to_count)

    def on_input_changed(self, event: "Input.Changed") -> None:
        """List the tags that match what is typed."""
        event.stop()
        self._is_chosen = False
        self._show()

    async def on_input_submitted(self, event: "Input.Submitted") -> None:
        """Cycle the current tag, or the best match once all are counted."""
        event.stop()
        if event.value.strip():  # the tag that it means may not be among the first
            await self._has_counted.wait()
        self._cycle()

    def on_pick_list_picked(self) -> None:
        """Cycle the picked tag."""
        self._cycle()

    def action_move(self, rows: int) -> None:
        """Move the cursor down by `rows`; negative: up."""
        self._is_chosen = True
        self._list.action_move(rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor down by `pages`; negative: up."""
        self._is_chosen = True
        self._list.action_page(pages)

    @property
    def _list(self) -> TagList:
        return self.query_one(TagList)

    def _cycle(self) -> None:
        tag = self._list.current
        if tag is None:
            return
        self._is_chosen = True
        self._dropped = tag.name
        self._filter = self._filter.cycle_tag(tag.name)
        stack = self.app.screen_stack
        stack[stack.index(self) - 1].post_message(self.QueryChanged(self._filter))
        self._list_tags()
        self._begin_to_count()

    def _begin_to_count(self) -> None:
        in_background(self, self._count, group="tag-counts", exclusive=True)

    async def _count(self) -> None:
        beginning = self._has_counted
        try:
            counted = await asyncio.to_thread(self._counts, self._filter)
            if self._has_counted is beginning:
                self._counted = counted
                self._dropped = ""
        finally:
            if self._has_counted is beginning:  # else the box was closed and opened meanwhile
                self._show_counts()

    def _show_counts(self) -> None:
        self._counted = self._counted or ()
        self._has_counted.set()
        self._list_tags(reveals=False)  # the wheel may have turned meanwhile

    def _list_tags(self, *, reveals: bool = True) -> None:
        """List all tags, those of the filter first, even if none of their articles is left.

        reveals: as in `PickList.show`.
        """
        counted = {each.tag.casefold(): each for each in self._counted or ()}
        unknown = None if self._counted is None else 0
        named = []
        for term in self._filter.tags:
            each = counted.pop(term.value, None)
            name, count = (each.tag, each.articles) if each else (term.value.upper(), unknown)
            named.append(Tag(name, count, not term.exclude))
        seen = {each.name.casefold() for each in named} | counted.keys()
        if self._dropped and self._dropped.casefold() not in seen:
            named.append(Tag(self._dropped, None, None))
        self._tags = [*named, *(Tag(each.tag, each.articles, None) for each in counted.values())]
        self._folded = [fold(tag.name) for tag in self._tags]
        is_best = self._list.typed and not self._is_chosen  # counts may bring a better match
        self._show(None if is_best else self._list.current, reveals=reveals or bool(is_best))

    def _show(self, kept: Tag | None = None, *, reveals: bool = True) -> None:
        """Show the matching tags, with the cursor on the kept tag, else on the best match."""
        from textual.widgets import Input, Static

        tags, typed = self._list, self.query_one(Input).value
        rows = [self._tags[place] for place in best(typed, self._folded)]
        nearest = tags.cursor if kept else 0
        same = (place for place, row in enumerate(rows) if kept and row.name == kept.name)
        tags.typed = typed
        if self._has_counted.is_set():
            sentence = NO_SUCH_TAG if self._tags else NO_TAGS
            tags.empty = sentence.format(close=self._close_key)
        tags.show(rows, next(same, nearest), reveals=reveals)
        found = grouped(len(self._tags))
        if typed.strip():
            text = _("{found} of {number}")
            found = text.format(found=grouped(len(rows)), number=grouped(len(self._tags)))
        if self._has_counted.is_set():
            self.query_one("#tag-matches", Static).update(found)
