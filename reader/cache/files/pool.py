"""Connections to one of the two files, one per thread. Knows nothing about the queries."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

from reader.cache.files import copies
from reader.cache.files.migrations import Schema
from reader.cache.files.schema import connect

LEAVING_TIMEOUT_MS = 500


class Pool:
    """Connections to one file. Thread-safe: each thread has a connection of its own."""

    def __init__(self, path: Path, schema: Schema, gone: Callable[[Path], Exception]) -> None:
        """Open no connection yet. gone: makes the error for a file that was deleted."""
        self.path = path
        self._schema = schema
        self._gone = gone
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []

    def open(self) -> sqlite3.Connection:
        """Open another connection, until `close`. Raises CacheError."""
        is_known = bool(self._opened) and not copies.is_only_read(self.path)
        if is_known and not self.path.exists():  # SQLite would begin an empty file
            raise self._gone(self.path)
        db = connect(self.path, self._schema)
        self._opened.append(db)
        return db

    def of_thread(self) -> sqlite3.Connection:
        """Return this thread's connection, opened on first use. Raises CacheError."""
        db = self.known()
        return self.keep(self.open()) if db is None else db

    def known(self) -> sqlite3.Connection | None:
        """Return this thread's connection if it is open."""
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        return db

    def keep(self, db: sqlite3.Connection) -> sqlite3.Connection:
        """Use an open connection as this thread's."""
        self._local.db = db
        return db

    def any(self) -> sqlite3.Connection | None:
        """Return this thread's connection, else that of another.

        SQLite allows one thread after the other to use it.
        """
        return self.known() or next(iter(self._opened), None)

    def close(self) -> None:
        """Close every connection, whichever thread opened it."""
        for db in self._opened:
            db.close()
        self._opened.clear()
        self._local = threading.local()

    def release(self) -> None:
        """Close this thread's connection."""
        db = vars(self._local).pop("db", None)
        if db is not None:
            self._opened.remove(db)
            db.close()

    def wait_briefly(self) -> None:
        """Wait at most 500 ms for locks of other programs from now on, in this thread."""
        self.of_thread().execute(f"PRAGMA busy_timeout = {LEAVING_TIMEOUT_MS}")
