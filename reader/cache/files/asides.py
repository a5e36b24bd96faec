"""Replace a file without losing the old one, one program at a time.

A replaced file keeps its bytes under a new name. Knows nothing about the content of the files.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path

from reader.errors import CacheLocked, CacheUnwritable
from reader.safety.own_files import make_folder

try:
    from fcntl import LOCK_EX, LOCK_NB, flock
except ImportError:  # Windows: renaming to an existing name fails there, which is enough
    HAS_FLOCK = False
else:
    HAS_FLOCK = True

WAIT_S = 10.0
AGAIN_S = 0.02
LOG_ENDINGS = ("-wal", "-shm")
PRIVATE = 0o600

_FileId = tuple[int, int]


class _Held(threading.local):
    """The folders whose locks this thread holds, by device and inode."""

    def __init__(self) -> None:
        self.folders: set[_FileId] = set()


_held = _Held()


@contextmanager
def alone(folder: Path, seconds: float = WAIT_S) -> Iterator[None]:
    """Hold the lock on the folder while its files are checked, renamed, created or migrated.

    The lock needs neither a file nor disk space and ends with the process. A thread that holds it
    may take it again. If the system cannot lock folders, other programs are assumed absent. Raises
    CacheLocked after `seconds`, CacheUnwritable if the folder cannot be made or opened.
    """
    handle = _opened(folder)
    if handle is None:
        yield
        return
    try:
        found = os.fstat(handle)
        with _taken(handle, (found.st_dev, found.st_ino), folder, time.monotonic() + seconds):
            yield
    finally:
        os.close(handle)


def _opened(folder: Path) -> int | None:
    """Create and open the folder; return its descriptor, None without locks."""
    try:
        make_folder(folder)
        if not HAS_FLOCK:
            return None
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise CacheUnwritable(folder, error) from error


@contextmanager
def _taken(handle: int, file: _FileId, folder: Path, until: float) -> Iterator[None]:
    """Lock the folder, unless this thread holds the lock already."""
    if file in _held.folders:
        yield
        return
    _wait_for(handle, folder, until)
    _held.folders.add(file)
    try:
        yield
    finally:
        _held.folders.discard(file)


def _wait_for(handle: int, folder: Path, until: float) -> None:
    while True:
        try:
            flock(handle, LOCK_EX | LOCK_NB)
            return
        except BlockingIOError as error:
            if time.monotonic() >= until:
                raise CacheLocked(folder) from error
            time.sleep(AGAIN_S)
        except OSError:  # a file system without locks for folders
            return


def free_name(path: Path, word: str) -> Path:
    """Return an unused name beside the file, for it and its log."""
    stem = f"{path.name}.{word}-{datetime.now():%Y%m%d-%H%M%S}"  # noqa: DTZ005 - local, for the user
    for number in count(1):
        name = path.with_name(stem if number == 1 else f"{stem}-{number}")
        if not any(os.path.lexists(each) for each in (name, *logs_of(name))):
            return name
    raise AssertionError


def logs_of(path: Path) -> tuple[Path, ...]:
    """Return the files that SQLite keeps beside a database while it is open."""
    return tuple(path.with_name(path.name + ending) for ending in LOG_ENDINGS)


def set_aside(path: Path, word: str) -> Path:
    """Give the file and its log a second name, so that the first can be replaced.

    Call it within `alone`. A link to a file is followed, as SQLite does. Raises OSError.
    """
    path = path.resolve()
    aside = free_name(path, word)
    log, aside_log = logs_of(path)[0], logs_of(aside)[0]
    if log.exists() and log.stat().st_size:
        _name_again(log, aside_log)
    with suppress(FileNotFoundError):
        _name_again(path, aside)
    return aside


def _name_again(file: Path, name: Path) -> None:
    """Give a file a second name unless it is taken; without hard links, copy it."""
    try:
        os.link(file, name)
    except (FileNotFoundError, FileExistsError):
        raise
    except OSError:
        from shutil import copyfileobj

        with file.open("rb") as source, new_file(name) as copy:
            copyfileobj(source, copy)


@contextmanager
def new_file(path: Path) -> Iterator["_Writable"]:
    """Create and open a file that only the user can read; it is synced to disk at the end."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, PRIVATE), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def take_place(new: Path, path: Path) -> None:
    """Replace a file with a complete new one; delete the old log first. Raises OSError.

    A database without its log is merely older; with the log of another it would be damaged.
    """
    path = path.resolve()
    for log in logs_of(path):
        log.unlink(missing_ok=True)
    new.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Sync the names in a folder to disk, if the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


TYPE_CHECKING = False
if TYPE_CHECKING:
    from io import BufferedWriter as _Writable
