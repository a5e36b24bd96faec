"""The PostgreSQL engine: one archive on a server, a few connections, and moments to read in."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from reader.cache.engines.postgres.address import Address
from reader.cache.engines.postgres.connections import (
    SILENT_S,
    WRITE_S,
    Connection,
    connect,
    end,
    sql_errors,
)
from reader.cache.engines.postgres.moments import Moments, PostgresMoment
from reader.cache.engines.postgres.pool import Pool
from reader.cache.engines.postgres.setup import check_on
from reader.cache.engines.postgres.view import PostgresView
from reader.errors import CacheLocked

if TYPE_CHECKING:
    from reader.cache.engines.postgres.listening import Listener
    from reader.cache.engines.postgres.transaction import PostgresTransaction
    from reader.cache.engines.postgres.upkeep import PostgresUpkeep

WRITERS = 0x63724331
"""Key of the advisory lock that every writer holds for its transaction."""
DECIDING = 0x63724333
"""The same of the one screen of all machines that decides stories."""


NOTIFY = "SELECT pg_notify('cryptoread_' || id, '') FROM cryptoread.archive"
"""Tells open screens of a change, at the end of the transaction: see `listening`."""

_SLOTS = "(SELECT value FROM cryptoread.meta WHERE name = 'slots')"
_LOCK = f"SELECT pg_advisory_xact_lock(%s), {_SLOTS}"
_TRY_LOCK = f"SELECT pg_try_advisory_xact_lock(%s), {_SLOTS}"


class PostgresEngine:
    """Opens views of one shared archive. Thread-safe. See `engine.Engine`."""

    def __init__(self, address: Address, lock: threading.RLock) -> None:
        """Open no connection yet. lock: the session's, held while a moment's view is used."""
        self.address = address
        self.pool = Pool(address)
        self._writing = threading.RLock()
        self._listener: Listener | None = None
        self._moments = Moments(self.pool, lock)

    @property
    def name(self) -> str:
        """Return the address of the archive."""
        return self.address.name

    @cached_property
    def upkeep(self) -> "PostgresUpkeep":
        """Return the part that keeps the archive quick."""
        from reader.cache.engines.postgres.upkeep import PostgresUpkeep

        return PostgresUpkeep(self.transaction)

    def check(self) -> str:
        """Return the id of the archive, if this program can use it. Raises CacheError.

        The connection is then that of the first moment.
        """
        with self.errors():
            return check_on(self.pool.of_thread(), self.address)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Raise CacheError for whatever goes wrong within; then let others use the connection."""
        with sql_errors(self.name), self.pool.using():
            yield

    def present(self) -> PostgresView:
        """Return this thread's view of the present state, within `errors`. Raises CacheError."""
        return PostgresView(self.pool.of_thread)

    @contextmanager
    def transaction(self, *, wait: bool = True) -> "Iterator[PostgresTransaction]":
        """Give a write transaction, one writer of all machines at a time.

        Raises CacheLocked, CacheError.
        """
        from reader.cache.engines.postgres.transaction import PostgresTransaction

        with self._writing, self.errors():
            db = self.pool.of_thread()
            before, db.patience_s = db.patience_s, WRITE_S + SILENT_S
            try:
                with db.pipeline():
                    slots = self._begin(db, wait=wait)
                    to = PostgresTransaction(db, slots)
                    yield to
                    if to.has_changed:
                        db.execute(NOTIFY)
                    db.execute("COMMIT")
                    _check(db)
            except BaseException:
                end(db)
                raise
            finally:
                db.patience_s = before

    def _begin(self, db: Connection, *, wait: bool) -> int:
        """Begin a transaction that holds the lock of writers; return the width of slots.

        Each statement sees what was committed before it, so that nothing is read that another
        writer has changed while this one waited.
        """
        db.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
        db.execute(f"SET LOCAL lock_timeout = {self.pool.lock_ms}")
        db.execute(f"SET LOCAL statement_timeout = {WRITE_S * 1000}")
        row = db.execute(_LOCK if wait else _TRY_LOCK, (WRITERS,)).fetchone()
        if row is None or row[0] is False:
            raise CacheLocked(self.name)
        return int(row[1] or 0)

    @contextmanager
    def deciding_alone(self) -> Iterator[bool]:
        """Give whether this program decides stories meanwhile, alone of all machines.

        Through a pooler no lock outlives a transaction: there each program decides.
        """
        from reader.cache.engines.postgres.listening import is_direct

        with self.errors(), closing(connect(self.address)) as db:
            if not is_direct(db):
                yield True
                return
            row = db.execute("SELECT pg_try_advisory_lock(%s)", (DECIDING,)).fetchone()
            yield row is not None and bool(row[0])

    def listen(self, told: Callable[[], None]) -> "Listener":
        """Call `told` in another thread soon after each change, until `close`."""
        from reader.cache.engines.postgres.listening import Listener

        self._listener = Listener(self.address, told)
        return self._listener

    changing_own = transaction
    """Belongs to the user: `cache.shared` keeps it beside the marks, and calls this never."""

    def alone(self) -> AbstractContextManager[object]:
        """Keep other threads from writing meanwhile."""
        return self._writing

    def begin(self, searches: int = 1, texts: int = -1) -> PostgresMoment:  # noqa: ARG002 - later
        """Return the present state, held until `end`. See `Moments.begin`."""
        return self._moments.begin(texts)

    def end(self, moment: PostgresMoment) -> None:
        """Release a moment as soon as its last search has ended."""
        self._moments.end(moment)

    def lease(self, moment: PostgresMoment) -> None:
        """Keep a moment until `searching` ends."""
        self._moments.lease(moment)

    def preparing(self, moment: PostgresMoment) -> AbstractContextManager[PostgresView]:
        """Give a view for looking up words in a moment that no other thread reads yet."""
        return self._moments.preparing(moment)

    def searching(self, moment: PostgresMoment | None) -> AbstractContextManager[PostgresView]:
        """Give a view for looking up words. moment: leased; None: the present state."""
        return self._moments.searching(moment)

    def suspect(self) -> None:
        """Do nothing: the server's files are checked by its own tools."""

    def wait_briefly(self) -> None:
        """Wait only briefly for locks of other programs from now on, in this thread."""
        self.pool.wait_briefly()

    def release(self) -> None:
        """Close this thread's connection."""
        self.pool.release()

    def close(self) -> None:
        """Close every connection, whichever thread opened it."""
        if self._listener is not None:
            self._listener.stop()
        self.pool.close()


def _check(db: Connection) -> None:
    """Wait for what was sent, and raise what went wrong; a failed commit rolls back silently."""
    db.execute("SELECT 1").fetchone()
