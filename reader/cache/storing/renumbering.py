"""The articles of an archive under the ids that they get in slots of another width."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from pyroaring import BitMap

from reader.cache.storing.room import no_room
from reader.cache.values.slots import Slots
from reader.cache.values.tables import ARTICLES, DOCUMENTS, Table
from reader.errors import CacheFull

if TYPE_CHECKING:
    from reader.cache.engine import View


class Rows(Protocol):
    """Reads whole rows of tables."""

    def rows_after(
        self, table: Table, after: Sequence[Any] | None, count: int
    ) -> Iterator[tuple[Any, ...]]:
        """Yield rows in the order of their key, those after a key alone."""

    def last_key(self, table: Table) -> tuple[Any, ...] | None:
        """Return the last key of a table; None if it is empty."""


class Renumbered:
    """Rows of a view as they are in an archive with other slots. See `Rows`.

    Raises NoRoom if that archive has no room for them, CacheFull if it has no ids for them.
    """

    def __init__(self, view: "View", rows: Rows, slots: Slots) -> None:
        self._rows = rows
        self._old, self._new = BitMap(), BitMap()
        is_same, last = view.slots.quarters == slots.quarters, -1
        for id, published in view.published_from(0):
            last = id if is_same else max(slots.of(published), last + 1)
            self._old.add(id)
            self._new.add(last)
        if last >= 1 << slots.bits:
            raise CacheFull
        _check_room(self._new, slots)

    def rows_after(
        self, table: Table, after: Sequence[Any] | None, count: int
    ) -> Iterator[tuple[Any, ...]]:
        """Yield rows in the order of their key, those after a key alone."""
        if table not in (ARTICLES, DOCUMENTS):
            yield from self._rows.rows_after(table, after, count)
            return
        before = None if after is None else (self._old_of(after[0]),)
        for id, *values in self._rows.rows_after(table, before, count):
            yield self._new[self._old.rank(id) - 1], *values

    def last_key(self, table: Table) -> tuple[Any, ...] | None:
        """Return the last key of a table; None if it is empty."""
        last = self._rows.last_key(table)
        if last is None or table not in (ARTICLES, DOCUMENTS):
            return last
        return (self._new[self._old.rank(last[0]) - 1],)

    def _old_of(self, id: int) -> int:
        """Return the former id of the last article up to an id; -1 before the first."""
        place = int(self._new.rank(id))
        return int(self._old[place - 1]) if place else -1


def _check_room(ids: BitMap, slots: Slots) -> None:
    if not slots.is_limited or not ids:
        return
    size = slots.window
    for first in range(ids.min() // size * size, ids.max() + 1, size):
        if ids.range_cardinality(first, first + size) > slots.most:
            raise no_room(slots, slots.start(first))
