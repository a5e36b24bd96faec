"""Keys of the list: a large group opened, its ends, a key held down, read marks, other groupings.

The large group is the positive articles on BTC in all languages, a good fifth of the archive.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.benchmarks.figures import A_KEY, Budget, Figure
from tests.benchmarks.keys_in_turn import empty_key
from tests.benchmarks.painting import milliseconds
from tests.benchmarks.subject import Subject
from tests.benchmarks.watching import Watched

EVERY_LANGUAGE = ("lang:en", "lang:uk")
LARGEST = ("category:btc", "sentiment:positive")

GROUPINGS = ("latest", "source", "story", "none", "category")
"""In the order in which `s` goes through them."""

DENSITIES = ("one line", "titles on two lines", "titles on two lines, and descriptions")
"""What a message says after each `c`."""

ROWS = 200
KEYS_A_SECOND = 30
"""What a terminal repeats a held key at."""


def measure_expand(subject: Subject) -> list[Figure]:
    """`l` on the closed group, among all the others."""
    samples = []
    with _at_largest_group(subject, *EVERY_LANGUAGE) as terminal, empty_key() as empty:
        for _ in range(subject.times(20)):
            samples.append(empty.after(milliseconds(terminal, "l")))
            terminal.press("h")
    return empty.figures("expand a group", samples, A_KEY)


def measure_ends(subject: Subject) -> list[Figure]:
    """End and Home in the open group, which is alone in the list."""
    to_end, to_start = [], []
    with _at_largest_group(subject, *LARGEST, *EVERY_LANGUAGE) as terminal:
        terminal.press("l")
        for _ in range(subject.times(20)):
            to_end.append(milliseconds(terminal, "<End>"))
            to_start.append(milliseconds(terminal, "<Home>"))
    return [
        Figure(name="End", unit="ms", samples=to_end, budget=A_KEY),
        Figure(name="Home", unit="ms", samples=to_start, budget=A_KEY),
    ]


def measure_hold(subject: Subject) -> list[Figure]:
    """`j` for ROWS rows of the group, further down each time: all at once, then as repeated."""
    with _at_largest_group(subject, *LARGEST, *EVERY_LANGUAGE) as terminal:
        terminal.press("l")
        rounds = range(subject.times(5))
        at_once = [hold(terminal) for _ in rounds]
        terminal.press("<Home>")
        behind = [_behind(terminal) for _ in rounds]
    return [
        Figure(
            name="hold j, a row",
            unit="ms",
            samples=at_once,
            budget=Budget("p95", round(1000 / KEYS_A_SECOND)),
        ),
        Figure(name="hold j, behind at the end", unit="ms", samples=behind, budget=A_KEY),
    ]


def hold(terminal: Watched) -> float:
    """Milliseconds a row when ROWS keys come at once, until the picture stays."""
    return milliseconds(terminal, "j" * ROWS, timeout=30) / ROWS


def _behind(terminal: Watched) -> float:
    """Milliseconds from the last of ROWS keys to its picture, at the rate of a held key."""
    for _ in range(ROWS - 1):
        terminal.send("j")
        time.sleep(1 / KEYS_A_SECOND)
    return milliseconds(terminal, "j")


def measure_read(subject: Subject) -> list[Figure]:
    """`m` on an article of the group, which changes its row, the counts and the status line."""
    with _at_largest_group(subject, *LARGEST, *EVERY_LANGUAGE) as terminal:
        terminal.press("l")
        terminal.press("<End>")
        samples = [milliseconds(terminal, "m") for _ in range(subject.times(20))]
    return [Figure(name="mark read", unit="ms", samples=samples, budget=A_KEY)]


def measure_regroup(subject: Subject) -> list[Figure]:
    """`s`: latest first, under its source, its story, no heading, and its category again."""
    samples: dict[str, list[float]] = {grouping: [] for grouping in GROUPINGS}
    with subject.reader(*EVERY_LANGUAGE) as terminal:
        terminal.first_paint()
        _by_category(terminal)
        for _ in range(subject.times(5)):
            for grouping in GROUPINGS:
                samples[grouping].append(milliseconds(terminal, "s"))
    return [
        Figure(name=f"group by {grouping}", unit="ms", samples=each, budget=A_KEY)
        for grouping, each in samples.items()
    ]


def measure_densities(subject: Subject) -> list[Figure]:
    """`c`, then `j` and a tag digit, in each density and each order."""
    samples: dict[str, list[float]] = {}
    with subject.reader(*EVERY_LANGUAGE) as terminal:
        terminal.first_paint()
        _by_category(terminal)
        for _ in range(subject.times(3)):
            for _order in GROUPINGS:
                for density in _densities(terminal, samples):
                    terminal.press("g")
                    for key in ("j", "j", "1", "1", "1"):
                        name = f"{'row down' if key == 'j' else 'tag digit'}, {density}"
                        samples.setdefault(name, []).append(milliseconds(terminal, key))
                terminal.press("s")
    return [
        Figure(name=name, unit="ms", samples=each, budget=A_KEY) for name, each in samples.items()
    ]


@contextmanager
def _at_largest_group(subject: Subject, *query: str) -> Iterator[Watched]:
    """The reader with the cursor on that group, closed; what it was left as does not matter."""
    with subject.reader(*query) as terminal:
        terminal.first_paint()
        _by_category(terminal)
        terminal.press("g")
        _fold(terminal, "⚑ PINNED", is_open=False)
        _fold(terminal, "BTC", is_open=True)
        _fold(terminal, "▲ positive", is_open=True)  # a click on it brings the cursor
        _fold(terminal, "▲ positive", is_open=False)
        yield terminal


def _densities(terminal: Watched, samples: dict[str, list[float]]) -> Iterator[str]:
    """Go through the densities by `c`, which is measured, too; yield what the screen calls each."""
    for _ in DENSITIES:
        samples.setdefault("next density", []).append(milliseconds(terminal, "c"))
        yield next(each for each in reversed(DENSITIES) if each in terminal.text)


def _by_category(terminal: Watched) -> None:
    for _ in GROUPINGS:
        if "by category" in terminal.text:
            return
        terminal.press("s")
    terminal.wait_for("by category")


def _fold(terminal: Watched, group: str, *, is_open: bool) -> None:
    """Clicks on the group's heading where it is in view and not as wanted."""
    heading = f"{'▸' if is_open else '▾'} {group}"
    if heading in terminal.text:
        terminal.click(*terminal.find(heading))
        terminal.settle()
