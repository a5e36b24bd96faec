"""All actions by name, for the help page and the command palette."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from textual.binding import Binding, BindingType
from textual.command import Hit, Hits, Provider
from textual.content import Content
from textual.types import IgnoreReturnCallbackType
from textual.widget import Widget

from reader.config.commands import OwnCommand
from reader.ui.briefing.pane import BriefingPane
from reader.ui.modals.help import HelpGroup
from reader.ui.reading.pane import ReadingPane
from reader.ui.screen.key_names import key_names
from reader.ui.screen.keys import READER_KEYS
from reader.ui.screen.listing import GROUP_COMMANDS
from reader.ui.sidebar.widget import Sidebar

_PARTS = (("List", Sidebar), ("Reading pane", ReadingPane), ("Briefing", BriefingPane))

_FIRST = (
    *("Search", "Group by", "View", "Save view", "Theme", "Briefing", "Mood", "Sync", "Sources"),
    *("Copy link", "Copy Markdown", "Export", "All tags", "Next language", "Undo", "Help"),
)
"""Names of what is looked for first, or their first words, in this order."""

_MOVEMENTS = frozenset(
    each.description for _, part in _PARTS for each in part.BINDINGS if isinstance(each, Binding)
)
"""Names of what is done by single keys alone; they come last, with the tags by number."""

_NAMES, _BORDERS = 30, 10
"""Cells of a name with the gap behind it, and of what is beside a line of the palette."""


@runtime_checkable
class HasKeys(Protocol):
    """A screen whose actions are in the palette."""

    @property
    def keymap(self) -> Mapping[str, str]:
        """Return the keys that the user has chosen, by binding id."""

    @property
    def views(self) -> Mapping[str, str]:
        """Return the saved views: queries by name."""

    def action_open_view(self, name: str) -> object:
        """Show a saved view."""

    @property
    def own_commands(self) -> Sequence[OwnCommand]:
        """Return the user's own programs."""

    @property
    def keys_at_present(self) -> Mapping[str, str]:
        """Return what keys with a varying action do now, by binding id."""


def _bindings(bound: Iterable[BindingType]) -> Iterator[Binding]:
    return (each for each in bound if isinstance(each, Binding))


_AS_ELSEWHERE = ("Briefing · Move",)
"""Groups of keys that the help leaves out: they are those of the list, for the same."""


def help_groups(
    keymap: Mapping[str, str], at_present: Mapping[str, str] = MappingProxyType({})
) -> list[HelpGroup]:
    """Return the keys as they are bound, by part of the screen and by purpose.

    keymap: id of a binding to its keys, where the user has chosen others. at_present: id of a
    binding with a varying action to what it does now.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    of_parts = [(title, part.BINDINGS) for title, part in _PARTS]
    for title, bound in (*of_parts, ("", READER_KEYS)):
        for binding in _bindings(bound):
            purpose = binding.group.description if binding.group else ""
            name = " · ".join(filter(None, (title, purpose)))
            if name in _AS_ELSEWHERE and binding.id not in keymap:
                continue
            keys = keymap.get(binding.id or "", binding.key)
            does = at_present.get(binding.id or "", binding.tooltip)
            groups.setdefault(name, []).append((key_names(keys), does))
    return [HelpGroup(title, _with_digits_together(rows)) for title, rows in groups.items()]


def _with_digits_together(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the rows with the nine tag keys in one, unless the user has bound them otherwise."""
    digits = [str(digit) for digit in range(1, 10)]
    if [keys for keys, _ in rows[: len(digits)]] != digits:
        return rows
    return [("1 … 9", "Tag of that number: include, exclude, off"), *rows[len(digits) :]]


class ReaderCommands(Provider):
    """Offers the actions of the main screen by name."""

    def _commands(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        """Yield name, tooltip and action of each binding of the parts on the screen."""
        screen = self.screen
        if not isinstance(screen, HasKeys):
            return
        for own in screen.own_commands:
            key = f" ({key_names(own.key)})" if own.key else ""
            run = partial(self.screen.run_action, f"own_command({own.name!r})")
            yield f"{own.name}{key}", " ".join(own.command), run
        yield "Theme", "Choose the colours", self.app.action_change_theme
        keymap, at_present = screen.keymap, screen.keys_at_present
        for node in self._nodes():
            for binding in _bindings(READER_KEYS if node is self.screen else node.BINDINGS):
                run = partial(node.run_action, binding.action)
                keys = key_names(keymap.get(binding.id or "", binding.key))
                does = at_present.get(binding.id or "", binding.tooltip)
                yield f"{binding.description} ({keys})", does, run
        for name, query in screen.views.items():
            does = query or "Everything, without a filter"
            yield f"View {name}", does, partial(screen.action_open_view, name)
        yield from self._groupings()

    def _groupings(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        """Yield a command for each way to group the list."""
        for grouping, (name, tooltip) in GROUP_COMMANDS.items():
            yield name, tooltip, partial(self.screen.run_action, f"group_by('{grouping}')")

    def _nodes(self) -> Iterator[Widget]:
        for _, part in _PARTS:
            yield from self.screen.query(part)
        yield self.screen

    async def discover(self) -> Hits:
        """Yield every command, with a score for its place: what is looked for first comes first."""
        for name, tooltip, run in self._commands():
            yield Hit(_score(name), self._line(Content(name), tooltip), run, text=name)

    async def search(self, query: str) -> Hits:
        """Yield the commands whose name or tooltip matches."""
        matcher = self.matcher(query)
        for name, tooltip, run in self._commands():
            score = max(matcher.match(name), matcher.match(tooltip) / 2)
            if score > 0:
                yield Hit(score, self._line(matcher.highlight(name), tooltip), run, text=name)

    def _line(self, name: Content, tooltip: str) -> Content:
        """Return name and tooltip on one line, the tooltip cut where it does not fit."""
        width = self.app.size.width - _BORDERS
        does = Content.styled(tooltip, "not bold $text-muted")
        line = name.pad_right(max(2, _NAMES - name.cell_length)) + does
        return line.truncate(max(width, name.cell_length), ellipsis=True)


def _score(name: str) -> float:
    """Return a number that is the higher, the earlier people look for the command."""
    plain = name.rpartition(" (")[0] or name
    for place, first in enumerate(_FIRST):
        if plain == first or plain.startswith(f"{first} "):
            return 2 - place / len(_FIRST)
    is_movement = plain in _MOVEMENTS or plain.startswith("Tag ")
    return 0.1 if is_movement else 0.5
