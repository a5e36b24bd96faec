"""Moments: states of `cache.db` that stay readable while other programs write.

Which of them is held, and what is read in it, belongs to `session`.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import RLock

from reader.cache.damage import number
from reader.cache.pool import CachePool
from reader.cache.words import Words
from reader.errors import CacheGone

SEARCHES = 3
"""Words that are looked up at once. Includes a spare for a query SQLite cannot interrupt."""

TRIES = 5
"""How often a second connection is begun anew until it shows the same version as the first."""


class Moment:
    """One state of `cache.db`: read transactions on a few connections, all of one version.

    `db` answers what takes no time, under the session's lock. Words are looked up on connections
    of their own (`Moments.searching`), so that no key waits for them.
    """

    __slots__ = ("connections", "db", "free", "is_over", "texts", "users", "version", "words")

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.connections = [db]
        self.free: list[sqlite3.Connection] = []
        """Connections for searches that are not in use."""
        self.words = Words()
        self.version = meta(db, "version")
        self.texts = meta(db, "texts")
        self.users = 0
        """Searches that are running."""
        self.is_over = False
        """Another moment has taken its place."""


class Moments:
    """Begins and ends moments, and lends their connections. Thread-safe.

    lock: held by the session while `Moment.db` is used.
    """

    def __init__(self, pool: CachePool, lock: RLock) -> None:
        self._pool = pool
        self._lock = lock
        self._words = Words()
        """Words looked up in the present state, where no moment is held."""

    def begin(self, searches: int = 1) -> Moment:
        """Return the present state, held until `end`.

        searches: 1 for a connection for searches from the start, 0 for none. Others are added when
        they are needed, as long as the cache is of the same version.
        """
        for _ in range(TRIES):
            moment = Moment(self._begun())
            try:
                if not searches or self._add(moment):
                    break
            except CacheGone:  # then its words are looked up on the first connection
                break
            self.end(moment)
        return moment

    def end(self, moment: Moment) -> None:
        """Let go of a moment, as soon as no search uses it any more."""
        with self._pool.lock:
            moment.is_over = True
            if not moment.users:
                self._let_go(moment)

    def lease(self, moment: Moment | None) -> Moment | None:
        """Keep a moment until `searching` ends. Call it under the session's lock."""
        if moment is not None:
            with self._pool.lock:
                moment.users += 1
        return moment

    def words(self, moment: Moment | None) -> Words:
        """Return the words that are known in a moment; None: in the present state."""
        return moment.words if moment else self._words

    @contextmanager
    def searching(self, moment: Moment | None) -> Iterator[tuple[sqlite3.Connection, Words]]:
        """Give a connection on which words may be looked up, and the words that are known.

        moment: from `lease`; None: the present state.
        """
        if moment is None:
            yield self._pool.of_thread(), self._words
            return
        db = self._borrowed(moment)
        try:
            if db is None:
                with self._lock:
                    yield moment.db, moment.words
            else:
                yield db, moment.words
        finally:
            self._give_back(moment, db)

    def _borrowed(self, moment: Moment) -> sqlite3.Connection | None:
        """Wait for a connection for searches; None if the cache has changed since the first."""
        with self._pool.lock:
            while not moment.free:
                searches = len(moment.connections) - 1
                with suppress(CacheGone):
                    if searches < SEARCHES and self._add(moment):
                        break
                if not searches:
                    return None
                self._pool.lock.wait()
            return moment.free.pop()

    def _give_back(self, moment: Moment, db: sqlite3.Connection | None) -> None:
        with self._pool.lock:
            moment.users -= 1
            if db is not None:
                moment.free.append(db)
            if moment.is_over and not moment.users:
                self._let_go(moment)
            self._pool.lock.notify_all()

    def _add(self, moment: Moment) -> bool:
        """Add a connection for searches; return whether the cache still is of that version."""
        with self._pool.lock:
            db = self._begun()
            is_same = meta(db, "version") == moment.version
            if is_same:
                moment.connections.append(db)
                moment.free.append(db)
            else:
                self._ended(db)
            return is_same

    def _begun(self) -> sqlite3.Connection:
        db = self._pool.lend()
        db.execute("BEGIN")
        return db

    def _ended(self, db: sqlite3.Connection) -> None:
        db.execute("COMMIT")
        self._pool.give_back(db)

    def _let_go(self, moment: Moment) -> None:
        for db in moment.connections:
            self._ended(db)
        moment.connections, moment.free = [], []


def meta(db: sqlite3.Connection, name: str) -> int:
    """Return a counter of the cache: `version` grows with every change, `texts` with articles."""
    return number(db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone())
