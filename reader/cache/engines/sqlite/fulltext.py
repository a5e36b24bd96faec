"""FTS5: terms in its grammar, the articles that have them, and a small index in memory."""

import sqlite3
import sys
from array import array
from collections.abc import Iterable

from pyroaring import BitMap

from reader.cache.files.damage import is_damage, rows_of
from reader.cache.files.migrations import FULLTEXT_OPTIONS
from reader.cache.values.cancel import Cancel
from reader.errors import Superseded
from reader.query.apostrophes import spellings
from reader.query.folding import folded
from reader.query.language import Field, Term

_WORDS = (
    "SELECT id, CAST(title AS BLOB), CAST(fields AS BLOB), CAST(body AS BLOB) "
    "FROM articles JOIN documents USING (id) WHERE articles.id IN "
)
_INDEX = "INSERT INTO fulltext (rowid, title, description, body) VALUES (?, ?, ?, ?)"

INDEXED_AT_START = 50_000
"""Maximum articles whose full-text index a start rebuilds, which takes half a minute; for more,
`doctor --repair` does it."""


class Recent:
    """The newest of some articles in a full-text index in memory.

    Finds any word within a millisecond, for the first rows of an answer that takes longer.
    """

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
            found = _matches(self._db, match_phrase(term))
            bits = bits - found if term.exclude else bits & found
        return bits

    def close(self) -> None:
        """Drop the index."""
        self._db.close()


def found(db: sqlite3.Connection, term: Term, cancel: Cancel) -> BitMap:
    """Return the articles that have a word or phrase. Raises Superseded when cancelled."""
    with cancel.guarding(db.interrupt):
        try:
            return _matches(db, match_phrase(term))
        except sqlite3.OperationalError as error:
            if cancel.is_cancelled and error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise Superseded from error
            raise


def match_phrase(term: Term) -> str:
    """Return a term in FTS5's grammar: quoted phrases, so that it has no operators.

    More than one if a word of it has an apostrophe, or may have lost one.
    """
    column = "title : " if term.field is Field.TITLE else ""
    ways = spellings(term.value, prefix=term.prefix)
    phrases = dict.fromkeys(_quoted(folded(text), prefix) for text, prefix in ways)
    if len(phrases) == 1:
        return column + next(iter(phrases))
    return f"{column}({' OR '.join(phrases)})"


def _quoted(phrase: str, prefix: bool) -> str:
    return '"' + phrase.replace('"', '""') + '"' + (" *" if prefix else "")


def _indexed(id: int, *columns: str | None) -> tuple[object, ...]:
    return id, *(folded(column or "") for column in columns)


def _matches(db: sqlite3.Connection, phrase: str) -> BitMap:
    # One row for all ids, as digits: each row that SQLite returns and each number that Python
    # parses holds the interpreter lock, for which the painting thread would wait.
    every = "SELECT group_concat(printf('%08x', rowid), '') FROM fulltext WHERE fulltext MATCH ?"
    (digits,) = db.execute(every, (phrase,)).fetchone()
    ids = array("I", bytes.fromhex(digits or ""))
    if sys.byteorder == "little":
        ids.byteswap()
    return BitMap(ids)


def has_damaged_index(db: sqlite3.Connection) -> bool:
    """Return whether the full-text index contradicts itself."""
    try:
        db.execute("INSERT INTO fulltext (fulltext, rank) VALUES ('integrity-check', 0)")
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        return True
    return False


def mend_index(db: sqlite3.Connection) -> None:
    """Rebuild the full-text index."""
    from reader.cache.engines.sqlite.facts import batches, indexed_of

    for counter in ("version", "texts"):
        db.execute("UPDATE meta SET value = value + 1 WHERE name = ?", (counter,))
    db.execute("INSERT INTO fulltext (fulltext) VALUES ('delete-all')")
    for some in batches(db):
        for id, title, text, body in rows_of(db, _WORDS, some, lambda _: None):
            words = (_text(title), indexed_of(text).description, _text(body))
            db.execute(_INDEX, (id, *map(folded, words)))


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else ""
