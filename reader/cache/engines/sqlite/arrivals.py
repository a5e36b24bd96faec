"""Which version of the texts brought an article first, and when that was, in `cache.db`."""

import sqlite3

from pyroaring import BitMap

APART_MS = 60_000
"""Least time between two versions whose time is noted: an import writes several a second."""


def arrived(db: sqlite3.Connection, since: int) -> BitMap:
    """Return the articles that came after a version of the texts."""
    # It says `arrived > 0`, as the index has no others.
    find = "SELECT id FROM articles WHERE arrived > 0 AND arrived > ?"
    return BitMap([id for (id,) in db.execute(find, (since,))])


def has_arrived(db: sqlite3.Connection, since: int) -> bool:
    """Return whether any article came after a version of the texts."""
    find = "SELECT EXISTS (SELECT 1 FROM articles WHERE arrived > 0 AND arrived > ?)"
    (found,) = db.execute(find, (since,)).fetchone()
    return bool(found)


def note_time(db: sqlite3.Connection, instant: int) -> None:
    """Note when this version of the texts is written, unless one of the minute before is noted."""
    from reader.cache.engines.sqlite.changed import texts_of

    texts = texts_of(db)
    if abs(instant - noted_for(db, texts)) >= APART_MS:
        db.execute("INSERT OR REPLACE INTO arrivals VALUES (?, ?)", (texts, instant))


def texts_at(db: sqlite3.Connection, instant: int) -> int:
    """Return the version of the texts at an instant, or of up to a minute before."""
    find = "SELECT max(texts) FROM arrivals WHERE at <= ?"
    (texts,) = db.execute(find, (instant,)).fetchone()
    return texts or 0


def noted_for(db: sqlite3.Connection, texts: int) -> int:
    """Return the last instant that is noted for that version of the texts or before."""
    find = "SELECT at FROM arrivals WHERE texts <= ? ORDER BY texts DESC LIMIT 1"
    found = db.execute(find, (texts,)).fetchone()
    return int(found[0]) if found else 0
