"""The PostgreSQL engine's moments: read transactions that last while others write."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from psycopg.pq import TransactionStatus

from reader.cache.engines.postgres.ahead import Reading
from reader.cache.engines.postgres.connections import (
    ANSWER_S,
    BEGIN,
    READ_S,
    SILENT_S,
    ArchiveGone,
    Connection,
    end,
    no_archive,
)
from reader.cache.engines.postgres.pool import Pool
from reader.cache.engines.postgres.view import MomentView, PostgresView
from reader.i18n import _

SEARCHES = 2
"""Concurrent word searches."""

_COUNTERS = "SELECT name, value FROM cryptoread.meta"


class PostgresMoment:
    """One state of the archive: a read transaction, and others of the same state for searches.

    `view` is for fast reads, under the session's lock.
    """

    __slots__ = ("borrowed", "db", "free", "is_over", "others", "texts", "users", "version", "view")

    def __init__(self, db: Connection, counters: dict[str, int], reading: Reading) -> None:
        self.db = db
        self.view = MomentView(db, counters, reading)
        self.version = counters["version"]
        self.texts = counters["texts"]
        self.others: list[Connection] = []
        self.free: list[Connection] = []
        """Connections for searches that are not in use."""
        self.users = 0
        """Searches that are running, or wait for a connection."""
        self.borrowed = 0
        """Searches that have a connection: they do not need that of the moment."""
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
        self._begun: set[PostgresMoment] = set()
        pool.reclaim = self._idle

    def begin(self) -> PostgresMoment:
        """Return the present state, held until `end`: one round trip."""
        db = self._pool.lend(SILENT_S)
        try:
            with db.pipeline():
                for statement in BEGIN:
                    db.execute(statement)
                found = db.execute(_COUNTERS)
            counters: dict[str, int] = dict(found.fetchall())
            db.patience_s = ANSWER_S  # keys wait for what is read from now on
        except BaseException:
            end(db)
            self._pool.give_back(db)
            raise
        if not counters.keys() >= {"version", "texts"}:
            end(db)
            self._pool.give_back(db)
            raise no_archive(self._pool.name)
        moment = PostgresMoment(db, counters, self._reading)
        with self._pool.lock:
            self._begun.add(moment)
        return moment

    def end(self, moment: PostgresMoment) -> None:
        """Release a moment as soon as its last search has ended."""
        with self._pool.lock:
            moment.is_over = True
            self._pool.lock.notify_all()
        self._let_go(moment)

    @contextmanager
    def preparing(self, moment: PostgresMoment) -> Iterator[PostgresView]:
        """Give a view for looking up words in a moment that no other thread reads yet.

        It is on the moment's own connection: a thread that has one waits for none.
        """
        moment.db.patience_s = Connection.patience_s
        yield PostgresView(moment.db, moment.counters())
        moment.db.patience_s = ANSWER_S

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

        def is_there() -> bool:
            if moment.is_over and moment in self._begun:  # no key needs its own connection
                self._begun.remove(moment)
                moment.db.patience_s = Connection.patience_s
                moment.others.append(moment.db)
                moment.free.append(moment.db)
            if moment.free or moment.is_over:
                return bool(moment.free) or not moment.others
            return len(moment.others) < SEARCHES and self._pool.reserve()

        snapshot = self._exported(moment)
        with self._pool.lock:
            if not self._pool.lock.wait_for(is_there, READ_S):
                raise self._pool.busy()
            if moment.free:
                moment.borrowed += 1
                return moment.free.pop()
            if moment.is_over:
                raise ArchiveGone(self._pool.name, _("the connection was lost"))
        return self._added(moment, snapshot)

    def _exported(self, moment: PostgresMoment) -> str:
        """Return what another connection shows the same state by; empty if it needs none.

        Before a connection is waited for: whoever has one does not wait for the session's lock.
        """
        with self._pool.lock:
            if moment.free or moment.is_over:
                return ""
        with self._lock:
            row = moment.db.execute("SELECT pg_export_snapshot()").fetchone()
        return str(row[0]) if row else ""

    def _added(self, moment: PostgresMoment, snapshot: str) -> Connection:
        db = self._pool.lend_reserved()
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
            moment.borrowed += 1
        return db

    def _give_back(self, moment: PostgresMoment, db: Connection | None) -> None:
        with self._pool.lock:
            moment.users -= 1
            moment.borrowed -= db is not None
            if db is not None:
                moment.free.append(db)
            self._pool.lock.notify_all()
        self._let_go(moment)

    def _let_go(self, moment: PostgresMoment) -> None:
        """Give back what a moment has and does not need any more."""
        with self._pool.lock:
            unneeded = [db for db in moment.free if not _is_in_transaction(db)]
            if moment.is_over:
                usable = [db for db in moment.free if db not in unneeded]
                unneeded += usable[moment.users - moment.borrowed :]
            for db in unneeded:
                moment.free.remove(db)
                moment.others.remove(db)
            if moment.is_over and moment.users == moment.borrowed and moment in self._begun:
                self._begun.remove(moment)
                unneeded.append(moment.db)
        for db in unneeded:
            self._pool.give_back(db)

    def _idle(self) -> Connection | None:
        """Return a connection of a search that has ended, whose moment is still held."""
        for moment in self._begun:
            if moment.free:
                db = moment.free.pop()
                moment.others.remove(db)
                return db
        return None


def _is_in_transaction(db: Connection) -> bool:
    """Return whether a connection still shows its state: not after a loss or a cancelled search."""
    return not db.closed and db.info.transaction_status == TransactionStatus.INTRANS
