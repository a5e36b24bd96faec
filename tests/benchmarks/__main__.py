"""The command line of the benchmarks: which parts, on which archive, and how it is told."""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.archive import write
from tests.benchmarks.figures import Figure, markdown_table, plain_table
from tests.benchmarks.importing import measure_import
from tests.benchmarks.memory import measure_memory
from tests.benchmarks.painting import measure_first_paint, measure_open, measure_tag_digits
from tests.benchmarks.program import COMMAND, import_archive

PARTS = ["import", "paint", "tag", "open", "memory"]
ARTICLES = 5452


def main() -> None:
    options = _options()
    if not COMMAND.exists():
        sys.exit(f"{COMMAND} is missing; pip install -e . into this environment first")
    with tempfile.TemporaryDirectory(prefix="cryptoread-benchmarks-") as folder:
        figures = list(_figures(options, Path(folder)))
    print((markdown_table if options.markdown else plain_table)(figures))
    if options.json:
        report = {"machine": _machine(), "figures": [figure.as_json() for figure in figures]}
        options.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; default all")
    parser.add_argument("--archive", type=Path, help="folder or .tar.xz; default one made up")
    parser.add_argument("--articles", type=int, default=ARTICLES, help="in the made-up archive")
    parser.add_argument("--rounds", type=int, help="of import (3), paint (15) and tag (5)")
    parser.add_argument("--sample", type=int, default=300, help="articles to open")
    parser.add_argument("--all", action="store_true", help="open every article")
    parser.add_argument("--seconds", type=float, default=60, help="to browse before weighing")
    parser.add_argument("--markdown", action="store_true", help="print the table for a README")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every sample as well")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    return options


def _figures(options: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    wanted = [part for part in PARTS if part in (options.parts or PARTS)]
    archive, data = options.archive, folder / "data"
    if archive is None:
        _say(f"writing {options.articles:,} articles")
        archive = folder / "archive"
        write(archive, options.articles)
    rounds = options.rounds
    parts: dict[str, Callable[[], list[Figure]]] = {
        "import": lambda: measure_import(archive, rounds or 3),
        "paint": lambda: measure_first_paint(data, rounds or 15),
        "tag": lambda: measure_tag_digits(data, rounds or 5),
        "open": lambda: measure_open(data, None if options.all else options.sample),
        "memory": lambda: measure_memory(data, options.seconds),
    }
    if wanted != ["import"]:
        _say("importing")
        import_archive(data, archive)
    for part in wanted:
        _say(part)
        yield from parts[part]()


def _machine() -> dict[str, object]:
    return {
        "python": platform.python_version(),
        "textual": version("textual"),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
    }


def _say(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
