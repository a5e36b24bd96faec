"""Check `marks.db`, and repair it from its rows, its copies and the cache.

For `doctor` and `doctor --repair`:

    from reader.cache.repair import marks_repair

    marks_repair.check(folder)   # ["…/marks.db is damaged (…)"]; [] if nothing is wrong
    marks_repair.repair(folder)  # ["marks.db was damaged and renamed to …"]; [] if nothing was

Both take the data folder, may be called while screens are open, and need no `Store`.

For articles in the cache, the cache knows whether each is marked or not, as of its counter. For
others the file's own rows are the latest, then those of the latest copy.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from reader.cache.files.asides import PRIVATE, alone, logs_of, set_aside, take_place
from reader.cache.files.connections import transaction
from reader.cache.files.damage import is_suspect, no_longer_suspect, suspect
from reader.cache.files.migrations import MARKS
from reader.cache.files.schema import WRITER_CACHE_KIB, connect
from reader.cache.marks.journal import marks_errors
from reader.cache.marks.state import State, check_rows, counter_of, look, marked
from reader.cache.repair.marks_copies import (
    Copy,
    copy_files,
    is_whole,
    keep_before_migration,
    keep_copy,
    whole_copies,
)
from reader.cache.repair.marks_salvage import put_over, salvage
from reader.cache.repair.marks_shown import Shown, counter_shown, shown
from reader.cache.repair.preparing import prepare
from reader.errors import CacheDamaged, CacheUnwritable, MarksDamaged
from reader.i18n import _, grouped, ngettext

NAME = "marks.db"


class _Rebuilt(NamedTuple):
    """The sources of a new file, for a sentence about it."""

    marks: int
    has_rows: bool
    copy: Copy | None
    is_shown: bool

    def __str__(self) -> str:
        copy = _("the copy {file}").format(file=self.copy.path.name) if self.copy else ""
        places = [
            *([_("its readable rows")] if self.has_rows else []),
            *([copy] if copy else []),
            *(["cache.db"] if self.is_shown else []),
        ]
        if not places:
            return _("no mark could be restored; a new file was created")
        if self.marks:
            text = ngettext(
                "{number} article has marks again, from {places}",
                "{number} articles have marks again, from {places}",
                self.marks,
            )
        else:
            text = _("no article had marks in {places}")
        return text.format(number=grouped(self.marks), places=_(" and ").join(places))


# At every start.


def prepare_marks(folder: Path) -> tuple[str, ...]:
    """Prepare the marks: create, migrate, or restore lost or damaged ones.

    Returns a sentence for each repair. Fast if nothing is wrong. Raises CacheTooNew, CacheLocked,
    CacheUnwritable.
    """
    path = folder / NAME
    state = look(path)
    if state is State.WELL and not is_suspect(path):
        return ()
    with _alone(folder):
        return _prepared(folder, path)


def _prepared(folder: Path, path: Path) -> tuple[str, ...]:
    """Prepare the marks under the lock; check again, as another program may have done it."""
    state = _looked_through(path)
    if state in (State.MISSING, State.EMPTY) and not _had_marks(folder):
        prepare(path, MARKS)
        return ()
    if state is State.EARLIER:
        keep_before_migration(folder, _version(path))
        prepare(path, MARKS)
        return ()
    return () if state is State.WELL else (_rebuild(folder, state),)


def _looked_through(path: Path) -> State:
    """Return the state of the file, which is read whole if it is suspected of damage."""
    state = look(path)
    if state in (State.WELL, State.EARLIER) and is_suspect(path):
        try:
            _check_whole(path)
        except CacheDamaged:
            return State.DAMAGED
        no_longer_suspect(path)
    return state


def _check_whole(path: Path) -> int:
    with closing(connect(path, MARKS)) as db:
        return check_rows(db, path)


def _version(path: Path) -> int:
    with closing(connect(path, MARKS)) as db, marks_errors(path):
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def _had_marks(folder: Path) -> bool:
    return bool(copy_files(folder)) or counter_shown(folder) > 0


# A new file.


def _rebuild(folder: Path, state: State) -> str:
    """Replace the file with a new one that has all known marks. Call it under the lock."""
    path = folder / NAME
    with new_file(path) as new:
        rebuilt = _fill(folder, path, new)
        aside = ""
        if any(each.exists() and each.stat().st_size for each in (path, logs_of(path)[0])):
            aside = set_aside(path, "damaged").name
        take_place(new, path)
    no_longer_suspect(path)
    return f"{_replaced(state, aside)}; {rebuilt}"


def _replaced(state: State, aside: str) -> str:
    """Return how the file was. aside: its new name; empty without one."""
    if aside:
        texts = {
            State.MISSING: _("{file} was missing and renamed to {aside}"),
            State.EMPTY: _("{file} was empty and renamed to {aside}"),
            State.DAMAGED: _("{file} was damaged and renamed to {aside}"),
        }
    else:
        texts = {
            State.MISSING: _("{file} was missing"),
            State.EMPTY: _("{file} was empty"),
            State.DAMAGED: _("{file} was damaged"),
        }
    return texts[state].format(file=NAME, aside=aside)


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Give an empty file of marks beside the old one; delete it at the end unless renamed."""
    path = path.resolve()
    new = path.with_name(f".{path.name}.new")
    try:
        for each in (new, *logs_of(new)):  # of an interrupted repair
            each.unlink(missing_ok=True)
        os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE))
        prepare(new, MARKS)
        yield new
    finally:
        for each in (new, *logs_of(new)):
            each.unlink(missing_ok=True)


def _fill(folder: Path, path: Path, new: Path) -> _Rebuilt:
    copy = next(whole_copies(folder), None)
    with closing(connect(new, MARKS)) as db, marks_errors(new), shown(folder) as cache:
        db.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")
        with transaction(db):
            own = salvage(path, [copy.path] if copy else [], db)
            if copy:
                salvage(copy.path, [], db, is_whole=True)
            if cache is not None:
                known = own.counter if own.any else copy and copy.counter
                with suppress(CacheDamaged):  # what was added before is right
                    _bring(cache, db, known, is_of_rows=own.any)
            counters = [own.counter, copy and copy.counter, cache and cache.counter]
            _set_counter(db, max(filter(None, counters), default=0) + 1)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return _Rebuilt(check_rows(db, new), own.any, copy, cache is not None)


def _bring(cache: Shown, db: sqlite3.Connection, own: int | None, *, is_of_rows: bool) -> None:
    """Add the marks of the cache; if it has every change, remove marks that it lacks.

    own: number of the last change in the present rows, None if unknown.
    """
    cache.add_to(db)
    knows_all = cache.counter >= own if own is not None else not is_of_rows
    if knows_all:
        cache.take_from(db)


def _set_counter(db: sqlite3.Connection, counter: int) -> None:
    db.execute("UPDATE meta SET value = ? WHERE name = 'counter'", (counter,))


# A whole file that is older than the marks in the cache.


def catch_up(folder: Path) -> str:
    """Add marks that the cache has and the file lacks; return a sentence about it."""
    path = folder / NAME
    try:
        return _caught_up(folder, path)
    except MarksDamaged:
        raise
    except CacheDamaged:
        return ""  # the next start repairs the cache and takes the marks from the file


def _caught_up(folder: Path, path: Path) -> str:
    with _alone(folder), closing(connect(path, MARKS)) as db, marks_errors(path):
        before = marked(db)
        copy = next(whole_copies(folder), None)
        with shown(folder) as cache, transaction(db):
            counter = counter_of(db) or 0
            if cache is None or counter >= cache.counter:
                return ""
            if copy and copy.counter > counter:
                put_over(copy.path, db)
            cache.add_to(db)
            cache.take_from(db)
            _set_counter(db, max(cache.counter, copy.counter if copy else 0) + 1)
        gained = marked(db) - before
    restored = ngettext(
        "{number} marked article was restored",
        "{number} marked articles were restored",
        gained,
    )
    done = restored.format(number=grouped(gained)) if gained > 0 else _("they agree again")
    text = _("{file} was older than cache.db, so changes of marks were lost; {repair}")
    return text.format(file=NAME, repair=done)


# For the doctor.


def check(folder: Path) -> list[str]:
    """Return a sentence for each fault of the marks and their copies; change nothing.

    Reads the whole file. Raises CacheTooNew for a file of a newer version, other CacheErrors if it
    cannot be read (locked, no permission).
    """
    path = folder / NAME
    found = []
    state = look(path)
    if state in (State.MISSING, State.EMPTY):
        if _had_marks(folder):
            missing = _("{file} is missing, and there were marks")
            empty = _("{file} is empty, and there were marks")
            found.append((missing if state is State.MISSING else empty).format(file=path))
    elif state is State.DAMAGED:
        found.append(_("{file} is damaged").format(file=path))
    else:
        found += _faults(folder, path, state)
    for copy in copy_files(folder):
        if not is_whole(copy):
            found.append(_("{file} is damaged").format(file=copy))
    return found


def _faults(folder: Path, path: Path, state: State) -> Iterator[str]:
    try:
        if state is State.WELL:
            _check_whole(path)
    except CacheDamaged as error:
        yield str(error).partition(";")[0]
        return
    with closing(connect(path, MARKS)) as db, marks_errors(path), shown(folder) as cache:
        counter = counter_of(db) or 0
        if cache is None:
            return
        if counter < cache.counter:
            yield _("{file} is older than cache.db: changes of marks were lost").format(file=path)
        elif counter == cache.counter and (count := _differing(cache, db)):
            yield ngettext(
                "{number} article has other marks in {file} than cache.db shows",
                "{number} articles have other marks in {file} than cache.db shows",
                count,
            ).format(number=grouped(count), file=path)


def repair(folder: Path) -> list[str]:
    """Repair what `check` finds; return a sentence for each repair.

    A damaged file is renamed, never deleted, and never replaces another. Raises CacheLocked,
    CacheUnwritable, CacheTooNew.
    """
    path = folder / NAME
    if not folder.exists():
        return []
    with _alone(folder):
        done = list(_repaired(folder, path))
        for copy in copy_files(folder):
            if not is_whole(copy):
                copy.unlink()
                text = _("the damaged copy {file} of the marks was removed")
                done.append(text.format(file=copy.name))
    done += filter(None, [catch_up(folder)] if path.exists() else [])
    keep_copy(folder)
    return done


def _repaired(folder: Path, path: Path) -> Iterator[str]:
    if look(path) is State.WELL:
        try:
            _check_whole(path)
        except CacheDamaged:
            suspect(path)
    yield from _prepared(folder, path)
    if path.exists() and (agreed := _agree(folder, path)):
        yield agreed


def _agree(folder: Path, path: Path) -> str:
    """Merge marks of file and cache that differ although both are of the same change."""
    with closing(connect(path, MARKS)) as db, marks_errors(path), shown(folder) as cache:
        if cache is None or counter_of(db) != cache.counter:
            return ""
        count = _differing(cache, db)
        if not count:
            return ""
        with transaction(db):
            cache.add_to(db)
            _set_counter(db, cache.counter + 1)
    text = ngettext(
        "{number} article had other marks in {file} than in cache.db: marks of both were kept",
        "{number} articles had other marks in {file} than in cache.db: marks of both were kept",
        count,
    )
    return text.format(number=grouped(count), file=NAME)


def _differing(cache: Shown, db: sqlite3.Connection) -> int:
    """Count the articles whose marks differ in file and cache; 0 if the cache is damaged."""
    try:
        return cache.differs_from(db)
    except CacheDamaged:
        return 0


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with alone(folder):
        try:
            yield
        except OSError as error:
            raise CacheUnwritable(folder, error) from error
