"""How fast an archive comes in, and how fast one that is already in is known again."""

import tempfile
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.program import import_archive


def measure_import(archive: Path, rounds: int) -> list[Figure]:
    """A fresh data folder each round, then the same archive into it again.

    Wall time of the command, its start included.
    """
    first, again = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder, "data")
            first.append(import_archive(data, archive).rate)
            again.append(import_archive(data, archive).rate)
    return [
        Figure(
            name="import, first time",
            unit="articles/s",
            samples=first,
            budget="≥ 2,500 articles/s",
            more_is_better=True,
        ),
        Figure(
            name="import, nothing changed",
            unit="files/s",
            samples=again,
            budget="≥ 10,000 files/s",
            more_is_better=True,
        ),
    ]
