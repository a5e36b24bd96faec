"""Look up stored articles, to compare incoming ones with them.

All functions work within the caller's open transaction.
"""

import sqlite3

from reader.article import Identity
from reader.cache.engines.rows import Contents, contents_of, stored_of
from reader.cache.engines.sqlite.feed_memory import SqliteFeedMemory
from reader.cache.files.damage import rows_of
from reader.cache.sameness.tellings import id_name, link_of
from reader.cache.values.stored import Stored

_DOCUMENT = "SELECT CAST(fields AS BLOB), CAST(body AS BLOB), digest FROM documents WHERE id IN "

SELECT = (
    "SELECT id, source, external, lang, feed, published, updated, run, "
    "CAST(origin AS BLOB), entry, came, "
    "fetched, story, told, arrived FROM articles WHERE "
)


def stored_as(db: sqlite3.Connection, identity: Identity) -> Stored | None:
    """Return the stored article with exactly this identity."""
    if identity.is_of_feed:
        found = db.execute(
            f"{SELECT} external = ? AND feed = ? LIMIT 1", (identity.external, identity.source)
        )
    else:
        found = db.execute(
            f"{SELECT} external = ? AND lang = ? AND source = ? AND feed = ''",
            (identity.external, identity.lang, identity.source),
        )
    row = found.fetchone()
    return stored_of(row) if row else None


def stored_entry(db: sqlite3.Connection, entry: int) -> Stored | None:
    """Return the stored article with this entry of the feed memory, None if there is none."""
    row = db.execute(f"{SELECT} entry = ? AND entry > 0", (entry,)).fetchone()
    return stored_of(row) if row else None


def found_as(
    db: sqlite3.Connection, identity: Identity, *, any_lang: bool = False
) -> Stored | None:
    """Return the stored article with this identity, present or former (of a feed).

    any_lang: also if the feed's language has changed since.
    """
    if (found := stored_as(db, identity)) is not None:
        return found
    if not identity.is_of_feed:
        row = db.execute(
            f"{SELECT} external = ? AND source = ? AND (lang = ? OR ? AND feed != '') "
            "ORDER BY lang = ? DESC LIMIT 1",
            (identity.external, identity.source, identity.lang, any_lang, identity.lang),
        ).fetchone()
        return stored_of(row) if row else None
    memory = SqliteFeedMemory(db, identity.source, 0)
    for name in (id_name(identity.external), link_of(identity.external).whole):
        if name and (known := memory.named(name)):
            return stored_entry(db, known.entry)
    return None


def document(db: sqlite3.Connection, id: int) -> Contents:
    """Return fields, body and digest of an article; all of them empty if it is damaged."""
    return contents_of(next(rows_of(db, _DOCUMENT, [id], lambda _: None), None))
