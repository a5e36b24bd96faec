"""Stories and arrivals of articles on a server, and which articles a version changed."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from pyroaring import BitMap

from reader.cache.engines.postgres.connections import Connection, Cursor
from reader.cache.engines.postgres.facet_tables import MOST_BYTES, bitmap_of
from reader.cache.engines.postgres.sets import set_of
from reader.cache.files.checksums import bitmap_sum
from reader.cache.ids import batches
from reader.cache.values.facet_rows import Damaged
from reader.cache.values.told import Told

VERSIONS = 2_000
"""Versions of the texts whose changes are stored: a day of two writers that sync every minute."""

APART_MS = 60_000
"""Least time between two versions whose time is noted."""

_AT_ONCE = 10_000
_TOLD = (
    "SELECT id, published, source, external, lang, sentiment, story, told, category, pinned, "
    "draft, feed FROM cryptoread.articles "
)


# Changes.


def note(db: Connection, texts: int, ids: BitMap) -> None:
    """Store which articles a version of the texts has changed, within its transaction."""
    blob = ids.serialize()
    insert = "INSERT INTO cryptoread.texts_changed VALUES (%s, %s, %s)"
    db.execute(insert, (texts, blob, bitmap_sum(texts, blob)))
    db.execute("DELETE FROM cryptoread.texts_changed WHERE texts <= %s", (texts - VERSIONS,))


def changed_since(db: Connection, texts: int) -> BitMap | None:
    """Return the articles that were added, changed, moved or deleted since; None if unknown."""
    return read_changed(ask_for_changed(db, texts).fetchall(), texts)


def ask_for_changed(db: Connection, texts: int) -> Cursor:
    """Ask for the changes since a version, none if it is negative; `read_changed` reads them."""
    find = (
        f"SELECT value, texts, CASE WHEN length(ids) <= {MOST_BYTES} THEN ids ELSE '' END, crc "
        "FROM cryptoread.meta LEFT JOIN cryptoread.texts_changed "
        "ON %s >= 0 AND texts > %s AND texts <= value WHERE name = 'texts'"
    )
    return db.execute(find, (texts, texts), binary=True)


def read_changed(rows: Sequence[tuple[Any, ...]], texts: int) -> BitMap | None:
    """Return the articles that have changed since a version; None if unknown."""
    now = rows[0][0]
    if now == texts:
        return BitMap()
    known = [(n, blob, crc) for _, n, blob, crc in rows if n is not None]
    if not texts < now or len(known) != now - texts:
        return None
    with suppress(Damaged):
        return BitMap.union(BitMap(), *(bitmap_of(*each) for each in known))
    return None


# Stories.


def undecided(db: Connection, since: int) -> BitMap:
    """Return articles that are to be decided, or whose stories may have changed.

    Those that have changed since a version of the texts in which nothing was; all if it is
    negative; if it is too long ago, those without a story.
    """
    if since < 0:
        return set_of(db, "SELECT id FROM cryptoread.articles")
    changed = changed_since(db, since)
    if changed is None:
        return set_of(db, "SELECT id FROM cryptoread.articles WHERE story = 0")
    find = "SELECT id FROM cryptoread.articles WHERE id = ANY(%s)"
    return BitMap.union(
        BitMap(), *(set_of(db, find, [list(some)]) for some in batches(list(changed), _AT_ONCE))
    )


def between(db: Connection, first: int, last: int, latest: int) -> list[Told]:
    """Return the articles from one id to another, in order. latest: at most so many; -1: all."""
    find = f"{_TOLD} WHERE id BETWEEN %s AND %s ORDER BY id DESC LIMIT %s"
    values = first, last, None if latest < 0 else latest
    return [*map(Told._make, db.execute(find, values, binary=True))][::-1]


def of_ids(db: Connection, ids: Sequence[int]) -> Iterator[Told]:
    """Yield those of the articles that exist."""
    for some in batches(ids, _AT_ONCE):
        found = db.execute(f"{_TOLD} WHERE id = ANY(%s)", (list(some),), binary=True)
        yield from map(Told._make, found)


def stories_of(db: Connection, ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield id and story of those of the articles that exist."""
    find = "SELECT id, story FROM cryptoread.articles WHERE id = ANY(%s)"
    for some in batches(ids, _AT_ONCE):
        yield from db.execute(find, (list(some),), binary=True)


def of_stories(db: Connection, stories: Sequence[int], first: int) -> Iterator[Told]:
    """Yield the articles of stories. first: at most so many of each; -1: all."""
    find = f"{_TOLD} WHERE story > 0 AND story = ANY(%s)"
    values: list[object] = []
    if first >= 0:
        find = (
            "SELECT told.* FROM unnest(%s::bigint[]) AS wanted CROSS JOIN LATERAL "
            f"({_TOLD} WHERE story > 0 AND story = wanted ORDER BY id LIMIT %s) AS told"
        )
        values = [first]
    for some in batches(stories, _AT_ONCE):
        found = db.execute(find, [list(some), *values], binary=True)
        yield from map(Told._make, found)


def ids_told(db: Connection, stories: Sequence[int]) -> BitMap:
    """Return the articles of stories."""
    find = "SELECT id FROM cryptoread.articles WHERE story > 0 AND story = ANY(%s)"
    return BitMap.union(
        BitMap(), *(set_of(db, find, [list(some)]) for some in batches(stories, _AT_ONCE))
    )


def count_stories(db: Connection, ids: BitMap) -> int:
    """Return how many stories the articles tell; each undecided one counts as one."""
    decided, stories = 0, set()
    find = "SELECT story FROM cryptoread.articles WHERE story > 0 AND id = ANY(%s)"
    for some in batches(list(ids), _AT_ONCE):
        found = [story for (story,) in db.execute(find, (list(some),), binary=True)]
        decided += len(found)
        stories.update(found)
    return len(ids) - decided + len(stories)


def written(db: Connection, since: int, first: int) -> BitMap:
    """Return the articles from an id on that were stored or changed by later runs than one."""
    find = "SELECT id FROM cryptoread.articles WHERE id >= %s AND run > %s"
    return set_of(db, find, (first, since))


# Arrivals.


def arrived(db: Connection, since: int) -> BitMap:
    """Return the articles that came after a version of the texts."""
    find = "SELECT id FROM cryptoread.articles WHERE arrived > 0 AND arrived > %s"
    return set_of(db, find, (since,))


def has_arrived(db: Connection, since: int) -> bool:
    """Return whether any article came after a version of the texts."""
    find = "SELECT 1 FROM cryptoread.articles WHERE arrived > 0 AND arrived > %s LIMIT 1"
    return db.execute(find, (since,)).fetchone() is not None


def note_time(db: Connection, instant: int) -> None:
    """Note when this version of the texts is written, unless one of the minute before is noted."""
    db.execute(
        "INSERT INTO cryptoread.arrivals SELECT value, %s FROM cryptoread.meta "
        "WHERE name = 'texts' AND abs(%s - coalesce((SELECT at FROM cryptoread.arrivals "
        "WHERE texts <= value ORDER BY texts DESC LIMIT 1), 0)) >= %s "
        "ON CONFLICT (texts) DO UPDATE SET at = excluded.at",
        (instant, instant, APART_MS),
    )


def texts_at(db: Connection, instant: int) -> int:
    """Return the version of the texts at an instant, or of up to a minute before."""
    find = "SELECT max(texts) FROM cryptoread.arrivals WHERE at <= %s"
    row = db.execute(find, (instant,), binary=True).fetchone()
    return (row and row[0]) or 0


def noted_for(db: Connection, texts: int) -> int:
    """Return the last instant that is noted for that version of the texts or before."""
    find = "SELECT at FROM cryptoread.arrivals WHERE texts <= %s ORDER BY texts DESC LIMIT 1"
    row = db.execute(find, (texts,), binary=True).fetchone()
    return int(row[0]) if row else 0
