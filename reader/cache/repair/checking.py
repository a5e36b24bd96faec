"""Check the two files by reading all of each. Changes nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from reader.cache.engines.sqlite.source_states import source_states
from reader.cache.files import copies
from reader.cache.files.migrations import CACHE, MARKS, Schema
from reader.cache.files.schema import check_version, check_whole, connect, sql_errors
from reader.cache.marks.state import marked
from reader.cache.repair.preparing import prepare
from reader.cache.source_states import SourceState
from reader.errors import CacheUnwritable


def check_cache(folder: Path) -> int:
    """Read every page of the articles; return their number.

    Raises CacheDamaged, CacheTooNew and other CacheErrors; FileNotFoundError without a file.
    """
    with _opened(folder / "cache.db", CACHE) as db:
        check_whole(db, folder / "cache.db", CACHE)
        (count,) = db.execute("SELECT count(*) FROM articles").fetchone()
        return int(count)


def check_marks(folder: Path) -> int:
    """Return how many articles have a mark. Raises as `check_cache`."""
    with _opened(folder / "marks.db", MARKS) as db:
        check_whole(db, folder / "marks.db", MARKS)
        return marked(db)


def sources(folder: Path) -> dict[str, SourceState]:
    """Return the state of each live source, by its address. Raises CacheError.

    Empty for a missing file, and for a file of an earlier version.
    """
    path = folder / "cache.db"
    if not path.exists():
        return {}
    with _opened(path, CACHE) as db:
        if check_version(db, path, CACHE) < len(CACHE.migrations):
            return {}
        return {state.url: state for state in source_states(db)}


@contextmanager
def _opened(path: Path, schema: Schema) -> Iterator[sqlite3.Connection]:
    """Give a connection to an existing file of a usable version."""
    if not path.exists():
        raise FileNotFoundError(path)  # SQLite would create it
    with closing(_connected(path, schema)) as db, sql_errors(path):
        check_version(db, path, schema)
        yield db


def _connected(path: Path, schema: Schema) -> sqlite3.Connection:
    """Open the file, or its replacement in a read-only folder."""
    if copies.is_writable(path):
        with suppress(CacheUnwritable), closing(connect(path, schema)) as db, sql_errors(path):
            db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            return connect(path, schema)
    prepare(path, schema)
    return connect(path, schema)
