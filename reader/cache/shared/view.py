"""Views of a shared archive with the user's own sets in it: facets of marks, and last answers."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from pyroaring import BitMap

from reader.cache.facets.index import OWN
from reader.cache.marks.kinds import Mark
from reader.cache.shared.own_file import OwnSets
from reader.cache.shared.own_sets import Own
from reader.cache.values.facet_rows import (
    CHUNK_BITS,
    FACETS,
    Counted,
    Facet,
    FacetRow,
)

if TYPE_CHECKING:
    from reader.cache.engine import Transaction, View

MARKS_BITS = 32
"""Bits of a version that count changes of the marks; those above count the archive's own."""

_FIRST_KEY = 1 << 39
"""Key of the first own facet; those of the archive are below."""

_STATES = frozenset(mark.facet for mark in Mark)
_SETTLED: frozenset[int] = frozenset()


def is_own(facet: Facet) -> bool:
    """Return whether a facet is of marks."""
    return facet[0] == OWN or facet in _STATES


class Keys:
    """Keys of own facets, for one process."""

    def __init__(self) -> None:
        self._facets: list[Facet] = []

    def of(self, facet: Facet) -> int:
        """Return the key of a facet."""
        if facet not in self._facets:
            self._facets.append(facet)
        return _FIRST_KEY + self._facets.index(facet)

    def facet(self, key: int) -> Facet:
        """Return the facet of a key."""
        return self._facets[key - _FIRST_KEY]

    @staticmethod
    def is_own(key: int) -> bool:
        """Return whether a key is of an own facet."""
        return key >= _FIRST_KEY


class OwnView:
    """A view of the archive with own sets. See `engine.View`.

    All that is not about marks is answered by the archive's view. `own`: the sets; None: those of
    the present state.
    """

    def __init__(self, view: "View", every: Own, keys: Keys, own: OwnSets | None = None) -> None:
        self.view = view
        self._every = every
        self._keys = keys
        self._own = own

    def __getattr__(self, name: str) -> Any:
        return getattr(self.view, name)

    @property
    def own(self) -> OwnSets:
        """Return the sets of marked articles, of the texts that the view shows."""
        return self._own or self._every.at(self.view)

    def counter(self, name: str) -> int:
        """Return a counter; `version` grows with changes of the archive and of the marks."""
        if name == "marks":
            return self._marks()
        if name == "version":
            version = self.view.counter("version") << MARKS_BITS | self._marks()
            if self._own:
                self._every.note_version(version, self._own)
            return version
        return self.view.counter(name)

    def _marks(self) -> int:
        return self._own.marks if self._own else self._every.file.versions()[1]

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read everything within as of one moment."""
        with self.view.snapshot():
            before = self._own
            self._own = self.own
            try:
                yield
            finally:
                self._own = before

    # Facets.

    def facets(self, facets: Sequence[Facet]) -> list[FacetRow]:
        """Return those of the facets that exist. Raises Damaged."""
        others = [facet for facet in facets if not is_own(facet)]
        found = self.view.facets(others) if others else []
        if len(others) == len(facets):
            return found
        sets = self.own.sets
        return found + [self._row(each, sets) for each in facets if is_own(each) and each in sets]

    def facets_of(self, field: str) -> list[FacetRow]:
        """Return every facet of a field. Raises Damaged."""
        sets = self.own.sets
        own = [self._row(facet, sets) for facet in sets if facet[0] == field]
        return own if field == OWN else [*self.view.facets_of(field), *own]

    def largest(self, field: str, start: int, count: int) -> list[FacetRow]:
        """Return facets of a field, the largest first, from a place on. Raises Damaged."""
        if field != OWN:
            return self.view.largest(field, start, count)
        every = sorted(self.facets_of(field), key=lambda row: -row.size)
        return every[start : start + count]

    def _row(self, facet: Facet, sets: Any) -> FacetRow:
        return FacetRow(self._keys.of(facet), *facet, "", len(sets[facet]), _SETTLED)

    def wholes(self, keys: Sequence[int]) -> Iterator[tuple[FacetRow, BitMap]]:
        """Yield facets with their ids as of their wholes. Raises Damaged."""
        others = [key for key in keys if not self._keys.is_own(key)]
        if others:
            yield from self.view.wholes(others)
        if len(others) < len(keys):
            sets = self.own.sets
            for key in filter(self._keys.is_own, keys):
                facet = self._keys.facet(key)
                bits = sets.get(facet, BitMap())
                yield self._row(facet, {facet: bits}), bits.copy()

    def chunks(self, ids: Sequence[int]) -> Iterator[tuple[int, BitMap]]:
        """Yield those of the chunks that exist. Raises Damaged."""
        others = [id for id in ids if not self._keys.is_own(id % FACETS)]
        if others:
            yield from self.view.chunks(others)
        if len(others) < len(ids):
            sets = self.own.sets
            for id in ids:
                if self._keys.is_own(id % FACETS):
                    bits = sets.get(self._keys.facet(id % FACETS), BitMap())
                    yield id, bits & _range_of(id)

    def changed(self, since: int, keys: Collection[int]) -> list[int]:
        """Return ids of chunks of these facets that were written after a version."""
        others = [key for key in keys if not self._keys.is_own(key)]
        found = self.view.changed(since >> MARKS_BITS, others) if others else []
        if len(others) < len(keys):
            now = self.own
            for key in filter(self._keys.is_own, keys):
                bits = self._every.differing(self._keys.facet(key), since, now)
                chunks = self._all if bits is None else {id >> CHUNK_BITS for id in bits}
                found += [chunk * FACETS + key for chunk in chunks]
        return found

    @property
    def _all(self) -> range:
        """Return the numbers of all chunks."""
        return range(1 << (self.slots.bits - CHUNK_BITS))

    def answer(self, query: str, version: int) -> str | None:
        """Return the stored answer to a query in that version."""
        return self._every.file.answer(query, version)


def _range_of(chunk: int) -> BitMap:
    first = (chunk // FACETS) << CHUNK_BITS
    return BitMap(range(first, first + (1 << CHUNK_BITS)))


class OwnTransaction(OwnView):
    """A transaction whose changes of own sets are kept apart. See `engine.Transaction`."""

    @property
    def now(self) -> OwnSets:
        """Return the sets with what was changed, read on first use."""
        if self._own is None:
            self._own = self._every.at(self.view)
        return self._own

    @now.setter
    def now(self, own: OwnSets) -> None:
        self._own = own

    @property
    def own(self) -> OwnSets:
        """Return the sets with what was changed."""
        return self.now

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Do nothing: a transaction is of one moment."""
        yield

    def count_up(self, name: str) -> int:
        """Raise a counter of the archive by one and return it."""
        count = self._to.count_up(name)
        return count << MARKS_BITS | self._marks() if name == "version" else count

    @property
    def _to(self) -> "Transaction":
        return cast("Transaction", self.view)

    def set_counter(self, name: str, value: int) -> None:
        """Set a counter; `marks` is that of the own sets."""
        if name == "marks":
            self.now = self.now._replace(marks=value)
        else:
            self._to.set_counter(name, value)

    def keep_answer(self, query: str, version: int, answer: str) -> None:
        """Store the answer to a query; drop all others."""
        self._every.file.keep_answer(query, version, answer)

    # Facets.

    def begin_facets(self, facets: Iterable[tuple[str, str, str]]) -> list[FacetRow]:
        """Begin facets without ids, by field, value and label, and return them."""
        given = [*facets]
        others = [each for each in given if not is_own(each[:2])]
        own: dict[Facet, BitMap] = {each[:2]: BitMap() for each in given if is_own(each[:2])}
        self._put(own)
        found = self._to.begin_facets(others) if others else []
        return [*found, *(self._row(facet, own) for facet in own)]

    def _put(self, sets: "dict[Facet, BitMap]") -> None:
        self.now = self.now._replace(sets={**self.now.sets, **sets})

    def put_facets(self, rows: Iterable[FacetRow]) -> None:
        """Replace label, size and numbers of newer chunks of existing facets."""
        others = [row for row in rows if not self._keys.is_own(row.key)]
        if others:
            self._to.put_facets(others)

    def put_chunks(self, version: int, chunks: Iterable[tuple[int, BitMap]]) -> None:
        """Write chunks and set their version."""
        others: list[tuple[int, BitMap]] = []
        own: dict[Facet, BitMap] = {}
        for id, bits in chunks:
            if not self._keys.is_own(id % FACETS):
                others.append((id, bits))
                continue
            facet = self._keys.facet(id % FACETS)
            known = own.setdefault(facet, self.now.sets.get(facet, BitMap()).copy())
            known -= _range_of(id)
            known |= bits
        if own:
            self._put(own)
        if others:
            self._to.put_chunks(version >> MARKS_BITS, others)

    def put_whole(self, key: int, ids: BitMap) -> None:
        """Write a facet as a whole."""
        if not self._keys.is_own(key):
            self._to.put_whole(key, ids)

    def replace_facets(self, counted: Counted, version: int) -> None:
        """Replace all facets of the archive with the counted ones."""
        others = {facet: ids for facet, ids in counted.ids.items() if not is_own(facet)}
        self._to.replace_facets(counted._replace(ids=others), version >> MARKS_BITS)


class OwnChanges(OwnTransaction):
    """A transaction in which the archive is only read: marks and answers are written."""

    def count_up(self, name: str) -> int:
        """Return the counter as it is: a change of the marks has its own."""
        return self.counter(name)

    def replace_facets(self, counted: Counted, version: int) -> None:
        """Do nothing: own sets are made of the marks, not counted from articles."""
