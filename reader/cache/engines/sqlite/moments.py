"""The SQLite engine's moments: read snapshots of `cache.db` that last while others write.

`session` decides which moment is held and what is read in it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import RLock

from reader.cache.engines.sqlite.pool import CachePool
from reader.cache.engines.sqlite.view import SqliteView
from reader.errors import CacheGone

SEARCHES = 3
"""Concurrent word searches. Includes a spare for a query SQLite cannot interrupt."""

TRIES = 5
"""Attempts to open a second connection that shows the same version as the first."""


class SqliteMoment:
    """One state of `cache.db`: read transactions on a few connections, all of one version.

    `view` is for fast reads, under the session's lock. Words are looked up on separate connections
    (`Moments.searching`), so that keys do not wait for them.
    """

    __slots__ = ("connections", "free", "is_over", "texts", "users", "version", "view")

    def __init__(self, db: sqlite3.Connection) -> None:
        self.view = SqliteView(db)
        self.connections = [db]
        self.free: list[sqlite3.Connection] = []
        """Connections for searches that are not in use."""
        self.version = self.view.counter("version")
        self.texts = self.view.counter("texts")
        self.users = 0
        """Searches that are running."""
        self.is_over = False
        """Whether another moment has replaced it."""


class Moments:
    """Begins and ends moments, and lends their connections. Thread-safe."""

    def __init__(self, pool: CachePool, lock: RLock) -> None:
        """Begin without moments. lock: the session's, held while a moment's view is used."""
        self._pool = pool
        self._lock = lock

    def begin(self, searches: int = 1) -> SqliteMoment:
        """Return the present state, held until `end`.

        searches: 1 for a connection for searches from the start, 0 for none. Others are added when
        they are needed, as long as the cache is of the same version.
        """
        for _ in range(TRIES):
            moment = SqliteMoment(self._begun())
            try:
                if not searches or self._add(moment):
                    break
            except CacheGone:  # then its words are looked up on the first connection
                break
            self.end(moment)
        return moment

    def end(self, moment: SqliteMoment) -> None:
        """Release a moment as soon as its last search has ended."""
        with self._pool.lock:
            moment.is_over = True
            if not moment.users:
                self._let_go(moment)

    def lease(self, moment: SqliteMoment) -> None:
        """Keep a moment until `searching` ends."""
        with self._pool.lock:
            moment.users += 1

    @contextmanager
    def searching(self, moment: SqliteMoment | None) -> Iterator[SqliteView]:
        """Give a view for looking up words. moment: leased; None: the present state."""
        if moment is None:
            yield SqliteView(self._pool.of_thread())
            return
        db = self._borrowed(moment)
        try:
            if db is None:
                with self._lock:
                    yield moment.view
            else:
                yield SqliteView(db)
        finally:
            self._give_back(moment, db)

    def _borrowed(self, moment: SqliteMoment) -> sqlite3.Connection | None:
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

    def _give_back(self, moment: SqliteMoment, db: sqlite3.Connection | None) -> None:
        with self._pool.lock:
            moment.users -= 1
            if db is not None:
                moment.free.append(db)
            if moment.is_over and not moment.users:
                self._let_go(moment)
            self._pool.lock.notify_all()

    def _add(self, moment: SqliteMoment) -> bool:
        """Add a connection for searches; return whether the cache still is of that version."""
        with self._pool.lock:
            db = self._begun()
            is_same = SqliteView(db).counter("version") == moment.version
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

    def _let_go(self, moment: SqliteMoment) -> None:
        for db in moment.connections:
            self._ended(db)
        moment.connections, moment.free = [], []
