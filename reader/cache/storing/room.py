"""Refuse articles of a time that is too full, before each of them moves thousands of others.

Half of the slots of a window may be taken (`Slots.window`): then a new article moves one or two
others. Local archives have no limit.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

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
        self._view = view
        self._slots = view.slots
        self._taken: dict[int, int] = {}
        """Articles by window."""

    def look(self, published: Iterable[int]) -> None:
        """Count what is stored about several instants, together."""
        if self._slots.is_limited:
            new = {self._slots.window_of(each) for each in published} - self._taken.keys()
            if new:
                self._taken |= dict.fromkeys(new, 0)
                with suppress(Damaged):  # writing the facets reports it
                    self._taken |= taken(self._view, self._slots, sorted(new))

    def take(self, published: int) -> None:
        """Take a place for an article. Raises NoRoom."""
        if not self._slots.is_limited:
            return
        self.look([published])
        window = self._slots.window_of(published)
        if self._taken[window] >= self._slots.most:
            raise no_room(self._slots, published)
        self._taken[window] += 1


def no_room(slots: Slots, published: int) -> NoRoom:
    """Return the error for an instant whose window is full."""
    narrower = slots.narrower
    return NoRoom(from_milliseconds(published).date(), narrower.name if narrower else "")


def taken(view: "View", slots: Slots, windows: Iterable[int]) -> dict[int, int]:
    """Return how many articles each window has, in two requests."""
    size = slots.window
    spans = {window: range(window * size, (window + 1) * size) for window in windows}
    rows = view.facets([ALL])
    if not rows:
        return dict.fromkeys(spans, 0)
    wanted = {
        chunk
        for span in spans.values()
        for chunk in range(span.start >> CHUNK_BITS, (span.stop - 1 >> CHUNK_BITS) + 1)
    }
    chunks = [bits for _, bits in view.chunks([n * FACETS + rows[0].key for n in sorted(wanted)])]
    return {
        window: sum(int(bits.range_cardinality(span.start, span.stop)) for bits in chunks)
        for window, span in spans.items()
    }
