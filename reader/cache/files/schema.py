"""Open and check the two SQLite files.

Their tables are in `migrations`. Knows neither queries nor outcomes.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reader.cache.files import copies
from reader.cache.files.connections import Connection
from reader.cache.files.damage import is_of_another_format, suspect
from reader.cache.files.damage import sql_errors as sql_errors
from reader.cache.files.migrations import Schema
from reader.errors import CacheDamaged, CacheError, CacheTooNew
from reader.i18n import _
from reader.safety.own_files import NotRegular, make_private, refuse_other

BUSY_TIMEOUT_MS = 10_000

PAGE_BYTES = 4096

CHECKPOINT_PAGES = 32_000
"""128 MB of log, so that an import copies a page that it changed ten times only once."""

BESIDE = ("", "-wal", "-shm", "-journal")
"""Suffixes of the files that SQLite keeps for one database."""

LOG_BYTES = CHECKPOINT_PAGES * PAGE_BYTES
"""Size to which the log's file shrinks when the log restarts."""

CACHE_KIB = 256
"""Page cache of a connection. Each thread has one, and the system caches the file as well."""

WRITER_CACHE_KIB = 128 * 1024
"""Page cache for many writes, which change pages of a far larger file again and again."""

IDENTITY = "iif(feed = '', source, feed), external, iif(feed = '', lang, '')"  # not shown: SQL
"""SQL of an `Identity`, from columns of `articles`."""

FEEDS_SINCE = 8
"""The first version in which `articles` has these columns."""


def connect(path: Path, schema: Schema) -> sqlite3.Connection:
    """Open a connection to a file that `prepare` has seen. Raises CacheError."""
    with sql_errors(path):
        check_files(path)
        uri, reads_only = copies.address(path), copies.is_only_read(path)
        if not reads_only and not copies.is_writable(path):
            uri, reads_only = f"{uri}?mode=ro&immutable=1", True
        # Passed to another thread only after the first has finished with it: see the pool.
        db = sqlite3.connect(
            uri, uri=True, isolation_level=None, check_same_thread=False, factory=Connection
        )
        make_private(path)  # SQLite gives the files beside it the same permissions
        db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        db.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")
        db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        db.execute(f"PRAGMA synchronous = {schema.synchronous}")
        # Some builds write zeros over what is deleted, and merging the index deletes much.
        db.execute("PRAGMA secure_delete = OFF")
        if reads_only:
            db.execute("PRAGMA query_only = ON")
        return db


def check_files(path: Path) -> None:
    """Raise CacheError where SQLite would wait for a pipe, or read a device."""
    try:
        refuse_other(path)
        resolved = path.resolve()
        for ending in BESIDE:
            refuse_other(resolved.with_name(resolved.name + ending))
    except NotRegular as error:
        text = _("{error}, or choose another folder with --data")
        raise CacheError(text.format(error=error)) from error


def has_articles(db: sqlite3.Connection) -> bool:
    """Return whether a file of an early version has any articles."""
    table = "SELECT 1 FROM sqlite_master WHERE name = 'articles'"
    if db.execute(table).fetchone() is None:
        return False
    return db.execute("SELECT 1 FROM articles LIMIT 1").fetchone() is not None


def check_version(db: sqlite3.Connection, path: Path, schema: Schema) -> int:
    """Return the version of a file. Raises CacheTooNew, and CacheError if it is not ours."""
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    application_id = db.execute("PRAGMA application_id").fetchone()[0]
    if version > len(schema.migrations):
        raise CacheTooNew(path)
    if application_id not in (0, schema.application_id) or (version and not application_id):
        text = _("{file} is not a file of cryptoread; choose another folder with --data")
        raise CacheError(text.format(file=path))
    return version


def check_whole(db: sqlite3.Connection, path: Path, schema: Schema) -> None:
    """Read every page. Raises CacheDamaged; the next start then renames the file."""
    version = check_version(db, path, schema)
    verdict = str(db.execute("PRAGMA integrity_check(1)").fetchone()[0])
    verdict = verdict if verdict != "ok" else ""
    if not verdict and is_of_another_format(db, path):
        verdict = _("its header names another format")
    if not verdict and version:
        from reader.cache.files.shape import misshapen

        verdict = misshapen(db, schema, version)
    if verdict:
        suspect(path)
        raise CacheDamaged(path, verdict)


@contextmanager
def without_waiting(db: sqlite3.Connection) -> Iterator[None]:
    """Do not wait for locks of other programs meanwhile."""
    db.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
