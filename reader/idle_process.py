"""Work of idle time in a process of its own, while a screen is open.

Decides stories of articles that a large import brought, and makes sets of slow words: some minutes
for a million articles, once.
"""

import os
import sys
from contextlib import redirect_stderr, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from reader.errors import CacheError
from reader.workers import context

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

NICENESS = 15
"""Niceness of the process: everything else takes precedence."""


def begin(folder: Path) -> "BaseProcess":
    """Start the process and return it; kill it at any moment, what it has stored stays."""
    # Textual's stderr has no file descriptor, which starting a process needs.
    with redirect_stderr(sys.__stderr__):
        child = context().Process(target=_run, args=(folder,), daemon=True)
        child.start()
        return child


# In the new process.


def _run(folder: Path) -> None:
    from reader.library import Library

    os.setsid()  # ctrl+c and hang-ups of the terminal are for the open screen
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):  # so is the terminal itself
        os.dup2(nowhere, stream)
    os.nice(NICENESS)
    # Searches without sets are only slower, and the next start tries again.
    with suppress(CacheError), Library(folder) as library:
        library.deciding.run()
        library.upkeep.keep_words()
