"""Look up stored articles that an incoming one may be, within the caller's open transaction."""

from reader.article import Identity
from reader.cache.engines.postgres.articles import (
    STORED,
    contents,
    of_source,
    stored_as,
    stored_entry,
)
from reader.cache.engines.postgres.connections import Connection
from reader.cache.engines.postgres.feed_memory import PostgresFeedMemory
from reader.cache.engines.rows import is_live, is_one_note, is_same_item, stored_of
from reader.cache.sameness.arrivals import Arrival, FeedPage
from reader.cache.sameness.tellings import id_name, link_of
from reader.cache.values.incoming import Incoming
from reader.cache.values.stored import Stored


def found_as(db: Connection, identity: Identity, *, any_lang: bool = False) -> Stored | None:
    """Return the stored article with this identity, present or former (of a feed).

    any_lang: also if the feed's language has changed since.
    """
    if not identity.is_of_feed:
        return of_source(db, identity, any_lang=any_lang)
    if (found := stored_as(db, identity)) is not None:
        return found
    memory = PostgresFeedMemory(db, identity.source, 0)
    for name in (id_name(identity.external), link_of(identity.external).whole):
        if name and (known := memory.named(name)):
            return stored_entry(db, known.entry)
    return None


def formerly(db: Connection, feed: FeedPage, arrival: Arrival) -> list[Stored]:
    """Return articles of an archive that may be this item, the best first.

    Only articles with the same words or link are returned; in another language only live ones, as a
    wrong guess of the language may have made two articles of one item.
    """
    incoming = arrival.incoming
    rows = db.execute(
        f"{STORED} md5(external) IN (SELECT md5(name) FROM unnest(%s::text[]) AS name) "
        "AND external = ANY(%s::text[]) "
        "AND (feed = %s AND entry = 0 OR feed = '' AND source = %s)",
        (list(arrival.former), list(arrival.former), feed.feed, incoming.source),
        binary=True,
    ).fetchall()
    found = [stored_of(row) for row in rows]
    same = [each for each in found if is_same_item(each, contents(db, each.id), arrival)]
    same.sort(key=lambda each: (each.lang != incoming.lang, -each.updated))
    return [each for each in same if each.lang == incoming.lang or is_live(each, incoming)]


def article_before(db: Connection, incoming: Incoming, before: bytes, run: int) -> Stored | None:
    """Return the article that a file held under another identity before it changed.

    before: the digest of the bytes that the file had. run: this import. Two folders may each have
    a file of that path, and a file may have a copy: then the old article stays.
    """
    if incoming.identity.is_of_feed:
        return None
    copies = "SELECT count(*) FROM cryptoread.files WHERE digest = %s"
    counted = db.execute(copies, (before,), binary=True).fetchone()
    if counted and counted[0] > 1:
        return None
    find = f"{STORED} md5(origin) = md5(%s) AND origin = %s AND feed = '' LIMIT 2"
    rows = db.execute(find, (incoming.origin, incoming.origin), binary=True).fetchall()
    stored = stored_of(rows[0]) if len(rows) == 1 else None
    if stored is None or stored.run == run:
        return None
    return stored if is_one_note(stored, contents(db, stored.id), incoming) else None
