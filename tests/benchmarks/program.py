"""The programs under measurement: the installed command, and an empty Textual app beside it."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from tests.terminal import Terminal

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


def reader(data: Path) -> Terminal:
    """The reader on the articles of a data folder, not yet started: as a user types it."""
    return Terminal([COMMAND], size=SIZE, env={"CRYPTOREAD_DATA": str(data)})


def empty_app() -> Terminal:
    """The empty app, run by the same interpreter, not yet started."""
    return Terminal([sys.executable, Path(__file__).with_name("empty_app.py")], size=SIZE)


def import_archive(data: Path, archive: Path) -> Import:
    """Runs `cryptoread import` as a script would; RuntimeError with its words if it fails."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(data.parent), "LANG": "C.UTF-8"}
    start = time.perf_counter()
    done = subprocess.run(
        [COMMAND, "--data", data, "import", archive],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    last_line = _LAST_LINE.search(done.stderr)
    if done.returncode not in (0, 1) or not last_line:
        raise RuntimeError(f"import ended with {done.returncode}:\n{done.stderr}")
    return Import(seconds, int(last_line[1]))
