"""Collect changes of facets while articles or marks are written, then write them into chunks.

Also recounts facets from the articles. `index` reads facets.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from pyroaring import BitMap

from reader.cache.facets.index import ALL, DRAFT, ESTIMATED, PINNED, Truth, no_truth, put_chunks
from reader.cache.values.facet_rows import CHUNK_BITS, FACETS, Counted, Damaged, Facet, FacetRow
from reader.cache.values.told import TOLD

if TYPE_CHECKING:
    from reader.cache.engine import Transaction
    from reader.cache.values.facet_rows import Facts

NEWER = 8
"""Chunks of a facet that may be newer than its whole; with one more, the whole is rewritten."""

CHUNKS_AT_ONCE = 500


class FacetChanges:
    """The ids that one transaction adds to facets and removes from them."""

    def __init__(self) -> None:
        self._changes: dict[Facet, dict[int, bool]] = defaultdict(dict)
        """Facet -> {id: whether it is in}."""

    def __bool__(self) -> bool:
        return bool(self._changes)

    def set(self, id: int, facets: Iterable[Facet], present: bool) -> None:
        """Add an id to facets or remove it; the last call for an id counts."""
        changes = self._changes
        for facet in facets:
            changes[facet][id] = present

    def write(
        self, to: "Transaction", labels: Mapping[Facet, str], truth: Truth = no_truth
    ) -> None:
        """Write the changes under a new version. labels: names of facets to show.

        truth: counts all facets as they should be, if those to change are damaged.
        """
        version = to.count_up("version")
        try:
            self._write(to, labels, version)
        except Damaged:
            to.replace_facets(truth(to), version)

    def _write(self, to: "Transaction", labels: Mapping[Facet, str], version: int) -> None:
        rows = _begun(to, {facet: labels.get(facet, "") for facet in self._changes})
        chunks = {
            chunk * FACETS + rows[facet].key: changed
            for facet, changes in self._changes.items()
            for chunk, changed in _by_chunk(changes).items()
        }
        grown = _write_chunks(to, chunks, version)
        _note_chunks(to, list(rows.values()), chunks, grown)


def _by_chunk(changes: Mapping[int, bool]) -> Mapping[int, Mapping[int, bool]]:
    first, last = min(changes) >> CHUNK_BITS, max(changes) >> CHUNK_BITS
    if first == last:
        return {first: changes}
    chunks: dict[int, dict[int, bool]] = defaultdict(dict)
    for id, present in changes.items():
        chunks[id >> CHUNK_BITS][id] = present
    return chunks


def _begun(to: "Transaction", labels: Mapping[Facet, str]) -> dict[Facet, FacetRow]:
    """Return the rows of changed facets; begin new ones and set labels (empty: keep the label)."""
    found = {(row.field, row.value): row for row in to.facets(list(labels))}
    new = [(*facet, label) for facet, label in labels.items() if facet not in found]
    if new:
        found |= {(row.field, row.value): row for row in to.begin_facets(new)}
    return {
        facet: row._replace(label=labels[facet]) if labels[facet] else row
        for facet, row in found.items()
    }


def _write_chunks(
    to: "Transaction", chunks: Mapping[int, Mapping[int, bool]], version: int
) -> Counter[int]:
    """Write the changed chunks in order, so that rows are appended; return each facet's growth."""
    grown: Counter[int] = Counter()
    every = sorted(chunks)
    for start in range(0, len(every), CHUNKS_AT_ONCE):
        some = every[start : start + CHUNKS_AT_ONCE]
        old = dict(to.chunks(some))
        new = []
        for id in some:
            bits = old.get(id, BitMap())
            before = len(bits)
            _change(bits, chunks[id])
            grown[id % FACETS] += len(bits) - before
            new.append((id, bits))
        to.put_chunks(version, new)
    return grown


def _change(bits: BitMap, changes: Mapping[int, bool]) -> None:
    if all(changes.values()):
        bits.update(list(changes))
        return
    bits.update([id for id, present in changes.items() if present])
    bits.difference_update(BitMap([id for id, present in changes.items() if not present]))


def _note_chunks(
    to: "Transaction",
    rows: Sequence[FacetRow],
    chunks: Iterable[int],
    grown: Mapping[int, int],
) -> None:
    """Write sizes of facets and the numbers of chunks that are newer than their wholes."""
    written = defaultdict(set)
    for id in chunks:
        written[id % FACETS].add(id // FACETS)
    updates = [
        row._replace(size=row.size + grown[row.key], newer=row.newer | written[row.key])
        for row in rows
    ]
    to.put_facets(updates)
    _settle(to, [row for row in updates if len(row.newer) > NEWER])


def settle(to: "Transaction") -> None:
    """Write every facet as a whole; otherwise the next small change rewrites them all."""
    _settle(to, to.unsettled())


def _settle(to: "Transaction", rows: Sequence[FacetRow]) -> None:
    for row in rows:
        bits = {key: whole for (key, *_), whole in to.wholes([row.key])}
        put_chunks(to, bits, [chunk * FACETS + row.key for chunk in row.newer], None)
        to.put_whole(row.key, bits[row.key])
    to.put_facets([row._replace(newer=frozenset()) for row in rows])


def counted(articles: "Iterable[Facts]", marks: Mapping[Facet, BitMap]) -> Counted:
    """Count every facet from the articles. marks: the facets of the marks."""
    found: dict[Facet, array[int]] = defaultdict(lambda: array("I"))
    labels: dict[Facet, str] = {}

    def put(id: int, field: str, name: str) -> None:
        facet = (field, name.casefold())
        found[facet].append(id)
        labels[facet] = name

    for id, source, lang, category, sentiment, tags, states in articles:
        found[ALL].append(id)
        put(id, "category", category)
        put(id, "sentiment", sentiment)
        put(id, "group", f"{category}\t{sentiment}")
        put(id, "source", source)
        put(id, "lang", lang)
        for tag in tags:
            put(id, "tag", tag)
        for state, holds in zip((PINNED, DRAFT, ESTIMATED, *TOLD), states, strict=True):
            if holds:
                found[state].append(id)
    # As they grow article by article: runs, such as those of twins, are counted at half the speed.
    ids = {facet: BitMap(each, optimize=False) for facet, each in found.items()}
    of_marks = {facet: bits & ids.get(ALL, BitMap()) for facet, bits in marks.items()}
    return Counted(ids | {facet: bits for facet, bits in of_marks.items() if bits}, labels)
