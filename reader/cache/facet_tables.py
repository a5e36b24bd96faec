"""The tables of the facets as a whole: written anew, checked, and asked what an article is in.

What single facets hold, and what changes in them, is in `facets`.
"""

import sqlite3
from collections.abc import Iterator

from pyroaring import BitMap

from reader.cache.checksums import bitmap_sum, row_sum
from reader.cache.damage import ChecksumWrong
from reader.cache.facets import (
    ALL,
    ANY,
    FACET,
    PUT_CHUNK,
    WHOLE,
    Counted,
    Facet,
    FacetRow,
    bitmap,
    loaded,
    put_whole,
    some_of,
)
from reader.cache.schema import CHUNK_BITS, FACETS


def write_anew(db: sqlite3.Connection, counted: Counted, version: int) -> None:
    """Put counted facets in the place of all that there are, within a transaction."""
    _empty_tables(db)
    for key, (facet, bits) in enumerate(sorted(counted.ids.items()), 1):
        row = FacetRow(key, *facet, counted.labels.get(facet, ""), len(bits), "")
        db.execute(
            "INSERT INTO facets (key, field, value, label, size, newer, crc) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*row, row_sum(*row)),
        )
        put_whole(db, key, bits)
        db.executemany(PUT_CHUNK, _chunks_of(key, bits, version))


def _empty_tables(db: sqlite3.Connection) -> None:
    """Begin the tables anew: rows cannot be deleted one by one where an index is damaged."""
    made = (
        "SELECT sql FROM sqlite_schema WHERE tbl_name IN ('facets', 'chunks', 'wholes') "
        "AND sql IS NOT NULL ORDER BY type DESC, name != 'facets'"
    )
    statements = [sql for (sql,) in db.execute(made).fetchall()]
    for table in ("wholes", "chunks", "facets"):  # none of them refers to one that is gone
        db.execute(f"DROP TABLE {table}")
    for statement in statements:
        db.execute(statement)


def _chunks_of(key: int, bits: BitMap, version: int) -> Iterator[tuple[int, int, bytes, int]]:
    place = bits.min() if bits else None
    while place is not None:
        chunk = place >> CHUNK_BITS
        end = (chunk + 1) << CHUNK_BITS
        blob = (bits & BitMap(range(chunk << CHUNK_BITS, end))).serialize()
        id = chunk * FACETS + key
        yield id, version, blob, bitmap_sum(id, blob)
        place = bits.next_set_bit(end) if bits.max() >= end else None


def facets_with(db: sqlite3.Connection, id: int) -> list[Facet]:
    """Return the facets that an article is in, whatever its text says."""
    first = (id >> CHUNK_BITS) * FACETS
    chunks = db.execute(
        "SELECT id, ids, crc FROM chunks WHERE id >= ? AND id < ?", (first, first + FACETS)
    )
    keys = [place - first for place, blob, crc in chunks if id in bitmap(place, blob, crc)]
    rows = (db.execute(f"{FACET} key = ?", (key,)).fetchone() for key in keys)
    return [(row[1], row[2]) for row in rows if row]


def check_all(db: sqlite3.Connection) -> None:
    """Read every row of the facets. Raises ChecksumWrong and other sqlite3.Errors."""
    for id, blob, checksum in db.execute("SELECT id, ids, crc FROM chunks"):
        bitmap(id, blob, checksum)
    if not db.execute(f"{FACET} field = ? AND value = ?", ALL).fetchone():
        if db.execute(ANY).fetchone():
            raise ChecksumWrong("the facet of all articles is missing")
        return
    keys = [key for (key,) in db.execute("SELECT key FROM facets NOT INDEXED")]
    for some in some_of(keys):
        which = f"key IN ({', '.join('?' * len(some))})"
        loaded(db, db.execute(WHOLE + which, some), set(some), None)
