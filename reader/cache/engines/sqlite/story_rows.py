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


def between(db: sqlite3.Connection, first: int, last: int) -> Iterator[Told]:
    """Yield the articles from one id to another, in order."""
    find = f"{_TOLD} WHERE id BETWEEN ? AND ? ORDER BY id"
    return map(Told._make, db.execute(find, (first, last)))


def of(db: sqlite3.Connection, stories: Sequence[int]) -> Iterator[tuple[int, Told]]:
    """Yield the articles of stories, each with its story."""
    for some in batches(stories):
        # Says `story > 0`, as the index holds no others.
        find = f"{_TOLD} WHERE story > 0 AND story IN ({', '.join('?' * len(some))})"
        for row in map(Told._make, db.execute(find, some).fetchall()):
            yield row.story, row
