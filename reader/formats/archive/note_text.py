"""Title and tags that the text of a note gives to it: headings and hashtags."""

import re
from collections.abc import Iterator

from reader.text import clean_line, one_line

MAX_HASHTAGS = 20
"""Tags taken from the text of a note without tags in its front matter."""

_LOOKED_AT = 64 * 1024
"""Characters of a text that are searched for a heading and tags."""

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}(#{1,6})[ \t]+(\S.*)$")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_OTHER_BLOCK = re.compile(r" {0,3}(?:[>|#+*-]|\d+[.)])|    |\t")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_ANCHOR = re.compile(r"[ \t]\{#[^{}]*\}$")
_HASHTAG = re.compile(r"(?:(?<=[\s(])|^)#([^\W_][\w/-]{0,60})")
_COLOUR = re.compile(r"(?=.*\d)(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


def _lines_of_text(body: str) -> Iterator[str]:
    """Yield the lines outside of fenced code."""
    fence = ""
    for line in body[:_LOOKED_AT].split("\n"):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence):
            fence = ""
        elif not fence:
            yield line


def first_heading(body: str) -> str:
    """Return the first heading of the highest level, on one line; empty if there is none.

    A link in it is replaced by its text.
    """
    best, level = "", 7
    paragraph = ""
    for line in _lines_of_text(body):
        found, text = _heading(line, paragraph)
        if found < level and text:
            best, level = text, found
        if level == 1:
            break
        paragraph = "" if found or _OTHER_BLOCK.match(line) else line.strip()
    return clean_line(_LINK.sub(r"\1", _ANCHOR.sub("", best)))


def _heading(line: str, paragraph: str) -> tuple[int, str]:
    """Return level and text; level 0 if the line does not end a heading."""
    if atx := _ATX.match(line):
        text = one_line(atx[2].rstrip())
        closing = text.rstrip("#")
        return len(atx[1]), closing.rstrip() if closing.endswith(" ") or not closing else text
    if paragraph and (line_below := _SETEXT.match(line)):
        return (1 if line_below[1][0] == "=" else 2), one_line(paragraph)
    return 0, ""


def hashtags(body: str) -> Iterator[str]:
    """Yield tags in the text such as `#bitcoin`, each once, in their order."""
    seen: set[str] = set()
    for line in _lines_of_text(body):
        if "#" not in line:
            continue
        for match in _HASHTAG.finditer(re.sub(r"`[^`]*`", " ", line)):
            tag = match[1].strip("/-")
            if tag.isdecimal() or _COLOUR.fullmatch(tag) or tag.upper() in seen:
                continue
            seen.add(tag.upper())
            yield tag
            if len(seen) == MAX_HASHTAGS:
                return
