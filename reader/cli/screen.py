"""Open the reader: check the terminal and the settings, then show the user's library.

Textual is imported only when a screen opens.
"""

import gc
import os
import sys
from typing import TYPE_CHECKING

from reader.cli.context import Paths
from reader.cli.streams import is_terminal
from reader.errors import CryptoreadError
from reader.i18n import _

if TYPE_CHECKING:
    from reader.config.settings import Settings
    from reader.query.language import Query

SWITCH_S = 0.0005
"""GIL switch interval (default 5 ms): background writes delay a key press by no more than this."""


class NoTerminal(CryptoreadError):
    """The standard streams are not a terminal, so that no screen can be shown."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "the reader needs a terminal for input, output and error output; "
                "in a pipe or a script use `cryptoread list`"
            )
        )


def open_reader(paths: Paths, query: "Query | None" = None) -> None:
    """Show the reader until the user quits it; show the sample articles if the library is empty.

    Raises NoTerminal, ConfigError, CacheError.
    """
    if not _on_terminal():
        raise NoTerminal
    # Objects made at start-up stay alive: a garbage collection would delay the first screen.
    gc.disable()
    # Each statement of a background write holds the interpreter lock.
    sys.setswitchinterval(SWITCH_S)
    # Textual paints on a timer. At 60 ticks a second, a key would mostly wait for the next tick.
    os.environ.setdefault("TEXTUAL_FPS", "500")
    # How long Textual waits (ms) to tell Escape from the first byte of another key.
    os.environ.setdefault("ESCDELAY", "50")
    from reader.config.paths import ConfigError, config_file
    from reader.config.settings import read_settings

    config = config_file(paths.config)
    settings = read_settings(config)
    if fault := settings_fault(settings):
        raise ConfigError(config, fault)
    with paths.library() as library:
        from reader.ui.app import run

        if library.is_empty:
            from reader.samples import sample_library

            with sample_library() as samples:
                samples.home = library.folder
                is_filled = run(samples, settings, query, config)
            if not is_filled:
                return
        run(library, settings, query, config)
        from reader.ui.portrait import keep_first_screen

        keep_first_screen(library, settings, config)


def settings_fault(settings: "Settings") -> str | None:
    """Return what the screen cannot use in valid settings, as a sentence; None if it can."""
    if not settings.theme and not settings.keys and not settings.commands:
        return None
    from reader.ui.checked_settings import fault

    return fault(settings)


def _on_terminal() -> bool:
    """Return whether keys can be read and a screen painted. Textual paints on stderr."""
    usable = os.environ.get("TERM", "") not in ("", "dumb", "unknown")
    return usable and all(map(is_terminal, (sys.stdin, sys.stdout, sys.stderr)))
