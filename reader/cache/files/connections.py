"""Connections that any thread may close, and transactions on them."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from typing import Any

ASK_AGAIN_S = 0.005


class Connection(sqlite3.Connection):
    """A connection whose `close` waits for a statement that another thread runs.

    Python asks SQLite about a statement that has just run; if the connection was closed meanwhile,
    the process ends with a segmentation fault.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        self._running = threading.RLock()
        self.changed: Any = None
        """What `engines.sqlite.changed` caches with a connection."""
        super().__init__(*args, **options)

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Execute a statement as `sqlite3` does; a cancelled question can interrupt it."""
        with self._running:
            return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """Execute a statement for each row; a cancelled question can interrupt it."""
        with self._running:
            return super().executemany(sql, parameters)

    def close(self) -> None:
        """Interrupt what is running, then close.

        An interruption lasts until the next statement: it would abort the checkpoint of closing.
        """
        if not self._running.acquire(blocking=False):
            with suppress(sqlite3.ProgrammingError):  # it is closed
                self.interrupt()
            self._running.acquire()
            with suppress(sqlite3.Error):
                super().execute("SELECT 1").close()
        try:
            if self.changed is not None:
                self.changed.close()
            super().close()
        finally:
            self._running.release()


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Hold a write transaction, locked from the start so that it cannot fail half-way."""
    _begin(db)
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # a commit on a full disk leaves it open
            db.execute("ROLLBACK")
        raise


def _begin(db: sqlite3.Connection) -> None:
    """Begin to write as soon as no other program does, within the connection's patience.

    SQLite itself asks again after up to 100 ms. A program that writes one transaction after the
    other has begun the next by then, and so again for as long as it works.
    """
    (patience,) = db.execute("PRAGMA busy_timeout").fetchone()
    ends = monotonic() + patience / 1000
    db.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() >= ends:
                    raise
                sleep(ASK_AGAIN_S)
            else:
                return
    finally:
        db.execute(f"PRAGMA busy_timeout = {patience}")


@contextmanager
def snapshot(db: sqlite3.Connection) -> Iterator[None]:
    """Hold a read transaction, or use the open one: everything within is read as of one moment."""
    if db.in_transaction:
        yield
        return
    db.execute("BEGIN")
    try:
        yield
    finally:
        if db.in_transaction:
            db.execute("COMMIT")
