"""The file of a backup: a ZIP of `marks.db`, `cache.db`, `config.toml` and a manifest.

The manifest has the size and the SHA-256 of each member. The file is hostile until it is checked:
only these members are read, each no further than the manifest says.
"""

import hashlib
import json
import os
import struct
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, BinaryIO, NamedTuple

from reader import __version__
from reader.cache.repair.snapshots import SCHEMAS, Strange
from reader.i18n import _

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

FORMAT = 1
MANIFEST = "manifest.json"
CONFIG = "config.toml"
MEMBERS = (*SCHEMAS, CONFIG, MANIFEST)

MANIFEST_BYTES = 64 * 1024
CONFIG_BYTES = 4 * 1024 * 1024

_CHUNK = 1 << 20
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_MOST_OF_DIRECTORY = 64 * 1024


class Told(NamedTuple):
    """Size and digest of a member, as the manifest states them."""

    size: int
    sha256: str


def add_member(archive: "ZipFile", name: str, file: BinaryIO) -> Told:
    """Write a file into the archive; return what the manifest says about it."""
    from zipfile import ZIP_DEFLATED, ZipInfo

    info = ZipInfo(name, datetime.now().astimezone().timetuple()[:6])
    info.compress_type, info.external_attr = ZIP_DEFLATED, 0o600 << 16
    size, digest = 0, hashlib.sha256()
    with archive.open(info, "w", force_zip64=True) as member:
        while data := file.read(_CHUNK):
            member.write(data)
            digest.update(data)
            size += len(data)
    return Told(size, digest.hexdigest())


def manifest(told: dict[str, Told]) -> str:
    """Return the manifest as JSON."""
    return json.dumps(
        {
            "program": "cryptoread",
            "format": FORMAT,
            "version": __version__,
            "made": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "files": {name: each._asdict() for name, each in told.items()},
        },
        indent=1,
    )


def opened(file: BinaryIO) -> tuple["ZipFile", dict[str, Told]]:
    """Return the archive and its manifest, by member. Raises Strange if it is not a backup."""
    from zipfile import ZipFile

    try:
        _check_directory(file)
        archive = ZipFile(file)
        names = archive.namelist()
    except Strange:
        raise
    except Exception as error:  # zipfile does not document what a hostile directory may raise
        raise Strange(_("is damaged or cut off, or is not a backup")) from error
    if MANIFEST not in names:
        raise Strange(_("is not a backup of cryptoread"))
    if len(set(names)) < len(names) or not set(names) <= set(MEMBERS):
        raise Strange(_("has other members than a backup"))
    told = _manifest_of(archive)
    if set(names) != {*told, MANIFEST} or not told:
        raise Strange(_("has other members than its manifest names"))
    return archive, told


def _check_directory(file: BinaryIO) -> None:
    """Refuse a directory far longer than that of a backup: zipfile would read all of it."""
    size = file.seek(0, os.SEEK_END)
    length = _END.size + _LOCATOR.size + _END_64.size
    file.seek(max(0, size - length))
    tail = file.read(length)
    file.seek(0)
    if len(tail) < _END.size or not tail[-_END.size :].startswith(b"PK\5\6"):
        raise Strange(_("is damaged or cut off, or is not a backup"))
    _rest, _rest, _rest, _rest, entries, directory, _rest, _rest = _END.unpack(tail[-_END.size :])
    locator = tail[-_END.size - _LOCATOR.size : -_END.size]
    if locator.startswith(b"PK\6\7"):
        if len(tail) < length or not tail.startswith(b"PK\6\6"):
            raise Strange(_("is damaged or cut off, or is not a backup"))
        *_rest, entries, directory, _rest = _END_64.unpack(tail[: _END_64.size])
    if entries > len(MEMBERS) or directory > _MOST_OF_DIRECTORY:
        raise Strange(_("has other members than a backup"))


def _manifest_of(archive: "ZipFile") -> dict[str, Told]:
    parts: list[bytes] = []
    read_member(archive, MANIFEST, None, parts.append)
    try:
        written = json.loads(b"".join(parts))
    except (ValueError, RecursionError) as error:
        raise Strange(_("has a manifest that cannot be read")) from error
    if not isinstance(written, dict) or written.get("program") != "cryptoread":
        raise Strange(_("is not a backup of cryptoread"))
    made = written.get("format")
    if type(made) is not int or made > FORMAT:
        raise Strange(_("was made by a newer cryptoread; update cryptoread"))
    files = written.get("files")
    if not isinstance(files, dict):
        raise Strange(_("has a manifest that cannot be read"))
    return {name: _told(name, each) for name, each in files.items()}


def _told(name: str, written: object) -> Told:
    size = written.get("size") if isinstance(written, dict) else None
    digest = written.get("sha256") if isinstance(written, dict) else None
    if type(size) is not int or size < 0 or not isinstance(digest, str):
        raise Strange(_("has a manifest that cannot be read"))
    if name == CONFIG and size > CONFIG_BYTES:
        raise Strange(_("{name} in it is far larger than settings are").format(name=CONFIG))
    return Told(size, digest)


def read_member(
    archive: "ZipFile", name: str, told: Told | None, put: Callable[[bytes], object]
) -> None:
    """Pass a member to `put`, piece by piece, and compare it with the manifest.

    told: None for the manifest itself. Raises Strange, OSError.
    """
    info = archive.getinfo(name)
    most = told.size if told else MANIFEST_BYTES
    if not _is_plain(info) or info.file_size > most:
        raise Strange(
            _("{name} in it is damaged (it is not what the manifest says)").format(name=name)
        )
    digest, size = hashlib.sha256(), 0
    for data in _pieces(archive, info):
        size += len(data)
        if size > most:
            break
        digest.update(data)
        put(data)
    if told and (size, digest.hexdigest()) != told:
        raise Strange(
            _("{name} in it is damaged (it is not what the manifest says)").format(name=name)
        )


def _is_plain(info: "ZipInfo") -> bool:
    from zipfile import ZIP_DEFLATED, ZIP_STORED

    return info.compress_type in (ZIP_STORED, ZIP_DEFLATED) and not info.flag_bits & 1


def _pieces(archive: "ZipFile", info: "ZipInfo") -> Iterator[bytes]:
    try:
        member: IO[bytes] = archive.open(info)
        while data := member.read(_CHUNK):
            yield data
    except Exception as error:  # see above
        raise Strange(
            _("{name} in it is damaged ({reason})").format(name=info.filename, reason=error)
        ) from error
