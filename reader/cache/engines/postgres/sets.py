"""Sets of ids as one value of a server: four bytes for each id, and one row for all of them."""

import sys
from array import array
from collections.abc import Sequence

from pyroaring import BitMap

from reader.cache.engines.postgres.connections import Connection, Cursor


def set_of(db: Connection, find: str, values: Sequence[object] = ()) -> BitMap:
    """Return the ids that a question finds, as a set. find: SQL of one column `id`."""
    return read_set(ask_for_set(db, find, values))


def ask_for_set(db: Connection, find: str, values: Sequence[object] = ()) -> Cursor:
    """Ask for the same; `read_set` reads the answer."""
    as_one = f"SELECT string_agg(int4send(id::int), ''::bytea) FROM ({find}) AS found"
    return db.execute(as_one, values or None, binary=True)


def read_set(found: Cursor) -> BitMap:
    """Return the ids of an answer, as a set."""
    row = found.fetchone()
    return unpacked(row[0] if row else None)


def unpacked(packed: bytes | None) -> BitMap:
    """Return the ids of such a value; none if it is NULL."""
    ids = array("I", packed or b"")
    if sys.byteorder == "little":
        ids.byteswap()
    return BitMap(ids)
