"""Read articles one by one for what facets and the full-text index are made from."""

import sqlite3
from collections.abc import Iterator, Sequence

from reader.cache.files.damage import rows_of
from reader.cache.values.facet_rows import Facts
from reader.cache.values.incoming import indexed_of
from reader.cache.values.told import told_of

BATCH = 500

_FACTS = (
    "SELECT id, source, lang, category, sentiment, pinned, draft, CAST(fields AS BLOB), "
    "told "
    "FROM articles LEFT JOIN documents USING (id) WHERE articles.id IN "
)


def facts(db: sqlite3.Connection) -> Iterator[Facts]:
    """Yield what facets are counted from, for every readable article."""
    for some in batches(db):
        for id, source, lang, category, sentiment, pinned, draft, text, told in rows_of(
            db, _FACTS, some, lambda _: None
        ):
            known = indexed_of(text)
            states = (bool(pinned), bool(draft), known.estimated, *told_of(told))
            yield id, source, lang, category, sentiment, known.tags, states


def batches(db: sqlite3.Connection) -> Iterator[Sequence[int]]:
    """Yield the ids of all articles, some at a time."""
    last = -1
    while some := db.execute(
        "SELECT id FROM articles WHERE id > ? ORDER BY id LIMIT ?", (last, BATCH)
    ).fetchall():
        yield [id for (id,) in some]
        last = some[-1][0]
