"""Facets: for every category, tag, source, language and state, the set of its article ids.

`Facets` reads them and keeps what it has read; `FacetChanges` collects what a transaction does
to them and writes it. Both work in chunks of time, as `schema` lays them down.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping

from pyroaring import BitMap

from reader.cache.schema import CHUNK_BITS, CHUNKS, snapshot

ALL = ("all", "")
READ = ("state", "read")
FAVOURITE = ("state", "favourite")
DRAFT = ("state", "draft")
PINNED = ("state", "pinned")

Facet = tuple[str, str]
"""(field, folded value). Fields: all, category, sentiment, group (both, with a tab between), tag,
source, lang, state."""

NONE = BitMap()


class Facets:
    """What the facets hold as of the last `refresh`. The bitmaps given out are never changed."""

    def __init__(self) -> None:
        self._version = -1
        self._keys: dict[Facet, int] = {}
        self._labels: dict[Facet, str] = {}
        self._fields: dict[str, list[Facet]] = defaultdict(list)
        self._facets: dict[int, Facet] = {}
        self._loaded: dict[int, BitMap] = {}

    def refresh(self, db: sqlite3.Connection) -> int:
        """Bring what is loaded up to date, reading changed chunks alone; the version read."""
        (version,) = db.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
        if version != self._version:
            with snapshot(db):
                self._catch_up(db)
        return self._version

    def _catch_up(self, db: sqlite3.Connection) -> None:
        (version,) = db.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
        self._learn_keys(db)
        if self._loaded:
            changed = db.execute("SELECT id, ids FROM chunks WHERE version > ?", (self._version,))
            for id, blob in changed:
                self._replace(id // CHUNKS, id % CHUNKS, blob)
        self._version = version

    def _learn_keys(self, db: sqlite3.Connection) -> None:
        newest = max(self._facets, default=0)
        rows = db.execute("SELECT key, field, value, label FROM facets WHERE key > ?", (newest,))
        for key, field, value, label in rows:
            facet = (field, value)
            self._keys[facet] = key
            self._facets[key] = facet
            self._labels[facet] = label
            self._fields[field].append(facet)

    def _replace(self, key: int, chunk: int, blob: bytes) -> None:
        if key not in self._loaded:
            return
        bits = self._loaded[key].copy()
        bits.remove_range(chunk << CHUNK_BITS, (chunk + 1) << CHUNK_BITS)
        bits |= BitMap.deserialize(blob)
        self._loaded[key] = bits

    def get(self, db: sqlite3.Connection, facet: Facet) -> BitMap:
        """The ids of one facet; empty where there is no such facet."""
        key = self._keys.get(facet)
        if key is None:
            return NONE
        if key not in self._loaded:
            self._load(db, [key])
        return self._loaded[key]

    def every(self, db: sqlite3.Connection, field: str) -> dict[str, BitMap]:
        """The ids of each value of a field, in order of their first appearance."""
        facets = self._fields.get(field, [])
        keys = [self._keys[facet] for facet in facets]
        self._load(db, [key for key in keys if key not in self._loaded])
        return {value: self._loaded[self._keys[field, value]] for _, value in facets}

    def label(self, facet: Facet) -> str:
        """The name to show for a facet's value."""
        return self._labels.get(facet) or facet[1]

    def _load(self, db: sqlite3.Connection, keys: list[int]) -> None:
        for key in keys:
            blobs = db.execute(
                "SELECT ids FROM chunks WHERE id BETWEEN ? AND ?",
                (key * CHUNKS, key * CHUNKS + CHUNKS - 1),
            ).fetchall()
            parts = [BitMap.deserialize(blob) for (blob,) in blobs]
            self._loaded[key] = BitMap.union(*parts) if parts else NONE


class FacetChanges:
    """What one transaction adds to facets and takes from them."""

    def __init__(self) -> None:
        self._chunks: dict[tuple[Facet, int], dict[int, bool]] = defaultdict(dict)
        """(facet, number of the chunk) -> {id: whether it is in}."""

    def set(self, id: int, facets: Iterable[Facet], present: bool) -> None:
        """Put an id into facets, or take it out of them; what is said last holds."""
        chunk = id >> CHUNK_BITS
        for facet in facets:
            self._chunks[facet, chunk][id] = present

    def write(self, db: sqlite3.Connection, labels: Mapping[Facet, str]) -> None:
        """Into the open transaction, under a new version. labels: names of facets to show."""
        if not self._chunks:
            return
        (version,) = db.execute(
            "UPDATE meta SET value = value + 1 WHERE name = 'version' RETURNING value"
        ).fetchone()
        keys: dict[Facet, int] = {}
        for (facet, chunk), changes in self._chunks.items():
            if facet not in keys:
                keys[facet] = _key(db, facet, labels.get(facet, ""))
            _write_chunk(db, keys[facet] * CHUNKS + chunk, version, changes)


def _key(db: sqlite3.Connection, facet: Facet, label: str) -> int:
    find = "SELECT key, label FROM facets WHERE field = ? AND value = ?"
    row = db.execute(find, facet).fetchone()
    if row is None:
        insert = "INSERT INTO facets (field, value, label) VALUES (?, ?, ?) RETURNING key"
        row = db.execute(insert, (*facet, label)).fetchone()
    elif label not in ("", row[1]):
        db.execute("UPDATE facets SET label = ? WHERE key = ?", (label, row[0]))
    return int(row[0])


def _write_chunk(
    db: sqlite3.Connection, id: int, version: int, changes: Mapping[int, bool]
) -> None:
    row = db.execute("SELECT ids FROM chunks WHERE id = ?", (id,)).fetchone()
    bits = BitMap.deserialize(row[0]) if row else BitMap()
    bits.update([id for id, present in changes.items() if present])
    bits.difference_update(BitMap([id for id, present in changes.items() if not present]))
    db.execute("INSERT OR REPLACE INTO chunks VALUES (?, ?, ?)", (id, version, bits.serialize()))
