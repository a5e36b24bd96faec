"""Refuse articles of a time that is too full, before each of them moves thousands of others.

Half of the slots of a window may be taken (`Slots.window`): then a new article moves one or two
others. Local archives have no limit.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from pyroaring import BitMap

from reader.cache.facets.index import ALL
from reader.cache.values.facet_rows import CHUNK_BITS, FACETS, Damaged
from reader.cache.values.instants import from_milliseconds
from reader.cache.values.slots import Slots
from reader.errors import NoRoom

if TYPE_CHECKING:
    from reader.cache.engine import View


class Room:
    """Counts the articles about each time, stored ones and those of one transaction."""

    def __init__(self, view: "View") -> None:
        """Count nothing yet."""
        self._view = view
        self._slots = view.slots
        self._is_limited = self._slots.is_limited
        self._taken: dict[int, int] = {}
        """Articles by window."""

    def look(self, published: Iterable[int]) -> None:
        """Count what is stored about several instants, together."""
        if not self._is_limited:
            return
        new = {self._slots.window_of(each) for each in published} - self._taken.keys()
        if new:
            self._taken |= dict.fromkeys(new, 0)
            with suppress(Damaged):  # writing the facets reports it
                self._count(sorted(new))

    def take(self, published: int) -> None:
        """Take a place for an article. Raises NoRoom."""
        if not self._is_limited:
            return
        self.look([published])
        window = self._slots.window_of(published)
        if self._taken[window] >= self._slots.most:
            raise no_room(self._slots, published)
        self._taken[window] += 1

    @cached_property
    def _all(self) -> int | None:
        """Return the key of the facet of all articles; None before there is one."""
        rows = self._view.facets([ALL])
        return rows[0].key if rows else None

    def _count(self, windows: Sequence[int]) -> None:
        if self._all is None:
            return
        size = self._slots.window
        spans = {window: range(window * size, (window + 1) * size) for window in windows}
        wanted = {
            chunk
            for span in spans.values()
            for chunk in range(span.start >> CHUNK_BITS, (span.stop - 1 >> CHUNK_BITS) + 1)
        }
        ids = [chunk * FACETS + self._all for chunk in sorted(wanted)]
        chunks = [bits for _, bits in self._view.chunks(ids)]
        for window, span in spans.items():
            parts = (int(bits.range_cardinality(span.start, span.stop)) for bits in chunks)
            self._taken[window] = sum(parts)


def fullest(view: "View") -> tuple[int, int] | None:
    """Return how many articles the fullest window has, and when it begins; None without articles.

    Raises Damaged.
    """
    rows = view.facets([ALL])
    found = BitMap()
    for row, bits in view.wholes([row.key for row in rows]):
        found |= bits
        for id, part in view.chunks([number * FACETS + row.key for number in row.newer]):
            first = id // FACETS << CHUNK_BITS
            found.remove_range(first, first + (1 << CHUNK_BITS))
            found |= part
    size = view.slots.window
    windows = range(found.min() // size, found.max() // size + 1) if found else ()
    counts = [(int(found.range_cardinality(n * size, (n + 1) * size)), n) for n in windows]
    if not counts:
        return None
    count, window = max(counts)
    return count, view.slots.start(window * size)


def no_room(slots: Slots, published: int) -> NoRoom:
    """Return the error for an instant whose window is full."""
    narrower = slots.narrower
    return NoRoom(from_milliseconds(published).date(), narrower.name if narrower else "")
