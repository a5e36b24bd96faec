"""Find where a long text may be cut so that each part looks the same laid out alone.

Nothing is parsed: a regular expression finds lines that begin a block whatever is above them,
and fenced code, in which they do not, is skipped.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reader.ui.prose.blocks import FENCE, HEADING, Block, Chunk
from reader.ui.prose.source import NO_DEFINITIONS, Definitions, may_define, text_chunks

SECTION = 4_000
"""Characters of a part, at least: laid out in some 10 ms."""

WINDOW = 32_000
"""Characters in which cuts are looked for at once."""

_LONGEST_BEFORE = 10_000
"""Characters of the line above a cut, at most: a longer line may be shown as written."""

# Each begins with literal characters, which are found ten times as fast as anything else.
_BELOW_BLANK = re.compile(r"\n\n(?<!\n\n\n)\n*+(?=\S)(?!(?:[-+*]|\d{1,9}[.)])(?:\s|\Z))")
"""Matches before a line without indent that is not a list item."""
_INDENTED = re.compile(r"\n\n(?<!\n\n\n)\n*+(?= {1,3}\S)")
"""Matches before an indented line, which begins a block if there is no list above."""
_BELOW_SPACES = re.compile(r"\n(?<!\s\n)(?=\s)(?:[ \t]*+\n)++(?= {0,3}\S)")
"""Matches before the next line, where lines of spaces are among the blank ones; no list above."""
_LINES_OF_SPACES = [f"\n{spaces}\n" for spaces in (" ", "  ", "   ", "    ", "\t")]
"""The usual ones: a search for all of them would take long."""
_ITEM = re.compile(r"^ {0,3}(?:[-+*]|\d{1,9}[.)])(?:\s|\Z)", re.MULTILINE)
_LONGEST_MARKER = 16
_BEFORE_HEADING = re.compile(r"\n(?<!\n\n)(?=#{1,6}(?:[ \t\n]|\Z))")

MOST_CHUNKS = 10_000
"""Chunks of long blocks that are examined in search of one cut, in some 50 ms."""

MOST_FENCES = 2_000
"""Fences that are examined; the text after them is not cut."""

_INDENTED_HEADING = re.compile(r" {1,3}#{1,6}(?:[ \t]|$)")
"""Matches a heading, if nothing is around it."""

_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
_WORDS = re.compile(r" {0,3}[^\W\d_][^|]*$")
"""A line that is always a paragraph below a blank line."""

_FENCES = re.compile(r"\n {0,3}(?:`{3}|~{3})")

_FENCES_A_STEP = 16


def _fenced(mark: str, count: int) -> str:
    closing = rf" {{0,3}}{mark}{{{count},}}+[ \t]*+(?:\n|\Z)"
    info = "[^`\n]*+" if mark == "`" else "[^\n]*+"
    return rf"{mark}{{{count}}}(?!{mark}){info}\n(?:(?!{closing})[^\n]*+\n)*+{closing}"


def _fences(indent: str) -> re.Pattern[str]:
    """Return a pattern of lines and whole fences, up to the end of a fence."""
    return re.compile(
        rf"(?:(?:(?! {{0,3}}(?:```|~~~))[^\n]*+\n)*+{indent}"
        rf"(?:{'|'.join(_fenced(mark, count) for count in (3, 4, 5) for mark in '`~')}))"
        rf"{{1,{_FENCES_A_STEP}}}+\n*+"
    )


_FENCED, _INDENTED_FENCED = _fences(""), _fences(" {0,3}")

_LONGEST_FENCE = 10_000
_LONGEST_GAP = 1_000
"""Characters above a cut that are searched for the last line with text."""

_INDENT = re.compile(r" {0,3}(?=\S)")
_AT_MARGIN = re.compile(r"\n[^ \t\n]")


class Section(NamedTuple):
    """A stretch of Markdown source that is laid out by itself."""

    start: int
    """Offset of its first line."""
    below_heading: bool
    """Whether the line above is a heading: then no blank line is laid out between."""
    block: Block | None = None
    """The long block that the section begins in, None if it begins with a block."""

    @property
    def gap(self) -> int:
        """Return how many blank lines above the section are laid out with it."""
        if self.block:
            return self.block.lines_between
        return int(self.start > 0 and not self.below_heading)


def sections(text: str, defined: Definitions = NO_DEFINITIONS) -> Iterator[Section]:
    """Yield the parts in order; the first begins at 0. text: with `\\n` as newline.

    The text is examined as far as the sections are asked for.
    """
    last = Section(0, False)
    yield last
    chunks = _LongBlocks(text, defined)
    for reached, cut in _between_blocks(text):
        yield from chunks.up_to(reached, last.start)
        if cut:
            yield cut
            last = cut
            chunks.begin(cut.start)


class _LongBlocks:
    """Cuts within stretches in which nothing shows where a block begins."""

    def __init__(self, text: str, defined: Definitions) -> None:
        self._text = text
        self._defined = defined
        self._left = MOST_CHUNKS
        self._chunks: Iterator[Chunk] | None = None
        self._next: Chunk | None = None
        self._last = 0

    def begin(self, start: int) -> None:
        """Begin at a section."""
        self._chunks = self._next = None
        self._last = start

    def up_to(self, end: int, start: int) -> Iterator[Section]:
        """Yield the cuts of a stretch, up to `end`, where it is longer than two sections."""
        if end - start <= 2 * SECTION:
            return
        if self._chunks is None:
            self._chunks = text_chunks(self._text, self._defined, start, len(self._text))
            self._advance()
            self._advance()
        while self._next and self._next.start < end:
            if self._next.start - self._last >= SECTION and (cut := self._cut(self._next)):
                yield cut
                self._last = cut.start
                self._left = MOST_CHUNKS
            self._advance()

    def _advance(self) -> None:
        self._left -= 1
        is_over = self._left < 0 or self._chunks is None
        self._next = None if is_over or self._chunks is None else next(self._chunks, None)

    def _cut(self, chunk: Chunk) -> Section | None:
        if chunk.block.joined:
            return Section(chunk.start, False, chunk.block)
        below_heading = _is_heading(self._text, _above(self._text, chunk.start), is_free=False)
        return None if below_heading is None else Section(chunk.start, below_heading)


def _between_blocks(text: str) -> Iterator[tuple[int, Section | None]]:
    """Yield the sections that begin with a block, and at times how far there is none."""
    last = 0
    items = _Items(text)
    fences = _Fences(text, items)
    for start, end in _windows(text, fences.outside()):
        cuts = _Cuts(text, end, _patterns(text[start:end]))
        at = max(start, last + SECTION)
        while cut := cuts.after(at):
            is_free = not items.are_between(last, cut.end())
            at = cut.end() + SECTION // 16
            if cut.re in (_INDENTED, _BELOW_SPACES) and not is_free:
                continue
            below_heading = _is_heading(text, cut.start(), is_free=is_free)
            if below_heading is not None:
                last = fences.section = cut.end()
                yield last, Section(last, below_heading)
                at += SECTION
        yield end, None
    for end, is_at_margin in fences.ends():
        if end - last >= SECTION and (is_at_margin or not items.are_between(last, end)):
            last = end
            yield last, Section(last, False)
    yield len(text), None


def _patterns(window: str) -> list[re.Pattern[str]]:
    """Return the patterns of cuts that may be in a window."""
    if window.isspace():  # hardly any is, but searching millions of blank lines takes long
        return []
    patterns = [_BELOW_BLANK, _INDENTED]
    if any(line in window for line in _LINES_OF_SPACES):
        patterns.append(_BELOW_SPACES)
    if "\n#" in window:
        patterns.append(_BEFORE_HEADING)
    return patterns


def _windows(text: str, stretches: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the stretches in windows of whole lines."""
    for start, end in stretches:
        while start < end:
            stop = text.find("\n", start + WINDOW, end) + 1 or end
            yield start, stop
            start = stop


class _Items:
    """Items of lists, asked for from the beginning of a text to its end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found = -1
        """The last one that was found."""
        self._seen = 0
        """Offset up to which they were looked for."""

    def are_between(self, start: int, end: int) -> bool:
        """Return whether a line between the offsets may begin an item."""
        if self._found < start and self._seen < end:
            limit = min(len(self._text), end + _LONGEST_MARKER)
            found = _ITEM.search(self._text, max(start, self._seen), limit)
            if found:
                self._found = found.start()
            self._seen = found.start() + 1 if found else end
        return start <= self._found < end


def _is_heading(text: str, end: int, *, is_free: bool) -> bool | None:
    """Return whether the line up to `end` is a heading or ends one; None if uncertain.

    is_free: it is not in a list.
    """
    start, line = _line_up_to(text, end)
    if len(line) > _LONGEST_BEFORE or _is_blank(line) or may_define(line):
        return None
    if _INDENTED_HEADING.match(line):
        is_first = _is_blank(_line_up_to(text, start - 1)[1])
        return True if is_free and is_first else None
    if not _UNDERLINE.match(line):
        return HEADING.match(line) is not None
    start, line = _line_up_to(text, start - 1)
    if _is_blank(line):
        return False
    _, before = _line_up_to(text, start - 1)
    is_title = len(line) <= _LONGEST_BEFORE and _is_blank(before) and _WORDS.match(line)
    return True if is_title and (is_free or line[0] != " ") else None


def _is_blank(line: str) -> bool:
    """Return whether the line is blank in Markdown: of spaces and tabs alone, no others."""
    return not line.strip(" \t")


def _above(text: str, start: int) -> int:
    """Return the end of the last line above that is not empty."""
    before = text[max(0, start - _LONGEST_GAP) : start]
    return start - len(before) + len(before.rstrip("\n"))


def _line_up_to(text: str, end: int) -> tuple[int, str]:
    """Return start and text of the line that ends there; empty before the text."""
    start = text.rfind("\n", 0, max(0, end)) + 1
    return start, text[start : max(0, end)]


class _Cuts:
    """Places up to `end` at which a text may be cut, asked for from its beginning to its end."""

    def __init__(self, text: str, end: int, patterns: Sequence[re.Pattern[str]]) -> None:
        self._text = text
        self._end = end
        self._patterns = patterns
        self._next: dict[re.Pattern[str], re.Match[str] | None] = {}

    def after(self, at: int) -> re.Match[str] | None:
        for pattern in self._patterns:
            known = self._next.get(pattern)
            if pattern not in self._next or (known and known.start() < at):
                self._next[pattern] = pattern.search(self._text, at, self._end)
        found = [match for match in self._next.values() if match]
        return min(found, key=lambda match: match.start(), default=None)


class _Fences:
    """Fenced code of a text."""

    def __init__(self, text: str, items: _Items) -> None:
        self._text = text
        self._items = items
        self.section = 0
        """Start of the last section."""
        self.left: int | None = None
        """Start of the line after `MOST_FENCES` fences, None if there are fewer."""

    def outside(self) -> Iterator[tuple[int, int]]:
        """Yield stretches without fenced code, up to the first uncertain place."""
        text = self._text
        start, fence, opened = 0, "", 0
        if "```" in text or "~~~" in text:
            for number, at in enumerate(self._marks()):
                if number >= MOST_FENCES:
                    start_of_line = opened if fence else at
                    self.left = start_of_line if at - start_of_line < _LONGEST_FENCE else None
                    break
                line = text[at : text.find("\n", at) + 1 or len(text)]
                if not fence:
                    if opening := FENCE.match(line):
                        fence, opened = opening[1], at
                        yield start, at + 1
                elif _closes(line, fence):
                    in_list = self._items.are_between(self.section, at)
                    if in_list and not _is_certain(text, opened, at):
                        return
                    start, fence = at, ""
        if not fence:
            yield start, len(text) if self.left is None else self.left

    def _marks(self) -> Iterator[int]:
        """Yield the starts of lines that may open or close fenced code."""
        if self._text.lstrip(" ").startswith(("```", "~~~")):
            yield 0
        for match in _FENCES.finditer(self._text):
            yield match.start() + 1

    def ends(self) -> Iterator[tuple[int, bool]]:
        """Yield the ends of stretches of fences, and whether all fences in it are at the margin.

        The others are fences only if they are not in a list.
        """
        at, is_at_margin = self.left, True
        while at is not None:
            found = _FENCED.match(self._text, at) if is_at_margin else None
            if found is None:
                is_at_margin = False
                found = _INDENTED_FENCED.match(self._text, at)
            if found is None:
                return
            at = found.end()
            indent = _INDENT.match(self._text, at)
            if at < len(self._text) and (indent is None or (indent[0] and is_at_margin)):
                continue
            if at < len(self._text):
                yield at, is_at_margin


def _closes(line: str, fence: str) -> bool:
    mark = line.strip(" \t\n")
    return mark.startswith(fence) and not mark.strip(fence[0])


def _is_certain(text: str, opened: int, closed: int) -> bool:
    """Return whether this is a fence, or an item of a list from end to end."""
    if text[opened] != " ":
        return True
    return text[closed] == " " and _AT_MARGIN.search(text, opened, closed) is None
