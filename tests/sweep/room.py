"""Full disks: files that may not grow, and a small file system if one can be mounted."""

import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sweep.checks import content, faults, marks
from tests.sweep.children import Children
from tests.sweep.sweep import Report, misbehaved

COMMANDS = (("import", "{more}"), ("list",), ("stats",), ("doctor",), ("list", "word7"))


def small_files(
    base: Path,
    archive: Path,
    children: Children,
    points: int,
    seed: int,
    said: Callable[[str], object] = lambda _: None,
) -> Report:
    """No file may grow beyond a number of bytes (RLIMIT_FSIZE) while a command runs."""
    report, some = Report("small files"), random.Random(seed)
    before, marked = content(base), marks(base)
    largest = max(path.stat().st_size for path in base.iterdir())
    for number in range(points):
        folder = base.with_name("limited")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(base, folder)
        limit = some.randrange(1, 2 * largest)
        troubles = []
        for command in COMMANDS:
            words = [word.format(more=_more(archive, number)) for word in command]
            ended = children.command(folder, *words, file_size=limit)
            report.disturbed += ended.code == 3
            troubles += [f"{' '.join(command)}: {each}" for each in misbehaved(ended)]
        troubles += _kept(folder, before, marked)
        report.note(f"{number} ({limit} bytes)", troubles)
        if troubles:
            said(report.troubles[-1])
    return report


def small_disk(
    work: Path,
    base: Path,
    archive: Path,
    children: Children,
    points: int,
    seed: int,
    said: Callable[[str], object] = lambda _: None,
) -> Report:
    """The folder lies on a file system of its own with little room left; none where one may not
    be mounted."""
    report, some = Report("small disk"), random.Random(seed)
    before, marked = content(base), marks(base)
    size = sum(path.stat().st_size for path in base.iterdir())
    for number in range(points):
        free = some.randrange(0, size)
        with _mounted(work / "disk", size + free) as disk:
            if disk is None:
                said("small disk: a file system may not be mounted here")
                return report
            folder = disk / "data"
            shutil.copytree(base, folder)
            troubles = []
            for command in COMMANDS:
                words = [word.format(more=_more(archive, number)) for word in command]
                ended = children.command(folder, *words)
                report.disturbed += ended.code == 3
                troubles += [f"{' '.join(command)}: {each}" for each in misbehaved(ended)]
            copy = base.with_name("rescued")
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(folder, copy)
        troubles += _kept(copy, before, marked)
        report.note(f"{number} ({free} bytes free)", troubles)
        if troubles:
            said(report.troubles[-1])
    return report


def _kept(folder: Path, before: frozenset[str], marked: object) -> Iterator[str]:
    """With room again: what was there is there."""
    try:
        yield from faults(folder)
        if lost := before - content(folder):
            yield f"{len(lost)} articles are lost"
        if marks(folder) != marked:
            yield "marks have changed"
    except Exception as error:  # noqa: BLE001 - any of them is a find
        yield f"{type(error).__name__}: {error}"


def _more(archive: Path, number: int) -> Path:
    """An archive that is not known yet: the same articles under other ids."""
    made = archive.with_name(f"more-{number % 4}")
    if not made.exists():
        made.mkdir()
        for path in sorted(archive.rglob("story-*.md")):
            text = path.read_text("utf-8").replace('externalId: "', f'externalId: "m{number}-')
            (made / path.name).write_text(text.replace("own", f"own{number + 1}00"), "utf-8")
    return made


@contextmanager
def _mounted(place: Path, size: int) -> Iterator[Path | None]:
    place.mkdir(parents=True, exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    mounted = (
        sys.platform.startswith("linux")
        and subprocess.run(words, capture_output=True, check=False).returncode == 0
    )
    try:
        yield place if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(place)], check=True)
