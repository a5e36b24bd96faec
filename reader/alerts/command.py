"""Call the command of an alert: no shell, a limited time, the matches as JSON on stdin."""

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from types import FrameType
from typing import TYPE_CHECKING

from reader.i18n import _, ngettext
from reader.programs import start
from reader.reasons import reason_of
from reader.text import clean_line

if TYPE_CHECKING:
    from reader.programs import Program

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

    What it prints is dropped. It is killed with its process group after `longest_s`, when `stop` is
    set, or when an exception such as KeyboardInterrupt ends the waiting.
    """
    # A file and not a pipe: a command that does not read it must not keep this program waiting.
    with TemporaryFile() as given:
        given.write(stdin)
        given.seek(0)
        process = None
        try:
            with _ctrl_c_later():
                process = start(arguments, stdin=given, is_silent=True, has_session=True)
            return _outcome(process, arguments[0], longest_s, stop)
        except (OSError, ValueError) as error:
            reason = reason_of(error)
            text = _("its command cannot be started ({command}: {reason})")
            return text.format(command=arguments[0], reason=reason)
        finally:
            if process is not None and process.poll() is None:
                with suppress(OSError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextmanager
def _ctrl_c_later() -> Iterator[None]:
    """Let ctrl+c wait for the end of the block, so that what it starts is known and can be killed.

    Only the main thread is interrupted by it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[tuple[int, FrameType | None]] = []
    before = signal.signal(signal.SIGINT, lambda *given: pressed.append(given))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed and callable(before):
        before(*pressed[0])


def _outcome(
    process: "Program", command: str, longest_s: float, stop: threading.Event | None
) -> str:
    """Wait for the end of the process or of its time, and return what went wrong."""
    end = time.monotonic() + longest_s
    while process.poll() is None:
        if stop is not None and stop.is_set():
            return _killed(command, None)
        if time.monotonic() >= end:
            return _killed(command, longest_s)
        time.sleep(LOOK_S)
    if process.returncode:
        text = _("its command ended with exit code {code} ({command})")
        return text.format(code=process.returncode, command=command)
    return ""


def _killed(command: str, after_s: float | None) -> str:
    """Return why a command was killed. after_s: how long it ran; None if the sync was stopped."""
    if after_s is None:
        text = _("its command was killed, as the sync was stopped ({command})")
        return text.format(command=command)
    text = ngettext(
        "its command was killed, as it ran for {number:.0f} seconds ({command})",
        "its command was killed, as it ran for {number:.0f} seconds ({command})",
        round(after_s),
    )
    return text.format(number=after_s, command=command)
