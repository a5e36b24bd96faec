"""Find the matches of regular expressions in laid-out lines.

An expression is looked for in each paragraph as it is read: its lines are joined again, without
bars and bullets. A match that needs what the layout drops, such as the asterisks of Markdown, is
not found, nor one that goes on in the next paragraph.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from time import monotonic

from reader.query.language import Pattern, Term
from reader.ui.prose.wrap import Line, Span
from reader.ui.reading.header import HEADER_PLACES
from reader.ui.reading.matches import Match, with_marks
from reader.ui.textual_compat.cells import cell_len

LONGEST_S, LONGEST_PART_S = 1.0, 0.1
"""Seconds for one layout of a text, and for one part of it; what is not searched by then is not
marked. A megabyte takes 0.2 seconds, with a usual expression."""

MOST_HITS = 5_000
"""Matches that are marked in one text."""

LONGEST_PARAGRAPH = 4_000
"""Characters that are searched at once, as one search cannot be interrupted."""

_FRAME = {"bar", "bullet", "edge", "language", "rule"}
"""Styles of what is not a part of the text."""
_ENDING = _FRAME - {"bar"}
"""Styles of what the next paragraph begins after."""
_GOES_ON = "↪ "
"""Edge of a line of code that is the rest of the line above."""

Hit = list[Match]
"""A match on each of its lines."""


class Expressions:
    """The regular expressions of a search, and their matches in one text."""

    def __init__(self, terms: Iterable[Term | Pattern]) -> None:
        self._patterns = [each for each in terms if isinstance(each, Pattern) and not each.exclude]
        self._found: dict[int, tuple[int, list[Hit]]] = {}
        """Matches in each part, and the number of lines that were searched."""
        self._left_s = LONGEST_S

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expressions) and self._patterns == other._patterns

    __hash__ = None  # type: ignore[assignment]  # what it has found changes

    def forget(self) -> None:
        """Forget what was found: the text is another one, or laid out again."""
        self._found.clear()
        self._left_s = LONGEST_S

    def may_be_in(self, part: int) -> bool:
        """Return whether a part may have a match; the header is in the first one."""
        return any(not each.in_titles or part == 0 for each in self._patterns)

    def hits(self, part: int, lines: Sequence[Line]) -> list[Hit]:
        """Return the matches in the lines of a part, in order, but for those that begin within one.

        The numbers of their lines count from 0; those of the matches say nothing.
        """
        known = self._found.get(part)
        if known is None or known[0] != len(lines):
            self._found.pop(part, None)
            known = self._found[part] = len(lines), in_order(self._search(lines))
        return known[1]

    def _search(self, lines: Sequence[Line]) -> Iterator[Hit]:
        from reader.query.patterns import spans

        begun = monotonic()
        deadline = begun + min(self._left_s, LONGEST_PART_S)
        left = MOST_HITS - sum(len(hits) for _, hits in self._found.values())
        for paragraph in paragraphs(lines):
            for pattern in self._patterns:
                if pattern.in_titles and not paragraph.is_title:
                    continue
                for start, end in spans(pattern.value, paragraph.text):
                    if monotonic() > deadline or left <= 0:
                        break
                    if start < end:
                        left -= 1
                        yield paragraph.hit(start, end)
            if monotonic() > deadline or left <= 0:
                break
        self._left_s -= monotonic() - begun


class Paragraph:
    """Text that was wrapped, and where its characters are."""

    def __init__(self, *, is_title: bool) -> None:
        self.is_title = is_title
        self._texts: list[str] = []
        self._size = 0
        self._starts: list[int] = []
        self._places: list[tuple[int, int, int]] = []
        """Line, column and number of characters of each run."""

    def __len__(self) -> int:
        return self._size

    @cached_property
    def text(self) -> str:
        """Return the whole text; nothing may be added afterwards."""
        return "".join(self._texts).rstrip()

    def add(self, text: str, line: int, column: int) -> None:
        """Append what stands at a place."""
        self._starts.append(self._size)
        self._places.append((line, column, len(text)))
        self._append(text)

    def add_break(self) -> None:
        """Append the space at which a line was broken; ideographs have none between them."""
        if self._size and cell_len(self._texts[-1][-1:]) < 2:
            self._append(" ")

    def _append(self, text: str) -> None:
        self._texts.append(text)
        self._size += len(text)

    def hit(self, start: int, end: int) -> Hit:
        """Return where these characters are, on each line."""
        end = with_marks(self.text, end)
        found: Hit = []
        for run in range(max(0, bisect_right(self._starts, start) - 1), len(self._starts)):
            begin, (line, column, size) = self._starts[run], self._places[run]
            if begin >= end:
                break
            first, last = max(start, begin), min(end, begin + size)
            if first < last:
                match = Match(line, column + first - begin, column + last - begin, 0)
                if found and found[-1].line == line and found[-1].end == match.start:
                    match = found.pop()._replace(end=match.end)
                found.append(match)
        return found


def paragraphs(lines: Sequence[Line]) -> Iterator[Paragraph]:
    """Yield the title, the summary and the paragraphs of a text; not what else is in its header."""
    for field, every in groupby(enumerate(lines), lambda each: _field(each[1])):
        if field != "meta":
            yield from filter(len, _of_field(every, is_title=field == "title"))


def _field(line: Line) -> str:
    if line.at >= HEADER_PLACES:
        return "text"
    styles = {style for span in line.spans for style in span.styles}
    return next((name for name in ("title", "description") if name in styles), "meta")


def _of_field(lines: Iterable[tuple[int, Line]], *, is_title: bool) -> Iterator[Paragraph]:
    paragraph = Paragraph(is_title=is_title)
    for number, line in lines:
        is_code_going_on = any("edge" in s.styles and s.text == _GOES_ON for s in line.spans)
        is_first = not is_code_going_on
        """Whether nothing of the line was added yet."""
        if len(paragraph) > LONGEST_PARAGRAPH:
            yield paragraph
            paragraph = Paragraph(is_title=is_title)
        column = 0
        for span in line.spans:
            if _FRAME.isdisjoint(span.styles):
                text = span.text.lstrip() if is_first and "block" not in span.styles else span.text
                if text:
                    if is_first:
                        paragraph.add_break()
                    paragraph.add(text, number, column + len(span.text) - len(text))
                    is_first = False
            elif _ends(span, is_code_going_on=is_code_going_on):
                yield paragraph
                paragraph, is_first = Paragraph(is_title=is_title), True
            column += len(span.text)
        if is_first:  # a blank line, perhaps with bars
            yield paragraph
            paragraph = Paragraph(is_title=is_title)
    yield paragraph


def _ends(span: Span, *, is_code_going_on: bool) -> bool:
    return not is_code_going_on and not _ENDING.isdisjoint(span.styles)


def in_order(hits: Iterable[Hit]) -> list[Hit]:
    """Return the matches in order, without those that begin within the one before."""
    found: list[Hit] = []
    for hit in sorted(filter(None, hits), key=_place):
        last = found[-1][-1] if found else None
        if last is None or (hit[0].line, hit[0].start) >= (last.line, last.end):
            found.append(hit)
    return found


def _place(hit: Hit) -> tuple[int, int, int, int]:
    """Return a key that sorts by the beginning, the longer first."""
    return hit[0].line, hit[0].start, -hit[-1].line, -hit[-1].end


def numbered(hits: Iterable[Hit]) -> list[Match]:
    """Return the matches as they are numbered from 0."""
    return [each._replace(number=number) for number, hit in enumerate(hits) for each in hit]


def by_number(matches: Iterable[Match]) -> list[Hit]:
    """Return each match with all of its lines."""
    return [list(hit) for _, hit in groupby(matches, attrgetter("number"))]
