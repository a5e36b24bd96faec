"""Articles on a server: what lists and searches read of them, by lists of ids."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from reader.article import Identity
from reader.cache.engines.postgres.connections import Connection, Cursor
from reader.cache.engines.postgres.texts import is_plain, plain
from reader.cache.engines.rows import Contents, contents_of, stored_of
from reader.cache.ids import batches
from reader.cache.values.facet_rows import Facts
from reader.cache.values.incoming import indexed_of
from reader.cache.values.stored import Document, Stored
from reader.cache.values.told import told_of

AT_ONCE = 10_000
"""Ids of one question about rows."""
TEXTS_AT_ONCE = 500
"""Articles whose texts are sent together."""

IDENTITY = (
    "CASE feed WHEN '' THEN source ELSE feed END, external, "  # not shown: SQL
    "CASE feed WHEN '' THEN lang ELSE '' END"
)
"""SQL of an `Identity`, from columns of `articles`."""
_ROWS = (
    "SELECT id, title, published, lang, category, sentiment, source, pinned, draft, flagged, "
    f"story, told, {IDENTITY} FROM cryptoread.articles WHERE id = ANY(%s)"
)
MOST_BYTES = 64 * 1024 * 1024
"""Bytes of a text that is read: an article has fewer."""

_BODY = f"CASE WHEN length(body) <= {MOST_BYTES} THEN body ELSE '' END"
_FIELDS_OF = f"CASE WHEN length(fields) <= {MOST_BYTES} THEN fields ELSE '' END"
_TEXTS = (
    f"SELECT id, title, {_FIELDS_OF}, {_BODY} FROM cryptoread.articles "
    "JOIN cryptoread.documents USING (id) WHERE id = ANY(%s)"
)
_DOCUMENTS = (
    f"SELECT id, origin, digest, {_FIELDS_OF}, {_BODY} FROM cryptoread.articles "
    "JOIN cryptoread.documents USING (id) WHERE id = ANY(%s)"
)
_FIELDS = f"SELECT id, {_FIELDS_OF} FROM cryptoread.documents WHERE id = ANY(%s)"
_IDENTITIES = f"SELECT id, {IDENTITY} FROM cryptoread.articles WHERE id = ANY(%s)"
_BETWEEN = f"SELECT id, {IDENTITY} FROM cryptoread.articles WHERE id BETWEEN %s AND %s ORDER BY id"
_WANTED = (
    "unnest(%s::text[], %s::text[], %s::text[], %s::text[]) "
    "AS w (external, lang, source, feed)"  # not shown: SQL
)
_IS_WANTED = (
    "md5(a.external) = md5(w.external) AND a.external = w.external "  # not shown: SQL
    "AND md5(a.lang || chr(31) || a.source || chr(31) || a.feed) = "
    "md5(w.lang || chr(31) || w.source || chr(31) || w.feed) "
    "AND a.lang = w.lang AND a.source = w.source AND a.feed = w.feed"
)
_IDS = (
    f"SELECT a.id, w.source, w.external, w.lang FROM {_WANTED} "
    f"JOIN cryptoread.articles a ON {_IS_WANTED}"
)
_IDS_OF_FEEDS = (
    "SELECT a.id, a.feed, a.external, '' FROM unnest(%s::text[], %s::text[]) AS w (external, feed) "
    "JOIN cryptoread.articles a ON md5(a.external) = md5(w.external) AND a.external = w.external "
    "AND a.feed = w.feed"
)
_TWINS = (
    "SELECT one.id, other.id FROM cryptoread.articles one "
    "CROSS JOIN unnest(%s::text[]) AS language JOIN cryptoread.articles other "
    "ON md5(other.external) = md5(one.external) AND other.external = one.external "
    "AND md5(other.lang || chr(31) || other.source || chr(31) || other.feed) = "
    "md5(language || chr(31) || one.source || chr(31)) "
    "AND other.lang = language AND other.source = one.source AND other.feed = '' "
    "AND other.id != one.id WHERE one.id = ANY(%s) AND one.feed = ''"
)
_FACTS = (
    "SELECT id, source, lang, category, sentiment, pinned, draft, fields, told "
    "FROM cryptoread.articles LEFT JOIN cryptoread.documents USING (id) "
    "WHERE id > %s ORDER BY id LIMIT %s"
)


def rows(db: Connection, ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """Yield what a list shows of articles."""
    for some in batches(ids, AT_ONCE):
        yield from ask_for_rows(db, some)


def ask_for_rows(db: Connection, ids: Sequence[int]) -> Cursor:
    """Ask for what a list shows of articles."""
    return db.execute(_ROWS, (list(ids),), binary=True)


def texts(db: Connection, ids: Sequence[int]) -> Iterator[tuple[int, str, str, str]]:
    """Yield id, title, description and body of articles, without damaged ones."""
    for some in batches(ids, TEXTS_AT_ONCE):
        for id, title, fields, body in db.execute(_TEXTS, (list(some),), binary=True):
            try:
                yield id, title, plain(indexed_of(fields).description), plain(body.decode())
            except UnicodeDecodeError:  # opening it reports the damage
                continue


def titles(db: Connection, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Yield id and title of articles."""
    find = "SELECT id, title FROM cryptoread.articles WHERE id = ANY(%s)"
    for some in batches(ids, AT_ONCE):
        yield from db.execute(find, (list(some),), binary=True)


def fields(db: Connection, ids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Yield the stored fields of articles."""
    for some in batches(ids, AT_ONCE):
        yield from ask_for_fields(db, some)


def ask_for_fields(db: Connection, ids: Sequence[int]) -> Cursor:
    """Ask for the stored fields of articles."""
    return db.execute(_FIELDS, (list(ids),), binary=True)


def documents(db: Connection, ids: Sequence[int]) -> dict[int, Document | None]:
    """Return articles as they are stored, None for each that is damaged."""
    found: dict[int, Document | None] = {}
    for some in batches(ids, TEXTS_AT_ONCE):
        for id, origin, *texts in db.execute(_DOCUMENTS, (list(some),), binary=True):
            document = Document(origin, *texts)
            found[id] = document if _is_well(document) else None
    return found


def _is_well(document: Document) -> bool:
    with suppress(ValueError, RecursionError):
        return document.is_whole and is_plain(document.fields, document.body)
    return False


def contents(db: Connection, id: int) -> Contents:
    """Return fields, body and digest of an article; all of them empty if it is damaged."""
    find = f"SELECT {_FIELDS_OF}, {_BODY}, digest FROM cryptoread.documents WHERE id = %s"
    return contents_of(db.execute(find, (id,), binary=True).fetchone())


def identities(db: Connection, ids: Sequence[int]) -> dict[int, Identity]:
    """Return the identities of those articles that exist."""
    return {
        id: Identity(*parts)
        for some in batches(ids, AT_ONCE)
        for id, *parts in db.execute(_IDENTITIES, (list(some),), binary=True)
    }


def ids(db: Connection, identities: Sequence[Identity]) -> dict[Identity, int]:
    """Return the ids of those articles that exist."""
    found: dict[Identity, int] = {}
    of_files = [(each.external, each.lang, each.source, "") for each in identities if each.lang]
    of_feeds = [(each.external, each.source) for each in identities if each.is_of_feed]
    for find, every in ((_IDS, of_files), (_IDS_OF_FEEDS, of_feeds)):
        for some in batches(every, AT_ONCE):
            columns = [[*each] for each in zip(*some, strict=True)]
            for id, *parts in db.execute(find, columns, binary=True):
                found[Identity(*parts)] = id
    return found


def with_external(db: Connection, external: str) -> list[int]:
    """Return the articles of an external id, in any language and of any source."""
    find = "SELECT id FROM cryptoread.articles WHERE md5(external) = md5(%s) AND external = %s"
    return [id for (id,) in db.execute(find, (external, external), binary=True)]


def externals(db: Connection, wanted: Sequence[str]) -> set[str]:
    """Return those of the external ids that any article has."""
    find = (
        "SELECT a.external FROM unnest(%s::text[]) AS w (external) JOIN cryptoread.articles a "
        "ON md5(a.external) = md5(w.external) AND a.external = w.external"
    )
    return {
        external
        for some in batches(wanted, AT_ONCE)
        for (external,) in db.execute(find, (list(some),), binary=True)
    }


def twins(db: Connection, ids: Sequence[int], languages: Sequence[str]) -> list[tuple[int, int]]:
    """Return pairs of an article and the same in another of these languages."""
    return [
        pair
        for some in batches(ids, AT_ONCE)
        for pair in db.execute(_TWINS, (list(languages), list(some)), binary=True)
    ]


def between(db: Connection, first: int, last: int) -> Iterator[tuple[int, Identity]]:
    """Yield the articles from one id to another."""
    for id, *parts in db.execute(_BETWEEN, (first, last), binary=True):
        yield id, Identity(*parts)


def facts(db: Connection) -> Iterator[Facts]:
    """Yield what facets are counted from, for every article."""
    last = -(1 << 62)
    while some := db.execute(_FACTS, (last, TEXTS_AT_ONCE), binary=True).fetchall():
        for id, source, lang, category, sentiment, pinned, draft, text, told in some:
            known = indexed_of(text)
            states = (bool(pinned), bool(draft), known.estimated, *told_of(told))
            yield id, source, lang, category, sentiment, known.tags, states
        last = some[-1][0]


# Stored articles to compare incoming ones with.

STORED = (
    "SELECT id, source, external, lang, feed, published, updated, run, "
    "convert_to(origin, 'UTF8'), entry, came, fetched, story, told, arrived "
    "FROM cryptoread.articles WHERE "
)
_NAMED = "md5(external) = md5(%s) AND external = %s"


def stored_as(db: Connection, identity: Identity) -> Stored | None:
    """Return the stored article with exactly this identity."""
    source, external, lang = identity
    if identity.is_of_feed:
        return one(db, f"{_NAMED} AND feed = %s LIMIT 1", (external, external, source))
    which = f"{_NAMED} AND lang = %s AND source = %s AND feed = ''"
    return one(db, which, (external, external, lang, source))


def stored_entry(db: Connection, entry: int) -> Stored | None:
    """Return the stored article with this entry of the feed memory."""
    return one(db, "entry = %s AND entry > 0", (entry,))


def of_source(db: Connection, identity: Identity, *, any_lang: bool) -> Stored | None:
    """Return the article with this identity, else that of a feed with its id, source and language.

    any_lang: also if the feed's language has changed since.
    """
    source, external, lang = identity
    which = (
        f"{_NAMED} AND source = %s AND (lang = %s OR %s AND feed != '') "
        "ORDER BY lang = %s AND feed = '' DESC, lang = %s DESC LIMIT 1"
    )
    return one(db, which, (external, external, source, lang, any_lang, lang, lang))


def one(db: Connection, which: str, values: Sequence[object]) -> Stored | None:
    """Return the article that a condition holds for."""
    row = db.execute(STORED + which, values, binary=True).fetchone()
    return stored_of(row) if row else None
