"""Set marks and take them back: first in `marks.db`, then in the facets that show them.

`cache.marks.journal` stores them in `marks.db`; `marks_keeper` repairs that file.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from pyroaring import BitMap

from reader.article import ArticleId, Identity
from reader.cache.answers import Marked
from reader.cache.facets.index import OWN, Truth
from reader.cache.ids import AT_ONCE, NONE, Ids
from reader.cache.marks.journal import Marks, Step
from reader.cache.marks.kinds import AnyMark, Change
from reader.cache.marks_keeper import Label, MarksKeeper
from reader.cache.session import Session
from reader.cache.twins import twins
from reader.cache.values.told import TWIN
from reader.errors import (
    CacheError,
    CacheGone,
    CacheLocked,
    CacheUnwritable,
    MarkNotShown,
    MarksDamaged,
    MarksGone,
)

if TYPE_CHECKING:
    from reader.cache.engine import Transaction, View
    from reader.cache.facets.changes import FacetChanges
    from reader.cache.values.facet_rows import Facet

T = TypeVar("T")

Changing = Callable[[Callable[[Marks], Any]], Any]
"""Changes the marks on disk and returns the result."""


class Marking:
    """Changes marks, and reads and saves the state of the screen. Raises CacheError."""

    def __init__(self, session: Session, keeper: MarksKeeper, truth: Truth) -> None:
        """Use a session. truth: recounts damaged facets from the articles."""
        self._session = session
        self._keeper = keeper
        self._truth = truth
        self._latest = session.new_facets()
        """Facets of the present state; the session's own are of the held moment."""

    def mark(self, ids: Ids, mark: AnyMark, value: bool, label: str) -> int:
        """Set a mark where it differs; return how many articles it changed. See `set_marks`."""
        return self.set_marks(ids, mark, value, lambda _value, _changed: label).changed

    def set_marks(self, ids: Ids, mark: AnyMark, value: bool | None, label: Label) -> Marked:
        """Set a mark where it differs; value None: set it if any article lacks it, else remove it.

        Twins of the articles get the mark as well, in the same step; they are not counted. Where
        `ids` counts twins as one (`has_all_twins`), so does this.

        ids: as of the held moment, which stays; `catch_up` shows the change.
        label: names the step in the undo journal; empty: no step.
        """
        try:
            return self._changed(partial(self._set_marks, ids, mark, value, label))
        except CacheGone:
            held = self._session.held
            if held is None:
                raise
            with self._session.lock, self._session.engine.errors():
                view, among = held.moment.view, list(ids.bits)
                identities = list(view.identities(among).values())
                others = BitMap([twin for _, twin in twins(view, among)]) - ids.bits
                beside = list(view.identities(list(others)).values())
            return self._keeper.mark(identities, mark, value, label, beside)

    def _set_marks(
        self,
        ids: Ids,
        mark: AnyMark,
        value: bool | None,
        label: Label,
        to: "Transaction",
        change: Changing,
    ) -> Marked:
        self._latest.refresh(to)
        bits, facet = self._as_of_now(ids, to), self._latest.get(to, mark.facet)
        becomes = bool(bits - facet) if value is None else value
        once = self._latest.get(to, TWIN) if ids.has_all_twins else NONE
        changed, counted, among = _changing(to, bits, facet, becomes, once)
        if changed:
            identities = list(to.identities(list(changed)).values())
            step = Step(label(becomes, counted), mark, becomes, identities)
            self._show(to, step, changed, change(lambda marks: marks.do(step)))
        return Marked(becomes, counted, among)

    def own_tags(self, id: ArticleId) -> tuple[str, ...]:
        """Return the user's own tags of the article, by name."""
        return own_tags(self._session, id)

    def would_change(self, ids: Ids, mark: AnyMark, value: bool) -> int:
        """Return how many articles `set_marks` would change; changes nothing."""
        with self._session.asking() as view:
            facets = self._session.facets
            once = facets.get(view, TWIN) if ids.has_all_twins else NONE
            return _changing(view, ids.bits, facets.get(view, mark.facet), value, once)[1]

    def _as_of_now(self, ids: Ids, now: "View") -> BitMap:
        """Return the ids of these articles in the present state, which `_latest` is of."""
        with self._session.lock:
            held = self._session.held
            if held is None or held.moment.version == self._latest.version:
                return ids.bits
            identities = list(held.moment.view.identities(list(ids.bits)).values())
        return BitMap(list(now.ids(identities).values()))

    def _changed(self, work: "Callable[[Transaction, Changing], T]") -> T:
        """Change marks on disk, then the facets.

        work: called with a transaction and a function that changes the marks.
        """
        is_stored = False

        def change(of_marks: Callable[[Marks], Any]) -> Any:
            nonlocal is_stored
            result = self._keeper.change(of_marks)
            is_stored = True
            return result

        try:
            with self._session.changing_own() as to:
                self._show_if_stale(to)
                return work(to, change)
        except MarksDamaged:
            if is_stored or not self._keeper.repair():
                raise
        except CacheError as error:
            if is_stored:
                raise MarkNotShown(error) from error
            raise
        return self._changed(work)

    def undo(self) -> Change | None:
        """Take back the last change of marks; None if there is none left."""
        return self._replay(Marks.undo, takes_back=True)

    def redo(self) -> Change | None:
        """Repeat the last change that was undone; None if there is none."""
        return self._replay(Marks.redo, takes_back=False)

    def _replay(
        self, which: Callable[[Marks], tuple[Step, int] | None], *, takes_back: bool
    ) -> Change | None:
        def told(step: Step, ids: Ids) -> Change:
            value = step.value is not takes_back
            return Change(step.label, len(step.articles), ids, step.mark, value)

        def replay(to: "Transaction", change: Changing) -> Change | None:
            replayed = change(which)
            if replayed is None:
                return None
            step, counter = replayed
            ids = BitMap(list(to.ids(step.articles).values()))
            self._show(to, step, ids, counter)
            return told(step, Ids(ids))

        try:
            return self._changed(replay)
        except CacheGone:
            replayed = self._keeper.change(which)
            if replayed is None:
                return None
            return told(replayed[0], Ids())

    # The state of the screen.

    def keep_copy(self) -> None:
        """Make today's copy of the marks, unless it exists or the folder is read-only."""
        with suppress(CacheLocked, CacheUnwritable):
            self._keeper.keep_copy()

    def position(self, identity: Identity) -> float:
        """Return the saved scroll position of the article; 0.0 at first."""
        return self._keeper.ask(lambda marks: marks.position(identity))

    def save_position(self, identity: Identity, position: float) -> None:
        """Save the scroll position of the article, unless the folder is read-only."""
        if not self._session.is_only_read:
            self._keeper.ask(lambda marks: marks.save_position(identity, position))

    def state(self, name: str) -> str:
        """Return what the screen saved under the name, empty at first."""
        return self._keeper.ask(lambda marks: marks.state(name))

    def save_state(self, name: str, value: str) -> None:
        """Save a value of the screen, unless the folder is read-only."""
        if not self._session.is_only_read:
            self._keeper.ask(lambda marks: marks.save_state(name, value))

    def change_state(self, name: str, change: Callable[[str], str]) -> None:
        """Replace what is saved by what `change` makes of it; others do not write meanwhile.

        In a folder that is read-only, `change` is called and nothing is saved.
        """
        if self._session.is_only_read:
            change(self.state(name))
        else:
            self._keeper.ask(lambda marks: marks.change_state(name, change))

    # The facets that show marks.

    def _show(self, to: "Transaction", step: Step, ids: BitMap, counter: int) -> None:
        """Apply a change of the marks to the facets, within the open transaction.

        If the facets lack the change before it, they are rebuilt: otherwise that would stay hidden.
        """
        from reader.cache.facets.changes import FacetChanges

        if to.counter("marks") != counter - 1:
            self._show_all(to, counter)
            return
        changes = FacetChanges()
        for id in ids:
            changes.set(id, [step.mark.facet], step.value)
        self._write_facets(to, changes, counter)

    def show_stale(self) -> None:
        """Rebuild the facets of the marks if the marks changed without the cache."""
        with self._session.present() as view:
            if view.counter("marks") > self._session.marks().counter():
                self._keeper.catch_up()
            is_stale = view.counter("marks") != self._session.marks().counter()
        if is_stale:
            with self._session.changing_own() as to:
                self._show_if_stale(to)

    def give_stale(self) -> bool:
        """Use the marks themselves if the facets are stale; return whether they are.

        For a cache that cannot be written.
        """
        with self._session.present() as view:
            is_stale = view.counter("marks") != self._session.marks().counter()
            if is_stale:
                self._session.give(marked(view, self._session))
            return is_stale

    def _show_if_stale(self, to: "Transaction") -> None:
        """Rebuild these facets within the open transaction, if they are stale."""
        with suppress(MarksGone):  # the next change recreates the file
            counter = self._session.marks().counter()
            if to.counter("marks") != counter:
                self._show_all(to, counter)

    def _show_all(self, to: "Transaction", counter: int) -> None:
        from reader.cache.facets.changes import FacetChanges

        self._latest.refresh(to)
        changes = FacetChanges()
        marks = marked(to, self._session)
        gone = {(row.field, row.value) for row in to.facets_of(OWN)} - marks.keys()
        for facet, now in (marks | dict.fromkeys(gone, NONE)).items():
            before = self._latest.get(to, facet)
            for id in now - before:
                changes.set(id, [facet], True)
            for id in before - now:
                changes.set(id, [facet], False)
        self._write_facets(to, changes, counter)

    def _write_facets(self, to: "Transaction", changes: "FacetChanges", counter: int) -> None:
        to.set_counter("marks", counter)
        changes.write(to, {}, self._truth)


def _changing(
    view: "View", bits: BitMap, facet: BitMap, becomes: bool, once: BitMap
) -> tuple[BitMap, int, int]:
    """Return the articles and twins whose mark differs, and how many count as changed, of how many.

    once: those that count with their twin if both are there.
    """
    pairs = twins(view, list(bits))
    every = bits | BitMap([twin for _, twin in pairs])
    changed = every - facet if becomes else every & facet
    counted = bits - BitMap([id for id, twin in pairs if id in once and twin in bits])
    differs = changed | BitMap([id for id, twin in pairs if twin in changed])
    return changed, len(counted & differs), len(counted)


def own_tags(session: Session, id: ArticleId) -> tuple[str, ...]:
    """Return the user's own tags of an article, by name. Raises CacheError."""
    with session.asking() as view:
        every = session.facets.every(view, OWN)
    return tuple(sorted(tag for tag, ids in every.items() if id in ids))


def marked(view: "View", session: Session) -> "dict[Facet, BitMap]":
    """Return the facets of the marks. Raises CacheError."""
    marks = session.marks()
    return {mark.facet: BitMap(list(_ids(view, marks.every(mark)))) for mark in marks.kinds()}


def _ids(view: "View", articles: Iterable[Identity]) -> Iterator[int]:
    left = iter(articles)
    while some := list(islice(left, AT_ONCE)):
        yield from view.ids(some).values()
