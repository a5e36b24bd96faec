"""Daily copies of `marks.db`; the newest seven are kept, and one before every migration.

They are beside it, as `marks-2026-03-14.db`. A copy is made with SQLite's backup API while others
write, is checked before it gets its name, and is a plain file that can replace `marks.db` by hand.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from reader.cache.files.asides import PRIVATE, alone, logs_of, sync_folder
from reader.cache.files.connections import snapshot
from reader.cache.files.migrations import MARKS
from reader.cache.files.schema import connect
from reader.cache.marks.journal import damaged, marks_errors
from reader.cache.marks.state import State, counter_of, look
from reader.errors import CacheUnwritable

NAMES = "marks-[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*.db"
KEPT = 7
ROOM = 64 * 1024 * 1024
"""Bytes that must be free to make another copy."""


class Copy(NamedTuple):
    """A readable copy, and the number of the last change in it."""

    counter: int
    path: Path


def copies(folder: Path) -> list[Copy]:
    """Return the readable copies, the one with the latest change first.

    Their dates do not count, as a clock may have been wrong.
    """
    return sorted(_readable(folder), key=lambda copy: (copy.counter, copy.path.name), reverse=True)


def copy_files(folder: Path) -> list[Path]:
    """Return the files of all copies, readable or not, by name."""
    return sorted(folder.glob(NAMES))


def whole_copies(folder: Path) -> Iterator[Copy]:
    """Yield the copies that are whole, the one with the latest change first."""
    for copy in copies(folder):
        if is_whole(copy.path):
            yield copy


def _readable(folder: Path) -> Iterator[Copy]:
    for path in copy_files(folder):
        with suppress(sqlite3.Error, OSError), opened(path) as db:
            counter = counter_of(db)
            if counter is not None:
                yield Copy(counter, path)


def is_whole(path: Path) -> bool:
    """Return whether a copy is undamaged, by reading all of it."""
    try:
        with opened(path) as db:
            return bool(db.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except (sqlite3.Error, OSError):
        return False


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a copy for reading, without creating a log beside it. Raises sqlite3.Error."""
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as db:
        yield db


def is_due(folder: Path) -> bool:
    """Return whether today's copy is missing. Fast."""
    return not _todays(folder).exists()


def _todays(folder: Path) -> Path:
    return folder / f"marks-{datetime.now(UTC):%Y-%m-%d}.db"


def keep_copy(folder: Path) -> Path | None:
    """Make today's copy unless it exists; return its path. Only the newest seven are kept.

    None if there is nothing to copy or too little space. Raises MarksDamaged if the marks
    themselves are damaged, CacheLocked, CacheUnwritable.
    """
    if not is_due(folder) or look(folder / "marks.db") is not State.WELL:
        return None
    with alone(folder):
        return _kept(folder, _todays(folder))


def keep_before_migration(folder: Path, version: int) -> Path | None:
    """Make a copy of marks of an earlier version. Call it within `alone`."""
    return _kept(folder, folder / f"marks-{datetime.now(UTC):%Y-%m-%d}-v{version}.db")


def _kept(folder: Path, path: Path) -> Path | None:
    marks = (folder / "marks.db").resolve()
    part = path.with_name(f"{path.name}.part")
    try:
        if path.exists() or not _has_room(marks):
            return None
        for left in path.parent.glob(f"{NAMES}.part*"):  # of an interrupted copy
            left.unlink()
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE))
        try:
            copy_database(marks, part)
            part.rename(path)
        finally:
            for each in (part, *logs_of(part)):
                each.unlink(missing_ok=True)
        sync_folder(path.parent)
        _remove_oldest(folder)
    except OSError as error:
        raise CacheUnwritable(path, error) from error
    return path


def _has_room(marks: Path) -> bool:
    from shutil import disk_usage

    return disk_usage(marks.parent).free > ROOM + KEPT * marks.stat().st_size


def copy_database(marks: Path, to: Path) -> None:
    """Copy the marks into an empty file, check the copy and sync it to disk.

    Raises MarksDamaged if the copy, and so the original, is damaged.
    """
    with closing(connect(marks, MARKS)) as db, marks_errors(marks):
        copied_from(db, to, marks)


def copied_from(db: sqlite3.Connection, to: Path, marks: Path) -> None:
    """Copy the database of a connection. marks: the path that an error names."""
    rows = "SELECT count(*) FROM marks"
    with closing(sqlite3.connect(to, isolation_level=None)) as copy, marks_errors(marks):
        copy.execute("PRAGMA synchronous = OFF")  # the file is synced once, at the end
        with snapshot(db):
            expected = db.execute(rows).fetchone()
            db.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        verdict = copy.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != ("ok",) or copy.execute(rows).fetchone() != expected:
            raise damaged(marks, str(verdict[0]))
    with to.open("rb") as file:
        os.fsync(file.fileno())


def _remove_oldest(folder: Path) -> None:
    kept = {copy.path for copy in copies(folder)[:KEPT]}
    for path in copy_files(folder):
        if path not in kept:
            path.unlink()
