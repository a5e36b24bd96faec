"""The matches of a search in a laid-out article, and the one that the user is at."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from time import monotonic
from typing import Literal, NamedTuple

from reader.query.language import Pattern, Term
from reader.ui.prose.sectioned_lines import SectionedLines, Spot
from reader.ui.prose.wrap import Line
from reader.ui.reading.candidates import Sought
from reader.ui.reading.expressions import Expressions, by_number, in_order, numbered
from reader.ui.reading.matches import Match, matches, pattern_of


class _Stretch(NamedTuple):
    """Parts in a row; each is laid out, the last perhaps not to its end, or has no match."""

    first: int
    last: int
    sizes: tuple[int, ...]
    """Numbers of lines laid out."""
    is_to_end: bool


_NOTHING = _Stretch(0, -1, (), False)


class Place(NamedTuple):
    """Characters of a match on one line."""

    spot: Spot
    start: int
    end: int
    number: int
    """Number of the match in what is searched, from 0."""


class Highlights:
    """The matches in one reading pane, whose text is laid out in slices and sometimes again.

    It searches the parts around one spot that are laid out or, by their source, have no match.
    """

    def __init__(self) -> None:
        self._words: re.Pattern[str] | None = None
        self._sought = Sought(())
        self._expressions = Expressions(())
        self._without: set[int] = set()
        """Parts that have no match, by their source."""
        self._matches: list[Place] = []
        self._lines = SectionedLines([])
        self._searched = _NOTHING
        self.current = -1
        """Number of the match that the user went to last; -1 for none."""
        self._left_at = -1
        """The same, kept while matches are not counted from the start of the text."""

    @property
    def has_words(self) -> bool:
        """Return whether there are words or expressions to search for."""
        return self._words is not None or bool(self._expressions)

    @property
    def count(self) -> int:
        """Return the number of matches found so far."""
        return self._matches[-1].number + 1 if self._matches else 0

    def ask(self, terms: Iterable[Term | Pattern]) -> bool:
        """Search for these words and expressions from now on; return whether they have changed."""
        every = list(terms)
        plain = [each for each in every if isinstance(each, Term)]
        words, expressions = pattern_of(plain), Expressions(every)
        is_other = words != self._words or expressions != self._expressions
        if is_other:
            self._words, self._sought = words, Sought(plain)
            self._expressions = expressions
        return is_other

    def forget(self) -> None:
        """Forget all matches: the text or the words have changed."""
        self.forget_places()
        self._sought.forget()
        self._without.clear()
        self.current = self._left_at = -1

    def forget_places(self) -> None:
        """Forget where matches are: the text is laid out again."""
        if not self.is_from_start:
            self.current = -1
        self._matches, self._searched = [], _NOTHING
        self._expressions.forget()

    @property
    def is_from_start(self) -> bool:
        """Return whether all above is searched: matches then count from 1."""
        return self._searched.first == 0

    @property
    def is_to_end(self) -> bool:
        """Return whether all below is searched."""
        return self._searched.is_to_end

    def covers(self, lines: SectionedLines, spot: Spot, height: int) -> bool:
        """Return whether `height` lines from the spot on were searched, or need not be."""
        if not self.has_words:
            return True
        if lines is not self._lines or not self._searched.first <= spot.part:
            return False
        after = spot.part, spot.offset + height
        for part, size in enumerate(self._searched.sizes, self._searched.first):
            if after <= (part, size):
                return True
            if part >= after[0]:
                after = part + 1, after[1] - size
        return self.is_to_end

    # Searching.

    def knows_all(self, lines: SectionedLines) -> bool:
        """Return whether each part is laid out or has no match."""
        return lines.is_cut and all(self._is_known(lines, part) for part in lines.parts)

    def _is_known(self, lines: SectionedLines, part: int) -> bool:
        return part in self._without or lines.is_whole(part)

    def look_on(
        self, lines: SectionedLines, part: int, step: Literal[1, -1], seconds: float
    ) -> bool:
        """Lay out parts that may have a match, from `part` on; return False if none is left.

        Parts without one are passed over. seconds: at most.
        """
        deadline = monotonic() + seconds
        is_new = False
        while lines.has(part):
            if not self._is_known(lines, part):
                if monotonic() > deadline:
                    return True
                is_new = True
                self._look_at(lines, part, deadline - monotonic())
                if not self._is_known(lines, part):
                    return True
            part += step
        return is_new

    def _look_at(self, lines: SectionedLines, part: int, seconds: float) -> None:
        sources = [lines.source(each) for each in (part - 1, part, part + 1)]
        if self._expressions.may_be_in(part) or self._sought.may_be_in(part, sources):
            lines.grow_whole(part, seconds)
        else:
            self._without.add(part)

    def look_around(self, lines: SectionedLines, spot: Spot) -> bool:
        """Search what is laid out around the spot; return whether that was new.

        The current match stays the current one if it is found again.
        """
        stretch, before = self._stretch(lines, spot.part), self._searched
        if not self.has_words or (lines is self._lines and stretch == before):
            return False
        place = self._place_of_current(lines)
        self._lines, self._searched = lines, stretch
        self._matches = list(self._find(stretch))
        if stretch.first != before.first:
            if before.first == 0:
                self._left_at = self.current
            again = (each.number for each in self._matches if each[:2] == place)
            self.current = next(again, -1)
        if stretch.first == 0 and self.current < 0:
            self.current = self._left_at
        return True

    def _stretch(self, lines: SectionedLines, part: int) -> _Stretch:
        first = last = part
        while first > 0 and self._is_known(lines, first - 1):
            first -= 1
        while self._is_known(lines, last) and lines.has(last + 1):
            if not (lines.size_of(last + 1) or self._is_known(lines, last + 1)):
                break
            last += 1
        sizes = tuple(lines.size_of(each) for each in range(first, last + 1))
        is_to_end = self._is_known(lines, last) and not lines.has(last + 1)
        return _Stretch(first, last, sizes, is_to_end)

    def _find(self, stretch: _Stretch) -> Iterator[Place]:
        """Yield the matches in the parts that are laid out, joined where nothing is between."""
        parts = range(stretch.first, stretch.last + 1)
        number = 0
        for is_without, joined in groupby(parts, self._without.__contains__):
            if is_without:
                continue
            within = list(joined)
            texts = [list(self._lines.lines_of(part)) for part in within]
            spots = [
                Spot(part, offset)
                for part, lines in zip(within, texts, strict=True)
                for offset in range(len(lines))
            ]
            found = self._found_in(within, texts)
            for line, start, end, nth in found:
                yield Place(spots[line], start, end, number + nth)
            number += found[-1].number + 1 if found else 0

    def _found_in(self, parts: Sequence[int], texts: Sequence[Sequence[Line]]) -> list[Match]:
        """Return the matches in the lines of parts in a row, numbered through."""
        every = [line.text for lines in texts for line in lines]
        found = matches(every, self._words) if self._words else []
        if not self._expressions:
            return found
        hits, first = by_number(found), 0
        for part, lines in zip(parts, texts, strict=True):
            for hit in self._expressions.hits(part, lines):
                hits.append([each._replace(line=first + each.line) for each in hit])
            first += len(lines)
        return numbered(in_order(hits))

    def _place_of_current(self, lines: SectionedLines) -> tuple[Spot, int] | None:
        """Return line and column of the current match, if the lines are the same."""
        if lines is not self._lines:
            return None
        return next((each[:2] for each in self._matches if each.number == self.current), None)

    # Going.

    def ahead(self, step: Literal[1, -1], top: Spot) -> int | None:
        """Return the number of the next or previous match; None if there is none that way.

        top: the line on top, where counting starts until the user has gone to a match.
        """
        if self.current >= 0:
            number = self.current + step
            return number if 0 <= number < self.count else None
        if step > 0:
            return next((each.number for each in self._matches if each.spot >= top), None)
        return next((each.number for each in reversed(self._matches) if each.spot < top), None)

    def go(self, step: Literal[1, -1], top: Spot) -> Spot | None:
        """Make that match the current one and return its first line; None if there is none."""
        number = self.ahead(step, top)
        return None if number is None else self._go_to(number)

    def go_to_edge(self, step: Literal[1, -1]) -> Spot | None:
        """Go to the first match or (-1) the last; return its first line, None if there is none."""
        return self._go_to(0 if step > 0 else self.count - 1) if self._matches else None

    def _go_to(self, number: int) -> Spot:
        self.current, self._left_at = number, -1
        return next(each.spot for each in self._matches if each.number == number)

    def on_line(self, spot: Spot) -> Iterator[Match]:
        """Yield the matches on a line."""
        first = bisect_left(self._matches, spot, key=lambda match: match.spot)
        for match in self._matches[first:]:
            if match.spot != spot:
                return
            yield Match(0, match.start, match.end, match.number)
