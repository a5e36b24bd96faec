"""A small full-text index in memory, for the first rows of an answer that takes longer."""

import sqlite3
from collections.abc import Iterable

from pyroaring import BitMap

from reader.cache.files.migrations import FULLTEXT_OPTIONS
from reader.cache.fts5 import match_phrase, matches
from reader.query.folding import folded
from reader.query.language import Term


class Recent:
    """The newest of some articles; finds any word among them within a millisecond."""

    def __init__(self, rows: Iterable[tuple[int, str, str | None, str]], texts: int) -> None:
        """Index the articles. rows: id, title, description, body. texts: their version."""
        self.texts = texts
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._db.execute(f"CREATE VIRTUAL TABLE fulltext USING fts5 ({FULLTEXT_OPTIONS})")
        insert = "INSERT INTO fulltext (rowid, title, description, body) VALUES (?, ?, ?, ?)"
        self._db.executemany(insert, (_indexed(*row) for row in rows))
        self._ids = BitMap([id for (id,) in self._db.execute("SELECT rowid FROM fulltext")])

    def keep(self, bits: BitMap, terms: Iterable[Term]) -> BitMap:
        """Return the ids that are indexed here and match the terms."""
        bits = bits & self._ids
        for term in terms:
            found = matches(self._db, match_phrase(term))
            bits = bits - found if term.exclude else bits & found
        return bits

    def close(self) -> None:
        """Drop the index."""
        self._db.close()


def _indexed(id: int, *columns: str | None) -> tuple[object, ...]:
    return id, *(folded(column or "") for column in columns)
