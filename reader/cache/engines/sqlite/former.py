"""Find articles that earlier versions stored under other identities, when a feed repeats them.

All functions work within the transaction that their caller holds open.
"""

import sqlite3

from reader.article import Identity
from reader.cache.engines.rows import is_live, is_same_item, stored_of
from reader.cache.engines.sqlite.lookups import SELECT, document
from reader.cache.sameness.arrivals import Arrival, FeedPage
from reader.cache.sameness.tellings import REPUBLISHED_WITHIN_MS
from reader.cache.values.stored import Stored


def formerly(db: sqlite3.Connection, feed: FeedPage, arrival: Arrival) -> list[Stored]:
    """Return articles that may be this item, from an earlier version or an archive, the best first.

    Earlier versions identified it by source key, id and language, without the feed. Only articles
    with the same words or link are returned; in another language only live ones, as a wrong guess
    of the language may have made two articles of one item.
    """
    incoming = arrival.incoming
    places = ", ".join("?" * len(arrival.former))
    rows = db.execute(
        f"{SELECT} external IN ({places}) AND (feed = ? AND entry = 0 OR feed = '' AND source = ?)",
        (*arrival.former, feed.feed, incoming.source),
    ).fetchall()
    found = [stored_of(row) for row in rows]
    if not found and db.execute("SELECT 1 FROM versions LIMIT 1").fetchone():
        found = _earlier_names(db, arrival)
    same = [each for each in found if is_same_item(each, document(db, each.id), arrival)]
    same.sort(key=lambda each: (each.lang != incoming.lang, -each.updated))
    return [each for each in same if each.lang == incoming.lang or is_live(each, incoming)]


def _earlier_names(db: sqlite3.Connection, arrival: Arrival) -> list[Stored]:
    """Return articles that an earlier version had merged by title, or stored at that moment."""
    incoming = arrival.incoming
    names: set[str] = set()
    for external in arrival.former:
        joined = db.execute(
            "SELECT DISTINCT other.external FROM versions one JOIN versions other "
            "USING (title, source) WHERE one.external = ? AND one.source = ? LIMIT 20",
            (external, incoming.source),
        )
        names.update(name for (name,) in joined)
    places = ", ".join("?" * len(names))
    rows = db.execute(
        f"{SELECT} feed = '' AND source = ? AND external IN ({places})",
        (incoming.source, *names),
    ).fetchall()
    rows += db.execute(
        f"{SELECT} published = ? AND source = ? AND feed = '' LIMIT 20",
        (incoming.published, incoming.source),
    ).fetchall()
    found = {each.id: each for each in map(stored_of, rows)}
    return [each for each in found.values() if is_live(each, incoming)]


def told_formerly(db: sqlite3.Connection, identity: Identity) -> list[Identity]:
    """Return articles of an API that an earlier version had merged with this one by title."""
    found = db.execute(
        "SELECT DISTINCT other.external FROM versions one JOIN versions other "
        "USING (title, source, lang) WHERE one.external = ? AND source = ? AND lang = ? "
        "AND abs(other.published - one.published) <= ? LIMIT 20",
        (identity.external, identity.source, identity.lang, REPUBLISHED_WITHIN_MS),
    )
    others = (identity._replace(external=external) for (external,) in found)
    return [other for other in others if other != identity]
