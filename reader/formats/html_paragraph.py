"""The text of a block while it is read: styled pieces, and what is not to be glued together."""

from enum import IntEnum

from reader.formats.markdown_styles import BREAK, PLAIN, Kind, Run, Style

_OPENING = frozenset("([{“«‘„'\"/#@-–—")
_CLOSING = frozenset(".,;:!?)]}”»’'\"%…/-–—")


class Space(IntEnum):
    """Between which texts a space is put that are not to be glued, where there is none."""

    NONE = 0
    DIGITS = 1
    WORDS = 2
    ALWAYS = 3


class Paragraph:
    """The text of the block at hand."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.number = 0
        """Of the paragraph: what began in another one is not in this one."""
        self._space = Space.NONE

    def add(self, text: str, style: Style) -> None:
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
        if self._space is Space.ALWAYS and self.runs:
            self.add(" ", PLAIN)
        self.runs.append(Run(markdown, style, Kind.RAW))

    def end_line(self) -> None:
        self.runs.append(BREAK)

    def keep_apart(self, how: "Space") -> None:
        """Put a space before the next text if the two would be glued."""
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
        return (
            bool(self.runs) and self.runs[-1].kind is Kind.TEXT and self.runs[-1].style.href != ""
        )

    def take(self) -> list[Run]:
        runs, self.runs, self._space = self.runs, [], Space.NONE
        self.number += 1
        return runs

    def text_since(self, mark: tuple[int, int]) -> str:
        number, start = mark
        if number != self.number:
            return ""
        return "".join(run.text for run in self.runs[start:])

    @property
    def mark(self) -> tuple[int, int]:
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
