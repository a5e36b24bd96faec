"""The moment as of which a data folder is asked, the facets read in it, and the locks around both.

What is asked belongs to `questions` and `texts`, what is written to `marking` and `intake`.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from pyroaring import BitMap

from reader.article import ArticleId
from reader.cache.facets import Facet, Facets, News, Truth
from reader.cache.identities import id_of, identities
from reader.cache.marks import Marks
from reader.cache.moments import Moment, Moments
from reader.cache.pool import CachePool, MarksPool
from reader.cache.schema import sql_errors
from reader.cache.words import Cancel, Words
from reader.errors import CacheGone, MarksGone
from reader.query import Query

LEAVING_TIMEOUT_MS = 500


class Next(NamedTuple):
    """What `catch_up` takes when it leaves the moment held for a later one."""

    moment: Moment
    news: list[tuple[Facets, News]]
    query: Query
    """Whose words have been looked up in it."""


class Session:
    """The connections to one data folder, and the moment held. Thread-safe.

    `lock`: held while the shared facets are read or changed. `writing`: held by the one thread
    that writes. `moment`: as of which questions are answered; None: each is answered as of now.
    `facets`: of all languages, as of the last question. `is_only_read`: nothing can be written.
    """

    def __init__(self, path: Path, marks_path: Path, truth: Truth) -> None:
        """truth: counts facets anew from the articles where those of the file are damaged."""
        self.path = path
        self.is_only_read = False
        self.lock = threading.RLock()
        self.writing = threading.RLock()
        self.cache_pool = CachePool(path)
        self.marks_pool = MarksPool(marks_path)
        self.moments = Moments(self.cache_pool, self.lock)
        self.moment: Moment | None = None
        self._truth = truth
        self._given: dict[Facet, BitMap] = {}
        """Facets of marks that the cache does not show and that cannot be written there."""
        self._of_language: dict[str, Facets] = {}
        self.facets = self.facets_of("")
        self._next: Next | None = None
        """Read by `prepare`, for `catch_up`."""

    def close(self) -> None:
        """Close every connection, whichever thread opened it."""
        self.moment = None
        self.cache_pool.close()
        self.marks_pool.close()

    def release(self) -> None:
        """Close this thread's connections, for a thread that ends before the session does."""
        self.cache_pool.release()
        self.marks_pool.release()

    def hurry(self) -> None:
        """Wait at most 500 ms for locks of other programs from now on, in this thread."""
        with sql_errors(self.marks_pool.path):
            self.cache_pool.hurry(LEAVING_TIMEOUT_MS)
            with suppress(MarksGone):
                self.marks_pool.hurry(LEAVING_TIMEOUT_MS)

    def version(self) -> int:
        """Return a number that grows with every change of the cache, by whichever program.

        It is the version that answers are made of.
        """
        with self.asking():
            return self.facets.version

    def texts(self) -> int:
        """Return a number that grows with every change of an article, and not with marks."""
        with self.asking():
            return self.facets.texts

    # Connections and facets, for the parts.

    def marks(self) -> Marks:
        """Return the marks, on this thread's connection. Raises MarksGone, CacheError."""
        return self.marks_pool.marks()

    def facets_of(self, lang: str) -> Facets:
        """Return the facets cut to a folded language; of all articles where it is empty."""
        if lang not in self._of_language:
            self._of_language[lang] = self.new_facets(lang)
        return self._of_language[lang]

    def new_facets(self, lang: str = "") -> Facets:
        """Return facets with nothing loaded, which the session does not refresh."""
        return Facets(lang, self._truth, self._given)

    def give(self, facets: Mapping[Facet, BitMap]) -> None:
        """Answer with these facets in the place of those of the file, which cannot be written."""
        self._given.update(facets)

    @contextmanager
    def asking(self, lang: str = "") -> Iterator[sqlite3.Connection]:
        """Give a connection that shows the moment held, with the facets of the language.

        It holds the lock. Raises CacheError.
        """
        with self.lock, sql_errors(self.path):
            facets, moment = self.facets_of(lang), self.moment
            db = moment.db if moment else self.cache_pool.of_thread()
            if moment is None or facets.version != moment.version:
                for each in self._of_language.values():  # all of the same version
                    each.refresh(db)
            yield db

    @contextmanager
    def present(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that shows the present state, whatever moment is held."""
        with sql_errors(self.path):
            yield self.cache_pool.of_thread()

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection to write on. One thread at a time has it."""
        with self.writing, sql_errors(self.path):
            yield self.cache_pool.of_thread()

    # The moment held.

    def lease(self) -> Moment | None:
        """Return the moment held, kept until `searching` ends. Call it under the lock."""
        return self.moments.lease(self.moment)

    @contextmanager
    def searching(self, moment: Moment | None) -> Iterator[tuple[sqlite3.Connection, Words]]:
        """Give a connection on which words may be looked up without the lock, and known words."""
        with sql_errors(self.path), self.moments.searching(moment) as found:
            yield found

    def hold(self) -> None:
        """Pin reads to this moment until `catch_up`: sets, rows, texts and words.

        What other programs write then delays no question, and ids mean what they meant.
        """
        with sql_errors(self.path), self.lock:
            moment = self.moments.begin(searches=0)
            self._take(moment)
            for facets in self._of_language.values():
                facets.refresh(moment.db)

    def _take(self, moment: Moment) -> None:
        """Answer as of that moment from now on. Call it under the lock."""
        before, self.moment = self.moment, moment
        if before is not None:
            if before.texts == moment.texts:
                moment.words = before.words
            self.moments.end(before)

    def renew(self) -> bool:
        """Return whether nothing has changed since the moment held, and hold the present one.

        Only so can the write-ahead log be emptied: it keeps what an open read transaction sees.
        """
        with sql_errors(self.path), suppress(CacheGone):
            moment = self.moments.begin()
            is_same = self._renewed(moment)
            if not is_same:
                self.moments.end(moment)
            return is_same
        return True

    def _renewed(self, moment: Moment) -> bool:
        with self.lock:
            is_same = moment.version == self.facets.version
            if is_same:
                self._take(moment)
            return is_same

    def prepare(self, query: Query) -> bool:
        """Read what has changed, for `catch_up`; return whether anything has. Thread-safe.

        query: its words are looked up as well, so that it is answered at once. Other threads may
        ask meanwhile, as of the moment held.
        """
        if self.moment is None:
            return False
        with sql_errors(self.path):
            try:
                moment = self.moments.begin()
            except CacheGone:
                return False
            if self._renewed(moment):
                return False
            news = [(facets, facets.news(moment.db)) for facets in list(self._of_language.values())]
            self._look_up(query, moment)
            self._propose(Next(moment, news, query))
            return True

    def _look_up(self, query: Query, moment: Moment) -> None:
        if query.words:
            with self.lock:
                self.moments.lease(moment)
            with self.moments.searching(moment) as (db, words):
                words.keep(BitMap(), query.words, db, Cancel())

    def _propose(self, step: Next) -> None:
        """Let `catch_up` take this one, unless another thread has read a later one meanwhile."""
        with self.lock:
            left = self._next
            if left is None or left.moment.version <= step.moment.version:
                self._next = step
            else:
                left = step
        if left is not None:
            self.moments.end(left.moment)

    def is_prepared_for(self, query: Query) -> bool:
        """Return whether there is something to catch up with, and the query's words are known."""
        return self._next is not None and set(query.words) <= set(self._next.query.words)

    def catch_up(self, follow: Iterable[ArticleId] = ()) -> dict[ArticleId, ArticleId | None]:
        """Advance to the moment that `prepare` has read, else to the present one. Thread-safe.

        follow: ids of articles as of before. Return their ids from here on, None for an article
        that is gone.
        """
        if self._next is None:
            self.prepare(Query())
        with sql_errors(self.path), self.lock:
            following = self._following()
            if following is None:
                return {id: id for id in follow}
            with self.asking() as db:
                held = {id: next(identities(db, BitMap([id])), None) for id in follow}
            for facets, found in following.news:
                facets.take(found)
            self._take(following.moment)
            db = following.moment.db
            for facets in self._of_language.values():
                facets.refresh(db)  # those of a language that was first asked for meanwhile
            return {
                id: ArticleId(now) if each and (now := id_of(db, each)) is not None else None
                for id, each in held.items()
            }

    def _following(self) -> Next | None:
        """Take what `prepare` has read; None where that or a later moment is held already."""
        following, self._next = self._next, None
        if following is not None and following.moment.version <= self.facets.version:
            self.moments.end(following.moment)
            return None
        return following
