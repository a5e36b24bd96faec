"""The tag picker and the search line: answers that may come in steps, above a blinking cursor."""

import re
from collections.abc import Sequence

from tests.benchmarks.figures import A_KEY, Budget, Figure
from tests.benchmarks.subject import Subject
from tests.benchmarks.watching import Frame, Lines, Watched, chips, kept

QUERIES = ["bitc", "etf out", "tag:xrp ris", "stablecoin yield", "zolu"]
"""Typed letter by letter. The first letters match nearly everything, the last word little."""

_COUNTED = re.compile(r"› .*? [\d,]+ +│")
"""A row of the picker under the cursor, with a count."""

_BOTTOM = 3
"""Lines below the list while a search is typed: status, the search line, its hint."""


def measure_picker(subject: Subject) -> list[Figure]:
    """`t`, to the first picture with counts of the rows in view, and to the one that stays."""
    first, whole = [], []
    with subject.reader() as terminal:
        terminal.first_paint()
        for _ in range(subject.times(20)):
            frames = terminal.frames("t", busy="Counting…")
            first.append(next(f.seconds for f in frames if _is_counted(f.lines)) * 1000)
            whole.append(kept(frames) * 1000)
            terminal.press("<Esc>")
    return [
        Figure(name="tag picker, first counts", unit="ms", samples=first, budget=A_KEY),
        Figure(name="tag picker, all counts", unit="ms", samples=whole),
    ]


def measure_search(subject: Subject) -> list[Figure]:
    """Each character of QUERIES."""
    first, whole = typed(subject, QUERIES)
    return [
        Figure(name="search, first rows", unit="ms", samples=first, budget=Budget("p95", 50)),
        Figure(name="search, whole answer", unit="ms", samples=whole, peer="search"),
    ]


def typed(subject: Subject, queries: Sequence[str]) -> tuple[list[float], list[float]]:
    """Type the queries into a reader that was just started and has nothing looked up yet.

    First rows: the first picture in which the filter above the list, or the list, is another.
    Whole answer: the picture that stays. Both in milliseconds, of each character.
    """
    first: list[float] = []
    whole: list[float] = []
    for _ in range(subject.times(5)):
        with subject.reader() as terminal:
            terminal.first_paint()
            terminal.settle(1)
            for query in queries:
                terminal.press("/", quiet=0.4)
                for char in query:
                    before = terminal.lines
                    frames = terminal.frames(char, busy="searching…")
                    if char != " ":  # which may change nothing but the place of the cursor
                        first.append(_first_rows(before, frames) * 1000)
                        whole.append(kept(frames) * 1000)
                _check_whole(terminal)
                terminal.press("<Esc>", quiet=0.4)
    return first, whole


def _is_counted(lines: Lines) -> bool:
    return any(map(_COUNTED.search, lines))


def _first_rows(before: Lines, frames: list[Frame]) -> float:
    """Where the answer is the same as before, the time of the whole picture."""
    for frame in frames:
        if _answer(frame.lines) != _answer(before):
            return frame.seconds
    return kept(frames)


def _answer(lines: Lines) -> tuple[str, Lines]:
    return chips(lines), lines[1:-_BOTTOM]


def _check_whole(terminal: Watched) -> None:
    """An answer that came after a silence would have been taken for the next character's."""
    before = terminal.lines
    terminal.settle(0.4)
    if terminal.lines != before:
        raise RuntimeError("the answer to a search went on after it had been still")
