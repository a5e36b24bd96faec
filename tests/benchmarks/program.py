"""The programs under measurement: the installed command, and an empty Textual app beside it."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.watching import Watched

COMMAND = Path(sys.executable).with_name("cryptoread")
SIZE = (120, 40)

_LAST_LINE = re.compile(r"^(\d+) read: ", re.MULTILINE)


class Import(NamedTuple):
    seconds: float
    articles: int

    @property
    def rate(self) -> float:
        """Articles a second."""
        return self.articles / self.seconds


def reader(data: Path, *query: str, config: Path | None = None) -> Watched:
    """The reader on the articles of a data folder, not yet started: as a user types it."""
    # One home at every start, as a user has: the kept first screen depends on it.
    env = {"CRYPTOREAD_DATA": str(data), "HOME": str(data.parent)}
    if config:
        env["CRYPTOREAD_CONFIG"] = str(config)
    return Watched([COMMAND, *query], size=SIZE, env=env)


def empty_app() -> Watched:
    """The empty app, run by the same interpreter, not yet started."""
    return Watched([sys.executable, Path(__file__).with_name("empty_app.py")], size=SIZE)


def answering_app() -> Watched:
    """The app that answers one key, not yet started."""
    return Watched([sys.executable, Path(__file__).with_name("answering_app.py")], size=SIZE)


def import_archive(data: Path, archive: Path) -> Import:
    """Runs `cryptoread import` as a script would; RuntimeError with its words if it fails."""
    start = time.perf_counter()
    running = start_import(data, archive)
    _, said = running.communicate()
    seconds = time.perf_counter() - start
    last_line = _LAST_LINE.search(said)
    if running.returncode not in (0, 1) or not last_line or last_line[1] == "0":
        raise RuntimeError(f"import ended with {running.returncode}:\n{said}")
    return Import(seconds, int(last_line[1]))


def start_import(data: Path, archive: Path) -> "subprocess.Popen[str]":
    """`cryptoread import`, under way. What it says has to be read."""
    return subprocess.Popen(
        [COMMAND, "--data", data, "import", archive],
        env={"PATH": os.environ["PATH"], "HOME": str(data.parent), "LANG": "C.UTF-8"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
