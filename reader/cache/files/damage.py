"""Detect damage of a file, note it for the next start, and rename a damaged file.

`schema` checks whether a file is ready to use, `cache.repair.opening` makes it so.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from reader.cache.files import copies
from reader.errors import CacheDamaged, CacheError, CacheLocked, CacheUnwritable
from reader.i18n import _
from reader.safety.own_files import PRIVATE_FILE

CANNOT_MEND = _("make its folder writable to have it repaired, or choose another with --data")

_IN_USE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
_UNWRITABLE = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
)
_DAMAGED = (
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_FORMAT,
    # A constraint fails for a row that was stored twice, or for a value of another type.
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_TOOBIG,
    sqlite3.SQLITE_SCHEMA,
    # A missing table, column or module; unreadable JSON or text.
    sqlite3.SQLITE_ERROR,
    0,
)
PASSED_ON = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
)
"""Errors that are not about a single row."""

_ENDINGS = ("-wal", "-shm", "")


class Malformed(sqlite3.DatabaseError):
    """A value that this program cannot have written: damage that SQLite does not detect."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


@contextmanager
def sql_errors(path: Path) -> Iterator[None]:
    """Raise errors of SQLite as CacheErrors with advice."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        # Names of the schema that SQLite quotes in its messages may be invalid UTF-8.
        raise _ours(path, error) from error


def _ours(path: Path, error: sqlite3.Error | UnicodeDecodeError) -> CacheError:
    from reader.reasons import reason_of_sqlite

    if isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError):
        return CacheError(f"{path}: {error}")
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _IN_USE:
        return CacheLocked(path)
    is_of_another_format = getattr(
        error, "sqlite_errorcode", 0
    ) == sqlite3.SQLITE_READONLY and copies.is_writable(path)
    if code in _UNWRITABLE and not is_of_another_format:
        return CacheUnwritable(path, reason_of_sqlite(error))
    if code in _DAMAGED or code == sqlite3.SQLITE_READONLY:
        suspect(path)
        is_text = isinstance(error, UnicodeDecodeError)
        advice = CANNOT_MEND if copies.is_only_read(path) else ""
        reason = _("a name in it is not text") if is_text else reason_of_sqlite(error)
        return CacheDamaged(path, reason, advice)
    return CacheError(f"{path}: {error}")


def is_of_another_format(db: sqlite3.Connection, path: Path) -> bool:
    """Return whether the file is in a read-only format, although its folder can be written.

    Asks SQLite: its locks on the file would end if this process opened and closed the file.
    """
    if db.in_transaction or not copies.is_writable(path):
        return False
    (patience,) = db.execute("PRAGMA busy_timeout").fetchone()
    db.execute("PRAGMA busy_timeout = 0")
    try:
        db.execute("BEGIN IMMEDIATE")
        (version,) = db.execute("PRAGMA user_version").fetchone()
        db.execute(f"PRAGMA user_version = {version}")
    except sqlite3.Error as error:
        return getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_READONLY
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
        db.execute(f"PRAGMA busy_timeout = {patience}")
    return False


def marker(path: Path) -> Path:
    """Return the marker file that requests a full check at the next start."""
    return path.with_name(path.name + ".suspect")


def suspect(path: Path) -> None:
    """Request a full check of the file at the next start."""
    with suppress(OSError):  # in a read-only folder, nothing could be repaired anyway
        marker(path).touch(PRIVATE_FILE)


def is_suspect(path: Path) -> bool:
    """Return whether a full check was requested."""
    return marker(path).exists()


def no_longer_suspect(path: Path) -> None:
    """Withdraw the request for a full check."""
    marker(path).unlink(missing_ok=True)


def put_aside(path: Path) -> Path:
    """Rename the file and its log to an unused name; return it. Raises OSError."""
    stem = f"{path.name}.damaged-{datetime.now():%Y%m%d-%H%M%S}"  # noqa: DTZ005 - local, for the user
    for number in count(1):
        aside = path.with_name(f"{stem}-{number}" if number > 1 else stem)
        if not any(os.path.lexists(f"{aside}{ending}") for ending in _ENDINGS):
            break
    for ending in _ENDINGS:
        with suppress(FileNotFoundError):
            rename_to_free(Path(f"{path}{ending}"), Path(f"{aside}{ending}"))
    return aside


def rename_to_free(path: Path, to: Path) -> None:
    """Rename a file, unless the name is taken. Raises FileExistsError and other OSErrors."""
    try:
        os.link(path, to)
    except FileExistsError:
        raise
    except FileNotFoundError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(to):
            raise FileExistsError(to) from None
        path.rename(to)
        return
    path.unlink()


def rows_of(
    db: sqlite3.Connection, statement: str, ids: Sequence[int], failed: Callable[[int], None]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of those ids. failed: called with the id of each unreadable row.

    statement: SQL up to the list of ids.
    """
    try:
        yield from db.execute(f"{statement} ({', '.join('?' * len(ids))})", ids).fetchall()
        return
    except sqlite3.Error as error:
        raise_unless_of_a_row(error)
    for id in ids:
        try:
            yield from db.execute(f"{statement} (?)", (id,)).fetchall()
        except sqlite3.Error as error:
            raise_unless_of_a_row(error)
            failed(id)


def raise_unless_of_a_row(error: sqlite3.Error) -> None:
    """Raise the error if other rows could not be read either."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in PASSED_ON or not isinstance(error, sqlite3.DatabaseError):
        raise error


def is_damage(error: sqlite3.Error) -> bool:
    """Return whether the error is about a file's content rather than access to it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    is_ours = isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError)
    return code in _DAMAGED and not is_ours


def number(row: Sequence[Any] | None) -> int:
    """Return the one number in a row. Raises Malformed if it is not a number."""
    if row is None or not isinstance(row[0], int):
        raise Malformed(_("a required number is missing"))
    return row[0]
