"""Where the words of a search stand in an article, and at which of these places the reader is."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from reader.query import Term
from reader.ui.matches import Match, matches, pattern_of


class Highlights:
    """Of one reading pane, whose text is laid out little by little and, at times, anew."""

    def __init__(self) -> None:
        self._words: re.Pattern[str] | None = None
        self._matches: list[Match] = []
        self._searched = 0
        """Lines of the layout that have been looked through."""
        self.current = -1
        """The number of the match that the reader went to last."""

    @property
    def has_words(self) -> bool:
        """Whether any words are looked for."""
        return self._words is not None

    @property
    def count(self) -> int:
        return self._matches[-1].number + 1 if self._matches else 0

    def ask(self, terms: Iterable[Term]) -> bool:
        """Look for these words from now on; whether they are others than before."""
        words = pattern_of(terms)
        is_other = words != self._words
        self._words = words
        return is_other

    def forget(self) -> None:
        """It is another text, or other words are looked for."""
        self.forget_places()
        self.current = -1

    def forget_places(self) -> None:
        """The text is laid out anew."""
        self._matches, self._searched = [], 0

    def is_behind(self, lines: int) -> bool:
        """Whether so many lines are more, or others, than have been looked through."""
        return self._words is not None and self._searched != lines

    def search(self, texts: Sequence[str]) -> None:
        """Look through all that is laid out by now."""
        if self._words is not None:
            self._searched = len(texts)
            self._matches = matches(texts, self._words)

    def ahead(self, step: Literal[1, -1], top: int) -> int | None:
        """Return the number of the next or previous match; None where there is none that way.

        top: the line on top, from which it is counted until a match has been gone to.
        """
        if self.current >= 0:
            number = self.current + step
            return number if 0 <= number < self.count else None
        if step > 0:
            return next((each.number for each in self._matches if each.line >= top), None)
        return next((each.number for each in reversed(self._matches) if each.line < top), None)

    def go(self, step: Literal[1, -1], top: int) -> int | None:
        """Go to that match: its first line; None where there is none."""
        number = self.ahead(step, top)
        return None if number is None else self._go_to(number)

    def go_to_edge(self, step: Literal[1, -1]) -> int | None:
        """Go to the first match or (-1) to the last: its first line; None where there is none."""
        return self._go_to(0 if step > 0 else self.count - 1) if self._matches else None

    def _go_to(self, number: int) -> int:
        self.current = number
        return next(each.line for each in self._matches if each.number == number)

    def on_line(self, index: int) -> Iterator[Match]:
        first = bisect_left(self._matches, index, key=lambda match: match.line)
        for match in self._matches[first:]:
            if match.line != index:
                return
            yield match
