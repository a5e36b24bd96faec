"""The PostgreSQL engine's moments: read transactions that last while others write."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from psycopg.pq import TransactionStatus

from reader.cache.engines.postgres.ahead import Ahead, Question
from reader.cache.engines.postgres.connections import (
    BEGIN,
    SILENT_S,
    Connection,
    Cursor,
    Pool,
    end_soon,
    no_archive,
)
from reader.cache.engines.postgres.moment_view import MomentView, SearchView
from reader.cache.engines.postgres.view import COUNTERS, PostgresView

SEARCHES = 2
"""Concurrent word searches."""

_EXPORT = "SELECT pg_export_snapshot()"


class PostgresMoment:
    """One state of the archive: a read transaction, and others of the same state for searches.

    `view` is for fast reads, under the session's lock. `ahead`: what was read with its beginning.
    """

    __slots__ = (
        *("ahead", "db", "free", "is_over", "searches", "snapshot", "texts", "users", "version"),
        "view",
    )

    def __init__(self, db: Connection, counters: dict[str, int], ahead: Ahead) -> None:
        self.db = db
        self.ahead = ahead
        self.view = MomentView(db, counters, ahead)
        self.version = counters["version"]
        self.texts = counters["texts"]
        self.snapshot = ""
        """Names this state for other transactions, once one has joined."""
        self.searches = 0
        """Connections for searches."""
        self.free: list[Connection] = []
        """Those of them that are not in use."""
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
        self._live: list[PostgresMoment] = []
        """Moments that are not over: first the one that is held."""

    def begin(self, texts: int = -1) -> PostgresMoment:
        """Return the present state, held until `end`, and what has changed: one round trip.

        texts: the version of the texts since which changes are wanted if no moment is held.
        """
        with self._pool.lock:
            held = self._live[0] if self._live else None
        db = self._pool.lend(SILENT_S)
        try:
            with db.pipeline():
                for statement in BEGIN:
                    db.execute(statement)
                found = db.execute(COUNTERS)
                question = Question(db, held.ahead if held else None, texts)
                # Words are searched for: they will be again.
                exported = db.execute(_EXPORT) if held and held.snapshot else None
            counters: dict[str, int] = dict(found.fetchall())
            if not counters.keys() >= {"version", "texts"}:
                raise no_archive(self._pool.name)
            moment = PostgresMoment(db, counters, question.answered(counters))
            if exported is not None:
                moment.snapshot = _name_in(exported)
        except BaseException:
            self._return(db)
            raise
        with self._pool.lock:
            self._live.append(moment)
        return moment

    def _return(self, db: Connection) -> None:
        end_soon(db)
        self._pool.give_back(db)

    def end(self, moment: PostgresMoment) -> None:
        """Release a moment as soon as its last search has ended."""
        with self._pool.lock:
            moment.is_over = True
            self._live = [each for each in self._live if each is not moment]
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
            if not db.is_begun:
                self._join(db, moment)
            yield SearchView(db, moment.counters(), moment.ahead.changes)
        finally:
            self._give_back(moment, db)

    def _borrowed(self, moment: PostgresMoment) -> Connection:
        """Wait for a connection for searches, in a transaction of the same state or in none."""
        with self._pool.lock:
            while not moment.free and moment.searches == SEARCHES:
                self._pool.lock.wait()
            if moment.free:
                return moment.free.pop()
            moment.searches += 1
        try:
            return self._pool.lend()
        except BaseException:
            with self._pool.lock:
                moment.searches -= 1
                self._pool.lock.notify_all()
            raise

    def _join(self, db: Connection, moment: PostgresMoment) -> None:
        """Begin a transaction that shows the same state."""
        if not moment.snapshot:
            with self._lock:
                moment.snapshot = _name_in(moment.db.execute(_EXPORT))
        # The server takes no parameter for the name.
        shown = f"SET TRANSACTION SNAPSHOT '{moment.snapshot}'"
        db.begin_with((BEGIN[0], shown, *BEGIN[1:]))

    def _give_back(self, moment: PostgresMoment, db: Connection | None) -> None:
        """Keep the connection for other searches in the moment, unless its transaction failed."""
        is_usable = db is not None and db.info.transaction_status == TransactionStatus.INTRANS
        with self._pool.lock:
            moment.users -= 1
            if db is not None and is_usable:
                moment.free.append(db)
            elif db is not None:
                moment.searches -= 1
            is_over = moment.is_over and not moment.users
            self._pool.lock.notify_all()
        if db is not None and not is_usable:
            self._return(db)
        if is_over:
            self._let_go(moment)

    def _let_go(self, moment: PostgresMoment) -> None:
        for db in (*moment.free, moment.db):
            self._return(db)
        moment.free = []


def _name_in(exported: Cursor) -> str:
    """Return the name of an exported state: digits and dashes."""
    row = exported.fetchone()
    return str(row[0]).replace("'", "") if row else ""
