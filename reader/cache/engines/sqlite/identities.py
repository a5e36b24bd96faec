"""Look up articles by identity, and identities by id."""

import json
import sqlite3
from collections.abc import Sequence

from reader.article import Identity
from reader.cache.files.schema import IDENTITY
from reader.cache.ids import batches


def identities(db: sqlite3.Connection, ids: Sequence[int]) -> dict[int, Identity]:
    """Return the identities of those articles that exist."""
    find = f"SELECT id, {IDENTITY} FROM articles WHERE id IN (SELECT value FROM json_each(?))"
    return {
        id: Identity(*parts)
        for some in batches(ids)
        for id, *parts in db.execute(find, (json.dumps(some),))
    }


def id_of(db: sqlite3.Connection, identity: Identity) -> int | None:
    """Return the id of an article, None if it is not stored."""
    source, external, lang = identity
    which, values = "lang = ? AND source = ? AND feed = ''", [external, lang, source]
    if identity.is_of_feed:
        which, values = "feed = ?", [external, source]
    row = db.execute(f"SELECT id FROM articles WHERE external = ? AND {which}", values)
    found = row.fetchone()
    return int(found[0]) if found else None


_TWINS = (
    "SELECT one.id, other.id FROM json_each(?) AS given "
    "CROSS JOIN articles AS one ON one.id = given.value AND one.feed = '' "
    "CROSS JOIN json_each(?) AS language "
    "CROSS JOIN articles AS other ON other.external = one.external AND other.lang = language.value "
    "AND other.source = one.source AND other.feed = '' AND other.id != one.id"
)
"""Pairs by the index of identities. CROSS JOIN keeps the order: no article is looked for twice."""


def twins(
    db: sqlite3.Connection, ids: Sequence[int], languages: Sequence[str]
) -> list[tuple[int, int]]:
    """Return pairs of an article and the same in another of these languages."""
    named = json.dumps(list(languages))
    return [
        (one, other)
        for some in batches(ids)
        for one, other in db.execute(_TWINS, (json.dumps(some), named))
    ]
