"""What imports and syncs ask for: runs, transactions to put articles in, what came before.

What becomes of an article that is put in belongs to `writing`.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reader.article import Article
from reader.cache.answers import Stamp
from reader.cache.damage import number
from reader.cache.facets import Truth
from reader.cache.identities import batches
from reader.cache.schema import WRITER_CACHE_KIB, transaction
from reader.cache.session import Session

if TYPE_CHECKING:
    from reader.cache.live import FeedPage, SourceState
    from reader.cache.writing import Writer


class Intake:
    """Takes articles in, and remembers the files and sources that they came from."""

    def __init__(self, session: Session, truth: Truth) -> None:
        """truth: counts facets anew from the articles where those of the file are damaged."""
        self._session = session
        self._truth = truth

    def begin_run(self) -> int:
        """Return the number of a new import. Versions of an article in it replace each other."""
        with self._session.changing() as db, transaction(db):
            run = "UPDATE meta SET value = value + 1 WHERE name = 'run' RETURNING value"
            return number(db.execute(run).fetchone())

    @contextmanager
    def writing(self, run: int) -> Iterator["Writer"]:
        """Give a transaction to put articles in; all are on disk when it has ended."""
        from reader.cache.writing import Writer

        with self._session.changing() as db, transaction(db):
            db.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")
            writer = Writer(db, self._session.marks(), run, self._truth)
            yield writer
            writer.finish()
        writer.committed()

    def feed_page(
        self, addresses: Sequence[str], name: str, articles: Sequence[Article]
    ) -> "FeedPage":
        """Return a page of a feed, ready to be stored. Raises CacheError.

        addresses: of the subscription, and where it has moved to for good. name: of the
        subscription.
        """
        from reader.cache.feeds import feed_page

        with self._session.changing() as db:
            return feed_page(db, self._session.marks(), addresses, name, articles)

    def source_states(self) -> dict[str, "SourceState"]:
        """Return what is known of the live sources, by their addresses."""
        from reader.cache.live import source_states

        with self._session.present() as db:
            return {state.url: state for state in source_states(db)}

    def stamps(self, locations: Sequence[str]) -> dict[str, Stamp]:
        """Return what is known of those files; a file that is left out is new."""
        with self._session.present() as db:
            return {
                (where := os.fsdecode(location)): Stamp(where, size, mtime_ns, digest)
                for some in batches([os.fsencode(location) for location in locations])
                for location, size, mtime_ns, digest in db.execute(
                    f"SELECT * FROM files WHERE location IN ({', '.join('?' * len(some))})", some
                )
            }

    def files_below(self, prefix: str) -> Iterator[str]:
        """Yield locations of the known files that begin with the prefix, in order."""
        first = os.fsencode(prefix)
        with self._session.present() as db:
            found = db.execute(
                "SELECT location FROM files WHERE location >= ? AND location < ?",
                (first, first[:-1] + bytes([first[-1] + 1])),
            )
            yield from (os.fsdecode(location) for (location,) in found)
