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

_CUT = re.compile(
    r"(?<=\S)[ \t]*\n(?:"
    r"(?:[ \t]*\n)++(?=\S)(?!(?:[-+*]|\d{1,9}[.)])(?:\s|\Z))|"
    r"(?=#{1,6}(?:\s|\Z)))"
)
"""Blank lines above a line without indent that is not an item of a list; none above a heading."""

_UNSURE = re.compile(r" {0,3}(?:=+|-+)[ \t]*$| {1,3}#|.*\]:")
"""A line above, of which it takes the parser to tell whether it is a heading, or shown at all."""

_FENCES = re.compile(r"^ {0,3}(?:`{3}|~{3})", re.MULTILINE)
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
        at = max(start, found[-1].start + SECTION)
        while cut := _CUT.search(text, at, end):
            above = text[text.rfind("\n", 0, cut.start()) + 1 : cut.start()]
            at = cut.end()
            if len(above) <= _LONGEST_BEFORE and not _UNSURE.match(above):
                found.append(Section(at, HEADING.match(above) is not None))
                at += SECTION
    return found


def _outside_fences(text: str) -> Iterator[tuple[int, int]]:
    """Stretches in which no line is fenced code; up to the first place that is not certain."""
    start, fence, opened = 0, "", 0
    if "```" in text or "~~~" in text:
        for match in _FENCES.finditer(text):
            at = match.start()
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


def _closes(line: str, fence: str) -> bool:
    mark = line.strip()
    return mark.startswith(fence) and not mark.strip(fence[0])


def _is_certain(text: str, opened: int, closed: int) -> bool:
    """Return whether this is a fence, or an item of a list from end to end."""
    if text[opened] != " ":
        return True
    return text[closed] == " " and _AT_MARGIN.search(text, opened, closed) is None
