"""The PostgreSQL engine's write transaction: implements `engine.Transaction` in SQL.

Statements that return nothing are sent without waiting for the server (pipeline mode): the next
question sends for their errors as well.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pyroaring import BitMap

from reader.cache.engines.postgres import articles, facet_tables, lookups, stories, words
from reader.cache.engines.postgres.connections import Connection
from reader.cache.engines.postgres.source_states import holders, state_text
from reader.cache.engines.postgres.view import PostgresView
from reader.cache.values.facet_rows import CHUNK_BITS, FACETS
from reader.cache.values.incoming import Incoming

if TYPE_CHECKING:
    from reader.article import Identity
    from reader.cache.answers import Stamp
    from reader.cache.sameness.arrivals import Arrival, FeedPage
    from reader.cache.source_states import SourceState
    from reader.cache.values.facet_rows import Counted, Facet, FacetRow
    from reader.cache.values.stored import Coming, Stored, Text
    from reader.cache.values.tables import Table

_INSERT = (
    "INSERT INTO cryptoread.articles (id, source, external, lang, published, updated, category, "
    "sentiment, pinned, draft, flagged, origin, run, title, feed, entry, came, fetched, story, "
    f"told, arrived, chunk) SELECT new.*, new.id >> {CHUNK_BITS} FROM unnest("
    "%s::bigint[], %s::text[], %s::text[], %s::text[], "
    "%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::smallint[], %s::smallint[], "
    "%s::smallint[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::bytea[], "
    "%s::smallint[], %s::bigint[], %s::integer[], %s::bigint[]) AS new (id)"
)
_INSERT_DOCUMENT = (
    f"INSERT INTO cryptoread.documents SELECT new.*, new.id >> {CHUNK_BITS} "
    "FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[], %s::bytea[]) AS new (id)"
)
_MOVE = "SET id = %s, chunk = %s WHERE id = %s"
_INDEXED = (
    "SELECT articles.id, convert_to(title, 'UTF8'), fields, body, digest, source, external, lang, "
    "feed, category, sentiment, pinned, draft, told "
    "FROM cryptoread.articles LEFT JOIN cryptoread.documents USING (id) WHERE articles.id = ANY(%s)"
)
_PUT_STAMP = (
    "INSERT INTO cryptoread.files VALUES (%s, %s, %s, %s) ON CONFLICT (location) DO UPDATE "
    "SET size = excluded.size, mtime = excluded.mtime, digest = excluded.digest"
)
_PUT_SOURCE = (
    "INSERT INTO cryptoread.sources VALUES (%s, %s) "
    "ON CONFLICT (url) DO UPDATE SET state = excluded.state"
)
_CLAIM = (
    "INSERT INTO cryptoread.leases SELECT url, %s, extract(epoch FROM now())::bigint + %s "
    "FROM unnest(%s::text[]) AS url ON CONFLICT (url) DO UPDATE "
    "SET holder = excluded.holder, until = excluded.until "
    "WHERE leases.until <= extract(epoch FROM now()) OR leases.holder = excluded.holder "
    "RETURNING url"
)
_MEND = (
    "UPDATE cryptoread.articles SET source = %s, external = %s, lang = %s, feed = %s, "
    "published = %s, updated = %s, category = %s, sentiment = %s, pinned = %s, draft = %s, "
    "flagged = %s, title = %s WHERE id = %s"
)

WORTH_A_THREAD = 500
"""Articles whose words are read in a thread, where one may be used."""


class PostgresTransaction(PostgresView):
    """Writes within the transaction that its connection holds open. See `engine.Transaction`."""

    __slots__ = ("_beside", "_unindexed", "has_changed")

    def __init__(self, db: Connection, slots: int) -> None:
        """Write on a connection. slots: the width of the archive's, which never changes."""
        super().__init__(db, {"slots": slots})
        self.has_changed = False
        """Whether the archive has a new version."""
        self._beside = False
        self._unindexed: list[int] = []
        """Articles whose words are still to be removed."""

    def expect_many(self, *, beside: bool = False) -> None:
        """Read words in a thread beside this one, if that may be."""
        self._beside = beside

    def count_up(self, name: str) -> int:
        """Raise a counter by one and return it."""
        self.has_changed |= name == "version"
        return int(
            self._one(
                "UPDATE cryptoread.meta SET value = value + 1 WHERE name = %s RETURNING value", name
            )
        )

    def count_texts(self, ids: BitMap) -> None:
        """Raise the counter `texts`, and note which articles its new version has changed."""
        stories.note(self.db, self.count_up("texts"), ids)

    def set_counter(self, name: str, value: int) -> None:
        """Set a counter."""
        self.db.execute("UPDATE cryptoread.meta SET value = %s WHERE name = %s", (value, name))

    def note_time(self, instant: int) -> None:
        """Note when this version of the texts is written, at most once a minute."""
        stories.note_time(self.db, instant)

    def keep_answer(self, query: str, version: int, answer: str) -> None:
        """Do nothing: answers belong to the user, and are kept beside the marks."""

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
        return facet_tables.facets_with(self.db, id, (id >> CHUNK_BITS) * FACETS)

    # Stored articles to compare incoming ones with.

    def stored_as(self, identity: "Identity") -> "Stored | None":
        """Return the stored article with exactly this identity."""
        return articles.stored_as(self.db, identity)

    def stored_entry(self, entry: int) -> "Stored | None":
        """Return the article of an entry of a feed."""
        return articles.stored_entry(self.db, entry)

    def externals(self, externals: Sequence[str]) -> set[str]:
        """Return those of the external ids that any article has, of whatever source."""
        return articles.externals(self.db, externals)

    def found_as(self, identity: "Identity") -> "Stored | None":
        """Return the stored article with this identity, present or former (of a feed)."""
        return lookups.found_as(self.db, identity)

    def document(self, id: int) -> tuple[dict[str, Any], bytes, bytes]:
        """Return fields, body and digest of an article; all of them empty if it is damaged."""
        return articles.contents(self.db, id)

    def digest(self, id: int) -> bytes:
        """Return the stored digest of an article, empty if it has none."""
        digest: bytes | None = self._one(
            "SELECT digest FROM cryptoread.documents WHERE id = %s", id
        )
        return digest or b""

    def formerly(self, page: "FeedPage", arrival: "Arrival") -> "list[Stored]":
        """Return articles that may be this item, from before its feed was followed."""
        return lookups.formerly(self.db, page, arrival)

    def told_formerly(self, _identity: "Identity") -> "list[Identity]":
        """Return nothing: no earlier version has written to a shared archive."""
        return []

    def article_before(self, incoming: Incoming, before: bytes, run: int) -> "Stored | None":
        """Return the article that a file held under another identity before it changed."""
        return lookups.article_before(self.db, incoming, before, run)

    # Articles.

    def insert(self, run: int, articles: "Sequence[tuple[int, Coming]]") -> None:
        """Store articles under their ids, without facets and words."""
        if not articles:
            return
        texts = self.counter("texts") + 1
        rows = [(*_row(id, run, each), each.arrived(texts)) for id, each in articles]
        new = [(id, coming.incoming) for id, coming in articles]
        documents = [(id, each.digest, each.fields, each.body) for id, each in new]
        self.db.execute(_INSERT, [[*each] for each in zip(*rows, strict=True)])
        self.db.execute(_INSERT_DOCUMENT, [[*each] for each in zip(*documents, strict=True)])

    def delete(self, id: int) -> None:
        """Delete an article, without its facets and words."""
        self.db.execute("DELETE FROM cryptoread.articles WHERE id = %s", (id,))
        self.db.execute("DELETE FROM cryptoread.documents WHERE id = %s", (id,))

    def move(self, id: int, to: int) -> None:
        """Give an article another id, without its facets and words."""
        self.db.execute("UPDATE cryptoread.articles " + _MOVE, (to, to >> CHUNK_BITS, id))
        self.db.execute("UPDATE cryptoread.documents " + _MOVE, (to, to >> CHUNK_BITS, id))

    def indexed(self, ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        """Yield what facets and words of articles are made from."""
        yield from self.db.execute(_INDEXED, (list(ids),), binary=True)

    def tell(self, articles: Iterable[tuple[int, int, int]]) -> None:
        """Store of articles which story they tell and what is known of it, without facets."""
        if rows := [*articles]:
            self.db.execute(
                "UPDATE cryptoread.articles SET story = new.story, told = new.told "
                "FROM unnest(%s::bigint[], %s::bigint[], %s::integer[]) AS new (id, story, told) "
                "WHERE articles.id = new.id",
                [[*each] for each in zip(*rows, strict=True)],
            )

    @contextmanager
    def indexing(
        self, texts: "Sequence[tuple[int, str, str, str | bytes]]"
    ) -> Iterator[Callable[[], None]]:
        """Give a callback that indexes the words of articles, of many beside this thread."""
        if not self._beside or len(texts) < WORTH_A_THREAD:
            yield lambda: self._index(texts)
            return
        from concurrent.futures import ThreadPoolExecutor

        from reader.cache.engines.postgres.tokens import parts_of

        with ThreadPoolExecutor(1) as worker:
            parts = worker.submit(lambda: [*parts_of(texts)])

            def index() -> None:
                self._forget_words()
                words.put(self.db, parts.result())

            yield index

    def _index(self, texts: "Sequence[tuple[int, str, str, str | bytes]]") -> None:
        self._forget_words()
        words.index(self.db, texts)

    def _forget_words(self) -> None:
        words.forget(self.db, self._unindexed)
        self._unindexed.clear()

    def forget_words(self, id: int, _text: "Text") -> bool:
        """Remove an article from the index, before others are added."""
        self._unindexed.append(id)
        return True

    def mend_index(self) -> None:
        """Rebuild the full-text index."""
        from reader.query.folding import folded

        self._forget_words()
        for name in ("version", "texts"):
            self.count_up(name)
        self.db.execute("DELETE FROM cryptoread.words")
        last = -1
        while some := self.db.execute(
            "SELECT id FROM cryptoread.articles WHERE id > %s ORDER BY id LIMIT %s",
            (last, articles.TEXTS_AT_ONCE),
        ).fetchall():
            ids = [id for (id,) in some]
            texts = articles.texts(self.db, ids)
            words.index(
                self.db,
                [
                    (id, folded(title), folded(about), folded(body))
                    for id, title, about, body in texts
                ],
            )
            last = ids[-1]

    def mend_damaged_index(self) -> bool:
        """Return False: the server's own index is not checked here."""
        return False

    def mend_rows(self, ids: Sequence[int]) -> None:
        """Rebuild rows of articles from their documents, where those are whole."""
        for id, document in articles.documents(self.db, ids).items():
            if document is not None:
                self.db.execute(_MEND, (*_derived(Incoming.of(document.article())), id))

    def forget(self, ids: Sequence[int]) -> None:
        """Let damaged articles be imported or fetched again.

        Forgets the stamps of their files, the last answers of sources if any is of one, and their
        digests, so that what comes next differs from what is stored.
        """
        from reader.cache.values.stamps import stamps_of

        given = (list(ids),)
        which = "WHERE id = ANY(%s::bigint[])"
        found = self.db.execute(
            f"SELECT origin, entry > 0 OR came != '' FROM cryptoread.articles {which}", given
        ).fetchall()
        self.db.execute(f"UPDATE cryptoread.documents SET digest = '' {which}", given)
        self.db.execute(f"UPDATE cryptoread.articles SET came = '' {which}", given)
        locations = self.db.execute("SELECT location FROM cryptoread.files", binary=True)
        stamps = stamps_of((location for (location,) in locations), {origin for origin, _ in found})
        self.db.execute(
            "DELETE FROM cryptoread.files WHERE location = ANY(%s::bytea[])", (list(stamps),)
        )
        if any(is_live for _, is_live in found):
            for state in list(self.sources()):
                self.note_source(replace(state, etag="", last_modified="", digest=b""))

    def put_stamps(self, stamps: "Iterable[Stamp]") -> None:
        """Remember files, so that the next import can tell that they have not changed."""
        rows = [(os.fsencode(each.where), each.size, each.mtime_ns, each.digest) for each in stamps]
        if rows:
            with self.db.cursor() as cursor:
                cursor.executemany(_PUT_STAMP, rows)

    def claim(
        self, sources: Sequence[str], holder: str, seconds: int
    ) -> dict[str, tuple[str, int]]:
        """Claim sources for so long; return those that other machines have: who, and until when."""
        given = (holder, seconds, sorted(set(sources)))
        claimed = {url for (url,) in self.db.execute(_CLAIM, given)}
        return holders(self.db, set(sources) - claimed)

    def put_rows(self, table: "Table", rows: Sequence[tuple[Any, ...]]) -> None:
        """Write rows, over those with their keys."""
        from reader.cache.engines.postgres.copying import put_rows

        put_rows(self.db, table, rows)

    def clear(self, table: "Table") -> None:
        """Delete all rows of a table."""
        self.db.execute(f"DELETE FROM cryptoread.{table.name}")

    def end_copy(self) -> None:
        """Let numbers that are given next be after those that were copied."""
        from reader.cache.engines.postgres.copying import set_sequences

        set_sequences(self.db)

    def note_source(self, state: "SourceState") -> None:
        """Remember how a live source is doing."""
        self.db.execute(_PUT_SOURCE, (state.url, state_text(state)))


def _derived(new: Incoming) -> tuple[object, ...]:
    feed = new.identity.source if new.identity.is_of_feed else ""
    return (
        *(new.source, new.identity.external, new.lang, feed, new.published, new.updated),
        *(new.category, new.sentiment, int(new.pinned), int(new.draft), int(new.flagged)),
        new.title,
    )


def _row(id: int, run: int, coming: "Coming") -> tuple[object, ...]:
    new = coming.incoming
    feed = new.identity.source if new.identity.is_of_feed else ""
    return (
        *(id, new.source, new.identity.external, new.lang, new.published, new.updated),
        *(new.category, new.sentiment, int(new.pinned), int(new.draft), int(new.flagged)),
        *(new.origin, run, new.title, feed, coming.entry, coming.came, int(coming.fetched)),
        *(coming.story, coming.told),
    )
