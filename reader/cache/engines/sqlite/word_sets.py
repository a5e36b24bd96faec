"""Sets of articles by word or prefix, stored where FTS5 takes long to find them.

FTS5 merges the lists of all words that begin with a prefix: more than a second for one letter among
a million articles. A set is of a version of the texts. What has changed since is looked up in an
index in memory (`changed`). If anything is wrong with a set, FTS5 is asked, and `word_upkeep`
makes it again.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping

from pyroaring import BitMap

from reader.cache.engines.sqlite.changed import Unreadable, cached, changed_since, texts_of
from reader.cache.files.checksums import bitmap_sum, text_sum
from reader.cache.files.damage import is_damage
from reader.cache.values.facet_rows import CHUNK_BITS

MOST_CHANGED = 300
"""Maximum changed articles that a lookup indexes in memory: 40 ms once for each version."""

CHUNKS = 1 << 16
"""The id of a chunk is the key of its set times this, plus its number."""

_TABLES = ("word_sets", "word_chunks", "word_starts", "texts_changed")
_SET = "SELECT key, phrase, texts, size, crc FROM word_sets "


class Wrong(Exception):
    """A stored set has a wrong checksum or size."""


def stored(db: sqlite3.Connection, phrase: str) -> BitMap | None:
    """Return the articles that match a phrase; None if FTS5 has to be asked.

    Call it within a transaction, so that all reads are of one version.
    """
    try:
        row = db.execute(f"{_SET} WHERE phrase = ?", (phrase,)).fetchone()
        if row is None or row[4] != _sum(*row[:4]):
            return None
        changed = changed_since(db, row[2])
        if changed is None or len(changed) > MOST_CHANGED:
            return None
        bits = _read(db, *row)
        if not changed:
            return bits
        index = cached(db, changed, (row[2], texts_of(db)))
        return bits - changed | index.matches(phrase)
    except (Wrong, Unreadable, UnicodeDecodeError):
        return None
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        return None


def _read(db: sqlite3.Connection, key: int, phrase: str, texts: int, size: int, crc: int) -> BitMap:
    """Return a set as of its version. Raises Wrong."""
    if crc != _sum(key, phrase, texts, size):
        raise Wrong(phrase)
    find = "SELECT id, ids, crc FROM word_chunks WHERE id >= ? AND id < ?"
    chunks = [_chunk(*each) for each in db.execute(find, (key * CHUNKS, (key + 1) * CHUNKS))]
    bits = BitMap.union(BitMap(), *chunks)
    if len(bits) != size:
        raise Wrong(phrase)
    return bits


def _chunk(id: int, blob: object, crc: int) -> BitMap:
    if not isinstance(blob, bytes) or bitmap_sum(id, blob) != crc:
        raise Wrong(id)
    return BitMap.deserialize(blob)


def _sum(key: int, phrase: str, texts: int, size: int) -> int:
    return text_sum(f"{key}\0{phrase}\0{texts}\0{size}")


# Written within a transaction.


def put(db: sqlite3.Connection, texts: int, sets: Mapping[str, BitMap]) -> None:
    """Store the articles that match phrases, as of a version."""
    for phrase, bits in sets.items():
        find = "SELECT key FROM word_sets WHERE phrase = ?"
        if (row := db.execute(find, (phrase,)).fetchone()) is not None:
            _remove(db, row[0])
        begin = "INSERT INTO word_sets (phrase, texts, size, crc) VALUES (?, ?, 0, 0) RETURNING key"
        ((key,),) = db.execute(begin, (phrase, texts)).fetchall()
        _put_chunks(db, ((key * CHUNKS + n, part) for n, part in parts(bits)))
        _put_row(db, key, phrase, texts, len(bits))


def carry(
    db: sqlite3.Connection,
    phrase: str,
    since: int,
    texts: int,
    changed: BitMap,
    found: BitMap,
) -> None:
    """Take a set from one version to a later one. found: those of the changed ids that match.

    Removes a set that is damaged. Does nothing if another program has changed it meanwhile.
    """
    row = db.execute(f"{_SET} WHERE phrase = ?", (phrase,)).fetchone()
    if row is None or row[2] != since:
        return
    key, size = row[0], row[3]
    if row[4] != _sum(*row[:4]):
        _remove(db, key)
        return
    for n, part in parts(changed):
        id = key * CHUNKS + n
        find = "SELECT id, ids, crc FROM word_chunks WHERE id = ?"
        stored = db.execute(find, (id,)).fetchone()
        try:
            before = _chunk(*stored) if stored else BitMap()
        except Wrong:
            _remove(db, key)
            return
        now = before - part | found & part
        if now != before:
            _put_chunks(db, [(id, now)])
            size += len(now) - len(before)
    _put_row(db, key, phrase, texts, size)


def remove(db: sqlite3.Connection, phrases: Iterable[str]) -> None:
    """Remove the sets of phrases."""
    for phrase in phrases:
        find = "SELECT key FROM word_sets WHERE phrase = ?"
        for (key,) in db.execute(find, (phrase,)).fetchall():
            _remove(db, key)


def _remove(db: sqlite3.Connection, key: int) -> None:
    ends = key * CHUNKS, (key + 1) * CHUNKS
    db.execute("DELETE FROM word_chunks WHERE id >= ? AND id < ?", ends)
    db.execute("DELETE FROM word_sets WHERE key = ?", (key,))


def _put_row(db: sqlite3.Connection, key: int, phrase: str, texts: int, size: int) -> None:
    row = (texts, size, _sum(key, phrase, texts, size), key)
    db.execute("UPDATE word_sets SET texts = ?, size = ?, crc = ? WHERE key = ?", row)


def _put_chunks(db: sqlite3.Connection, chunks: Iterable[tuple[int, BitMap]]) -> None:
    blobs = ((id, bits.serialize()) for id, bits in chunks)
    rows = ((id, blob, bitmap_sum(id, blob)) for id, blob in blobs)
    db.executemany("INSERT OR REPLACE INTO word_chunks (id, ids, crc) VALUES (?, ?, ?)", rows)


def parts(bits: BitMap) -> Iterator[tuple[int, BitMap]]:
    """Yield the parts of a set by the numbers of their chunks."""
    place = bits.min() if bits else None
    while place is not None:
        chunk = place >> CHUNK_BITS
        end = (chunk + 1) << CHUNK_BITS
        yield chunk, bits & BitMap(range(chunk << CHUNK_BITS, end))
        place = bits.next_set_bit(end) if bits.max() >= end else None


# All of the tables.


def are_damaged(db: sqlite3.Connection) -> bool:
    """Return whether any stored set is wrong."""
    try:
        for row in db.execute(_SET).fetchall():
            _read(db, *row)
    except (Wrong, UnicodeDecodeError, TypeError):
        return True
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        return True
    return False


def empty(db: sqlite3.Connection) -> None:
    """Recreate the tables, damaged or not; `word_upkeep` makes the sets again."""
    for table in _TABLES:
        find = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?"
        ((statement,),) = db.execute(find, (table,)).fetchall()
        db.execute(f"DROP TABLE {table}")
        db.execute(statement)
