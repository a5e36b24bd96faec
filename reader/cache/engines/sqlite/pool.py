"""Connections to `cache.db`, one per thread and some to lend."""

import sqlite3
import threading
from pathlib import Path

from reader.cache.files.migrations import CACHE
from reader.cache.files.pool import Pool
from reader.errors import CacheGone

READER_CACHE_KIB = 64
"""Page cache of a connection that only reads: rows, texts and words take no longer than with 256,
as the system has the pages, too."""


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
            return self._idle.pop() if self._idle else self._opened_to_read()

    def _opened_to_read(self) -> sqlite3.Connection:
        db = self.open()
        db.execute(f"PRAGMA cache_size = -{READER_CACHE_KIB}")
        return db

    def give_back(self, db: sqlite3.Connection) -> None:
        """Keep a connection for the next `lend`, without the pages that it has read."""
        db.execute("PRAGMA shrink_memory")
        self._idle.append(db)

    def close(self) -> None:
        """Close every connection, whichever thread opened it."""
        self._idle.clear()
        super().close()
