"""Work of idle time in a process of its own, while a screen is open.

Decides stories of articles that a large import brought, and makes sets of slow words: some minutes
for a million articles, once.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import nullcontext, redirect_stderr, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reader.errors import CacheError
from reader.workers import context

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

NICENESS = 15
"""Niceness of the process: everything else takes precedence."""


def begin(folder: Path) -> "tuple[BaseProcess, Iterator[int]]":
    """Start the process; return it, and how many articles still have no story, until its end.

    Kill it at any moment: what it has stored stays.
    """
    # Textual's stderr has no file descriptor, which starting a process needs.
    with redirect_stderr(sys.__stderr__):
        new = context()
        receiver, sender = new.Pipe(duplex=False)
        child = new.Process(target=_run, args=(folder, sender), daemon=True)
        child.start()
        sender.close()  # the child has its own, whose end ends what is received
        return child, _received(receiver)


def _received(receiver: "Connection[object, int]") -> Iterator[int]:
    with receiver, suppress(EOFError, OSError):
        while True:
            yield receiver.recv()


# In the new process.


def _run(folder: Path, undecided: "Connection[int, object]") -> None:
    from reader.library import Library

    os.setsid()  # ctrl+c and hang-ups of the terminal are for the open screen
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):  # so is the terminal itself
        os.dup2(nowhere, stream)
    os.nice(NICENESS)
    # Searches without sets are only slower, and the next start tries again.
    with suppress(CacheError), Library(folder) as library:
        alone = library.shared.deciding_alone() if library.shared else nullcontext(True)
        with alone as is_alone:
            if is_alone:
                library.deciding.run(on_progress=partial(_send, undecided))
        undecided.close()
        library.upkeep.keep_words()


def _send(undecided: "Connection[int, object]", left: int) -> None:
    with suppress(OSError):  # the screen has been left
        undecided.send(left)
