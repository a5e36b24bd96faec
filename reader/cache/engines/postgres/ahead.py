"""Read ahead what the screen asks for one by one, in the round trip that begins a moment.

Rows of the facets of few values (all, states, categories, sources, languages) and of the most
frequent tags are read once for each version; their sets once by each program, which keeps them.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from pyroaring import BitMap

from reader.article import Identity
from reader.cache.engines.postgres import articles, facet_tables
from reader.cache.engines.postgres.changes import Asked, Changes, ask_for_changes
from reader.cache.engines.postgres.connections import Connection, Cursor
from reader.cache.engines.postgres.texts import plain
from reader.cache.values.facet_rows import FACETS, Facet, FacetRow
from reader.cache.values.incoming import indexed_of

FIELDS = ("all", "state", "category", "group", "lang", "sentiment", "source")
"""Fields all of whose facets are read ahead."""
TAGS = 128
"""The most frequent tags whose rows are read ahead."""
SETS = 64
"""Tags whose sets are read together at first: they are counted, the most frequent first."""
MOST_BYTES = 12_000_000
"""Bytes of sets that are read ahead, the largest facets first."""

MOST_CHUNKS = 20_000
"""Newer chunks that are kept, each of eight kilobytes at most."""
MOST_ARTICLES = 2_000
"""Articles whose rows, and whose fields, are kept."""
LISTED = 200
"""Rows that a list shows at most: more are an export's."""

_COLUMNS = "key, field, value, label, size, newer, crc"  # not shown: SQL
_IS_NEW = "(SELECT value FROM cryptoread.meta WHERE name = 'version') != %s"  # not shown: SQL
_ROWS = f"SELECT {_COLUMNS} FROM cryptoread.facets WHERE field = ANY(%s::text[]) AND {_IS_NEW}"
_TAGS = (
    f"SELECT {_COLUMNS} FROM cryptoread.facets WHERE field = 'tag' AND {_IS_NEW} "
    "ORDER BY size DESC, key LIMIT %s"
)
_WHOLES = (
    "WITH summed AS (SELECT key, ids, wholes.crc, sum(coalesce(length(ids), 0)) "
    "OVER (ORDER BY size DESC, key) AS bytes FROM cryptoread.facets "
    "LEFT JOIN cryptoread.wholes USING (key) WHERE key = ANY(%s::bigint[])) "
    f"SELECT key, ids, crc FROM summed WHERE bytes <= {MOST_BYTES}"
)
# An array, so that the server looks each of them up: a join reads all chunks that there are.
_CHUNKS = (
    f"SELECT id, ids, crc FROM cryptoread.chunks WHERE id = ANY(ARRAY("
    f"SELECT number::bigint * {FACETS} + key FROM cryptoread.facets, "
    "unnest(string_to_array(nullif(newer, ''), ' ')) AS number WHERE key = ANY(%s::bigint[]))) "
    f"AND length(ids) <= {1 << 14} LIMIT {MOST_CHUNKS}"
)

_Stored = tuple[bytes | None, int]
"""A bitmap and its checksum; None for a facet without a whole."""


class Question:
    """What is asked with the beginning of a moment: it has answers if the version is another."""

    def __init__(self, db: Connection, before: "Ahead | None", texts: int) -> None:
        """Ask, within a pipeline. before: what is known of the moment that is held.

        texts: the version of the texts since which changes are wanted if no moment is held.
        """
        self._before = before
        version = before.version if before else -1
        texts = before.texts if before else texts
        self._rows = db.execute(_ROWS, ([*FIELDS], version), binary=True)
        self._tags = db.execute(_TAGS, (version, TAGS), binary=True)
        self._changes: Asked = ask_for_changes(db, version, texts, before.keys if before else ())

    def answered(self, counters: dict[str, int]) -> "Ahead":
        """Return what is known of the version of the counters."""
        before = self._before
        if before is not None and before.version == counters["version"]:
            return before
        rows, tags = self._rows.fetchall(), self._tags.fetchall()
        return Ahead(counters, rows, tags, self._changes.answered(), before)


class Ahead:
    """Facets of one version, read ahead. Raises Damaged, as reading them does."""

    def __init__(
        self,
        counters: dict[str, int],
        rows: Sequence[Sequence[Any]],
        tags: Sequence[Sequence[Any]],
        changes: Changes,
        before: "Ahead | None",
    ) -> None:
        """Keep what was read. before: of the version that `changes` begins with."""
        self.version, self.texts = counters["version"], counters["texts"]
        self.changes = changes
        self.keys: set[int] = set(before.keys) if before else set()
        """Facets that were asked for in this version and those before."""
        self.is_described: bool = before is not None and before.is_described
        """Whether lists show descriptions."""
        self._given: Sequence[Sequence[Any]] = rows
        self._given_tags: Sequence[Sequence[Any]] = tags
        self._is_read = False
        self._tags: list[FacetRow] = []
        self._are_all = len(tags) < TAGS
        self._places: dict[int, int] = {}
        self._rows: dict[Facet, FacetRow] = {}
        self._by_key: dict[int, FacetRow] = {}
        self._few: dict[int, _Stored] = {}
        """Sets of facets of few values, by key."""
        self._wholes: dict[int, _Stored] = {}
        """Sets of the tags that were read last, and what was read with them."""
        self._chunks: dict[int, tuple[bytes, int]] = dict(changes.chunks)
        self._has_sets: bool = before is not None and before._has_sets
        self._listed: dict[int, tuple[Any, ...]] = {}
        """Rows of articles."""
        self._fields = before.unchanged_fields(changes) if before else {}
        """Stored fields of articles."""

    def unchanged_fields(self, changes: Changes) -> dict[int, bytes]:
        """Return the fields of articles that are the same after changes."""
        changed = changes.of_texts
        if changed is None:
            return {}
        known = self._fields.copy()  # another thread may read on meanwhile
        return {id: fields for id, fields in known.items() if id not in changed}

    def _read_rows(self) -> None:
        """Read the rows on first use, as they may be damaged."""
        if self._is_read:
            return
        known = [*map(facet_tables.row_of, self._given)]
        self._tags = [*map(facet_tables.row_of, self._given_tags)]
        self._places = {row.key: place for place, row in enumerate(self._tags)}
        self._rows = {(row.field, row.value): row for row in (*known, *self._tags)}
        self._by_key = {row.key: row for row in self._rows.values()}
        self._is_read = True

    # Sets of facets.

    def read_sets(self, db: Connection) -> None:
        """Read the sets of the facets of few values, and of the most frequent tags, once."""
        self._read_rows()
        if self._has_sets:
            return
        self._has_sets = True
        small = [row.key for row in self._rows.values() if row.field != "tag"]
        read = self._read(db, [*small, *(row.key for row in self._tags[:SETS])])
        self._few |= {key: read[key] for key in small if key in read}
        self._wholes = read

    def read_on(self, db: Connection, key: int) -> None:
        """Read a set that is asked for alone, unless it is known, with those that come next.

        That is: the tags after it, or the other facets of a field of few values. The set of all
        articles is that of a first screen, which takes all of them.
        """
        row = self._by_key.get(key)
        if row is None or key in self._wholes or key in self._few:
            return
        if row.field == "tag":
            place = self._places[key]
            some = self._tags[place : place + max(SETS, place)]  # many, if many are counted
            self._wholes = self._read(db, [row.key for row in some])
        elif row.field == "all" and not self._has_sets:
            self.read_sets(db)
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
        self._read_rows()
        if start <= len(self._tags):
            new = rows[len(self._tags) - start :]
            self._places |= {row.key: n for n, row in enumerate(new, len(self._tags))}
            self._by_key |= {row.key: row for row in new}
            self._tags += new

    def rows(self, facets: Sequence[Facet]) -> tuple[list[FacetRow], list[Facet]]:
        """Return rows of facets, and the facets to ask for; others do not exist."""
        self._read_rows()
        found = [self._rows[each] for each in facets if each in self._rows]
        left = [each for each in facets if each not in self._rows and each[0] not in FIELDS]
        return found, left

    def of_field(self, field: str) -> list[FacetRow] | None:
        """Return every facet of a field; None if it was not read ahead."""
        if field not in FIELDS:
            return None
        self._read_rows()
        return [row for row in self._rows.values() if row.field == field]

    def largest(self, field: str, start: int, count: int) -> list[FacetRow] | None:
        """Return facets of a field from a place on; None if they were not read ahead."""
        self._read_rows()
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
        self.keys.update(keys)
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

    # Articles.

    def listed(self, db: Connection, ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        """Yield what a list shows of articles, read with their descriptions if it shows these."""
        if len(ids) > LISTED:
            yield from articles.rows(db, ids)
            return
        left = [id for id in ids if id not in self._listed]
        if left:
            without = [id for id in left if id not in self._fields] if self.is_described else []
            with db.pipeline():
                rows = articles.ask_for_rows(db, left)
                fields = articles.ask_for_fields(db, without) if without else None
            _forget_if_many(self._listed)
            self._listed |= {row[0]: row for row in rows.fetchall()}
            if fields is not None:
                _forget_if_many(self._fields)
                self._fields |= fields.fetchall()
        yield from (self._listed[id] for id in ids if id in self._listed)

    def fields(self, db: Connection, ids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Yield the stored fields of articles: tags are counted again for places of the bar."""
        left = [id for id in ids if id not in self._fields]
        if left:
            _forget_if_many(self._fields)
            self._fields |= articles.fields(db, left)
        yield from ((id, self._fields[id]) for id in ids if id in self._fields)

    def tags(self, db: Connection, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield the tags of articles one by one, each with the article's id."""
        for id, fields in self.fields(db, ids):
            yield from ((id, plain(tag)) for tag in indexed_of(fields).tags)

    def identities(self, db: Connection, ids: Sequence[int]) -> dict[int, Identity]:
        """Return the identities of those articles that exist."""
        known = self.changes.arrived | {
            id: Identity(*self._listed[id][-3:]) for id in ids if id in self._listed
        }
        found = {id: known[id] for id in ids if id in known}
        return found | articles.identities(db, [id for id in ids if id not in known])


def _forget_if_many(kept: dict[int, Any]) -> None:
    if len(kept) > MOST_ARTICLES:
        kept.clear()
