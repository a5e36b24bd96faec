"""The SQLite engine's views: implement `engine.View` in SQL."""

import os
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from pyroaring import BitMap

from reader.article import Identity
from reader.cache.engines.sqlite import facet_tables
from reader.cache.engines.sqlite.identities import id_of, identities, twins
from reader.cache.files.connections import snapshot
from reader.cache.files.damage import number, rows_of
from reader.cache.files.schema import IDENTITY
from reader.cache.ids import batches

if TYPE_CHECKING:
    from reader.cache.answers import Stamp
    from reader.cache.engines.sqlite.feed_memory import SqliteFeedMemory
    from reader.cache.source_states import SourceState
    from reader.cache.values.cancel import Cancel
    from reader.cache.values.facet_rows import Facet, FacetRow, Facts
    from reader.cache.values.slots import Slots
    from reader.cache.values.stored import Document
    from reader.cache.values.tables import Table
    from reader.cache.values.told import Told
    from reader.query.language import Term

_ROW = (
    "SELECT id, title, published, lang, category, sentiment, source, pinned, draft, flagged, "
    f"story, told, {IDENTITY} FROM articles WHERE id IN "
)
_TEXT = (
    "SELECT id, title, iif(json_valid(fields), fields ->> 'description', ''), body "
    "FROM articles JOIN documents USING (id) WHERE id IN "
)
_TITLE = "SELECT id, title FROM articles WHERE id IN "
_DESCRIBED = 600
"""Letters of a description that a list may show."""
_DESCRIPTION = (
    f"SELECT id, iif(json_valid(fields), substr(fields ->> 'description', 1, {_DESCRIBED}), '') "
    "FROM documents WHERE id IN "
)
_TAGS = (
    "SELECT documents.id, value FROM documents, json_each(fields, '$.tags') WHERE documents.id IN "
)


class SqliteView:
    """Reads what its connection shows. See `engine.View`."""

    __slots__ = ("db",)

    tags_at_once = 128
    matches_few = False

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def counter(self, name: str) -> int:
        """Return a counter of the cache."""
        return number(self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone())

    @property
    def slots(self) -> "Slots":
        """Return the slots of every local archive."""
        from reader.cache.values.slots import LOCAL

        return LOCAL

    def snapshot(self) -> AbstractContextManager[None]:
        """Read everything within as of one moment."""
        return snapshot(self.db)

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
        with facet_tables.damage():
            return self.db.execute("SELECT 1 FROM articles LIMIT 1").fetchone() is not None

    def facts(self) -> "Iterator[Facts]":
        """Yield what facets are counted from, for every readable article."""
        from reader.cache.engines.sqlite.facts import facts

        return facts(self.db)

    # Articles.

    def rows(self, ids: Sequence[int], failed: Callable[[int], None]) -> Iterator[tuple[Any, ...]]:
        """Yield what a list shows of articles. failed: called with each damaged id."""
        for some in batches(ids):
            yield from rows_of(self.db, _ROW, some, failed)

    def texts(self, ids: Sequence[int]) -> Iterator[tuple[int, str, str | None, str]]:
        """Yield id, title, description and body of articles."""
        for some in batches(ids):
            yield from rows_of(self.db, _TEXT, some, _passed_over)

    def titles(self, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield id and title of articles."""
        for some in batches(ids):
            yield from rows_of(self.db, _TITLE, some, _passed_over)

    def descriptions(self, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield the beginnings of the descriptions of articles, each with the article's id."""
        for some in batches(ids):
            for id, text in rows_of(self.db, _DESCRIPTION, some, _passed_over):
                if isinstance(text, str):
                    yield id, text

    def tags(self, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield the tags of articles one by one, each with the article's id."""
        # One article at a time if a damaged text is among them.
        for id, tag in rows_of(self.db, _TAGS, ids, _passed_over):
            if isinstance(tag, str):
                yield id, tag

    def documents(
        self, ids: Sequence[int], broken: Callable[[int], None]
    ) -> "dict[int, Document | None]":
        """Return articles as they are stored, None for each that is damaged."""
        from reader.cache.engines.sqlite.documents import read

        return read(self.db, ids, broken)

    def identities(self, ids: Sequence[int]) -> dict[int, Identity]:
        """Return the identities of those articles that exist."""
        return identities(self.db, ids)

    def ids(self, identities: Sequence[Identity]) -> dict[Identity, int]:
        """Return the ids of those articles that exist."""
        found = ((identity, id_of(self.db, identity)) for identity in identities)
        return {identity: id for identity, id in found if id is not None}

    def former(self, identity: Identity) -> int | None:
        """Return the id of an article by an identity that it had earlier."""
        from reader.cache.engines.sqlite.lookups import found_as

        stored = found_as(self.db, identity, any_lang=True)
        return stored.id if stored else None

    def with_external(self, external: str) -> list[int]:
        """Return the articles of an external id, in any language and of any source."""
        found = self.db.execute("SELECT id FROM articles WHERE external = ?", (external,))
        return [id for (id,) in found]

    def twins(self, ids: Sequence[int], languages: Sequence[str]) -> list[tuple[int, int]]:
        """Return pairs of an article and the same in another of these languages."""
        return twins(self.db, ids, languages)

    def between(self, first: int, last: int) -> Iterator[tuple[int, Identity]]:
        """Yield the articles from one id to another."""
        find = f"SELECT id, {IDENTITY} FROM articles WHERE id BETWEEN ? AND ?"
        for id, *parts in self.db.execute(find, (first, last)):
            yield id, Identity(*parts)

    # Stories.

    def texts_changed(self, since: int) -> BitMap | None:
        """Return the articles whose texts have changed."""
        from reader.cache.engines.sqlite.changed import changed_since

        return changed_since(self.db, since)

    def undecided(self, since: int) -> BitMap:
        """Return the articles without a story."""
        from reader.cache.engines.sqlite.story_rows import undecided

        return undecided(self.db, since)

    def told_between(self, first: int, last: int, *, latest: int = -1) -> "Sequence[Told]":
        """Return the articles from one id to another, in order."""
        from reader.cache.engines.sqlite.story_rows import between

        return between(self.db, first, last, latest)

    def told_in(self, stories: Sequence[int], *, first: int = -1) -> "Iterator[Told]":
        """Yield the articles of stories."""
        from reader.cache.engines.sqlite.story_rows import of_stories

        return of_stories(self.db, stories, first)

    def ids_told(self, stories: Sequence[int]) -> BitMap:
        """Return the articles of stories."""
        from reader.cache.engines.sqlite.story_rows import ids_told

        return ids_told(self.db, stories)

    def told_of(self, ids: Sequence[int]) -> "Iterator[Told]":
        """Yield those of the articles that exist."""
        from reader.cache.engines.sqlite.story_rows import of_ids

        return of_ids(self.db, ids)

    def stories_of(self, ids: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield id and story of those of the articles that exist."""
        from reader.cache.engines.sqlite.story_rows import stories_of

        return stories_of(self.db, ids)

    def count_stories(self, ids: BitMap) -> int:
        """Return how many stories the articles tell."""
        from reader.cache.engines.sqlite.story_rows import count_stories

        return count_stories(self.db, ids)

    # Arrivals.

    def arrived(self, since: int) -> BitMap:
        """Return the articles that came after a version of the texts."""
        from reader.cache.engines.sqlite.arrivals import arrived

        return arrived(self.db, since)

    def has_arrived(self, since: int) -> bool:
        """Return whether any article came after a version of the texts."""
        from reader.cache.engines.sqlite.arrivals import has_arrived

        return has_arrived(self.db, since)

    def texts_at(self, instant: int) -> int:
        """Return the version of the texts at an instant."""
        from reader.cache.engines.sqlite.arrivals import texts_at

        return texts_at(self.db, instant)

    def noted_for(self, texts: int) -> int:
        """Return the last instant that is noted for that version of the texts or before."""
        from reader.cache.engines.sqlite.arrivals import noted_for

        return noted_for(self.db, texts)

    def written(self, since: int, first: int) -> BitMap:
        """Return the articles from an id on that were stored or changed by later runs than one."""
        from reader.cache.engines.sqlite.story_rows import written

        return written(self.db, since, first)

    # Time bounds.

    def last_before(self, instant: int) -> int | None:
        """Return the last id of what was published before an instant."""
        find = (
            "SELECT id FROM articles WHERE published < ? ORDER BY published DESC, id DESC LIMIT 1"
        )
        last: int | None = self._one(find, instant)
        return last

    def last_before_each(self, instants: Sequence[int]) -> list[int | None]:
        """Return the same for several instants."""
        return [self.last_before(instant) for instant in instants]

    def published_before(self, id: int) -> int | None:
        """Return when the last article before an id was published."""
        find = "SELECT published FROM articles WHERE id < ? ORDER BY id DESC LIMIT 1"
        last: int | None = self._one(find, id)
        return last

    def _one(self, find: str, *values: object) -> Any:
        row = self.db.execute(find, values).fetchone()
        return row[0] if row else None

    def last_until(self, instant: int) -> int | None:
        """Return the last id of what was published at an instant or before."""
        find = (
            "SELECT id FROM articles WHERE published <= ? ORDER BY published DESC, id DESC LIMIT 1"
        )
        last: int | None = self._one(find, instant)
        return last

    def first_after(self, id: int) -> tuple[int, int] | None:
        """Return the next article after an id, and when it was published."""
        find = "SELECT id, published FROM articles WHERE id > ? ORDER BY id LIMIT 1"
        row: tuple[int, int] | None = self.db.execute(find, (id,)).fetchone()
        return row

    def published_from(self, id: int) -> Iterator[tuple[int, int]]:
        """Yield articles from an id on, in order, and when each was published."""
        find = "SELECT id, published FROM articles WHERE id >= ? ORDER BY id"
        return iter(self.db.execute(find, (id,)))

    # Words; answers, files, sources and feeds.

    def match(self, term: "Term", cancel: "Cancel", among: BitMap | None = None) -> BitMap:
        """Return the articles that have a word or phrase. Raises Superseded when cancelled."""
        from reader.cache.engines.sqlite.fulltext import found

        bits = found(self.db, term, cancel)
        return bits if among is None else bits & among

    def answer(self, query: str, version: int) -> str | None:
        """Return the stored answer to a query in that version."""
        found = self._one(
            "SELECT answer FROM answers WHERE query = ? AND version = ?", query, version
        )
        return None if found is None else str(found)

    def stamps(self, locations: Sequence[str]) -> "dict[str, Stamp]":
        """Return the stored stamps of files."""
        from reader.cache.answers import Stamp

        return {
            (where := os.fsdecode(location)): Stamp(where, size, mtime_ns, digest)
            for some in batches([os.fsencode(location) for location in locations])
            for location, size, mtime_ns, digest in self.db.execute(
                f"SELECT * FROM files WHERE location IN ({', '.join('?' * len(some))})", some
            )
        }

    def files_below(self, prefix: str) -> Iterator[str]:
        """Yield locations of the known files that begin with the prefix, in order."""
        first = os.fsencode(prefix)
        find = "SELECT location FROM files WHERE location >= ? AND location < ?"
        end = first[:-1] + bytes([first[-1] + 1])
        yield from (os.fsdecode(location) for (location,) in self.db.execute(find, (first, end)))

    def memory(self, feed: str, run: int) -> "SqliteFeedMemory":
        """Return the memory of a feed's items, for one transaction."""
        from reader.cache.engines.sqlite.feed_memory import SqliteFeedMemory

        return SqliteFeedMemory(self.db, feed, run)

    # Whole rows, to copy an archive: see `cache.copying`.

    def rows_after(
        self, table: "Table", after: Sequence[Any] | None, count: int
    ) -> Iterator[tuple[Any, ...]]:
        """Yield rows in the order of their key, those after a key alone."""
        from reader.cache.engines.sqlite.copying import rows_after

        return rows_after(self.db, table, after, count)

    def last_key(self, table: "Table") -> tuple[Any, ...] | None:
        """Return the last key of a table; None if it is empty."""
        from reader.cache.engines.sqlite.copying import last_key

        return last_key(self.db, table)

    def sources(self) -> "Iterator[SourceState]":
        """Yield the stored state of each live source."""
        from reader.cache.engines.sqlite.source_states import source_states

        return source_states(self.db)


def _passed_over(_id: int) -> None:
    """Skip a text that cannot be read: opening it reports the damage."""
