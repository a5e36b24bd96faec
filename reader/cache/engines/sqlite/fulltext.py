"""The full-text index of `cache.db`: the articles that have a term, its damage, its repair."""

import sqlite3

from pyroaring import BitMap

from reader.cache.engines.sqlite.word_sets import stored
from reader.cache.files.connections import snapshot
from reader.cache.files.damage import is_damage, rows_of
from reader.cache.fts5 import has_only_8_digits, matches, phrases
from reader.cache.values.cancel import Cancel
from reader.errors import Superseded
from reader.query.folding import folded
from reader.query.language import Term

_WORDS = (
    "SELECT id, CAST(title AS BLOB), CAST(fields AS BLOB), CAST(body AS BLOB) "
    "FROM articles JOIN documents USING (id) WHERE articles.id IN "
)
_INDEX = "INSERT INTO fulltext (rowid, title, description, body) VALUES (?, ?, ?, ?)"

INDEXED_AT_START = 50_000
"""Maximum articles whose full-text index a start rebuilds, which takes half a minute; for more,
`doctor --repair` does it."""


def found(db: sqlite3.Connection, term: Term, cancel: Cancel) -> BitMap:
    """Return the articles that have a word or phrase. Raises Superseded when cancelled."""
    with cancel.guarding(db.interrupt):
        try:
            with snapshot(db):
                return _found(db, term, cancel)
        except sqlite3.OperationalError as error:
            if cancel.is_cancelled and error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise Superseded from error
            raise


def _found(db: sqlite3.Connection, term: Term, cancel: Cancel) -> BitMap:
    bits = BitMap()
    for phrase in phrases(term):
        found = stored(db, phrase)
        if found is None:
            if cancel.is_cancelled:
                raise Superseded
            found = matches(db, phrase, are_of_8_digits=has_only_8_digits(db))
        bits |= found
    return bits


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
    from reader.cache.engines.sqlite.facts import batches
    from reader.cache.values.incoming import indexed_of

    for counter in ("version", "texts"):
        db.execute("UPDATE meta SET value = value + 1 WHERE name = ?", (counter,))
    db.execute("INSERT INTO fulltext (fulltext) VALUES ('delete-all')")
    for some in batches(db):
        for id, title, text, body in rows_of(db, _WORDS, some, lambda _: None):
            words = (_text(title), indexed_of(text).description, _text(body))
            db.execute(_INDEX, (id, *map(folded, words)))


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else ""
