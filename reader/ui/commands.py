"""Every key's action by name: for the help page and for the command palette."""

from collections.abc import Iterator, Mapping
from functools import partial
from types import MappingProxyType

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.types import IgnoreReturnCallbackType
from textual.widget import Widget

from reader.ui.help_screen import HelpGroup
from reader.ui.keys import key_names
from reader.ui.reader_screen import ReaderScreen
from reader.ui.reading_pane import ReadingPane
from reader.ui.sidebar import Sidebar

_PARTS: tuple[tuple[str, type[Widget]], ...] = (
    ("List", Sidebar),
    ("Reading pane", ReadingPane),
    ("", ReaderScreen),
)


def _bindings(part: type[Widget]) -> Iterator[Binding]:
    return (binding for binding in part.BINDINGS if isinstance(binding, Binding))


def help_groups(
    keymap: Mapping[str, str], at_present: Mapping[str, str] = MappingProxyType({})
) -> list[HelpGroup]:
    """Return the keys as they are bound, by part of the screen and by purpose.

    keymap: id of a binding to its keys, where the user has chosen others. at_present: id of a
    binding to what it does now, where that is not always the same.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    for title, part in _PARTS:
        for binding in _bindings(part):
            purpose = binding.group.description if binding.group else ""
            name = " · ".join(filter(None, (title, purpose)))
            keys = keymap.get(binding.id or "", binding.key)
            does = at_present.get(binding.id or "", binding.tooltip)
            groups.setdefault(name, []).append((key_names(keys), does))
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
        keymap: Mapping[str, str] = {}
        at_present: Mapping[str, str] = {}
        if isinstance(screen, ReaderScreen):
            keymap, at_present = screen.settings.keys, screen.keys_at_present
        for _, part in _PARTS:
            for node in [screen] if isinstance(screen, part) else screen.query(part):
                for binding in _bindings(part):
                    run = partial(node.run_action, binding.action)
                    keys = key_names(keymap.get(binding.id or "", binding.key))
                    does = at_present.get(binding.id or "", binding.tooltip)
                    yield f"{binding.description} ({keys})", does, run

    async def discover(self) -> Hits:
        for name, tooltip, run in self._commands():
            yield DiscoveryHit(Content(name), run, help=tooltip)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for name, tooltip, run in self._commands():
            score = max(matcher.match(name), matcher.match(tooltip) / 2)
            if score > 0:
                yield Hit(score, matcher.highlight(name), run, help=tooltip)
