"""Copy the two files for a backup, and put such copies in place again.

Knows nothing about the format of backups.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from reader.cache.files.asides import alone, set_aside, take_place
from reader.cache.files.connections import snapshot
from reader.cache.files.damage import no_longer_suspect, suspect
from reader.cache.files.migrations import CACHE, MARKS, Schema
from reader.cache.files.schema import check_version, connect, sql_errors
from reader.cache.marks.journal import marks_errors
from reader.cache.marks.state import State, check_rows, counter_of, look, marked
from reader.cache.repair.marks_copies import copies
from reader.cache.repair.marks_shown import counter_shown
from reader.cache.repair.preparing import prepare
from reader.errors import CacheDamaged, CacheError, CacheLocked, CacheUnwritable
from reader.i18n import _
from reader.reasons import reason_of_sqlite

SCHEMAS = {"marks.db": MARKS, "cache.db": CACHE}
"""The files of a data folder, in the order of being put in place."""

WAIT_MS = 2_000
"""Time to wait for a program that is just closing a file."""

MEANWHILE = 1_000
"""Maximum changes of marks by other programs before the files are locked."""

_OBJECTS = "SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"


class Strange(Exception):
    """The file is not one that cryptoread has made; the text says why."""


class Put(NamedTuple):
    """A file that was put in place. `aside`: new name of the former file, None without one."""

    name: str
    aside: Path | None


def is_there(folder: Path, name: str) -> bool:
    """Return whether the folder has that file and it is not empty."""
    path = folder / name
    return path.is_file() and path.stat().st_size > 0


def copy_of(folder: Path, name: str, to: Path) -> int:
    """Copy a file while others use it; return its number of articles (`marks.db`: with marks).

    to: an empty file. The copy is one plain file, as of one moment, and is checked. Raises
    CacheError; OSError if it cannot be written.
    """
    path, schema = folder / name, SCHEMAS[name]
    with closing(connect(path, schema)) as db, sql_errors(path):
        check_version(db, path, schema)
        try:
            with sql_errors(to), closing(sqlite3.connect(to, isolation_level=None)) as copy:
                copy.execute("PRAGMA synchronous = OFF")
                with snapshot(db):
                    db.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
                return _whole(copy, path, name)
        except CacheDamaged as error:
            suspect(path)
            raise CacheDamaged(path, reason_of_sqlite(error.__cause__ or error)) from error
        except CacheUnwritable as error:
            raise OSError(reason_of_sqlite(error.__cause__ or error)) from error


def _whole(db: sqlite3.Connection, path: Path, name: str) -> int:
    (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise CacheDamaged(path, verdict) from sqlite3.DatabaseError(verdict)
    if name == "marks.db":
        return marked(db)
    return int(db.execute("SELECT count(*) FROM articles").fetchone()[0])


# Restoring.


def check_copy(path: Path, name: str) -> int:
    """Check an untrusted copy and make it ready to use; return as `copy_of`.

    Raises Strange, CacheTooNew, CacheDamaged.
    """
    schema = SCHEMAS[name]
    try:
        with closing(connect(path, schema)) as db, sql_errors(path):
            db.execute("PRAGMA trusted_schema = OFF")
            version = check_version(db, path, schema)
            if not version or set(db.execute(_OBJECTS)) != _objects(schema, version):
                raise Strange(_("has other tables than cryptoread makes"))
            count = _whole(db, path, name)
            db.execute("PRAGMA journal_mode = WAL")
    except ValueError as error:  # an undecodable message of SQLite
        raise Strange(_("has names that are not text")) from error
    if name == "marks.db":
        prepare(path, schema)
        with closing(connect(path, schema)) as db:
            check_rows(db, path)
    return count


def _objects(schema: Schema, version: int) -> set[tuple[str, str]]:
    """Return the schema objects of that version: others, such as a trigger, would act in use."""
    from reader.safety.temporary import TemporaryFolder

    with TemporaryFolder() as folder:
        path = Path(folder) / "new.db"
        prepare(path, schema._replace(migrations=schema.migrations[:version]))
        with closing(connect(path, schema)) as db, sql_errors(path):
            return set(db.execute(_OBJECTS))


def put_in_place(files: dict[str, Path], folder: Path) -> list[Put]:
    """Put checked files in place; the former files are renamed.

    files: by name, on the same file system. Raises CacheLocked if a program uses a former file,
    CacheUnwritable.
    """
    try:
        with alone(folder), ExitStack() as stack:
            if "marks.db" in files:
                _set_counter(files["marks.db"], folder, files.get("cache.db"))
            for name in files:
                stack.enter_context(_unused(folder / name))
            return [_put(files[name], folder / name) for name in SCHEMAS if name in files]
    except OSError as error:
        raise CacheUnwritable(folder, error) from error


def _put(new: Path, path: Path) -> Put:
    aside = set_aside(path, "before-restore") if path.exists() else None
    take_place(new, path)
    no_longer_suspect(path)
    return Put(path.name, aside)


@contextmanager
def _unused(path: Path) -> Iterator[None]:
    """Lock a file against other programs and move its log into it.

    Raises CacheLocked if a program has it open. An unreadable file is not in use.
    """
    if not path.exists():
        yield
        return
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        try:
            db.execute(f"PRAGMA busy_timeout = {WAIT_MS}")
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            db.execute("BEGIN EXCLUSIVE")
            db.execute("COMMIT")  # the lock on the file stays
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                raise CacheLocked(path) from error
        yield


def _set_counter(marks: Path, folder: Path, cache: Path | None) -> None:
    """Set a counter above those of all caches and copies: these marks are the latest."""
    counters = [counter_shown(folder), *(copy.counter for copy in copies(folder)[:1])]
    if cache is not None:
        counters.append(counter_shown(cache.parent))
    with suppress(CacheError):  # of a file that is replaced
        if look(folder / "marks.db") is State.WELL:
            counters.append(_counter(folder / "marks.db"))
    with closing(connect(marks, MARKS)) as db, marks_errors(marks):
        counter = max(counter_of(db) or 0, *counters) + MEANWHILE
        db.execute("UPDATE meta SET value = ? WHERE name = 'counter'", (counter,))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _counter(path: Path) -> int:
    with closing(connect(path, MARKS)) as db, marks_errors(path):
        return counter_of(db) or 0
