"""The protocol of a storage engine for articles.

An engine knows rows, texts and chunks of bitmaps. It does not know what a query is, how facets are
counted or which article is the same as another. All requests are lists, so that a remote engine
answers a filter in a handful of round trips. Marks belong to the user and are kept in `marks.db`
whatever the engine; read and favourite are facets like others here, or passed to the session
(`Session.give`) if they are kept elsewhere.

`cache.engines.sqlite` is the first implementation. Import this module for type checking only, which
keeps start-up fast.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pyroaring import BitMap

from reader.article import Identity
from reader.cache.remembering import FeedMemory as FeedMemory
from reader.cache.remote import Remote as Remote
from reader.cache.telling import Telling
from reader.cache.values.facet_rows import Counted, Facet, FacetRow, Facts

if TYPE_CHECKING:
    from reader.cache.answers import Stamp
    from reader.cache.sameness.arrivals import Arrival, FeedPage
    from reader.cache.source_states import SourceState
    from reader.cache.values.cancel import Cancel
    from reader.cache.values.incoming import Incoming
    from reader.cache.values.slots import Slots
    from reader.cache.values.stored import Coming, Document, Stored, Text
    from reader.query.language import Term


class View(Telling, Protocol):
    """Reads one state of the articles: of a moment, of a transaction, or the present one.

    Methods raise Damaged as documented, else what `Engine.errors` turns into CacheError. Lists have
    any length. `tags_at_once`: articles of one `tags`. `matches_few`: `match` is quicker for few.
    """

    tags_at_once: int
    matches_few: bool

    @property
    def slots(self) -> "Slots":
        """Return how this archive turns instants into ids."""

    # Versions.

    def counter(self, name: str) -> int:
        """Return a counter: `version` grows with every change, `texts` with those of articles.

        `marks` is the change of the marks that the facets show, `run` the last import.
        """

    def texts_changed(self, since: int) -> BitMap | None:
        """Return articles that were added, changed, moved or deleted since; None if unknown."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Read everything within as of one moment."""

    # Facets. All raise Damaged.

    def facets(self, facets: Sequence[Facet]) -> list[FacetRow]:
        """Return those of the facets that exist."""

    def facets_of(self, field: str) -> list[FacetRow]:
        """Return every facet of a field."""

    def largest(self, field: str, start: int, count: int) -> list[FacetRow]:
        """Return facets of a field, the largest first, from a place on."""

    def wholes(self, keys: Sequence[int]) -> Iterator[tuple[FacetRow, BitMap]]:
        """Yield facets with their ids as of their wholes, without changes in newer chunks."""

    def chunks(self, ids: Sequence[int]) -> Iterator[tuple[int, BitMap]]:
        """Yield those of the chunks that exist, each with the ids of its articles."""

    def changed(self, since: int, keys: Collection[int]) -> list[int]:
        """Return ids of chunks of these facets that were written after a version."""

    def has_articles(self) -> bool:
        """Return whether any article is stored."""

    def facts(self) -> Iterator[Facts]:
        """Yield what facets are counted from, for every readable article."""

    # Articles.

    def rows(self, ids: Sequence[int], failed: Callable[[int], None]) -> Iterator[tuple[Any, ...]]:
        """Yield what a list shows of articles, in any order. failed: called with each damaged id.

        id, title, published (Unix milliseconds), lang, category, sentiment, source, pinned, draft,
        flagged, story, what is known of it, and the three parts of the identity.
        """

    def texts(self, ids: Sequence[int]) -> Iterator[tuple[int, str, str | None, str]]:
        """Yield id, title, description and body of articles, without damaged ones."""

    def titles(self, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield id and title of articles, in any order."""

    def descriptions(self, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield the beginnings of the descriptions of articles, each with the article's id."""

    def tags(self, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield the tags of articles one by one, each with the article's id."""

    def documents(
        self, ids: Sequence[int], broken: Callable[[int], None]
    ) -> "dict[int, Document | None]":
        """Return articles as they are stored, None for each that is damaged.

        broken: called with the ids of those that the engine itself cannot read.
        """

    def identities(self, ids: Sequence[int]) -> dict[int, Identity]:
        """Return the identities of those articles that exist."""

    def ids(self, identities: Sequence[Identity]) -> dict[Identity, int]:
        """Return the ids of those articles that exist."""

    def former(self, identity: Identity) -> int | None:
        """Return the id of an article by an identity that it had earlier; None if there is none."""

    def with_external(self, external: str) -> list[int]:
        """Return the articles of an external id, in any language and of any source."""

    def twins(self, ids: Sequence[int], languages: Sequence[str]) -> list[tuple[int, int]]:
        """Return pairs of an article and another of its source and external id in these languages.

        Articles of feeds are left out. Takes one lookup for each article and language.
        """

    def between(self, first: int, last: int) -> Iterator[tuple[int, Identity]]:
        """Yield the articles from one id to another, in order."""

    # Time bounds. Instants are Unix milliseconds.

    def last_before(self, instant: int) -> int | None:
        """Return the last id of what was published before an instant; None if there is none."""

    def last_before_each(self, instants: Sequence[int]) -> list[int | None]:
        """Return the same for several instants, in their order."""

    def last_until(self, instant: int) -> int | None:
        """Return the last id of what was published at an instant or before; None if none was."""

    def published_before(self, id: int) -> int | None:
        """Return when the last article before an id was published; None if there is none."""

    def first_after(self, id: int) -> tuple[int, int] | None:
        """Return the next article after an id, and when it was published; None at the end."""

    def published_from(self, id: int) -> Iterator[tuple[int, int]]:
        """Yield articles from an id on, in order, and when each was published."""

    # Words.

    def match(self, term: "Term", cancel: "Cancel", among: BitMap | None = None) -> BitMap:
        """Return the articles that have a word or phrase, of some or all. Raises Superseded."""

    # Answers, files, sources and feeds, stored beside the articles.

    def answer(self, query: str, version: int) -> str | None:
        """Return the stored answer to a query in that version; None if there is none."""

    def stamps(self, locations: Sequence[str]) -> "dict[str, Stamp]":
        """Return the stored stamps of files; new files are left out."""

    def files_below(self, prefix: str) -> Iterator[str]:
        """Yield locations of the known files that begin with the prefix, in order."""

    def sources(self) -> "Iterator[SourceState]":
        """Yield the stored state of each live source."""

    def memory(self, feed: str, run: int) -> FeedMemory:
        """Return the memory of a feed's items, for one transaction. run: the present import."""


class Transaction(View, Protocol):
    """Writes articles: at its end everything is on disk, or nothing."""

    def expect_many(self, *, beside: bool = False) -> None:
        """Make room in memory for many articles. beside: a thread may index beside this one."""

    def count_up(self, name: str) -> int:
        """Raise a counter by one and return it."""

    def count_texts(self, ids: BitMap) -> None:
        """Raise the counter `texts`. ids: of the articles that were added, changed or deleted."""

    def set_counter(self, name: str, value: int) -> None:
        """Set a counter."""

    def note_time(self, instant: int) -> None:
        """Note that this version of the texts is written then. At most one a minute is noted."""

    def keep_answer(self, query: str, version: int, answer: str) -> None:
        """Store the answer to a query; drop all others."""

    # Facets. All raise Damaged.

    def begin_facets(self, facets: Iterable[tuple[str, str, str]]) -> list[FacetRow]:
        """Begin facets without ids, by field, value and label, and return them."""

    def put_facets(self, rows: Iterable[FacetRow]) -> None:
        """Replace label, size and numbers of newer chunks of existing facets."""

    def put_chunks(self, version: int, chunks: Iterable[tuple[int, BitMap]]) -> None:
        """Write chunks and set their version."""

    def put_whole(self, key: int, ids: BitMap) -> None:
        """Write a facet as a whole."""

    def unsettled(self) -> list[FacetRow]:
        """Return the facets that have chunks newer than their wholes."""

    def replace_facets(self, counted: Counted, version: int) -> None:
        """Replace all facets, damaged or not, with the counted ones."""

    def facets_with(self, id: int) -> list[Facet]:
        """Return the facets that contain an article, read from the facets themselves."""

    # Stored articles to compare incoming ones with.

    def stored_as(self, identity: Identity) -> "Stored | None":
        """Return the stored article with exactly this identity."""

    def stored_entry(self, entry: int) -> "Stored | None":
        """Return the article of an entry of a feed."""

    def externals(self, externals: Sequence[str]) -> set[str]:
        """Return those of the external ids that any article has, of whatever source."""

    def found_as(self, identity: Identity) -> "Stored | None":
        """Return the stored article with this identity, present or former (of a feed)."""

    def document(self, id: int) -> tuple[dict[str, Any], bytes, bytes]:
        """Return fields, body and digest of an article; all of them empty if it is damaged."""

    def digest(self, id: int) -> bytes:
        """Return the stored digest of an article, empty if it has none."""

    def formerly(self, page: "FeedPage", arrival: "Arrival") -> "list[Stored]":
        """Return articles that may be this item, from before feeds had entries, best first."""

    def told_formerly(self, identity: Identity) -> list[Identity]:
        """Return articles that an earlier version had merged with this one by title."""

    def article_before(self, incoming: "Incoming", before: bytes, run: int) -> "Stored | None":
        """Return the article that a file held under another identity before it changed.

        before: the digest of the bytes that the file had.
        """

    # Articles. Facets and words are written separately.

    def insert(self, run: int, articles: "Sequence[tuple[int, Coming]]") -> None:
        """Store articles under their ids."""

    def delete(self, id: int) -> None:
        """Delete an article."""

    def move(self, id: int, to: int) -> None:
        """Give an article another id."""

    def indexed(self, ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        """Yield what facets and words of articles are made from, without those that are damaged.

        id, title, fields and body as UTF-8, digest, source, external id, lang, feed, category,
        sentiment, pinned, draft, and what is known of its story.
        """

    def tell(self, articles: Iterable[tuple[int, int, int]]) -> None:
        """Store of articles which story they tell and what is known of it, without facets."""

    def indexing(
        self, texts: "Sequence[tuple[int, str, str, str | bytes]]"
    ) -> AbstractContextManager[Callable[[], None]]:
        """Give a callback that indexes the words of articles for `match`.

        texts: id, title, description and body, in the order of ids. They may be prepared in the
        background until the callback is called; without a call, nothing is indexed.
        """

    def forget_words(self, id: int, text: "Text") -> bool:
        """Remove an article from the index of `match`; return False if its words are damaged."""

    def mend_index(self) -> None:
        """Rebuild the index of `match` from the articles."""

    def mend_damaged_index(self) -> bool:
        """Rebuild the index if it is damaged and that takes less than a minute; return whether."""

    def mend_rows(self, ids: Sequence[int]) -> None:
        """Rebuild what a list shows of articles from their documents, where those are whole."""

    def forget(self, ids: Sequence[int]) -> None:
        """Let the next import or sync restore damaged articles, although they are stored."""

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
        """Return a view for fast reads; one thread at a time may use it."""


M = TypeVar("M", bound=Moment)


class Upkeep(Protocol):
    """Keeps what is stored small and quick, while other programs use it."""

    def during_import(
        self, is_screen_open: Callable[[], bool]
    ) -> AbstractContextManager[Callable[[], None]]:
        """Give a callback that shortens the log, in a thread; a core is left to an open screen."""

    def tidy(self, *, entirely: bool = False) -> None:
        """Do some of the work that writing has put off, in idle time. entirely: do all of it."""

    def keep_words(self) -> None:
        """Store the articles of words that are slow to find. It may end at any moment."""

    def lacks_words(self) -> bool:
        """Return whether `keep_words` has many seconds of work to do."""


class Engine(Protocol[M]):
    """Opens views of the articles. Thread-safe."""

    @property
    def name(self) -> str:
        """Return what messages call it: the path of a file."""

    @property
    def upkeep(self) -> Upkeep:
        """Return the part that keeps what is stored small and quick."""

    def errors(self) -> AbstractContextManager[None]:
        """Raise CacheError for whatever goes wrong within."""

    def present(self) -> View:
        """Return this thread's view of the present state. Raises CacheError."""

    def transaction(self, *, wait: bool = True) -> AbstractContextManager[Transaction]:
        """Give a write transaction. One thread at a time has it.

        wait: for other programs that write. Raises CacheLocked, CacheError.
        """

    def changing_own(self, *, wait: bool = True) -> AbstractContextManager[Transaction]:
        """Give a transaction that writes the user's own alone: facets of marks, answers."""

    def alone(self) -> AbstractContextManager[object]:
        """Keep other threads from writing meanwhile."""

    def begin(self, searches: int = 1, texts: int = -1) -> M:
        """Return the present state, held until `end`.

        searches: expected at once. texts: the version since which changes will be asked for.
        """

    def end(self, moment: M) -> None:
        """Release a moment as soon as its last search has ended."""

    def lease(self, moment: M) -> None:
        """Keep a moment until `searching` ends."""

    def preparing(self, moment: M) -> AbstractContextManager[View]:
        """Give a view for looking up words in a moment that no other thread reads yet."""

    def searching(self, moment: M | None) -> AbstractContextManager[View]:
        """Give a view for looking up words concurrently. moment: leased; None: the present."""

    def suspect(self) -> None:
        """Request a full check at the next start, as damage was found."""

    def wait_briefly(self) -> None:
        """Wait only briefly for locks of other programs from now on, in this thread."""

    def release(self) -> None:
        """Close what this thread has open."""

    def close(self) -> None:
        """Close everything, whichever thread opened it."""
