"""The top line: the terms of the query, then tags that split what is shown, under 1 to 9.

A digit or a click changes the query; the bar posts the changed one and the screen shows it.
"""

import asyncio
from collections.abc import Collection, Sequence
from functools import partial
from typing import ClassVar, Protocol

from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from reader.library import Ids, TagCount
from reader.query.language import Query
from reader.ui.bars.chips import Chip, ChipKind, chip
from reader.ui.bars.digit_tags import DigitTag, assign_digits
from reader.ui.bars.tag_bar_painting import Place, bar_strip
from reader.ui.textual_compat.failures import in_background
from reader.ui.textual_compat.painted import Painted

SOON_S = 0.02
"""Delay before the tags of an answer are counted: by then its list is painted."""

SEVERAL = 2_000
"""Articles whose tags are counted one by one, in some 30 ms."""

TYPING_S = 0.03
"""Further delay before many tags are read for them, in which the next key is answered."""


class CountsTags(Protocol):
    """Chooses tags, as the library does."""

    def bar_tags(
        self, ids: Ids, named: Collection[str] = (), *, at_once: bool = False
    ) -> list[TagCount] | None:
        """Return nine tags of these articles, the best first, and those named (folded).

        at_once: None if counting would take a while. Thread-safe. Raises CacheError.
        """


class TagBar(Painted):
    """One line; items that do not fit are left out whole, from the end.

    A digit always cycles the tag that is painted under it. Between a change of the query and the
    new counts, tags keep their digits and show `…` in place of a count.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "tag-bar--asked-for",
        "tag-bar--digit",
        "tag-bar--muted",
        "tag-bar--ruled-out",
        *(f"tag-bar--{kind}" for kind in ChipKind),
    }

    ALLOW_SELECT = False

    class QueryChanged(Message):
        """A digit, or a click on a tag or a chip, asks for another query."""

        def __init__(self, query: Query) -> None:
            self.query = query
            super().__init__()

    def __init__(
        self,
        library: CountsTags,
        query: Query,
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Begin empty. query: the first that `show` describes."""
        super().__init__(id=id, classes=classes)
        self._library = library
        self._query = query
        self._chips: Sequence[Chip] = ()
        self._tags: tuple[DigitTag, ...] = ()
        self._places: list[Place] = []
        """Where they are painted."""
        self._turn = 0
        """Number of the last request for counts; counts of an earlier one are dropped."""
        self._typing: Timer | None = None

    @property
    def tags(self) -> Sequence[DigitTag]:
        """Return the tags under the digits, in their order."""
        return self._tags

    def show_query(self, query: Query) -> None:
        """Show the terms of the query at once; counts follow with `show` or `show_soon`."""
        self._query = query
        self._supersede()
        previous = [TagCount(each.tag, 0) for each in self._tags]
        tags = assign_digits(query.tags, previous, self._tags)
        self._repaint(tuple(tag._replace(articles=None) for tag in tags))

    def show(self, ids: Ids) -> None:
        """Show the tags for these articles. Raises CacheError."""
        self.show_query(self._query)
        counts = self.at_once(ids)
        if counts is None:  # the list is painted first
            self.call_after_refresh(self._begin_to_count, ids, self._turn)
        else:
            self._number(counts)

    def show_soon(self, ids: Ids) -> None:
        """Show them in a moment; after a pause in typing if many tags would have to be read."""
        self.show_query(self._query)
        turn = self._turn
        self._typing = self.set_timer(SOON_S, lambda: self._begin_to_count(ids, turn, at_once=True))

    def at_once(self, ids: Ids) -> list[TagCount] | None:
        """Return enough tags for every digit; None if that takes a while. Raises CacheError."""
        return self._library.bar_tags(ids, self._named, at_once=True)

    def cycle(self, digit: int) -> None:
        """Include, exclude or drop the tag under the digit, if any."""
        for tag in self._tags:
            if tag.digit == digit:
                self._change(self._query.cycle_tag(tag.tag))

    def on_click(self, event: events.Click) -> None:
        """Cycle the clicked tag, or remove the clicked term."""
        at = event.get_content_offset(self)
        for columns, clicked in self._places:
            if at is None or at.x not in columns:
                continue
            if isinstance(clicked, DigitTag):
                self._change(self._query.cycle_tag(clicked.tag))
            else:
                self._change(self._query.without(clicked.term))

    def _change(self, query: Query) -> None:
        self.post_message(self.QueryChanged(query))

    @property
    def _named(self) -> list[str]:
        return [term.value for term in self._query.tags]

    def _supersede(self) -> None:
        """Drop counts that are still being made."""
        self._turn += 1
        if self._typing is not None:
            self._typing.stop()
            self._typing = None

    def _begin_to_count(self, ids: Ids, turn: int, *, at_once: bool = False) -> None:
        if turn == self._turn:
            count = self._count_at_once if at_once else self._count_and_show
            in_background(self, partial(count, ids, turn), group="tags", exclusive=True)

    async def _count_at_once(self, ids: Ids, turn: int) -> None:
        counts = await asyncio.to_thread(self.at_once, ids)
        if turn != self._turn:
            return
        if counts is None and len(ids) <= SEVERAL:
            await self._count_and_show(ids, turn)
        elif counts is None:  # there may be thousands of tags to read
            self._typing = self.set_timer(TYPING_S, lambda: self._begin_to_count(ids, turn))
        else:
            self._number(counts)

    async def _count_and_show(self, ids: Ids, turn: int) -> None:
        counts = await asyncio.to_thread(self._library.bar_tags, ids, self._named)
        if turn == self._turn:
            self._number(counts or ())

    def _number(self, counts: Sequence[TagCount]) -> None:
        self._repaint(assign_digits(self._query.tags, counts, self._tags))

    def _repaint(self, tags: tuple[DigitTag, ...]) -> None:
        chips = [chip(term) for term in self._query.terms]
        if (chips, tags) != (self._chips, self._tags):
            self._chips, self._tags = chips, tags
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the line of chips and tags."""
        width = self.size.width
        if y:
            return Strip.blank(width, self._look_of(""))
        strip, self._places = bar_strip(self._chips, self._tags, width, self._look_of)
        return strip

    def _look_of(self, name: str) -> Style:
        return self.style_of(f"tag-bar--{name}" if name else "")
