"""Add 50 articles: how long the transactions take, and how many bytes are written.

The importer runs in a process of its own, this file as a program, with the real library.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reader.cache.answers import Outcome
from tests.benchmarks.archive import further, write_jsonl
from tests.benchmarks.figures import Budget, Figure
from tests.benchmarks.subject import Subject

ARTICLES = 50


def measure_add(subject: Subject) -> list[Figure]:
    """Newer articles than any before, other ones each time, into the data folder itself."""
    path = subject.scratch / "further.jsonl"
    done = []
    for _ in range(subject.times(20)):
        write_jsonl(path, further(ARTICLES))
        done.append(_add(subject.data, path))
    return [
        Figure(
            name=name,
            unit=unit,
            samples=[each[what] * (1000 if unit == "ms" else 1e-6) for each in done],
            budget=budget,
            may_grow=True,
        )
        for name, unit, what, budget in (
            ("add 50, transactions", "ms", "transactions", Budget("p95", 100)),
            ("add 50, all of the import", "ms", "import", None),
            ("add 50, written", "MB", "written", Budget("p95", 2)),
            ("tidying after 50", "ms", "tidying", None),
            ("tidying after 50, written", "MB", "tidied", None),
        )
    ]


def _add(data: Path, path: Path) -> dict[str, float]:
    words = [sys.executable, "-m", "tests.benchmarks.adding", str(data), str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    if result["new"] != ARTICLES:
        raise RuntimeError(f"{result['new']} of {ARTICLES} articles were new")
    return result


# In the process of its own.


def main() -> None:
    from reader.library import Library

    data, path = map(Path, sys.argv[1:])
    with Library(data) as library, transactions() as seconds:
        _empty_wal(data / "cache.db")
        start = time.perf_counter()
        report = library.bring_in([path])
        elapsed = time.perf_counter() - start
        written = _log(data).stat().st_size
        _empty_wal(data / "cache.db")
        start = time.perf_counter()
        library.upkeep.tidy()
        result = {
            "new": report.outcomes[Outcome.NEW],
            "transactions": sum(seconds),
            "import": elapsed,
            "written": written,
            "tidying": time.perf_counter() - start,
            "tidied": _log(data).stat().st_size,
        }
    print(json.dumps(result))


def _log(data: Path) -> Path:
    return data / "cache.db-wal"


@contextmanager
def transactions() -> Iterator[list[float]]:
    """Collects the seconds that each of the importer's transactions takes, its commit included."""
    from reader.cache.intake import Intake

    seconds: list[float] = []
    original = Intake.writing

    @contextmanager
    def timed(intake: Intake, run: int, **options: bool) -> Iterator[object]:
        start = time.perf_counter()
        with original(intake, run, **options) as writer:
            yield writer
        seconds.append(time.perf_counter() - start)

    Intake.writing = timed  # type: ignore[method-assign,assignment]
    yield seconds


def _empty_wal(path: Path) -> None:
    """From then on the file's size is what was written."""
    import sqlite3

    db = sqlite3.connect(path)
    busy, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    db.close()
    if busy:
        raise RuntimeError("another program uses the data folder")


if __name__ == "__main__":
    main()
