"""The library of `faults.c`, compiled if there is a compiler, and its kinds of fault."""

import shutil
import subprocess
import sys
from enum import IntEnum
from pathlib import Path


class Fault(IntEnum):
    """What happens at an operation. The numbers are those of `faults.c`."""

    NONE = 0
    BEFORE = 1
    """The process is killed before it."""
    AFTER = 2
    HALF = 3
    """A write is half done when the process is killed."""
    FULL = 4
    """From there on the disk is full."""
    FAILS = 5
    """That one operation fails."""


KILLS = (Fault.BEFORE, Fault.AFTER, Fault.HALF)


def compiled(folder: Path) -> Path | None:
    """Compile the library into the folder; None without a compiler, or where it cannot preload."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None or not sys.platform.startswith("linux"):
        return None
    made = folder / "faults.so"
    source = Path(__file__).with_name("faults.c")
    words: list[str | Path] = [compiler, "-shared", "-fPIC", "-O1", "-o", made, source, "-ldl"]
    done = subprocess.run(words, capture_output=True, check=False)
    return made if done.returncode == 0 else None
