"""Upkeep of `cache.db`: its write-ahead log, the segments of its full-text index."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from queue import Queue
from threading import Thread
from time import monotonic, sleep

from reader.cache.engines.sqlite.pool import CachePool
from reader.cache.engines.sqlite.transaction import SqliteTransaction
from reader.cache.facets.changes import settle
from reader.cache.files.connections import transaction
from reader.cache.files.damage import sql_errors
from reader.cache.files.schema import LOG_BYTES, without_waiting
from reader.cache.values.facet_rows import Damaged
from reader.errors import CacheDamaged, CacheError

MERGE = "INSERT INTO fulltext (fulltext, rank) VALUES ('merge', ?)"
MERGE_PAGES, MERGE_STEPS = 100, 10
"""Pages of 4 kB per transaction, and transactions: enough to keep up with 50 new articles."""
ALL_PAGES = 100_000

SCREEN_WAIT_S, SCREEN_LOOK_S = 12.0, 0.05
"""How long an import waits for an open screen, which reacts within five seconds; how often it
checks."""


class SqliteUpkeep:
    """Keeps the files of a cache small and quick while others use them. See `engine.Upkeep`."""

    def __init__(self, pool: CachePool) -> None:
        self._pool = pool

    def begin_log_anew(self) -> bool:
        """Move all commits from the log into the file and restart the log; return whether it could.

        It cannot while another program holds an older snapshot, as a screen does for a second or
        more. Does not wait for that.
        """
        with sql_errors(self._pool.path), without_waiting(db := self._pool.of_thread()):
            (is_busy, _, _) = db.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
            return not is_busy

    def empty_log(self) -> None:
        """Move commits from the log into the file, also while another thread writes.

        Closing the cache does the same; doing it earlier saves time then.
        """
        with suppress(sqlite3.Error, CacheError):
            self._pool.of_thread().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def has_long_log(self, least: int = 0) -> bool:
        """Return whether the log should be emptied before more is written. least: bytes."""
        return self.log_bytes() > max(LOG_BYTES, least)

    def log_bytes(self) -> int:
        """Return the length of the write-ahead log's file."""
        path = self._pool.path
        try:
            return path.with_name(f"{path.name}-wal").stat().st_size
        except FileNotFoundError:
            return 0

    @contextmanager
    def during_import(self, is_screen_open: Callable[[], bool]) -> Iterator[Callable[[], None]]:
        """Give a callback that empties the log in the background after a commit."""
        wanted: Queue[bool] = Queue()

        def work() -> None:
            while wanted.get():
                self.empty_log()
                wanted.task_done()
            self._pool.release()

        screen = _LogBesideScreen(self)

        def empty_log() -> None:
            if is_screen_open():
                screen.empty_log()  # in this thread, to leave a core free
                return
            wanted.put(True)
            if self.has_long_log():
                wanted.join()  # it starts again from its beginning only when it is empty

        emptying = Thread(target=work)
        emptying.start()
        try:
            yield empty_log
        finally:
            wanted.put(False)
            emptying.join()

    def tidy(self, *, entirely: bool = False) -> None:
        """Merge segments of the full-text index where many of one size have gathered.

        For idle time: it may write some megabytes, a little at a time. entirely: merge all
        segments; after a large import that may write a gigabyte, which a later change would write
        otherwise.
        """
        from reader.cache.engines.sqlite.word_upkeep import carry_sets

        pages, steps = (ALL_PAGES, count()) if entirely else (MERGE_PAGES, range(MERGE_STEPS))
        db = self._pool.of_thread()
        # Suppressed: another program is writing and will merge them.
        with suppress(sqlite3.Error), without_waiting(db):
            if entirely:
                with suppress(CacheDamaged, Damaged), sql_errors(self._pool.path), transaction(db):
                    settle(SqliteTransaction(db))
            for _ in steps:
                before = db.total_changes
                db.execute(MERGE, (pages,))
                if db.total_changes < before + 2:  # by its manual, nothing was left to merge
                    break
            carry_sets(db)

    def keep_words(self) -> None:
        """Store the articles of words that are slow to find. It may end at any moment."""
        from reader.cache.engines.sqlite.word_upkeep import keep_sets

        with suppress(sqlite3.Error):
            keep_sets(self._pool.of_thread())

    def lacks_words(self) -> bool:
        """Return whether `keep_words` has many seconds of work to do."""
        from reader.cache.engines.sqlite.word_upkeep import due, has_many, is_far_behind

        with suppress(sqlite3.Error):
            db = self._pool.of_thread()
            return has_many(db) and (is_far_behind(db) or bool(due(db)))
        return False


class _LogBesideScreen:
    """The log beside an open screen, whose read snapshot keeps it from starting again.

    A long log starts again when the screen has renewed its snapshot, as a rule twice: to the latest
    state, then to one outside of the log. If that takes too long (a suspended screen), the log may
    grow to twice its length before the next wait.
    """

    def __init__(self, upkeep: SqliteUpkeep) -> None:
        self._upkeep = upkeep
        self._longest = 0

    def empty_log(self) -> None:
        if not self._upkeep.has_long_log(self._longest):
            return
        end = monotonic() + SCREEN_WAIT_S
        while not self._upkeep.begin_log_anew():
            if monotonic() > end:
                self._longest = 2 * self._upkeep.log_bytes()
                return
            sleep(SCREEN_LOOK_S)
