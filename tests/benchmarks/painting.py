"""Measure from a key, or from the start, to the final picture, as `Terminal.measure` defines it."""

import statistics
from collections.abc import Iterator
from itertools import islice

from tests.benchmarks.figures import A_KEY, Budget, Figure
from tests.benchmarks.program import empty_app
from tests.benchmarks.subject import Subject
from tests.terminal import NothingPainted, Terminal


def measure_first_paint(subject: Subject) -> list[Figure]:
    """Reader and empty app in turn, so that both meet the machine in the same moods."""
    for terminal in (subject.reader(), empty_app()):
        first_paint(terminal)  # compiles and caches: not counted
    ours, empty = [], []
    for _ in range(subject.times(15)):
        ours.append(first_paint(subject.reader()))
        empty.append(first_paint(empty_app()))
    return [
        Figure(
            name="first paint",
            unit="ms",
            samples=ours,
            ratios={"empty app": statistics.median(ours) / statistics.median(empty)},
            budget=Budget("empty app", 1.25),
        ),
        Figure(name="first paint, empty app", unit="ms", samples=empty),
    ]


def measure_tag_digits(subject: Subject) -> list[Figure]:
    """Each digit three times: its tag is included, excluded, and off again."""
    with subject.reader() as terminal:
        terminal.first_paint()
        samples = [
            milliseconds(terminal, digit)
            for _ in range(subject.times(5))
            for digit in "123456789"
            for _ in range(3)
        ]
    return [Figure(name="tag digit", unit="ms", samples=samples, budget=A_KEY)]


def measure_open(subject: Subject) -> list[Figure]:
    """Every next article (`J`) from the newest on, a number of them or all that are shown."""
    with subject.reader() as terminal:
        terminal.first_paint()
        samples = list(islice(_openings(terminal), subject.sample))
    return [Figure(name="open article", unit="ms", samples=samples, budget=Budget("p95", 50))]


def milliseconds(terminal: Terminal, key: str, *, timeout: float = 5) -> float:
    """From a key to its picture."""
    return terminal.measure(key, timeout=timeout).seconds * 1000


def first_paint(terminal: Terminal, *, quiet: float = 0.5) -> float:
    """Milliseconds from the start of a program to its picture; then it is ended with `q`."""
    with terminal:
        seconds = terminal.first_paint(quiet=quiet, timeout=60).seconds
        terminal.send("q")
        terminal.wait_exit()
    return seconds * 1000


def _openings(terminal: Terminal) -> Iterator[float]:
    """Milliseconds an article, until `J` finds no other."""
    while True:
        try:
            yield milliseconds(terminal, "J", timeout=2)
        except NothingPainted:
            return
