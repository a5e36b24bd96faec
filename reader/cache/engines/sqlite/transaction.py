"""The SQLite engine's write transaction: implements `engine.Transaction` in SQL."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pyroaring import BitMap

from reader.cache.engines.sqlite import facet_tables
from reader.cache.engines.sqlite.view import SqliteView
from reader.cache.files.damage import is_damage, number, rows_of
from reader.cache.files.schema import WRITER_CACHE_KIB
from reader.cache.ids import batches

if TYPE_CHECKING:
    from reader.article import Identity
    from reader.cache.answers import Stamp
    from reader.cache.sameness.arrivals import Arrival, FeedPage
    from reader.cache.source_states import SourceState
    from reader.cache.values.facet_rows import Counted, Facet, FacetRow
    from reader.cache.values.incoming import Incoming
    from reader.cache.values.stored import Coming, Stored, Text
    from reader.cache.values.tables import Table

_INSERT = (
    "INSERT INTO articles (id, source, external, lang, published, updated, category, sentiment, "
    "pinned, draft, flagged, origin, run, title, feed, entry, came, fetched, story, told, "
    f"arrived) VALUES ({', '.join('?' * 21)})"
)
_INSERT_DOCUMENT = "INSERT INTO documents VALUES (?, ?, CAST(? AS TEXT), CAST(? AS TEXT))"
_INDEX = "INSERT INTO fulltext (rowid, title, description, body) VALUES (?, ?, ?, CAST(? AS TEXT))"
_FORGET = (
    "INSERT INTO fulltext (fulltext, rowid, title, description, body) VALUES ('delete', ?, ?, ?, ?)"
)
_INDEXED = (
    "SELECT articles.id, CAST(title AS BLOB), CAST(fields AS BLOB), CAST(body AS BLOB), digest, "
    "source, external, lang, feed, category, sentiment, pinned, draft, told "
    "FROM articles LEFT JOIN documents USING (id) WHERE articles.id IN "
)

WORTH_A_THREAD = 500
"""Articles whose words are indexed in a thread, where one may be used."""


class SqliteTransaction(SqliteView):
    """Writes within the transaction that its connection holds open. See `engine.Transaction`."""

    __slots__ = ("_beside",)

    def __init__(self, db: sqlite3.Connection) -> None:
        super().__init__(db)
        self._beside = False

    def expect_many(self, *, beside: bool = False) -> None:
        """Enlarge the page cache for pages that change again and again.

        beside: a thread may index words beside this one.
        """
        self.db.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")
        self._beside = beside

    def count_up(self, name: str) -> int:
        """Raise a counter by one and return it."""
        counted = "UPDATE meta SET value = value + 1 WHERE name = ? RETURNING value"
        return number(self.db.execute(counted, (name,)).fetchone())

    def count_texts(self, ids: BitMap) -> None:
        """Raise the counter `texts`, and note which articles its new version has changed."""
        from reader.cache.engines.sqlite.changed import note

        note(self.db, self.count_up("texts"), ids)

    def set_counter(self, name: str, value: int) -> None:
        """Set a counter."""
        self.db.execute("UPDATE meta SET value = ? WHERE name = ?", (value, name))

    def note_time(self, instant: int) -> None:
        """Note when this version of the texts is written, at most once a minute."""
        from reader.cache.engines.sqlite.arrivals import note_time

        note_time(self.db, instant)

    def keep_answer(self, query: str, version: int, answer: str) -> None:
        """Store the answer to a query; drop all others."""
        self.db.execute("DELETE FROM answers")
        self.db.execute("INSERT INTO answers VALUES (?, ?, ?)", (query, version, answer))
        # `glance` tells this file from an older copy, and from one that was deleted and made again.
        self.db.execute("INSERT OR REPLACE INTO meta VALUES ('left', random())")

    # Facets. All raise Damaged.

    def begin_facets(self, facets: Iterable[tuple[str, str, str]]) -> "list[FacetRow]":
        """Begin facets without ids, by field, value and label, and return them."""
        return facet_tables.begin(self.db, facets)

    def put_facets(self, rows: "Iterable[FacetRow]") -> None:
        """Replace label, size and numbers of newer chunks of existing facets."""
        facet_tables.put(self.db, rows)

    def put_chunks(self, version: int, chunks: Iterable[tuple[int, BitMap]]) -> None:
        """Write chunks and set their version."""
        facet_tables.put_chunks(self.db, version, chunks)

    def put_whole(self, key: int, ids: BitMap) -> None:
        """Write a facet as a whole."""
        facet_tables.put_whole(self.db, key, ids)

    def unsettled(self) -> "list[FacetRow]":
        """Return the facets that have chunks newer than their wholes."""
        return facet_tables.unsettled(self.db)

    def replace_facets(self, counted: "Counted", version: int) -> None:
        """Replace all facets, damaged or not, with the counted ones."""
        facet_tables.write_anew(self.db, counted, version)

    def facets_with(self, id: int) -> "list[Facet]":
        """Return the facets that contain an article, read from the facets themselves."""
        return facet_tables.facets_with(self.db, id)

    # Stored articles to compare incoming ones with.

    def stored_as(self, identity: "Identity") -> "Stored | None":
        """Return the stored article with exactly this identity."""
        from reader.cache.engines.sqlite.lookups import stored_as

        return stored_as(self.db, identity)

    def stored_entry(self, entry: int) -> "Stored | None":
        """Return the article of an entry of a feed."""
        from reader.cache.engines.sqlite.lookups import stored_entry

        return stored_entry(self.db, entry)

    def externals(self, externals: Sequence[str]) -> set[str]:
        """Return those of the external ids that any article has, of whatever source."""
        return {
            external
            for some in batches(externals)
            for (external,) in self.db.execute(
                f"SELECT external FROM articles WHERE external IN ({', '.join('?' * len(some))})",
                some,
            )
        }

    def found_as(self, identity: "Identity") -> "Stored | None":
        """Return the stored article with this identity, present or former (of a feed)."""
        from reader.cache.engines.sqlite.lookups import found_as

        return found_as(self.db, identity)

    def document(self, id: int) -> tuple[dict[str, Any], bytes, bytes]:
        """Return fields, body and digest of an article; all of them empty if it is damaged."""
        from reader.cache.engines.sqlite.lookups import document

        return document(self.db, id)

    def digest(self, id: int) -> bytes:
        """Return the stored digest of an article, empty if it has none."""
        digest: bytes | None = self._one("SELECT digest FROM documents WHERE id = ?", id)
        return digest or b""

    def formerly(self, page: "FeedPage", arrival: "Arrival") -> "list[Stored]":
        """Return articles that may be this item, from before feeds had entries, best first."""
        from reader.cache.engines.sqlite.former import formerly

        return formerly(self.db, page, arrival)

    def told_formerly(self, identity: "Identity") -> "list[Identity]":
        """Return articles that an earlier version had merged with this one by title."""
        from reader.cache.engines.sqlite.former import told_formerly

        return told_formerly(self.db, identity)

    def article_before(self, incoming: "Incoming", before: bytes, run: int) -> "Stored | None":
        """Return the article that a file held under another identity before it changed."""
        from reader.cache.engines.sqlite.origins import article_before

        return article_before(self.db, incoming, before, run)

    # Articles.

    def insert(self, run: int, articles: "Sequence[tuple[int, Coming]]") -> None:
        """Store articles under their ids, without facets and words."""
        texts = self.counter("texts") + 1
        rows = ((*_row(id, run, each), each.arrived(texts)) for id, each in articles)
        self.db.executemany(_INSERT, rows)
        new = ((id, coming.incoming) for id, coming in articles)
        documents = ((id, each.digest, each.fields, each.body) for id, each in new)
        self.db.executemany(_INSERT_DOCUMENT, documents)

    def delete(self, id: int) -> None:
        """Delete an article, without its facets and words."""
        self.db.execute("DELETE FROM articles WHERE id = ?", (id,))
        self.db.execute("DELETE FROM documents WHERE id = ?", (id,))

    def move(self, id: int, to: int) -> None:
        """Give an article another id, without its facets and words."""
        self.db.execute("UPDATE articles SET id = ? WHERE id = ?", (to, id))
        self.db.execute("UPDATE documents SET id = ? WHERE id = ?", (to, id))

    def indexed(self, ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        """Yield what facets and words of articles are made from, without damaged ones."""
        return rows_of(self.db, _INDEXED, ids, lambda _: None)

    def tell(self, articles: Iterable[tuple[int, int, int]]) -> None:
        """Store of articles which story they tell and what is known of it, without facets."""
        tell = "UPDATE articles SET story = ?, told = ? WHERE id = ?"
        self.db.executemany(tell, ((story, told, id) for id, story, told in articles))

    @contextmanager
    def indexing(
        self, texts: "Sequence[tuple[int, str, str, str | bytes]]"
    ) -> Iterator[Callable[[], None]]:
        """Give a callback that indexes the words of articles, of many beside this thread."""

        def index() -> None:
            self.db.executemany(_INDEX, texts)

        if not self._beside or len(texts) < WORTH_A_THREAD:
            yield index
            return
        from reader.cache.engines.sqlite.segment import prepared

        with prepared(texts) as segment:
            yield lambda: None if segment.add_to(self.db) else index()

    def forget_words(self, id: int, text: "Text") -> bool:
        """Remove the old words, which an external-content index does not store, from the index.

        Return False if the index lacks them or is damaged itself.
        """
        try:
            self.db.execute(_FORGET, (id, *text))
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            return False
        return True

    def mend_index(self) -> None:
        """Rebuild the full-text index."""
        from reader.cache.engines.sqlite.fulltext import mend_index

        mend_index(self.db)

    def mend_damaged_index(self) -> bool:
        """Rebuild a damaged full-text index of up to 50,000 articles; return whether it was."""
        from reader.cache.engines.sqlite.fulltext import INDEXED_AT_START, has_damaged_index

        (count,) = self.db.execute("SELECT count(*) FROM articles").fetchone()
        if count > INDEXED_AT_START or not has_damaged_index(self.db):
            return False
        self.mend_index()
        return True

    def mend_rows(self, ids: Sequence[int]) -> None:
        """Rebuild rows of articles from their documents, where those are whole."""
        from reader.cache.engines.sqlite.documents import mend_row

        for id in ids:
            mend_row(self.db, id)

    def forget(self, ids: Sequence[int]) -> None:
        """Let damaged articles be imported or fetched again."""
        from reader.cache.engines.sqlite.documents import forget

        forget(self.db, ids)

    def put_stamps(self, stamps: "Iterable[Stamp]") -> None:
        """Remember files, so that the next import can tell that they have not changed."""
        rows = ((os.fsencode(each.where), each.size, each.mtime_ns, each.digest) for each in stamps)
        self.db.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", rows)

    def put_rows(self, table: "Table", rows: Sequence[tuple[Any, ...]]) -> None:
        """Write rows, over those with their keys."""
        from reader.cache.engines.sqlite.copying import put_rows

        put_rows(self.db, table, rows)

    def clear(self, table: "Table") -> None:
        """Delete all rows of a table."""
        self.db.execute(f"DELETE FROM {table.name}")

    def end_copy(self) -> None:
        """Do nothing: SQLite gives numbers after the last itself."""

    def note_source(self, state: "SourceState") -> None:
        """Remember how a live source is doing."""
        from reader.cache.engines.sqlite.source_states import note_source

        note_source(self.db, state)


def _row(id: int, run: int, coming: "Coming") -> tuple[object, ...]:
    new = coming.incoming
    feed = new.identity.source if new.identity.is_of_feed else ""
    return (
        *(id, new.source, new.identity.external, new.lang, new.published, new.updated),
        *(new.category, new.sentiment, new.pinned, new.draft, new.flagged, new.origin),
        *(run, new.title, feed, coming.entry, coming.came, coming.fetched),
        *(coming.story, coming.told),
    )
