"""Copy what can still be read out of a damaged `marks.db` into a new one.

Works on a copy, so that the damaged file is unchanged. Existing rows are kept: the best source is
added first.
"""

import os
import sqlite3
import struct
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from reader.cache.files.asides import LOG_ENDINGS
from reader.cache.files.migrations import MARKS
from reader.cache.files.schema import PAGE_BYTES
from reader.cache.marks.kinds import Mark, mark_of
from reader.cache.marks.state import counter_of
from reader.cache.repair.preparing import prepare
from reader.safety.own_files import PRIVATE_FILE, create
from reader.safety.temporary import TemporaryFolder

Row = tuple[object, ...]

ADD_MARKS = (
    "INSERT OR IGNORE INTO marks (external, lang, source, read, favourite, position, later) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
READ_ONLY = "?mode=ro&immutable=1"
_MARKS = "SELECT external, lang, source, read, favourite, position, later FROM marks"
_COLUMNS = "SELECT CAST(name AS BLOB) FROM pragma_table_info('marks')"
_BACKWARDS = " ORDER BY external DESC, lang DESC, source DESC"

_TEXTS = {"state": 2, "feeds": 3, "joined": 2, "tagged": 4}
"""Tables that have only text columns, and the number of columns."""

_COLUMNS_OF_MARKS = 7

_WAL_HEADER, _FRAME_HEADER = 32, 24
_LEAF, _INNER = 0x0A, 0x02
_OF_OTHERS = (0x05, 0x0D)
"""Kinds of pages of other tables, as the first byte of a page."""
_LARGEST_CELL = (PAGE_BYTES - 12) * 64 // 255 - 23
"""Maximum bytes of a row within one page."""

_FARTHEST = 1e9
"""Maximum scroll position."""


class Found(NamedTuple):
    """What was read: whether there were rows of marks, and the counter, None if unreadable."""

    any: bool
    counter: int | None


def salvage(
    damaged: Path, copies: Iterable[Path], into: sqlite3.Connection, *, is_whole: bool = False
) -> Found:
    """Add every readable row to a new file; existing rows are kept.

    copies: undamaged files with the same tables, whose first page may replace a damaged one.
    is_whole: the file passed its check; otherwise its pages are scanned as well, as SQLite may skip
    damage silently. Raises OSError.
    """
    if not damaged.exists():
        return Found(False, None)
    with TemporaryFolder() as folder:
        work = Path(folder) / "marks.db"
        found = Found(False, None)
        for first in (b"", *_first_pages(copies, Path(folder))):
            _copy(damaged, work, first)
            found = _read(work, into)
            if found.any:
                break
        if is_whole:
            return found
        is_added = _add_scanned(damaged, into)
        return Found(found.any or is_added, found.counter)


def put_over(copy: Path, into: sqlite3.Connection) -> None:
    """Replace older marks with those of an undamaged copy; add its other rows if missing."""
    names = [*Mark, "position"]
    over = f"ON CONFLICT DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in names)}"
    with closing(sqlite3.connect(copy.resolve().as_uri() + READ_ONLY, uri=True)) as db:
        rows = db.execute(_marks_of(db))
        into.executemany(f"{ADD_MARKS.replace(' OR IGNORE', '')} {over}", rows)
    salvage(copy, [], into, is_whole=True)


def _copy(damaged: Path, work: Path, first_page: bytes) -> None:
    for ending in ("", LOG_ENDINGS[0]):
        with suppress(FileNotFoundError):
            data = damaged.with_name(damaged.name + ending).read_bytes()
            if first_page and not ending:
                data = first_page + data[PAGE_BYTES:]
            to = work.with_name(work.name + ending)
            to.unlink(missing_ok=True)
            with os.fdopen(create(to, PRIVATE_FILE), "wb") as file:
                file.write(data)


def _first_pages(copies: Iterable[Path], folder: Path) -> Iterator[bytes]:
    """Yield first pages that may fit the damaged file: they say where its tables begin."""
    for copy in copies:
        with suppress(OSError):
            yield _without_sizes(copy.read_bytes()[:PAGE_BYTES])
    new = folder / "new.db"
    prepare(new, MARKS)
    yield _without_sizes(new.read_bytes()[:PAGE_BYTES])


def _without_sizes(page: bytes) -> bytes:
    """Return the page without page count and list of free pages: those are of its own file."""
    return page[:28] + bytes(12) + page[40:]


def _read(work: Path, into: sqlite3.Connection) -> Found:
    """Read table by table, as far as SQLite gets."""
    before = into.total_changes
    counter = None
    try:
        with closing(sqlite3.connect(work, isolation_level=None)) as db:
            db.text_factory = bytes
            db.execute("PRAGMA writable_schema = ON")  # tolerates missing pages at the end
            with suppress(sqlite3.Error):
                counter = counter_of(db)
            every = _marks_of(db)
            for query in (every, every + _BACKWARDS):
                ended: list[sqlite3.Error] = []
                into.executemany(ADD_MARKS, _marks(_rows(db, query, ended)))
                if not ended:
                    break
            is_any = into.total_changes > before
            for table, columns in _TEXTS.items():
                add = f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * columns)})"
                into.executemany(add, _texts(_rows(db, f"SELECT * FROM {table}")))
            _add_journal(db, into)
    except sqlite3.Error:
        is_any = into.total_changes > before
    return Found(is_any or counter is not None, counter)


def _marks_of(db: sqlite3.Connection) -> str:
    """Return the statement that reads the marks; files of earlier versions lack some."""
    with suppress(sqlite3.Error):
        names = [bytes(name) for (name,) in db.execute(_COLUMNS)]
        if names and b"later" not in names:
            return _MARKS.replace("later", "0")
    return _MARKS


def _rows(
    db: sqlite3.Connection, query: str, ended: list[sqlite3.Error] | None = None
) -> Iterator[Row]:
    """Yield rows up to the first unreadable one. ended: called with the error."""
    try:
        yield from db.execute(query)
    except sqlite3.Error as error:
        if ended is not None:
            ended.append(error)


def _marks(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows that are possible marks."""
    for row in rows:
        texts, (read, favourite, position, later) = _decoded(row[:3]), row[3:]
        if texts is None or not {read, favourite, later} <= {0, 1}:
            continue
        if not isinstance(position, int | float) or not 0 <= position <= _FARTHEST:
            position = 0.0
        yield (*texts, read, favourite, position, later)


def _texts(rows: Iterable[Row]) -> Iterator[Row]:
    return filter(None, map(_decoded, rows))


def _decoded(values: Row) -> tuple[str, ...] | None:
    texts = []
    for value in values:
        if not isinstance(value, bytes):
            return None
        try:
            texts.append(value.decode())
        except ValueError:
            return None
    return tuple(texts)


def _add_journal(db: sqlite3.Connection, into: sqlite3.Connection) -> None:
    """Add the whole journal or none of it: a step without some articles would be undone in part."""
    if into.execute("SELECT 1 FROM steps LIMIT 1").fetchone():
        return
    db.text_factory = str
    try:
        steps = db.execute("SELECT step, label, mark, value, undone FROM steps").fetchall()
        articles = db.execute("SELECT step, external, lang, source FROM step_articles").fetchall()
    except sqlite3.Error:
        return
    is_sound = all(_is_mark(mark) and value in (0, 1) for _, _, mark, value, _ in steps)
    if not is_sound or {row[0] for row in articles} - {row[0] for row in steps}:
        return
    into.executemany("INSERT INTO steps VALUES (?, ?, ?, ?, ?)", steps)
    into.executemany("INSERT OR IGNORE INTO step_articles VALUES (?, ?, ?, ?)", articles)


def _is_mark(mark: object) -> bool:
    try:
        return bool(mark_of(str(mark)))
    except ValueError:
        return False


# Page by page, where SQLite cannot follow the tree.


def _add_scanned(damaged: Path, into: sqlite3.Connection) -> bool:
    """Add rows of marks from every page that looks like one, the newest of the log first.

    An unused page may hold an older state of a row: so known rows are not changed, and only marked
    ones are added.
    """
    before = into.total_changes
    for page in _pages(damaged):
        rows = [row for row in _marks(_cells(page)) if row[3] or row[4] or row[6]]
        into.executemany(ADD_MARKS, rows)
    return into.total_changes > before


def _pages(damaged: Path) -> Iterator[bytes]:
    log = damaged.with_name(damaged.name + LOG_ENDINGS[0])
    data = log.read_bytes() if log.exists() else b""
    frame = _FRAME_HEADER + PAGE_BYTES
    for start in reversed(range(_WAL_HEADER, len(data) - frame + 1, frame)):
        yield data[start + _FRAME_HEADER : start + frame]
    with damaged.open("rb") as file:
        while page := file.read(PAGE_BYTES):
            yield page


def _cells(page: bytes) -> Iterator[Row]:
    """Yield rows of marks from a page of a table `WITHOUT ROWID`.

    A page of an invalid kind is tried as well: that byte may be the damaged one.
    """
    if len(page) < PAGE_BYTES:
        return
    if page[0] != _LEAF:
        yield from _cells_of(page, 12, 4)  # each after the number of a child page
    if page[0] != _INNER:
        yield from _cells_of(page, 8, 0)


def _cells_of(page: bytes, first: int, before: int) -> Iterator[Row]:
    if page[0] in _OF_OTHERS:
        return
    (count,) = struct.unpack_from(">H", page, 3)
    for number in range(min(count, (PAGE_BYTES - first) // 2)):
        (start,) = struct.unpack_from(">H", page, first + 2 * number)
        with suppress(IndexError, struct.error):
            if row := _record(page, start + before):
                yield row


def _record(page: bytes, start: int) -> Row | None:
    """Return the row of a cell, None unless it has the columns of marks and ends within the page.

    A row that was written before the last column was added lacks it.
    """
    size, at = _varint(page, start)
    if not 7 <= size <= _LARGEST_CELL or at + size > PAGE_BYTES:
        return None
    header, place = _varint(page, at)
    kinds: list[int] = []
    while place < at + header and len(kinds) <= _COLUMNS_OF_MARKS:
        kind, place = _varint(page, place)
        kinds.append(kind)
    if not _COLUMNS_OF_MARKS - 1 <= len(kinds) <= _COLUMNS_OF_MARKS or place != at + header:
        return None
    row: list[object] = []
    for kind in kinds:
        value, place = _value(page, place, kind)
        row.append(value)
    row += [0] * (_COLUMNS_OF_MARKS - len(row))
    return tuple(row) if place == at + size else None


def _varint(page: bytes, at: int) -> tuple[int, int]:
    value = 0
    for _ in range(9):
        byte = page[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return value, at


_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


def _value(page: bytes, at: int, kind: int) -> tuple[object, int]:
    """Return a column as bytes (text), int or float, and where the next one begins."""
    if kind in (8, 9):
        return kind - 8, at
    if kind == 7:
        return struct.unpack_from(">d", page, at)[0], at + 8
    if kind in _INTEGERS:
        end = at + _INTEGERS[kind]
        return int.from_bytes(page[at:end], signed=True), end
    if kind >= 13 and kind % 2:
        end = at + (kind - 13) // 2
        return page[at:end], end
    return None, at
