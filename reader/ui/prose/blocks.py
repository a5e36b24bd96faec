"""Find where a block of Markdown source ends, and where a long one is cut.

Nothing is parsed: regular expressions run over many lines at once, so that the parts of the longest
block are found in some 10 ms. `pieces` and `sections` both use these results, so a part that is
laid out alone looks as it does in the whole.
"""

import re
from collections.abc import Callable, Iterator
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

SPLIT_CHARACTERS = 4_000
SPLIT_LINES = 60
SPLIT_CELLS = 150
"""Cut lists, tables and code that are longer than this where the cut does not show."""

JOINED = 2
"""Factor on the lines of a list in parts after the first one; squared for a table."""

MOST_CHARACTERS = 16_000
MOST_LINES = 250
MOST_COLUMNS = 100
"""A block that cannot be cut and has more is not parsed: it would take 50 ms and up."""

HEADING = re.compile(r"#{1,6}(?:[ \t]|$)")
FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_INTERRUPTION = re.compile(r" {0,3}(?:>|(?:[-+*]|1[.)])[ \t]+[^ \t\n])")
_TABLE_RULE = re.compile(r" {0,3}(?=[|:-])[ \t|:-]*$")
MARKER = re.compile(r" {0,3}(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)")

# The same patterns over many lines. Each begins with a newline, which is found fast.
_BLANK = r"[ \t]*+\n"
_HEADING = r"(?=#{1,6}(?:[ \t\n]|\Z))"
_FENCE = r"(?= {0,3}(?:~~~|`{3,}+[^`\n]*+(?:\n|\Z)))"
_NOT_BLANK = r"(?![ \t]*+(?:\n|\Z))"


_LONGEST_WORD = 400
_SPACE = re.compile(r"\s+(?=\S)")


class Kind(Enum):
    """The kind of a block, by its first two lines."""

    PARAGRAPH = auto()
    LIST = auto()
    QUOTE = auto()
    TABLE = auto()
    FENCE = auto()
    CODE = auto()
    HEADING = auto()


_ENDS = {
    Kind.PARAGRAPH: re.compile(
        rf"\n(?=[\s#`~>+*1-])(?:{_BLANK}|{_HEADING}|{_FENCE}"
        r"|(?= {0,3}(?:>|(?:[-+*]|1[.)])[ \t]++[^ \t\n])))"
    ),
    Kind.QUOTE: re.compile(rf"\n(?=[\s#`~])(?:{_BLANK}|{_HEADING}|{_FENCE})"),
    Kind.LIST: re.compile(
        rf"\n(?=[\s#`~])(?:{_HEADING}|(?=\S){_FENCE}"
        rf"|{_BLANK}(?=[^ \t\n])(?!(?:[-+*]|\d{{1,9}}[.)])(?:[ \t\n]|\Z)){_NOT_BLANK})"
    ),
    Kind.CODE: re.compile(rf"\n(?= {{0,3}}[^ \t\n]){_NOT_BLANK}"),
    Kind.HEADING: re.compile(r"\n"),
}
_ENDS[Kind.TABLE] = _ENDS[Kind.PARAGRAPH]
"""Patterns of the end of a block, by kind: the line after it, or a blank line before that."""

_BLANKS = re.compile(rf"(?:{_BLANK}\n*+)*+(?:[ \t]*+\Z)?")


class Block(NamedTuple):
    """A block, or the rest of it after a cut.

    `start`, `end`: offsets of the whole block, with blank lines below it. `head`: text that every
    part of it must begin with. `indent`: of a list's first marker. `joined`: it continues after a
    cut, at which there were `gap` blank lines. `plain`: it must not be parsed. `number`: of the
    first item after the cut, if the list continues counting. `seen`: offset up to which the end was
    looked for, None if it is known; `end` is that of the text until then.
    """

    kind: Kind
    start: int
    end: int
    head: str = ""
    indent: int = 0
    columns: int = 0
    joined: bool = False
    gap: int = 0
    plain: bool = False
    number: int | None = None
    seen: int | None = None

    @property
    def is_code(self) -> bool:
        """Return whether the block is code that is shown as code."""
        return self.kind in (Kind.CODE, Kind.FENCE) and not self.plain

    @property
    def lines_between(self) -> int:
        """Return the number of blank lines shown at the cut; in code all of them."""
        return self.gap if self.is_code else min(self.gap, 1)


class Chunk(NamedTuple):
    """A block from cut to cut: its text from `start` to `end`."""

    block: Block
    start: int
    end: int

    @property
    def is_first_of_many(self) -> bool:
        """Return whether the block goes on after this chunk."""
        return not self.block.joined and self.end < self.block.end


def chunks(
    text: str,
    start: int,
    end: int,
    is_left_out: Callable[[int, int], bool],
    block: Block | None = None,
) -> Iterator[Chunk]:
    """Yield the chunks in order; if there is a cut at `end`, those of the whole text up to there.

    is_left_out: returns whether the line from one offset to another, at which a block would begin,
    belongs to none. block: the block that `start` is in, if any.
    """
    at = start
    while at < end:
        if block is None:
            at = _past_blank(text, at, len(text))
            if at >= end:
                return
            line_end = _line_end(text, at, len(text))
            if is_left_out(at, line_end):
                at = line_end
                continue
            block = _begun(text, at, line_end)
        block = _looked_ahead(block, text, at)
        stop = min(_cut(block, text, at), end)
        yield Chunk(block, at, stop)
        block = _rest(block, text, at, stop) if stop < block.end else None
        at = stop


def is_too_long(block: Block, text: str, start: int, end: int) -> bool:
    """Return whether parsing the block from `start` to `end` would take too long."""
    is_wide = block.columns > MOST_COLUMNS
    return block.plain or is_wide or _is_over(block, text, start, end)


def _is_over(block: Block, text: str, start: int, end: int) -> bool:
    if end - start > MOST_CHARACTERS:
        return True
    if block.kind in (Kind.TABLE, Kind.FENCE, Kind.CODE):
        return False
    return text.count("\n", start, end) >= MOST_LINES - 1 and _has_lines(
        text, start, end, MOST_LINES
    )


def _begun(text: str, at: int, line_end: int) -> Block:
    line, end = text[at:line_end], len(text)
    if FENCE.match(line):
        return Block(Kind.FENCE, at, end, line, seen=line_end)
    if HEADING.match(line):
        kind = Kind.HEADING
    elif _indent(line) >= 4:
        kind = Kind.CODE
    elif line.lstrip(" ").startswith(">"):
        kind = Kind.QUOTE
    elif MARKER.match(line):
        return Block(Kind.LIST, at, end, indent=_indent(line), seen=line_end)
    elif "|" in line and (rule := _rule_of_table(text, line_end, end)):
        # The last rows of a table are needed with the first.
        last = _behind(_ENDS[Kind.TABLE], text, line_end, end) or end
        return Block(Kind.TABLE, at, last, line + rule, columns=rule.count("|") + 1)
    else:
        kind = Kind.PARAGRAPH
    return Block(kind, at, end, seen=line_end)


def _looked_ahead(block: Block, text: str, at: int) -> Block:
    """Return the block with its end, if that is near enough to matter for the next cut."""
    if block.seen is None or block.seen >= _reach(text, at + 2 * MOST_CHARACTERS):
        return block
    limit = _reach(text, at + 8 * MOST_CHARACTERS)
    if block.kind is Kind.FENCE and (fence := FENCE.match(block.head)):
        last = _behind_fence(text, block.seen, limit, fence[1])
    else:
        last = _behind(_ENDS[block.kind], text, block.seen, limit)
    if last is not None or limit == len(text):
        return block._replace(end=last or len(text), seen=None)
    return block._replace(seen=limit)


def _reach(text: str, at: int) -> int:
    """Return the end of the line at that offset or, if it is blank, of the next one with text."""
    if at >= len(text):
        return len(text)
    return _line_end(text, _past_blank(text, at, len(text)), len(text))


def _rule_of_table(text: str, at: int, end: int) -> str:
    """Return the line at `at` if it separates the head of a table from its rows, else nothing."""
    line = text[at : _line_end(text, at, end)]
    is_rule = _TABLE_RULE.match(line) and not _INTERRUPTION.match(line)
    return line if is_rule else ""


def _behind(ends: re.Pattern[str], text: str, line_end: int, limit: int) -> int | None:
    """Return the earliest offset at which the next block may begin; None if it is not found."""
    found = ends.search(text, line_end - 1, limit)
    return _past_blank(text, found.end(), len(text)) if found else None


def _behind_fence(text: str, line_end: int, limit: int, marks: str) -> int | None:
    found = _closing(marks[0], len(marks)).search(text, line_end - 1, limit)
    if found is None:
        return None
    return _past_blank(text, _line_end(text, found.end(), len(text)), len(text))


@lru_cache
def _closing(mark: str, count: int) -> re.Pattern[str]:
    return re.compile(rf"\n(?= {{0,3}}{mark}{{{count},}}+[ \t]*+(?:\n|\Z))")


def _cut(block: Block, text: str, at: int) -> int:
    """Return the offset of the next cut, or the end of the block."""
    lines, last = _most_lines(block), block.end
    if last - at <= SPLIT_CHARACTERS and (not lines or text.count("\n", at, last) < lines):
        return last
    if block.kind is Kind.LIST:
        return _cut_of_list(block, text, at)
    if block.plain:
        return _behind_characters(text, at, last, SPLIT_CHARACTERS, 2 * SPLIT_CHARACTERS)
    if block.kind is Kind.FENCE:
        return _cut_of_fence(text, at, last)
    if block.kind is Kind.CODE:
        return _behind_characters(text, at, last, SPLIT_CHARACTERS, 2 * MOST_CHARACTERS)
    characters = SPLIT_CHARACTERS if block.kind is Kind.TABLE else MOST_CHARACTERS
    return _behind_lines(text, at, last, lines, characters)


def _most_lines(block: Block) -> int:
    """Return the number of lines after which the block is cut; 0 if lines do not matter."""
    more = JOINED if block.joined else 1
    if block.kind is Kind.LIST:
        return SPLIT_LINES * more
    if block.plain or block.kind in (Kind.CODE, Kind.FENCE):
        return 0
    if block.kind is not Kind.TABLE:
        return MOST_LINES
    return max(2, min(SPLIT_LINES, SPLIT_CELLS // block.columns + 1)) * more**2


def _cut_of_list(block: Block, text: str, at: int) -> int:
    """Return the offset of the next item of the list itself, a place to cut."""
    items = _items(block.indent)
    cut = _behind_lines(text, at, block.end, _most_lines(block), SPLIT_CHARACTERS)
    if cut == block.end or items.match(text, cut - 1):
        return cut
    most = _behind_lines(text, at, block.end, MOST_LINES, MOST_CHARACTERS)
    item = items.search(text, cut, most) if cut < most else None
    return item.start() + 1 if item else most


def _cut_of_fence(text: str, at: int, last: int) -> int:
    """Return a place to cut code, never before its closing line.

    That line would close the next part at once.
    """
    cut = _behind_characters(text, at, last, SPLIT_CHARACTERS, 2 * MOST_CHARACTERS)
    is_closing = (
        text[cut - 1] == "\n" and _past_blank(text, _line_end(text, cut, last), last) == last
    )
    return last if is_closing else cut


def _behind_lines(text: str, at: int, last: int, lines: int, characters: int) -> int:
    """Return the first line that is not blank after `lines` lines or `characters` characters."""
    by_characters = _behind_characters(text, at, last, characters, 2 * MOST_CHARACTERS)
    found = _lines(lines).match(text, at, by_characters)
    return _past_blank(text, found.end(), last) if found else by_characters


def _behind_characters(text: str, at: int, last: int, characters: int, most: int) -> int:
    """Return the first line that is not blank after `characters` characters.

    If the line above is longer than `most`, return the offset after a space in it.
    """
    limit = min(last, at + most)
    newline = text.find("\n", at + characters, limit)
    if newline >= 0:
        return _past_blank(text, newline + 1, last)
    if limit == last:
        return last
    space = _SPACE.search(text, limit - _LONGEST_WORD, limit)
    return space.end() if space else limit


def _has_lines(text: str, start: int, end: int, lines: int) -> bool:
    """Return whether there are `lines` lines, the last one with or without its newline."""
    found = _lines(lines - 1).match(text, start, end)
    return found is not None and found.end() < end


@lru_cache
def _lines(count: int) -> re.Pattern[str]:
    """Return a pattern of `count` lines; empty ones do not count."""
    return re.compile(rf"(?:[^\n]*+\n++){{{count}}}+")


@lru_cache
def _items(indent: int) -> re.Pattern[str]:
    """Return a pattern of a list item, indented by at most `indent`, with the newline above.

    Groups: the bullet, the number, what follows the number.
    """
    return re.compile(rf"\n {{0,{indent}}}(?:([-+*])|(\d{{1,9}})([.)]))(?=[ \t\n]|\Z)")


def _rest(block: Block, text: str, at: int, stop: int) -> Block:
    content = text[at:stop].rstrip()
    return block._replace(
        joined=True,
        gap=max(0, text.count("\n", at + len(content), stop) - 1),
        plain=block.plain or _is_over(block, text, at, stop),
        number=_next_number(block, text, at, stop) if block.kind is Kind.LIST else None,
    )


def _next_number(block: Block, text: str, at: int, stop: int) -> int | None:
    """Return the number of the item at `stop`, None for a bullet or the start of another list."""
    items = _items(block.indent)
    then = items.match(text, stop - 1)
    if then is None or not then[2]:
        return None
    first = items.match(text, at - 1) if at else items.match("\n" + text[:20])
    found = items.findall(text, at, stop)
    if first:
        found.insert(0, first.groups(""))
    same = 0
    while same < len(found) and found[-same - 1][2] == then[3]:
        same += 1
    if not same:
        return None
    is_all = same == len(found) and block.number is not None
    number = block.number if is_all and block.number is not None else int(found[-same][1])
    return number + same


def _past_blank(text: str, at: int, end: int) -> int:
    """Return the offset of the first line from `at` on that is not blank, or the end."""
    found = _BLANKS.match(text, at, end)
    return found.end() if found else at


def _line_end(text: str, at: int, end: int) -> int:
    return text.find("\n", at, end) + 1 or end


def _indent(line: str) -> int:
    """Return the columns before the text; four for a tab."""
    before = line[: len(line) - len(line.lstrip(" \t"))]
    return len(before) + 3 * before.count("\t")
