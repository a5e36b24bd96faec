"""Every key's action by name: for the help page and for the command palette."""

from collections.abc import Iterator, Mapping
from functools import partial

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.types import IgnoreReturnCallbackType
from textual.widget import Widget

from reader.ui.help_screen import HelpGroup
from reader.ui.reader_screen import ReaderScreen
from reader.ui.reading_pane import ReadingPane
from reader.ui.sidebar import Sidebar

_PARTS: tuple[tuple[str, type[Widget]], ...] = (
    ("List", Sidebar),
    ("Reading pane", ReadingPane),
    ("", ReaderScreen),
)

_NAMES = {
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "question_mark": "?",
    "slash": "/",
    "escape": "Esc",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
}
"""Keys as they stand on a keyboard, where Textual's names are others."""


def key_names(keys: str) -> str:
    """`question_mark,f1` as a user reads it: `? F1`."""
    return " ".join(_key_name(key.strip()) for key in keys.split(","))


def _key_name(key: str) -> str:
    if key in _NAMES or len(key) == 1 or key.startswith("ctrl+"):
        return _NAMES.get(key, key)
    return key.capitalize()


def _bindings(part: type[Widget]) -> Iterator[Binding]:
    return (binding for binding in part.BINDINGS if isinstance(binding, Binding))


def help_groups(keymap: Mapping[str, str]) -> list[HelpGroup]:
    """The keys as they are bound, by part of the screen and by purpose.

    keymap: id of a binding to its keys, where the user has chosen others.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    for title, part in _PARTS:
        for binding in _bindings(part):
            purpose = binding.group.description if binding.group else ""
            name = " · ".join(filter(None, (title, purpose)))
            keys = keymap.get(binding.id or "", binding.key)
            groups.setdefault(name, []).append((key_names(keys), binding.tooltip))
    return [HelpGroup(title, _with_digits_together(rows)) for title, rows in groups.items()]


def _with_digits_together(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The nine tag keys on one line, unless they were bound otherwise."""
    digits = [str(digit) for digit in range(1, 10)]
    if [keys for keys, _ in rows[: len(digits)]] != digits:
        return rows
    return [("1 … 9", "Tag of that number: include, exclude, off"), *rows[len(digits) :]]


class ReaderCommands(Provider):
    """Every action of the screen, found by its name."""

    def _commands(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        screen = self.screen
        keymap = screen.settings.keys if isinstance(screen, ReaderScreen) else {}
        for _, part in _PARTS:
            for node in [screen] if isinstance(screen, part) else screen.query(part):
                for binding in _bindings(part):
                    run = partial(node.run_action, binding.action)
                    keys = key_names(keymap.get(binding.id or "", binding.key))
                    yield f"{binding.description} ({keys})", binding.tooltip, run

    async def discover(self) -> Hits:
        for name, tooltip, run in self._commands():
            yield DiscoveryHit(Content(name), run, help=tooltip)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for name, tooltip, run in self._commands():
            score = max(matcher.match(name), matcher.match(tooltip) / 2)
            if score > 0:
                yield Hit(score, matcher.highlight(name), run, help=tooltip)
