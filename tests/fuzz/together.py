"""Fuzz all targets, a process each, some at once; report results, and whether all passed."""

import argparse
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import FrameType

_TRIED = re.compile(r"number_of_executed_units: (\d+)|: (\d+) inputs passed")
SHOWN = 4_000
"""Characters of the output of a target that failed."""


def together(options: argparse.Namespace) -> int:
    """Fuzz every target; 1 if one failed, whose output is printed."""
    from tests.fuzz.targets import TARGETS

    running: list[subprocess.Popen[str]] = []

    def fuzz(target: str) -> bool:
        words = ["--target", target, "--seconds", str(options.seconds), "--seed", str(options.seed)]
        words += ["--to", str(options.to)]
        if options.engine:
            words += ["--engine", options.engine]
        if options.corpus:
            words += ["--corpus", str(options.corpus / target)]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        running.append(process)
        said, _ = process.communicate()
        tried = next((a or b for a, b in _TRIED.findall(said)), "?")
        verdict = "passed" if process.returncode == 0 else f"failed ({process.returncode})"
        how = "hypothesis" if "(hypothesis)" in said else "atheris"
        print(f"{target}: {tried} inputs, {verdict}, seed {options.seed}, {how}", flush=True)
        if process.returncode:
            print(said[-SHOWN:], flush=True)
        return process.returncode == 0

    with _ended_with_us(running), ThreadPoolExecutor(options.at_once) as pool:
        return 0 if all(list(pool.map(fuzz, TARGETS))) else 1


@contextmanager
def _ended_with_us(running: "list[subprocess.Popen[str]]") -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        for process in running:
            process.terminate()
        sys.exit(143)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
