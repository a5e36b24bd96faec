"""Read back the painted screen: rows of the list, cursor, tag bar, status line, open article.

Both drivers give lines of text; this module knows where things stand in them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tests.model.archive import CODE

_HEADING = re.compile(
    r"^[✓ ]((?:  )*)([▾▸─]) (?:[▲▼■·⚑] )?"
    r"(.+?)(?: +▲(\d+))?(?: +▼(\d+))?(?: +\+\d+)? +(\d+)/(\d+)(?= |$)"
)
_ARTICLE = re.compile(r"^([▌✓ ])\s*(•?)[\s~▲▼■·]*([eufn]\d{4})\b(.*)")
_NUMBERS = re.compile(r"([\d,]+) unread · (?:([\d,]+) of )?([\d,]+) articles")
_DIGIT = re.compile(r"(?:│|  )\s?([1-9]) ([+−]?)(.+?)(?: (\d+))?(?=  [1-9] | …|$)")
NARROWEST_LIST = 20
"""In columns: codes further right are in the reading pane."""


_HINTS = {"Space read on  j k move": "list", "Space read on  j k scroll": "pane"}
"""What the key line begins with, and the pane that has the keys."""

_SELECTED = re.compile(r"(\d+) selected")
_SEARCH = re.compile(r" (in this article )?/ ")


def is_searching(lines: Sequence[str]) -> bool:
    """Whether the search line is open: it is above the last line."""
    return len(lines) > 3 and _SEARCH.match(lines[-2]) is not None


@dataclass(frozen=True, slots=True)
class Painted:
    """A picture of the screen. Rows and columns count from 0.

    list_area: left, top, width and height of the list, None while it is hidden. Its width may be
    that of the screen where the driver cannot tell.
    """

    lines: tuple[str, ...]
    list_area: tuple[int, int, int, int] | None
    cursor_y: int | None
    opened: str | None = None
    """The code of the open article where the driver knows more than is painted, else None."""
    listed: tuple[str, ...] | None = None
    """The codes of the whole list, newest first, where the driver knows more than is painted."""

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines)


class SeenRow(NamedTuple):
    """A painted row of the list: an article has a code, a heading a label and counts."""

    y: int
    code: str = ""
    unread: bool = False
    opened: bool = False
    selected: bool = False
    rest: str = ""
    label: str = ""
    depth: int = 0
    is_open: bool = False
    is_divider: bool = False
    """Always open."""
    counts: tuple[int, int] = (0, 0)
    moods: tuple[int, int] | None = None
    """How many are positive and negative, where it is said."""

    @property
    def name(self) -> str:
        return self.code or self.label


class Seen:
    """The parts of a picture."""

    def __init__(self, painted: Painted) -> None:
        self.painted = painted
        self.lines = painted.lines
        self.height, self.width = len(painted.lines), len(painted.lines[0])
        self.rows = list(self._rows())
        self.cursor = next((row for row in self.rows if row.y == painted.cursor_y), None)
        bottom = self.lines[-1].strip()
        self.focus = next((pane for hint, pane in _HINTS.items() if bottom.startswith(hint)), None)
        above = 3 if is_searching(self.lines) else 2
        self.status = self.lines[-above].rstrip() if self.height >= above else ""

    def _rows(self) -> Iterator[SeenRow]:
        if self.painted.list_area is None:
            return
        x, top, width, height = self.painted.list_area
        for y in range(top, top + height):
            line = self.lines[y][x : x + width]
            if found := _HEADING.match(line):
                indent, arrow, label, up, down, unread, total = found.groups()
                yield SeenRow(
                    y,
                    label=label,
                    depth=len(indent) // 2,
                    is_open=arrow != "▸",
                    is_divider=arrow == "─",
                    counts=(int(unread), int(total)),
                    moods=(int(up or 0), int(down or 0)) if up or down else None,
                )
            elif found := _ARTICLE.match(line):
                mark, bullet, code, rest = found.groups()
                if found.start(3) < NARROWEST_LIST:
                    yield SeenRow(y, code, bool(bullet), mark == "▌", mark == "✓", rest)

    @property
    def numbers(self) -> tuple[int, int, int] | None:
        """Unread, shown and total of the status line; None where a message covers them."""
        found = _NUMBERS.search(self.status)
        if not found:
            return None
        unread, shown, total = (int(n.replace(",", "")) if n else -1 for n in found.groups())
        return unread, total if shown < 0 else shown, total  # "of" is left out where all are shown

    @property
    def selected(self) -> int | None:
        """How many rows are selected, as far as the status line says it."""
        found = _SELECTED.search(self.status)
        return int(found[1]) if found else None

    @property
    def digits(self) -> dict[str, int]:
        """The tags of the bar, folded, and their digits."""
        _, _, tags = self.lines[0].rstrip().partition("│")
        return {name.casefold(): int(d) for d, _, name, _ in _DIGIT.findall("│" + tags)}

    def column_of(self, digit: int) -> int:
        """Where the name of that digit's tag begins in the bar."""
        found = next(each for each in _DIGIT.finditer(self.lines[0]) if each[1] == str(digit))
        return found.start(3)

    @property
    def chips(self) -> list[str]:
        """The chips, as far as the bar has room for them."""
        chips, _, _ = self.lines[0].partition("│")
        return [] if "all articles" in chips else chips.rstrip(" …").strip().split("   ")

    def codes_in_pane(self, is_list_hidden: bool) -> set[str]:
        """Codes painted in the reading pane."""
        start = 0 if is_list_hidden else NARROWEST_LIST
        return {each[0] for line in self.lines[1:-2] for each in CODE.finditer(line, start)}
