"""A sweep: kill a child at one operation after another, and check what it leaves."""

import random
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.sweep.checks import faults
from tests.sweep.children import Ended
from tests.sweep.library import KILLS, Fault
from tests.sweep.subjects import Subject

CODES = (0, 1, 2, 3, 130)
"""Exit codes that the program documents."""


@dataclass(slots=True)
class Report:
    """What was tried and what came of it; `troubles` are sentences, each with its point."""

    what: str
    points: int = 0
    disturbed: int = 0
    """Points at which the fault happened before the act was over."""
    failed: int = 0
    troubles: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        survived = self.points - self.failed
        return f"{self.what}: {survived} of {self.points} survived, {self.disturbed} disturbed"

    def note(self, point: str, troubles: list[str]) -> None:
        self.points += 1
        self.failed += bool(troubles)
        self.troubles += [f"{self.what} {point}: {trouble}" for trouble in troubles]

    def add(self, other: "Report") -> None:
        self.points += other.points
        self.disturbed += other.disturbed
        self.failed += other.failed
        self.troubles += other.troubles


def spread(
    count: int, points: int, seed: int, kinds: tuple[Fault, ...] = KILLS
) -> Iterator[tuple[int, Fault]]:
    """Operations from 1 to count, evenly spread, each with a kind of fault; never one twice."""
    some = random.Random(seed)
    if points >= count * len(kinds):
        yield from ((at, kind) for at in range(1, count + 1) for kind in kinds)
        return
    seen = set()
    for number in range(points):
        at = 1 + int((number + some.random()) * count / points)
        for kind in some.sample(kinds, len(kinds)):
            if (at, kind) not in seen:
                seen.add((at, kind))
                yield at, kind
                break


def sweep(
    subject: Subject, points: int, seed: int, said: Callable[[str], object] = lambda _: None
) -> Report:
    """Kill a child of the subject at that many points; after each, look at what it has left."""
    report = Report(type(subject).__name__.lower())
    kinds = KILLS if subject.children.is_preloaded else (Fault.BEFORE,)
    for at, kind in spread(subject.count, points, seed, kinds):
        folder = subject.copy("disturbed")
        ended = subject.act(folder, at, kind)
        report.disturbed += ended.killed
        troubles = [] if ended.code in (0, -9) else [f"ended with {ended.code}: {ended.err[-300:]}"]
        _note(report, f"{kind.name} {at} of {subject.count}", troubles, subject, folder, ended)
        if troubles:
            said(report.troubles[-1])
    return report


def without_room(
    subject: Subject, points: int, seed: int, said: Callable[[str], object] = lambda _: None
) -> Report:
    """The disk is full from one operation on, or one fails; then there is room again."""
    report = Report(f"{type(subject).__name__.lower()} without room")
    for at, kind in spread(subject.count, points, seed, (Fault.FULL, Fault.FAILS)):
        folder = subject.copy("disturbed")
        ended = subject.command(folder, at, kind)
        report.disturbed += ended.code != 0
        troubles = misbehaved(ended)
        _note(report, f"{kind.name} {at} of {subject.count}", troubles, subject, folder, ended)
        if troubles:
            said(report.troubles[-1])
    return report


def misbehaved(ended: Ended) -> list[str]:
    """How a command ended otherwise than the program documents."""
    troubles = []
    if ended.code not in CODES:
        troubles.append(f"ended with {ended.code}")
    if "Traceback" in ended.err or "something went wrong" in ended.err:
        troubles.append(f"a traceback: {ended.err[-500:]}")
    if ended.code in (2, 3) and not (ended.err + ended.out).strip():
        troubles.append(f"ended with {ended.code} and without a word")
    return troubles


def _note(
    report: Report,
    point: str,
    troubles: list[str],
    subject: Subject,
    folder: Path,
    ended: Ended,
) -> None:
    try:
        troubles += faults(folder)
        troubles += subject.lost(folder, ended)
        troubles += subject.again(folder)
        troubles += faults(folder)
    except Exception as error:  # noqa: BLE001 - any of them is a find
        last = traceback.extract_tb(error.__traceback__)[-1]
        troubles.append(f"{type(error).__name__}: {error} ({last.filename}:{last.lineno})")
    report.note(point, troubles)
