"""Temporary folders with a lock that ends with their process, and those that killed programs left.

Standard library alone.
"""

import os
import re
import shutil
import stat
import weakref
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import NamedTuple

from reader.safety.own_files import PRIVATE_FILE, create

try:
    from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
except ImportError:  # no locks: nothing is removed
    HAS_FLOCK = False
else:
    HAS_FLOCK = True

MEMORY = "/dev/shm"  # noqa: S108 - folders in it are private
"""File system in memory, if no other has room."""

PREFIX = "cryptoread-"
_NAME = re.compile(rf"{PREFIX}[a-z0-9_]{{8}}")

LOCK = "cryptoread.lock"
"""A file in each folder, whose lock its program holds. A folder without it is not ours.

The folder itself has another lock (`cache.files.asides.alone`).
"""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


class TemporaryFolder(TemporaryDirectory[str]):
    """A temporary folder, deleted at the end. The lock in it ends with the process."""

    def __init__(self, within: str | None = None) -> None:
        """Make a folder within another, by default the system's. Raises OSError."""
        self._unlock: Callable[[], object] = _nothing
        while True:
            super().__init__(prefix=PREFIX, dir=within, ignore_cleanup_errors=True)
            try:
                self._lock()
            except FileNotFoundError:  # removed as left over before it was locked
                self.cleanup()
            except OSError:  # without a lock it is never taken for left over
                return
            else:
                return

    def _lock(self) -> None:
        """Hold a shared lock, if the system has locks. Raises FileNotFoundError, OSError."""
        path = Path(self.name, LOCK)
        handle = create(path, PRIVATE_FILE)
        self._unlock = weakref.finalize(self, os.close, handle)
        if HAS_FLOCK:
            with suppress(OSError):  # a file system without locks, on which nothing is removed
                flock(handle, LOCK_SH)
        path.lstat()

    def cleanup(self) -> None:
        """Delete the folder, then release its lock."""
        super().cleanup()
        self._unlock()


def _nothing() -> None:
    """Release no lock."""


class LeftBehind(NamedTuple):
    """A folder that a program left when it was killed. size: bytes of its files."""

    path: Path
    size: int


def places() -> list[str]:
    """Return the folders for temporary folders, the preferred one first."""
    found = []
    with suppress(OSError):  # no temporary folder can be written
        found.append(gettempdir())
    return list(dict.fromkeys((*found, MEMORY)))


def left_behind(keep: Collection[Path] = ()) -> Iterator[LeftBehind]:
    """Yield this user's folders that no live program holds, sorted. keep: paths in other use."""
    kept = {each.resolve() for each in keep}
    for place in places():
        for path in sorted(_named(place)):
            real = path.resolve()
            if any(real == each or real in each.parents for each in kept):
                continue
            with _alone(path) as is_left:
                found = LeftBehind(path, sum(_sizes(path))) if is_left else None
            if found:  # its lock is released, so that `remove` can take it
                yield found


def remove(path: Path) -> bool:
    """Delete a folder if it is left over; return whether. Raises OSError.

    Links in it are deleted and not followed.
    """
    with _alone(path) as is_left:
        if is_left:
            shutil.rmtree(path)
        return is_left


def _named(place: str) -> list[Path]:
    with suppress(OSError), os.scandir(place) as found:
        return [
            Path(entry.path)
            for entry in found
            if _NAME.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
        ]
    return []


@contextmanager
def _alone(path: Path) -> Iterator[bool]:
    """Give whether the folder is left over; if so, hold its lock."""
    is_left = False
    with ExitStack() as handles:
        with suppress(OSError):
            folder = os.open(path, _FOLDER)
            handles.callback(os.close, folder)
            is_left = _is_left_over(path, folder, handles)
        yield is_left


def _is_left_over(path: Path, folder: int, handles: ExitStack) -> bool:
    """Return whether the open folder is left over. handles: keeps its lock. Raises OSError."""
    if not _NAME.fullmatch(path.name) or os.fstat(folder).st_uid != os.geteuid():
        return False
    lock = os.open(LOCK, _FILE, dir_fd=folder)
    handles.callback(os.close, lock)
    if not HAS_FLOCK:
        return False
    flock(lock, LOCK_EX | LOCK_NB)  # fails if a live program holds it, or without locks
    return stat.S_ISREG(os.fstat(lock).st_mode)


def _sizes(path: Path) -> Iterator[int]:
    for folder, _, names in os.walk(path):
        for name in names:
            with suppress(OSError):
                yield Path(folder, name).lstat().st_size
