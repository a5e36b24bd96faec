"""Call the command of an alert: no shell, a limited time, the matches as JSON on stdin."""

import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from tempfile import TemporaryFile

from reader.safety.redaction import KEY_VARIABLE
from reader.text import clean_line

LONGEST_S = 30.0
"""Seconds after which a command is killed with all that it has started."""

LOOK_S = 0.02
MOST_CHARS = 1_000
"""Characters of a headline or an address in an argument."""


def filled(command: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """Return the arguments with each placeholder, a whole argument, replaced by its value.

    values: by name. They come from outside: control characters are removed.
    """
    known = {f"{{{name}}}": clean_line(value)[:MOST_CHARS] for name, value in values.items()}
    return [known.get(argument, argument) for argument in command]


def call(
    arguments: Sequence[str],
    stdin: bytes,
    *,
    longest_s: float = LONGEST_S,
    stop: threading.Event | None = None,
) -> str:
    """Run a program and wait for its end; return what went wrong, empty if nothing did.

    What it prints is dropped. It is killed with its process group after `longest_s`, or when `stop`
    is set.
    """
    from subprocess import DEVNULL, Popen

    environ = {name: value for name, value in os.environ.items() if name != KEY_VARIABLE}
    # A file and not a pipe: a command that does not read it must not keep this program waiting.
    with TemporaryFile() as given:
        given.write(stdin)
        given.seek(0)
        try:
            process = Popen(  # noqa: S603 - the user's own command; placeholders are whole arguments
                list(arguments),
                stdin=given,
                stdout=DEVNULL,
                stderr=DEVNULL,
                env=environ,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            return f"its command cannot be started ({arguments[0]}: {reason})"
    end = time.monotonic() + longest_s
    while process.poll() is None:
        is_stopped = stop is not None and stop.is_set()
        if is_stopped or time.monotonic() >= end:
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            why = "the sync was stopped" if is_stopped else f"it ran for {longest_s:.0f} seconds"
            return f"its command was killed, as {why} ({arguments[0]})"
        time.sleep(LOOK_S)
    if process.returncode:
        return f"its command ended with exit code {process.returncode} ({arguments[0]})"
    return ""
