"""The PostgreSQL engine's moments: read transactions that last while others write."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from psycopg.pq import TransactionStatus

from reader.cache.engines.postgres.ahead import Ahead, Question
from reader.cache.engines.postgres.connections import (
    ANSWER_S,
    BEGIN,
    READ_S,
    SILENT_S,
    ArchiveGone,
    Connection,
    Cursor,
    no_archive,
)
from reader.cache.engines.postgres.moment_view import MomentView, SearchView
from reader.cache.engines.postgres.pool import Pool
from reader.cache.engines.postgres.view import COUNTERS, PostgresView
from reader.i18n import _

SEARCHES = 2
"""Concurrent word searches."""

_EXPORT = "SELECT pg_export_snapshot()"


class PostgresMoment:
    """One state of the archive: a read transaction, and others of the same state for searches.

    `view` is for fast reads, under the session's lock. `ahead`: what was read with its beginning.
    """

    __slots__ = (
        *("ahead", "db", "free", "is_over", "is_whole", "others", "snapshot", "texts", "users"),
        *("version", "view"),
    )

    def __init__(self, db: Connection, counters: dict[str, int], ahead: Ahead) -> None:
        self.db = db
        self.ahead = ahead
        self.view = MomentView(db, counters, ahead)
        self.version = counters["version"]
        self.texts = counters["texts"]
        self.snapshot = ""
        """Names this state for other transactions, once one has joined."""
        self.others: list[Connection] = []
        """Connections for searches."""
        self.free: list[Connection] = []
        """Those of them that are not in use."""
        self.users = 0
        """Searches that are running, or wait for a connection."""
        self.is_over = False
        """Whether another moment has replaced it."""
        self.is_whole = True
        """Whether it still has its own connection, not lent to a search nor given back."""

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
        pool.reclaim = self._idle

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
            db.patience_s = ANSWER_S  # keys wait for what is read from now on
        except BaseException:
            self._pool.give_back(db)
            raise
        with self._pool.lock:
            self._live.append(moment)
        return moment

    def end(self, moment: PostgresMoment) -> None:
        """Release a moment as soon as its last search has ended."""
        with self._pool.lock:
            moment.is_over = True
            self._live = [each for each in self._live if each is not moment]
            self._pool.lock.notify_all()
        self._let_go(moment)

    @contextmanager
    def preparing(self, moment: PostgresMoment) -> Iterator[PostgresView]:
        """Give a view for looking up words in a moment that no other thread reads yet.

        It is on the moment's own connection: a thread that has one waits for none.
        """
        moment.db.patience_s = Connection.patience_s
        yield SearchView(moment.db, moment.counters(), moment.ahead.changes)
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
            if not db.is_begun:
                self._join(db, moment)
            yield SearchView(db, moment.counters(), moment.ahead.changes)
        finally:
            self._give_back(moment, db)

    def _borrowed(self, moment: PostgresMoment) -> Connection:
        """Wait for a connection for searches, in a transaction of the same state or in none."""

        def is_there() -> bool:
            if moment.is_over and moment.is_whole:  # no key needs its own connection
                moment.is_whole = False
                moment.db.patience_s = Connection.patience_s
                moment.others.append(moment.db)
                moment.free.append(moment.db)
            if moment.free or moment.is_over:
                return bool(moment.free) or not moment.others
            return len(moment.others) < SEARCHES and self._pool.reserve()

        with self._pool.lock:
            if not self._pool.lock.wait_for(is_there, READ_S):
                raise self._pool.busy()
            if moment.free:
                return moment.free.pop()
            if moment.is_over:
                raise ArchiveGone(self._pool.name, _("the connection was lost"))
        db = self._pool.lend_reserved()
        with self._pool.lock:
            moment.others.append(db)
        return db

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
        with self._pool.lock:
            moment.users -= 1
            if db is not None:
                moment.free.append(db)
            self._pool.lock.notify_all()
        self._let_go(moment)

    def _let_go(self, moment: PostgresMoment) -> None:
        """Give back what a moment does not need any more.

        All of it at once: a search joins its state with its first question, while another ends.
        """
        with self._pool.lock:
            is_unused = moment.is_over and not moment.users
            unneeded = [db for db in moment.free if is_unused or not _is_usable(db)]
            for db in unneeded:
                moment.free.remove(db)
                moment.others.remove(db)
            if is_unused and moment.is_whole:
                moment.is_whole = False
                unneeded.append(moment.db)
        for db in unneeded:
            self._pool.give_back(db)

    def _idle(self) -> Connection | None:
        """Return a connection of a search that has ended, whose moment is still held."""
        for moment in self._live:
            if moment.free:
                db = moment.free.pop()
                moment.others.remove(db)
                return db
        return None


def _is_usable(db: Connection) -> bool:
    """Return whether a connection still shows its state: not after a loss or a cancelled search."""
    return db.info.transaction_status == TransactionStatus.INTRANS


def _name_in(exported: Cursor) -> str:
    """Return the name of an exported state: digits and dashes."""
    row = exported.fetchone()
    return str(row[0]).replace("'", "") if row else ""
