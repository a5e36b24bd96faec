"""Damaged files: flipped bits, truncation, zeroed bytes. Every command still ends properly."""

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.sweep.children import Children
from tests.sweep.sweep import Report, misbehaved

COMMANDS = (
    ("list",),
    ("list", "word7", "--format", "json"),
    ("stats", "tag:t3", "--format", "json"),
    ("doctor",),
    ("export", "--to", "{folder}/out.jsonl"),
    ("import", "{archive}"),
    ("list", "is:read", "--format", "csv"),
)
"""Run one after the other on one damaged folder: the first may repair what the next ones see."""

PAGE = 4096
FILES = ("cache.db", "marks.db", "cache.db-wal", "marks.db-wal")


def damaged(
    base: Path,
    archive: Path,
    children: Children,
    harm: Callable[[random.Random, bytes], tuple[bytes, str]],
    points: int,
    seed: int,
    said: Callable[[str], object] = lambda _: None,
) -> Report:
    """Harm one file of a copy of the folder at each point, and run the commands on it."""
    report = Report(harm.__name__)
    some = random.Random(seed)
    files = [name for name in FILES if (base / name).exists() and (base / name).stat().st_size]
    for number in range(points):
        folder = base.with_name("damaged")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(base, folder)
        name = files[number % len(files)]
        data, where = harm(some, (folder / name).read_bytes())
        (folder / name).write_bytes(data)
        point = f"{number} ({name}, {where})"
        troubles = list(_troubles(folder, archive, children, some))
        report.disturbed += 1
        report.note(point, troubles)
        if troubles:
            said(report.troubles[-1])
    return report


def _troubles(
    folder: Path, archive: Path, children: Children, some: random.Random
) -> Iterator[str]:
    for command in some.sample(COMMANDS, len(COMMANDS)):
        words = [word.format(folder=folder, archive=archive) for word in command]
        ended = children.command(folder, *words)
        for trouble in misbehaved(ended):
            yield f"{' '.join(command)}: {trouble}"
    ended = children.command(folder, "import", str(archive))
    listed = children.command(folder, "list")
    if ended.code not in (0, 1) or listed.code != 0:
        yield f"an import does not set it right: {ended.err[-300:]} {listed.err[-300:]}"


def flipped_bit(some: random.Random, data: bytes) -> tuple[bytes, str]:
    """One bit is another."""
    at, bit = some.randrange(len(data)), some.randrange(8)
    changed = bytearray(data)
    changed[at] ^= 1 << bit
    return bytes(changed), f"bit {bit} of byte {at}"


def flipped_byte(some: random.Random, data: bytes) -> tuple[bytes, str]:
    """One byte is another: anywhere, at the beginning of a page, which says what it is, or on the
    first page, which says what there is."""
    at = some.randrange(len(data))
    match some.randrange(3):
        case 0:
            at = at // PAGE * PAGE + some.randrange(64)
        case 1:
            at %= PAGE
    at = min(at, len(data) - 1)
    changed = bytearray(data)
    changed[at] = (changed[at] + some.randrange(1, 256)) % 256
    return bytes(changed), f"byte {at}"


def truncated(some: random.Random, data: bytes) -> tuple[bytes, str]:
    """The end is missing, at the edge of a page or anywhere."""
    length = some.randrange(len(data))
    if some.random() < 0.5:
        length = length // PAGE * PAGE
    return data[:length], f"{length} of {len(data)} bytes"


def blanked(some: random.Random, data: bytes) -> tuple[bytes, str]:
    """A page holds nothing but zeros, as after a power cut."""
    at = some.randrange(max(len(data) // PAGE, 1)) * PAGE
    return data[:at] + bytes(len(data[at : at + PAGE])) + data[at + PAGE :], f"page at {at}"


HARMS = {
    each.__name__.replace("_", "-"): each
    for each in (flipped_bit, flipped_byte, truncated, blanked)
}
