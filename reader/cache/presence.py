"""Tell whether a screen is open, by a file lock beside the cache that ends with its process."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from reader.errors import CacheError
from reader.i18n import _
from reader.safety.own_files import PRIVATE_FILE, NotRegular, refuse_other

try:
    from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, flock
except ImportError:  # no flock: assume no open screen
    HAS_FLOCK = False
else:
    HAS_FLOCK = True


class Presence:
    """This process's handle on that file lock, until `close`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = -1
        self._is_announced = False
        self._is_wanted = False

    @classmethod
    def of(cls, path: Path) -> Self:
        """Return a handle without a lock. Raises CacheError if the path is not a regular file."""
        try:
            refuse_other(path)
        except NotRegular as error:
            text = _("{error}, or choose another folder with --data")
            raise CacheError(text.format(error=error)) from error
        return cls(path)

    def announce(self) -> None:
        """Tell other processes that a screen is open. Several may be open.

        An import that checks holds the lock for a moment: `announce_again` tries again.
        """
        self._is_wanted = True
        self.announce_again()

    def announce_again(self) -> None:
        """Announce the screen again if `announce` could not take the lock."""
        if self._is_wanted and not self._is_announced and self._open():
            with suppress(OSError):
                flock(self._file, LOCK_SH | LOCK_NB)
                self._is_announced = True

    def is_screen_open(self) -> bool:
        """Return whether a live process, this one included, has announced a screen."""
        if self._is_announced or not self._open():
            return self._is_announced
        try:
            flock(self._file, LOCK_EX | LOCK_NB)
        except OSError:
            return True
        flock(self._file, LOCK_UN)
        return False

    def close(self) -> None:
        """Release the lock, so that other programs no longer see this one."""
        if self._file >= 0:
            os.close(self._file)
        self._file, self._is_announced, self._is_wanted = -1, False, False

    def _open(self) -> bool:
        if self._file < 0 and HAS_FLOCK:
            flags = os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
            with suppress(OSError):  # the folder may be read-only
                self._file = os.open(self._path, flags, PRIVATE_FILE)
        return self._file >= 0
