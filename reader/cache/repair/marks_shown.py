"""The marks in the facets of `cache.db`: a second copy, for the articles that it has."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from reader.article import Identity
from reader.cache.engines.sqlite.identities import id_of, identities
from reader.cache.engines.sqlite.view import SqliteView
from reader.cache.facets.index import OWN, Facets
from reader.cache.files.migrations import CACHE
from reader.cache.files.schema import check_version, connect, sql_errors
from reader.cache.ids import NONE
from reader.cache.marks.journal import every, put
from reader.cache.marks.kinds import AnyMark, Mark, mark_of
from reader.errors import CacheError


def kinds_shown(view: SqliteView) -> list[AnyMark]:
    """Return every mark, and the own tags that have facets."""
    return [*Mark, *(mark_of(f"tag:{row.value}") for row in view.facets_of(OWN))]


class Shown:
    """The marks in one state of the cache. `counter`: number of the last change in it."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db = db
        self._path = path
        (self.counter,) = db.execute("SELECT value FROM meta WHERE name = 'marks'").fetchone()
        facets, view = Facets(), SqliteView(db)
        self._bits = {mark: facets.get(view, mark.facet) for mark in kinds_shown(view)}

    def every(self, mark: AnyMark) -> Iterator[Identity]:
        """Yield the articles that have the mark. Raises CacheDamaged and other CacheErrors."""
        with _cache_errors(self._path):
            yield from identities(self._db, list(self._bits.get(mark, NONE))).values()

    def lacks(self, mark: AnyMark, identity: Identity) -> bool:
        """Return whether the article is in the cache without the mark. Raises as `every`."""
        with _cache_errors(self._path):
            id = id_of(self._db, identity)
        return id is not None and id not in self._bits.get(mark, NONE)

    def add_to(self, marks: sqlite3.Connection) -> None:
        """Mark the articles that are marked here, within the open transaction."""
        for mark in self._bits:
            put(marks, mark, True, self.every(mark))

    def take_from(self, marks: sqlite3.Connection) -> None:
        """Unmark the articles that are here without the mark, within the open transaction."""
        for mark in self._kinds(marks):
            marked = map(Identity._make, every(marks, mark))
            put(marks, mark, False, [each for each in marked if self.lacks(mark, each)])

    def differs_from(self, marks: sqlite3.Connection) -> int:
        """Return how many articles have different marks here and there."""
        different: set[Identity] = set()
        for mark in self._kinds(marks):
            marked = set(map(Identity._make, every(marks, mark)))
            different |= {each for each in marked if self.lacks(mark, each)}
            different |= {each for each in self.every(mark) if each not in marked}
        return len(different)

    def _kinds(self, marks: sqlite3.Connection) -> set[AnyMark]:
        """Return the marks and own tags that any article has here or there."""
        tags = marks.execute("SELECT DISTINCT 'tag:' || tag FROM tagged")
        return {*self._bits, *(mark_of(tag) for (tag,) in tags)}


@contextmanager
def _cache_errors(path: Path) -> Iterator[None]:
    """Raise errors of the cache as CacheErrors; a cause would be taken for one of the marks."""
    try:
        with sql_errors(path):
            yield
    except CacheError as error:
        raise error from None


@contextmanager
def shown(folder: Path) -> Iterator[Shown | None]:
    """Give the marks in the folder's cache; None without a readable cache."""
    path = folder / "cache.db"
    if not path.exists():
        yield None
        return
    try:
        db = connect(path, CACHE)
    except CacheError:
        yield None
        return
    with closing(db):
        try:
            with _cache_errors(path):
                db.execute("BEGIN")
                found = _shown(db, path)
        except CacheError:
            found = None
        yield found


def _shown(db: sqlite3.Connection, path: Path) -> Shown | None:
    with suppress(CacheError, ValueError, TypeError), sql_errors(path):
        if check_version(db, path, CACHE) == len(CACHE.migrations):
            found = Shown(db, path)
            return found if found.counter > 0 else None  # 0: a new cache has no marks yet
    return None


def counter_shown(folder: Path) -> int:
    """Return the number of the last change of marks in the cache, 0 if unknown."""
    with shown(folder) as cache:
        return cache.counter if cache is not None else 0
