"""Read a file in a folder that cannot be written, or on a full disk.

SQLite reads a file with its write-ahead log only if it can write an index of the log beside them.
So it opens, in this order: the file itself without a log; both, if another program has made that
index; a copy of both in a temporary folder; the file without its log, which lacks the newest
changes. Nothing is written beside the file.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reader.i18n import _

if TYPE_CHECKING:
    from reader.safety.temporary import TemporaryFolder

COPIED_AT_MOST = 1024 * 1024 * 1024
"""Maximum bytes of a file and its log to copy. A copy of that size takes some seconds."""

TRIES = 3
"""Attempts to copy a file while another program writes it."""

LEFT_FREE = 16 * 1024 * 1024
"""Bytes that must stay free beside a copy."""


class Way(NamedTuple):
    """An address that SQLite opens. `is_private`: a copy, which may be migrated.

    `note`: what is missing in it, empty if nothing.
    """

    uri: str
    folder: "TemporaryFolder | None" = None
    note: str = ""
    keeper: sqlite3.Connection | None = None
    """Keeps a database in memory alive, which ends with its last connection."""

    @property
    def is_private(self) -> bool:
        """Return whether the copy is made where other programs cannot see it."""
        return self.folder is not None or self.keeper is not None


_chosen: dict[Path, Way] = {}
"""Chosen ways by path, for files that are only read."""


def is_writable(path: Path) -> bool:
    """Return whether the folder and the file, if it exists, can be written."""
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def address(path: Path) -> str:
    """Return the address under which the file is opened."""
    chosen = _chosen.get(path)
    return chosen.uri if chosen else path.resolve().as_uri()


def is_only_read(path: Path) -> bool:
    """Return whether the file is opened in a way that writes nothing."""
    return path in _chosen


def note(path: Path) -> str:
    """Return what is missing of a file that is only read, empty if nothing."""
    return _chosen[path].note if path in _chosen else ""


def choose(path: Path, way: Way) -> None:
    """Open the file that way from now on."""
    _chosen[path] = way


def forget(path: Path) -> None:
    """Open the file itself from now on. Open connections to a copy go on."""
    _chosen.pop(path, None)


def ways(path: Path) -> Iterator[Way]:
    """Yield ways to read the file, the best first; the caller takes the first that works."""
    plain = path.resolve().as_uri()
    log = Path(f"{path}-wal")
    if not log.exists() or not log.stat().st_size:
        yield Way(f"{plain}?mode=ro&immutable=1")
        yield from _copies(path)
        return
    if Path(f"{path}-shm").exists():
        yield Way(f"{plain}?mode=ro")
    yield from _copies(path)
    yield Way(
        f"{plain}?mode=ro&immutable=1",
        note=_("the newest changes of {file} are in a log that cannot be read here").format(
            file=path.name
        ),
    )


def in_memory(name: str, note: str = "") -> Way:
    """Return an empty file in memory, instead of a missing or damaged one that cannot be made."""
    uri = f"file:{name}-{id(object())}-{os.getpid()}?mode=memory&cache=shared"
    keeper = sqlite3.connect(uri, uri=True, check_same_thread=False)
    return Way(uri, note=note, keeper=keeper)


def _copies(path: Path) -> Iterator[Way]:
    """Yield a copy; nothing if it would be too large or the disk is full."""
    import shutil

    from reader.safety.temporary import TemporaryFolder

    for _try in range(TRIES):
        before = _state(path)
        size = sum(length for length, _time in before)
        folder = _with_room(size)
        if folder is None:
            return
        copied = TemporaryFolder(folder)
        to = Path(copied.name) / path.name
        try:
            for ending in ("", "-wal"):
                with suppress(FileNotFoundError):
                    shutil.copyfile(f"{path}{ending}", f"{to}{ending}")
        except OSError:
            copied.cleanup()
            return
        if _state(path) == before:
            yield Way(to.as_uri(), copied)
            return
        copied.cleanup()


def _state(path: Path) -> list[tuple[int, int]]:
    """Return sizes and times of the file and its log, to tell whether they changed while copied."""
    found = []
    for ending in ("", "-wal"):
        with suppress(FileNotFoundError):
            status = Path(f"{path}{ending}").stat()
            found.append((status.st_size, status.st_mtime_ns))
    return found


def _with_room(size: int) -> str | None:
    if size > COPIED_AT_MOST:
        return None
    import shutil

    from reader.safety.temporary import places

    for place in places():
        with suppress(OSError):
            if os.access(place, os.W_OK) and shutil.disk_usage(place).free > size + LEFT_FREE:
                return place
    return None


def reads(way: Way) -> bool:
    """Return whether the file can be read that way. Raises sqlite3.Error if it is damaged."""
    with closing(sqlite3.connect(way.uri, uri=True)) as db:
        try:
            db.execute("PRAGMA schema_version").fetchone()
            db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in (
                sqlite3.SQLITE_CANTOPEN,
                sqlite3.SQLITE_READONLY,
                sqlite3.SQLITE_IOERR,
                sqlite3.SQLITE_FULL,
                sqlite3.SQLITE_PERM,
            ):
                return False
            raise
    return True
