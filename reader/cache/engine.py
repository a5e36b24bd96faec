"""What stores articles: the protocol that bitmaps, counts and rules are built on.

An engine knows rows, texts and chunks of bitmaps. It does not know what a query is, how facets are
counted or which article is the same as another. What it is asked for, it is asked for by list, so
that a remote engine answers a filter in a handful of round trips. Marks belong to the user and are
kept in `marks.db` whatever the engine; read and favourite are facets like others here, or given to
the session (`Session.give`) by what keeps them elsewhere.

`cache.engines.sqlite` is the first implementation. Import this module for type checking alone:
a start does without it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pyroaring import BitMap

from reader.article import Identity
from reader.cache.values.facet_rows import Counted, Facet, FacetRow, Facts

if TYPE_CHECKING:
    from reader.cache.answers import Stamp
    from reader.cache.feed_memory import FeedMemory
    from reader.cache.sameness.arrivals import Arrival, FeedPage
    from reader.cache.source_states import SourceState
    from reader.cache.values.cancel import Cancel
    from reader.cache.values.incoming import Incoming
    from reader.cache.values.stored import Coming, Document, Stored, Text
    from reader.query.language import Term


class View(Protocol):
    """Reads one state of the articles: that of a moment, of a transaction, or the present one.

    Methods raise Damaged where they say so, and else what `Engine.errors` turns into CacheError.
    Lists may have any length.
    """

    # Versions.

    def counter(self, name: str) -> int:
        """Return a counter: `version` grows with every change, `texts` with those of articles.

        `marks` is the change of the marks that the facets show, `run` the last import.
        """

    def snapshot(self) -> AbstractContextManager[None]:
        """Read everything within as of one moment."""

    # Facets. All raise Damaged.

    def facets(self, facets: Sequence[Facet]) -> list[FacetRow]:
        """Return the facets that there are of these."""

    def facets_of(self, field: str) -> list[FacetRow]:
        """Return every facet of a field."""

    def largest(self, field: str, start: int, count: int) -> list[FacetRow]:
        """Return facets of a field, the largest first, from a place on."""

    def wholes(self, keys: Sequence[int]) -> Iterator[tuple[FacetRow, BitMap]]:
        """Yield facets with their ids, without what their newer chunks have changed."""

    def chunks(self, ids: Sequence[int]) -> Iterator[tuple[int, BitMap]]:
        """Yield the chunks that there are of these, each with the ids of its articles."""

    def changed(self, since: int, keys: Collection[int]) -> list[int]:
        """Return ids of chunks of these facets that were written after a version."""

    def has_articles(self) -> bool:
        """Return whether there is an article at all."""

    def facts(self) -> Iterator[Facts]:
        """Yield what facets are counted from, of every article that can be read."""

    # Articles.

    def rows(self, ids: Sequence[int], failed: Callable[[int], None]) -> Iterator[tuple[Any, ...]]:
        """Yield what a list shows of articles, in no order. failed: called with each damaged id.

        id, title, published (Unix milliseconds), lang, category, sentiment, source, pinned, draft,
        flagged, and the three parts of the identity.
        """

    def texts(self, ids: Sequence[int]) -> Iterator[tuple[int, str, str | None, str]]:
        """Yield id, title, description and body of articles, without those that are damaged."""

    def tags(self, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield the tags of articles one by one, each with the article's id."""

    def documents(
        self, ids: Sequence[int], broken: Callable[[int], None]
    ) -> "dict[int, Document | None]":
        """Return articles as they are stored, None for each that is damaged.

        broken: called with the ids of those that the engine itself cannot read.
        """

    def identities(self, ids: Sequence[int]) -> dict[int, Identity]:
        """Return the identities of the articles that there are."""

    def ids(self, identities: Sequence[Identity]) -> dict[Identity, int]:
        """Return the ids of the articles that there are."""

    def former(self, identity: Identity) -> int | None:
        """Return the id of an article by an identity that it had earlier; None if there is none."""

    def with_external(self, external: str) -> list[int]:
        """Return the articles of an external id, in any language and of any source."""

    def between(self, first: int, last: int) -> Iterator[tuple[int, Identity]]:
        """Yield the articles from one id to another."""

    # Time bounds. Instants are Unix milliseconds.

    def last_before(self, instant: int) -> int | None:
        """Return the last id of what was published before an instant; None if there is none."""

    def last_until(self, instant: int) -> int | None:
        """Return the last id of what was published at an instant or before; None if none was."""

    def published_before(self, id: int) -> int | None:
        """Return when the last article before an id was published; None if there is none."""

    def first_after(self, id: int) -> tuple[int, int] | None:
        """Return the next article after an id, and when it was published; None at the end."""

    def published_from(self, id: int) -> Iterator[tuple[int, int]]:
        """Yield articles from an id on, in order, and when each was published."""

    # Words.

    def match(self, term: "Term", cancel: "Cancel") -> BitMap:
        """Return the articles that have a word or phrase. Raises Superseded when cancelled."""

    # What is remembered beside the articles.

    def answer(self, query: str, version: int) -> str | None:
        """Return the answer that was kept of a query in that version; None if there is none."""

    def stamps(self, locations: Sequence[str]) -> "dict[str, Stamp]":
        """Return what is known of files; a file that is left out is new."""

    def files_below(self, prefix: str) -> Iterator[str]:
        """Yield locations of the known files that begin with the prefix, in order."""

    def sources(self) -> "Iterator[SourceState]":
        """Yield what is known of the live sources."""

    def memory(self, feed: str, run: int) -> "FeedMemory":
        """Return what tells the items of a feed apart, for one transaction. run: that notes it."""


class Transaction(View, Protocol):
    """Writes to the articles: all of it is on disk when it has ended, or nothing."""

    def expect_many(self) -> None:
        """Make room in memory for many articles."""

    def count_up(self, name: str) -> int:
        """Raise a counter by one and return it."""

    def set_counter(self, name: str, value: int) -> None:
        """Set a counter."""

    def keep_answer(self, query: str, version: int, answer: str) -> None:
        """Keep the answer of a query in the place of all others."""

    # Facets. All raise Damaged.

    def begin_facets(self, facets: Iterable[tuple[str, str, str]]) -> list[FacetRow]:
        """Begin facets without ids, by field, value and label, and return them."""

    def put_facets(self, rows: Iterable[FacetRow]) -> None:
        """Replace label, size and numbers of chunks of facets that there are."""

    def put_chunks(self, version: int, chunks: Iterable[tuple[int, BitMap]]) -> None:
        """Write chunks, which are of that version from then on."""

    def put_whole(self, key: int, ids: BitMap) -> None:
        """Write a facet as a whole."""

    def unsettled(self) -> list[FacetRow]:
        """Return the facets that have chunks newer than their wholes."""

    def replace_facets(self, counted: Counted, version: int) -> None:
        """Put counted facets in the place of all that there are, damaged or not."""

    def facets_with(self, id: int) -> list[Facet]:
        """Return the facets that an article is in, whatever its text says."""

    # What incoming articles are compared with.

    def stored_as(self, identity: Identity) -> "Stored | None":
        """Return what is stored under that very identity."""

    def stored_entry(self, entry: int) -> "Stored | None":
        """Return the article of an entry of a feed."""

    def found_as(self, identity: Identity) -> "Stored | None":
        """Return what is stored under the identity, or of a feed went by it earlier."""

    def document(self, id: int) -> tuple[dict[str, Any], bytes, bytes]:
        """Return fields, body and digest of an article; all of them empty if it is damaged."""

    def digest(self, id: int) -> bytes:
        """Return the digest of an article as it is written, empty if there is none."""

    def formerly(self, page: "FeedPage", arrival: "Arrival") -> "list[Stored]":
        """Return articles of an unknown item from before feeds had entries, the best first."""

    def told_formerly(self, identity: Identity) -> list[Identity]:
        """Return articles under which an earlier version had shown this one, for its title."""

    def article_before(self, incoming: "Incoming", before: bytes, run: int) -> "Stored | None":
        """Return the article that a file held under another identity before it changed.

        before: the digest of the bytes that the file had.
        """

    # Articles. Facets and words are written apart.

    def insert(self, run: int, articles: "Sequence[tuple[int, Coming]]") -> None:
        """Store articles under their ids."""

    def delete(self, id: int) -> None:
        """Delete an article."""

    def move(self, id: int, to: int) -> None:
        """Give an article another id."""

    def indexed(self, id: int) -> tuple[Any, ...] | None:
        """Return what facets and words of an article were made from; None if it is damaged.

        title, fields and body as UTF-8, digest, source, external id, lang, feed, category,
        sentiment, pinned, draft.
        """

    def index(self, texts: Iterable[tuple[int, str, str, str | bytes]]) -> None:
        """Have `match` find articles by their words: id, title, description, body."""

    def forget_words(self, id: int, text: "Text") -> bool:
        """Have `match` find an article no more; return False if its words are damaged."""

    def mend_index(self) -> None:
        """Make what `match` uses anew from the articles."""

    def put_stamps(self, stamps: "Iterable[Stamp]") -> None:
        """Remember files, so that the next import can tell that they have not changed."""

    def note_source(self, state: "SourceState") -> None:
        """Remember how a live source is doing."""


class Moment(Protocol):
    """A state of the articles that stays readable while others write."""

    version: int
    texts: int

    @property
    def view(self) -> View:
        """Answers what takes no time; to be used by one thread at a time."""


M = TypeVar("M", bound=Moment)


class Engine(Protocol[M]):
    """Opens views of the articles. Thread-safe."""

    def errors(self) -> AbstractContextManager[None]:
        """Raise CacheError for whatever goes wrong within."""

    def present(self) -> View:
        """Return this thread's view of the present state. Raises CacheError."""

    def transaction(self, *, patient: bool = True) -> AbstractContextManager[Transaction]:
        """Give a write transaction. One thread at a time has it.

        patient: wait for other programs that write. Raises CacheLocked, CacheError.
        """

    def alone(self) -> AbstractContextManager[object]:
        """Keep other threads from writing meanwhile."""

    def begin(self, searches: int = 1) -> M:
        """Return the present state, held until `end`. searches: how many are expected at once."""

    def end(self, moment: M) -> None:
        """Let go of a moment, as soon as no search uses it any more."""

    def lease(self, moment: M) -> None:
        """Keep a moment until `searching` ends."""

    def searching(self, moment: M | None) -> AbstractContextManager[View]:
        """Give a view on which words may be looked up beside others. moment: leased; None: now."""

    def hurry(self) -> None:
        """Wait only briefly for locks of other programs from now on, in this thread."""

    def release(self) -> None:
        """Let go of what this thread has open."""

    def close(self) -> None:
        """Let go of everything, whichever thread opened it."""
