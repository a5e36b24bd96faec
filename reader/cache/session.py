"""The moment at which a data folder is read, its facets, and the locks around both.

`questions` and `texts` read, `marking` and `intake` write.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from pyroaring import BitMap

from reader.article import ArticleId, Identity
from reader.cache.asking.words import Words
from reader.cache.facets.index import Facets, News, Truth
from reader.cache.ids import Ids
from reader.cache.marks.journal import Marks
from reader.cache.marks.pool import MarksPool
from reader.cache.values.cancel import Cancel
from reader.errors import CacheGone, MarksGone
from reader.query.language import Query

if TYPE_CHECKING:
    from reader.cache.engine import Engine, Moment, Transaction, View
    from reader.cache.values.facet_rows import Facet


Moved = dict[ArticleId, ArticleId | None]
"""New ids of articles, None for one that is gone."""

MOST_FOLLOWED = 2_000
"""Selected articles that are looked up again when they have moved, in some 20 ms."""


class Held:
    """A moment with the words that were looked up in it."""

    __slots__ = ("moment", "words")

    def __init__(self, moment: "Moment") -> None:
        self.moment = moment
        self.words = Words()


class Next(NamedTuple):
    """A later moment that `prepare` has read, for `catch_up`."""

    held: Held
    news: list[tuple[Facets, News]]
    query: Query
    """The query whose words were looked up in it."""


class Session:
    """An engine and the marks of one data folder, and the moment held. Thread-safe.

    `lock`: held while the shared facets are read or changed. `held`: the moment that is read;
    None: the present. `facets`: of all languages, as of the last read. `is_only_read`: the folder
    cannot be written.
    """

    def __init__(
        self,
        engine: "Engine[Any]",
        marks: MarksPool,
        truth: Truth,
        lock: threading.RLock,
    ) -> None:
        """Hold no moment yet.

        truth: recounts damaged facets from the articles.

        lock: held while the facets or the view of a moment are used, also by the engine.
        """
        self.lock = lock
        self.engine = engine
        self.marks_pool = marks
        self.held: Held | None = None
        self.is_only_read = False
        self._words = Words()
        """Words looked up in the present state, while no moment is held."""
        self._truth = truth
        self._given: dict[Facet, BitMap] = {}
        """Facets of marks that the engine lacks and that cannot be written."""
        self._of_language: dict[str, Facets] = {}
        self.facets = self.facets_of("")
        self._next: Next | None = None
        """What `prepare` has read for `catch_up`."""
        self._changes = 0
        """Changes of marks that are being written."""

    def close(self) -> None:
        """Close every connection, whichever thread opened it."""
        self.held = None
        self.engine.close()
        self.marks_pool.close()

    def release(self) -> None:
        """Close this thread's connections, for a thread that ends before the session does."""
        self.engine.release()
        self.marks_pool.release()

    def wait_briefly(self) -> None:
        """Wait only briefly for locks of other programs from now on, in this thread."""
        with self.engine.errors():
            self.engine.wait_briefly()
        with suppress(MarksGone):
            self.marks_pool.wait_briefly()

    def version(self) -> int:
        """Return the version that answers are made of.

        It grows with every change of the cache by any program.
        """
        with self.asking():
            return self.facets.version

    def texts(self) -> int:
        """Return a number that grows with every change of an article, but not with marks."""
        with self.asking():
            return self.facets.texts

    # Connections and facets, for the parts.

    def marks(self) -> Marks:
        """Return the marks, on this thread's connection. Raises MarksGone, CacheError."""
        return self.marks_pool.marks()

    def facets_of(self, lang: str) -> Facets:
        """Return the facets restricted to a folded language; empty: of all articles."""
        if lang not in self._of_language:
            self._of_language[lang] = self.new_facets(lang)
        return self._of_language[lang]

    def new_facets(self, lang: str = "") -> Facets:
        """Return new facets with nothing loaded; the session does not refresh them."""
        return Facets(lang, self._truth, self._given)

    def give(self, facets: "Mapping[Facet, BitMap]") -> None:
        """Use these facets instead of those of the file, which cannot be written."""
        self._given.update(facets)

    @contextmanager
    def asking(self, lang: str = "") -> "Iterator[View]":
        """Give a view of the held moment, with the facets of the language up to date.

        Holds the lock. Raises CacheError.
        """
        with self.lock, self.engine.errors():
            facets, held = self.facets_of(lang), self.held
            view = held.moment.view if held else self.engine.present()
            if held is None or facets.version != held.moment.version:
                for each in self._of_language.values():  # all of the same version
                    each.refresh(view)
            yield view

    @contextmanager
    def present(self) -> "Iterator[View]":
        """Give a view of the present state, not of the held moment. Raises CacheError."""
        with self.engine.errors():
            yield self.engine.present()

    def transaction(self, *, wait: bool = True) -> "AbstractContextManager[Transaction]":
        """Give a write transaction, one thread at a time. Raises CacheLocked, CacheError."""
        return self.engine.transaction(wait=wait)

    @contextmanager
    def changing_own(self, *, wait: bool = True) -> "Iterator[Transaction]":
        """Give a transaction for facets of marks and answers. Raises CacheLocked, CacheError.

        What `prepare` has read is dropped, as its connection may be the one that this waits for.
        """
        with self.lock:
            self._changes += 1
            left, self._next = self._next, None
        try:
            if left is not None:
                self.engine.end(left.held.moment)
            with self.engine.changing_own(wait=wait) as to:
                yield to
        finally:
            with self.lock:
                self._changes -= 1

    def drop_unused(self, query: Query) -> None:
        """Drop sets that were not used lately, beyond what the first screens need. Thread-safe.

        query: is on the screen; its words stay.
        """
        with self.lock:
            words = self.held.words if self.held else self._words
            dropped = words.drop_unused(query)
            for facets in self._of_language.values():
                dropped += facets.drop_unused()
        while dropped:  # one by one: all of them together would keep a key waiting
            dropped.pop()

    # The moment held.

    def knows(self, query: Query) -> bool:
        """Return whether all words of the query are cached, and no text has to be read."""
        if query.has_patterns:
            return False
        with self.asking() as view:
            return (self.held.words if self.held else self._words).knows(query.lookups, view)

    def lease(self) -> Held | None:
        """Return the held moment, kept until `searching` ends. Call it under the lock."""
        if self.held is not None:
            self.engine.lease(self.held.moment)
        return self.held

    @contextmanager
    def searching(self, held: Held | None) -> "Iterator[tuple[View, Words]]":
        """Give a view for looking up words without the lock, and the cached words.

        held: from `lease`. Raises CacheError.
        """
        moment, words = (held.moment, held.words) if held else (None, self._words)
        with self.engine.errors(), self.engine.searching(moment) as view:
            yield view, words

    @contextmanager
    def beside(self) -> "Iterator[View]":
        """Give a view of the held moment without the lock, for reads that take milliseconds."""
        with self.lock:
            held = self.lease()
        with self.searching(held) as (view, _):
            yield view

    def hold(self) -> None:
        """Pin reads to this moment until `catch_up`: sets, rows, texts and words.

        Writes of other programs then do not delay reads, and ids keep their meaning.
        """
        with self.engine.errors(), self.lock:
            held = Held(self.engine.begin(searches=0))
            self._take(held)
            for facets in self._of_language.values():
                facets.refresh(held.moment.view)

    def _take(self, held: Held) -> None:
        """Read that moment from now on. Call it under the lock."""
        before, self.held = self.held, held
        if before is not None:
            if before.moment.texts == held.moment.texts:
                held.words = before.words
            self.engine.end(before.moment)

    def renew(self) -> bool:
        """Return whether nothing has changed since the held moment; then hold the present one.

        This lets the write-ahead log be emptied, which keeps what an open read transaction sees.
        """
        with self.engine.errors(), suppress(CacheGone):
            moment = self.engine.begin()
            is_same = self._renewed(moment)
            if not is_same:
                self.engine.end(moment)
            return is_same
        return True

    def _renewed(self, moment: "Moment") -> bool:
        with self.lock:
            is_same = moment.version == self.facets.version
            if is_same:
                self._take(Held(moment))
            return is_same

    def prepare(self, query: Query) -> bool:
        """Read what has changed, for `catch_up`; return whether anything has. Thread-safe.

        query: its words are looked up as well, so that it is answered at once. Other threads may
        read the held moment meanwhile.
        """
        if self.held is None:
            return False
        with self.engine.errors():
            try:
                moment = self.engine.begin()
            except CacheGone:
                return False
            try:
                if self._renewed(moment):
                    return False
                self._propose(self._read(query, moment))
            except BaseException:
                self.engine.end(moment)
                raise
            return True

    def _read(self, query: Query, moment: "Moment") -> Next:
        """Return a later moment with what has changed up to it, and with the words of the query."""
        of_language = list(self._of_language.values())
        news = [(facets, facets.news(moment.view)) for facets in of_language]
        held = Held(moment)
        if query.lookups:
            before = self.held.words if self.held else Words()
            with self.engine.preparing(moment) as view:
                held.words.look_up(query.lookups, view, Cancel(), before)
        return Next(held, news, query)

    def _propose(self, step: Next) -> None:
        """Offer a moment to `catch_up`, unless a later one was read meanwhile, or marks change."""
        with self.lock:
            left = self._next
            if self._changes:
                left = step
            elif left is None or left.held.moment.version <= step.held.moment.version:
                self._next = step
            else:
                left = step
        if left is not None:
            self.engine.end(left.held.moment)

    def is_prepared_for(self, query: Query) -> bool:
        """Return whether a later moment is ready and the query's words are looked up in it."""
        return self._next is not None and set(query.lookups) <= set(self._next.query.lookups)

    def catch_up(self, follow: Iterable[ArticleId] = (), selected: Ids | None = None) -> Moved:
        """Advance to the moment that `prepare` has read, else to the present one. Thread-safe.

        follow: ids of articles in the moment before. Return their new ids, None for a deleted
        article. selected: may be a million; those that have not moved are left out. None for all
        of them if so many have moved that it would take long.
        """
        if self._next is None:
            self.prepare(Query())
        with self.engine.errors(), self.lock:
            following = self._following()
            if following is None:
                return {id: id for id in follow}
            # An id that has not changed is that of the same article.
            view = following.held.moment.view
            changed = view.texts_changed(self.facets.texts)
            every = list(follow)
            now: Moved = {id: id for id in every}
            gone = Ids()
            if selected:
                moved = selected if changed is None else selected & Ids(changed)
                if len(moved) > MOST_FOLLOWED:
                    gone = selected
                else:
                    every += moved
            left = every if changed is None else [id for id in every if id in changed]
            before = self._identities(left)
            for facets, found in following.news:
                facets.take(found)
            self._take(following.held)
            for each in self._of_language.values():
                each.refresh(view)  # a language may have been first used meanwhile
            ids = view.ids(list(before.values())) if before else {}
            new = {id: ids.get(before[id]) if id in before else None for id in left}
            now |= {id: None if at is None else ArticleId(at) for id, at in new.items()}
            return dict.fromkeys(gone) | now

    def _identities(self, ids: Sequence[int]) -> dict[int, Identity]:
        """Return identities as of the held moment; none if it was lost with its connection."""
        try:
            with self.asking() as view:
                return view.identities(ids) if ids else {}
        except CacheGone:
            return {}

    def _following(self) -> Next | None:
        """Return the moment that `prepare` has read; None if it or a later one is held already."""
        following, self._next = self._next, None
        if following is not None and following.held.moment.version <= self.facets.version:
            self.engine.end(following.held.moment)
            return None
        return following
