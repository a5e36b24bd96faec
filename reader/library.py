"""The façade through which the screen and the command line use articles, marks and sources.

Combines the cache, the importer and the clock. No SQL, no widgets, no printing.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from reader.article import Article, ArticleId, Identity, Row
from reader.cache.answers import MOST_TAGS, PINNED, Group, Grouping, Marked, TagCount
from reader.cache.ids import Ids
from reader.cache.marks.kinds import AnyMark, Change, Mark
from reader.cache.marks_keeper import Label
from reader.cache.opened import open_store, states_of
from reader.cache.session import Moved
from reader.cache.values.cancel import Cancel
from reader.cache.values.instants import utc_now
from reader.errors import ArticleNotFound, CacheDamaged, Refusal, SearchAgain
from reader.query.language import Field, Query

if TYPE_CHECKING:
    import threading

    from reader.archive.exporting import ExportReport
    from reader.archive.importing import ImportReport
    from reader.cache.answers import Stats
    from reader.cache.engine import Remote, Upkeep
    from reader.cache.insight.insight import Insight
    from reader.cache.recent import Recent
    from reader.cache.source_states import SourceState
    from reader.cache.storing.stories import Deciding
    from reader.sources.http.fetcher import Limits
    from reader.subscriptions import SourceResult, Subscription, SyncOptions

__all__ = [
    "MOST_TAGS",
    "PINNED",
    "Cancel",
    "Change",
    "Group",
    "Grouping",
    "Ids",
    "Library",
    "Mark",
    "Marked",
    "TagCount",
    "utc_now",
]

RECENT = 200  # articles that a search examines first: they fill a few screens

Clock = Callable[[], datetime]


class Library:
    """One data folder and its articles. Thread-safe. Raises CacheError.

    `is_sample`: the sample articles, deleted on `close`. `home`: the folder that syncs fill.
    """

    def __init__(
        self, folder: Path, *, clock: Clock = utc_now, on_close: Callable[[], None] | None = None
    ) -> None:
        """Open a data folder. on_close: deletes it, as it is that of the samples."""
        self.folder = self.home = folder
        self.clock, self._on_close = clock, on_close
        self.is_sample, self._is_shown = on_close is not None, False
        self._store = store = open_store(folder, clock=lambda: self.clock())
        self._session, self._texts = store.session, store.texts
        self._questions = self.questions = store.questions
        self._marking = self.marking = store.marking

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection; samples are deleted."""
        self._store.close()
        if self._on_close:
            self._on_close()

    @property
    def notices(self) -> tuple[str, ...]:
        """Return a sentence for each repair, when it was opened and since."""
        return self._store.notices

    def tell_of_damage(self, tell: Callable[[str], None] | None = None) -> None:
        """Call `tell` for each damage that is found, in any thread; None: add it to `notices`."""
        self._store.damage.tell = tell or self._store.note

    @property
    def is_only_read(self) -> bool:
        """Return whether its folder cannot be written: nothing is stored."""
        return self._store.is_only_read

    @property
    def damaged(self) -> int:
        """Return the number of articles that were asked for and could not be read."""
        return len(self._store.damage.damaged) + len(self._store.damage.unreadable)

    # The moment that is read.

    @property
    def version(self) -> int:
        """Return a number that grows with every change of articles or marks by any program."""
        return self._session.version()

    @property
    def texts(self) -> int:
        """Return a number that grows with every change of articles; ids are valid for one."""
        return self._session.texts()

    def hold(self) -> None:
        """Pin reads to this moment until `catch_up()`: sets, rows, texts and words."""
        self._session.hold()

    def announce(self) -> None:
        """Let imports know that a screen is open: they then leave one core free."""
        self._is_shown = True
        self._store.presence.announce()

    def renew(self) -> bool:
        """Return whether nothing has changed, and hold the present moment. Call it every second."""
        self._store.presence.announce_again()
        return self._session.renew()

    def prepare(self, query: Query) -> bool:
        """Read what has changed, and the query's words, for `catch_up`; return whether any has."""
        return self._session.prepare(query)

    def is_prepared_for(self, query: Query) -> bool:
        """Return whether a later moment is ready and the query's words are looked up in it."""
        return self._session.is_prepared_for(query)

    def catch_up(self, follow: Iterable[ArticleId] = (), selected: Ids | None = None) -> Moved:
        """Advance to what `prepare` has read; return new ids of `follow`, and of selected ones."""
        return self._session.catch_up(follow, selected)

    @property
    def shared(self) -> "Remote | None":
        """Return the shared archive; None if the articles are in the folder."""
        return self._store.shared

    @property
    def is_empty(self) -> bool:
        """Return whether it has no articles, not even drafts."""
        return not self.names(Field.LANG)

    # Sets of articles.

    def find(
        self, query: Query, *, among: "Recent | None" = None, cancel: Cancel | None = None
    ) -> Ids:
        """Return articles that match, newest first; drafts only if the query says `is:draft`.

        among: match only among these, which is fast. Raises Superseded after `cancel.cancel()`, and
        SearchAgain if a damaged index was rebuilt under an open screen.
        """
        find = partial(self._questions.find, query, self.clock(), among=among, cancel=cancel)
        try:
            return find()
        except CacheDamaged:
            if not query.is_looked_up or not self._store.damage.mend_index():
                raise
            if self._is_shown:  # the ids on the screen are of the moment held
                raise SearchAgain from None
            self._session.hold()
            return find()

    def remember(self, query: Query) -> None:
        """Store the answer to the query, so that the next start shows it at once."""
        self._questions.remember(query, self.clock())

    def warm_up(self, query: Query) -> None:
        """Load what a further filter would need; stop using the stored answer."""
        self._questions.warm_up(query, self.clock())

    def drop_unused(self, query: Query) -> None:
        """Drop cached sets that were not used lately. Thread-safe. query: on the screen."""
        self._session.drop_unused(query)

    @property
    def total(self) -> int:
        """Return the number of articles, without drafts."""
        return self._questions.total()

    def total_for(self, ids: Ids) -> int:
        """Return the same, twins as one if they count as one among these."""
        return self._questions.total(ids)

    def finds_at_once(self, query: Query) -> bool:
        """Return whether `find` is fast: all words of the query are cached."""
        return self._questions.finds_at_once(query)

    def recent(self, query: Query, count: int = RECENT) -> "Recent":
        """Return the newest articles that match, for `find` among them."""
        return self._questions.recent(query, self.clock(), count)

    def is_current(self, recent: "Recent") -> bool:
        """Return whether no text has changed since these were read."""
        return self._questions.is_current(recent)

    def groups(self, ids: Ids, by: Grouping = Grouping.CATEGORY) -> tuple[Group, ...]:
        """Return the articles in groups, each in one, pinned ones first."""
        return self._questions.groups(ids, by)

    def tag_counts(self, ids: Ids, most: int | None = None) -> list[TagCount]:
        """Return tags of the articles, most frequent first, ties by name; at most `most`."""
        return self._questions.tag_counts(ids, most)

    def tags_at_once(self, ids: Ids, most: int) -> list[TagCount] | None:
        """Return the same as `tag_counts`; None if that may take a tenth of a second."""
        return self._questions.tags_at_once(ids, most)

    def bar_tags(
        self, ids: Ids, named: Collection[str] = (), *, at_once: bool = False
    ) -> list[TagCount] | None:
        """Return nine tags that split the articles and those named; at_once: as `tags_at_once`."""
        return self._questions.bar_tags(ids, named, at_once=at_once)

    def use_frequent_tags(self) -> None:
        """Return the most frequent tags as those of the bar from now on."""
        self._questions.splits_tags = False

    def unread(self, ids: Ids) -> Ids:
        """Return the unread ones of the articles."""
        return self._questions.unread(ids)

    def names(self, field: Field) -> dict[str, int]:
        """Return values of tag, category, source or lang with their counts, highest first."""
        return self._questions.names(field)

    def stats(self, query: Query) -> "Stats":
        """Return counts by language, source, tag, category and sentiment of what matches."""
        return self._questions.stats(self.find(query))

    @cached_property
    def insight(self) -> "Insight":
        """Return the part that answers what several articles say together."""
        from reader.cache.insight.insight import Insight

        return Insight(self._session, self._questions, self._marking, lambda: self.clock())

    # Articles.

    def rows(self, ids: Sequence[ArticleId], *, described: bool = False) -> list[Row]:
        """Return a row for each existing id, in their order. described: with descriptions."""
        return self._texts.rows(ids, described=described)

    def article(self, id: ArticleId) -> Article:
        """Return the whole article. Raises ArticleNotFound, ArticleDamaged."""
        return self.whole(id)[1]

    def whole(self, id: ArticleId) -> tuple[Row, Article]:
        """Return the article with its row. Raises ArticleNotFound, ArticleDamaged."""
        found = self._texts.whole(id)
        if found is None:
            raise ArticleNotFound(str(id))
        return found

    def articles(self, ids: Sequence[ArticleId]) -> Iterator[tuple[Row, Article]]:
        """Yield articles with their rows, few at a time, without damaged ones: `tell_of_damage`."""
        return self._texts.articles(ids)

    def resolve(self, wanted: str) -> ArticleId:
        """Return the article of a reference or external id. See `Texts.resolve`."""
        return self._texts.resolve(wanted)

    def identity(self, id: ArticleId) -> Identity | None:
        """Return the identity of the article, which survives a new id; None if it is deleted."""
        return self._texts.identity(id)

    def id_of(self, identity: Identity) -> ArticleId | None:
        """Return the present id of an article, None if it is deleted."""
        return self._texts.with_identity(identity)

    def twins(self, id: ArticleId) -> list[ArticleId]:
        """Return the same article in other languages."""
        return self._texts.twins(id)

    # Marks, and the state of the screen.

    def mark(self, ids: Ids, mark: AnyMark, value: bool, label: str) -> int:
        """Set or remove a mark; return how many articles changed. See `Marking.set_marks`."""
        return self._marking.mark(ids, mark, value, label)

    def set_marks(self, ids: Ids, mark: AnyMark, value: bool | None, label: Label) -> Marked:
        """Set or remove a mark; `catch_up` shows it afterwards. See `Marking.set_marks`."""
        return self._marking.set_marks(ids, mark, value, label)

    def keep_copy_of_marks(self) -> None:
        """Make today's copy of the marks, unless it exists or the folder is read-only."""
        if not self.is_sample:
            self._marking.keep_copy()

    def undo(self) -> Change | None:
        """Take back the last change of marks; None if there is none left."""
        return self._marking.undo()

    def redo(self) -> Change | None:
        """Repeat the last change that was undone; None if there is none."""
        return self._marking.redo()

    def position(self, identity: Identity) -> float:
        """Return how far the article was read, as saved; 0.0 at first."""
        return self._marking.position(identity)

    def save_position(self, identity: Identity, position: float) -> None:
        """Save how far the article was read."""
        self._marking.save_position(identity, position)

    def wait_briefly(self) -> None:
        """Wait only briefly for locks of other programs from now on, in this thread: to leave."""
        self._session.wait_briefly()

    def state(self, name: str) -> str:
        """Return what the screen saved under the name, empty at first."""
        return self._marking.state(name)

    def save_state(self, name: str, value: str) -> None:
        """Save a value of the screen under a name."""
        self._marking.save_state(name, value)

    def bring_in(
        self,
        paths: Iterable[Path],
        *,
        on_progress: Callable[[int, int | None], None] = lambda _done, _total: None,
        on_refusal: Callable[[Refusal], None] = lambda _refusal: None,
    ) -> "ImportReport":
        """Import folders, files and archives. on_progress: files done, of how many if known."""
        from reader.archive.importing import Import

        return Import(self._store, on_progress, on_refusal).run(paths)

    @property
    def deciding(self) -> "Deciding":
        """Return the part that decides which story each article tells, after it was stored."""
        return self._store.deciding

    @property
    def upkeep(self) -> "Upkeep":
        """Return the work that keeps the cache quick, for idle time."""
        return self._store.upkeep

    def sync(
        self,
        subscriptions: "Iterable[Subscription]",
        *,
        options: "SyncOptions | None" = None,
        on_result: "Callable[[SourceResult], None]" = lambda _result: None,
        stop: "threading.Event | None" = None,
        force: bool = False,
        limits: "Limits | None" = None,
    ) -> "list[SourceResult]":
        """Fetch live sources in parallel and store their news; return the result of each.

        Call it in a thread without an event loop; it returns soon after `stop` is set. on_result:
        called as each ends, in that thread. force: fetch paused ones, too. Raises CacheError.
        """
        from reader.live.sync import Sync

        return Sync(
            self._store, options, self.clock, on_result, stop, force=force, limits=limits
        ).run(subscriptions)

    def source_states(self) -> "Mapping[str, SourceState]":
        """Return the state of each live source that was fetched before, by its address."""
        is_own = self.home == self.folder
        return self._store.intake.source_states() if is_own else states_of(self.home)

    def fetch_full_text(
        self,
        article: Article,
        *,
        stop: "threading.Event | None" = None,
        limits: "Limits | None" = None,
    ) -> bool:
        """Fetch and store the original's text; return whether it is longer. Raises CryptoreadError.

        Call it in a thread without an event loop; it returns soon after `stop` is set.
        """
        from reader.live.full_text import fetch_full_text

        return fetch_full_text(self._store, article, stop, limits)

    def export(
        self, query: Query, to: Path, *, on_refusal: Callable[[Refusal], None] = lambda _: None
    ) -> "ExportReport":
        """Write what matches into a folder, a new archive, `.jsonl`, `.html` or `.epub`."""
        from reader.archive.exporting import export

        found = (article for _, article in self._texts.articles(self.find(query)))
        return export(found, to, on_refusal, str(query))
