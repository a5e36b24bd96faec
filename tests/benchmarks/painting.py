"""From a key, or from the start, to the picture that stays. Definition: `Terminal.measure`."""

import statistics
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.program import empty_app, reader
from tests.terminal import NothingPainted, Terminal


def measure_first_paint(data: Path, rounds: int) -> list[Figure]:
    """Reader and empty app in turn, so that both meet the machine in the same moods."""
    for terminal in (reader(data), empty_app()):
        _first_paint(terminal)  # compiles and caches: not counted
    ours, empty = [], []
    for _ in range(rounds):
        ours.append(_first_paint(reader(data)))
        empty.append(_first_paint(empty_app()))
    return [
        Figure(
            name="first paint",
            unit="ms",
            samples=ours,
            ratio=statistics.median(ours) / statistics.median(empty),
            budget="≤ 1.25 × empty app",
        ),
        Figure(name="first paint, empty app", unit="ms", samples=empty),
    ]


def measure_tag_digits(data: Path, rounds: int) -> list[Figure]:
    """Each digit three times: its tag is included, excluded, and off again."""
    with reader(data) as terminal:
        terminal.first_paint()
        samples = [
            terminal.measure(digit).seconds * 1000
            for _ in range(rounds)
            for digit in "123456789"
            for _ in range(3)
        ]
    return [Figure(name="tag digit", unit="ms", samples=samples, budget="p95 ≤ 25 ms")]


def measure_open(data: Path, sample: int | None) -> list[Figure]:
    """Every next article (`J`) from the newest on, `sample` of them or all that are shown."""
    with reader(data) as terminal:
        terminal.first_paint()
        samples = list(islice(_openings(terminal), sample))
    return [Figure(name="open article", unit="ms", samples=samples, budget="p95 ≤ 50 ms")]


def _openings(terminal: Terminal) -> Iterator[float]:
    """Milliseconds an article, until `J` finds no other."""
    while True:
        try:
            yield terminal.measure("J", timeout=2).seconds * 1000
        except NothingPainted:
            return


def _first_paint(terminal: Terminal) -> float:
    with terminal:
        seconds = terminal.first_paint().seconds
        terminal.send("q")
        terminal.wait_exit()
    return seconds * 1000
