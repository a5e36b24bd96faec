"""Prepare files that are not ready: new, of an earlier version, damaged, or read-only.

`preparing.prepare` handles files that are ready, and calls this module for others.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path

from reader.cache.files import copies
from reader.cache.files.asides import alone
from reader.cache.files.connections import transaction
from reader.cache.files.damage import (
    is_suspect,
    no_longer_suspect,
    put_aside,
    rename_to_free,
    sql_errors,
    suspect,
)
from reader.cache.files.migrations import CACHE, MARKS, Schema, apply_all
from reader.cache.files.schema import (
    WRITER_CACHE_KIB,
    check_version,
    check_whole,
    connect,
    has_articles,
)
from reader.errors import CacheDamaged, CacheError, CacheUnwritable
from reader.i18n import _, grouped, ngettext
from reader.safety.own_files import PRIVATE_FILE, create, make_folder

MIGRATION_WAIT_S = 60.0
"""Seconds that a start waits while another program migrates or restores the files."""


def make_ready(path: Path, schema: Schema) -> str | None:
    """Make a file ready, as `preparing.prepare` says."""
    try:
        make_folder(path.parent)
    except OSError as error:
        raise CacheUnwritable(path.parent, error) from error
    try:
        if not copies.is_writable(path):
            raise CacheUnwritable(path, _("its folder is read-only"))
        try:
            with alone(path.parent, MIGRATION_WAIT_S):
                return _made_ready(path, schema)
        except OSError as error:
            raise CacheUnwritable(path, error) from error
    except CacheUnwritable as error:
        _prepare_to_read(path, schema, error)
        return None


def _made_ready(path: Path, schema: Schema) -> str | None:
    """Make the file ready under the lock, unless another program has done so meanwhile."""
    is_suspected = is_suspect(path)
    try:
        notices: list[str] = []
        before = _migrate(path, schema)
        if is_suspected and schema is CACHE:
            notices = _mended(path, schema)
    except CacheDamaged:
        suspect(path)  # others then wait until the file is complete
        notices, before = [], 0
        if schema is CACHE and _is_reindexed(path, schema):
            rebuilt = _("damaged indexes of {file} were rebuilt").format(file=path.name)
            notices = [rebuilt, *_mended(path, schema)]
        else:
            aside = put_aside(path)
            _migrate(path, schema)
            notices = [_begun_anew(path, aside, schema)]
    no_longer_suspect(path)
    if 0 < before < schema.emptied_at:
        text = _("{file} had an earlier format; import your articles again (marks are kept)")
        return text.format(file=path.name)
    return "; ".join(notices) or None


def _is_reindexed(path: Path, schema: Schema) -> bool:
    """Rebuild the indexes; return whether nothing else was damaged. Otherwise change nothing."""
    try:
        with closing(connect(path, schema)) as db, transaction(db):
            if check_version(db, path, schema) < len(schema.migrations):
                return False
            db.execute("REINDEX")
            check_whole(db, path, schema)
        return True
    except (sqlite3.Error, UnicodeDecodeError, CacheError):
        return False


def _begun_anew(path: Path, aside: Path, schema: Schema) -> str:
    """Copy the readable articles into a new cache; return a sentence about the new file."""
    from reader.cache.repair.salvaging import AT_START, salvage

    text, found, lost = _("{file} was damaged and renamed to {aside}; a new one was created"), 0, 0
    if schema is not CACHE:
        advice = ""
    elif aside.stat().st_size > AT_START:
        advice = _("`cryptoread doctor --repair` recovers the readable articles")
    else:
        with closing(connect(path, CACHE)) as db, sql_errors(path), transaction(db):
            found, lost = salvage(db, aside)
        advice = "" if found else _("import and sync again")
        if lost:
            advice = _("import and sync again to bring back the others")
            text = ngettext(
                "{file} was damaged and renamed to {aside}; "
                "a new one was created with {number} of its articles",
                "{file} was damaged and renamed to {aside}; "
                "a new one was created with {number} of its articles",
                found,
            )
        elif found:
            text = ngettext(
                "{file} was damaged and renamed to {aside}; "
                "a new one was created with its {number} article",
                "{file} was damaged and renamed to {aside}; "
                "a new one was created with its {number} articles",
                found,
            )
    said = text.format(file=path.name, aside=aside.name, number=grouped(found))
    return f"{said}; {advice}" if advice else said


def _mended(path: Path, schema: Schema) -> list[str]:
    from reader.cache.repair.rebuilding import mend

    with closing(connect(path, schema)) as db, sql_errors(path), transaction(db):
        return mend(db)


def _prepare_to_read(path: Path, schema: Schema, unwritable: CacheUnwritable) -> None:
    """Choose how to read the file; missing marks are read as an empty file."""
    if schema is MARKS and not path.exists():
        _choose(path, schema, copies.in_memory("marks"))
        return
    if not path.exists() or not path.stat().st_size:
        raise unwritable
    try:
        for way in copies.ways(path):
            with sql_errors(path):
                if copies.reads(way) and _choose(path, schema, way):
                    return
    except CacheDamaged:
        if schema is not MARKS:
            raise
        note = _("{file} is damaged, and no marks are shown").format(file=path.name)
        _choose(path, schema, copies.in_memory("marks", note))
        return
    raise unwritable


def _choose(path: Path, schema: Schema, way: copies.Way) -> bool:
    """Try to open the file that way, migrating a copy; return whether it can be used."""
    if way.is_private:
        with closing(sqlite3.connect(way.uri, uri=True, isolation_level=None)) as db:
            _bring_up(db, path, schema)
    copies.choose(path, way)
    with closing(connect(path, schema)) as db, sql_errors(path):
        if check_version(db, path, schema) == len(schema.migrations):
            return True
    copies.forget(path)
    return False


def _migrate(path: Path, schema: Schema) -> int:
    """Migrate the file to the latest version; return its former version, 0 for a new file."""
    with closing(connect(path, schema)) as db, sql_errors(path):
        if is_suspect(path):
            check_whole(db, path, schema)
        version = check_version(db, path, schema)
        if version < schema.emptied_at and not has_articles(db):
            version = 0  # the first start was interrupted
        if 0 < version < len(schema.migrations):
            _back_up(db, path, version)
        _bring_up(db, path, schema)
        return version


def _bring_up(db: sqlite3.Connection, path: Path, schema: Schema) -> None:
    """Apply the migrations that the file lacks."""
    if check_version(db, path, schema) < len(schema.migrations):
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")
        apply_all(db, schema, len(schema.migrations))


def _back_up(db: sqlite3.Connection, path: Path, version: int) -> None:
    """Copy the file before its migration, under an unused name."""
    part = path.with_name(f"{path.name}.v{version}.{os.getpid()}.part")
    try:
        os.close(create(part, PRIVATE_FILE))
        with closing(sqlite3.connect(part)) as copy, _errors_of_copy(path):
            copy.execute("PRAGMA journal_mode = OFF")
            db.backup(copy)
        for number in count(1):
            ending = f"-{number}" if number > 1 else ""
            with suppress(FileExistsError):
                rename_to_free(part, path.with_name(f"{path.name}.v{version}{ending}"))
                return
    except OSError as error:
        raise CacheUnwritable(part, error) from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _errors_of_copy(path: Path) -> Iterator[None]:
    """Raise CacheUnwritable for any error of a new file: the disk is full."""
    try:
        yield
    except sqlite3.Error as error:
        reason = _("too little space for its backup before an update: {error}")
        raise CacheUnwritable(path, reason.format(error=error)) from error
