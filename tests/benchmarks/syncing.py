"""Measure syncs: of 500 new items of a feed, and of ten distant sources that have nothing new.

The library syncs in a process of its own, this file as a program, from a server here. The data
folder is a new one: how large the archive is has little to do with it.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.figures import Budget, Figure
from tests.benchmarks.subject import Subject
from tests.news_server import NewsServer, after, feed, news_server, with_etag

ITEMS = 500
SOURCES, EACH = 10, 50
LATENCY_S = 0.2
WORDS = "Fees fell for a third week as blocks had room again, and miners said so. "


def measure_sync(subject: Subject) -> list[Figure]:
    """A new data folder each time."""
    done = []
    with news_server() as server:
        urls = _serve(server)
        for _ in range(subject.times(5)):
            with tempfile.TemporaryDirectory(dir=subject.scratch) as folder:
                words = [sys.executable, "-m", "tests.benchmarks.syncing", folder, *urls]
                ran = subprocess.run(words, capture_output=True, text=True, check=True)
                done.append(json.loads(ran.stdout))
    names = {
        "stored": (f"sync, {ITEMS} new items", 1000.0),
        "unchanged": (f"sync, {SOURCES} sources 200 ms away, nothing new", 500.0),
        "loading": ("sync, loading what it needs", None),
    }
    return [
        Figure(
            name=title,
            unit="ms",
            samples=[each[key] * 1000 for each in done],
            budget=Budget("p95", limit) if limit else None,
            may_grow=True,
        )
        for key, (title, limit) in names.items()
    ]


def _serve(server: NewsServer) -> list[str]:
    """The addresses: of the one with many items first."""
    titles = [f"Story {n}: {WORDS[n % 40 :]}" for n in range(ITEMS)]
    urls = [server.serve("/many", feed(*titles, ids="many-"))]
    for source in range(SOURCES):
        answer = with_etag(feed(*titles[:EACH], ids=f"{source}-"))
        server.routes[f"/{source}"] = after(LATENCY_S, answer)
        urls.append(server.url(f"/{source}"))
    return urls


# In the process of its own.


def main() -> None:
    start = time.perf_counter()
    import feedparser  # noqa: F401

    import reader.live.sync  # noqa: F401

    result = {"loading": time.perf_counter() - start}
    from reader.library import Library
    from reader.sources.http.fetcher import Limits
    from reader.subscriptions import Status, Subscription

    folder, many, *others = sys.argv[1:]
    every = [Subscription(url, url) for url in others]
    limits = Limits(a_host=SOURCES)  # they represent ten sites
    with Library(Path(folder)) as library:
        start = time.perf_counter()
        (first,) = library.sync([Subscription("Many", many)])
        result["stored"] = time.perf_counter() - start
        if first.new != ITEMS:
            raise RuntimeError(str(first))
        library.sync(every, limits=limits)
        start = time.perf_counter()
        again = library.sync(every, limits=limits)
        result["unchanged"] = time.perf_counter() - start
        if any(each.status is not Status.UNCHANGED for each in again):
            raise RuntimeError("; ".join(map(str, again)))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
