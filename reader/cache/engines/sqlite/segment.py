"""Index the words of many articles in a thread, beside the transaction that stores them.

Indexing takes half the time of a large transaction and needs nothing that it writes. The words go
into an FTS5 index in memory, and its segments are copied into the tables of `fulltext` at the end:
a segment is the same in every index of the same columns and words. SQLite's `fts5_index.c`
describes the tables. If they are not as expected here, the caller indexes the words itself.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from threading import Thread

from reader.cache.engines.sqlite.segment_list import SegmentList, numbers, varints
from reader.cache.files.migrations import FULLTEXT_OPTIONS
from reader.query.folding import without_accents

TABLE = FULLTEXT_OPTIONS.replace("remove_diacritics 2", "remove_diacritics 0")
"""The same words come of texts without accents, in three quarters of the time."""

Texts = Sequence[tuple[int, str, str, str | bytes]]

VERSION = 4
"""FTS5's number for the format of its tables, since 2016."""

AT_ONCE = 100
"""Articles per statement: the thread needs the interpreter lock between statements only."""

OPTIONS = {"automerge": 0, "crisismerge": 1999, "hashsize": 256 * 1024**2}
"""Options of the index in memory, with which all words become one segment."""

MANY = 16
"""Segments of one size that are merged, as FTS5 does with those that it writes itself."""
MERGE = [("usermerge", MANY), ("merge", 1_000_000), ("usermerge", 8)]
"""Merge where there are as many, and leave those that wait for idle time (`Upkeep.tidy`)."""

_TOTALS, _SEGMENTS = 1, 10
"""Rows of `fulltext_data` that are not part of a segment."""

_PLACE_BITS = 37
"""A rowid of `fulltext_data` is the number of its segment, and in that many bits a place."""

_TEXTS = "CREATE TABLE texts (id INTEGER PRIMARY KEY, title TEXT, description TEXT, body TEXT)"
_ROW = "(?, ?, ?, CAST(? AS TEXT))"
# One statement, as FTS5 begins another segment at each that inserts several rows.
_INDEX = "INSERT INTO fulltext (rowid, title, description, body) SELECT * FROM texts ORDER BY id"
_PUT = "INSERT OR REPLACE INTO fulltext_data (id, block) VALUES (?, ?)"
_SET = "INSERT INTO fulltext (fulltext, rank) VALUES (?, ?)"


@contextmanager
def prepared(texts: Texts) -> "Iterator[Segment]":
    """Give the words of articles as a segment that a thread makes meanwhile."""
    segment = Segment(texts)
    try:
        yield segment
    finally:
        segment.stop()


class Segment:
    """The words of articles in an index in memory."""

    def __init__(self, texts: Texts) -> None:
        """Start the thread. texts: id, title, description and body, in the order of ids."""
        self._texts = texts
        self._is_stopped = self._is_complete = False
        self._db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._thread = Thread(target=self._work)
        self._thread.start()

    def add_to(self, db: sqlite3.Connection) -> bool:
        """Add the words to `fulltext`, in the open transaction; return False if that failed."""
        self._thread.join()
        if not self._is_complete:
            return False
        _let_go(db)
        version = db.execute("SELECT v FROM fulltext_config WHERE k = 'version'").fetchone()
        if version != (VERSION,):
            return False
        try:
            every = SegmentList.of(_row(db, _SEGMENTS))
            own = SegmentList.of(_row(self._db, _SEGMENTS))
            totals = _sums(_row(db, _TOTALS), _row(self._db, _TOTALS))
        except ValueError:
            return False
        for (number, first, last), free in zip(own, every.free_numbers(), strict=False):
            self._copy(number, db, free)
            every.add(free, first, last)
        db.executemany(_PUT, [(_SEGMENTS, every.row()), (_TOTALS, totals)])
        if len(every.newest) >= MANY:
            db.executemany(_SET, MERGE)
        return True

    def stop(self) -> None:
        """End the thread and delete the index."""
        self._is_stopped = True
        with suppress(sqlite3.Error):
            self._db.interrupt()
        self._thread.join()
        self._db.close()

    def _work(self) -> None:
        with suppress(sqlite3.Error, MemoryError):
            self._index()

    def _index(self) -> None:
        db = self._db
        db.execute("PRAGMA journal_mode = OFF")
        db.execute(f"CREATE VIRTUAL TABLE fulltext USING fts5 ({TABLE}, content = '')")
        db.executemany(_SET, OPTIONS.items())
        db.execute("BEGIN")
        db.execute(_TEXTS)
        for start in range(0, len(self._texts), AT_ONCE):
            if self._is_stopped:
                return
            some = [*map(_without_accents, self._texts[start : start + AT_ONCE])]
            rows = ", ".join([_ROW] * len(some))
            db.execute(f"INSERT INTO texts VALUES {rows}", [*chain.from_iterable(some)])
        db.execute(_INDEX)
        db.execute("COMMIT")
        self._is_complete = True

    def _copy(self, number: int, to: sqlite3.Connection, free: int) -> None:
        """Copy one segment under a free number."""
        first, end = number << _PLACE_BITS, (number + 1) << _PLACE_BITS
        pages = self._db.execute(
            "SELECT id - ? + ?, block FROM fulltext_data WHERE id >= ? AND id < ? ORDER BY id",
            (first, free << _PLACE_BITS, first, end),
        )
        to.executemany(_PUT, pages)
        terms = self._db.execute(
            "SELECT ?, term, pgno FROM fulltext_idx WHERE segid = ?", (free, number)
        )
        to.executemany("INSERT OR REPLACE INTO fulltext_idx VALUES (?, ?, ?)", terms)


def _without_accents(row: tuple[int, str, str, str | bytes]) -> tuple[int, str, str, str | bytes]:
    id, title, description, body = row
    body = without_accents(body) if isinstance(body, str) else body
    return id, without_accents(title), without_accents(description), body


def _let_go(db: sqlite3.Connection) -> None:
    """Have FTS5 write the words that it holds in memory, and read its tables again afterwards.

    It writes at the beginning of a savepoint, and forgets what it has read when it is rolled back.
    """
    db.execute("SAVEPOINT words")
    db.execute(_SET, ("automerge", 0))
    db.execute("ROLLBACK TO words")
    db.execute("RELEASE words")


def _row(db: sqlite3.Connection, id: int) -> bytes:
    row = db.execute("SELECT block FROM fulltext_data WHERE id = ?", (id,)).fetchone()
    return row[0] if row and isinstance(row[0], bytes) else b""


def _sums(one: bytes, other: bytes) -> bytes:
    """Add the numbers of articles, and of words in each column, of two indexes.

    Raises ValueError for other bytes.
    """
    ours, theirs = list(numbers(one)), list(numbers(other))
    return varints(map(sum, zip(ours or [0] * len(theirs), theirs, strict=True)))
