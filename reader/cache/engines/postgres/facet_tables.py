"""The three tables of facets on a server: `facets`, their `wholes`, and their `chunks`.

Each row has a checksum of its values, and no bitmap larger than a set of all ids is read. Raises
Damaged if one is wrong. What the rows mean belongs to `cache.facets`.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from pyroaring import BitMap

from reader.cache.engines.facet_rows import begun, recounted, summed
from reader.cache.engines.facet_rows import row_of as row_of
from reader.cache.engines.postgres.connections import Connection, Cursor
from reader.cache.files.checksums import bitmap_sum
from reader.cache.ids import batches
from reader.cache.values.facet_rows import (
    FACETS,
    Counted,
    Damaged,
    Facet,
    FacetRow,
)
from reader.i18n import _

MOST_BYTES = 1 << 26
"""Bytes of a bitmap that is read. All ids of slots of 16 seconds take half of that, a hundred
million articles in slots of a second 40 MB."""

WHOLES_AT_ONCE = 256
CHUNKS_AT_ONCE = 2_000

_COLUMNS = "key, field, value, label, size, newer, crc"  # not shown: SQL
_ROW = f"SELECT {_COLUMNS} FROM cryptoread.facets"
_NAMED = (
    f"SELECT {_COLUMNS} FROM unnest(%s::text[], %s::text[]) AS wanted (of_field, name) "
    "JOIN cryptoread.facets ON field = of_field AND md5(value) = md5(name) AND value = name"
)
_WHOLE = (
    "SELECT key, field, value, label, size, newer, facets.crc, "
    f"CASE WHEN length(ids) <= {MOST_BYTES} THEN ids ELSE '' END, wholes.crc "
    "FROM cryptoread.facets LEFT JOIN cryptoread.wholes USING (key) WHERE key = ANY(%s)"
)
_CHUNKS = (
    f"SELECT id, CASE WHEN length(ids) <= {MOST_BYTES} THEN ids ELSE '' END, crc "
    "FROM cryptoread.chunks WHERE id = ANY(%s)"
)
_BEGIN = (
    "INSERT INTO cryptoread.facets (key, field, value, label) SELECT "
    "nextval('cryptoread.facet_keys'), of_field, name, title "
    "FROM unnest(%s::text[], %s::text[], %s::text[]) AS new (of_field, name, title) "
    f"RETURNING {_COLUMNS}"
)
_PUT = (
    "UPDATE cryptoread.facets SET label = new.label, size = new.size, newer = new.newer, "
    "crc = new.crc FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[]) "
    "AS new (label, size, newer, crc, key) WHERE facets.key = new.key"
)
_PUT_CHUNKS = (
    f"INSERT INTO cryptoread.chunks SELECT new.*, new.id / {FACETS} "
    "FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::bigint[]) AS new (id) "
    "ON CONFLICT (id, chunk) DO UPDATE SET version = excluded.version, ids = excluded.ids, "
    "crc = excluded.crc"
)
_PUT_WHOLE = (
    "INSERT INTO cryptoread.wholes VALUES (%s, %s, %s) "
    "ON CONFLICT (key, chunk) DO UPDATE SET ids = excluded.ids, crc = excluded.crc"
)


def rows(db: Connection, facets: Sequence[Facet]) -> list[FacetRow]:
    """Return those of the facets that exist, by one question."""
    names = [field for field, _value in facets], [value for _field, value in facets]
    return [row_of(each) for each in db.execute(_NAMED, names, binary=True)]


def rows_of_field(db: Connection, field: str) -> list[FacetRow]:
    """Return every facet of a field."""
    found = db.execute(f"{_ROW} WHERE field = %s", (field,), binary=True)
    return [row_of(each) for each in found]


def largest(db: Connection, field: str, start: int, count: int) -> list[FacetRow]:
    """Return facets of a field, the largest first, from a place on."""
    find = f"{_ROW} WHERE field = %s ORDER BY size DESC, key LIMIT %s OFFSET %s"
    return [row_of(each) for each in db.execute(find, (field, count, start), binary=True)]


def unsettled(db: Connection) -> list[FacetRow]:
    """Return the facets that have chunks newer than their wholes."""
    return [row_of(each) for each in db.execute(f"{_ROW} WHERE newer != ''", binary=True)]


def wholes(db: Connection, keys: Sequence[int]) -> Iterator[tuple[FacetRow, BitMap]]:
    """Yield facets with their wholes, empty if missing."""
    for some in batches(keys, WHOLES_AT_ONCE):
        yield from read_wholes(ask_for_wholes(db, some))


def ask_for_wholes(db: Connection, keys: Sequence[int]) -> Cursor:
    """Ask for facets with their wholes; `read_wholes` reads the answer."""
    return db.execute(_WHOLE, (list(keys),), binary=True)


def read_wholes(found: Cursor) -> Iterator[tuple[FacetRow, BitMap]]:
    """Yield facets with their wholes, empty if missing."""
    for *row, blob, checksum in found:
        yield row_of(row), BitMap() if checksum is None else bitmap_of(row[0], blob, checksum)


def chunks(db: Connection, ids: Sequence[int]) -> Iterator[tuple[int, BitMap]]:
    """Yield those of the chunks that exist."""
    for some in batches(ids, CHUNKS_AT_ONCE):
        for id, blob, checksum in db.execute(_CHUNKS, (list(some),), binary=True):
            yield id, bitmap_of(id, blob, checksum)


def changed(db: Connection, since: int, keys: Collection[int]) -> list[int]:
    """Return ids of chunks of these facets that were written after a version."""
    find = (
        "SELECT id FROM cryptoread.chunks "
        f"WHERE version > %s AND mod(id, {FACETS}) = ANY(%s::bigint[])"
    )
    return [id for (id,) in db.execute(find, (since, list(keys)), binary=True)]


def begin(db: Connection, facets: Iterable[tuple[str, str, str]]) -> list[FacetRow]:
    """Begin facets by field, value and label, and return them."""
    fields, values, labels = ([*each] for each in zip(*facets, strict=True))
    found = db.execute(_BEGIN, (fields, values, labels), binary=True)
    return [begun(each) for each in found]  # they have no checksum yet


def put(db: Connection, rows: Iterable[FacetRow]) -> None:
    """Replace label, size and numbers of newer chunks of existing facets."""
    if given := [*map(summed, rows)]:
        db.execute(_PUT, [[*each] for each in zip(*given, strict=True)])


def put_chunks(db: Connection, version: int, chunks: Iterable[tuple[int, BitMap]]) -> None:
    """Write chunks and set their version."""
    blobs = [(id, bits.serialize()) for id, bits in chunks]
    for some in batches(blobs, CHUNKS_AT_ONCE):
        ids, written = [id for id, _blob in some], [blob for _id, blob in some]
        sums = [bitmap_sum(*each) for each in some]
        db.execute(_PUT_CHUNKS, (ids, [version] * len(ids), written, sums))


def put_whole(db: Connection, key: int, ids: BitMap) -> None:
    """Write a facet as a whole."""
    blob = ids.serialize()
    db.execute(_PUT_WHOLE, (key, blob, bitmap_sum(key, blob)))


def bitmap_of(id: int, blob: bytes, checksum: int) -> BitMap:
    """Return a bitmap that is whole. Raises Damaged."""
    if bitmap_sum(id, blob) != checksum:
        raise Damaged(_("the articles of a facet have a wrong checksum"))
    try:
        bits = BitMap.deserialize(blob)
    except (ValueError, IndexError) as error:
        raise Damaged(_("the articles of a facet cannot be read")) from error
    return bits


# All of the tables.


def write_anew(db: Connection, counted: Counted, version: int) -> None:
    """Replace all facets with the counted ones, within a transaction: see `recounted`."""
    found = db.execute("SELECT field, value, key FROM cryptoread.facets").fetchall()
    keys = {(field, value): key for field, value, key in found}
    former: dict[int, list[int]] = {}
    for (id,) in db.execute("SELECT id FROM cryptoread.chunks").fetchall():
        former.setdefault(id % FACETS, []).append(id)
    for table in ("wholes", "chunks", "facets"):
        db.execute(f"DELETE FROM cryptoread.{table}")
    insert = "INSERT INTO cryptoread.facets (key, field, value, label) VALUES (%s, %s, %s, %s)"
    last = 0
    for row, bits, chunks in recounted(counted, keys, former):
        db.execute(insert, row[:4])
        put(db, [row])
        put_whole(db, row.key, bits)
        put_chunks(db, version, chunks)
        last = max(last, row.key)
    db.execute("SELECT setval('cryptoread.facet_keys', %s)", (last + 1,))


def facets_with(db: Connection, id: int, first: int) -> list[Facet]:
    """Return the facets that contain an article. first: id of the first chunk that may have it."""
    find = "SELECT id FROM cryptoread.chunks WHERE id >= %s AND id < %s"
    places = [place for (place,) in db.execute(find, (first, first + FACETS)).fetchall()]
    keys = [place - first for place, bits in chunks(db, places) if id in bits]
    names = "SELECT field, value FROM cryptoread.facets WHERE key = ANY(%s::bigint[])"
    return [(field, value) for field, value in db.execute(names, (keys,))]
