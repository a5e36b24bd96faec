"""Read ahead what the screen asks for one by one, in one round trip.

Rows of the facets of few values (all, states, categories, sources, languages) and of the most
frequent tags are read once for each version; their sets once by each program, which keeps them.
"""

from collections.abc import Iterator, Sequence

from pyroaring import BitMap

from reader.cache.engines.postgres import articles, facet_tables
from reader.cache.engines.postgres.connections import Connection, Cursor
from reader.cache.engines.postgres.texts import plain
from reader.cache.values.facet_rows import FACETS, Facet, FacetRow
from reader.cache.values.incoming import indexed_of

FIELDS = ("all", "state", "category", "group", "lang", "sentiment", "source")
"""Fields all of whose facets are read ahead."""
TAGS = 128
"""The most frequent tags whose rows are read ahead."""
SETS = 64
"""Tags whose sets are read together: one after the other is counted, the most frequent first."""
MOST_BYTES = 12_000_000
"""Bytes of sets that are read ahead, the largest facets first."""

MOST_CHUNKS = 20_000
"""Newer chunks that are kept, each of eight kilobytes at most."""
MOST_TAGS_OF = 2_000
"""Articles whose tags are kept."""

_COLUMNS = "key, field, value, label, size, newer, crc"  # not shown: SQL
_ROWS = f"SELECT {_COLUMNS} FROM cryptoread.facets WHERE field = ANY(%s::text[])"
_TAGS = (
    f"SELECT {_COLUMNS} FROM cryptoread.facets WHERE field = 'tag' ORDER BY size DESC, key LIMIT %s"
)
_CHOSEN = (
    "WITH chosen AS (SELECT key, size, newer FROM cryptoread.facets WHERE key = ANY(%s::bigint[]))"
)
_WHOLES = (
    f"{_CHOSEN}, summed AS (SELECT key, ids, crc, sum(coalesce(length(ids), 0)) "
    "OVER (ORDER BY size DESC, key) AS bytes FROM chosen LEFT JOIN cryptoread.wholes USING (key)) "
    f"SELECT key, ids, crc FROM summed WHERE bytes <= {MOST_BYTES}"
)
_CHUNKS = (
    f"{_CHOSEN} SELECT id, ids, crc FROM cryptoread.chunks WHERE id IN "
    f"(SELECT number::bigint * {FACETS} + key FROM chosen, "
    "unnest(string_to_array(nullif(newer, ''), ' ')) AS number) "
    f"AND length(ids) <= {1 << 14} LIMIT {MOST_CHUNKS}"
)

_Stored = tuple[bytes | None, int]
"""A bitmap and its checksum; None for a facet without a whole."""


class Ahead:
    """Facets of one version, read ahead. Raises Damaged, as reading them does."""

    def __init__(self, db: Connection) -> None:
        """Read the rows, in one round trip."""
        with db.pipeline():
            rows = db.execute(_ROWS, ([*FIELDS],), binary=True)
            tags = db.execute(_TAGS, (TAGS,), binary=True)
        known = [*map(facet_tables.row_of, rows.fetchall())]
        self._tags = [*map(facet_tables.row_of, tags.fetchall())]
        self._are_all = len(self._tags) < TAGS
        self._places = {row.key: place for place, row in enumerate(self._tags)}
        self._rows = {(row.field, row.value): row for row in (*known, *self._tags)}
        self._by_key = {row.key: row for row in self._rows.values()}
        self._few: dict[int, _Stored] = {}
        """Sets of facets of few values, by key."""
        self._wholes: dict[int, _Stored] = {}
        """Sets of the tags that were read last, and what was read with them."""
        self._chunks: dict[int, tuple[bytes, int]] = {}
        self._tags_of: dict[int, tuple[str, ...]] = {}

    def read_sets(self, db: Connection) -> None:
        """Read the sets of the facets of few values, and of the most frequent tags."""
        small = [row.key for row in self._rows.values() if row.field != "tag"]
        read = self._read(db, [*small, *(row.key for row in self._tags[:SETS])])
        self._few |= {key: read[key] for key in small if key in read}
        self._wholes = read

    def read_on(self, db: Connection, key: int) -> None:
        """Read a set that is asked for alone, unless it is known, with those that come next.

        That is: the tags after it, or the other facets of a field of few values.
        """
        row = self._by_key.get(key)
        if row is None or key in self._wholes or key in self._few:
            return
        if row.field == "tag":
            place = self._places[key]
            self._wholes = self._read(db, [row.key for row in self._tags[place : place + SETS]])
        else:
            same = [each.key for each in self._rows.values() if each.field == row.field]
            self._few |= self._read(db, same)

    def _read(self, db: Connection, keys: Sequence[int]) -> dict[int, _Stored]:
        with db.pipeline():
            wholes = db.execute(_WHOLES, (keys,), binary=True)
            chunks = db.execute(_CHUNKS, (keys,), binary=True)
        self._keep_chunks(chunks)
        return {key: (ids, crc) for key, ids, crc in wholes.fetchall()}

    def _keep_chunks(self, chunks: Cursor) -> None:
        if len(self._chunks) > MOST_CHUNKS:
            self._chunks.clear()
        self._chunks |= {id: (ids, crc) for id, ids, crc in chunks.fetchall()}

    def note_tags(self, rows: Sequence[FacetRow], start: int) -> None:
        """Note the tags from a place on in the order of frequency."""
        if start <= len(self._tags):
            new = rows[len(self._tags) - start :]
            self._places |= {row.key: n for n, row in enumerate(new, len(self._tags))}
            self._by_key |= {row.key: row for row in new}
            self._tags += new

    def rows(self, facets: Sequence[Facet]) -> tuple[list[FacetRow], list[Facet]]:
        """Return rows of facets, and the facets to ask for; others do not exist."""
        found = [self._rows[each] for each in facets if each in self._rows]
        left = [each for each in facets if each not in self._rows and each[0] not in FIELDS]
        return found, left

    def of_field(self, field: str) -> list[FacetRow] | None:
        """Return every facet of a field; None if it was not read ahead."""
        if field not in FIELDS:
            return None
        return [row for row in self._rows.values() if row.field == field]

    def largest(self, field: str, start: int, count: int) -> list[FacetRow] | None:
        """Return facets of a field from a place on; None if they were not read ahead."""
        if field == "tag":
            is_known = start + count <= len(self._tags) or self._are_all
            return self._tags[start : start + count] if is_known else None
        rows = self.of_field(field)
        if rows is None:
            return None
        return sorted(rows, key=lambda row: (-row.size, row.key))[start : start + count]

    def others(self, db: Connection, keys: Sequence[int]) -> list[tuple[FacetRow, BitMap]]:
        """Read other facets with their wholes, and their newer chunks with them."""
        with db.pipeline():
            wholes = facet_tables.ask_for_wholes(db, keys)
            chunks = db.execute(_CHUNKS, (list(keys),), binary=True)
        self._keep_chunks(chunks)
        return [*facet_tables.read_wholes(wholes)]

    def wholes(self, keys: Sequence[int]) -> tuple[list[tuple[FacetRow, BitMap]], list[int]]:
        """Return facets with their wholes, and the keys of those to ask for."""
        known = {key: of[key] for of in (self._wholes, self._few) for key in keys if key in of}
        found = [
            (self._by_key[key], BitMap() if ids is None else facet_tables.bitmap_of(key, ids, crc))
            for key, (ids, crc) in known.items()
        ]
        return found, [key for key in keys if key not in known]

    def chunks(self, ids: Sequence[int]) -> tuple[list[tuple[int, BitMap]], list[int]]:
        """Return chunks, and the ids of those to ask for."""
        found = [
            (id, facet_tables.bitmap_of(id, *self._chunks[id])) for id in ids if id in self._chunks
        ]
        return found, [id for id in ids if id not in self._chunks]

    def tags(self, db: Connection, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield the tags of articles, which are counted again for other places of the bar."""
        if len(self._tags_of) > MOST_TAGS_OF:
            self._tags_of.clear()
        left = [id for id in ids if id not in self._tags_of]
        read = {id: indexed_of(fields).tags for id, fields in articles.fields(db, left)}
        self._tags_of |= read
        for id in ids:
            for tag in self._tags_of.get(id, ()):
                yield id, plain(tag)


class Reading:
    """What one program has read ahead: of the last version alone."""

    def __init__(self) -> None:
        self._version = -1
        self._known: Ahead | None = None
        self._has_sets = False

    def of(self, db: Connection, version: int) -> Ahead:
        """Return what is known of the version of a moment, read on first use."""
        if self._known is None or self._version != version:
            self._known, self._version = Ahead(db), version
        return self._known

    def with_sets(self, db: Connection, version: int) -> Ahead:
        """Return the same with sets, if this program has not read them yet."""
        ahead = self.of(db, version)
        if not self._has_sets:
            self._has_sets = True
            ahead.read_sets(db)
        return ahead
