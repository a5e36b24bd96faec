"""Fork the worker processes of an import, early and without ctrl+c reaching them.

Imports only the standard library, so that the first starts before the rest of the program loads.
"""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext, SpawnContext

PRELOADED = ("__main__", "reader.archive.jobs", "reader.formats.archive.notes")
"""Modules for parsing, to import before the workers are forked."""

SAFE_PATH = "PYTHONSAFEPATH"


NICENESS = 5
"""Niceness of a process that imports: an open screen takes precedence."""


def make_way() -> None:
    """Lower the priority of this process; on an idle machine it is as fast as before."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)


def context() -> ForkServerContext | SpawnContext:
    """Return a context whose workers start fast and do not inherit locks of threads.

    The process that forks them is running from here on, and imports what they need.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    from multiprocessing import resource_tracker
    from multiprocessing.forkserver import ensure_running

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    with _safe_path():
        resource_tracker.ensure_running()  # lets ctrl+c through again when it has started
        try:
            with _ctrl_c_kept_off():
                ensure_running()
        except OSError:  # its socket is in the temporary folder, whose name may be too long for one
            return multiprocessing.get_context("spawn")
    return context


@contextmanager
def _ctrl_c_kept_off() -> Iterator[None]:
    """Have processes that are started here never get SIGINT; this one gets it afterwards.

    They inherit what is blocked, from before their first line of Python, which would print a
    traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _safe_path() -> Iterator[None]:
    """Keep started processes from importing modules from the working folder.

    They are started as `python -c`, which searches there first, for `reader` too.
    """
    before = os.environ.get(SAFE_PATH)
    os.environ[SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[SAFE_PATH]
        else:
            os.environ[SAFE_PATH] = before
