"""The reader in use while another process brings articles into the same data folder."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.benchmarks.archive import further, write_jsonl
from tests.benchmarks.figures import A_KEY, Budget, Figure
from tests.benchmarks.listing import KEYS_A_SECOND, hold
from tests.benchmarks.program import start_import
from tests.benchmarks.subject import Subject
from tests.benchmarks.watching import Watched, chips

ARTICLES = 5_000
DIGITS = [digit for digit in "123456789" for _ in range(3)]


def measure_live(subject: Subject) -> list[Figure]:
    """Tag digits, then `j` held, in turn until the import ends.

    A digit's time ends with the first picture that names its tag as the digit left it: the list
    goes on changing as articles come in. A held key's time ends when the picture stays.
    """
    digits: list[float] = []
    holds: list[float] = []
    with subject.reader() as terminal:
        terminal.first_paint()
        for _ in range(subject.times(2)):
            with _importing(subject) as process:
                while process.poll() is None:
                    digits += _digits(terminal, process)
                    if process.poll() is None:
                        holds.append(hold(terminal))
                        terminal.press("g")
    return [
        Figure(name="tag digit, live import", unit="ms", samples=digits, budget=A_KEY),
        *(
            [
                Figure(
                    name="hold j, a row, live import",
                    unit="ms",
                    samples=holds,
                    budget=Budget("p95", round(1000 / KEYS_A_SECOND)),
                )
            ]
            if holds
            else []
        ),
    ]


def _digits(terminal: Watched, process: "subprocess.Popen[str]") -> Iterator[float]:
    """Milliseconds a digit, as long as the import goes on."""
    for digit in DIGITS:
        if process.poll() is not None:
            return
        before = chips(terminal.lines)
        yield terminal.until(digit, lambda lines: chips(lines) != before) * 1000  # noqa: B023
        terminal.settle(0.03)


@contextmanager
def _importing(subject: Subject) -> Iterator["subprocess.Popen[str]"]:
    path = subject.scratch / "live.jsonl"
    write_jsonl(path, further(ARTICLES))
    process = start_import(subject.data, path)
    said = threading.Thread(target=process.communicate)
    said.start()
    try:
        yield process
    finally:
        said.join()
