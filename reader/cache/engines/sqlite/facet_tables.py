"""The three tables of facets in SQL: `facets`, their `wholes`, and their `chunks`.

Each row has a checksum of its values. Raises Damaged if one is wrong. What the rows mean
belongs to `cache.facets.index` and `cache.facets.changes`.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from pyroaring import BitMap

from reader.cache.engines.facet_rows import begun, recounted, row_of, summed
from reader.cache.files.checksums import bitmap_sum
from reader.cache.files.damage import is_damage
from reader.cache.ids import batches
from reader.cache.values.facet_rows import (
    CHUNK_BITS,
    FACETS,
    Counted,
    Damaged,
    Facet,
    FacetRow,
)
from reader.i18n import _

_ROW = "SELECT key, field, value, label, size, newer, crc FROM facets "
_WHOLE = (
    "SELECT key, field, value, label, size, newer, facets.crc, ids, wholes.crc "
    "FROM facets LEFT JOIN wholes USING (key) WHERE key IN "
)
_PUT = "UPDATE facets SET label = ?, size = ?, newer = ?, crc = ? WHERE key = ?"
_PUT_CHUNK = "INSERT OR REPLACE INTO chunks (id, version, ids, crc) VALUES (?, ?, ?, ?)"
_PUT_WHOLE = "INSERT OR REPLACE INTO wholes (key, ids, crc) VALUES (?, ?, ?)"


class _Damage:
    """Raises Damaged for errors of the tables' content; other errors pass unchanged."""

    def __enter__(self) -> None:
        return

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, sqlite3.Error) and is_damage(error):
            raise Damaged(str(error)) from error


_DAMAGE = _Damage()


def damage() -> _Damage:
    """Raise Damaged for damage that is found within."""
    return _DAMAGE


def rows(db: sqlite3.Connection, facets: Sequence[Facet]) -> list[FacetRow]:
    """Return those of the facets that exist."""
    with damage():
        return [row_of(each) for each in _named(db, facets)]


def _named(db: sqlite3.Connection, facets: Iterable[Facet]) -> Iterator[Sequence[Any]]:
    values: dict[str, list[str]] = defaultdict(list)
    for field, value in facets:
        values[field].append(value)
    for field, every in values.items():
        for some in batches(every):
            find = f"{_ROW} WHERE field = ? AND value IN ({_places(some)})"
            yield from db.execute(find, (field, *some))


def rows_of_field(db: sqlite3.Connection, field: str) -> list[FacetRow]:
    """Return every facet of a field."""
    with damage():
        return [row_of(each) for each in db.execute(f"{_ROW} WHERE field = ?", (field,))]


def largest(db: sqlite3.Connection, field: str, start: int, count: int) -> list[FacetRow]:
    """Return facets of a field, the largest first, from a place on."""
    find = f"{_ROW} WHERE field = ? ORDER BY size DESC LIMIT ? OFFSET ?"
    with damage():
        return [row_of(each) for each in db.execute(find, (field, count, start))]


def unsettled(db: sqlite3.Connection) -> list[FacetRow]:
    """Return the facets that have chunks newer than their wholes."""
    with damage():
        return [row_of(each) for each in db.execute(f"{_ROW} WHERE newer != ''").fetchall()]


def wholes(db: sqlite3.Connection, keys: Sequence[int]) -> Iterator[tuple[FacetRow, BitMap]]:
    """Yield facets with their wholes, empty if missing."""
    for some in batches(keys):
        with damage():
            for *row, blob, checksum in db.execute(f"{_WHOLE} ({_places(some)})", some):
                yield row_of(row), BitMap() if blob is None else _bitmap(row[0], blob, checksum)


def chunks(db: sqlite3.Connection, ids: Sequence[int]) -> Iterator[tuple[int, BitMap]]:
    """Yield those of the chunks that exist."""
    for some in batches(ids):
        find = f"SELECT id, ids, crc FROM chunks WHERE id IN ({_places(some)})"
        with damage():
            for id, blob, checksum in db.execute(find, some):
                yield id, _bitmap(id, blob, checksum)


def changed(db: sqlite3.Connection, since: int, keys: Collection[int]) -> list[int]:
    """Return ids of chunks of these facets that were written after a version."""
    find = (
        f"SELECT id FROM chunks WHERE version > ? AND id % {FACETS} IN "
        "(SELECT value FROM json_each(?))"
    )
    with damage():
        return [id for (id,) in db.execute(find, (since, json.dumps(list(keys))))]


def begin(db: sqlite3.Connection, facets: Iterable[tuple[str, str, str]]) -> list[FacetRow]:
    """Begin facets by field, value and label, and return them."""
    new = list(facets)
    with damage():
        db.executemany("INSERT INTO facets (field, value, label) VALUES (?, ?, ?)", new)
        found = _named(db, [(field, value) for field, value, _label in new])
        return [begun(each) for each in found]  # they have no checksum yet


def put(db: sqlite3.Connection, rows: Iterable[FacetRow]) -> None:
    """Replace label, size and numbers of newer chunks of existing facets."""
    with damage():
        db.executemany(_PUT, map(summed, rows))


def put_chunks(db: sqlite3.Connection, version: int, chunks: Iterable[tuple[int, BitMap]]) -> None:
    """Write chunks and set their version."""
    blobs = ((id, bits.serialize()) for id, bits in chunks)
    rows = ((id, version, blob, bitmap_sum(id, blob)) for id, blob in blobs)
    with damage():
        db.executemany(_PUT_CHUNK, rows)


def put_whole(db: sqlite3.Connection, key: int, ids: BitMap) -> None:
    """Write a facet as a whole."""
    blob = ids.serialize()
    with damage():
        db.execute(_PUT_WHOLE, (key, blob, bitmap_sum(key, blob)))


def _bitmap(id: int, blob: Any, checksum: Any) -> BitMap:
    if not isinstance(blob, bytes) or bitmap_sum(id, blob) != checksum:
        raise Damaged(_("the articles of a facet have a wrong checksum"))
    return BitMap.deserialize(blob)


def _places(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


# All of the tables.


def write_anew(db: sqlite3.Connection, counted: Counted, version: int) -> None:
    """Replace all facets with the counted ones, within a transaction: see `recounted`."""
    keys, former = _keys(db), _chunks_by_key(db)
    _empty_tables(db)
    insert = "INSERT INTO facets (key, field, value, label) VALUES (?, ?, ?, ?)"
    for row, bits, chunks in recounted(counted, keys, former):
        db.execute(insert, row[:4])
        put(db, [row])
        put_whole(db, row.key, bits)
        put_chunks(db, version, chunks)


def _keys(db: sqlite3.Connection) -> dict[Facet, int]:
    """Return the keys of readable facets; none if the table is damaged."""
    try:
        found = db.execute("SELECT field, value, key FROM facets").fetchall()
    except (sqlite3.Error, UnicodeDecodeError):
        return {}
    known = {
        (field, value): key
        for field, value, key in found
        if isinstance(field, str) and isinstance(value, str) and 0 < key < FACETS
    }
    return known if len(set(known.values())) == len(known) else {}


def _chunks_by_key(db: sqlite3.Connection) -> dict[int, list[int]]:
    """Return the ids of the chunks of each facet; none if the table is damaged."""
    found: dict[int, list[int]] = defaultdict(list)
    try:
        for (id,) in db.execute("SELECT id FROM chunks"):
            found[id % FACETS].append(id)
    except sqlite3.Error:
        return {}
    return found


def _empty_tables(db: sqlite3.Connection) -> None:
    """Recreate the tables: rows cannot be deleted one by one if an index is damaged."""
    made = (
        "SELECT sql FROM sqlite_schema WHERE tbl_name IN ('facets', 'chunks', 'wholes') "
        "AND sql IS NOT NULL ORDER BY type DESC, name != 'facets'"
    )
    statements = [sql for (sql,) in db.execute(made).fetchall()]
    for table in ("wholes", "chunks", "facets"):  # referring tables first
        db.execute(f"DROP TABLE {table}")
    for statement in statements:
        db.execute(statement)


def facets_with(db: sqlite3.Connection, id: int) -> list[Facet]:
    """Return the facets that contain an article, read from the facets themselves."""
    first = (id >> CHUNK_BITS) * FACETS
    find = "SELECT id FROM chunks WHERE id >= ? AND id < ?"
    places = [place for (place,) in db.execute(find, (first, first + FACETS)).fetchall()]
    keys = [place - first for place, bits in chunks(db, places) if id in bits]
    names = f"SELECT field, value FROM facets WHERE key IN ({_places(keys)})"
    return [(field, value) for field, value in db.execute(names, keys)]
