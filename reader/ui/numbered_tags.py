"""Which tags stand in the bar under the digits, and what a digit means to the query."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from textual.timer import Timer

from reader.errors import CryptoreadError
from reader.library import MOST_TAGS, Ids, Library, TagCount
from reader.query import Query
from reader.ui.tag_bar import DigitTag, TagBar, assign_digits, chip

if TYPE_CHECKING:
    from reader.ui.reader_screen import ReaderScreen

TYPING_S = 0.2
"""After so long without another letter, whoever searches looks at what was found."""


class NumberedTags:
    """Of one screen, whose filter and articles the bar is about."""

    def __init__(self, screen: "ReaderScreen", library: Library, bar: TagBar) -> None:
        self._screen = screen
        self._library = library
        self._bar = bar
        self._digits: tuple[DigitTag, ...] = ()
        self._ids = Ids()
        self._timer: Timer | None = None

    def show(self, ids: Ids) -> None:
        """The most frequent tags of these articles. Raises CacheError."""
        counts = self.at_once(ids)
        if counts is None:
            self.show_soon(ids, 0)
        else:
            self._ids = ids
            self._number(counts)

    def show_soon(self, ids: Ids, seconds: float = TYPING_S) -> None:
        """The rows come first: few articles may have any of thousands of tags."""
        self._ids = ids
        self._paint()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._screen.set_timer(seconds, lambda: self._begin_to_count(ids))

    def at_once(self, ids: Ids) -> list[TagCount] | None:
        """Enough of the most frequent for every digit; None where that takes a while.

        Raises CacheError.
        """
        return self._library.tags_at_once(ids, self._most)

    @property
    def _most(self) -> int:
        # Named tags take places among the most frequent, but not in the nine of the bar.
        return MOST_TAGS + len(self._screen.filter.tags)

    def cycled(self, digit: int) -> Query | None:
        """The filter with the tag of that digit included, excluded or left out; None for none."""
        for tag in self._digits:
            if tag.digit == digit:
                return self._screen.filter.cycle_tag(tag.tag)
        return None

    def _begin_to_count(self, ids: Ids) -> None:
        self._screen.run_worker(self._count_and_show(ids), group="tags", exit_on_error=False)

    async def _count_and_show(self, ids: Ids) -> None:
        with suppress(CryptoreadError):
            counts = await asyncio.to_thread(self._library.tag_counts, ids, self._most)
            if ids is self._ids:
                self._number(counts)

    def _number(self, counts: Sequence[TagCount]) -> None:
        self._digits = assign_digits(self._screen.filter.tags, counts, self._digits)
        self._paint()

    def _paint(self) -> None:
        self._bar.show([chip(term) for term in self._screen.filter.terms], self._digits)
