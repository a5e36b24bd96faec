"""Locks held by another program, for a moment or for longer than the program waits."""

import random
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sweep.checks import content, faults, marks
from tests.sweep.children import Children
from tests.sweep.sweep import Report, misbehaved

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("list",),
    ("stats", "--format", "json"),
    ("export", "--to", "{folder}-out.jsonl"),
    ("list", "word7"),
    ("doctor",),
)
LONG_S, SHORT_S = 30.0, 0.3
FILES = ("cache.db", "marks.db")


def locked(
    base: Path,
    archive: Path,
    children: Children,
    points: int,
    seed: int,
    said: Callable[[str], object] = lambda _: None,
) -> Report:
    """Reading goes on while a file is locked; what writes waits a moment, else ends with 3."""
    report, some = Report("locks"), random.Random(seed)
    before, marked = content(base), marks(base)
    for number in range(points):
        folder = base.with_name("locked")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(base, folder)
        name, kind = some.choice(FILES), some.choice(["IMMEDIATE", "EXCLUSIVE"])
        is_short = some.random() < 0.8
        troubles = []
        with _held(folder / name, kind, SHORT_S if is_short else LONG_S):
            written = [("import", str(archive))] if is_short or number % 10 == 0 else []
            commands = [*written, *some.sample(COMMANDS, 3)]
            for command in commands:
                words = [word.format(folder=folder) for word in command]
                Path(f"{folder}-out.jsonl").unlink(missing_ok=True)
                ended = children.command(folder, *words)
                troubles += [f"{' '.join(command)}: {each}" for each in misbehaved(ended)]
                is_reading = command[0] in ("list", "stats", "export")
                if (is_short or is_reading) and ended.code not in (0, 1):
                    troubles.append(f"{' '.join(command)} ended with {ended.code}: {ended.err}")
        report.disturbed += 1
        try:
            troubles += faults(folder)
            if content(folder) != before or marks(folder) != marked:
                troubles.append("something has changed")
        except Exception as error:  # noqa: BLE001 - any of them is a find
            troubles.append(f"{type(error).__name__}: {error}")
        report.note(f"{number} ({name}, {kind}, {'short' if is_short else 'long'})", troubles)
        if troubles:
            said(report.troubles[-1])
    return report


@contextmanager
def _held(path: Path, kind: str, seconds: float) -> Iterator[None]:
    """Hold the lock for so long, or to the end of the block."""
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        db = sqlite3.connect(path, isolation_level=None)
        db.execute(f"BEGIN {kind}")
        held.set()
        over.wait(seconds)
        db.execute("ROLLBACK")
        db.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    try:
        yield
    finally:
        over.set()
        thread.join()
