"""Look up stored articles, to compare incoming ones with them.

All functions work within the caller's open transaction.
"""

import json
import sqlite3
from typing import Any

from reader.article import Identity
from reader.cache.engines.sqlite.feed_memory import SqliteFeedMemory
from reader.cache.files.damage import rows_of
from reader.cache.sameness.tellings import id_name, link_of
from reader.cache.values.incoming import digest_of
from reader.cache.values.stored import Stored, identity_of

_DOCUMENT = "SELECT CAST(fields AS BLOB), CAST(body AS BLOB), digest FROM documents WHERE id IN "

SELECT = (
    "SELECT id, source, external, lang, feed, published, updated, run, "
    "CAST(origin AS BLOB), entry, came, "
    "fetched, story, told, arrived FROM articles WHERE "
)


def from_row(row: tuple[Any, ...]) -> Stored:
    """Return the stored article of a row with the columns of `SELECT`."""
    id, source, external, lang, feed, published, updated, run, origin, entry, came = row[:11]
    fetched, story, told, arrived = row[11:]
    identity = identity_of(source, external, lang, feed)
    origin = bytes(origin).decode(errors="replace")
    rest = (origin, entry, came, bool(fetched), lang, story, told, arrived)
    return Stored(id, identity, published, updated, run, *rest)


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
    return from_row(row) if row else None


def stored_entry(db: sqlite3.Connection, entry: int) -> Stored | None:
    """Return the stored article with this entry of the feed memory, None if there is none."""
    row = db.execute(f"{SELECT} entry = ? AND entry > 0", (entry,)).fetchone()
    return from_row(row) if row else None


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
        return from_row(row) if row else None
    memory = SqliteFeedMemory(db, identity.source, 0)
    for name in (id_name(identity.external), link_of(identity.external).whole):
        if name and (known := memory.named(name)):
            return stored_entry(db, known.entry)
    return None


def document(db: sqlite3.Connection, id: int) -> tuple[dict[str, Any], bytes, bytes]:
    """Return fields, body and digest of an article; all of them empty if it is damaged."""
    found = next(rows_of(db, _DOCUMENT, [id], lambda _: None), None)
    if found is None:
        return {}, b"", b""
    fields, body, digest = found
    try:
        if digest_of(fields, body) == digest:
            return json.loads(fields), body, digest
    except TypeError:  # not even of that type
        pass
    return {}, b"", b""
