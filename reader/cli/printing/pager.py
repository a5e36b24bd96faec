"""Show a text in the user's pager: `$PAGER`, else `less -R`, else print it."""

import os
import shlex
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from subprocess import PIPE

from reader.programs import start

LESS = "FRX"
"""Options of less unless the user has set `LESS`: end at once if the text fits on the screen, show
colours, leave the text on the screen."""


def page(text: str) -> None:
    """Show a text with styles in a pager and wait for its end; print it if none can be started."""
    sys.stdout.flush()
    if not any(_shown(command, text) for command in _pagers()):
        print(text, end="")


def _pagers() -> Iterator[list[str]]:
    """Yield command lines to try; none if the user has set an empty one."""
    wanted = os.environ.get("PAGER")
    if wanted is not None:
        with suppress(ValueError):  # a quote that is not closed
            if not (command := shlex.split(wanted)):
                return
            yield command
    yield ["less", "-R"]


def _shown(command: list[str], text: str) -> bool:
    """Return whether the pager was started; it has ended by then."""
    program = shutil.which(command[0])
    if program is None:
        return False
    try:
        pager = start([program, *command[1:]], stdin=PIPE, defaults={"LESS": LESS})
    except OSError:
        return False
    with _without_ctrl_c(), pager:  # ctrl+c is for the pager, which goes on
        assert pager.stdin is not None  # noqa: S101 - it is a pipe
        with suppress(BrokenPipeError):  # the user has left before the end
            pager.stdin.write(text.encode(sys.stdout.encoding or "utf-8", "replace"))
        with suppress(BrokenPipeError):
            pager.stdin.close()
    return True


@contextmanager
def _without_ctrl_c() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
