"""Measure from a key, or from the start, to the final picture, as `Terminal.measure` defines it."""

import statistics
from collections.abc import Iterator
from itertools import islice

from tests.benchmarks.figures import A_KEY, Budget, Figure
from tests.benchmarks.keys_in_turn import empty_key
from tests.benchmarks.program import empty_app
from tests.benchmarks.subject import Subject
from tests.terminal import NothingPainted, Paint, Terminal


def measure_first_paint(subject: Subject) -> list[Figure]:
    """Reader and empty app in turn, so that both meet the machine in the same moods.

    *First picture*: of a start after which nothing has changed since the last one. *First paint*:
    of a start without a kept picture. *First answer*: `j` is in the terminal when the program
    starts; the picture that shows its effect.
    """
    for terminal in (subject.reader(), subject.reader(), empty_app()):
        first_paint(terminal)  # compiles and caches, and keeps the picture: not counted
    pictures, paints, answers, empty, flickers = [], [], [], [], 0
    for _ in range(subject.times(15)):
        paint = first_screen(subject.reader())
        flickers += paint.pictures > 1
        pictures.append(paint.seconds * 1000)
        empty.append(first_paint(empty_app()))
        answers.append(first_answer(subject.reader()))
        first_paint(subject.reader())  # the picture is kept again, as the cursor has moved
        (subject.data / "first-screen").unlink()
        paints.append(first_paint(subject.reader()))
    beside = statistics.median(empty)
    return [
        _beside("first picture", pictures, beside, 0.25),
        Figure(name="starts of two pictures", unit="", samples=[flickers]),
        _beside("first answer", answers, beside, 1.1),
        _beside("first paint", paints, beside, 1.25),
        Figure(name="first paint, empty app", unit="ms", samples=empty),
    ]


def _beside(name: str, samples: list[float], empty: float, at_most: float) -> Figure:
    return Figure(
        name=name,
        unit="ms",
        samples=samples,
        ratios={"empty app": statistics.median(samples) / empty},
        budget=Budget("empty app", at_most),
    )


def measure_tag_digits(subject: Subject) -> list[Figure]:
    """Each digit three times: its tag is included, excluded, and off again."""
    with subject.reader() as terminal, empty_key() as empty:
        terminal.first_paint()
        samples = [
            empty.after(milliseconds(terminal, digit))
            for _ in range(subject.times(5))
            for digit in "123456789"
            for _ in range(3)
        ]
    return empty.figures("tag digit", samples, A_KEY)


def measure_open(subject: Subject) -> list[Figure]:
    """Every next article (`J`) from the newest on, a number of them or all that are shown."""
    with subject.reader() as terminal, empty_key() as empty:
        terminal.first_paint()
        samples = [empty.after(each) for each in islice(_openings(terminal), subject.sample)]
    return empty.figures("open article", samples, Budget("p95", 50))


def milliseconds(terminal: Terminal, key: str, *, timeout: float = 5) -> float:
    """From a key to its picture."""
    return terminal.measure(key, timeout=timeout).seconds * 1000


def first_paint(terminal: Terminal, *, quiet: float = 0.5) -> float:
    """Milliseconds from the start of a program to its picture; then it is ended with `q`."""
    return first_screen(terminal, quiet=quiet).seconds * 1000


def first_screen(terminal: Terminal, *, keys: str = "", quiet: float = 0.5) -> Paint:
    """The first picture that a program keeps; then it is ended with `q`. keys: typed at once."""
    with terminal:
        terminal.send(keys)
        paint = terminal.first_paint(quiet=quiet, timeout=60)
        terminal.send("q")
        terminal.wait_exit()
    return paint


def first_answer(terminal: Terminal) -> float:
    """Milliseconds from the start to the picture in which the cursor has moved."""
    return first_screen(terminal, keys="j").seconds * 1000


def _openings(terminal: Terminal) -> Iterator[float]:
    """Milliseconds an article, until `J` finds no other."""
    while True:
        try:
            yield milliseconds(terminal, "J", timeout=2)
        except NothingPainted:
            return
