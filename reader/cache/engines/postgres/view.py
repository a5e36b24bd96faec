"""The PostgreSQL engine's views: implement `engine.View` in SQL."""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from pyroaring import BitMap

from reader.cache.answers import Stamp
from reader.cache.engines.postgres import articles, facet_tables, stories
from reader.cache.engines.postgres.connections import Connection, snapshot
from reader.cache.engines.postgres.source_states import state_of
from reader.cache.engines.postgres.texts import plain
from reader.cache.ids import batches
from reader.cache.values.incoming import indexed_of

if TYPE_CHECKING:
    from reader.article import Identity
    from reader.cache.engines.postgres.feed_memory import PostgresFeedMemory
    from reader.cache.source_states import SourceState
    from reader.cache.values.cancel import Cancel
    from reader.cache.values.facet_rows import Facet, FacetRow, Facts
    from reader.cache.values.slots import Slots
    from reader.cache.values.stored import Document
    from reader.cache.values.tables import Table
    from reader.cache.values.told import Told
    from reader.query.language import Term

COUNTERS = "SELECT name, value FROM cryptoread.meta"

DESCRIBED = 600
"""Letters of a description that a list may show."""

_FILES_AT_ONCE = 5_000

_LAST = (
    "SELECT id FROM cryptoread.articles WHERE published {} %s "
    "ORDER BY published DESC, id DESC LIMIT 1"
)

_LAST_OF_EACH = (
    "SELECT (SELECT id FROM cryptoread.articles WHERE published < instant "
    "ORDER BY published DESC, id DESC LIMIT 1) "
    "FROM unnest(%s::bigint[]) WITH ORDINALITY AS given (instant, place) ORDER BY place"
)


class Health(NamedTuple):
    """How many articles there are, and how many have a text and are in the facet of all."""

    articles: int
    documents: int
    in_facet: int


class PostgresView:
    """Reads what its connection shows. See `engine.View`."""

    __slots__ = ("_counters", "_db")

    tags_at_once = 2_048
    matches_few = True

    def __init__(
        self, db: Connection | Callable[[], Connection], counters: dict[str, int] | None = None
    ) -> None:
        """Read on a connection. counters: those of the one moment that it shows."""
        self._db = db
        self._counters = counters

    @property
    def db(self) -> Connection:
        """Return the connection, opened when it is first needed."""
        return self._db() if callable(self._db) else self._db

    def counter(self, name: str) -> int:
        """Return a counter of the archive."""
        if self._counters is not None and name in self._counters:
            return self._counters[name]
        return int(self._one("SELECT value FROM cryptoread.meta WHERE name = %s", name) or 0)

    @property
    def slots(self) -> "Slots":
        """Return the slots of this archive. Raises CacheError for those of a newer version."""
        from reader.cache.values.slots import of_width

        return of_width(self.counter("slots"))

    def health(self) -> Health:
        """Return the counts that are equal if nothing is damaged. Takes a while."""
        return Health(
            int(self._one("SELECT count(*) FROM cryptoread.articles")),
            int(self._one("SELECT count(*) FROM cryptoread.documents")),
            sum(row.size for row in self.facets_of("all")),
        )

    def _one(self, find: str, *values: object) -> Any:
        row = self.db.execute(find, values, binary=True).fetchone()
        return row[0] if row else None

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read everything within as of one moment."""
        db = self.db
        is_outermost = self._counters is None and not db.is_begun
        with snapshot(db):
            if is_outermost:
                self._counters = dict(db.execute(COUNTERS).fetchall())
            try:
                yield
            finally:
                if is_outermost:
                    self._counters = None

    # Facets.

    def facets(self, facets: "Sequence[Facet]") -> "list[FacetRow]":
        """Return those of the facets that exist. Raises Damaged."""
        return facet_tables.rows(self.db, facets)

    def facets_of(self, field: str) -> "list[FacetRow]":
        """Return every facet of a field. Raises Damaged."""
        return facet_tables.rows_of_field(self.db, field)

    def largest(self, field: str, start: int, count: int) -> "list[FacetRow]":
        """Return facets of a field, the largest first, from a place on. Raises Damaged."""
        return facet_tables.largest(self.db, field, start, count)

    def wholes(self, keys: Sequence[int]) -> "Iterator[tuple[FacetRow, BitMap]]":
        """Yield facets with their ids as of their wholes. Raises Damaged."""
        return facet_tables.wholes(self.db, keys)

    def chunks(self, ids: Sequence[int]) -> Iterator[tuple[int, BitMap]]:
        """Yield those of the chunks that exist. Raises Damaged."""
        return facet_tables.chunks(self.db, ids)

    def changed(self, since: int, keys: Collection[int]) -> list[int]:
        """Return ids of chunks of these facets that were written after a version."""
        return facet_tables.changed(self.db, since, keys)

    def has_articles(self) -> bool:
        """Return whether any article is stored."""
        return self._one("SELECT 1 FROM cryptoread.articles LIMIT 1") is not None

    def facts(self) -> "Iterator[Facts]":
        """Yield what facets are counted from, for every readable article."""
        return articles.facts(self.db)

    # Articles.

    def rows(self, ids: Sequence[int], _failed: Callable[[int], None]) -> Iterator[tuple[Any, ...]]:
        """Yield what a list shows of articles."""
        return articles.rows(self.db, ids)

    def texts(self, ids: Sequence[int]) -> Iterator[tuple[int, str, str | None, str]]:
        """Yield id, title, description and body of articles."""
        return articles.texts(self.db, ids)

    def titles(self, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield id and title of articles."""
        return articles.titles(self.db, ids)

    def descriptions(self, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield the beginnings of the descriptions of articles, each with the article's id."""
        for id, fields in articles.fields(self.db, ids):
            yield id, plain(indexed_of(fields).description[:DESCRIBED])

    def tags(self, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield the tags of articles one by one, each with the article's id."""
        for id, fields in articles.fields(self.db, ids):
            yield from ((id, plain(tag)) for tag in indexed_of(fields).tags)

    def documents(
        self, ids: Sequence[int], _broken: Callable[[int], None]
    ) -> "dict[int, Document | None]":
        """Return articles as they are stored, None for each that is damaged."""
        return articles.documents(self.db, ids)

    def identities(self, ids: Sequence[int]) -> "dict[int, Identity]":
        """Return the identities of those articles that exist."""
        return articles.identities(self.db, ids)

    def ids(self, identities: "Sequence[Identity]") -> "dict[Identity, int]":
        """Return the ids of those articles that exist."""
        return articles.ids(self.db, identities)

    def former(self, identity: "Identity") -> int | None:
        """Return the id of an article by an identity that it had earlier."""
        from reader.cache.engines.postgres.lookups import found_as

        stored = found_as(self.db, identity, any_lang=True)
        return stored.id if stored else None

    def with_external(self, external: str) -> list[int]:
        """Return the articles of an external id, in any language and of any source."""
        return articles.with_external(self.db, external)

    def twins(self, ids: Sequence[int], languages: Sequence[str]) -> list[tuple[int, int]]:
        """Return pairs of an article and the same in another of these languages."""
        return articles.twins(self.db, ids, languages)

    def between(self, first: int, last: int) -> "Iterator[tuple[int, Identity]]":
        """Yield the articles from one id to another."""
        return articles.between(self.db, first, last)

    # Stories.

    def texts_changed(self, since: int) -> BitMap | None:
        """Return the articles whose texts have changed."""
        return stories.changed_since(self.db, since)

    def undecided(self, since: int) -> BitMap:
        """Return the articles without a story."""
        return stories.undecided(self.db, since)

    def told_between(self, first: int, last: int, *, latest: int = -1) -> "Sequence[Told]":
        """Return the articles from one id to another, in order."""
        return stories.between(self.db, first, last, latest)

    def told_in(self, stories_: Sequence[int], *, first: int = -1) -> "Iterator[Told]":
        """Yield the articles of stories."""
        return stories.of_stories(self.db, stories_, first)

    def ids_told(self, stories_: Sequence[int]) -> BitMap:
        """Return the articles of stories."""
        return stories.ids_told(self.db, stories_)

    def told_of(self, ids: Sequence[int]) -> "Iterator[Told]":
        """Yield those of the articles that exist."""
        return stories.of_ids(self.db, ids)

    def stories_of(self, ids: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield id and story of those of the articles that exist."""
        return stories.stories_of(self.db, ids)

    def count_stories(self, ids: BitMap) -> int:
        """Return how many stories the articles tell."""
        return stories.count_stories(self.db, ids)

    # Arrivals.

    def arrived(self, since: int) -> BitMap:
        """Return the articles that came after a version of the texts."""
        return stories.arrived(self.db, since)

    def has_arrived(self, since: int) -> bool:
        """Return whether any article came after a version of the texts."""
        find = (
            "SELECT EXISTS (SELECT 1 FROM cryptoread.articles WHERE arrived > 0 AND arrived > %s)"
        )
        return bool(self._one(find, since))

    def texts_at(self, instant: int) -> int:
        """Return the version of the texts at an instant."""
        return stories.texts_at(self.db, instant)

    def noted_for(self, texts: int) -> int:
        """Return the last instant that is noted for that version of the texts or before."""
        return stories.noted_for(self.db, texts)

    def written(self, since: int, first: int) -> BitMap:
        """Return the articles from an id on that were stored or changed by later runs than one."""
        return stories.written(self.db, since, first)

    # Time bounds.

    def last_before(self, instant: int) -> int | None:
        """Return the last id of what was published before an instant."""
        last: int | None = self._one(_LAST.format("<"), instant)
        return last

    def last_before_each(self, instants: Sequence[int]) -> list[int | None]:
        """Return the same for several instants."""
        found = self.db.execute(_LAST_OF_EACH, (list(instants),), binary=True)
        return [last for (last,) in found]

    def last_until(self, instant: int) -> int | None:
        """Return the last id of what was published at an instant or before."""
        last: int | None = self._one(_LAST.format("<="), instant)
        return last

    def published_before(self, id: int) -> int | None:
        """Return when the last article before an id was published."""
        find = "SELECT published FROM cryptoread.articles WHERE id < %s ORDER BY id DESC LIMIT 1"
        last: int | None = self._one(find, id)
        return last

    def first_after(self, id: int) -> tuple[int, int] | None:
        """Return the next article after an id, and when it was published."""
        find = "SELECT id, published FROM cryptoread.articles WHERE id > %s ORDER BY id LIMIT 1"
        row: tuple[int, int] | None = self.db.execute(find, (id,), binary=True).fetchone()
        return row

    def published_from(self, id: int) -> Iterator[tuple[int, int]]:
        """Yield articles from an id on, in order, and when each was published."""
        find = "SELECT id, published FROM cryptoread.articles WHERE id >= %s ORDER BY id LIMIT %s"
        count = 16  # few have to make room, mostly
        while some := self.db.execute(find, (id, count), binary=True).fetchall():
            yield from some
            id, count = some[-1][0] + 1, min(4 * count, articles.AT_ONCE)

    # Words; answers, files, sources and feeds.

    def match(self, term: "Term", cancel: "Cancel", among: BitMap | None = None) -> BitMap:
        """Return the articles that have a word or phrase. Raises Superseded when cancelled."""
        from reader.cache.engines.postgres.words import found

        return found(self.db, term, cancel, among)

    def answer(self, _query: str, _version: int) -> str | None:
        """Return None: answers belong to the user, and are kept beside the marks."""
        return None

    def stamps(self, locations: Sequence[str]) -> dict[str, Stamp]:
        """Return the stored stamps of files."""
        find = (
            "SELECT location, size, mtime, digest FROM cryptoread.files "
            "WHERE location = ANY(%s::bytea[])"
        )
        return {
            (where := os.fsdecode(location)): Stamp(where, size, mtime_ns, digest)
            for some in batches([os.fsencode(location) for location in locations], _FILES_AT_ONCE)
            for location, size, mtime_ns, digest in self.db.execute(
                find, (list(some),), binary=True
            )
        }

    def files_below(self, prefix: str) -> Iterator[str]:
        """Yield locations of the known files that begin with the prefix, in order."""
        first = os.fsencode(prefix)
        end = first[:-1] + bytes([first[-1] + 1])
        find = (
            "SELECT location FROM cryptoread.files WHERE location >= %s AND location < %s "
            "ORDER BY location"
        )
        for (location,) in self.db.execute(find, (first, end), binary=True):
            yield os.fsdecode(location)

    # Whole rows, to copy an archive: see `cache.copying`.

    def rows_after(
        self, table: "Table", after: Sequence[Any] | None, count: int
    ) -> Iterator[tuple[Any, ...]]:
        """Yield rows in the order of their key, those after a key alone."""
        from reader.cache.engines.postgres.copying import rows_after

        return rows_after(self.db, table, after, count)

    def last_key(self, table: "Table") -> tuple[Any, ...] | None:
        """Return the last key of a table; None if it is empty."""
        from reader.cache.engines.postgres.copying import last_key

        return last_key(self.db, table)

    def sources(self) -> "Iterator[SourceState]":
        """Yield the stored state of each live source."""
        for url, text in self.db.execute("SELECT url, state FROM cryptoread.sources", binary=True):
            yield state_of(url, text)

    def memory(self, feed: str, run: int) -> "PostgresFeedMemory":
        """Return the memory of a feed's items, for one transaction."""
        from reader.cache.engines.postgres.feed_memory import PostgresFeedMemory

        return PostgresFeedMemory(self.db, feed, run)
