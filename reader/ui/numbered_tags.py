"""Which tags stand in the bar under the digits, and what a digit means to the query."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.timer import Timer

from reader.library import MOST_TAGS, Ids, Library, TagCount
from reader.query import Query
from reader.ui.failures import in_background
from reader.ui.tag_bar import DigitTag, TagBar, assign_digits, chip

if TYPE_CHECKING:
    from reader.ui.reader_screen import ReaderScreen

TYPING_S = 0.2
"""Pause in typing after which a search counts the tags of what it found."""


class NumberedTags:
    """Numbers the tags of one screen, whose filter and articles the bar describes.

    What is painted under a digit is what the digit cycles, at any time. Between a change of the
    filter and the new counts, tags keep their digits and show `…` in place of a count.
    """

    def __init__(self, screen: "ReaderScreen", library: Library, bar: TagBar) -> None:
        self._screen = screen
        self._library = library
        self._bar = bar
        self._digits: tuple[DigitTag, ...] = ()
        self._turn = 0
        """Number of the last request for counts; counts of an earlier one are dropped."""
        self._timer: Timer | None = None

    def show_filter(self) -> None:
        """Show the terms of the filter at once; counts follow with `show` or `show_soon`."""
        self._supersede()
        previous = [TagCount(each.tag, 0) for each in self._digits]
        digits = assign_digits(self._screen.filter.tags, previous, self._digits)
        self._paint(tuple(digit._replace(articles=None) for digit in digits))

    def show(self, ids: Ids) -> None:
        """Show the most frequent tags of these articles. Raises CacheError."""
        self.show_filter()
        counts = self.at_once(ids)
        if counts is None:  # the list is painted first
            self._screen.call_after_refresh(self._begin_to_count, ids, self._turn)
        else:
            self._number(counts)

    def show_soon(self, ids: Ids) -> None:
        """Show them after a pause in typing: a few articles may have any of thousands of tags."""
        self.show_filter()
        turn = self._turn
        self._timer = self._screen.set_timer(TYPING_S, lambda: self._begin_to_count(ids, turn))

    def at_once(self, ids: Ids) -> list[TagCount] | None:
        """Return enough of the most frequent for every digit; None where that takes a while.

        Raises CacheError.
        """
        return self._library.tags_at_once(ids, self._most)

    @property
    def _most(self) -> int:
        # Named tags take places among the most frequent, but not in the nine of the bar.
        return MOST_TAGS + len(self._screen.filter.tags)

    def cycled(self, digit: int) -> Query | None:
        """Return the filter with the digit's tag included, excluded or dropped; None for none."""
        for tag in self._digits:
            if tag.digit == digit:
                return self._screen.filter.cycle_tag(tag.tag)
        return None

    def _supersede(self) -> None:
        """Drop the counts that are still to come."""
        self._turn += 1
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _begin_to_count(self, ids: Ids, turn: int) -> None:
        if turn == self._turn:
            count = partial(self._count_and_show, ids, turn)
            in_background(self._screen, count, group="tags", exclusive=True)

    async def _count_and_show(self, ids: Ids, turn: int) -> None:
        counts = await asyncio.to_thread(self._library.tag_counts, ids, self._most)
        if turn == self._turn:
            self._number(counts)

    def _number(self, counts: Sequence[TagCount]) -> None:
        self._paint(assign_digits(self._screen.filter.tags, counts, self._digits))

    def _paint(self, digits: tuple[DigitTag, ...]) -> None:
        self._digits = digits
        self._bar.show([chip(term) for term in self._screen.filter.terms], digits)
