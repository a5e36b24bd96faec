"""A small full-text index in memory, for the first rows of an answer that takes longer."""

import sqlite3
from collections.abc import Iterable

from pyroaring import BitMap

from reader.cache.asking.evaluation import Wanted
from reader.cache.asking.words import settled
from reader.cache.files.migrations import FULLTEXT_OPTIONS
from reader.cache.fts5 import match_phrase, matches
from reader.query.folding import folded
from reader.query.language import Pattern, Term


class Recent:
    """The newest of some articles; finds any word among them within a millisecond."""

    def __init__(self, rows: Iterable[tuple[int, str, str | None, str]], texts: int) -> None:
        """Index the articles. rows: id, title, description, body. texts: their version."""
        self.texts = texts
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._db.execute(f"CREATE VIRTUAL TABLE fulltext USING fts5 ({FULLTEXT_OPTIONS})")
        insert = "INSERT INTO fulltext (rowid, title, description, body) VALUES (?, ?, ?, ?)"
        self._texts = {id: texts for id, *texts in rows}
        indexed = (_indexed(id, *texts) for id, texts in self._texts.items())
        self._db.executemany(insert, indexed)
        self._ids = BitMap([id for (id,) in self._db.execute("SELECT rowid FROM fulltext")])

    def settled(self, wanted: Wanted) -> BitMap:
        """Return the ids that are indexed here and that a query finds."""
        return settled(wanted, self, self._ids)

    def ids(self, term: Term) -> BitMap:
        """Return the ids that have the words of a term."""
        return matches(self._db, match_phrase(term))

    def scan(self, pattern: Pattern, bits: BitMap) -> BitMap:
        """Return those of the ids whose texts match an expression."""
        shown = 1 if pattern.in_titles else None
        return BitMap(id for id in bits if pattern.matches(self._texts.get(id, ())[:shown]))

    def close(self) -> None:
        """Drop the index."""
        self._db.close()


def _indexed(id: int, *columns: str | None) -> tuple[object, ...]:
    return id, *(folded(column or "") for column in columns)
