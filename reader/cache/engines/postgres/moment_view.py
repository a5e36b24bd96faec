"""The view of a moment, which answers from what was read ahead."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pyroaring import BitMap

from reader.cache.engines.postgres import facet_tables
from reader.cache.engines.postgres.connections import Connection
from reader.cache.engines.postgres.texts import plain
from reader.cache.engines.postgres.view import DESCRIBED, PostgresView
from reader.cache.ids import batches
from reader.cache.values.incoming import indexed_of

if TYPE_CHECKING:
    from reader.article import Identity
    from reader.cache.engines.postgres.ahead import Ahead
    from reader.cache.engines.postgres.changes import Changes
    from reader.cache.values.facet_rows import Facet, FacetRow


class SearchView(PostgresView):
    """The view of another transaction in a moment, which knows what has changed."""

    __slots__ = ("_changes",)

    def __init__(self, db: Connection, counters: dict[str, int], changes: "Changes") -> None:
        super().__init__(db, counters)
        self._changes = changes

    def texts_changed(self, since: int) -> BitMap | None:
        """Return the articles whose texts have changed."""
        if since == self._changes.texts:
            return self._changes.of_texts
        return super().texts_changed(since)


class MomentView(PostgresView):
    """The view of a moment, which reads ahead."""

    __slots__ = ("_ahead",)

    def __init__(self, db: Connection, counters: dict[str, int], ahead: "Ahead") -> None:
        super().__init__(db, counters)
        self._ahead = ahead

    def facets(self, facets: "Sequence[Facet]") -> "list[FacetRow]":
        """Return those of the facets that exist. Raises Damaged."""
        found, left = self._ahead.rows(facets)
        return found + super().facets(left) if left else found

    def facets_of(self, field: str) -> "list[FacetRow]":
        """Return every facet of a field. Raises Damaged."""
        self._ahead.read_sets(self.db)
        found = self._ahead.of_field(field)
        return super().facets_of(field) if found is None else found

    def largest(self, field: str, start: int, count: int) -> "list[FacetRow]":
        """Return facets of a field, the largest first, from a place on. Raises Damaged."""
        found = self._ahead.largest(field, start, count)
        if found is None:
            found = super().largest(field, start, count)
            if field == "tag":
                self._ahead.note_tags(found, start)
        return found

    def wholes(self, keys: Sequence[int]) -> "Iterator[tuple[FacetRow, BitMap]]":
        """Yield facets with their ids as of their wholes. Raises Damaged."""
        if len(keys) == 1:
            self._ahead.read_on(self.db, keys[0])
        found, left = self._ahead.wholes(keys)
        yield from found
        for some in batches(left, facet_tables.WHOLES_AT_ONCE):
            yield from self._ahead.others(self.db, some)

    def chunks(self, ids: Sequence[int]) -> Iterator[tuple[int, BitMap]]:
        """Yield those of the chunks that exist. Raises Damaged."""
        found, left = self._ahead.chunks(ids)
        yield from found
        if left:
            yield from super().chunks(left)

    def changed(self, since: int, keys: Collection[int]) -> list[int]:
        """Return ids of chunks of these facets that were written after a version."""
        if since == self._ahead.version:
            return []
        changes = self._ahead.changes
        found = changes.chunks_of(keys) if changes.since == since else None
        return super().changed(since, keys) if found is None else found

    def texts_changed(self, since: int) -> BitMap | None:
        """Return the articles whose texts have changed."""
        if since == self._ahead.texts:
            return BitMap()
        if since == self._ahead.changes.texts:
            return self._ahead.changes.of_texts
        return super().texts_changed(since)

    def rows(self, ids: Sequence[int], _failed: Callable[[int], None]) -> Iterator[tuple[Any, ...]]:
        """Yield what a list shows of articles."""
        return self._ahead.listed(self.db, ids)

    def descriptions(self, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield the beginnings of the descriptions of articles, each with the article's id."""
        self._ahead.is_described = True
        for id, fields in self._ahead.fields(self.db, ids):
            yield id, plain(indexed_of(fields).description[:DESCRIBED])

    def tags(self, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield the tags of articles one by one, each with the article's id."""
        return self._ahead.tags(self.db, ids)

    def identities(self, ids: Sequence[int]) -> "dict[int, Identity]":
        """Return the identities of those articles that exist."""
        return self._ahead.identities(self.db, ids)
