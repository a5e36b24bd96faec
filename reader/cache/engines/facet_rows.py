"""Rows of facets with their checksums, as every engine stores them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

from pyroaring import BitMap

from reader.cache.files.checksums import row_sum
from reader.cache.values.facet_rows import Counted, Damaged, Facet, FacetRow, chunks_of
from reader.i18n import _

_SETTLED: frozenset[int] = frozenset()


def row_of(values: Sequence[Any]) -> FacetRow:
    """Return a row whose checksum is right. Raises Damaged.

    values: key, field, value, label, size, numbers of newer chunks, checksum.
    """
    if values[6] != row_sum(*values[:6]):
        raise Damaged(_("a facet has a wrong checksum"))
    return begun(values)


def begun(values: Sequence[Any]) -> FacetRow:
    """Return a row that has no checksum yet."""
    key, field, value, label, size, newer = values[:6]
    chunks = frozenset(map(int, newer.split())) if newer else _SETTLED
    return FacetRow(key, field, value, label, size, chunks)


def summed(row: FacetRow) -> tuple[str, int, str, int, int]:
    """Return label, size, numbers of newer chunks, checksum and key of a row."""
    newer = " ".join(map(str, sorted(row.newer)))
    checksum = row_sum(row.key, row.field, row.value, row.label, row.size, newer)
    return row.label, row.size, newer, checksum, row.key


class Recounted(NamedTuple):
    """A facet that is written again as it was counted."""

    row: FacetRow
    ids: BitMap
    chunks: list[tuple[int, BitMap]]


def recounted(
    counted: Counted, keys: Mapping[Facet, int], former: Mapping[int, Sequence[int]]
) -> Iterator[Recounted]:
    """Yield the counted facets as they are to be written, and stored ones without articles.

    A facet keeps its key, by which other processes have loaded it. Chunks that had articles are
    written empty, as other processes must see that, too. keys: of stored facets. former: the ids of
    the chunks of each key.
    """
    free = count(max(keys.values(), default=0) + 1)
    every = {facet: BitMap() for facet in keys} | dict(counted.ids)
    for facet, bits in sorted(every.items()):
        key = keys[facet] if facet in keys else next(free)
        now = dict(chunks_of(key, bits))
        emptied = [(id, BitMap()) for id in former.get(key, ()) if id not in now]
        label = counted.labels.get(facet, "")
        row = FacetRow(key, *facet, label, len(bits), _SETTLED)
        yield Recounted(row, bits, [*now.items(), *emptied])
