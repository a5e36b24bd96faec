"""Run suites of other projects, which are never part of this one, through the real program:

    python -m tests.suites --naughty FILE --feeds DIR --yaml DIR --json DIR --markdown FILE

`--naughty`: a big list of naughty strings, JSON or text. `--feeds`: documents of feeds, such as the
tests of feedparser. `--yaml`: yaml-test-suite, or any documents of YAML. `--json`: JSONTestSuite.
`--markdown`: `spec.json` or `spec.txt` of CommonMark. Exit code 1 where anything failed.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.news_server import NewsServer, news_server
from tests.suites import kinds
from tests.suites.program import Program, Tally
from tests.sweep.children import Children

SHOWN = 30
"""Troubles of one tally that are printed."""

Run = Callable[[Program, NewsServer, Any, kinds.Said], None]
"""How a part runs its cases. Their type is the one that the part reads."""


def main() -> int:
    options = _options()
    return int(any(tally.failed for tally in run(options, print)))


def run(options: argparse.Namespace, said: kinds.Said) -> list[Tally]:
    """Run what the options name; each tally as it is made, and all of them."""
    tallies: list[Tally] = []

    def tell(tally: Tally) -> None:
        tallies.append(tally)
        said(tally)
        for trouble in tally.troubles[:SHOWN]:
            print(f"  {trouble}", flush=True)

    with (
        tempfile.TemporaryDirectory(prefix="suites-") as temporary,
        news_server() as server,
        Children(None, Path(temporary) / "children") as children,
    ):
        work = Path(temporary)
        parts: tuple[tuple[str, Callable[[Path], Any], Run], ...] = (
            ("naughty", kinds.naughty_strings, kinds.run_naughty),
            ("feeds", _feeds, kinds.run_feeds),
            ("yaml", kinds.yaml_cases, kinds.run_yaml),
            ("json", _json, kinds.run_json),
            ("markdown", kinds.markdown_cases, kinds.run_markdown),
        )
        for name, read, runs in parts:
            if (place := getattr(options, name)) is None:
                continue
            begun = time.monotonic()
            cases = read(place)
            runs(Program(work / name, children), server, cases, tell)
            print(f"{name}: {len(cases)} inputs, {time.monotonic() - begun:.0f} s", flush=True)
    return tallies


def _feeds(folder: Path) -> kinds.Cases:
    return kinds.documents(folder, ".xml", ".rss", ".atom", ".rdf", ".json", ".html", ".z", ".gz")


def _json(folder: Path) -> kinds.Cases:
    return kinds.documents(folder, ".json")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.suites")
    for name, kind in (
        ("naughty", "FILE"),
        ("feeds", "DIR"),
        ("yaml", "DIR"),
        ("json", "DIR"),
        ("markdown", "FILE"),
    ):
        parser.add_argument(f"--{name}", type=Path, metavar=kind)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
