"""Backing up marks, articles and settings to one file, and restoring them.

A restored file is hostile until it is checked, and a database has to be one that cryptoread makes.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import BinaryIO

from reader.archive.backup_file import (
    CONFIG,
    MANIFEST,
    MEMBERS,
    add_member,
    manifest,
    opened,
    read_member,
)
from reader.cache.files.asides import new_file, set_aside, sync_folder, take_place
from reader.cache.repair.snapshots import (
    SCHEMAS,
    Strange,
    check_copy,
    copy_of,
    is_there,
    put_in_place,
)
from reader.cache.shared.folders import is_shared
from reader.errors import CacheError, CryptoreadError, SourceError
from reader.i18n import _, grouped, ngettext
from reader.reasons import reason_of
from reader.sources.local.archives import budget
from reader.sources.local.files import open_regular

ROOM = 64 * 1024 * 1024
"""Bytes that must be free besides what is unpacked."""


class BackupError(CryptoreadError):
    """No backup was made."""

    def __init__(self, to: Path, reason: str) -> None:
        super().__init__(_("cannot back up to {to}: {reason}").format(to=to, reason=reason))


class RestoreError(CryptoreadError):
    """Nothing was restored."""

    def __init__(self, source: Path, reason: str) -> None:
        super().__init__(
            _("cannot restore {source}: {reason}; nothing was changed").format(
                source=source, reason=reason
            )
        )


class SettingsNotRestored(CryptoreadError):
    """Everything was restored except the settings."""

    def __init__(self, config: Path, reason: str) -> None:
        super().__init__(
            _("articles and marks were restored, but {config} cannot be written ({reason})").format(
                config=config, reason=reason
            )
        )


@dataclass(slots=True, kw_only=True)
class Report:
    """Result of a backup or a restoration; `str` is its summary."""

    counts: dict[str, int] = field(default_factory=dict)
    """Articles (`cache.db`) and articles with marks (`marks.db`)."""
    has_settings: bool = False
    size: int = 0
    asides: list[Path] = field(default_factory=list)
    """New names of the files that were replaced."""

    def __str__(self) -> str:
        parts = []
        if "cache.db" in self.counts:
            number = self.counts["cache.db"]
            articles = ngettext("{number} article", "{number} articles", number)
            parts.append(articles.format(number=grouped(number)))
        if "marks.db" in self.counts:
            number = self.counts["marks.db"]
            of_marks = ngettext("marks of {number} article", "marks of {number} articles", number)
            parts.append(of_marks.format(number=grouped(number)))
        return ", ".join([*parts, *([_("settings")] if self.has_settings else [])])


def backup(
    folder: Path, config: Path, to: Path, *, marks_alone: bool = False, force: bool = False
) -> Report:
    """Write the marks, articles and settings to a new file, while other programs use them.

    The file is read back before it gets its name. marks_alone: only the marks. force: replace an
    existing file. Raises BackupError, CacheError.
    """
    names = ["marks.db"] if marks_alone else ["cache.db", "marks.db"]
    names = [name for name in names if is_there(folder, name)]
    if not names:
        nothing = (
            _("{folder} has no marks")
            if marks_alone
            else _("{folder} has no articles and no marks")
        )
        raise BackupError(to, nothing.format(folder=folder))
    try:
        _check_target(folder, config, to, force=force)
        with _work_beside(to) as work:
            report = _packed(folder, None if marks_alone else config, names, work)
            _check(work / "backup", names)
            report.size = (work / "backup").stat().st_size
            _name(work / "backup", to, force=force)
            return report
    except OSError as error:
        raise BackupError(to, reason_of(error)) from error


def _check_target(folder: Path, config: Path, to: Path, *, force: bool) -> None:
    if not os.path.lexists(to):
        return
    if to.is_symlink() or not to.is_file():
        raise BackupError(to, _("it exists and is not a regular file"))
    if not force:
        raise BackupError(to, _("it already exists; choose another name, or use --force"))
    ours = [folder / name for name in SCHEMAS] + [config]
    if any(each.exists() and each.samefile(to) for each in ours):
        raise BackupError(to, _("it is one of the files to back up"))


@contextmanager
def _work_beside(path: Path) -> Iterator[Path]:
    """Give a new folder beside a path, which only this user can read; remove it at the end."""
    work = Path(mkdtemp(prefix=f".{path.name[:50]}-", suffix=".part", dir=path.parent))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _packed(folder: Path, config: Path | None, names: list[str], work: Path) -> Report:
    """Pack the files. The articles first: marks may be newer than the cache, not older."""
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
                told[name] = add_member(archive, name, copy)
            (work / name).unlink()
        if config is not None and config.is_file():
            with config.open("rb") as settings:
                told[CONFIG] = add_member(archive, CONFIG, settings)
            report.has_settings = True
        archive.writestr(MANIFEST, manifest(told))
    return report


def _check(path: Path, names: list[str]) -> None:
    """Read the file back and compare it with its manifest. Raises BackupError."""
    with path.open("rb") as file:
        try:
            archive, told = opened(file)
            for name in told:
                read_member(archive, name, told[name], lambda _data: None)
        except Strange as error:
            raise BackupError(
                path, _("it could not be read back ({reason})").format(reason=error)
            ) from error
    if not set(names) <= told.keys():
        raise BackupError(path, _("it could not be read back"))


def _name(part: Path, to: Path, *, force: bool) -> None:
    """Give the file its name. force: replace an existing file."""
    if force:
        part.replace(to)
    else:
        try:
            os.link(part, to)
        except FileExistsError:
            raise BackupError(to, _("it already exists; choose another name")) from None
        except OSError:  # a file system without hard links
            if os.path.lexists(to):
                raise BackupError(to, _("it already exists; choose another name")) from None
            part.rename(to)
    sync_folder(to.parent)


def restore(source: Path, folder: Path, config: Path, *, marks_alone: bool = False) -> Report:
    """Restore a backup. Present files are renamed, not deleted.

    All of the backup is checked before anything is changed. marks_alone: restore only the marks.
    Raises RestoreError, CacheLocked while another program uses the files, CacheUnwritable.
    """
    if is_shared(folder) and not marks_alone:
        raise RestoreError(source, _("the archive is shared; --marks restores your marks alone"))
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
        raise RestoreError(source, reason_of(error)) from error


def _unpacked(file: BinaryIO, work: Path, *, marks_alone: bool) -> tuple[Report, dict[str, Path]]:
    """Unpack and check the members. Returns the report and their files. Raises Strange."""
    archive, told = opened(file)
    wanted = ["marks.db"] if marks_alone else [name for name in MEMBERS if name in told]
    if "marks.db" not in told and marks_alone:
        raise Strange(_("has no marks"))
    needed = sum(told[name].size for name in wanted)
    _check_size(needed, file, work)
    report, files = Report(), {}
    for name in wanted:
        files[name] = work / name
        with new_file(work / name) as target:
            read_member(archive, name, told[name], target.write)
    for name in SCHEMAS:
        if name in files:
            report.counts[name] = _checked(files[name], name)
    return report, files


def _check_size(needed: int, file: BinaryIO, work: Path) -> None:
    if needed > budget(os.fstat(file.fileno()).st_size):
        raise Strange(_("unpacks to far more than a backup would"))
    if needed + ROOM > shutil.disk_usage(work).free:
        raise Strange(
            _("needs {number} MB of free space").format(number=grouped(round(needed / 1e6)))
        )


def _checked(path: Path, name: str) -> int:
    try:
        return check_copy(path, name)
    except Strange as error:
        raise Strange(_("{name} in it {reason}").format(name=name, reason=error)) from error
    except CacheError as error:
        reason = str(error).partition(";")[0].replace(f"{path} ", "")
        raise Strange(_("{name} in it {reason}").format(name=name, reason=reason)) from error


def _put_settings(new: Path, config: Path) -> list[Path]:
    """Replace the present settings, unless they are the same. Returns their new names."""
    try:
        return _settings_put(new, config.resolve())
    except OSError as error:
        reason = reason_of(error)
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
