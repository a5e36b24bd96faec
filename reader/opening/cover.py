"""The terminal while the kept picture covers it: its modes, and how they are put back.

A terminal has one state, so this module has one, too.
"""

import os
import sys
import time

from reader import i18n
from reader.opening.conditions import holding, places
from reader.opening.picture import kept, painted

TERMINAL = 2
"""Descriptor that is painted on, as Textual does."""

ALTERNATE = "\x1b[?1049h"
"""Switches to the alternate screen."""

_HIDE_CURSOR = "\x1b[?25l"
_AS_ONE = "\x1b[?2026h", "\x1b[?2026l"
"""Around what a terminal is to show at once; terminals that do not know it ignore it."""

_BACK = "\x1b[?1049l\x1b[?25h"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_before: "list[Any] | None" = None
"""The terminal's attributes before it was covered; None while it is not."""


def cover(arguments: list[str]) -> None:
    """Show the kept picture if the command line opens the first screen and nothing has changed."""
    if os.name != "posix" or not all(map(os.isatty, (0, 1, TERMINAL))):
        return
    if {"COLUMNS", "LINES"} & os.environ.keys():  # Textual believes them, not the terminal
        return
    if os.environ.get("TERM", "") in ("", "dumb", "unknown") or not (at := places(arguments)):
        return
    picture = kept(at[0])
    if picture is None:
        return
    language, holds, rows = picture
    columns, lines = os.get_terminal_size(1)
    if len(rows) != lines or holds != holding(*at, columns, lines):
        return
    i18n.speak(language)  # what chooses it is part of the conditions
    if (shown := painted(rows, time.time())) is not None:
        _show(shown)


def _show(shown: str) -> None:
    import signal
    import termios

    global _before
    try:
        _before = termios.tcgetattr(0)
        for each in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, _end)
        termios.tcsetattr(0, termios.TCSANOW, _silent(_before))
        _write(ALTERNATE + _HIDE_CURSOR + shown.join(_AS_ONE))
    except (OSError, termios.error):
        uncover()


def _silent(attributes: "list[Any]") -> "list[Any]":
    """Return attributes under which keys are neither shown nor interpreted, but kept to be read."""
    import termios

    flags = termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG
    changed = list(attributes)
    changed[0] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    changed[3] &= ~flags
    return changed


def _write(text: str) -> None:
    data = memoryview(text.encode(sys.stderr.encoding or "utf-8", "replace"))
    while data:
        data = data[os.write(TERMINAL, data) :]


def _end(number: int, _frame: object) -> None:
    """Put the terminal back, and end by this signal as if there were no handler."""
    import signal

    uncover()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def is_covered() -> bool:
    """Return whether the picture is on the screen, and the terminal in the modes for it."""
    return _before is not None


def take_over() -> "list[Any] | None":
    """Return the attributes to put back at the end; from now on the caller is to do it.

    None if the terminal is not covered.
    """
    global _before
    before, _before = _before, None
    return before


def uncover() -> None:
    """Put the terminal back, unless it was taken over or never covered."""
    before = take_over()
    if before is None:
        return
    import termios

    try:
        termios.tcsetattr(0, termios.TCSANOW, before)
        _write(_BACK)
    except (OSError, termios.error):  # it is gone
        pass
