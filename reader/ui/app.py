"""The Textual application: what stands around the reader's one screen.

Theme, styles, keys of the config file, signals, and what happens when something breaks.
"""

import os
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.screen import Screen

from reader.config import Settings, preferred_language, resource
from reader.errors import CryptoreadError
from reader.library import Library
from reader.query import Field, Query
from reader.ui.reader_screen import ReaderScreen

CRASH_LOG = "crash.log"
SHEETS = ("00-screen", "10-bars", "20-sidebar")


class Broken(CryptoreadError):
    """Something unforeseen happened; it says where the details are."""

    def __init__(self, error: Exception, log: Path) -> None:
        super().__init__(
            f"something went wrong ({type(error).__name__}); your articles and marks are safe, "
            f"the details are in {log}"
        )


def run(library: Library, settings: Settings, query: Query | None) -> None:
    """Show the reader until it is left. Raises Broken."""
    app = CryptoreadApp(library, settings, query or Query())
    app.run()
    if app.crash is not None:
        log = library.folder / CRASH_LOG
        _write_down(app.crash, log)
        raise Broken(app.crash, log) from app.crash


def _write_down(error: Exception, log: Path) -> None:
    """The traceback without values: what the reader read is nobody else's business."""
    import traceback
    from contextlib import suppress

    with suppress(OSError), log.open("w", encoding="utf-8") as file:
        traceback.print_exception(error, file=file)


def _commands() -> type[Provider]:
    from reader.ui.commands import ReaderCommands

    return ReaderCommands


class CryptoreadApp(App[None]):
    """One library on one screen. query: what to show first, beside the reader's language."""

    TITLE = "cryptoread"
    # Of what the first screen shows. The reading pane and the boxes bring their own.
    CSS_PATH: ClassVar = [resource("styles") / f"{name}.tcss" for name in SHEETS]
    COMMANDS = App.COMMANDS | {_commands}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", show=False, id="app.quit"),
    ]

    def __init__(self, library: Library, settings: Settings, query: Query) -> None:
        super().__init__()
        self.crash: Exception | None = None
        self._library = library
        self._settings = settings
        self._query = query

    def get_default_screen(self) -> Screen[None]:
        start = self._start()
        terms = self._query.terms
        if not self._query.included(Field.LANG):
            terms = (*start.terms, *terms)
        return ReaderScreen(self._library, self._settings, Query(terms), start)

    def _start(self) -> Query:
        """The reader's language, if there is any article in it."""
        language = preferred_language(self._settings, os.environ)
        if language not in self._library.languages():
            return Query()
        return Query().with_only(Field.LANG, language)

    def on_mount(self) -> None:
        if self._settings.keys:
            self.set_keymap(dict(self._settings.keys))
        if self._settings.theme in self.available_themes:
            self.theme = self._settings.theme
        self._leave_on_signals()

    def _leave_on_signals(self) -> None:
        """A closed terminal or a `kill` leaves as `q` does: terminal restored, marks kept."""
        import asyncio

        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                loop.add_signal_handler(getattr(signal, name), self.exit)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Textual's own, but for the keys and the quitting that are ours."""
        ours = ("Keys", "Quit")
        return (each for each in super().get_system_commands(screen) if each.title not in ours)

    async def action_quit(self) -> None:
        self.exit()

    def _fatal_error(self) -> None:
        """Textual would print a traceback with the values of all variables."""
        self.crash = self._exception
        self._close_messages_no_wait()
