"""Find where a long text may be cut so that each part looks the same laid out alone.

Nothing is parsed: a regular expression finds lines that begin a block whatever is above them,
and fenced code, in which they do not, is skipped.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from reader.ui.prose.blocks import FENCE, HEADING, Block
from reader.ui.prose.source import NO_DEFINITIONS, Definitions, text_chunks

SECTION = 4_000
"""Characters of a part, at least: laid out in some 10 ms."""

_LONGEST_BEFORE = 10_000
"""Characters of the line above a cut, at most: a longer line may be shown as written."""

# Each begins with literal characters, which are found ten times as fast as anything else.
_BELOW_BLANK = re.compile(r"\n\n(?<!\n\n\n)\n*+(?=\S)(?!(?:[-+*]|\d{1,9}[.)])(?:\s|\Z))")
"""Matches before a line without indent that is not a list item."""
_BEFORE_HEADING = re.compile(r"\n(?<!\n\n)(?=#{1,6}(?:\s|\Z))")

MOST_CHUNKS = 10_000
"""Chunks of long blocks that are examined, in some 50 ms."""

MOST_FENCES = 2_000
"""Fences that are examined; the text after them is not cut."""

_UNSURE = re.compile(r" {1,3}#|.*\]:")
"""A line that only the parser can classify: a heading, a definition or text."""

_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
_WORDS = re.compile(r"[^\W\d_][^|]*$")
"""A line that is always a paragraph below a blank line."""

_FENCES = re.compile(r"\n {0,3}(?:`{3}|~{3})")

_FENCES_A_STEP = 16


def _fenced(mark: str, count: int) -> str:
    closing = rf" {{0,3}}{mark}{{{count},}}+[^\S\n]*+(?:\n|\Z)"
    info = "[^`\n]*+" if mark == "`" else "[^\n]*+"
    return rf"{mark}{{{count}}}(?!{mark}){info}\n(?:(?!{closing})[^\n]*+\n)*+{closing}"


_FENCED = re.compile(
    r"(?:(?:(?! {0,3}(?:```|~~~))[^\n]*+\n)*+"
    rf"(?:{'|'.join(_fenced(mark, count) for count in (3, 4, 5) for mark in '`~')}))"
    rf"{{1,{_FENCES_A_STEP}}}+\n*+"
)
"""Matches lines and whole fences, up to the end of a fence."""

_LONGEST_FENCE = 10_000
_LONGEST_GAP = 1_000
"""Characters above a cut that are searched for the last line with text."""

_AT_MARGIN = re.compile(r"\n\S")


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


def sections(text: str, defined: Definitions = NO_DEFINITIONS) -> list[Section]:
    """Return the parts in order; the first begins at 0. text: with `\\n` as newline."""
    return list(_with_long_ones_cut(text, defined, _between_blocks(text)))


def _with_long_ones_cut(text: str, defined: Definitions, found: list[Section]) -> Iterator[Section]:
    """Yield the sections, with blocks that are too long for one cut into several."""
    left = MOST_CHUNKS
    for section, end in zip(found, [*(each.start for each in found[1:]), len(text)], strict=True):
        yield section
        if end - section.start <= 2 * SECTION:
            continue
        last = section.start
        chunks = text_chunks(text, defined, section.start, end)
        for number, chunk in enumerate(islice(chunks, left)):
            left -= 1
            if number == 0 or chunk.start - last < SECTION:
                continue
            block = chunk.block if chunk.block.joined else None
            below_heading = False if block else _is_heading(text, _above(text, chunk.start))
            if below_heading is not None:
                yield Section(chunk.start, below_heading, block)
                last = chunk.start


def _between_blocks(text: str) -> list[Section]:
    found = [Section(0, False)]
    fences = _Fences(text)
    patterns = (_BELOW_BLANK, _BEFORE_HEADING) if "\n#" in text else (_BELOW_BLANK,)
    for start, end in fences.outside():
        cuts = _Cuts(text, end, patterns)
        at = max(start, found[-1].start + SECTION)
        while cut := cuts.after(at):
            below_heading = _is_heading(text, cut.start())
            at = cut.end() + SECTION // 16
            if below_heading is not None:
                found.append(Section(cut.end(), below_heading))
                at += SECTION
    for end in fences.ends():
        if end - found[-1].start >= SECTION and not text[end : end + 1].isspace():
            found.append(Section(end, False))
    return found


def _is_heading(text: str, end: int) -> bool | None:
    """Return whether the line up to `end` is a heading or ends one; None if uncertain."""
    start, line = _line_up_to(text, end)
    if len(line) > _LONGEST_BEFORE or not line.strip() or _UNSURE.match(line):
        return None
    if not _UNDERLINE.match(line):
        return HEADING.match(line) is not None
    start, line = _line_up_to(text, start - 1)
    if not line or line.isspace():
        return False
    _, before = _line_up_to(text, start - 1)
    is_title = len(line) <= _LONGEST_BEFORE and not before.strip() and _WORDS.match(line)
    return True if is_title else None


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

    def __init__(self, text: str) -> None:
        self._text = text
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
                    if not _is_certain(text, opened, at):
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

    def ends(self) -> Iterator[int]:
        """Yield the ends of stretches of fences, as long as all fences are at the margin."""
        at = self.left
        while at is not None and (found := _FENCED.match(self._text, at)):
            at = found.end()
            if at < len(self._text):
                yield at


def _closes(line: str, fence: str) -> bool:
    mark = line.strip()
    return mark.startswith(fence) and not mark.strip(fence[0])


def _is_certain(text: str, opened: int, closed: int) -> bool:
    """Return whether this is a fence, or an item of a list from end to end."""
    if text[opened] != " ":
        return True
    return text[closed] == " " and _AT_MARGIN.search(text, opened, closed) is None
