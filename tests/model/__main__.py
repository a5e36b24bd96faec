"""The long run, by hand: sessions until the time is up; failures are shortened and saved.

    python -m tests.model --minutes 60 --driver pilot --seed 1
    python -m tests.model --driver pty --replay failures/pilot-1-0.txt

Exit code 1 if anything failed. How to read a failure: see `test_model`.
"""

import argparse
import hashlib
import inspect
import sys
import tempfile
import time
from pathlib import Path

from reader.cache.files.migrations import CACHE, MARKS
from tests.model import archive
from tests.model.archive import build
from tests.model.drivers import DRIVERS
from tests.model.replay import kind, read, replay, shorten, write
from tests.model.rules import Failure, run

EXAMPLES = 5
"""Sessions of one seed."""


def main() -> int:
    options = _options()
    folder = build(options.archive)
    if options.replay:
        trouble = replay(folder, options.driver, read(options.replay.read_text("utf-8")))
        print(trouble or "as it should be")
        return bool(trouble)
    deadline = time.monotonic() + 60 * options.minutes
    seed, steps, sessions, failures = options.seed, 0, 0, 0
    known: dict[str, int] = {}
    while time.monotonic() < deadline:
        made, failed = run(
            folder,
            options.driver,
            examples=EXAMPLES,
            steps=options.steps,
            number=seed,
            is_over=lambda: time.monotonic() > deadline,
        )
        steps, sessions, failures = steps + made, sessions + EXAMPLES, failures + len(failed)
        for number, failure in enumerate(failed):
            sort = kind(failure.trouble)
            known[sort] = known.get(sort, 0) + 1
            if known[sort] <= options.each:
                _report(folder, options, f"{options.driver}-{seed}-{number}", failure)
        print(f"seed {seed}: {steps} steps, {sessions} sessions, {failures} failures", flush=True)
        seed += 1
    for sort, times in sorted(known.items(), key=lambda each: -each[1]):
        print(f"{times:4} × {sort}")
    return bool(failures)


def _report(folder: Path, options: argparse.Namespace, name: str, failure: Failure) -> None:
    script, trouble = shorten(
        folder, options.driver, failure.script, failure.trouble, seconds=options.shorten
    )
    commented = "".join(f"# {line}\n" for line in trouble.splitlines())
    options.to.mkdir(parents=True, exist_ok=True)
    path = options.to / f"{name}.txt"
    path.write_text(write(script) + "\n" + commented, "utf-8")
    print(f"--- {path}\n{write(script)}{trouble}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.model")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--driver", choices=sorted(DRIVERS), default="pilot")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=40, help="in a session, at most")
    parser.add_argument("--shorten", type=float, default=90, help="seconds for a failure")
    parser.add_argument("--each", type=int, default=2, help="failures of a kind to report")
    parser.add_argument("--to", type=Path, default=Path("failures"))
    parser.add_argument("--replay", type=Path)
    default = Path(tempfile.gettempdir()) / f"cryptoread-model-archive-{_version()}"
    parser.add_argument("--archive", type=Path, default=default)
    return parser.parse_args()


def _version() -> str:
    """What an archive that was built before depends on, so that an older one is not taken."""
    text = "\n".join([inspect.getsource(archive), *CACHE.migrations, *MARKS.migrations])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


if __name__ == "__main__":
    sys.exit(main())
