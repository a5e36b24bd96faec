"""The stories of articles in `cache.db`."""

import sqlite3
from collections.abc import Iterator, Sequence

from pyroaring import BitMap

from reader.cache.engines.sqlite.changed import changed_since
from reader.cache.ids import batches
from reader.cache.values.told import Told

_TOLD = "SELECT id, published, source, external, lang, sentiment, story, told FROM articles "


def undecided(db: sqlite3.Connection, since: int) -> BitMap:
    """Return the articles without a story. since: all had one in that version of the texts."""
    changed = changed_since(db, since) if since >= 0 else None
    if changed is None:
        every = db.execute("SELECT id FROM articles WHERE story = 0")
        return BitMap([id for (id,) in every])
    found = BitMap()
    for some in batches(list(changed)):
        places = ", ".join("?" * len(some))
        find = f"SELECT id FROM articles WHERE story = 0 AND id IN ({places})"
        found.update([id for (id,) in db.execute(find, some)])
    return found


def between(db: sqlite3.Connection, first: int, last: int, latest: int) -> list[Told]:
    """Return the articles from one id to another, in order. latest: at most so many; -1: all."""
    find = f"{_TOLD} WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT ?"
    return [*map(Told._make, db.execute(find, (first, last, latest)))][::-1]


def of_stories(db: sqlite3.Connection, stories: Sequence[int]) -> Iterator[Told]:
    """Yield the articles of stories."""
    # It says `story > 0`, as the index has no others.
    yield from _among(db, "story > 0 AND story", stories)


def of_ids(db: sqlite3.Connection, ids: Sequence[int]) -> Iterator[Told]:
    """Yield those of the articles that exist."""
    yield from _among(db, "id", ids)


def arrived(db: sqlite3.Connection, since: int, first: int) -> BitMap:
    """Return the articles from an id on that were stored or changed by later runs than one."""
    find = "SELECT id FROM articles WHERE id >= ? AND run > ?"
    return BitMap([id for (id,) in db.execute(find, (first, since))])


def _among(db: sqlite3.Connection, column: str, values: Sequence[int]) -> Iterator[Told]:
    for some in batches(values):
        find = f"{_TOLD} WHERE {column} IN ({', '.join('?' * len(some))})"
        yield from map(Told._make, db.execute(find, some).fetchall())
