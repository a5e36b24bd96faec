"""Find the state of `marks.db` before it is used: undamaged, missing, empty or damaged.

Changes nothing.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from zlib import crc32

from reader.cache.files.damage import is_of_another_format
from reader.cache.files.migrations import MARKS
from reader.cache.files.schema import connect
from reader.cache.marks.journal import marks_errors
from reader.cache.marks.kinds import Mark
from reader.errors import CacheDamaged, CacheError, CacheTooNew, CacheUnwritable, MarksDamaged
from reader.i18n import _, ngettext

TABLES = {1: 0x68BEB0EE, 2: 0x2BB15EDA, 3: 0x122CE263}
"""Checksums of the schema by version: with a flipped byte it may still be valid SQL."""

ABSURD = 1 << 16
"""Schema version that cryptoread never reaches."""

ENOUGH = 3
"""Known table names that identify a file as ours."""

HIGHEST = 1 << 53
"""More changes of marks than are possible."""

_NAMES = {
    1: ("marks", "meta", "state", "step_articles", "steps"),
    2: ("feeds", "feeds_name", "joined", "marks", "meta", "state", "step_articles", "steps"),
    3: (
        *("feeds", "feeds_name", "joined", "marks", "meta", "state", "step_articles", "steps"),
        *("tagged", "tagged_tag"),
    ),
}
_INDEXES = {"feeds_name", "tagged_tag"}
_BEFORE_TAGS = 2
"""The last version without own tags and the mark for reading later."""


class State(StrEnum):
    """The state of a file of marks."""

    WELL = "well"
    EARLIER = "earlier"
    MISSING = "missing"
    EMPTY = "empty"
    DAMAGED = "damaged"


def look(path: Path) -> State:
    """Return the state of the file, by its header, tables and counter. Fast.

    Raises CacheTooNew, CacheLocked, CacheUnwritable; CacheError for a file of another program.
    """
    try:
        if not path.exists():
            return State.MISSING
        with marks_errors(path), closing(connect(path, MARKS)) as db:
            return State.DAMAGED if is_of_another_format(db, path) else _state(db, path)
    except OSError as error:
        raise CacheUnwritable(path, error) from error
    except CacheDamaged:
        return State.DAMAGED


def _state(db: sqlite3.Connection, path: Path) -> State:
    tables = dict(db.execute("SELECT name, CAST(sql AS BLOB) FROM sqlite_schema"))
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if not tables and not version:
        return State.EMPTY
    if not _is_ours(tables, db):
        text = _("{file} is not a file of cryptoread; choose another folder with --data")
        raise CacheError(text.format(file=path))
    if version not in TABLES:
        if 0 < version < ABSURD:
            raise CacheTooNew(path)
        return State.DAMAGED
    if not _are_tables(tables, version) or not _is_marked(db) or counter_of(db) is None:
        return State.DAMAGED
    return State.WELL if version == len(MARKS.migrations) else State.EARLIER


def _is_ours(tables: dict[str, bytes], db: sqlite3.Connection) -> bool:
    """Return whether the file is ours, by its application id or by the names of its tables."""
    known = set(_NAMES[len(MARKS.migrations)]) & tables.keys()
    return _is_marked(db) or len(known) >= ENOUGH


def _are_tables(tables: dict[str, bytes], version: int) -> bool:
    known = sorted(set(_NAMES[len(MARKS.migrations)]) & tables.keys())
    return tuple(known) == _NAMES[version] and checksum(tables, version) == TABLES[version]


def checksum(tables: dict[str, bytes], version: int) -> int:
    """Return the checksum of the tables that a file of that version must have."""
    return crc32(b"\0".join(bytes(tables[name] or b"") for name in _NAMES[version]))


def _is_marked(db: sqlite3.Connection) -> bool:
    (id,) = db.execute("PRAGMA application_id").fetchone()
    return bool(id == MARKS.application_id)


def counter_of(db: sqlite3.Connection) -> int | None:
    """Return the number of changes, None if the value is impossible."""
    row = db.execute("SELECT value FROM meta WHERE name = 'counter'").fetchone()
    is_number = row is not None and type(row[0]) is int and 0 <= row[0] < HIGHEST
    return row[0] if is_number else None


def check_rows(db: sqlite3.Connection, path: Path) -> int:
    """Read the whole file; return the number of articles with marks.

    Raises MarksDamaged, CacheError.
    """
    with marks_errors(path):
        (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise MarksDamaged(path, verdict)
        for reason in _impossible(db):
            raise MarksDamaged(path, reason)
        return marked(db)


def marked(db: sqlite3.Connection) -> int:
    """Return the number of articles with marks."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    (count,) = db.execute(counting(version)).fetchone()
    return int(count)


def counting(version: int) -> str:
    """Return the statement that counts the articles with marks in a file of that version."""
    if version <= _BEFORE_TAGS:
        return "SELECT count(*) FROM marks WHERE read OR favourite"
    article = "SELECT external, lang, source FROM"
    has_any = f"{article} marks WHERE {' OR '.join(Mark)}"
    return f"SELECT count(*) FROM ({has_any} UNION {article} tagged)"


def _impossible(db: sqlite3.Connection) -> Iterator[str]:
    """Yield impossible values: SQLite does not notice a flipped bit in a value."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    texts = ("external", "lang", "source")
    of_texts = " OR ".join(f"typeof({name}) != 'text'" for name in texts)
    names = [mark for mark in Mark if mark is not Mark.LATER or version > _BEFORE_TAGS]
    strange = " OR ".join([of_texts, *(f"{name} NOT IN (0, 1)" for name in names)])
    (count,) = db.execute(f"SELECT count(*) FROM marks WHERE {strange}").fetchone()
    if count:
        yield ngettext(
            "{number} row of marks is damaged", "{number} rows of marks are damaged", count
        ).format(number=count)
    if version > _BEFORE_TAGS:
        nameless = f"{of_texts} OR typeof(tag) != 'text' OR tag = ''"
        (count,) = db.execute(f"SELECT count(*) FROM tagged WHERE {nameless}").fetchone()
        if count:
            yield ngettext(
                "{number} row of tags is damaged", "{number} rows of tags are damaged", count
            ).format(number=count)
    marks = f"mark NOT IN {tuple(map(str, Mark))} AND mark NOT GLOB 'tag:?*'"
    where = f"{marks} OR value NOT IN (0, 1) OR undone NOT IN (0, 1)"
    (count,) = db.execute(f"SELECT count(*) FROM steps WHERE {where}").fetchone()
    if count:
        yield ngettext(
            "{number} step to undo is damaged", "{number} steps to undo are damaged", count
        ).format(number=count)
    for table in set(_NAMES[version]) - _INDEXES:
        for _row in db.execute(f"SELECT * FROM {table}"):  # raises for undecodable text
            pass
