"""The SQLite engine: one `cache.db`, one connection per thread, and moments to read in.

The SQL is in `view`, `facet_tables` and what they use.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from reader.cache.engines.sqlite.moments import Moments, SqliteMoment
from reader.cache.engines.sqlite.pool import CachePool
from reader.cache.engines.sqlite.view import SqliteView
from reader.cache.files.connections import transaction
from reader.cache.files.damage import Malformed, sql_errors, suspect
from reader.cache.files.schema import without_waiting
from reader.cache.values.facet_rows import Damaged

if TYPE_CHECKING:
    from reader.cache.engines.sqlite.transaction import SqliteTransaction
    from reader.cache.engines.sqlite.upkeep import SqliteUpkeep


class SqliteEngine:
    """Opens views of one `cache.db`. Thread-safe. See `engine.Engine`.

    `path`: of the file. `pool`: its connections.
    """

    def __init__(self, path: Path, lock: threading.RLock) -> None:
        """Open no connection yet. lock: the session's, held while a moment's view is used."""
        self.path = path
        self.pool = CachePool(path)
        self._writing = threading.RLock()
        self._moments = Moments(self.pool, lock)

    @property
    def name(self) -> str:
        """Return the path of the file."""
        return str(self.path)

    @cached_property
    def upkeep(self) -> "SqliteUpkeep":
        """Return the part that keeps the file small and fast."""
        from reader.cache.engines.sqlite.upkeep import SqliteUpkeep

        return SqliteUpkeep(self.pool)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Raise CacheError for whatever goes wrong within."""
        with errors(self.path):
            yield

    def present(self) -> SqliteView:
        """Return this thread's view of the present state. Raises CacheError."""
        return SqliteView(self.pool.of_thread())

    @contextmanager
    def transaction(self, *, wait: bool = True) -> "Iterator[SqliteTransaction]":
        """Give a write transaction, one thread at a time. Raises CacheLocked, CacheError."""
        from reader.cache.engines.sqlite.transaction import SqliteTransaction

        with self.changing() as db, nullcontext() if wait else without_waiting(db), transaction(db):
            yield SqliteTransaction(db)

    changing_own = transaction
    """The file is the user's own, and has the facets of marks beside the others."""

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection to write on, one thread at a time. Raises CacheError."""
        with self._writing, errors(self.path):
            yield self.pool.of_thread()

    def alone(self) -> AbstractContextManager[object]:
        """Keep other threads from writing meanwhile."""
        return self._writing

    def begin(self, searches: int = 1, texts: int = -1) -> SqliteMoment:  # noqa: ARG002
        """Return the present state, held until `end`. searches: expected concurrent searches."""
        return self._moments.begin(searches)

    def end(self, moment: SqliteMoment) -> None:
        """Release a moment as soon as its last search has ended."""
        self._moments.end(moment)

    def lease(self, moment: SqliteMoment) -> None:
        """Keep a moment until `searching` ends."""
        self._moments.lease(moment)

    def preparing(self, moment: SqliteMoment) -> AbstractContextManager[SqliteView]:
        """Give a view for looking up words in a moment that no other thread reads yet."""
        self.lease(moment)
        return self.searching(moment)

    def searching(self, moment: SqliteMoment | None) -> AbstractContextManager[SqliteView]:
        """Give a view for looking up words. moment: leased; None: the present state."""
        return self._moments.searching(moment)

    def suspect(self) -> None:
        """Request a full check of the file at the next start."""
        suspect(self.path)

    def wait_briefly(self) -> None:
        """Wait at most 500 ms for locks of other programs from now on, in this thread."""
        self.pool.wait_briefly()

    def release(self) -> None:
        """Close this thread's connection."""
        self.pool.release()

    def close(self) -> None:
        """Close every connection, whichever thread opened it."""
        self.pool.close()


@contextmanager
def errors(path: Path) -> Iterator[None]:
    """Raise CacheError for errors of SQLite, and for damaged facets that were not recounted."""
    with sql_errors(path):
        try:
            yield
        except Damaged as error:
            raise Malformed(str(error)) from error
