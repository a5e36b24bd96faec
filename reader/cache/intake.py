"""Store what imports and syncs bring: runs, write transactions, known files and sources.

`cache.storing.writing` decides what happens to each article.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from reader.article import Article
from reader.cache.answers import Stamp
from reader.cache.facets.index import Truth
from reader.cache.session import Session
from reader.cache.values.instants import milliseconds

if TYPE_CHECKING:
    from reader.cache.sameness.arrivals import FeedPage
    from reader.cache.source_states import SourceState
    from reader.cache.storing.writing import Writer


class Intake:
    """Stores articles, and the files and sources that they came from."""

    def __init__(self, session: Session, truth: Truth, clock: Callable[[], datetime]) -> None:
        """Use a session. truth: recounts damaged facets from the articles. clock: aware."""
        self._session = session
        self._truth = truth
        self._clock = clock

    def begin_run(self) -> int:
        """Return the number of a new import, in which versions of an article replace each other."""
        with self._session.transaction() as to:
            return to.count_up("run")

    @contextmanager
    def writing(self, run: int, *, beside: bool = False) -> Iterator["Writer"]:
        """Give a transaction that stores articles; all are on disk at its end.

        beside: a thread may index words beside this one.
        """
        from reader.cache.storing.writing import Writer

        with self._session.transaction() as to:
            to.expect_many(beside=beside)
            before = to.counter("texts")
            writer = Writer(to, self._session.marks(), run, self._truth)
            yield writer
            writer.finish()
            if to.counter("texts") != before:
                to.note_time(milliseconds(self._clock()))
        writer.committed()

    def feed_page(
        self, addresses: Sequence[str], name: str, articles: Sequence[Article]
    ) -> "FeedPage":
        """Return a page of a feed, ready to be stored. Raises CacheError.

        addresses: of the subscription, and its permanent redirects. name: of the
        subscription.
        """
        from reader.cache.storing.feeds import feed_page

        marks = self._session.marks()
        with self._session.present() as view, self._session.engine.alone():
            return feed_page(view, marks, addresses, name, articles)

    def source_states(self) -> dict[str, "SourceState"]:
        """Return the stored state of each live source, by its address."""
        with self._session.present() as view:
            return {state.url: state for state in view.sources()}

    def stamps(self, locations: Sequence[str]) -> dict[str, Stamp]:
        """Return the stored stamps of those files; new files are left out."""
        with self._session.present() as view:
            return view.stamps(locations)

    def files_below(self, prefix: str) -> Iterator[str]:
        """Yield locations of the known files that begin with the prefix, in order."""
        with self._session.present() as view:
            yield from view.files_below(prefix)
