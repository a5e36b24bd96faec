"""A sync in a process of its own: parsing and storing would delay the thread that paints."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from multiprocessing.connection import Connection
from pathlib import Path

from reader.alerts.telling import Told
from reader.config.alerts import Rule
from reader.errors import CryptoreadError
from reader.i18n import _
from reader.subscriptions import SourceResult, Subscription, SyncOptions
from reader.workers import context, make_way

LOOK_FOR_STOP_S = 0.1
LAST_S = 1.0
"""Seconds that a stopped process has to kill the command of an alert."""


def sync(
    folder: Path,
    subscriptions: Sequence[Subscription],
    *,
    options: SyncOptions,
    on_result: Callable[[SourceResult], None],
    stop: threading.Event,
    force: bool = False,
    alerts: Sequence[Rule] = (),
    on_alert: Callable[[Told], None] = lambda _told: None,
) -> list[SourceResult]:
    """Sync the library of a folder as `Library.sync` does; block. Raises CryptoreadError.

    alerts: rules that are evaluated afterwards; on_alert: called with what each tells.

    When `stop` is set the process is ended, and the command of an alert killed: what it reported is
    stored.
    """
    # Textual's stderr has no file descriptor, which starting a process needs.
    with redirect_stderr(sys.__stderr__):
        workers = context()
    ours, its = workers.Pipe(duplex=False)
    task = (its, folder, tuple(subscriptions), options, force, tuple(alerts))
    child = workers.Process(target=_run, args=task, daemon=True)
    with ours:
        with its, redirect_stderr(sys.__stderr__):
            child.start()
        try:
            return _listen(ours, on_result, on_alert, stop)
        finally:
            if stop.is_set():
                child.terminate()
                child.join(LAST_S)
            child.kill()
            child.join()


def _listen(
    pipe: Connection,
    on_result: Callable[[SourceResult], None],
    on_alert: Callable[[Told], None],
    stop: threading.Event,
) -> list[SourceResult]:
    results: list[SourceResult] = []
    while not stop.is_set():
        if not pipe.poll(LOOK_FOR_STOP_S):
            continue
        try:
            message = pipe.recv()
        except EOFError:
            raise CryptoreadError(_("the sync ended unexpectedly; try it again")) from None
        if message is None:
            break
        if isinstance(message, str):
            raise CryptoreadError(message)
        if isinstance(message, Told):
            on_alert(message)
            continue
        results.append(message)
        on_result(message)
    return results


# In the new process.


def _run(
    pipe: Connection,
    folder: Path,
    subscriptions: Sequence[Subscription],
    options: SyncOptions,
    force: bool,
    alerts: Sequence[Rule],
) -> None:
    os.setsid()  # ctrl+c and hang-ups of the terminal are for the open screen
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):  # so is the terminal itself
        os.dup2(nowhere, stream)
    make_way()
    with pipe:
        pipe.send(_sync(folder, subscriptions, options, pipe.send, force, alerts))


def _sync(
    folder: Path,
    subscriptions: Sequence[Subscription],
    options: SyncOptions,
    send: Callable[[SourceResult | Told], None],
    force: bool,
    alerts: Sequence[Rule],
) -> str | None:
    """Sync and tell of alerts; return what went wrong, None if nothing did."""
    from reader.library import Library
    from reader.safety.crash import Broken
    from reader.safety.redaction import redacted

    try:
        with Library(folder) as library:
            library.sync(subscriptions, options=options, on_result=send, force=force)
            library.deciding.run_in_passing()
            library.upkeep.tidy()
        if alerts:
            _tell(folder, alerts, send)
    except CryptoreadError as error:
        return redacted(str(error))
    except Exception as error:  # noqa: BLE001 - written to the log, and returned in one line
        return redacted(str(Broken(error, folder)))
    return None


def _tell(folder: Path, alerts: Sequence[Rule], send: Callable[[Told], None]) -> None:
    from reader.alerts.telling import tell
    from reader.library import Library

    stop = threading.Event()
    # A command leads a process group of its own, which would outlive this process.
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    with Library(folder) as library:
        library.hold()
        for told in tell(library, alerts, stop):
            if not stop.is_set():
                send(told)
