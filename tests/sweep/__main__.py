"""Thousands of faults, by hand:

    python -m tests.sweep --points 3000 --seed 1 --what import
    python -m tests.sweep --points 500 --what flipped-byte
    python -m tests.sweep --what screens --minutes 2

Exit code 1 where anything was lost or ended otherwise than documented; each is printed with its
point, and the same seed gives the same points.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.news_server import NewsServer, news_server
from tests.sweep.children import Children
from tests.sweep.damage import HARMS, damaged
from tests.sweep.library import Fault, compiled
from tests.sweep.locks import locked
from tests.sweep.room import small_disk, small_files
from tests.sweep.screens import two_screens
from tests.sweep.subjects import Import, Marks, Migration, Subject, Sync
from tests.sweep.sweep import Report, sweep, without_room

KILLED = ("import", "sync", "mark", "migration")
ROOM = tuple(f"full-{name}" for name in KILLED)
OTHERS = ("small-files", "small-disk", "locks", "screens")
WHAT = (*KILLED, *ROOM, *HARMS, *OTHERS)


def main() -> int:
    options = _options()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sweep-") as temporary, news_server() as server:
        work = Path(temporary)
        library = compiled(work)
        print("killed at writes" if library else "no compiler: killed at SQL statements")
        with Children(library, work / "children") as children:
            subjects: dict[str, Callable[..., Subject]] = {
                "import": Import,
                "sync": partial(_sync, server),
                "mark": Marks,
                "migration": Migration,
            }
            report = Report(options.what)
            seed = options.seed
            while report.points < options.points:
                made = _part(options, work / str(seed), children, subjects, seed, report.points)
                report.add(made)
                print(f"seed {seed}: {report}", flush=True)
                seed += 1
                if options.what == "screens" or not made.points:
                    break
    print(f"{report}, {len(report.troubles)} troubles, {time.monotonic() - begun:.0f} s")
    return bool(report.troubles)


def _part(
    options: argparse.Namespace,
    work: Path,
    children: Children,
    subjects: dict[str, Callable[..., Subject]],
    seed: int,
    done: int,
) -> Report:
    """The points of one archive."""
    work.mkdir(parents=True)
    what, left, said = options.what, options.points - done, partial(print, flush=True)
    if what == "screens":
        return two_screens(work, seed, options.minutes * 60, said)
    subject = subjects.get(what.removeprefix("full-"), Marks)(
        work / "work", children, seed=seed, size=options.size
    )
    if what in KILLED:
        return sweep(subject, left, seed, said)
    if what in ROOM:
        return without_room(subject, left, seed, said)
    assert isinstance(subject, Marks)
    base, archive = subject.copy("base"), subject.archive
    if what in HARMS:  # killed, so that there are logs to be harmed, too
        assert subject.act(base, subject.count * 3 // 4, Fault.AFTER).killed
    else:
        assert subject.act(base).code == 0
    match what:
        case "small-files":
            return small_files(base, archive, children, left, seed, said)
        case "small-disk":
            return small_disk(work, base, archive, children, left, seed, said)
        case "locks":
            return locked(base, archive, children, left, seed, said)
    return damaged(base, archive, children, HARMS[what], left, seed, said)


def _sync(server: NewsServer, work: Path, children: Children, *, seed: int, size: int) -> Sync:
    return Sync(work, children, server, seed=seed, size=size)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.sweep")
    parser.add_argument("--what", choices=WHAT, default="import")
    parser.add_argument("--points", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=60, help="articles")
    parser.add_argument("--minutes", type=float, default=2, help="of two screens")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
