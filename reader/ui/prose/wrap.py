"""Break spans of styled text into lines of a width in cells.

The lowest of the prose modules: no Markdown, no colours, no widget. All text is literal.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from reader.ui.textual_compat.cells import cell_len

Styles = tuple[str, ...]
"""Names of styles, the outer first (`("quote", "strong")`); the widget maps them to colours."""


class Span(NamedTuple):
    """A run of text in one style. target: the URL that a click opens; empty for none."""

    text: str
    styles: Styles = ()
    target: str = ""


class Line(NamedTuple):
    """One laid-out line.

    at: place in the source text, ascending, by which a line is found again at another width.
    """

    spans: tuple[Span, ...]
    at: int

    @property
    def text(self) -> str:
        """Return the text without styles."""
        return "".join(span.text for span in self.spans)


_WIDE = (
    "\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60"
)
_CLOSING = "、。，．：；？！）」』】〉》〕”’％"

NARROWEST = 12
"""Cells that indents and bars leave for the text, if the width is at least twice that."""

_MAX_CLUSTER = 32
"""Code points in one cell; no script needs more, and more could attack the terminal."""

_WIDEST_CLUSTER = 2


# Compiled on first use, as that takes as long as painting a screen.
@cache
def _not_narrow() -> re.Pattern[str]:
    """Return a pattern of all but the one-cell characters of western, Cyrillic and Greek news."""
    return re.compile(
        "[^\n\x20-\x7e\xa0-\u02ff\u0370-\u0482\u048a-\u0590\u1e00-\u200a\u2010-\u2027"
        "\u2030-\u205f\u2070-\u20cf\u2190-\u2300\u2500-\u25fc]"
    )


@cache
def _units() -> re.Pattern[str]:
    """Return a pattern of what stays together on a line.

    A run of spaces, an ideograph with the punctuation that must not begin a line, or a word; a
    long word matches in parts, so that no step takes long.
    """
    return re.compile(f"( +)|[{_WIDE}][{_CLOSING}]{{0,8}}|[^ {_WIDE}]{{1,256}}")


def width_of(spans: Iterable[Span]) -> int:
    """Return how many cells the spans take on one line."""
    return sum(cell_len(span.text) for span in spans)


def wrap(spans: Sequence[Span], width: int) -> Iterator[tuple[int, tuple[Span, ...]]]:
    """Yield the lines of a paragraph, each with the offset in its text where the line begins.

    Breaks at every newline, at spaces, between ideographs, and inside words longer than a line.
    Spaces at a break are dropped, all other characters are kept. width: cells, at least 1; only a
    character wider than that exceeds it.
    """
    text = "".join(span.text for span in spans)
    yield from _cut(spans, _breaks(text, max(1, width)))


def chop(spans: Sequence[Span], width: int) -> Iterator[tuple[int, tuple[Span, ...]]]:
    """Yield lines as `wrap` does, but full ones with every space kept: for code."""
    text = "".join(span.text for span in spans)
    yield from _cut(spans, _chops(text, 0, len(text), max(1, width)))


def _cut(
    spans: Sequence[Span], lines: Iterable[tuple[int, int]]
) -> Iterator[tuple[int, tuple[Span, ...]]]:
    """Slice the spans into lines. lines: offsets into their joined text, ascending."""
    index, begin = 0, 0
    for start, end in lines:
        line: list[Span] = []
        while index < len(spans):
            text, styles, target = spans[index]
            here = text[max(0, start - begin) : end - begin]
            if here and begin < end:
                line.append(Span(here, styles, target))
            if begin + len(text) >= end:
                break
            begin += len(text)
            index += 1
        yield start, tuple(line)


def _breaks(text: str, width: int) -> Iterator[tuple[int, int]]:
    narrow = _not_narrow().search(text) is None
    start = 0
    while True:
        end = text.find("\n", start)
        stop = _without_trailing_spaces(text, start, len(text) if end < 0 else end)
        yield from (_narrow_breaks if narrow else _wide_breaks)(text, start, stop, width)
        if end < 0:
            return
        start = end + 1


def _narrow_breaks(text: str, start: int, stop: int, width: int) -> Iterator[tuple[int, int]]:
    while stop - start > width:
        cut = text.rfind(" ", start, start + width + 1)
        if cut <= start:
            cut = start + width
        yield start, _without_trailing_spaces(text, start, cut)
        start = cut
        while start < stop and text[start] == " ":
            start += 1
    yield start, stop


def _wide_breaks(text: str, start: int, stop: int, width: int) -> Iterator[tuple[int, int]]:
    most = _most_characters(width)
    used = 0
    for unit in _units().finditer(text, start, stop):
        begin, end = unit.span()
        cells = cell_len(unit[0])
        if used + cells <= width and end - start <= most:
            used += cells
            continue
        if unit[1]:
            yield start, _without_trailing_spaces(text, start, begin)
            start, used = end, 0
            continue
        if begin > start:
            yield start, _without_trailing_spaces(text, start, begin)
        *full, (start, last) = _chops(text, begin, end, width)
        yield from full
        used = cell_len(text[start:last])
    yield start, stop


def _without_trailing_spaces(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] == " ":
        end -= 1
    return end


def _most_characters(width: int) -> int:
    """Return a bound on the characters of a line, as zero-width ones never fill it."""
    return 64 + 8 * width


def _chops(text: str, start: int, stop: int, width: int) -> Iterator[tuple[int, int]]:
    if _not_narrow().search(text, start, stop) is None:
        yield from ((at, min(at + width, stop)) for at in range(start, stop, width))
        if start == stop:
            yield start, stop
        return
    used, most = 0, _most_characters(width)
    at = start
    while at < stop:
        end = _cluster_end(text, at, stop)
        cells = cell_len(text[at:end])
        if at > start and (used + cells > width or end - start > most):
            yield start, at
            start, used = at, 0
        used += cells
        at = end
    yield start, stop


def _cluster_end(text: str, at: int, stop: int) -> int:
    """Return the end of the character at `at`, with accents, joiners and both halves of a flag."""
    end = at + 1
    limit = min(stop, at + _MAX_CLUSTER)
    if end < limit and _is_flag_half(text[at]) and _is_flag_half(text[end]):
        return end + 1
    while end < limit and (text[end - 1] == "\u200d" or cell_len(text[end]) == 0):
        if cell_len(text[at : end + 1]) > _WIDEST_CLUSTER:
            break  # a joiner that joins nothing
        end += 1
    return end


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


class Frame:
    """What is left of the text: bars of quotes, bullets, indents. Frames nest.

    styles: of the text within. lists: number of lists around it.
    """

    def __init__(
        self,
        width: int,
        first: tuple[Span, ...] = (),
        rest: tuple[Span, ...] = (),
        styles: Styles = (),
        lists: int = 0,
    ) -> None:
        self._width = width
        self._first: tuple[Span, ...] | None = first
        self._rest = rest
        self.styles = styles
        self.lists = lists

    @property
    def room(self) -> int:
        """Return the cells left for the text, at least 1."""
        return max(1, self._width - width_of(self._rest))

    @property
    def has_begun(self) -> bool:
        """Return whether the first line has been laid out."""
        return self._first is None

    def quote(self, bar: str) -> "Frame":
        """Return the frame of a quote within this one."""
        edge = Span(bar, (*self.styles, "bar"))
        styles = self.styles if "quote" in self.styles else (*self.styles, "quote")
        return self._inner(edge, edge, styles, self.lists)

    def item(self, bullet: str) -> "Frame":
        """Return the frame of a list item within this one."""
        first = Span(bullet, (*self.styles, "bullet"))
        rest = Span(" " * cell_len(bullet), self.styles)
        return self._inner(first, rest, self.styles, self.lists + 1)

    def _inner(self, first: Span, rest: Span, styles: Styles, lists: int) -> "Frame":
        firsts, rests = (*self._left(), first), (*self._rest, rest)
        if self._width - width_of(rests) < min(NARROWEST, self._width // 2):
            rests = self._rest
            firsts = _last_of(firsts, width_of(rests))
        return Frame(self._width, firsts, rests, styles, lists)

    def line(self, spans: Sequence[Span]) -> tuple[Span, ...]:
        """Return the spans as a line with the frame at its left."""
        return (*self._left(), *spans)

    def blank(self) -> tuple[Span, ...]:
        """Return a line with only the bars."""
        bars = len(self._rest)
        while bars and self._rest[bars - 1].text.isspace():
            bars -= 1
        return self._rest[:bars]

    def _left(self) -> tuple[Span, ...]:
        left = self._rest if self._first is None else self._first
        self._first = None
        return left


def _last_of(spans: Sequence[Span], width: int) -> tuple[Span, ...]:
    """Return the last spans that fit, after spaces that fill the width."""
    kept = list(spans)
    while kept and width_of(kept) > width:
        kept.pop(0)
    return (Span(" " * (width - width_of(kept))), *kept)
