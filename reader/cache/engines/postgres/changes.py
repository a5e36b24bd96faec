"""What has changed since the moment that is held, asked in the round trip that begins the next."""

from collections.abc import Collection
from typing import Any, NamedTuple

from pyroaring import BitMap

from reader.article import Identity
from reader.cache.engines.postgres import stories
from reader.cache.engines.postgres.articles import IDENTITY
from reader.cache.engines.postgres.connections import Connection, Cursor
from reader.cache.values.facet_rows import FACETS

MOST_CHUNKS = 20_000
"""Changed chunks up to which they are read together."""
MOST_BYTES = 4_000_000
"""Bytes of chunks that are read together; others are asked for when they are needed."""
MOST_ARRIVED = 2_000
"""New articles whose identities are read together."""

_CHUNKS = (
    "SELECT id, CASE WHEN sum(length(ids)) FILTER (WHERE is_known) OVER (ORDER BY id) "
    f"<= {MOST_BYTES} AND is_known THEN ids END, crc FROM (SELECT id, ids, crc, "
    f"mod(id, {FACETS}) = ANY(%s::bigint[]) AND length(ids) <= {1 << 14} AS is_known "
    f"FROM cryptoread.chunks WHERE %s >= 0 AND version > %s LIMIT {MOST_CHUNKS + 1}) AS changed"
)
_ARRIVED = (
    f"SELECT id, {IDENTITY} FROM cryptoread.articles "
    f"WHERE %s >= 0 AND arrived > 0 AND arrived > %s LIMIT {MOST_ARRIVED}"
)


class Changes(NamedTuple):
    """Changes between two versions."""

    since: int
    """The version of the facets that they begin with; -1: no change of facets is known."""
    changed: list[int] | None
    """Ids of the chunks that have changed; None if there are too many."""
    chunks: dict[int, tuple[bytes, int]]
    """Those of them that were read, with their checksums."""
    texts: int
    """The version of the texts that they begin with."""
    of_texts: BitMap | None
    """The articles that have changed; None if that is not known."""
    arrived: dict[int, Identity]
    """New articles."""

    def chunks_of(self, keys: Collection[int]) -> list[int] | None:
        """Return the ids of the changed chunks of facets; None if they are to be asked for."""
        if self.changed is None:
            return None
        wanted = set(keys)
        return [id for id in self.changed if id % FACETS in wanted]


class Asked(NamedTuple):
    """Changes that were asked for."""

    since: int
    texts: int
    chunks: Cursor
    of_texts: Cursor
    arrived: Cursor

    def answered(self) -> Changes:
        """Return the changes."""
        rows: list[Any] = self.chunks.fetchall()
        are_all = self.since >= 0 and len(rows) <= MOST_CHUNKS
        of_texts = stories.read_changed(self.of_texts.fetchall(), self.texts)
        return Changes(
            self.since,
            [id for id, *_ in rows] if are_all else None,
            {id: (ids, crc) for id, ids, crc in rows if ids is not None},
            self.texts,
            of_texts,
            {id: Identity(*parts) for id, *parts in self.arrived.fetchall()},
        )


def ask_for_changes(db: Connection, since: int, texts: int, keys: Collection[int]) -> Asked:
    """Ask for changes, within a pipeline. since, texts: versions; below zero: for none.

    keys: of the facets whose chunks are wanted.
    """
    return Asked(
        since,
        texts,
        db.execute(_CHUNKS, (list(keys), since, since), binary=True),
        stories.ask_for_changed(db, texts),
        db.execute(_ARRIVED, (texts, texts), binary=True),
    )
