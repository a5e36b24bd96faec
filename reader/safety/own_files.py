"""Open the program's own files: only regular files, readable only by the user.

Opening a named pipe would block, a device never ends, and a link would redirect a write. Standard
library alone.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path

from reader.errors import CryptoreadError
from reader.i18n import _

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
OTHERS = 0o077
"""Permissions of the group and of others."""

MAX_BYTES = 4 * 1024 * 1024
"""Maximum bytes of a file that is read whole."""

_OF_OURS = (
    *("cache", "marks", "reading", "crash", "cryptoread"),
    *("copies", "backup", "import", "own", "archive"),
)
"""Beginnings of names in a folder that has only our data."""


class NotRegular(CryptoreadError):
    """The path is not a regular file. `reason`: without the path."""

    def __init__(self, path: Path, mode: int) -> None:
        self.reason = _what_it_is(mode)
        super().__init__(f"{path} {self.reason}")


def refuse_other(path: Path) -> None:
    """Raise NotRegular if the path exists and is not, or does not lead to, a regular file."""
    with suppress(OSError):  # opening the file reports the error
        _refuse(path, path.stat().st_mode)


def _refuse(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise NotRegular(path, mode)


def _what_it_is(mode: int) -> str:
    """Return the rest of a sentence about a path; the language is not chosen at import."""
    if stat.S_ISDIR(mode):
        return _("is a folder and not a file; move it away")
    if stat.S_ISFIFO(mode):
        return _("is a named pipe and not a file; move it away")
    if stat.S_ISSOCK(mode):
        return _("is a socket and not a file; move it away")
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        return _("is a device and not a file; move it away")
    return _("is something else and not a file; move it away")


def read_own(path: Path, most: int = MAX_BYTES) -> bytes:
    """Return the bytes of a regular file. Raises NotRegular, OSError."""
    refuse_other(path)  # a socket cannot be opened at all
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _refuse(path, os.fstat(descriptor).st_mode)
    except NotRegular:
        os.close(descriptor)
        raise
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(0, _("it is larger than {number} MiB").format(number=most // 1024**2))
    return data


def create(path: Path, mode: int) -> int:
    """Return a descriptor of a new file; follow no link, replace nothing. Raises OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(path, flags, mode)


def create_beside(path: Path, mode: int) -> tuple[int, Path]:
    """Return a descriptor of a new file beside the path, and its name. Raises OSError."""
    while True:
        name = path.with_name(f".{path.name[:100]}-{os.urandom(4).hex()}.part")
        with suppress(FileExistsError):
            return create(name, mode), name


def make_folder(folder: Path) -> None:
    """Make a folder that only the user may enter, with its parents. Raises OSError.

    An existing folder is made private if it belongs to the user and has only our data.
    """
    missing = []
    above = folder
    while not above.exists():
        missing.append(above)
        above = above.parent
    for each in reversed(missing):
        each.mkdir(PRIVATE_FOLDER, exist_ok=True)
    if not missing and (entries := _of_ours(folder)) is not None:
        for each in (folder, *entries):
            make_private(each)


def _of_ours(folder: Path) -> list[Path] | None:
    """Return what is in a folder of our data; None if it has anything else."""
    with suppress(OSError), os.scandir(folder) as found:
        entries = list(found)
        if all(entry.name.startswith(_OF_OURS) for entry in entries):
            return [Path(entry.path) for entry in entries]
    return None


def make_private(path: Path) -> None:
    """Remove the permissions of others from an existing file or folder of the user."""
    with suppress(OSError):
        found = path.lstat()
        is_meant = stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)
        if is_meant and found.st_mode & OTHERS and found.st_uid == os.geteuid():
            path.chmod(stat.S_IMODE(found.st_mode) & ~OTHERS)


def others_may(rights: int, path: Path) -> bool:
    """Return whether others have one of the permissions (4: read, 1: enter a folder)."""
    try:
        return bool(path.stat().st_mode & (rights << 3 | rights))
    except OSError:
        return False
