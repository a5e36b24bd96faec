"""Sets of article ids, newest first, and lists of them in batches."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar, overload

from pyroaring import BitMap

from reader.article import ArticleId

T = TypeVar("T")

_PER_ROW, _MOST_PER_ROW = 64, 8192
"""Bytes of a row of a Roaring bitmap without its ids, and of its ids at most."""

NONE = BitMap()

AT_ONCE = 500
"""Maximum ids in one request to an engine."""


def weight(bits: BitMap) -> int:
    """Return about how many bytes a set takes in memory, within microseconds.

    Each 65,536 ids in a row that has any of them takes two allocations, and up to 8 kB.
    """
    if not bits:
        return 0
    rows = min(len(bits), (bits.max() >> 16) - (bits.min() >> 16) + 1)
    return rows * _PER_ROW + min(2 * len(bits), rows * _MOST_PER_ROW)


class Ids(Sequence[ArticleId]):
    """An immutable set of ids that reads as a sequence, newest first.

    The k-th id, the place of an id and any slice cost microseconds, however large the set: ids
    are in order of publication, so the set is the sorted list.
    """

    __slots__ = ("bits", "has_all_twins", "lang")

    def __init__(
        self, bits: Iterable[int] = (), lang: str = "", *, has_all_twins: bool = False
    ) -> None:
        """Make a set.

        lang: the folded language of all ids, empty if unknown. has_all_twins: it has the first of
        each of its twins (`values.told.TWIN`), so that it counts as one article with it.
        """
        self.bits: BitMap = bits if isinstance(bits, BitMap) else BitMap(bits)
        self.lang = lang
        self.has_all_twins = has_all_twins

    def __len__(self) -> int:
        return len(self.bits)

    def __contains__(self, id: object) -> bool:
        return isinstance(id, int) and id in self.bits

    def __iter__(self) -> Iterator[ArticleId]:
        # The stubs of pyroaring lack `__reversed__`.
        return reversed(self.bits)  # type: ignore[arg-type]

    @overload
    def __getitem__(self, place: int) -> ArticleId: ...
    @overload
    def __getitem__(self, place: slice) -> "list[ArticleId]": ...
    def __getitem__(self, place: "int | slice") -> "ArticleId | list[ArticleId]":
        size = len(self.bits)
        if isinstance(place, slice):
            start, stop, step = place.indices(size)
            if step != 1 or start >= stop:
                return [self[k] for k in range(start, stop, step)]
            return [ArticleId(n) for n in reversed(self.bits[size - stop : size - start])]
        if not -size <= place < size:
            raise IndexError(place)
        return ArticleId(self.bits[-1 - place])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ids) and self.bits == other.bits

    def __hash__(self) -> int:
        return hash((len(self.bits), self.bits[0] if self.bits else 0))

    def __and__(self, other: "Ids") -> "Ids":
        return Ids(self.bits & other.bits, self.lang or other.lang)

    def __or__(self, other: "Ids") -> "Ids":
        lang = self.lang if self.lang == other.lang else ""
        has_all_twins = self.has_all_twins and other.has_all_twins
        return Ids(self.bits | other.bits, lang, has_all_twins=has_all_twins)

    def __sub__(self, other: "Ids") -> "Ids":
        return Ids(self.bits - other.bits, self.lang)

    def __repr__(self) -> str:
        return f"Ids({len(self)})"

    def part(self, start: int, stop: int) -> "Ids":
        """Return the ids at the places from start to before stop, however many, in microseconds."""
        start, stop = max(0, start), min(stop, len(self))
        if start >= stop:
            return Ids(lang=self.lang)
        return Span(self.bits, self[stop - 1], self[start] + 1, stop - start)

    def place(self, id: ArticleId) -> int:
        """Return the index of `id`, or of the next older one if it is not in the set."""
        return len(self.bits) - int(self.bits.rank(id))


class LazyIds(Ids):
    """Ids whose number is known, and which are computed on first use.

    A filter has hundreds of groups, and a screen shows the content of one or two.
    """

    __slots__ = ("_bits", "_size")

    def __init__(self, size: int, lang: str = "", *, has_all_twins: bool = False) -> None:
        self._size = size
        self.lang = lang
        self.has_all_twins = has_all_twins
        self._bits: BitMap | None = None

    @property
    # A set stores its bits, this one computes them.
    def bits(self) -> BitMap:  # type: ignore[override]
        """Return the ids as a bitmap; the first call asks for them."""
        if self._bits is None:
            self._bits = self._look()
        return self._bits

    def __len__(self) -> int:
        return self._size

    def _look(self) -> BitMap:
        raise NotImplementedError


class Span(LazyIds):
    """The ids of a set from `first` to before `end`. size: their number, if known."""

    __slots__ = ("_end", "_first", "_whole")

    def __init__(self, whole: BitMap, first: int, end: int, size: int | None = None) -> None:
        super().__init__(int(whole.range_cardinality(first, end)) if size is None else size)
        self._whole, self._first, self._end = whole, first, end

    def __contains__(self, id: object) -> bool:
        return isinstance(id, int) and self._first <= id < self._end and id in self._whole

    def _look(self) -> BitMap:
        # The latest day has no end: subtracting the other days would take milliseconds.
        end = min(self._end, self._whole.max() + 1) if self._whole else 0
        return self._whole & BitMap(range(self._first, end))


class Meet(LazyIds):
    """The ids that two sets share, `without` some of the first. size: their number."""

    __slots__ = ("_one", "_other", "_without")

    def __init__(self, one: BitMap, other: BitMap, without: BitMap, size: int) -> None:
        super().__init__(size)
        self._one, self._other, self._without = one, other, without

    def __contains__(self, id: object) -> bool:
        if not isinstance(id, int) or id in self._without:
            return False
        return id in self._one and id in self._other

    def _look(self) -> BitMap:
        shared = self._one & self._other
        return shared - self._without if self._without else shared


def less(ids: BitMap, others: BitMap) -> BitMap:
    """Return the ids without others: the same bitmap if they have none in common."""
    return ids if ids.isdisjoint(others) else ids - others


def batches(items: Sequence[T], size: int = AT_ONCE) -> Iterator[Sequence[T]]:
    """Yield the items in order, in lists short enough for one request."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
