"""Where a long text may be cut so that each part, laid out alone, looks as it does in the whole.

Nothing is parsed: a regular expression finds lines that begin a block whatever stands above them,
and fenced code, in which they do not, is stepped over.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from reader.ui.prose_source import FENCE, HEADING, MOST_DEFINITIONS

SECTION = 4_000
"""Characters of a part, at least: laid out in some 10 ms."""

_LONGEST_BEFORE = 10_000
"""Of the line above a cut: a longer one may be shown as it was written."""

# Each begins with letters to look for, which costs a tenth of what any other beginning would.
_BELOW_BLANK = re.compile(r"\n\n(?<![\n=-]\n\n)\n*+(?=\S)(?!(?:[-+*]|\d{1,9}[.)])(?:\s|\Z))")
"""Before a line without indent that is not an item of a list."""
_BEFORE_HEADING = re.compile(r"\n(?<!\n\n)(?=#{1,6}(?:\s|\Z))")

MOST_FENCES = 2_000
"""Behind more of them nothing is cut."""

_UNSURE = re.compile(r" {0,3}(?:=+|-+)[ \t]*$| {1,3}#|.*\]:")
"""A line above, of which it takes the parser to tell whether it is a heading, or shown at all."""

_FENCES = re.compile(r"\n {0,3}(?:`{3}|~{3})")
_AT_MARGIN = re.compile(r"\n\S")


class Section(NamedTuple):
    start: int
    """Offset of its first line."""
    below_heading: bool
    """The line above is a heading: no blank line comes between."""


def sections(text: str) -> list[Section]:
    """Return the parts in order; the first begins at 0. `text`: its newlines are `\\n`."""
    found = [Section(0, False)]
    if text.count("]:") > MOST_DEFINITIONS:  # which of them are shown depends on those above
        return found
    for start, end in _outside_fences(text):
        cuts = _Cuts(text, end)
        at = max(start, found[-1].start + SECTION)
        while cut := cuts.after(at):
            above = text[text.rfind("\n", 0, cut.start()) + 1 : cut.start()]
            at = cut.end()
            is_clear = len(above) <= _LONGEST_BEFORE and not above.isspace()
            if is_clear and not _UNSURE.match(above):
                found.append(Section(at, HEADING.match(above) is not None))
                at += SECTION
    return found


class _Cuts:
    """Places up to `end` at which a text may be cut, asked for from its beginning to its end."""

    def __init__(self, text: str, end: int) -> None:
        self._text = text
        self._end = end
        self._patterns = (_BELOW_BLANK, _BEFORE_HEADING) if "\n#" in text else (_BELOW_BLANK,)
        self._next: dict[re.Pattern[str], re.Match[str] | None] = {}

    def after(self, at: int) -> re.Match[str] | None:
        for pattern in self._patterns:
            known = self._next.get(pattern)
            if pattern not in self._next or (known and known.start() < at):
                self._next[pattern] = pattern.search(self._text, at, self._end)
        found = [match for match in self._next.values() if match]
        return min(found, key=lambda match: match.start(), default=None)


def _outside_fences(text: str) -> Iterator[tuple[int, int]]:
    """Stretches in which no line is fenced code; up to the first place that is not certain."""
    start, fence, opened = 0, "", 0
    if "```" in text or "~~~" in text:
        for number, at in enumerate(_fences(text)):
            if number == MOST_FENCES:
                return
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
        yield start, len(text)


def _fences(text: str) -> Iterator[int]:
    """Where lines begin that may open or close fenced code."""
    if text.lstrip(" ").startswith(("```", "~~~")):
        yield 0
    for match in _FENCES.finditer(text):
        yield match.start() + 1


def _closes(line: str, fence: str) -> bool:
    mark = line.strip()
    return mark.startswith(fence) and not mark.strip(fence[0])


def _is_certain(text: str, opened: int, closed: int) -> bool:
    """Return whether this is a fence, or an item of a list from end to end."""
    if text[opened] != " ":
        return True
    return text[closed] == " " and _AT_MARGIN.search(text, opened, closed) is None
