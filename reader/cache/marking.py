"""Marks that are set and taken back: first in `marks.db`, then in the facets that show them.

How `marks.db` keeps them belongs to `marks`, and what to do if it is damaged or gone to
`marks_keeper`.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from pyroaring import BitMap

from reader.article import Identity
from reader.cache.answers import Change, Marked
from reader.cache.facets import FAVOURITE, READ, Facet, FacetChanges, Truth
from reader.cache.identities import id_of, identities
from reader.cache.ids import Ids
from reader.cache.marks import Mark, Marks, Step
from reader.cache.marks_keeper import Label, MarksKeeper
from reader.cache.moments import meta
from reader.cache.schema import sql_errors, transaction
from reader.cache.session import Session
from reader.errors import CacheError, CacheGone, MarkNotShown, MarksDamaged, MarksGone

T = TypeVar("T")

Changing = Callable[[Callable[[Marks], Any]], Any]
"""Makes a change of the marks that lasts, and returns its result."""

_FACET_OF = {Mark.READ: READ, Mark.FAVOURITE: FAVOURITE}


class Marking:
    """Changes marks, and reads what the screen remembers beside them. Raises CacheError."""

    def __init__(self, session: Session, keeper: MarksKeeper, truth: Truth) -> None:
        """truth: counts facets anew from the articles where those of the file are damaged."""
        self._session = session
        self._keeper = keeper
        self._truth = truth
        self._latest = session.new_facets()
        """Of the present state; the session's facets are of the moment held."""

    def mark(self, ids: Ids, mark: Mark, value: bool, label: str) -> int:
        """Set a mark where it differs; return how many articles it changed. See `set_marks`."""
        return self.set_marks(ids, mark, value, lambda _value, _changed: label).changed

    def set_marks(self, ids: Ids, mark: Mark, value: bool | None, label: Label) -> Marked:
        """Set a mark where it differs; value None: set it if any article lacks it, else remove it.

        ids: as of the moment held, which does not move on: `catch_up` shows what has changed.
        label: names the change in the undo journal; empty: it is not a step of the journal.
        """
        try:
            return self._changed(partial(self._set_marks, ids, mark, value, label))
        except CacheGone:
            moment = self._session.moment
            if moment is None:
                raise
            with self._session.lock, sql_errors(self._session.path):
                held = list(identities(moment.db, ids.bits))
            return self._keeper.mark(held, mark, value, label)

    def _set_marks(
        self,
        ids: Ids,
        mark: Mark,
        value: bool | None,
        label: Label,
        db: sqlite3.Connection,
        change: Changing,
    ) -> Marked:
        self._latest.refresh(db)
        bits, facet = self._as_of_now(ids, db), self._latest.get(db, _FACET_OF[mark])
        becomes = bool(bits - facet) if value is None else value
        changed = bits - facet if becomes else bits & facet
        if changed:
            name, who = label(becomes, len(changed)), list(identities(db, changed))
            step = Step(name, mark, becomes, who)
            self._show(db, step, changed, change(lambda marks: marks.do(step)))
        return Marked(becomes, len(changed))

    def _as_of_now(self, ids: Ids, db: sqlite3.Connection) -> BitMap:
        """Return the ids of these articles in the present state, which `_latest` is of."""
        with self._session.lock:
            moment = self._session.moment
            if moment is None or moment.version == self._latest.version:
                return ids.bits
            held = list(identities(moment.db, ids.bits))
        return _present_ids(db, held)

    def _changed(self, work: Callable[[sqlite3.Connection, Changing], T]) -> T:
        """Change marks, which are on disk when the facets are written.

        work: is given a connection within a transaction, and what changes the marks.
        """
        is_stored = False

        def change(of_marks: Callable[[Marks], Any]) -> Any:
            nonlocal is_stored
            result = self._keeper.change(of_marks)
            is_stored = True
            return result

        try:
            with self._session.changing() as db, transaction(db):
                self._show_if_stale(db)
                return work(db, change)
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
        return self._replay(Marks.undo)

    def redo(self) -> Change | None:
        """Repeat the last change that was undone; None if there is none."""
        return self._replay(Marks.redo)

    def _replay(self, which: Callable[[Marks], tuple[Step, int] | None]) -> Change | None:
        def replay(db: sqlite3.Connection, change: Changing) -> Change | None:
            replayed = change(which)
            if replayed is None:
                return None
            step, counter = replayed
            ids = _present_ids(db, step.articles)
            self._show(db, step, ids, counter)
            return Change(label=step.label, articles=len(step.articles), ids=Ids(ids))

        try:
            return self._changed(replay)
        except CacheGone:
            replayed = self._keeper.change(which)
            if replayed is None:
                return None
            return Change(label=replayed[0].label, articles=len(replayed[0].articles), ids=Ids())

    # What the screen remembers.

    def keep_copy(self) -> None:
        """Make today's copy of the marks, unless there is one. Raises CacheError."""
        self._keeper.keep_copy()

    def position(self, identity: Identity) -> float:
        """Return how far the article was read, as it was saved; 0.0 at first."""
        return self._keeper.ask(lambda marks: marks.position(identity))

    def save_position(self, identity: Identity, position: float) -> None:
        """Save how far the article was read, unless the folder is only read."""
        if not self._session.is_only_read:
            self._keeper.ask(lambda marks: marks.save_position(identity, position))

    def state(self, name: str) -> str:
        """Return what the screen saved under the name, empty at first."""
        return self._keeper.ask(lambda marks: marks.state(name))

    def save_state(self, name: str, value: str) -> None:
        """Save a value of the screen, unless the folder is only read."""
        if not self._session.is_only_read:
            self._keeper.ask(lambda marks: marks.save_state(name, value))

    # The facets that show marks.

    def _show(self, db: sqlite3.Connection, step: Step, ids: BitMap, counter: int) -> None:
        """Put a change of the marks into the facets, within the open transaction.

        If these do not show the change before it, they are made anew: else it would stay hidden.
        """
        if meta(db, "marks") != counter - 1:
            self._show_all(db, counter)
            return
        changes = FacetChanges()
        for id in ids:
            changes.set(id, [_FACET_OF[step.mark]], step.value)
        self._write_facets(db, changes, counter)

    def show_stale(self) -> None:
        """Rebuild the read and favourite facets if the marks changed without the cache."""
        with self._session.changing() as db:
            if meta(db, "marks") > self._session.marks().counter():
                self._keeper.catch_up()
            if meta(db, "marks") != self._session.marks().counter():
                with transaction(db):
                    self._show_if_stale(db)

    def give_stale(self) -> bool:
        """Answer with the marks themselves if the facets are stale; return whether they are.

        For a cache that cannot be written.
        """
        with self._session.present() as db:
            is_stale = meta(db, "marks") != self._session.marks().counter()
            if is_stale:
                self._session.give(marked(db, self._session))
            return is_stale

    def _show_if_stale(self, db: sqlite3.Connection) -> None:
        """Rebuild these facets within the open transaction, if they are stale."""
        with suppress(MarksGone):  # which are made anew by the change that follows
            counter = self._session.marks().counter()
            if meta(db, "marks") != counter:
                self._show_all(db, counter)

    def _show_all(self, db: sqlite3.Connection, counter: int) -> None:
        self._latest.refresh(db)
        changes = FacetChanges()
        for mark, facet in _FACET_OF.items():
            now = BitMap(_marked(db, self._session, mark))
            before = self._latest.get(db, facet)
            for id in now - before:
                changes.set(id, [facet], True)
            for id in before - now:
                changes.set(id, [facet], False)
        self._write_facets(db, changes, counter)

    def _write_facets(self, db: sqlite3.Connection, changes: FacetChanges, counter: int) -> None:
        db.execute("UPDATE meta SET value = ? WHERE name = 'marks'", (counter,))
        changes.write(db, {}, self._truth)


def marked(db: sqlite3.Connection, session: Session) -> dict[Facet, BitMap]:
    """Return the facets that the marks tell; none of them if the marks cannot be read."""
    with suppress(sqlite3.Error):
        return {facet: BitMap(_marked(db, session, mark)) for mark, facet in _FACET_OF.items()}
    return {}


def _marked(db: sqlite3.Connection, session: Session, mark: Mark) -> Iterator[int]:
    for identity in session.marks().every(mark):
        id = id_of(db, identity)
        if id is not None:
            yield id


def _present_ids(db: sqlite3.Connection, articles: Iterable[Identity]) -> BitMap:
    found = (id_of(db, identity) for identity in articles)
    return BitMap([id for id in found if id is not None])
