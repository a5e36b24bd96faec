"""Articles in folders and single files, and safe opening of any file of a user.

Only regular files inside the folder that was named are read: each is checked before it is opened.
`formats` knows what the bytes mean, `archives` reads members of archives.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, NamedTuple

from reader.errors import Refusal, SourceError
from reader.i18n import _
from reader.reasons import reason_of
from reader.text import display_name

MAX_FILE_BYTES = 4 * 1024 * 1024
ARTICLE_SUFFIXES = (".md", ".markdown")

NOT_REGULAR = _("is not a regular file")
CHANGED = _("changed while it was being imported; import it again")
TOO_LARGE = _("is larger than {number} MiB").format(number=MAX_FILE_BYTES // 1024**2)


class Entry(NamedTuple):
    """One file that may be an article. A named tuple, as thousands are sent to worker processes.

    `size` and `mtime_ns` tell a later import whether it changed; a member has its archive's time.
    """

    where: str
    """The key under which it is known: resolved absolute path, or "<archive's path>!<member>".

    Exact: bytes that are not UTF-8 are surrogates, as `os.fsdecode` makes them.
    """
    origin: str
    """The path inside the import root, with forward slashes, cleaned for display."""
    size: int
    mtime_ns: int
    data: bytes | None = None
    """Bytes of a member of an archive; a file is read when needed."""

    def read(self) -> bytes:
        """Return the bytes. Raises SourceError, with the reason alone."""
        if self.data is not None:
            return self.data
        descriptor, status = _opened(self.where)
        try:
            data = b"" if status.st_size > MAX_FILE_BYTES else _read(descriptor, self.size)
        finally:
            os.close(descriptor)
        if (status.st_size, status.st_mtime_ns, len(data)) != (self.size, self.mtime_ns, self.size):
            raise SourceError(CHANGED)
        return data


def is_article_name(name: str) -> bool:
    """Return whether the name has the suffix of an article."""
    return name.lower().endswith(ARTICLE_SUFFIXES)


def cannot_be_read(error: OSError) -> str:
    """Return the reason for a refusal."""
    return _("cannot be read ({reason})").format(reason=reason_of(error))


def open_regular(path: str) -> BinaryIO:
    """Open a regular file for reading; never block, follow or read from anything else.

    Raises SourceError, with the reason alone.
    """
    descriptor, _rest = _opened(path)
    return os.fdopen(descriptor, "rb")


def _opened(path: str) -> tuple[int, os.stat_result]:
    """Return the descriptor and the status of a regular file. Raises SourceError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError as error:
        raise SourceError(cannot_be_read(error)) from error
    status = os.fstat(descriptor)
    if S_ISREG(status.st_mode):
        return descriptor, status
    os.close(descriptor)
    raise SourceError(NOT_REGULAR)


def _read(descriptor: int, size: int) -> bytes:
    """Return the bytes of a file; at least one more than `size` if it is larger."""
    # Without a buffered file, which asks the system five times for each small one.
    data = os.read(descriptor, size + 1)
    while len(data) < size and (more := os.read(descriptor, size + 1 - len(data))):
        data += more
    return data


def read_whole(path: Path, most: int) -> bytes:
    """Return the bytes of a regular file. Raises SourceError, with the reason alone."""
    with open_regular(os.path.realpath(path.expanduser())) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise SourceError(_("is larger than {number} MiB").format(number=most // 1024**2))
    return data


def file_entry(where: str, origin: str, status: os.stat_result) -> Entry | Refusal:
    """Return the entry of a file with a known status, without opening it."""
    if not S_ISREG(status.st_mode):
        return Refusal(where=display_name(where), reason=NOT_REGULAR)
    if status.st_size > MAX_FILE_BYTES:
        return Refusal(where=display_name(where), reason=TOO_LARGE)
    return Entry(
        where=where,
        origin=display_name(origin),
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
    )


def walk(root: str) -> Iterator[Entry | Refusal]:
    """Yield every article below a folder, by name, a folder's files before its folders.

    root: absolute and resolved. Hidden files and folders and other types of file are skipped. A
    link to an article inside the root is that article; other links inside are skipped, as their
    targets are found anyway; links that lead out are refused. Unreadable ones are refused by name.
    """
    folders = [(root, "")]
    while folders:
        folder, inside = folders.pop()
        try:
            with os.scandir(folder) as found:
                visible = (child for child in found if not child.name.startswith("."))
                children = sorted(visible, key=lambda child: child.name)
            below = [child for child in children if child.is_dir(follow_symlinks=False)]
        except OSError as error:
            yield Refusal(where=display_name(folder), reason=cannot_be_read(error))
            continue
        for child in children:
            if child.is_dir(follow_symlinks=False):
                continue
            if result := _child(child, inside + child.name, root):
                yield result
        folders += ((child.path, f"{inside}{child.name}/") for child in reversed(below))


def _child(child: os.DirEntry[str], origin: str, root: str) -> Entry | Refusal | None:
    """Return the entry or refusal of a child that is not a folder; None if it is skipped."""
    where = child.path
    wanted = is_article_name(child.name)
    if child.is_symlink():
        target = Path(os.path.realpath(child.path))
        where = str(target)
        if not target.is_relative_to(root) and (wanted or target.is_dir()):
            return Refusal(where=display_name(child.path), reason=_("is a link out of the folder"))
    if not wanted:
        return None
    try:
        return file_entry(where, origin, os.lstat(where))
    except OSError as error:
        return Refusal(where=display_name(child.path), reason=cannot_be_read(error))
