"""Store articles close in time: one title for all, and dates in an order that moves stored ones.

The library stores in a process of its own, this file as a program, into a new data folder.
"""

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.benchmarks.figures import Budget, Figure
from tests.benchmarks.subject import Subject

SAME_TITLE = 10_000
LINES = (3_000, 20_000)
ORDERS = ("oldest first", "newest first", "mixed")
START = datetime(2026, 3, 14, 12, tzinfo=UTC)
WORDS = "Fees fell for a third week as blocks had room again, and miners said so. "


def measure_order(subject: Subject) -> list[Figure]:
    """Items of one title, and lines a second apart: oldest first, newest first, mixed, in turn."""
    rounds = subject.times(3)
    titles = [_run(subject, "titles", str(SAME_TITLE)) for _ in range(rounds)]
    figures = [
        Figure(
            name=f"{SAME_TITLE:,} items of one title, stored",
            unit="s",
            samples=titles,
            budget=Budget("p95", 2),
            may_grow=True,
        )
    ]
    for lines in LINES:
        done: dict[str, list[float]] = {order: [] for order in ORDERS}
        for _ in range(rounds):
            for order in ORDERS:
                done[order].append(_run(subject, order, str(lines)))
        figures += _side_by_side(lines, done)
    return figures


def _side_by_side(lines: int, done: dict[str, list[float]]) -> Iterator[Figure]:
    oldest = statistics.median(done["oldest first"])
    for order, samples in done.items():
        ratio = statistics.median(samples) / oldest
        yield Figure(
            name=f"import of {lines:,} lines a second apart, {order}",
            unit="s",
            samples=samples,
            budget=Budget("oldest first", 1.5) if order.startswith("newest") else None,
            ratios={} if order.startswith("oldest") else {"oldest first": ratio},
            may_grow=True,
        )


def _run(subject: Subject, what: str, count: str) -> float:
    with tempfile.TemporaryDirectory(dir=subject.scratch) as folder:
        words = [sys.executable, "-m", "tests.benchmarks.ordering", folder, what, count]
        ran = subprocess.run(words, capture_output=True, text=True, check=True)
        return float(ran.stdout)


# In the process of its own.


def main() -> None:
    folder, what, count = sys.argv[1:]
    store = _store_titles if what == "titles" else _import_lines
    print(store(Path(folder), what, int(count)))


def _import_lines(folder: Path, order: str, count: int) -> float:
    from reader.library import Library

    path = folder / "lines.jsonl"
    path.write_text("\n".join(_lines(order, count)) + "\n")
    with Library(folder / "data") as library:
        start = time.perf_counter()
        library.bring_in([path])
        return time.perf_counter() - start


def _lines(order: str, count: int) -> Iterator[str]:
    numbers = list(range(count))
    if order == "newest first":
        numbers.reverse()
    if order == "mixed":
        random.Random(1).shuffle(numbers)
    for number in numbers:
        yield json.dumps(
            {
                "title": f"Story {number}",
                "publishedAt": (START + timedelta(seconds=number)).isoformat(),
                "lang": "en",
                "externalId": str(number),
                "source": {"key": "ledger"},
                "body": f"The text of story {number}. {WORDS * 5}",
            }
        )


def _store_titles(folder: Path, _what: str, count: int) -> float:
    """What a sync does with the articles of a page, once it is parsed."""
    from reader.article import Article, Source
    from reader.cache.store import Store
    from reader.live.source import STORED_AT_ONCE

    articles = [
        Article(
            title="Daily brief",
            published=START - timedelta(minutes=number),
            updated=START - timedelta(minutes=number),
            lang="en",
            body=f"Brief {number} of the desk. {WORDS}",
            external_id=f"brief-{number}",
            url=f"https://news.example/{number}",
            source=Source("ledger", "Ledger"),
        )
        for number in range(count)
    ]
    with Store(folder) as store:
        start = time.perf_counter()
        run = store.intake.begin_run()
        page = store.intake.feed_page(["https://news.example/feed"], "Ledger", articles)
        for first in range(0, count, STORED_AT_ONCE):
            with store.intake.writing(run) as writer:
                for group, arrival in page.arrivals[first : first + STORED_AT_ONCE]:
                    writer.put_item(page, group, arrival)
        taken = time.perf_counter() - start
        if store.questions.total() != count:
            raise RuntimeError(f"{store.questions.total()} of {count} articles are there")
        return taken


if __name__ == "__main__":
    main()
