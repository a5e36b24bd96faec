"""Words of a query to sets of ids: the full-text index, kept answers, and questions cut short."""

import sqlite3
import sys
import threading
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pyroaring import BitMap

from reader.apostrophes import spellings
from reader.cache.damage import number
from reader.cache.schema import FULLTEXT_OPTIONS
from reader.errors import Superseded
from reader.folding import folded
from reader.query import Field, Term

KEPT = 64
"""Answers that are kept; one for a million articles takes some hundred kilobytes at most."""


class Cancel:
    """Ends a question that another thread asks: it then raises Superseded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._is_cancelled = False

    def cancel(self) -> None:
        with self._lock:
            self._is_cancelled = True
            if self._db is not None:
                self._db.interrupt()

    @contextmanager
    def guarding(self, db: sqlite3.Connection) -> Iterator[None]:
        """While a statement of this connection runs."""
        with self._lock:
            if self._is_cancelled:
                raise Superseded
            self._db = db
        try:
            yield
        except sqlite3.OperationalError as error:
            if self._is_cancelled and error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise Superseded from error
            raise
        finally:
            with self._lock:
                self._db = None


class Words:
    """Which ids have which words, as of the last change of any text. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._texts = -1
        self._known: dict[str, BitMap] = {}

    def keep(
        self, bits: BitMap, terms: Iterable[Term], db: sqlite3.Connection, by: Cancel
    ) -> BitMap:
        """Those of the ids that the terms allow. Raises Superseded."""
        for term in terms:
            found = self._ids(match_phrase(term), db, by)
            bits = bits - found if term.exclude else bits & found
        return bits

    def knows(self, terms: Iterable[Term], db: sqlite3.Connection) -> bool:
        """Whether the answer is there at once."""
        texts = _texts(db)
        with self._lock:
            known = self._known if texts == self._texts else {}
            return all(match_phrase(term) in known for term in terms)

    def _ids(self, phrase: str, db: sqlite3.Connection, by: Cancel) -> BitMap:
        texts = _texts(db)
        with self._lock:
            if texts != self._texts:
                self._texts = texts
                self._known.clear()
            if phrase in self._known:
                self._known[phrase] = found = self._known.pop(phrase)  # the last to be forgotten
                return found
        with by.guarding(db):
            found = _matches(db, phrase)
        with self._lock:
            if texts == self._texts:
                self._known[phrase] = found
                if len(self._known) > KEPT:
                    del self._known[next(iter(self._known))]
        return found


class Recent:
    """The newest of some articles in a full-text index in memory.

    Which of them match is known within a millisecond, whatever the word: the first rows of an
    answer that takes longer.
    """

    def __init__(self, rows: Iterable[tuple[int, str, str | None, str]], texts: int) -> None:
        """rows: id, title, description and body of each. texts: the version that they are of."""
        self.texts = texts
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._db.execute(f"CREATE VIRTUAL TABLE fulltext USING fts5 ({FULLTEXT_OPTIONS})")
        insert = "INSERT INTO fulltext (rowid, title, description, body) VALUES (?, ?, ?, ?)"
        self._db.executemany(insert, (_indexed(*row) for row in rows))
        self._ids = BitMap([id for (id,) in self._db.execute("SELECT rowid FROM fulltext")])

    def keep(self, bits: BitMap, terms: Iterable[Term]) -> BitMap:
        """Those of the ids that are recent and that the terms allow."""
        bits = bits & self._ids
        for term in terms:
            found = _matches(self._db, match_phrase(term))
            bits = bits - found if term.exclude else bits & found
        return bits

    def close(self) -> None:
        self._db.close()


def match_phrase(term: Term) -> str:
    """Return a term in FTS5's grammar: quoted phrases, so that nothing in it is an operator.

    More than one where a word of it has an apostrophe, or may have lost one.
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


def _texts(db: sqlite3.Connection) -> int:
    """A number that grows with every change of a text."""
    return number(db.execute("SELECT value FROM meta WHERE name = 'texts'").fetchone())


def _matches(db: sqlite3.Connection, phrase: str) -> BitMap:
    # One step for all, and digits that need no parsing: each row that SQLite hands over, and each
    # number that Python reads, makes the thread that paints wait for the interpreter.
    every = "SELECT group_concat(printf('%08x', rowid), '') FROM fulltext WHERE fulltext MATCH ?"
    (digits,) = db.execute(every, (phrase,)).fetchone()
    ids = array("I", bytes.fromhex(digits or ""))
    if sys.byteorder == "little":
        ids.byteswap()
    return BitMap(ids)
