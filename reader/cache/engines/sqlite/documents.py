"""Read stored articles, one by one if some of them are damaged.

A document is whole if its digest is right; then its row can be rebuilt from it. A damaged one must
come from its source again: `forget` arranges that.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress

from reader.cache.files.damage import rows_of
from reader.cache.values.incoming import Incoming
from reader.cache.values.stored import Document

DERIVED = (
    "source, external, lang, feed, published, updated, category, sentiment, pinned, draft, "
    "flagged, title"  # not shown: SQL
)
"""Columns of `articles` that are derived from the document."""

TEXTS = ("source", "external", "lang", "feed", "category", "sentiment", "title")

_DOCUMENTS = (
    "SELECT id, CAST(origin AS BLOB), digest, CAST(fields AS BLOB), CAST(body AS BLOB) "
    "FROM articles JOIN documents USING (id) WHERE id IN "
)


def read(
    db: sqlite3.Connection,
    ids: Sequence[int],
    on_broken: Callable[[int], None] = lambda _: None,
) -> dict[int, Document | None]:
    """Return the documents of articles, None for each that is damaged.

    on_broken: called with the ids of those that SQLite itself cannot read.
    """
    found: dict[int, Document | None] = {}

    def failed(id: int) -> None:
        found[id] = None
        on_broken(id)

    for id, origin, *texts in rows_of(db, _DOCUMENTS, ids, failed):
        document = Document(bytes(origin).decode(errors="replace"), *texts)
        found[id] = document if document.is_whole else None
    return found


def read_one(db: sqlite3.Connection, id: int) -> Document | None:
    """Return the document, None if it is damaged or missing."""
    return read(db, [id]).get(id)


def derived(incoming: Incoming) -> tuple[object, ...]:
    """Return the values of the columns `DERIVED`, as storing the article would write them."""
    feed = incoming.identity.source if incoming.identity.is_of_feed else ""
    return (
        *(incoming.source, incoming.identity.external, incoming.lang, feed),
        *(incoming.published, incoming.updated, incoming.category, incoming.sentiment),
        *(int(incoming.pinned), int(incoming.draft), int(incoming.flagged), incoming.title),
    )


def mend_row(db: sqlite3.Connection, id: int) -> bool:
    """Rebuild an article's row from its document, within a transaction; return whether it could."""
    document = read_one(db, id)
    if document is None:
        return False
    names = [f"{name} = ?" for name in DERIVED.split(", ")]
    values = derived(Incoming.of(document.article()))
    try:
        db.execute(f"UPDATE articles SET {', '.join(names)} WHERE id = ?", (*values, id))
    except sqlite3.IntegrityError:  # another article has that identity
        return False
    return True


def forget(db: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Let damaged articles be imported or fetched again, within a transaction.

    Forgets the stamps of their files, the last answers of their sources, and their digests, so that
    what comes next differs from what is stored.
    """
    ids = list(ids)
    origins, is_live = set(), False
    for id in ids:
        row = db.execute(
            "SELECT CAST(origin AS BLOB), entry, came FROM articles WHERE id = ?", (id,)
        ).fetchone()
        if row is not None:
            origins.add(bytes(row[0]).decode(errors="replace"))
            is_live = is_live or bool(row[1]) or bool(row[2])
    for id in ids:
        _make_readable(db, id)
    one = [(id,) for id in ids]
    db.executemany("UPDATE documents SET digest = x'' WHERE id = ?", one)
    db.executemany("UPDATE articles SET came = x'' WHERE id = ?", one)
    forget_stamps(db, origins)
    if is_live:
        db.execute("UPDATE sources SET etag = '', last_modified = '', digest = x''")


def _make_readable(db: sqlite3.Connection, id: int) -> None:
    """Replace invalid UTF-8 in the row of a damaged article with U+FFFD, so that it can be read."""
    for name in TEXTS:
        row = db.execute(
            f"SELECT CAST({name} AS BLOB) FROM articles WHERE id = ?", (id,)
        ).fetchone()
        text = bytes(row[0]).decode(errors="replace") if row and row[0] is not None else ""
        if row is not None and text.encode() != row[0]:
            # Fails if an index has the right value: the next start rebuilds the index.
            with suppress(sqlite3.DatabaseError):
                db.execute(f"UPDATE articles SET {name} = ? WHERE id = ?", (text, id))


def forget_stamps(db: sqlite3.Connection, origins: Collection[str]) -> None:
    """Let the next import read those files again. origins: their paths in import roots."""
    from reader.cache.values.stamps import stamps_of

    every = (location for (location,) in db.execute("SELECT location FROM files"))
    found = [(each,) for each in stamps_of(every, origins)]
    db.executemany("DELETE FROM files WHERE location = ?", found)
