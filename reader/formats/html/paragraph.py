"""The text of a paragraph while it is read: styled runs, and where spaces are missing."""

import re
from enum import IntEnum

from reader.formats.markdown.styles import BREAK, PLAIN, Kind, Run, Style

WHITE_SPACE = re.compile(r"[ \t\n\f\r]{2,}|[\t\n\f\r]")
"""White space that a browser shows as one space, but for a single space."""

_OPENING = frozenset("([{“«‘„'\"/#@-–—")
_CLOSING = frozenset(".,;:!?)]}”»’'\"%…/-–—")


class Space(IntEnum):
    """Between which characters a missing space is added."""

    NONE = 0
    DIGITS = 1
    WORDS = 2
    ALWAYS = 3


class Paragraph:
    """The paragraph being read."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.number = 0
        """Number of the paragraph: a mark of another paragraph is invalid."""
        self._space = Space.NONE

    def add(self, text: str, style: Style) -> None:
        """Append text in a style, after a missing space."""
        if not text:
            return
        if self._space and (last := self.last):
            between = self._space
            self._space = Space.NONE
            if between is Space.ALWAYS or _are_glued(last, text[0], between):
                text = f" {text}"
        if text[0] == " " and (not self.runs or self.last in " \n"):
            text = text[1:]
        if text:
            self.runs.append(Run(text, style))
            self._space = Space.NONE

    def add_raw(self, markdown: str, style: Style) -> None:
        """Append Markdown, such as an image."""
        if self._space is Space.ALWAYS and self.runs:
            self.add(" ", PLAIN)
        self.runs.append(Run(markdown, style, Kind.RAW))

    def end_line(self) -> None:
        """Append a line break."""
        self.runs.append(BREAK)

    def keep_apart(self, how: "Space") -> None:
        """Put a space before the next text if the two would be joined."""
        self._space = max(self._space, how)

    @property
    def last(self) -> str:
        """Return the last character; empty at the start."""
        if not self.runs:
            return ""
        run = self.runs[-1]
        return "\n" if run.kind is Kind.BREAK else run.text[-1:]

    @property
    def ends_with_link(self) -> bool:
        """Return whether the last run is a link."""
        return (
            bool(self.runs) and self.runs[-1].kind is Kind.TEXT and self.runs[-1].style.href != ""
        )

    def take(self) -> list[Run]:
        """Return the runs, and begin a new paragraph."""
        runs, self.runs, self._space = self.runs, [], Space.NONE
        self.number += 1
        return runs

    def text_since(self, mark: tuple[int, int]) -> str:
        """Return the text since a mark, empty if that is of another paragraph."""
        number, start = mark
        if number != self.number:
            return ""
        return "".join(run.text for run in self.runs[start:])

    @property
    def mark(self) -> tuple[int, int]:
        """Return the present position."""
        return self.number, len(self.runs)


def _are_glued(last: str, first: str, between: Space) -> bool:
    if last.isspace() or first.isspace():
        return False
    if between is Space.DIGITS:
        return last.isdecimal() and first.isdecimal()
    return last not in _OPENING and first not in _CLOSING


def ends_with_break(runs: list[Run]) -> bool:
    """Return whether only spaces follow the last line break."""
    for run in reversed(runs):
        if run.kind is Kind.BREAK:
            return True
        if run.kind is Kind.RAW or run.text.strip(" "):
            return False
    return False
