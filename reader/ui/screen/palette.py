"""All actions by name, for the help page and the command palette."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import NamedTuple, Protocol, runtime_checkable

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.command import Hit, Hits, Provider
from textual.content import Content
from textual.types import IgnoreReturnCallbackType
from textual.widget import Widget

from reader.config.commands import OwnCommand
from reader.i18n import ENGLISH, _, spoken
from reader.ui.briefing.pane import BriefingPane
from reader.ui.modals.help import HelpGroup
from reader.ui.reading.pane import ReadingPane
from reader.ui.screen.key_names import key_names
from reader.ui.screen.keys import READER_KEYS
from reader.ui.screen.listing import GROUP_COMMANDS
from reader.ui.sidebar.widget import Sidebar

_PARTS = (
    (_("List"), Sidebar),
    (_("Reading pane"), ReadingPane),
    (_("Briefing"), BriefingPane),
)

_FIRST = (
    *("search", "group-by", "view", "save-view", "theme", "briefing", "mood", "sync", "sources"),
    *("copy-link", "copy-markdown", "export", "all-tags", "next-language", "undo", "help"),
)
"""Ids of what is looked for first, or the beginnings of their ids, in this order."""

_NAMES, _MOST, _BORDERS = 30, 40, 10
"""Cells of a name with the gap behind it, at least and at most, and of what is beside a line of the
palette."""

PALETTE_CLOSES_S = 0.1
"""How long a picture of the screen waits, so that it does not show the palette."""


class _Command(NamedTuple):
    """An action of the palette. id: its English name, with hyphens.

    is_last: it is usually done by a single key, as moving and the tags by number are.
    """

    id: str
    name: str
    does: str
    run: IgnoreReturnCallbackType
    is_last: bool = False


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


_AS_ELSEWHERE = frozenset(
    f"briefing.{name}"
    for name in (
        *("down", "up", "top", "bottom", "page-down", "page-up"),
        *("half-page-down", "half-page-up"),
    )
)
"""Bindings that the help leaves out: they are those of the list, for the same."""


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
            if binding.id in _AS_ELSEWHERE and binding.id not in keymap:
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
    return [("1 … 9", _("Tag of that number: include, exclude, off")), *rows[len(digits) :]]


class ReaderCommands(Provider):
    """Offers the actions of the main screen by name."""

    def _commands(self) -> Iterator[_Command]:
        """Yield the commands of the user, of the parts on the screen, and of the views."""
        screen = self.screen
        if not isinstance(screen, HasKeys):
            return
        for own in screen.own_commands:
            key = f" ({key_names(own.key)})" if own.key else ""
            run = partial(self.screen.run_action, f"own_command({own.name!r})")
            yield _Command(own.name, f"{own.name}{key}", " ".join(own.command), run)
        choose = self.app.action_change_theme
        yield _Command("theme", _("Theme"), _("Choose the colours"), choose)
        keymap, at_present = screen.keymap, screen.keys_at_present
        for node in self._nodes():
            for binding in _bindings(READER_KEYS if node is self.screen else node.BINDINGS):
                run = partial(node.run_action, binding.action)
                keys = key_names(keymap.get(binding.id or "", binding.key))
                does = at_present.get(binding.id or "", binding.tooltip)
                id = (binding.id or "").partition(".")[2]
                is_last = node is not self.screen or id.startswith("tag-")
                yield _Command(id, f"{binding.description} ({keys})", does, run, is_last)
        for name, query in screen.views.items():
            does = query or _("Everything, without a filter")
            show = partial(screen.action_open_view, name)
            yield _Command(f"view-{name}", _("View {name}").format(name=name), does, show)
        yield from self._groupings()
        save = partial(self.app.set_timer, PALETTE_CLOSES_S, self.app.deliver_screenshot)
        does = _("Save an SVG 'screenshot' of the current screen")
        yield _Command("screenshot", _("Screenshot"), does, save, is_last=True)

    def _groupings(self) -> Iterator[_Command]:
        """Yield a command for each way to group the list."""
        for grouping, (name, tooltip) in GROUP_COMMANDS.items():
            run = partial(self.screen.run_action, f"group_by('{grouping}')")
            yield _Command(f"group-by-{grouping}", name, tooltip, run)

    def _nodes(self) -> Iterator[Widget]:
        for _title, part in _PARTS:
            yield from self.screen.query(part)
        yield self.screen

    async def discover(self) -> Hits:
        """Yield every command, with a score for its place: what is looked for first comes first."""
        commands = list(self._commands())
        cells = _cells(commands)
        for each in commands:
            line = self._line(Content(each.name), each.does, cells)
            yield Hit(_score(each), line, each.run, text=each.name)

    async def search(self, query: str) -> Hits:
        """Yield the commands whose name, in the user's language or in English, or tooltip match."""
        matcher = self.matcher(query)
        commands = list(self._commands())
        cells = _cells(commands)
        for each in commands:
            names = (each.name,) if spoken() == ENGLISH else (each.name, each.id.replace("-", " "))
            score = max(*map(matcher.match, names), matcher.match(each.does) / 2)
            if score > 0:
                line = self._line(matcher.highlight(each.name), each.does, cells)
                yield Hit(score, line, each.run, text=each.name)

    def _line(self, name: Content, does: str, cells: int) -> Content:
        """Return name and tooltip on one line, the tooltip cut where it does not fit.

        cells: of a name with the gap behind it.
        """
        width = self.app.size.width - _BORDERS
        tooltip = Content.styled(does, "not bold $text-muted")  # not shown
        line = name.pad_right(max(2, cells - name.cell_length)) + tooltip
        return line.truncate(max(width, name.cell_length), ellipsis=True)


def _cells(commands: Sequence[_Command]) -> int:
    """Return the cells of a column that has room for most names, and the gap behind it."""
    longest = max((cell_len(each.name) for each in commands), default=0) + 2
    return min(max(_NAMES, longest), _MOST)


def _score(command: _Command) -> float:
    """Return a number that is the higher, the earlier people look for the command."""
    for place, first in enumerate(_FIRST):
        if command.id == first or command.id.startswith(f"{first}-"):
            return 2 - place / len(_FIRST)
    return 0.1 if command.is_last else 0.5
