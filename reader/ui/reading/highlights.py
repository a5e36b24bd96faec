"""The matches of a search in a laid-out article, and the one that the user is at."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Literal

from reader.query.language import Term
from reader.ui.prose.sectioned_lines import Run, SectionedLines, Spot
from reader.ui.reading.matches import Match, matches, pattern_of

_NOTHING = Run(0, 0, 0, False)


class Highlights:
    """The matches in one reading pane, whose text is laid out in slices and sometimes again.

    Only the laid-out lines around one spot are searched; lines of matches count from the first.
    """

    def __init__(self) -> None:
        self._words: re.Pattern[str] | None = None
        self._matches: list[Match] = []
        self._lines = SectionedLines([])
        self._searched = _NOTHING
        """The lines that have been searched."""
        self.current = -1
        """Number of the match that the user went to last; -1 for none."""
        self._left_at = -1
        """The same, kept while matches are not counted from the start of the text."""

    @property
    def has_words(self) -> bool:
        """Return whether there are words to search for."""
        return self._words is not None

    @property
    def count(self) -> int:
        """Return the number of matches found so far."""
        return self._matches[-1].number + 1 if self._matches else 0

    def ask(self, terms: Iterable[Term]) -> bool:
        """Search for these words from now on; return whether they have changed."""
        words = pattern_of(terms)
        is_other = words != self._words
        self._words = words
        return is_other

    def forget(self) -> None:
        """Forget all matches: the text or the words have changed."""
        self.forget_places()
        self.current = self._left_at = -1

    def forget_places(self) -> None:
        """Forget where matches are: the text is laid out again."""
        if not self.is_from_start:
            self.current = -1
        self._matches, self._searched = [], _NOTHING

    @property
    def is_from_start(self) -> bool:
        """Return whether the searched lines begin with the text: matches then count from 1."""
        return self._searched.part == 0

    @property
    def is_to_end(self) -> bool:
        """Return whether the searched lines end with the text."""
        return self._searched.is_to_end

    def covers(self, lines: SectionedLines, spot: Spot, height: int) -> bool:
        """Return whether `height` lines from the spot on were searched, or need not be."""
        part, _, size, _ = self._searched
        if self._words is None:
            return True
        first = lines.number(Spot(part, 0))
        line = lines.number(spot)
        is_same = lines is self._lines and first <= line
        return is_same and min(line + height, len(lines)) <= first + size

    def look_around(self, lines: SectionedLines, spot: Spot) -> bool:
        """Search what is laid out around the spot; return whether that was new.

        The current match stays the current one if it is found again.
        """
        run, before = lines.run(spot), self._searched
        is_known = lines is self._lines and run._replace(first=before.first) == before
        if self._words is None or is_known:
            return False
        place = self._place_of_current(lines, run)
        self._lines, self._searched = lines, run
        self._matches = matches(list(lines.texts(run)), self._words)
        if run.part != before.part:
            if before.part == 0:
                self._left_at = self.current
            again = (each.number for each in self._matches if (each.line, each.start) == place)
            self.current = next(again, -1)
        if run.part == 0 and self.current < 0:
            self.current = self._left_at
        return True

    def _place_of_current(self, lines: SectionedLines, run: Run) -> tuple[int, int] | None:
        """Return line in the run and column of the current match, if it is there."""
        at = next((each for each in self._matches if each.number == self.current), None)
        start = Spot(self._searched.part, 0)
        if at is None or lines is not self._lines or lines.run(start).part != run.part:
            return None
        return at.line + lines.number(start) - run.first, at.start

    def ahead(self, step: Literal[1, -1], top: int) -> int | None:
        """Return the number of the next or previous match; None if there is none that way.

        top: the line on top, where counting starts until the user has gone to a match.
        """
        top -= self._first
        if self.current >= 0:
            number = self.current + step
            return number if 0 <= number < self.count else None
        if step > 0:
            return next((each.number for each in self._matches if each.line >= top), None)
        return next((each.number for each in reversed(self._matches) if each.line < top), None)

    def go(self, step: Literal[1, -1], top: int) -> int | None:
        """Make that match the current one and return its first line; None if there is none."""
        number = self.ahead(step, top)
        return None if number is None else self._go_to(number)

    def go_to_edge(self, step: Literal[1, -1]) -> int | None:
        """Go to the first match or (-1) the last; return its first line, None if there is none."""
        return self._go_to(0 if step > 0 else self.count - 1) if self._matches else None

    def _go_to(self, number: int) -> int:
        self.current, self._left_at = number, -1
        line = next(each.line for each in self._matches if each.number == number)
        return line + self._first

    @property
    def _first(self) -> int:
        """Return the number of the first searched line, by the present layout."""
        return self._lines.number(Spot(self._searched.part, 0)) if self._matches else 0

    def on_line(self, index: int) -> Iterator[Match]:
        """Yield the matches on the line of that number."""
        index -= self._first
        first = bisect_left(self._matches, index, key=lambda match: match.line)
        for match in self._matches[first:]:
            if match.line != index:
                return
            yield match
