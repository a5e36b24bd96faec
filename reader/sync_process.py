"""A sync in a process of its own, as parsing and storing would hold up the thread that paints.

The two speak in pickles over a pipe that nobody else can reach.
"""

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from reader.errors import CryptoreadError
from reader.subscriptions import SourceResult, Subscription

if TYPE_CHECKING:
    from reader.syncing import SyncOptions

LOOK_FOR_STOP_S = 0.1

NICENESS = 5
"""Whoever reads goes first."""


def sync(
    folder: Path,
    subscriptions: Sequence[Subscription],
    *,
    options: "SyncOptions",
    on_result: Callable[[SourceResult], None],
    stop: threading.Event,
) -> list[SourceResult]:
    """As `Library.sync` of that folder, in the calling thread. Raises CryptoreadError.

    When `stop` is set the process is killed: what it reported is stored.
    """
    # Without the working folder on its path, where anybody's `reader` may lie.
    command = [sys.executable, "-P", "-m", __name__]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # ctrl+c and a closed terminal are for the reader
    ) as child:
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            with child.stdin as task:
                pickle.dump((folder, tuple(subscriptions), options), task)
            pipe = Connection(os.dup(child.stdout.fileno()), writable=False)
            with pipe:
                return _listen(pipe, on_result, stop)
        finally:
            child.kill()


def _listen(
    pipe: Connection, on_result: Callable[[SourceResult], None], stop: threading.Event
) -> list[SourceResult]:
    results: list[SourceResult] = []
    while not stop.is_set():
        if not pipe.poll(LOOK_FOR_STOP_S):
            continue
        try:
            message = pipe.recv()
        except EOFError:
            raise CryptoreadError("the sync ended before its time; try it again") from None
        if message is None:
            break
        if isinstance(message, str):
            raise CryptoreadError(message)
        results.append(message)
        on_result(message)
    return results


# In the process of its own.


def main() -> None:
    folder, subscriptions, options = pickle.load(sys.stdin.buffer)
    with Connection(os.dup(sys.stdout.fileno()), readable=False) as pipe:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        os.nice(NICENESS)
        pipe.send(_sync(folder, subscriptions, options, pipe.send))


def _sync(
    folder: Path,
    subscriptions: Sequence[Subscription],
    options: "SyncOptions",
    on_result: Callable[[SourceResult], None],
) -> str | None:
    """What went wrong, if anything did."""
    from reader.crash import Broken
    from reader.library import Library

    try:
        with Library(folder) as library:
            library.sync(subscriptions, options=options, on_result=on_result)
    except CryptoreadError as error:
        return str(error)
    except Exception as error:
        return str(Broken(error, folder))
    return None


if __name__ == "__main__":
    main()
