"""Textual's command palette with texts in the language of the interface.

Imported when the palette opens, after `light_imports.import_palette`.
"""

from functools import partial
from typing import Any

from rich.align import Align
from rich.text import Text
from textual.app import App
from textual.command import CommandList, CommandPalette
from textual.theme import ThemeProvider
from textual.widgets.option_list import Option

from reader.i18n import _
from reader.ui.textual_compat.failures import Guarded

NO_MATCHES_AFTER_S = 0.5
"""How long the palette waits for a command before it says that none matches."""


class SpokenPalette(Guarded, CommandPalette):
    """Says in the user's language that nothing matches."""

    # Private: the text stands in the middle of the method, which is otherwise as here.
    def _start_no_matches_countdown(self, search_value: str) -> None:
        self._stop_no_matches_countdown()
        say = partial(self._say_that_nothing_matches, search_value)
        self._no_matches_timer = self.set_timer(NO_MATCHES_AFTER_S, say)

    def _say_that_nothing_matches(self, search_value: str) -> None:
        self._list_visible = bool(search_value)
        if search_value:
            said = Align.center(Text(_("No matches found"), style="not bold"))  # not shown: a style
            option = Option(said, disabled=True, id=self._NO_MATCHES)
            self.query_one(CommandList).add_option(option)


def open_palette(app: App[Any]) -> None:
    """Open the palette of all commands, unless it is open."""
    if app.use_command_palette and not CommandPalette.is_open(app):
        placeholder = _("Search for commands…")
        app.push_screen(SpokenPalette(placeholder=placeholder, id="--command-palette"))


def open_themes(app: App[Any]) -> None:
    """Open the palette of themes."""
    app.push_screen(SpokenPalette([ThemeProvider], placeholder=_("Search for themes…")))
