"""Write blocks of Markdown in sequence, within the quotes and lists that are open.

Knows nothing about HTML, and only the text of a line.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

MOST_OPEN = 12
"""Maximum depth of quotes and items; deeper ones are written without their signs."""

_INDENT = "  "
_MOST_GROWTH = 4
"""Maximum growth: a quote's sign is on every line, so that nesting may multiply a text."""


@dataclass(slots=True, eq=False)
class List:
    """A list being written. number: of the next item, if the list is numbered."""

    numbered: bool = False
    number: int = 1
    delimiter: str = ""
    """The sign that its items share, once the first is written."""


@dataclass(slots=True, eq=False)
class _Container:
    """A quote, an item of a list, or an indent."""

    rest: str
    """Text before each line but the first."""
    marker: str = ""
    of: List | None = None
    label: str = ""
    """An item's number, if Markdown would count differently."""
    is_written: bool = False


@dataclass(slots=True, eq=False)
class Blocks:
    """The Markdown so far. size: of the source, which limits the size of the Markdown."""

    size: int = 0
    _lines: list[str] = field(default_factory=list)
    _open: list[_Container] = field(default_factory=list)
    _last: list[_Container] = field(default_factory=list)
    """Containers that were open around the last block."""
    _left: int = 0
    _last_is_paragraph: bool = False
    _unopened: int = 0

    def __post_init__(self) -> None:
        self._left = _MOST_GROWTH * self.size + 1000

    @property
    def is_full(self) -> bool:
        """Return whether the Markdown is far longer than the source."""
        return self._left < 0

    @property
    def is_in_item(self) -> bool:
        """Return whether the innermost container is an item."""
        return bool(self._open) and self._open[-1].of is not None

    def open_quote(self) -> None:
        """Open a quote."""
        self._push(_Container("> ", "> "))

    def open_indent(self) -> None:
        """Open an indent for what belongs to the last item, but is outside of it in the source."""
        self._push(_Container(_INDENT, _INDENT))

    def open_item(self, a_list: List, label: str = "") -> None:
        """Open an item of a list; label: its number as text."""
        self._push(_Container("", of=a_list, label=label))

    def close(self) -> None:
        """Close the innermost container."""
        if self._unopened:
            self._unopened -= 1
            return
        closed = self._open[-1]
        if closed.of is not None and closed.of.numbered and not closed.is_written:
            self.add([""])  # an item without text counts
        self._open.pop()

    def _push(self, container: _Container) -> None:
        if len(self._open) >= MOST_OPEN or self._unopened:
            self._unopened += 1
        else:
            self._open.append(container)

    def add(self, lines: Sequence[str], *, is_paragraph: bool = True) -> None:
        """Append one block. Its lines must not contain line ends."""
        if not self._open and not self._last:
            self._add_outside(lines)
            return
        if self.is_full:
            self._open, self._unopened = [], self._unopened + len(self._open)
        for depth, container in enumerate(self._open):
            if container.of is not None and not container.is_written:
                self._choose_marker(container, container.of, depth)
        common = self._common()
        if self._lines and not self._is_tight(common, is_paragraph):
            self._append("".join(each.rest for each in self._open[:common]).rstrip())
        for line in lines:
            before = "".join(_before(each) for each in self._open)
            self._append(before + line if line else before.rstrip())
        self._last = list(self._open)
        self._last_is_paragraph = is_paragraph

    def _add_outside(self, lines: Sequence[str]) -> None:
        """Append a block outside of quotes and lists."""
        if self._lines:
            self._append("")
        for line in lines:
            self._append(line)

    def text(self) -> str:
        """Return the Markdown."""
        return "\n".join(self._lines)

    def _append(self, line: str) -> None:
        self._lines.append(line)
        self._left -= len(line) + 1

    def _common(self) -> int:
        """Return how many containers the last block and the next one share."""
        count = 0
        for old, new in zip(self._last, self._open, strict=False):
            if old is not new:
                break
            count += 1
        return count

    def _is_tight(self, common: int, is_paragraph: bool) -> bool:
        """Return whether the next block follows without a blank line."""
        if common == len(self._open):
            return False
        begun = self._open[common]
        within_item = common > 0 and self._open[common - 1].of is not None
        if begun.marker == _INDENT and common + 1 < len(self._open):
            begun, within_item = self._open[common + 1], True
        elif common < len(self._last) and begun.of is not None:
            return self._last[common].of is begun.of
        if begun.of is None:
            return False
        interrupts = not begun.of.numbered or begun.marker.startswith("1")
        return within_item and self._last_is_paragraph and is_paragraph and interrupts

    def _choose_marker(self, item: _Container, of: List, depth: int) -> None:
        if not of.delimiter:
            of.delimiter = self._delimiter(of, depth)
        if not of.numbered:
            item.marker, item.rest = f"{of.delimiter} ", "  "
            if item.label:
                item.marker += f"{item.label} "
                item.rest = " " * len(item.marker)
            return
        item.marker = f"{of.number}{of.delimiter} "
        item.rest = " " * len(item.marker)
        of.number += 1

    def _delimiter(self, of: List, depth: int) -> str:
        """Return a delimiter that differs from that of an adjacent list, which would merge."""
        usual, other = ".)" if of.numbered else "-*"
        if depth >= len(self._last) or self._last[:depth] != self._open[:depth]:
            return usual
        before = self._last[depth].of
        if before is None or before is of or before.numbered != of.numbered:
            return usual
        return other if before.delimiter == usual else usual


def _before(container: _Container) -> str:
    if container.is_written:
        return container.rest
    container.is_written = True
    return container.marker
