"""Find the article that a file held before it changed, if its identity has changed as well.

A note to which a `guid`, an address or a language is added is the same note: its article replaces
the old one and keeps its marks.
"""

import sqlite3

from reader.article import Identity
from reader.cache.engines.rows import is_one_note
from reader.cache.engines.sqlite.lookups import document, stored_as
from reader.cache.values.incoming import Incoming
from reader.cache.values.stored import Stored


def article_before(
    db: sqlite3.Connection, incoming: Incoming, before: bytes, run: int
) -> Stored | None:
    """Return the stored article of a changed file; None if that is uncertain.

    It has another identity and nearly the same text.

    before: the digest of the bytes that the file had. run: this import. Two folders may each have
    a file of that path, and a file may have a copy: then the old article stays.
    """
    if incoming.identity.is_of_feed:
        return None
    _look_up(db, run)
    if db.execute("SELECT 1 FROM temp.copies WHERE digest = ?", (before,)).fetchone():
        return None
    find = "SELECT source, external, lang FROM temp.origins WHERE origin = ? LIMIT 2"
    named = [Identity(*row) for row in db.execute(find, (incoming.origin,)).fetchall()]
    stored = stored_as(db, named[0]) if len(named) == 1 else None
    if stored is None or stored.origin != incoming.origin or stored.run == run:
        return None
    return stored if is_one_note(stored, document(db, stored.id), incoming) else None


def _look_up(db: sqlite3.Connection, run: int) -> None:
    """Note which articles came from which path, and which files have copies.

    Asked once per import. The tables have no index for it: few imports ask, and every write would
    pay for an index.
    """
    is_made = "SELECT 1 FROM temp.sqlite_master WHERE name = 'looked_up'"
    if db.execute(is_made).fetchone():
        if db.execute("SELECT 1 FROM temp.looked_up WHERE run = ?", (run,)).fetchone():
            return
        for table in ("looked_up", "origins", "copies"):
            db.execute(f"DROP TABLE temp.{table}")
    db.execute(
        "CREATE TEMP TABLE origins AS SELECT origin, source, external, lang FROM articles "
        "WHERE feed = ''"
    )
    db.execute("CREATE INDEX temp.origins_index ON origins (origin)")
    db.execute("CREATE TEMP TABLE copies (digest BLOB PRIMARY KEY) WITHOUT ROWID")
    db.execute(
        "INSERT INTO temp.copies SELECT digest FROM files GROUP BY digest HAVING count(*) > 1"
    )
    db.execute("CREATE TEMP TABLE looked_up (run INTEGER)")
    db.execute("INSERT INTO temp.looked_up VALUES (?)", (run,))
