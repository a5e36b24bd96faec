"""Cut Markdown source into pieces that are parsed one by one.

The first screenful never waits for the rest, and the time to parse a piece is bounded. Each line
is examined once; its content is left to the parser.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import NamedTuple

from reader.ui.prose.blocks import MOST_COLUMNS, Block, Chunk, Kind, chunks, is_too_long

MOST_ROWS_AHEAD = 3_000
"""Rows of a long table that are measured to find the widths of its columns."""

CHARACTERS_AT_END = 8_000
"""Characters of its last rows, which are measured as well: counters grow longer."""

MOST_DEFINITIONS = 2_000
MOST_DEFINITION_LINES = 10_000
"""Lines that are examined for being a definition."""

_BLANK_LINES = re.compile(r"[ \t\n]*\n")
_MARKS = re.compile(r"[*_`\[<&\\~]")
_DEFINITION = re.compile(
    r"^ {0,3}\[(?P<label>(?!\^)[^\[\]\n]{1,200})\]:[ \t]*"
    r"(?P<url>(?=<|[/#]|www\.|mailto:|[A-Za-z][A-Za-z0-9+.-]{0,30}://)(?:<[^<>\n]*>|[^\s<]\S*+))"
    r"(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?[ \t]*$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A block of the source, or a part of a long one that means the same when parsed alone.

    `start`: offset of its own text in the whole. `source` may begin with `repeated` lines of an
    earlier part: the opening of a fence, the head of a table. `joined`: it continues the piece
    before, after `gap` blank lines, which are code if `is_code`. `plain`: it must not be parsed.
    `number`: of its first item, if the list continues counting.
    """

    source: str
    start: int
    repeated: int = 0
    joined: bool = False
    gap: int = 0
    is_code: bool = False
    plain: bool = False
    number: int | None = None
    columns: tuple[int, ...] = ()
    """Longest cell of each column below, where a table is cut for the first time."""

    def offsets(self) -> list[int]:
        """Return the offset of each line in the whole text; `start` for repeated lines."""
        offsets, at = [], self.start
        for number, line in enumerate(self.source.split("\n")):
            offsets.append(at)
            if number >= self.repeated:
                at += len(line) + 1
        return offsets


class Definitions(NamedTuple):
    """The reference links of a text (`[label]: https://…`)."""

    urls: Mapping[str, str]
    """URLs by the normal form of their label."""
    end: int
    """Offset after which lines are not taken for definitions."""


NO_DEFINITIONS = Definitions({}, 0)


def definitions(text: str) -> Definitions:
    """Find the reference links.

    Only what can be a link counts: `[BTC]: 100k` is text. The first of a label wins.
    """
    found: dict[str, str] = {}
    taken = 0
    for looked_at, line in enumerate(_lines_with(text, "]:")):
        if looked_at == MOST_DEFINITION_LINES or taken == MOST_DEFINITIONS:
            return Definitions(found, line)
        if match := _DEFINITION.match(text, line):
            found.setdefault(normal_label(match["label"]), match["url"].strip("<>"))
            taken += 1
    return Definitions(found, len(text))


def may_define(line: str) -> bool:
    """Return whether a line may be a reference link."""
    return "]:" in line and _DEFINITION.match(line) is not None


def _lines_with(text: str, mark: str) -> Iterator[int]:
    """Yield the start of each line that contains `mark`."""
    at = text.find(mark)
    while at >= 0:
        yield text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        at = text.find(mark, end) if end >= 0 else -1


def normal_label(label: str) -> str:
    """Return the form in which CommonMark compares labels."""
    return " ".join(label.split()).lower().upper()


def pieces(
    text: str,
    defined: Definitions = NO_DEFINITIONS,
    first: int = 0,
    end: int | None = None,
    block: Block | None = None,
) -> Iterator[Piece]:
    """Yield the pieces in order.

    Together they hold every line except blank ones between blocks and the definitions in `defined`.

    text: with `\\n` as newline. first, end: the part of it to cut. block: the block that it begins
    in, as in `Section.block`.
    """
    for chunk in text_chunks(text, defined, first, len(text) if end is None else end, block):
        yield _piece(text, chunk)


def text_chunks(
    text: str, defined: Definitions, first: int, end: int, block: Block | None = None
) -> Iterator[Chunk]:
    """Yield the chunks that the pieces are made of."""

    def is_definition(at: int, line_end: int) -> bool:
        if at >= defined.end or text.find("]:", at, line_end) < 0:
            return False
        match = _DEFINITION.match(text, at, line_end)
        return match is not None and normal_label(match["label"]) in defined.urls

    return chunks(text, first, end, is_definition, block)


def _piece(text: str, chunk: Chunk) -> Piece:
    block, start, end = chunk
    plain = is_too_long(block, text, start, end)
    head = block.head if block.joined and not plain else ""
    is_cut = chunk.is_first_of_many and block.kind is Kind.TABLE and block.columns <= MOST_COLUMNS
    return Piece(
        source=head + text[start:end].rstrip("\n"),
        start=start,
        repeated=head.count("\n"),
        joined=block.joined,
        gap=block.lines_between,
        is_code=block.is_code,
        plain=plain,
        number=block.number,
        columns=_columns_below(text, end, block.end) if is_cut else (),
    )


def _lines(text: str, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, str]]:
    """Yield the offset and text of each line; successive blank lines as one."""
    stop = len(text) if stop is None else stop
    while start < stop:
        blank = _BLANK_LINES.match(text, start)
        end = blank.end() if blank else text.find("\n", start) + 1 or len(text)
        yield start, text[start:end]
        start = end


def _columns_below(text: str, start: int, end: int) -> tuple[int, ...]:
    """Return the longest cell of each column, in characters, marks not counted.

    Measures the first rows from `start` on and the last rows before `end`.
    """
    widths: list[int] = []
    last = max(start, text.find("\n", max(start, end - CHARACTERS_AT_END), end) + 1)
    first_rows = islice(_lines(text, start, end), MOST_ROWS_AHEAD)
    for _, line in chain(first_rows, _lines(text, last, end)):
        if not line.isspace() and "\\" not in line and "`" not in line:
            cells = (cell.strip() for cell in line.strip().strip("|").split("|"))
            lengths = (0 if _MARKS.search(cell) else len(cell) for cell in cells)
            longest = zip_longest(widths, lengths, fillvalue=0)
            widths = [max(pair) for pair in longest]
    return tuple(widths)
