"""The stories of articles in `cache.db`."""

import sqlite3
from collections.abc import Iterator, Sequence

from pyroaring import BitMap

from reader.cache.ids import batches
from reader.cache.values.told import Told

_TOLD = (
    "SELECT id, published, source, external, lang, sentiment, story, told, category, pinned, "
    "draft, feed FROM articles "
)

_IN_STORY = "story > 0"  # not shown: SQL
"""What has a story: the index on stories has no others, and is used where this is said."""

FEW = 5_000
"""Maximum articles whose stories are looked up one by one, which takes 10 ms."""


def undecided(db: sqlite3.Connection, since: int) -> BitMap:
    """Return articles that are to be decided, or whose stories may have changed.

    Those that have changed since a version of the texts in which nothing was; all if it is
    negative; if it is too long ago, those without a story.
    """
    if since < 0:
        return BitMap([id for (id,) in db.execute("SELECT id FROM articles")])
    from reader.cache.engines.sqlite.changed import changed_since

    changed = changed_since(db, since)
    if changed is None:
        every = db.execute("SELECT id FROM articles WHERE story = 0")
        return BitMap([id for (id,) in every])
    found = BitMap()
    for some in batches(list(changed)):
        places = ", ".join("?" * len(some))
        find = f"SELECT id FROM articles WHERE id IN ({places})"
        found.update([id for (id,) in db.execute(find, some)])
    return found


def between(db: sqlite3.Connection, first: int, last: int, latest: int) -> list[Told]:
    """Return the articles from one id to another, in order. latest: at most so many; -1: all."""
    find = f"{_TOLD} WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT ?"
    return [*map(Told._make, db.execute(find, (first, last, latest)))][::-1]


def ids_told(db: sqlite3.Connection, stories: Sequence[int]) -> BitMap:
    """Return the articles of stories, from the index alone."""
    found = BitMap()
    for some in batches(stories):
        places = ", ".join("?" * len(some))
        find = f"SELECT id FROM articles WHERE {_IN_STORY} AND story IN ({places})"
        found.update([id for (id,) in db.execute(find, some)])
    return found


def of_stories(db: sqlite3.Connection, stories: Sequence[int], first: int) -> Iterator[Told]:
    """Yield the articles of stories. first: at most so many of each; -1: all."""
    long = _longer(db, stories, first) if first >= 0 else set[int]()
    short = [each for each in stories if each not in long]
    yield from _among(db, f"{_IN_STORY} AND story", short)  # not shown: SQL
    for story in long:
        find = f"{_TOLD} WHERE {_IN_STORY} AND story = ? ORDER BY id LIMIT ?"
        yield from map(Told._make, db.execute(find, (story, first)).fetchall())


def _longer(db: sqlite3.Connection, stories: Sequence[int], most: int) -> set[int]:
    """Return the stories with more articles than that, from the index alone."""
    found = set[int]()
    for some in batches(stories):
        places = ", ".join("?" * len(some))
        find = (
            f"SELECT story FROM articles WHERE {_IN_STORY} AND story IN ({places}) "
            "GROUP BY story HAVING count(*) > ?"
        )
        found.update([story for (story,) in db.execute(find, (*some, most))])
    return found


def of_ids(db: sqlite3.Connection, ids: Sequence[int]) -> Iterator[Told]:
    """Yield those of the articles that exist."""
    yield from _among(db, "id", ids)


def stories_of(db: sqlite3.Connection, ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield id and story of those of the articles that exist."""
    for some in batches(ids):
        places = ", ".join("?" * len(some))
        find = f"SELECT id, story FROM articles WHERE id IN ({places})"
        yield from db.execute(find, some).fetchall()


def count_stories(db: sqlite3.Connection, ids: BitMap) -> int:
    """Return how many stories the articles tell; each undecided one counts as one."""
    if len(ids) <= FEW:
        found = ((id, story) for id, story in stories_of(db, list(ids)) if story)
    else:
        # The index has both columns: the table is not read.
        every = db.execute("SELECT id, story FROM articles WHERE story > 0 ORDER BY story")
        found = ((id, story) for id, story in every if id in ids)
    decided, stories = 0, set()
    for _, story in found:
        decided += 1
        stories.add(story)
    return len(ids) - decided + len(stories)


def written(db: sqlite3.Connection, since: int, first: int) -> BitMap:
    """Return the articles from an id on that were stored or changed by later runs than one."""
    find = "SELECT id FROM articles WHERE id >= ? AND run > ?"
    return BitMap([id for (id,) in db.execute(find, (first, since))])


def _among(db: sqlite3.Connection, column: str, values: Sequence[int]) -> Iterator[Told]:
    for some in batches(values):
        find = f"{_TOLD} WHERE {column} IN ({', '.join('?' * len(some))})"
        yield from map(Told._make, db.execute(find, some).fetchall())
