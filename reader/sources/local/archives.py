"""Articles in `.zip` and `.tar.*`: members are read in order, never extracted.

An archive is hostile until it is checked: no header is trusted, and memory stays at about one
member, whatever the archive unpacks to.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from stat import S_ISLNK
from typing import TYPE_CHECKING, BinaryIO, cast

from reader.errors import Refusal
from reader.i18n import _, ngettext
from reader.sources.local.files import (
    MAX_FILE_BYTES,
    NOT_REGULAR,
    TOO_LARGE,
    Entry,
    is_article_name,
    open_regular,
)
from reader.text import display_name

if TYPE_CHECKING:
    from tarfile import TarFile, TarInfo
    from zipfile import ZipFile, ZipInfo

ARCHIVE_SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2")

UNPACKED_ALWAYS = 256 * 1024**2
UNPACKED_PER_BYTE = 200
"""Bytes, or times its own size, to which an archive may unpack: text packs 4 to 30 times."""

_MAGIC = 6
_MAX_HEADER = 64 * 1024
_BLOCK = 512
_CHUNK = 64 * 1024


class ReadError(Exception):
    """The reason why the rest of an archive, or one member, cannot be read."""


def budget(size: int) -> int:
    """Return the bytes to which a file of that size may unpack."""
    return max(UNPACKED_ALWAYS, UNPACKED_PER_BYTE * size)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Archive:
    """An archive being read: its path, size and time."""

    path: str
    size: int
    mtime_ns: int

    @property
    def budget(self) -> int:
        """Return the bytes to which the archive may unpack."""
        return budget(self.size)

    def entry(self, member: str, data: bytes) -> Entry:
        """Return the entry of a member."""
        return Entry(
            where=f"{self.path}!{member}",
            origin=display_name("/".join(_parts(member))),
            size=len(data),
            mtime_ns=self.mtime_ns,
            data=data,
        )

    def refusal(self, member: str, reason: str) -> Refusal:
        """Return a refusal of a member."""
        return Refusal(where=display_name(f"{self.path}!{member}"), reason=reason)


def members(path: str) -> Iterator[Entry | Refusal]:
    """Yield every article of an archive, in order; its kind is told by its first bytes.

    An archive that is damaged, locked, or unpacks to absurd amounts is refused after the articles
    before the fault. Other members, archives among them, are skipped. Raises SourceError if the
    archive cannot be opened.
    """
    with open_regular(path) as file:
        status = os.fstat(file.fileno())
        archive = _Archive(path=path, size=status.st_size, mtime_ns=status.st_mtime_ns)
        start = file.read(_MAGIC)
        file.seek(0)
        try:
            if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
                yield from _zip_members(archive, file)
            else:
                yield from _tar_members(archive, _unpacked(file, start))
        except ReadError as error:
            yield Refusal(where=display_name(path), reason=str(error))


def _parts(member: str) -> list[str]:
    return [part for part in member.replace("\\", "/").split("/") if part not in ("", ".")]


def _is_wanted(member: str) -> bool:
    """Return whether the name is that of an article and is not hidden."""
    hidden = any(part.startswith(".") and part != ".." for part in _parts(member))
    return is_article_name(member) and not hidden


def _check_name(member: str) -> None:
    if member.startswith(("/", "\\")) or ".." in _parts(member):
        raise ReadError(_("has a name that leads out of the archive"))


def damage(error: Exception) -> ReadError:
    """Return the reason for an archive that cannot be decoded."""
    detail = display_name(str(error)) or type(error).__name__
    return ReadError(_("is damaged or cut off ({detail})").format(detail=detail))


_BOMB = _(
    "unpacks to far more than articles would, the rest is left out; "
    "if it is sound, unpack it and import the folder"
)


# Zip: a directory at the end names the members, which can be read independently.


def _zip_members(archive: _Archive, file: BinaryIO) -> Iterator[Entry | Refusal]:
    from zipfile import ZipFile

    try:
        opened = ZipFile(file)
    except Exception as error:  # zipfile does not document what a hostile directory may raise
        raise damage(error) from error
    unpacked = locked = 0
    for info in opened.infolist():
        if not _is_wanted(info.filename):
            continue
        if info.flag_bits & 1:
            locked += 1
            continue
        try:
            data = _zip_member(opened, info)
        except ReadError as error:
            yield archive.refusal(info.filename, str(error))
            continue
        unpacked += len(data)
        if unpacked > archive.budget:
            raise ReadError(_BOMB)
        yield archive.entry(info.filename, data)
    if locked:
        reason = ngettext(
            "has {number} article locked by a password; unpack it and import the folder",
            "has {number} articles locked by a password; unpack it and import the folder",
            locked,
        )
        raise ReadError(reason.format(number=locked))


def _zip_member(opened: "ZipFile", info: "ZipInfo") -> bytes:
    from zipfile import ZIP_DEFLATED, ZIP_STORED

    _check_name(info.filename)
    if S_ISLNK(info.external_attr >> 16):
        raise ReadError(NOT_REGULAR)
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        # zipfile decompresses other kinds at once, without a bound.
        raise ReadError(
            _("is packed in a way that cannot be read safely; unpack it and import the folder")
        )
    if info.file_size > MAX_FILE_BYTES:
        raise ReadError(TOO_LARGE)
    try:
        with opened.open(info) as member:
            return member.read(MAX_FILE_BYTES)
    except Exception as error:  # nor what a hostile member may raise
        raise damage(error) from error


# Tar: a stream of headers and contents, in which nothing follows damage.


def _tar_members(archive: _Archive, file: BinaryIO) -> Iterator[Entry | Refusal]:
    stream = _Stream(file, archive.budget)
    opened: TarFile | None = None
    while True:
        try:
            opened = opened or _open_tar(stream)
            info = opened.next()
        except ReadError:
            raise
        except Exception as error:  # tarfile does not document what a hostile header may raise
            raise damage(error) from error
        if info is None:
            return stream.check_end()
        # It would keep every header. The stubs of tarfile lack the attribute.
        opened.members = []  # type: ignore[attr-defined]
        if not _is_wanted(info.name):
            continue
        try:
            _check_member(info)
        except ReadError as error:
            yield archive.refusal(info.name, str(error))
            continue
        yield archive.entry(info.name, stream.content(info))


def _open_tar(stream: "_Stream") -> "TarFile":
    from tarfile import TarFile

    return TarFile(fileobj=cast(BinaryIO, stream), encoding="utf-8")


def _check_member(info: "TarInfo") -> None:
    _check_name(info.name)
    if not info.isreg() or info.issparse():
        raise ReadError(NOT_REGULAR)
    if info.size > MAX_FILE_BYTES:
        raise ReadError(TOO_LARGE)


def _unpacked(file: BinaryIO, start: bytes) -> BinaryIO:
    """Give the decompressed stream."""
    if start.startswith(b"\x1f\x8b"):
        from gzip import GzipFile

        return cast(BinaryIO, GzipFile(fileobj=file))
    if start.startswith(b"\xfd7zXZ"):
        from lzma import LZMAFile

        return cast(BinaryIO, LZMAFile(file))
    if start.startswith(b"BZh"):
        from bz2 import BZ2File

        return cast(BinaryIO, BZ2File(file))
    return file


class _Stream:
    """The stream that tarfile reads: forward only, a header at a time, within a budget.

    tarfile itself follows a negative size backwards forever and reads an extended header of any
    size at once. Raises ReadError.
    """

    def __init__(self, file: BinaryIO, budget: int) -> None:
        self._file = file
        self._budget = budget
        self._at = 0
        self._last = b""

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def seek(self, offset: int) -> None:
        """Skip forward to a position. Raises ReadError for one further back."""
        if offset < self._at:
            raise ReadError(_("is damaged or cut off (a header points back)"))
        while self._at < offset and self._take(min(_CHUNK, offset - self._at)):
            pass

    def read(self, size: int) -> bytes:
        """Read a header. Raises ReadError for one of absurd size."""
        if not 0 <= size <= _MAX_HEADER:
            raise ReadError(
                _("is damaged or cut off (a header of {number} bytes)").format(number=size)
            )
        self._last = self._take(size)
        return self._last

    def content(self, info: "TarInfo") -> bytes:
        """Return the content of a member. Raises ReadError if it is cut off."""
        self.seek(info.offset_data)
        data = self._take(info.size)
        if len(data) < info.size:
            raise ReadError(
                _("is damaged or cut off (in {member})").format(member=display_name(info.name))
            )
        return data

    def check_end(self) -> None:
        """Raise ReadError unless zeros end the archive; tarfile takes any bad header as the end."""
        if self._last != bytes(_BLOCK):
            raise ReadError(_("is damaged or cut off (no end mark)"))

    def _take(self, size: int) -> bytes:
        try:
            data = self._file.read(size)
        except Exception as error:  # each decoder has exceptions of its own
            raise damage(error) from error
        self._at += len(data)
        if self._at > self._budget:
            raise ReadError(_BOMB)
        return data
