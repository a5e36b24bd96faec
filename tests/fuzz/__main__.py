"""Fuzz one target for a while:

    python -m tests.fuzz --target clean --seconds 60 --seed 1
    python -m tests.fuzz --target all --at-once 3 --seconds 60
    python -m tests.fuzz --target html --replay failures/html-crash-0123

With atheris (`pip install -e ".[fuzz]"`) the inputs are grown by what code they reach, without it
hypothesis makes them up. Exit code 0 where every input passed. An input that failed is written to
`--to` and its error printed; `--corpus` keeps the inputs worth keeping for the next run.
"""

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path


def main() -> int:
    options = _options()
    if options.list:
        from tests.fuzz.targets import TARGETS

        print(*TARGETS, sep="\n")
        return 0
    if options.target == "all":
        from tests.fuzz.together import together

        return together(options)
    has_atheris = find_spec("atheris") is not None and not options.replay
    if has_atheris and options.engine != "hypothesis":
        from tests.fuzz.engines import with_atheris

        return with_atheris(options)
    if options.engine == "atheris":
        print("atheris is not installed", file=sys.stderr)
        return 2
    from tests.fuzz.engines import replay, with_hypothesis

    return replay(options) if options.replay else with_hypothesis(options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--target", default="all")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=["atheris", "hypothesis"])
    parser.add_argument("--at-once", type=int, default=2, help="targets, where all are fuzzed")
    parser.add_argument("--to", type=Path, default=Path("failures"))
    parser.add_argument("--corpus", type=Path, help="a folder that grows")
    parser.add_argument("--replay", type=Path, help="a file whose bytes failed")
    parser.add_argument("--list", action="store_true", help="name the targets")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
