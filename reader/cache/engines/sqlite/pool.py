"""Connections to one of the two files, one per thread. Knows nothing about the queries."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

from reader.cache.files import copies
from reader.cache.files.migrations import CACHE, MARKS, Schema
from reader.cache.files.schema import connect, sql_errors
from reader.cache.marks.journal import Marks
from reader.errors import CacheGone, MarksGone

LEAVING_TIMEOUT_MS = 500

FileId = tuple[int, int]
"""Device and inode, which identify a file under any name."""


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

        SQLite allows several threads to use it, one at a time.
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

    def hurry(self) -> None:
        """Wait at most 500 ms for locks of other programs from now on, in this thread."""
        self.of_thread().execute(f"PRAGMA busy_timeout = {LEAVING_TIMEOUT_MS}")


class CachePool(Pool):
    """Connections to `cache.db`; those of ended moments are reused."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, CACHE, CacheGone)
        self.lock = threading.Condition()
        """Held while connections are lent and returned."""
        self._idle: list[sqlite3.Connection] = []

    def of_thread(self) -> sqlite3.Connection:
        """Return this thread's connection.

        Raises CacheGone if the file was deleted and no idle connection is left.
        """
        try:
            return super().of_thread()
        except CacheGone:
            with self.lock:
                if not self._idle:
                    raise
                return self.keep(self._idle.pop())

    def lend(self) -> sqlite3.Connection:
        """Return a connection for `give_back`, an idle one if there is any."""
        with self.lock:
            return self._idle.pop() if self._idle else self.open()

    def give_back(self, db: sqlite3.Connection) -> None:
        """Keep a connection for the next `lend`."""
        self._idle.append(db)

    def close(self) -> None:
        """Close every connection, whichever thread opened it."""
        self._idle.clear()
        super().close()


class MarksPool(Pool):
    """Connections to `marks.db`, which follow the file when another takes its place."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, MARKS, MarksGone)
        self._files: dict[int, FileId | None] = {}
        """The file that a connection is open on, by the connection's `id()`."""

    def marks(self) -> Marks:
        """Return the marks, on this thread's connection. Raises MarksGone, CacheError.

        A connection is reopened if its file was replaced by another. If the file was
        deleted, an open connection goes on showing what was in it.
        """
        db, file = self.known(), file_id(self.path)
        if db is not None and file not in (None, self._files[id(db)]):
            self.release()
            db = None
        if db is None:
            if file is None and not copies.is_only_read(self.path):
                raise MarksGone(self.path)  # SQLite would begin an empty file
            db = self.of_thread()
            self._files[id(db)] = file
        return Marks(db, self.path)

    def is_present(self) -> bool:
        """Return whether this thread's connection is open on the file that is there now."""
        db = self.known()
        return db is not None and self._files[id(db)] == file_id(self.path)

    def hurry(self) -> None:
        """Wait at most 500 ms for locks from now on, in this thread. Raises MarksGone."""
        self.marks()
        with sql_errors(self.path):
            super().hurry()

    def release(self) -> None:
        """Close this thread's connection."""
        self._files.pop(id(self.known()), None)
        super().release()

    def close(self) -> None:
        """Close every connection, whichever thread opened it."""
        self._files.clear()
        super().close()


def file_id(path: Path) -> FileId | None:
    """Return device and inode of the file at a path; None if it is missing or empty."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if status.st_size else None
