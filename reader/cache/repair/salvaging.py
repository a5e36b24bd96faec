"""Copy articles from a damaged, renamed cache into the new one.

Every document with a right digest is copied with its row, then facets and full text are built from
them. The memory of feeds is copied as far as it can be read.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

from pyroaring import BitMap

from reader.article import Article
from reader.cache.engines.sqlite.documents import DERIVED, derived
from reader.cache.engines.sqlite.fulltext import mend_index
from reader.cache.files.damage import rows_of
from reader.cache.files.schema import FEEDS_SINCE, WRITER_CACHE_KIB
from reader.cache.repair.rebuilding import marks_shown, mend_facets
from reader.cache.values.incoming import Incoming
from reader.cache.values.stamps import stamp_ends
from reader.cache.values.stored import Document

AT_START = 256 * 1024 * 1024
"""Maximum bytes of a file that is salvaged at a start, which takes half a minute; `doctor --repair`
salvages larger ones."""

BATCH = 500

_IDS = (
    "SELECT id FROM documents ORDER BY id",
    "SELECT id FROM documents ORDER BY id DESC",
    "SELECT id FROM articles INDEXED BY articles_published WHERE published > -9e18",
    "SELECT id FROM articles ORDER BY id",
    "SELECT id FROM articles ORDER BY id DESC",
)
_DOCUMENT = "SELECT id, digest, CAST(fields AS BLOB), CAST(body AS BLOB) FROM documents WHERE id IN"
_KEPT = "origin, run, entry, came, fetched"  # not shown: SQL
_ROW = f"SELECT id, {_KEPT} FROM articles WHERE id IN"
_UNKNOWN = ("", 0, 0, b"", 0)
_PUT_ROW = (
    f"INSERT INTO articles (id, {_KEPT}, {DERIVED}) "
    f"VALUES ({', '.join('?' * (len(_UNKNOWN) + 1 + len(DERIVED.split(','))))})"
)
_PUT_DOCUMENT = "INSERT INTO documents VALUES (?, ?, CAST(? AS TEXT), CAST(? AS TEXT))"


class Salvaged(NamedTuple):
    """How many articles were copied, and how many could not be read."""

    found: int
    lost: int


def salvage(db: sqlite3.Connection, aside: Path) -> Salvaged:
    """Copy the articles of a renamed file into an empty cache, in one transaction.

    Raises sqlite3.Error if they cannot be written.
    """
    if not _is_of_use(aside):
        return Salvaged(0, 0)
    db.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")
    with closing(opened(aside)) as old:
        entries = _copy_feeds(old, db)
        origins: set[str] = set()
        ids = list(_ids(old))
        found = 0
        for id, document, kept in whole_documents(old, ids):
            if _put(db, id, document, kept, entries):
                origins.add(document.origin)
                found += 1
        if found:
            _copy_stamps(old, db, origins, is_complete=found == len(ids))
            mend_facets(db, marks_shown(old, db))
            mend_index(db)
            run = "(SELECT max(run) FROM articles)"
            db.execute(f"UPDATE meta SET value = max(value, {run}) WHERE name = 'run'")
        return Salvaged(found, len(ids) - found)


def articles_of(aside: Path) -> Iterator[Article]:
    """Yield the articles of a renamed file, for a cache that has others already."""
    if _is_of_use(aside):
        with closing(opened(aside)) as old:
            for _, document, _ in whole_documents(old, list(_ids(old))):
                yield document.article()


def _is_of_use(aside: Path) -> bool:
    """Return whether the file can be opened and is of a readable version."""
    try:
        with closing(opened(aside)) as old:
            version = old.execute("PRAGMA user_version").fetchone()[0]
            old.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            return bool(version >= FEEDS_SINCE)
    except (sqlite3.Error, UnicodeDecodeError):
        return False


def opened(path: Path) -> sqlite3.Connection:
    """Open a damaged database for reading only, outside of transactions."""
    db = sqlite3.connect(path, isolation_level=None)
    # SQLite then skips malformed parts of the schema and reads the rest.
    db.execute("PRAGMA writable_schema = ON")
    db.execute("PRAGMA query_only = ON")
    return db


def _ids(old: sqlite3.Connection) -> BitMap:
    """Return every id that can be read from a table or an index."""
    found = BitMap()
    for find in _IDS:
        with suppress(sqlite3.Error, TypeError, OverflowError, ValueError):
            for (id,) in old.execute(find):
                if isinstance(id, int) and 0 <= id < 1 << 32:
                    found.add(id)
    return found


def whole_documents(
    old: sqlite3.Connection, ids: Sequence[int]
) -> Iterator[tuple[int, Document, tuple[Any, ...]]]:
    """Yield the documents with right digests, with the values that only their rows have."""
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        rows = {}
        with suppress(sqlite3.Error, UnicodeDecodeError):
            rows = {id: tuple(kept) for id, *kept in rows_of(old, _ROW, some, _passed_over)}
        with suppress(sqlite3.Error, UnicodeDecodeError):
            for id, digest, fields, body in rows_of(old, _DOCUMENT, some, _passed_over):
                kept = rows.get(id, _UNKNOWN)
                kept = kept if _is_sane(kept) else _UNKNOWN
                document = Document(kept[0], digest, fields, body)
                if document.is_whole:
                    yield id, document, kept


def _passed_over(_id: int) -> None:
    """Ignore an unreadable row: the loss is counted at the end."""


def _is_sane(kept: Sequence[object]) -> bool:
    return [type(value) for value in kept] == [type(value) for value in _UNKNOWN]


def _put(
    db: sqlite3.Connection,
    id: int,
    document: Document,
    kept: Sequence[Any],
    entries: set[int],
) -> bool:
    """Store an article under its id; return False if the id or the identity is taken."""
    origin, run, entry, came, fetched = kept
    values = derived(Incoming.of(document.article()))
    row = (id, origin, run, entry if entry in entries else 0, came, fetched, *values)
    try:
        db.execute(_PUT_ROW, row)
    except sqlite3.IntegrityError:
        return False
    db.execute(_PUT_DOCUMENT, (id, document.digest, document.fields, document.body))
    return True


def _copy_feeds(old: sqlite3.Connection, db: sqlite3.Connection) -> set[int]:
    """Copy the memory of feeds; return its entries."""
    for table in ("entries", "names", "tellings", "versions", "sources"):
        _copy(old, db, table)
    return {entry for (entry,) in db.execute("SELECT entry FROM entries")}


def _copy(old: sqlite3.Connection, db: sqlite3.Connection, table: str) -> None:
    with suppress(sqlite3.Error):
        for row in old.execute(f"SELECT * FROM {table}"):
            places = ", ".join("?" * len(row))
            with suppress(sqlite3.IntegrityError):
                db.execute(f"INSERT OR IGNORE INTO {table} VALUES ({places})", row)


def _copy_stamps(
    old: sqlite3.Connection, db: sqlite3.Connection, origins: set[str], *, is_complete: bool
) -> None:
    """Copy the stamps of files whose articles were copied: others must be read again."""
    if not is_complete:
        db.execute("UPDATE sources SET etag = '', last_modified = '', digest = x''")
    with suppress(sqlite3.Error):
        for row in old.execute("SELECT * FROM files"):
            is_there = isinstance(row[0], bytes) and not origins.isdisjoint(
                stamp_ends(os.fsdecode(row[0]))
            )
            if is_complete or is_there:
                with suppress(sqlite3.IntegrityError):
                    db.execute("INSERT OR IGNORE INTO files VALUES (?, ?, ?, ?)", row)
