"""The PostgreSQL engine's moments: read transactions that last while others write."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from reader.cache.engines.postgres.ahead import Reading
from reader.cache.engines.postgres.connections import (
    BEGIN,
    SILENT_S,
    Connection,
    Pool,
    end,
    no_archive,
)
from reader.cache.engines.postgres.view import MomentView, PostgresView

SEARCHES = 2
"""Concurrent word searches."""

_COUNTERS = "SELECT name, value FROM cryptoread.meta"


class PostgresMoment:
    """One state of the archive: a read transaction, and others of the same state for searches.

    `view` is for fast reads, under the session's lock.
    """

    __slots__ = ("db", "free", "is_over", "others", "texts", "users", "version", "view")

    def __init__(self, db: Connection, counters: dict[str, int], reading: Reading) -> None:
        self.db = db
        self.view = MomentView(db, counters, reading)
        self.version = counters["version"]
        self.texts = counters["texts"]
        self.others: list[Connection] = []
        self.free: list[Connection] = []
        """Connections for searches that are not in use."""
        self.users = 0
        """Searches that are running."""
        self.is_over = False
        """Whether another moment has replaced it."""

    def counters(self) -> dict[str, int]:
        """Return the counters of this state."""
        return {"version": self.version, "texts": self.texts}


class Moments:
    """Begins and ends moments, and lends their connections. Thread-safe."""

    def __init__(self, pool: Pool, lock: RLock) -> None:
        """Begin without moments. lock: the session's, held while a moment's view is used."""
        self._pool = pool
        self._lock = lock
        self._reading = Reading()

    def begin(self) -> PostgresMoment:
        """Return the present state, held until `end`: one round trip."""
        db = self._pool.lend(SILENT_S)
        try:
            with db.pipeline():
                for statement in BEGIN:
                    db.execute(statement)
                found = db.execute(_COUNTERS)
            counters: dict[str, int] = dict(found.fetchall())
        except BaseException:
            end(db)
            self._pool.give_back(db)
            raise
        if not counters.keys() >= {"version", "texts"}:
            end(db)
            self._pool.give_back(db)
            raise no_archive(self._pool.name)
        return PostgresMoment(db, counters, self._reading)

    def end(self, moment: PostgresMoment) -> None:
        """Release a moment as soon as its last search has ended."""
        with self._pool.lock:
            moment.is_over = True
            is_unused = not moment.users
        if is_unused:
            self._let_go(moment)

    def lease(self, moment: PostgresMoment) -> None:
        """Keep a moment until `searching` ends."""
        with self._pool.lock:
            moment.users += 1

    @contextmanager
    def searching(self, moment: PostgresMoment | None) -> Iterator[PostgresView]:
        """Give a view for looking up words. moment: leased; None: the present state."""
        if moment is None:
            yield PostgresView(self._pool.of_thread())
            return
        db: Connection | None = None
        try:
            db = self._borrowed(moment)
            yield PostgresView(db, moment.counters())
        finally:
            self._give_back(moment, db)

    def _borrowed(self, moment: PostgresMoment) -> Connection:
        """Wait for a connection for searches that shows the same state."""
        with self._pool.lock:
            while not moment.free:
                if len(moment.others) < SEARCHES:
                    break
                self._pool.lock.wait()
            else:
                return moment.free.pop()
        return self._added(moment)

    def _added(self, moment: PostgresMoment) -> Connection:
        with self._lock:
            row = moment.db.execute("SELECT pg_export_snapshot()").fetchone()
        snapshot = str(row[0]) if row else ""
        db = self._pool.lend()
        try:
            with db.pipeline():
                db.execute(BEGIN[0])
                # The server takes no parameter here; what it returned has digits and dashes alone.
                db.execute(f"SET TRANSACTION SNAPSHOT '{snapshot.replace(chr(39), '')}'")
                for statement in BEGIN[1:]:
                    db.execute(statement)
        except BaseException:
            end(db)
            self._pool.give_back(db)
            raise
        with self._pool.lock:
            moment.others.append(db)
        return db

    def _give_back(self, moment: PostgresMoment, db: Connection | None) -> None:
        with self._pool.lock:
            moment.users -= 1
            if db is not None and db.closed:
                moment.others.remove(db)
            elif db is not None:
                moment.free.append(db)
            is_over = moment.is_over and not moment.users
            self._pool.lock.notify_all()
        if is_over:
            self._let_go(moment)

    def _let_go(self, moment: PostgresMoment) -> None:
        for db in (moment.db, *moment.others):
            end(db)
            self._pool.give_back(db)
        moment.others, moment.free = [], []
