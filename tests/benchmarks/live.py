"""The reader in use while an import or a sync brings articles into the same data folder."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.benchmarks.archive import further, write_jsonl
from tests.benchmarks.figures import A_KEY, Budget, Figure
from tests.benchmarks.listing import KEYS_A_SECOND, hold
from tests.benchmarks.program import start_import
from tests.benchmarks.subject import Subject
from tests.benchmarks.watching import Watched, chips
from tests.news_server import NewsServer, feed, news_server

ARTICLES = 5_000
FEEDS = 5
SYNCING = "⟳"
DIGITS = [digit for digit in "123456789" for _ in range(3)]


Running = Callable[[], bool]


def measure_live(subject: Subject) -> list[Figure]:
    """Tag digits, then `j` held, in turn until the import ends, and then until a sync does.

    A digit's time ends with the first picture that names its tag as the digit left it: the list
    goes on changing as articles come in. A held key's time ends when the picture stays.
    """
    return [
        *_during("import", *_while_importing(subject)),
        *_during("sync", *_while_syncing(subject)),
    ]


def _during(what: str, digits: list[float], holds: list[float]) -> Iterator[Figure]:
    yield Figure(name=f"tag digit, live {what}", unit="ms", samples=digits, budget=A_KEY)
    if holds:
        a_row = Budget("p95", round(1000 / KEYS_A_SECOND))
        yield Figure(name=f"hold j, a row, live {what}", unit="ms", samples=holds, budget=a_row)


def _while_importing(subject: Subject) -> tuple[list[float], list[float]]:
    digits: list[float] = []
    holds: list[float] = []
    with subject.reader() as terminal:
        terminal.first_paint()
        for _ in range(subject.times(2)):
            with _importing(subject) as running:
                _read_on(terminal, running, digits, holds)
    return digits, holds


def _while_syncing(subject: Subject) -> tuple[list[float], list[float]]:
    """The screen's own sync, of feeds with this many new articles."""
    digits: list[float] = []
    holds: list[float] = []
    config = subject.scratch / "config.toml"
    with news_server() as server:
        urls = _serve(server)
        config.write_text("[subscriptions]\n" + "".join(f'{n} = "{url}"\n' for n, url in urls))
        with subject.reader(config=config) as terminal:
            terminal.first_paint()
            for _ in range(subject.times(2)):
                _serve(server)
                terminal.press("r", quiet=0.03)
                _read_on(terminal, lambda: SYNCING in "".join(terminal.lines[-2:]), digits, holds)
                terminal.settle(1)
    return digits, holds


def _serve(server: NewsServer) -> list[tuple[str, str]]:
    """Feeds by name, other articles each time."""
    begun = time.time_ns()
    for source in range(FEEDS):
        titles = [f"Story {begun} {source} {n}: fees fell again" for n in range(ARTICLES // FEEDS)]
        server.serve(f"/{source}", feed(*titles, ids=f"{begun}-{source}-"))
    return [(f"feed{source}", server.url(f"/{source}")) for source in range(FEEDS)]


def _read_on(terminal: Watched, running: Running, digits: list[float], holds: list[float]) -> None:
    while running():
        digits += _digits(terminal, running)
        if running():
            holds.append(hold(terminal))
            terminal.press("g")


def _digits(terminal: Watched, running: Running) -> Iterator[float]:
    """Milliseconds a digit, as long as the other goes on."""
    for digit in DIGITS:
        if not running():
            return
        before = chips(terminal.lines)
        yield terminal.until(digit, lambda lines: chips(lines) != before) * 1000  # noqa: B023
        terminal.settle(0.03)


@contextmanager
def _importing(subject: Subject) -> Iterator[Running]:
    path = subject.scratch / "live.jsonl"
    write_jsonl(path, further(ARTICLES))
    process = start_import(subject.data, path)
    said = threading.Thread(target=process.communicate)
    said.start()
    try:
        yield lambda: process.poll() is None
    finally:
        said.join()
