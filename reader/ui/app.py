"""The Textual application around the main screen.

Theme, style sheets, keys of the config file, signals, and what happens after an error.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.console import Console, RenderableType
from textual import events
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.filter import LineFilter, NoColor
from textual.geometry import Size
from textual.reactive import Initialize, Reactive
from textual.screen import Screen
from textual.theme import Theme
from textual.timer import Timer

from reader.config.paths import resource
from reader.config.settings import ASCII, FREQUENT, Settings, preferred_language
from reader.errors import CryptoreadError
from reader.i18n import _, quoted
from reader.library import Library
from reader.opening import cover
from reader.query.language import Field, Query
from reader.safety.crash import Broken
from reader.ui.screen.reader import ReaderScreen
from reader.ui.textual_compat.failures import in_background
from reader.ui.textual_compat.keyboard import KeyboardApp, as_keymap
from reader.ui.textual_compat.light_imports import import_palette
from reader.ui.textual_compat.light_screen import make_room_for_toasts
from reader.ui.textual_compat.typed_ahead import Act, TypedAhead
from reader.ui.themes import DEFAULT, themes_for

if TYPE_CHECKING:
    from textual.command import Provider

CALM_S = 0.05
"""How long no change of size must follow the last one before the screen is painted again."""

SAY_AFTER_S = 0.3
"""How long leaving waits for marks before it says so."""

LEAVE_AFTER_S = 11.0
"""How long leaving waits for marks at most: longer than a mark waits for another program."""

WAITING = _("waiting for another program before saving the last mark · {quit} leaves without it")

COVERED_AT_MOST_S = 1.0
"""How long nothing is painted, or the kept picture stays, if the first screen is not ready."""

THEME = "theme"
"""Name under which the theme chosen in the palette is saved."""

SHEETS = ("00-screen", "10-bars", "20-sidebar")


def run(library: Library, settings: Settings, query: Query | None, config: Path) -> bool:
    """Show the main screen until the user leaves. Raises CryptoreadError, Broken.

    Return whether to start again, because news has replaced the samples. query: shown first.
    config: file of the settings.
    """
    library.tell_of_damage()  # kept until there is a status line to show it
    app = CryptoreadApp(library, settings, query or Query(), config)
    is_filled = app.run()
    if app.crash is None:
        app.crash = app.marks_not_kept()
    if isinstance(app.crash, CryptoreadError):
        raise app.crash
    if app.crash is not None:
        raise Broken(app.crash, library.home) from app.crash
    return is_filled is True


def _commands() -> "type[Provider]":
    from reader.ui.screen.palette import ReaderCommands

    return ReaderCommands


class CryptoreadApp(KeyboardApp[bool]):
    """One library on one screen.

    query: shown first, in the user's language. config: file of the settings, which a sync reads
    again and may change; None if there is none.
    """

    TITLE = "cryptoread"
    # For the first screen. The reading pane and the boxes bring their own.
    CSS_PATH: ClassVar = [resource("styles") / f"{name}.tcss" for name in SHEETS]
    SCREEN: ClassVar[type[ReaderScreen]] = ReaderScreen
    COMMANDS: ClassVar = {_commands}  # none of Textual's own
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", _("Quit"), show=False, priority=True, id="app.quit"),
        Binding("ctrl+z", "suspend_process", _("Stop"), show=False, priority=True, id="app.stop"),
    ]

    def __init__(
        self, library: Library, settings: Settings, query: Query, config: Path | None = None
    ) -> None:
        self._library = library
        self._settings = settings
        super().__init__()  # which asks for the theme
        self.typed_ahead = TypedAhead(self)
        self._is_covered = cover.is_covered()
        self._main: ReaderScreen | None = None
        self._is_leaving = False
        self._storm: Timer | None = None
        self._has_size = False
        self._shown_theme = self.theme
        if settings.tags == FREQUENT:
            library.use_frequent_tags()
        self._glyphs: list[LineFilter] = []
        if settings.glyphs == ASCII:
            from reader.ui.textual_compat.ascii_glyphs import AsciiGlyphs

            self._glyphs.append(AsciiGlyphs())
        self._config = config
        self._query = query

    def get_default_screen(self) -> Screen[None]:
        """Return the reader screen, filtered by the query of the command line."""
        start = self._start()
        terms = self._query.terms
        if not self._query.asks_for(Field.LANG):
            terms = (*start.terms, *terms)
        query = Query(terms)
        self._main = self.SCREEN(self._library, self._settings, query, start, self._config)
        if self._is_covered:
            self._main.cover()
        return self._main

    def _start(self) -> Query:
        """Return the query for the user's language; for all languages if no article is in it."""
        language = preferred_language(self._settings, os.environ)
        if language not in self._library.names(Field.LANG):
            return Query()
        return Query().with_only(Field.LANG, language)

    def on_mount(self) -> None:
        """Apply the user's keys, and quit on signals."""
        for own in self._settings.commands:
            if own.key:
                keys = as_keymap({own.name: own.key})[own.name]
                self.bind(keys, f"screen.own_command({own.name!r})", description=own.name)
        if self._settings.keys:
            self.set_keymap(as_keymap(self._settings.keys))
        self.theme_changed_signal.subscribe(self, self._keep_theme)
        self._leave_on_signals()
        self.set_timer(COVERED_AT_MOST_S, self._uncover)

    def _uncover(self) -> None:
        if self._main is not None:
            self._main.uncover()

    def on_host_screen_settled(self) -> None:
        """Paint in place of the kept picture."""
        self._uncover()

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Return the themes by name, those of our own first."""
        console: Console | None = getattr(self, "console", None)  # asked for before it is made
        own = themes_for(console.color_system if console else None)
        return {theme.name: theme for theme in own} | super().available_themes

    def _first_theme(self) -> str:
        """Return the theme chosen last, in the palette or in the settings; else the default."""
        known, named = self.available_themes, self._settings.theme
        with suppress(CryptoreadError, ValueError, TypeError, KeyError):
            saved = json.loads(self._library.state(THEME) or "{}")
            if saved["settings"] == named and saved["theme"] in known:
                return str(saved["theme"])
        names = (named, os.environ.get("TEXTUAL_THEME"))
        return next((name for name in names if name in known), DEFAULT)

    theme: Reactive[str] = Reactive(Initialize(_first_theme))
    """The theme; set before the style sheets are read, as another one would read them again."""

    def _keep_theme(self, theme: Theme) -> None:
        if theme.name == self._shown_theme:
            return
        self._shown_theme = theme.name
        chosen = json.dumps({"theme": theme.name, "settings": self._settings.theme})
        save = partial(asyncio.to_thread, self._library.save_state, THEME, chosen)
        in_background(self, save, group="theme", exclusive=True)

    def _leave_on_signals(self) -> None:
        """Leave as `q` does when the terminal is closed or the process is asked to end."""
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                loop.add_signal_handler(getattr(signal, name), self._leave)

    def action_command_palette(self) -> None:
        """Open the command palette, which is imported now."""
        import_palette()
        from reader.ui.textual_compat.spoken_palette import open_palette

        open_palette(self)

    def search_themes(self) -> None:
        """Open the palette of themes."""
        import_palette()
        from reader.ui.textual_compat.spoken_palette import open_themes

        open_themes(self)

    def on_delivery_complete(self, event: events.DeliveryComplete) -> None:
        """Say where the picture of the screen was saved."""
        event.prevent_default()
        said = _("Saved screenshot to {path}").format(path=quoted(str(event.path)))
        self.notify(said, title=_("Screenshot"), markup=False)

    def on_delivery_failed(self, event: events.DeliveryFailed) -> None:
        """Say that the picture of the screen could not be saved."""
        event.prevent_default()
        said = _("Failed to save screenshot")
        self.notify(said, title=_("Screenshot"), severity="error", markup=False)

    def exit(
        self,
        result: bool | None = None,
        return_code: int = 0,
        message: RenderableType | None = None,
    ) -> None:
        """Leave; ctrl+c, which is a key until the terminal is given back, ends nothing from now."""
        if not self.is_headless:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        super().exit(result, return_code, message)

    async def action_quit(self) -> None:
        """Quit."""
        self._leave()

    def _leave(self) -> None:
        """Leave when the marks are written; at once when asked a second time."""
        screen = self._main
        if screen is None or not screen.marker.is_writing or self._is_leaving:
            self.exit()
            return
        self._is_leaving = True
        in_background(self, partial(self._leave_with_marks, screen), group="leave")

    async def _leave_with_marks(self, screen: ReaderScreen) -> None:
        if not await screen.marker.all_written(SAY_AFTER_S):
            screen.say(WAITING.format(quit=screen.key("reader.quit")), error=True)
            await screen.marker.all_written(LEAVE_AFTER_S)
        self.exit()

    def marks_not_kept(self) -> CryptoreadError | None:
        """Return an error that counts the marks that could not be written before leaving."""
        return self._main.marker.not_kept() if self._main is not None else None

    async def on_event(self, event: events.Event) -> None:
        """Forward keys typed ahead one by one, each after the one before is done."""
        if not isinstance(event, Act) or event.is_forwarded:
            await super().on_event(event)
            return
        self._uncover()
        if self.typed_ahead.may_go(event):
            target = self.typed_ahead.target(event)
            try:
                await super().on_event(event)
            finally:
                await self.typed_ahead.gone_to(target)

    def on_resize(self) -> None:
        """Paint again after the last of several changes: Textual may paint them out of order."""
        if self._storm is not None:
            self._storm.stop()
        if self._has_size:
            self._storm = self.set_timer(CALM_S, self._after_storm)
        self._has_size = True  # the first is the start

    def _after_storm(self) -> None:
        if self.is_headless:
            return
        size = Size(*os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1))
        if size != self.size:
            self.post_message(events.Resize(size, size))
        else:
            self.screen.refresh(layout=True)

    def get_driver_class(self) -> type[Driver]:
        """Return the driver that stops reading the terminal at once on quit."""
        driver = super().get_driver_class()
        if driver.__name__ != "LinuxDriver":  # Windows has another
            return driver
        from reader.ui.textual_compat.driver import TerminalDriver

        return TerminalDriver

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Use no colours at all under NO_COLOR, where Textual uses shades of grey."""
        filters = [NoColor()] if self.no_color else super().get_line_filters()
        return [*filters, *self._glyphs]

    def on_notify(self) -> None:
        """Make room for a toast before Textual shows it."""
        make_room_for_toasts(self)

    def report(self, error: Exception) -> None:
        """Say in one sentence what failed; write to the log unless the error is expected."""
        from reader.safety.redaction import redacted
        from reader.text import clean_line

        is_expected = isinstance(error, CryptoreadError)
        said = str(error if is_expected else Broken(error, self._library.home))
        sentence = redacted(clean_line(said))
        for screen in self.screen_stack if self.is_running else ():
            if isinstance(screen, ReaderScreen):
                screen.say(sentence, error=True)
                if screen is not self.screen:  # a box is over the status line
                    self.notify(sentence, severity="error", markup=False)
