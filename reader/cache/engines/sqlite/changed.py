"""The articles whose texts have changed since a version, and a full-text index of them in memory.

Each version of the texts stores which articles it changed. So what was found in an earlier version
is right for all others.
"""

import sqlite3
from collections.abc import Iterator, Sequence

from pyroaring import BitMap

from reader.cache.files.checksums import bitmap_sum
from reader.cache.files.connections import Connection
from reader.cache.files.damage import number, rows_of
from reader.cache.files.migrations import FULLTEXT_OPTIONS
from reader.cache.fts5 import matches
from reader.cache.ids import batches
from reader.cache.values.incoming import digest_of, indexed_of
from reader.cache.values.stored import Text
from reader.query.folding import folded

VERSIONS = 300
"""Versions whose changes are stored; an import of a million articles has about as many."""

_TEXTS = (
    "SELECT id, CAST(title AS BLOB), CAST(fields AS BLOB), CAST(body AS BLOB), digest "
    "FROM articles LEFT JOIN documents USING (id) WHERE articles.id IN "
)
_INDEX = "INSERT INTO fulltext (rowid, title, description, body) VALUES (?, ?, ?, ?)"


class Unreadable(Exception):
    """A changed article is damaged: the full-text index may have other words of it."""


def note(db: sqlite3.Connection, texts: int, ids: BitMap) -> None:
    """Store which articles a version of the texts has changed, within its transaction."""
    blob = ids.serialize()
    row = (texts, blob, bitmap_sum(texts, blob))
    db.execute("INSERT OR REPLACE INTO texts_changed (texts, ids, crc) VALUES (?, ?, ?)", row)
    db.execute("DELETE FROM texts_changed WHERE texts <= ?", (texts - VERSIONS,))


def texts_of(db: sqlite3.Connection) -> int:
    """Return the version of the texts."""
    return number(db.execute("SELECT value FROM meta WHERE name = 'texts'").fetchone())


def changed_since(db: sqlite3.Connection, texts: int) -> BitMap | None:
    """Return the articles that were added, changed, moved or deleted since; None if unknown.

    A version that is not stored, such as that of a rebuilt index, has changed any article.
    """
    now = texts_of(db)
    if texts == now:
        return BitMap()
    find = "SELECT texts, ids, crc FROM texts_changed WHERE texts > ? AND texts <= ?"
    rows = db.execute(find, (texts, now)).fetchall() if now - VERSIONS <= texts < now else []
    if len(rows) != now - texts:
        return None
    if any(not isinstance(blob, bytes) or bitmap_sum(n, blob) != crc for n, blob, crc in rows):
        return None
    return BitMap.union(BitMap(), *(BitMap.deserialize(blob) for _, blob, _ in rows))


class Changed:
    """Some articles as the full-text index has them, in memory. key: names their versions."""

    __slots__ = ("_db", "ids", "key")

    def __init__(self, db: sqlite3.Connection, ids: BitMap, key: object = None) -> None:
        """Index those of the articles that exist. Raises Unreadable."""
        self.ids = ids
        self.key = key
        self._db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._db.execute(f"CREATE VIRTUAL TABLE fulltext USING fts5 ({FULLTEXT_OPTIONS})")
        try:
            self._db.execute("BEGIN")
            for some in batches(list(ids)):
                self._db.executemany(_INDEX, ((id, *text) for id, text in _texts(db, some)))
            self._db.execute("COMMIT")
        except BaseException:
            self.close()
            raise

    def matches(self, phrase: str) -> BitMap:
        """Return the ids among them that match an expression of FTS5."""
        return matches(self._db, phrase)

    def close(self) -> None:
        """Drop the index."""
        self._db.close()


def cached(db: sqlite3.Connection, ids: BitMap, key: object) -> Changed:
    """Return the index of the articles, kept with the connection until another key is asked for.

    Raises Unreadable.
    """
    if not isinstance(db, Connection):
        return Changed(db, ids, key)
    if db.changed is None or db.changed.key != key:
        before, db.changed = db.changed, None
        if before is not None:
            before.close()
        db.changed = Changed(db, ids, key)
    known: Changed = db.changed
    return known


def _texts(db: sqlite3.Connection, ids: Sequence[int]) -> Iterator[tuple[int, Text]]:
    for id, title, fields, body, digest in rows_of(db, _TEXTS, ids, _unreadable):
        is_bytes = isinstance(fields, bytes) and isinstance(body, bytes)
        if not isinstance(title, bytes) or not is_bytes or digest_of(fields, body) != digest:
            _unreadable(id)
        words = (title.decode(), indexed_of(fields).description, body.decode())
        yield id, (folded(words[0]), folded(words[1]), folded(words[2]))


def _unreadable(id: int) -> None:
    raise Unreadable(id)
