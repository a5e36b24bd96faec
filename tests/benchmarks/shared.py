"""The same articles in a folder and on a private PostgreSQL, asked the same in turn.

Calls of the library in this process: the screen does the same with either. Round trips are counted
by a proxy before the server, which delays each.
"""

import asyncio
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from reader.cache.answers import Outcome
from reader.cache.engines.postgres.address import parse as parse_address
from reader.cache.engines.postgres.setup import init
from reader.library import Library
from reader.query.language import parse
from reader.ui.screen.finder import Finder
from tests.benchmarks.adding import ARTICLES, transactions
from tests.benchmarks.archive import further, write_jsonl
from tests.benchmarks.figures import Budget, Figure
from tests.benchmarks.program import COMMAND
from tests.benchmarks.subject import Subject
from tests.counting_proxy import Proxy, proxy
from tests.postgres import join, missing, running

FAR_S = 0.02
"""How long a round trip takes to another city."""

HALF, FEW = "a word of half of the articles", "a word that few have"
WORDS = {
    HALF: "market",
    FEW: "zolu",
    "a phrase of two frequent words": '"market price"',
    "a phrase that few have": '"price market"',
}
"""Each looked up for the first time: English is half of the archive."""

ROWS = 50

Samples = dict[str, list[float]]


def measure_shared(subject: Subject) -> list[Figure]:
    """Each question in the folder, then in the shared archive; then that through the proxy."""
    if why := missing():
        raise RuntimeError(why)
    with _archive(subject) as address, proxy(urlsplit(address).port or 0) as between:
        through = address.replace(f":{urlsplit(address).port}/", f":{between.port}/")
        folders = {"folder": subject.data, "shared": subject.scratch / "near"}
        join(folders["shared"], address)
        join(far := subject.scratch / "far", through)
        taken: dict[str, Samples] = {name: defaultdict(list) for name in folders}
        for _ in range(subject.times(5)):
            for name, folder in folders.items():
                _ask(folder, taken[name])
        for _ in range(subject.times(20)):
            for name, folder in folders.items():
                _add(folder, subject.scratch, taken[name])
        times: Samples = defaultdict(list)
        trips: Samples = defaultdict(list)
        between.delay_s = FAR_S
        for _ in range(subject.times(5)):
            _ask_far(far, folders["shared"], between, times, trips)
    return [
        *_figures(taken),
        *(
            Figure(name=f"trips: {name}", unit="trips", samples=each, budget=Budget("median", 5))
            for name, each in trips.items()
        ),
        *(
            Figure(name=f"20 ms away: {name}", unit="ms", samples=each)
            for name, each in times.items()
        ),
    ]


@contextmanager
def _archive(subject: Subject) -> Iterator[str]:
    """The address of an archive with the articles of the data folder."""
    if subject.server:
        yield subject.server
        return
    with running() as server:
        address = server.new_database()
        init(parse_address(address))
        copy = [str(COMMAND), "archive", "copy", str(subject.data), address]
        subprocess.run(copy, check=True, stdout=sys.stderr)
        yield address


@contextmanager
def _timed(samples: Samples, name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    samples[name].append((time.perf_counter() - start) * 1000)


def _first_screen(library: Library) -> None:
    library.hold()
    _show(library, "")


def _show(library: Library, query: str) -> int:
    """Ask what a screen asks: articles, groups with their counts, tags, rows."""
    ids = library.find(parse(query))
    for group in library.groups(ids):
        len(group.children)
    library.bar_tags(ids)
    library.unread(ids)
    return len(library.rows(ids[:ROWS]))


def _ask(folder: Path, samples: Samples) -> None:
    with Library(folder) as library:
        with _timed(samples, "the first screen, with nothing in memory"):
            _first_screen(library)
        tags = [each.tag for each in library.tag_counts(library.find(parse("")), 12)]
        library.find(parse("outflow"))  # its connection is opened once
        for tag in tags[3:9]:
            query = parse(f'tag:"{tag}"')
            with _timed(samples, "a filter by tag, with all counts"):
                ids = library.find(query)
                library.groups(ids)
                library.unread(ids)
            with _timed(samples, "the nine most frequent tags of a filter"):
                library.tag_counts(ids, 9)
        every = library.find(parse(""))
        library.rows(every[:ROWS])
        for start in range(ROWS, 20 * ROWS, ROWS):
            some = every[start : start + ROWS]
            with _timed(samples, f"{ROWS} rows"):
                library.rows(some)
        _search(library, samples)


def _search(library: Library, samples: Samples) -> None:
    """Search as the screen does, for what has not been searched for yet."""
    finder = Finder(library)
    asyncio.run(finder.prepare(parse("")))

    async def search(name: str, word: str) -> None:
        start, is_first = time.perf_counter(), True
        async for answer in finder.answers(parse(word)):
            taken = (time.perf_counter() - start) * 1000
            if is_first and (len(answer.ids) or answer.is_whole):
                samples[f"{name}, first rows"].append(taken)
                is_first = False
            if answer.is_whole:
                samples[name].append(taken)

    for name, word in WORDS.items():
        asyncio.run(search(name, word))
    finder.close()


def _add(folder: Path, scratch: Path, samples: Samples) -> None:
    """Store newer articles than any before, other ones each time."""
    path = scratch / "further.jsonl"
    write_jsonl(path, further(ARTICLES))
    with Library(folder) as library, transactions() as seconds:
        report = library.bring_in([path])
    if report.outcomes[Outcome.NEW] != ARTICLES:
        raise RuntimeError(f"{report.outcomes[Outcome.NEW]} of {ARTICLES} articles were new")
    samples[f"storing {ARTICLES} articles"].append(sum(seconds) * 1000)


def _ask_far(folder: Path, near: Path, between: Proxy, samples: Samples, trips: Samples) -> None:
    """Count the round trips of what a user does, and take their time."""

    @contextmanager
    def counted(name: str) -> Iterator[None]:
        before = between.trips
        with _timed(samples, name):
            yield
        trips[name].append(between.trips - before)

    with counted("connecting, and holding a moment"):
        library = Library(folder)
        library.hold()
    with library:
        with counted("the first screen, with everything on it"):
            _show(library, "")
        tags = [each.tag for each in library.bar_tags(library.find(parse(""))) or []]
        with counted("a filter"):
            _show(library, f'tag:"{tags[3]}" -tag:"{tags[1]}"')
        with counted("the first filter in another language"):
            _show(library, f'lang:uk tag:"{tags[2]}"')
        with counted("a word, the first of a session"):
            _show(library, WORDS[HALF])
        with counted("a word"):
            _show(library, WORDS[FEW])
        newest = library.find(parse(""))[:ROWS]
        library.rows(newest)
        with counted("an article"):
            library.whole(newest[3])
        library.prepare(parse(""))  # its connection is opened once
        with counted("nothing new, once a second, not in the way of keys"):
            library.prepare(parse(""))
        _add(near, folder, defaultdict(list))
        with counted(f"{ARTICLES} new articles, not in the way of keys"):
            library.prepare(parse(""))
        with counted("the list with them"):
            library.catch_up(newest)
            _show(library, "")


def _figures(taken: Mapping[str, Samples]) -> Iterator[Figure]:
    local = taken["folder"]
    for name, samples in taken["shared"].items():
        folder = Figure(name=f"folder: {name}", unit="ms", samples=local[name])
        yield folder
        ratio = statistics.median(samples) / folder.median
        yield Figure(
            name=f"shared: {name}", unit="ms", samples=samples, ratios={"folder": ratio},
            budget=_budget(name),
        )  # fmt: skip


def _budget(name: str) -> Budget | None:
    if name.endswith("first rows"):
        return Budget("median", 100)
    if name.startswith("storing"):
        return Budget("median", 100)
    return None if name.startswith("a phrase") else Budget("folder", 1.5)
