"""Cuts Markdown source into pieces that are parsed one by one, so that the first screenful never
waits for the rest and no piece costs the parser more than a known amount of time.

Lines of source are looked at here, once each; what stands in them is the parser's business.
"""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import islice, zip_longest

SPLIT_CHARACTERS = 4_000
SPLIT_LINES = 60
SPLIT_CELLS = 150
"""From here on a list, a table or code is cut where it does not show."""

MOST_CHARACTERS = 16_000
MOST_LINES = 250
MOST_COLUMNS = 100
"""More in one block that cannot be cut is not parsed: it would take 50 ms and up."""

MOST_ROWS_AHEAD = 3_000
"""Of a long table, that are looked at to tell how wide its columns are."""

MOST_DEFINITIONS = 2_000
MOST_DEFINITION_LINES = 10_000
"""Lines that look like one at first sight and are looked at."""

_BLANK_LINES = re.compile(r"[ \t\n]*\n")
HEADING = re.compile(r"#{1,6}(?:[ \t]|$)")
FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_MARKER = re.compile(r" {0,3}(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)")
_INTERRUPTION = re.compile(r" {0,3}(?:>|(?:[-+*]|1[.)])[ \t]+[^ \t\n])")
_MARKS = re.compile(r"[*_`\[<&\\~]")
_TABLE_RULE = re.compile(r" {0,3}(?=[|:-])[ \t|:-]*$")
_DEFINITION = re.compile(
    r"^ {0,3}\[(?P<label>(?!\^)[^\[\]\n]{1,200})\]:[ \t]*"
    r"(?P<url>(?=<|[/#]|www\.|mailto:|[A-Za-z][A-Za-z0-9+.-]{0,30}://)(?:<[^<>\n]*>|[^\s<]\S*+))"
    r"(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?[ \t]*$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A block of the source, or a part of a long one that means the same when parsed alone.

    `start`: offset of its own text in the whole. `source` may begin with `repeated` lines that an
    earlier part had already: the opening of a fence, the head of a table. `joined`: it goes on
    from the piece before, across a blank line where `gap`. `plain`: it must not be parsed.
    """

    source: str
    start: int
    repeated: int = 0
    joined: bool = False
    gap: bool = False
    plain: bool = False
    columns: tuple[int, ...] = ()
    """Of a table that is cut here for the first time: the longest cell of each column below."""

    def offsets(self) -> list[int]:
        """Where each line of `source` begins in the whole; the repeated ones at `start`."""
        offsets, at = [], self.start
        for number, line in enumerate(self.source.split("\n")):
            offsets.append(at)
            if number >= self.repeated:
                at += len(line) + 1
        return offsets


def definitions(text: str) -> Mapping[str, str]:
    """URLs of the reference links (`[label]: https://…`) by the normal form of their label.

    Only what can be a link counts: `[BTC]: 100k` is text. The first of a label wins.
    """
    found: dict[str, str] = {}
    for line in islice(_lines_with(text, "]:"), MOST_DEFINITION_LINES):
        if match := _DEFINITION.match(text, line):
            found.setdefault(normal_label(match["label"]), match["url"].strip("<>"))
            if len(found) == MOST_DEFINITIONS:
                break
    return found


def _lines_with(text: str, mark: str) -> Iterator[int]:
    """Where each line begins in which `mark` stands."""
    at = text.find(mark)
    while at >= 0:
        yield text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        at = text.find(mark, end) if end >= 0 else -1


def normal_label(label: str) -> str:
    """The form in which CommonMark compares labels."""
    return " ".join(label.split()).lower().upper()


def pieces(
    text: str, defined: Container[str] = (), first: int = 0, end: int | None = None
) -> Iterator[Piece]:
    """The pieces in order, one at a time. Together they hold every line, except for the blank
    ones between blocks and the definitions of the labels in `defined`, in their normal form.
    `text`: its newlines are `\\n`. `first`, `end`: the part of it that is meant (see
    `prose_sections`)."""
    block = _Block()
    dropped = 0
    for start, line in _lines(text, first, end):
        if line.isspace():
            block.add_blank(line)
            continue
        if block.ends_before(line):
            yield from block.pieces()
            block = _Block()
        elif block.can_be_cut_before(line):
            yield from block.pieces(_columns_below(text, start) if block.has_columns else ())
            block = block.rest()
        if block.is_new and dropped < MOST_DEFINITIONS and _defines(line, defined):
            dropped += 1
            continue
        block.add(start, line)
    yield from block.pieces()


def _lines(text: str, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, str]]:
    """Each line, but blank ones that follow one another together."""
    stop = len(text) if stop is None else stop
    while start < stop:
        blank = _BLANK_LINES.match(text, start)
        end = blank.end() if blank else text.find("\n", start) + 1 or len(text)
        yield start, text[start:end]
        start = end


def _columns_below(text: str, start: int) -> tuple[int, ...]:
    """Characters of the longest cell in each column of the rows from `start` on, as far as they
    hold no marks: those take no room."""
    widths: list[int] = []
    for _, line in islice(_lines(text, start), MOST_ROWS_AHEAD):
        if line.isspace():
            break
        if _MARKS.search(line) is None:
            cells = line.strip().strip("|").split("|")
            longest = zip_longest(widths, (len(cell.strip()) for cell in cells), fillvalue=0)
            widths = [max(pair) for pair in longest]
    return tuple(widths)


def _defines(line: str, defined: Container[str]) -> bool:
    if "]:" not in line or not (match := _DEFINITION.match(line.rstrip("\n"))):
        return False
    return normal_label(match["label"]) in defined


class _Kind(Enum):
    PARAGRAPH = auto()
    LIST = auto()
    QUOTE = auto()
    TABLE = auto()
    FENCE = auto()
    CODE = auto()
    COMPLETE = auto()
    """A heading, or a fence that was closed: no line can go on with it."""


@dataclass(slots=True)
class _Block:
    """The block that is being read, or what is left of it after a cut."""

    kind: _Kind = _Kind.PARAGRAPH
    start: int = 0
    lines: list[str] = field(default_factory=list)
    size: int = 0
    after_blank: bool = False
    fence: str = ""
    """The marks that opened it."""
    indent: int = 0
    """Of a list's first marker: an item that is indented more belongs to a list within."""
    columns: int = 0
    head: list[str] = field(default_factory=list)
    """What every part of it has to begin with."""
    joined: bool = False
    gap: bool = False
    plain: bool = False

    @property
    def is_new(self) -> bool:
        return not self.lines and not self.joined

    @property
    def has_columns(self) -> bool:
        return self.kind is _Kind.TABLE and not self.joined and self.columns <= MOST_COLUMNS

    def rest(self) -> "_Block":
        return _Block(
            kind=self.kind,
            fence=self.fence,
            indent=self.indent,
            columns=self.columns,
            head=self.head,
            joined=True,
            gap=self.after_blank,
            plain=self.plain or self._is_over(MOST_CHARACTERS, MOST_LINES),
        )

    def add_blank(self, line: str) -> None:
        if self.lines:
            self.lines.append(line)
            self.size += len(line)
            self.after_blank = True

    def add(self, start: int, line: str) -> None:
        if not self.lines:
            self.start = start
            if not self.joined:
                self._begin(line)
        elif self.kind is _Kind.FENCE and self._closes_fence(line):
            self.kind = _Kind.COMPLETE
        elif len(self.lines) == 1 and self._makes_table(line):
            self.kind = _Kind.TABLE
            self.head = [self.lines[0], line]
            self.columns = line.count("|") + 1
        self.lines.append(line)
        self.size += len(line)
        self.after_blank = False

    def _begin(self, line: str) -> None:
        if fence := FENCE.match(line):
            self.kind, self.fence, self.head = _Kind.FENCE, fence[1], [line]
        elif HEADING.match(line):
            self.kind = _Kind.COMPLETE
        elif _indent(line) >= 4:
            self.kind = _Kind.CODE
        elif line.lstrip(" ").startswith(">"):
            self.kind = _Kind.QUOTE
        elif _MARKER.match(line):
            self.kind, self.indent = _Kind.LIST, _indent(line)

    def _closes_fence(self, line: str) -> bool:
        mark = line.strip()
        return mark.startswith(self.fence) and not mark.strip(self.fence[0]) and _indent(line) < 4

    def _makes_table(self, line: str) -> bool:
        return (
            self.kind is _Kind.PARAGRAPH
            and not self.joined
            and "|" in self.lines[0]
            and _TABLE_RULE.match(line) is not None
        )

    def ends_before(self, line: str) -> bool:
        """Whether `line`, which is not blank, begins another block. In doubt it does not."""
        if not self.lines or self.kind is _Kind.FENCE:
            return False
        if self.kind is _Kind.CODE:
            return _indent(line) < 4
        if self.kind is _Kind.LIST and (_indent(line) > 0 or _MARKER.match(line)):
            return False
        if self.kind is _Kind.COMPLETE or self.after_blank:
            return True
        if HEADING.match(line) or FENCE.match(line):
            return True
        may_be_lazy = self.kind in (_Kind.LIST, _Kind.QUOTE)
        return not may_be_lazy and _INTERRUPTION.match(line) is not None

    def can_be_cut_before(self, line: str) -> bool:
        if self._is_over(MOST_CHARACTERS, MOST_LINES):
            return True
        too_many_cells = self.columns * len(self.lines) > SPLIT_CELLS
        if not too_many_cells and not self._is_over(SPLIT_CHARACTERS, SPLIT_LINES):
            return False
        if self.kind is _Kind.LIST:
            return _indent(line) <= self.indent and _MARKER.match(line) is not None
        return self.plain or self.kind in (_Kind.TABLE, _Kind.FENCE, _Kind.CODE)

    def _is_over(self, characters: int, lines: int) -> bool:
        return self.size > characters or len(self.lines) >= lines

    def pieces(self, columns: tuple[int, ...] = ()) -> Iterator[Piece]:
        """The piece that was read, none where nothing was."""
        if not self.lines:
            return
        plain = self._has_to_be_plain()
        head = self.head if self.joined and not plain else []
        yield Piece(
            source="".join(head + self.lines).rstrip("\n"),
            start=self.start,
            repeated=len(head),
            joined=self.joined,
            gap=self.gap,
            plain=plain,
            columns=columns,
        )

    def _has_to_be_plain(self) -> bool:
        return (
            self.plain or self.columns > MOST_COLUMNS or self._is_over(MOST_CHARACTERS, MOST_LINES)
        )


def _indent(line: str) -> int:
    """Columns before the text; four for a tab."""
    before = line[: len(line) - len(line.lstrip(" \t"))]
    return len(before) + 3 * before.count("\t")
