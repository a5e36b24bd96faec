"""Facets as engines store them: rows, chunks and counts. Values only."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pyroaring import BitMap

from reader.errors import CacheError

Facet = tuple[str, str]
"""(field, folded value). Fields: all, category, sentiment, group (both, with a tab between), tag,
source, lang, state."""

CHUNK_BITS = 16
"""A facet has chunks of 2**16 ids (12 days), each one container of a Roaring bitmap: adding
today's articles rewrites today's chunks alone, and three years of a facet are 90 rows."""

FACETS = 1 << 40
"""Maximum number of facets. The id of a chunk is its number times this, plus the key of its facet:
today's chunks of all facets are adjacent, and adding articles writes few pages."""


class Damaged(CacheError):
    """The stored facets are damaged; they can be recounted from the articles."""


class FacetRow(NamedTuple):
    """A facet without its ids."""

    key: int
    field: str
    value: str
    label: str
    """The name to show."""
    size: int
    """The number of its ids."""
    newer: frozenset[int]
    """Numbers of the chunks that are newer than its whole."""


class Counted(NamedTuple):
    """Every facet, recounted from the articles, and the names to show."""

    ids: Mapping[Facet, BitMap]
    labels: Mapping[Facet, str]


Facts = tuple[int, str, str, str, str, Sequence[str], tuple[bool, ...]]
"""The values that facets are counted from: id, source, lang, category, sentiment, tags, and
whether the article is pinned, a draft, of an estimated sentiment, and what is known of its story
(`told`)."""


def chunks_of(key: int, bits: BitMap) -> Iterator[tuple[int, BitMap]]:
    """Yield the chunks of a facet, each with its id. key: of the facet."""
    place = bits.min() if bits else None
    while place is not None:
        chunk = place >> CHUNK_BITS
        end = (chunk + 1) << CHUNK_BITS
        yield chunk * FACETS + key, bits & BitMap(range(chunk << CHUNK_BITS, end))
        place = bits.next_set_bit(end) if bits.max() >= end else None
