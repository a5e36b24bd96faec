"""One file with all that a user would want back: marks, articles and settings; and back again.

A ZIP of `marks.db`, `cache.db`, `config.toml` and a manifest with the size and the SHA-256 of each.
It is hostile until proved otherwise: only these members are read, into files of ours, each no
further than the manifest says, and a database has to be one that cryptoread makes.
"""

import hashlib
import json
import os
import shutil
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import IO, TYPE_CHECKING, Any, BinaryIO, NamedTuple

from reader import __version__
from reader.cache.asides import new_file, set_aside, sync_folder, take_place
from reader.cache.snapshots import SCHEMAS, Strange, check_copy, copy_of, is_there, put_in_place
from reader.errors import CacheError, CryptoreadError, SourceError
from reader.sources.archives import budget
from reader.sources.files import open_regular

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

FORMAT = 1
MANIFEST = "manifest.json"
CONFIG = "config.toml"
MEMBERS = (*SCHEMAS, CONFIG, MANIFEST)

MANIFEST_BYTES = 64 * 1024
CONFIG_BYTES = 4 * 1024 * 1024
ROOM = 64 * 1024 * 1024
"""Bytes that have to be free beside what is unpacked."""

_CHUNK = 1 << 20
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_MOST_OF_DIRECTORY = 64 * 1024


class BackupError(CryptoreadError):
    """No backup was made."""

    def __init__(self, to: Path, reason: str) -> None:
        super().__init__(f"cannot back up to {to}: {reason}")


class RestoreError(CryptoreadError):
    """Nothing was restored."""

    def __init__(self, source: Path, reason: str) -> None:
        super().__init__(f"cannot restore {source}: {reason}; nothing was changed")


class SettingsNotRestored(CryptoreadError):
    """All but the settings was restored."""

    def __init__(self, config: Path, reason: str) -> None:
        super().__init__(
            f"articles and marks were restored, but {config} cannot be written ({reason})"
        )


@dataclass(slots=True, kw_only=True)
class Report:
    """What a backup holds or a restore brought back; `str` of it is its summary."""

    counts: dict[str, int] = field(default_factory=dict)
    """Articles (`cache.db`) and articles with marks (`marks.db`)."""
    has_settings: bool = False
    size: int = 0
    asides: list[Path] = field(default_factory=list)
    """Where lies what was there before."""

    def __str__(self) -> str:
        parts = []
        if "cache.db" in self.counts:
            parts.append(_counted(self.counts["cache.db"]))
        if "marks.db" in self.counts:
            parts.append(f"marks of {_counted(self.counts['marks.db'])}")
        return ", ".join([*parts, *(["settings"] if self.has_settings else [])])


def _counted(articles: int) -> str:
    return "1 article" if articles == 1 else f"{articles:,} articles"


class _Told(NamedTuple):
    """What the manifest says of a member."""

    size: int
    sha256: str


# There.


def backup(
    folder: Path, config: Path, to: Path, *, marks_alone: bool = False, force: bool = False
) -> Report:
    """Write a new file with what the folder and the config file hold, while others use them.

    It is checked before it gets its name. marks_alone: with the marks and nothing else. force:
    put it in the place of a file that is there. Raises BackupError, CacheError.
    """
    names = ["marks.db"] if marks_alone else ["cache.db", "marks.db"]
    names = [name for name in names if is_there(folder, name)]
    if not names:
        what = "marks" if marks_alone else "articles and no marks"
        raise BackupError(to, f"{folder} has no {what}")
    try:
        _check_target(folder, config, to, force=force)
        with _work_beside(to) as work:
            report = _packed(folder, None if marks_alone else config, names, work)
            _check(work / "backup", names)
            report.size = (work / "backup").stat().st_size
            _name(work / "backup", to, force=force)
            return report
    except OSError as error:
        raise BackupError(to, error.strerror or str(error)) from error


def _check_target(folder: Path, config: Path, to: Path, *, force: bool) -> None:
    if not os.path.lexists(to):
        return
    if to.is_symlink() or not to.is_file():
        raise BackupError(to, "it is there and is not a regular file")
    if not force:
        raise BackupError(to, "it is there already; choose another name, or use --force")
    ours = [folder / name for name in SCHEMAS] + [config]
    if any(each.exists() and each.samefile(to) for each in ours):
        raise BackupError(to, "this is the file that is to be backed up")


@contextmanager
def _work_beside(path: Path) -> Iterator[Path]:
    """Give a new folder that only this user can read, on the same file system; then remove it."""
    work = Path(mkdtemp(prefix=f".{path.name[:50]}-", suffix=".part", dir=path.parent))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _packed(folder: Path, config: Path | None, names: list[str], work: Path) -> Report:
    """Pack what there is. The articles first: marks may be newer than what the cache shows."""
    from zipfile import ZIP_DEFLATED, ZipFile

    report, told = Report(), {}
    with (
        new_file(work / "backup") as file,
        ZipFile(file, "w", ZIP_DEFLATED) as archive,
    ):
        for name in names:
            with new_file(work / name):
                pass
            report.counts[name] = copy_of(folder, name, work / name)
            with (work / name).open("rb") as copy:
                told[name] = _add(archive, name, copy)
            (work / name).unlink()
        if config is not None and config.is_file():
            with config.open("rb") as settings:
                told[CONFIG] = _add(archive, CONFIG, settings)
            report.has_settings = True
        archive.writestr(MANIFEST, _manifest(told))
    return report


def _add(archive: "ZipFile", name: str, file: BinaryIO) -> _Told:
    from zipfile import ZIP_DEFLATED, ZipInfo

    info = ZipInfo(name, datetime.now().timetuple()[:6])
    info.compress_type, info.external_attr = ZIP_DEFLATED, 0o600 << 16
    size, digest = 0, hashlib.sha256()
    with archive.open(info, "w", force_zip64=True) as member:
        while data := file.read(_CHUNK):
            member.write(data)
            digest.update(data)
            size += len(data)
    return _Told(size, digest.hexdigest())


def _manifest(told: dict[str, _Told]) -> str:
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


def _check(path: Path, names: list[str]) -> None:
    """Read back what was written. Raises BackupError."""
    with path.open("rb") as file:
        try:
            archive, told = _opened(file)
            for name in told:
                _read(archive, name, told[name], lambda _data: None)
        except Strange as error:
            raise BackupError(path, f"it could not be read back ({error})") from error
    if not set(names) <= told.keys():
        raise BackupError(path, "it could not be read back")


def _name(part: Path, to: Path, *, force: bool) -> None:
    """Give the file its name; over another only by force."""
    if force:
        part.replace(to)
    else:
        try:
            os.link(part, to)
        except FileExistsError:
            raise BackupError(to, "it is there already; choose another name") from None
        except OSError:  # a file system without hard links
            if os.path.lexists(to):
                raise BackupError(to, "it is there already; choose another name") from None
            part.rename(to)
    sync_folder(to.parent)


# And back.


def restore(source: Path, folder: Path, config: Path, *, marks_alone: bool = False) -> Report:
    """Put back what a backup holds; what is there is set aside, and nothing is deleted.

    All of it is checked before anything is changed. marks_alone: put back the marks, and leave
    articles and settings as they are. Raises RestoreError, CacheLocked while another program uses
    the files, CacheUnwritable.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (
            open_regular(os.path.realpath(source)) as file,
            _work_beside(folder / "restore") as work,
        ):
            report, files = _unpacked(file, work, marks_alone=marks_alone)
            settings = files.pop(CONFIG, None)
            put = put_in_place(files, folder)
            report.asides = [each.aside for each in put if each.aside]
            if settings is not None:
                report.asides += _put_settings(settings, config)
                report.has_settings = True
            return report
    except (Strange, SourceError) as error:
        raise RestoreError(source, str(error)) from error
    except OSError as error:
        raise RestoreError(source, error.strerror or str(error)) from error


def _unpacked(file: BinaryIO, work: Path, *, marks_alone: bool) -> tuple[Report, dict[str, Path]]:
    """The members in files of their own, each checked. Raises Strange."""
    archive, told = _opened(file)
    wanted = ["marks.db"] if marks_alone else [name for name in MEMBERS if name in told]
    if "marks.db" not in told and marks_alone:
        raise Strange("has no marks")
    needed = sum(told[name].size for name in wanted)
    _check_size(needed, file, work)
    report, files = Report(), {}
    for name in wanted:
        files[name] = work / name
        with new_file(work / name) as target:
            _read(archive, name, told[name], target.write)
    for name in SCHEMAS:
        if name in files:
            report.counts[name] = _checked(files[name], name)
    return report, files


def _check_size(needed: int, file: BinaryIO, work: Path) -> None:
    if needed > budget(os.fstat(file.fileno()).st_size):
        raise Strange("unpacks to far more than a backup would")
    if needed + ROOM > shutil.disk_usage(work).free:
        raise Strange(f"needs {needed / 1e6:,.0f} MB of free space")


def _checked(path: Path, name: str) -> int:
    try:
        return check_copy(path, name)
    except Strange as error:
        raise Strange(f"{name} in it {error}") from error
    except CacheError as error:
        reason = str(error).partition(";")[0].removeprefix(f"{path} ")
        raise Strange(f"{name} in it {reason}") from error


def _put_settings(new: Path, config: Path) -> list[Path]:
    """Put the settings in place of those that are there, unless they are the same."""
    try:
        return _settings_put(new, config.resolve())
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsNotRestored(config, reason) from error


def _settings_put(new: Path, config: Path) -> list[Path]:
    config.parent.mkdir(parents=True, exist_ok=True)
    aside = []
    if config.exists():
        if config.read_bytes() == new.read_bytes():
            return []
        aside = [set_aside(config, "before-restore")]
    part = config.with_name(f".{config.name}.{os.getpid()}.part")
    with new_file(part) as file:
        file.write(new.read_bytes())
    take_place(part, config)
    return aside


# The archive.


def _opened(file: BinaryIO) -> tuple["ZipFile", dict[str, _Told]]:
    """Return an archive that can be a backup, and what its manifest says. Raises Strange."""
    from zipfile import ZipFile

    try:
        _check_directory(file)
        archive = ZipFile(file)
        names = archive.namelist()
    except Strange:
        raise
    except Exception as error:  # zipfile has no list of what a hostile directory may raise
        raise Strange("is damaged or cut off, or is not a backup") from error
    if MANIFEST not in names:
        raise Strange("is not a backup of cryptoread")
    if len(set(names)) < len(names) or not set(names) <= set(MEMBERS):
        raise Strange("has other members than a backup")
    told = _manifest_of(archive)
    if set(names) != {*told, MANIFEST} or not told:
        raise Strange("has other members than its manifest names")
    return archive, told


def _check_directory(file: BinaryIO) -> None:
    """Refuse a directory that is far longer than that of a backup: zipfile would read all of it."""
    size = file.seek(0, os.SEEK_END)
    length = _END.size + _LOCATOR.size + _END_64.size
    file.seek(max(0, size - length))
    tail = file.read(length)
    file.seek(0)
    if len(tail) < _END.size or not tail[-_END.size :].startswith(b"PK\5\6"):
        raise Strange("is damaged or cut off, or is not a backup")
    _, _, _, _, entries, directory, _, _ = _END.unpack(tail[-_END.size :])
    locator = tail[-_END.size - _LOCATOR.size : -_END.size]
    if locator.startswith(b"PK\6\7"):
        if len(tail) < length or not tail.startswith(b"PK\6\6"):
            raise Strange("is damaged or cut off, or is not a backup")
        *_, entries, directory, _ = _END_64.unpack(tail[: _END_64.size])
    if entries > len(MEMBERS) or directory > _MOST_OF_DIRECTORY:
        raise Strange("has other members than a backup")


def _manifest_of(archive: "ZipFile") -> dict[str, _Told]:
    parts: list[bytes] = []
    _read(archive, MANIFEST, None, parts.append)
    try:
        written = json.loads(b"".join(parts))
    except (ValueError, RecursionError) as error:
        raise Strange("has a manifest that cannot be read") from error
    if not isinstance(written, dict) or written.get("program") != "cryptoread":
        raise Strange("is not a backup of cryptoread")
    made = written.get("format")
    if type(made) is not int or made > FORMAT:
        raise Strange("was made by a newer cryptoread; update cryptoread")
    files = written.get("files")
    if not isinstance(files, dict):
        raise Strange("has a manifest that cannot be read")
    return {name: _told(name, each) for name, each in files.items()}


def _told(name: str, written: Any) -> _Told:
    size = written.get("size") if isinstance(written, dict) else None
    digest = written.get("sha256") if isinstance(written, dict) else None
    if type(size) is not int or size < 0 or not isinstance(digest, str):
        raise Strange("has a manifest that cannot be read")
    if name == CONFIG and size > CONFIG_BYTES:
        raise Strange(f"{CONFIG} in it is far larger than settings are")
    return _Told(size, digest)


def _read(archive: "ZipFile", name: str, told: _Told | None, put: "Any") -> None:
    """Hand on a member piece by piece. told: None for the manifest. Raises Strange, OSError."""
    info = archive.getinfo(name)
    most = told.size if told else MANIFEST_BYTES
    if not _is_plain(info) or info.file_size > most:
        raise Strange(f"{name} in it is damaged (it is not what the manifest says)")
    digest, size = hashlib.sha256(), 0
    for data in _pieces(archive, info):
        size += len(data)
        if size > most:
            break
        digest.update(data)
        put(data)
    if told and (size, digest.hexdigest()) != told:
        raise Strange(f"{name} in it is damaged (it is not what the manifest says)")


def _is_plain(info: "ZipInfo") -> bool:
    from zipfile import ZIP_DEFLATED, ZIP_STORED

    return info.compress_type in (ZIP_STORED, ZIP_DEFLATED) and not info.flag_bits & 1


def _pieces(archive: "ZipFile", info: "ZipInfo") -> Iterator[bytes]:
    try:
        member: IO[bytes] = archive.open(info)
        while data := member.read(_CHUNK):
            yield data
    except Exception as error:  # nor of what a hostile member may raise
        raise Strange(f"{info.filename} in it is damaged ({error})") from error
