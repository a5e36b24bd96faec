"""A few connections to one archive, which the threads of a program take turns to use.

A thread has at most one besides that of the moment that is held, and waits for none while it has
one: so they are enough, and no two threads wait for each other.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg.pq import TransactionStatus

from reader.cache.engines.postgres.address import Address
from reader.cache.engines.postgres.connections import ArchiveGone, Connection, connect, end_soon
from reader.i18n import _, grouped

MOST = 3
"""Connections of one program: of the moment held, of the next one, and of a search or a mark."""

LOCK_S, BRIEF_LOCK_S = 10, 0.5
"""How long a statement waits for a lock of another program, and when the screen is being left."""


class _Own:
    """What one thread has: a connection while it uses the archive."""

    __slots__ = ("db", "is_brief", "uses")

    def __init__(self) -> None:
        self.db: Connection | None = None
        self.uses = 0
        self.is_brief = False


class Pool:
    """At most `MOST` connections to one archive. Thread-safe.

    `lock`: held while it is decided who has which. `reclaim`: gives back an idle connection of a
    search, in its transaction, if there is one; called with the lock held.
    """

    def __init__(self, address: Address) -> None:
        """Open no connection yet."""
        self.address = address
        self.lock = threading.Condition()
        self.reclaim: Callable[[], Connection | None] = lambda: None
        self._local = threading.local()
        self._lent: set[Connection] = set()
        self._free: list[Connection] = []
        self._reserved = 0

    @property
    def name(self) -> str:
        """Return what messages call the archive."""
        return self.address.name

    # The connection of a thread.

    @contextmanager
    def using(self) -> Iterator[None]:
        """Give this thread's connection back at the end of the outermost use."""
        own = self._own()
        own.uses += 1
        try:
            yield
        finally:
            own.uses -= 1
            if not own.uses:
                self._give_up(own)

    def of_thread(self) -> Connection:
        """Return this thread's connection until the end of its use; another one after a loss."""
        own = self._own()
        if own.db is None or own.db.closed:
            self._give_up(own)
            own.db = self.lend()
        return own.db

    def release(self) -> None:
        """Give this thread's connection back, also one that was taken without a use."""
        self._give_up(self._own())

    def wait_briefly(self) -> None:
        """Wait only briefly for locks of other programs from now on, in this thread."""
        self._own().is_brief = True

    @property
    def lock_ms(self) -> int:
        """Return how long this thread waits for locks."""
        return int(self._lock_s() * 1000)

    def _lock_s(self) -> float:
        return BRIEF_LOCK_S if self._own().is_brief else LOCK_S

    def _own(self) -> _Own:
        own: _Own | None = getattr(self._local, "own", None)
        if own is None:
            self._local.own = own = _Own()
        return own

    def _give_up(self, own: _Own) -> None:
        db, own.db = own.db, None
        if db is not None:
            self.give_back(db)

    # Connections that are lent.

    def lend(self, patience_s: float = Connection.patience_s) -> Connection:
        """Return a connection until `give_back`; wait for one. Raises CacheError."""
        with self.lock:
            if not self.lock.wait_for(self.reserve, self._lock_s()):
                raise self.busy()
        return self.lend_reserved(patience_s)

    def reserve(self) -> bool:
        """Reserve a connection for `lend_reserved` if not all are in use. Needs the lock."""
        if len(self._lent) + self._reserved >= MOST:
            if (idle := self.reclaim()) is None:
                return False
            end_soon(idle)
            self._lent.discard(idle)
            self._free.append(idle)
        self._reserved += 1
        return True

    def lend_reserved(self, patience_s: float = Connection.patience_s) -> Connection:
        """Return a connection that was reserved. Raises CacheError."""
        try:
            db = self._taken() or connect(self.address)
        except BaseException:
            with self.lock:
                self._reserved -= 1
                self.lock.notify_all()
            raise
        with self.lock:
            self._reserved -= 1
            self._lent.add(db)
        db.patience_s = patience_s
        return db

    def _taken(self) -> Connection | None:
        while True:
            with self.lock:
                if not self._free:
                    return None
                db = self._free.pop()
            if _is_alive(db):
                return db
            db.close()  # it was lost, or left in the middle of an answer

    def busy(self) -> ArchiveGone:
        """Return the error for a thread that has waited too long for a connection."""
        text = _("all of its {number} connections are in use")
        return ArchiveGone(self.name, text.format(number=grouped(MOST)))

    def give_back(self, db: Connection) -> None:
        """Let others use a connection that was lent."""
        end_soon(db)
        with self.lock:
            is_ours = db in self._lent  # else all were closed meanwhile
            self._lent.discard(db)
            if is_ours and not db.closed:
                self._free.append(db)
            self.lock.notify_all()
        if not is_ours:
            db.close()

    def close(self) -> None:
        """Close every connection, whichever thread has it."""
        with self.lock:
            opened = [*self._lent, *self._free]
            self._lent, self._free = set(), []
            self._local = threading.local()
            self.lock.notify_all()
        for db in opened:
            with suppress(psycopg.Error):
                if db.is_asked:
                    db.cancel_safe(timeout=1)
            db.close()


def _is_alive(db: Connection) -> bool:
    """Return whether an idle connection was not ended by the server, as when that is restarted."""
    try:
        db.settle()
        db.pgconn.consume_input()  # what the server says before it ends
        db.pgconn.consume_input()
    except psycopg.OperationalError:
        return False
    return db.info.transaction_status == TransactionStatus.IDLE
