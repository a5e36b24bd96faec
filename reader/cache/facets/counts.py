"""Count the ids that a set shares with facets; cached for the last sets.

Works on bitmaps only; `index` reads the facets.
"""

from collections.abc import Callable, Collection
from collections.abc import Set as AbstractSet

from pyroaring import BitMap

from reader.cache.ids import NONE, Meet

SETS_KEPT = 2
"""Result sets whose facet counts are cached."""

DENSE_FROM = 20_000
"""Minimum ids of a set for which making it dense saves time."""


class _Counted:
    """The cached counts of one set."""

    __slots__ = ("ids", "known", "part", "whole")

    def __init__(
        self, ids: BitMap, whole: "_Counted | None" = None, part: "_Counted | None" = None
    ) -> None:
        """Begin without counts. whole, part: of the sets whose difference it is, if it is one."""
        self.ids = ids
        self.whole = whole
        self.part = part
        self.known: dict[int, tuple[BitMap, int]] = {}
        """Bitmap and count by the `id()` of a facet's bitmap, which is kept alive here."""

    def drop(self, facets: AbstractSet[int]) -> None:
        """Drop the counts of facets, by the `id()` of their bitmaps."""
        for counted in (self, self.whole, self.part):
            if counted is not None:
                counted.known = {k: v for k, v in counted.known.items() if k not in facets}


class Counts:
    """Counts what sets and facets share. The bitmaps that it is given must never change."""

    def __init__(self, every: Callable[[], BitMap | None]) -> None:
        """Count nothing yet. every: returns the ids that facets can have, None if unknown."""
        self._every = every
        self._of: dict[int, _Counted] = {}
        """Counts of the last sets, by the `id()` of their bitmaps."""
        self._parts: dict[tuple[int, int], tuple[BitMap, BitMap, BitMap]] = {}
        """Intersections of two facets by the `id()` of both, which are kept alive here."""
        self._common: dict[tuple[int, int], tuple[BitMap, BitMap, int]] = {}
        """Numbers of ids that two facets share, likewise."""
        self._dense = NONE, NONE
        """A set and its dense form."""

    def forget(self) -> None:
        """Drop everything that depends on the stored articles."""
        self._parts.clear()
        self._common.clear()
        self._dense = NONE, NONE

    def drop(self, facets: Collection[BitMap]) -> None:
        """Drop what is cached of some facets, which keeps their bitmaps alive."""
        dropped = {id(bits) for bits in facets}
        if not dropped:
            return
        for counted in self._of.values():
            counted.drop(dropped)
        self._parts = {pair: kept for pair, kept in self._parts.items() if dropped.isdisjoint(pair)}
        self._common = {
            pair: kept for pair, kept in self._common.items() if dropped.isdisjoint(pair)
        }

    def meet(self, bits: BitMap, ids: BitMap, without: BitMap) -> Meet:
        """Return the ids that a facet shares with a set, without those of another facet."""
        part = self._part(bits, without)
        hidden = int(part.intersection_cardinality(ids)) if part else 0
        return Meet(bits, ids, part, self.shared(bits, ids) - hidden)

    def _part(self, bits: BitMap, other: BitMap) -> BitMap:
        """Return the ids that two facets share; cached, as few of many articles are pinned."""
        if (id(bits), id(other)) not in self._parts:
            self._parts[id(bits), id(other)] = bits, other, bits & other
        return self._parts[id(bits), id(other)][2]

    def common(self, bits: BitMap, other: BitMap) -> int:
        """Return how many ids two facets share: at most as many do among any others. Cached."""
        if (id(bits), id(other)) not in self._common:
            number = int(bits.intersection_cardinality(other))
            self._common[id(bits), id(other)] = bits, other, number
        return self._common[id(bits), id(other)][2]

    def shared(self, bits: BitMap, ids: BitMap) -> int:
        """Return how many ids a facet shares with a set.

        Cached for the last few sets: counting among a million articles takes milliseconds, marks do
        not change the counts, and filters are added and removed again.
        """
        # A bitmap that is kept alive keeps its `id()`. The most recently used comes last.
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

        It also has all ids that no facet has: those of other languages, and those that do not
        exist. Roaring then stores bits instead of lists: looking ids up in bits is faster than
        merging two lists. The set is valid until another one is made dense.
        """
        every = self._every()
        if not every or len(ids) < DENSE_FROM:
            return ids
        before, dense = self._dense
        if dense is NONE:
            dense = every.flip(0, every[-1] + 1)
        if before is not ids:
            dense ^= before ^ ids  # in place: new bitmaps would fragment memory
            self._dense = ids, dense
        return dense
