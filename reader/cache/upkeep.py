"""Upkeep of `cache.db`: its write-ahead log, the segments of its full-text index."""

import sqlite3
from contextlib import suppress
from itertools import count

from reader.cache.engines.sqlite.engine import SqliteEngine, errors
from reader.cache.engines.sqlite.transaction import SqliteTransaction
from reader.cache.facets.changes import settle
from reader.cache.files.connections import transaction
from reader.cache.files.schema import LOG_BYTES, impatient
from reader.errors import CacheDamaged, CacheError

MERGE = "INSERT INTO fulltext (fulltext, rank) VALUES ('merge', ?)"
MERGE_PAGES, MERGE_STEPS = 100, 10
"""Pages of 4 kB per transaction, and transactions: enough to keep up with 50 new articles."""
ALL_PAGES = 100_000


class Upkeep:
    """Keeps the files of a cache small and quick while others use them."""

    def __init__(self, engine: SqliteEngine) -> None:
        self._engine = engine

    def begin_log_anew(self) -> bool:
        """Move all commits from the log into the file and restart the log; return whether it could.

        It cannot while another program holds an older snapshot, as a screen does for a second or
        more. Does not wait for that.
        """
        with self._engine.errors(), impatient(db := self._engine.pool.of_thread()):
            (is_busy, _, _) = db.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
            return not is_busy

    def empty_log(self) -> None:
        """Move commits from the log into the file, also while another thread writes.

        Closing the cache does the same; doing it earlier saves time then.
        """
        with suppress(sqlite3.Error, CacheError):
            self._engine.pool.of_thread().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def has_long_log(self, least: int = 0) -> bool:
        """Return whether the log should be emptied before more is written. least: bytes."""
        return self.log_bytes() > max(LOG_BYTES, least)

    def log_bytes(self) -> int:
        """Return the length of the write-ahead log's file."""
        path = self._engine.path
        try:
            return path.with_name(f"{path.name}-wal").stat().st_size
        except FileNotFoundError:
            return 0

    def tidy(self, *, entirely: bool = False) -> None:
        """Merge segments of the full-text index where many of one size have accumulated.

        For idle time: it may write some megabytes, a little at a time. entirely: merge all
        segments; after a large import that may write a gigabyte, which a later change would write
        otherwise.
        """
        pages, steps = (ALL_PAGES, count()) if entirely else (MERGE_PAGES, range(MERGE_STEPS))
        db = self._engine.pool.of_thread()
        # Suppressed: another program is writing and will merge them.
        with suppress(sqlite3.Error), impatient(db):
            if entirely:
                with suppress(CacheDamaged), errors(self._engine.path), transaction(db):
                    settle(SqliteTransaction(db))
            for _ in steps:
                before = db.total_changes
                db.execute(MERGE, (pages,))
                if db.total_changes < before + 2:  # by FTS5's manual: nothing was left to merge
                    break
