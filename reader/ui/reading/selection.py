"""Plain text of laid-out lines: the text to copy, and the label of a link."""

from reader.ui.prose.sectioned_lines import SectionedLines
from reader.ui.prose.wrap import Line

_UNCOPIED = {"edge", "bar", "tag-edge"}
"""Styles of what is drawn around the text and is not part of it."""


def copied(line: Line | None, start: int, end: int, left: int) -> str:
    """Return the characters of a line from `start` to `end`, -1 for its end.

    left: cells of the margin, which count but are not copied.
    """
    at, text = left, ""
    for span in line.spans if line else ():
        stop = len(span.text) if end < 0 else max(0, end - at)
        if not _UNCOPIED.intersection(span.styles):
            text += span.text[max(0, start - at) : stop]
        at += len(span.text)
    return text.replace("\xa0", " ").rstrip()


def link_label(lines: SectionedLines, index: int, url: str) -> str:
    """Return the whole label of a link that is, in part, on the line of that number."""

    def part(number: int) -> str:
        spans = line.spans if number >= 0 and (line := lines.get(number)) else ()
        return "".join(span.text for span in spans if span.target == url)

    first = last = index
    while part(first - 1):
        first -= 1
    while part(last + 1):
        last += 1
    parts = [part(line) for line in range(first, last + 1)]
    return url if "".join(parts) == url else " ".join(parts)
