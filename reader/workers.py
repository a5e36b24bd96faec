"""The worker processes of an import: how they are forked, and how to have them ready early.

Standard library alone, so that the first of them starts before the rest of the program is loaded.
"""

import multiprocessing
import os
from multiprocessing.context import ForkServerContext, SpawnContext

PRELOADED = ("__main__", "reader.importing", "reader.formats.front_matter")
"""What parsing imports, to be there before the workers are forked."""


NICENESS = 5
"""Of a process that brings articles in: whoever reads them meanwhile goes first."""


def make_way() -> None:
    """Let every other program go first from now on; alone on a machine, this one is as fast."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)


def context() -> ForkServerContext | SpawnContext:
    """Workers that start fast, but not as forks of a process whose threads may hold locks."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    return context


def begin() -> None:
    """Have the process that forks the workers load what they need, while this one goes on."""
    if context().get_start_method() == "forkserver":
        from multiprocessing.forkserver import ensure_running

        ensure_running()
