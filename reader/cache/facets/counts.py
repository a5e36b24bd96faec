"""How many ids a set shares with facets: counted once, and remembered for the last sets.

Bitmaps alone. Where facets come from belongs to `index`.
"""

from collections.abc import Callable

from pyroaring import BitMap

from reader.cache.ids import NONE, Meet

SETS_KEPT = 2
"""Result sets whose facet counts are cached."""

DENSE_FROM = 20_000
"""Ids of a set from which on making it dense takes less than it saves."""


class _Counted:
    """How many ids a set shares with facets."""

    __slots__ = ("ids", "known", "part", "whole")

    def __init__(
        self, ids: BitMap, whole: "_Counted | None" = None, part: "_Counted | None" = None
    ) -> None:
        """whole, part: of the sets that it is the difference of, if it is one."""
        self.ids = ids
        self.whole = whole
        self.part = part
        self.known: dict[int, tuple[BitMap, int]] = {}
        """By the `id()` of the facets' bitmaps, which are held with it."""


class Counts:
    """Counts what sets and facets share. The bitmaps that it is given must never change."""

    def __init__(self, language: Callable[[], BitMap | None]) -> None:
        """language: returns the ids that all facets are cut to, None where they are not cut."""
        self._language = language
        self._of: dict[int, _Counted] = {}
        """Of the last sets, by the `id()` of their bitmaps."""
        self._parts: dict[tuple[int, int], tuple[BitMap, BitMap, BitMap]] = {}
        """What two facets share, by the `id()` of both, which are held with it."""
        self._dense = NONE, NONE
        """A set, and what `dense` makes of it."""

    def forget(self) -> None:
        """Forget what depends on which articles there are."""
        self._parts.clear()
        self._dense = NONE, NONE

    def meet(self, bits: BitMap, ids: BitMap, without: BitMap) -> Meet:
        """Return the ids that a facet shares with a set, without those of another facet."""
        part = self._part(bits, without)
        hidden = int(part.intersection_cardinality(ids)) if part else 0
        return Meet(bits, ids, part, self.shared(bits, ids) - hidden)

    def _part(self, bits: BitMap, other: BitMap) -> BitMap:
        """Return what two facets share; remembered, as few of many articles are pinned."""
        if (id(bits), id(other)) not in self._parts:
            self._parts[id(bits), id(other)] = bits, other, bits & other
        return self._parts[id(bits), id(other)][2]

    def shared(self, bits: BitMap, ids: BitMap) -> int:
        """Return how many ids a facet shares with a set.

        Remembered for the last few sets: counting among a million articles takes milliseconds, a
        mark that is set changes none of it, and filters are put on and taken off again.
        """
        # A bitmap that is held keeps its `id()`. The last to be forgotten stands last.
        counts = self._of[id(ids)] = self._of.pop(id(ids), _Counted(ids))
        if len(self._of) > SETS_KEPT:
            self._of.pop(next(iter(self._of)), None)
        return self._counted(bits, counts)

    def note_rest(self, ids: BitMap, whole: BitMap, part: BitMap) -> None:
        """Record ids = whole − part, so counts can be subtracted."""
        of = self._of.get(id(whole)), self._of.get(id(part))
        self._of[id(ids)] = _Counted(ids, *of)

    def _counted(self, bits: BitMap, counts: _Counted) -> int:
        if id(bits) not in counts.known:
            counts.known[id(bits)] = bits, self._count(bits, counts)
        return counts.known[id(bits)][1]

    def _count(self, bits: BitMap, counts: _Counted) -> int:
        if counts.whole and counts.part and id(bits) in counts.part.known:
            return self._counted(bits, counts.whole) - self._counted(bits, counts.part)
        return int(bits.intersection_cardinality(self.dense(counts.ids)))

    def dense(self, ids: BitMap) -> BitMap:
        """Return a set that shares with any facet what these ids do, and is counted faster.

        It has all ids outside the language as well, which no facet has. Roaring then keeps bits
        instead of lists: a facet's ids are looked up in them, where two lists would be merged. The
        set holds until another is made dense.
        """
        language = self._language()
        if not language or len(ids) < DENSE_FROM:
            return ids
        before, dense = self._dense
        if dense is NONE:
            dense = language.flip(0, language[-1] + 1)
        if before is not ids:
            dense ^= before ^ ids  # in its place: made anew each time, memory falls into pieces
            self._dense = ids, dense
        return dense
