"""The one door: everything that the screen and the command line may ask of cryptoread.

It puts the cache, the importer and the clock together. No SQL, no widgets, no printing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from reader.article import Article, ArticleId, Identity, Row
from reader.cache import (
    MOST_TAGS,
    PINNED,
    Cancel,
    Change,
    Group,
    Grouping,
    Ids,
    Mark,
    Marked,
    Recent,
    Stats,
    Store,
    TagCount,
)
from reader.config_paths import resource
from reader.errors import (
    ArticleAmbiguous,
    ArticleNotFound,
    CacheDamaged,
    CacheLocked,
    CacheUnwritable,
    Refusal,
    SearchAgain,
)
from reader.query import Field, Query

TYPE_CHECKING = False
if TYPE_CHECKING:
    import threading

    from reader.cache.live import SourceState
    from reader.exporting import ExportReport
    from reader.importing import ImportReport
    from reader.sources.http import Limits
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
    "Recent",
    "Stats",
    "TagCount",
]

RECENT = 200
"""Articles that a search looks through first: about as many as fill some screens."""

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Library:
    """One data folder and its articles. Any thread may ask. Raises CacheError.

    `notices`: sentences about what had to be put right, when it was opened and since. `is_sample`:
    it holds the sample articles and is thrown away when it is closed. `home`: the folder that is
    kept, which the screen's syncs fill; of the samples, whichever its owner says.
    """

    def __init__(self, folder: Path, *, clock: Clock = utc_now) -> None:
        self.folder = self.home = folder
        self.clock = clock
        self.is_sample = False
        self._is_shown = False
        self._store = Store(folder)
        self._on_close: Callable[[], None] = lambda: None

    @classmethod
    def of_samples(cls, *, clock: Clock = utc_now) -> Self:
        """The sample articles, in a folder of their own that nothing of the user's is in."""
        from tempfile import TemporaryDirectory

        folder = TemporaryDirectory(prefix="cryptoread-", ignore_cleanup_errors=True)
        library = cls(Path(folder.name), clock=clock)
        library.is_sample = True
        library._on_close = folder.cleanup
        try:
            library.bring_in([resource("sample_articles")])
        except BaseException:
            library.close()
            raise
        return library

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._store.close()
        self._on_close()

    @property
    def notices(self) -> tuple[str, ...]:
        return self._store.notices

    def tell_of_damage(self, tell: Callable[[str], None] | None = None) -> None:
        """Have a sentence said for each damage that is met, in whichever thread meets it.

        None: the sentences are added to `notices`.
        """
        self._store.damage.tell = tell or self._store.note

    @property
    def is_only_read(self) -> bool:
        """Nothing can be written in its folder: marks, positions and articles are not kept."""
        return self._store.is_only_read

    @property
    def damaged(self) -> int:
        """The number of articles that were asked for and could not be read."""
        return len(self._store.damage.damaged) + len(self._store.damage.unreadable)

    @property
    def version(self) -> int:
        """Grows with every change of the articles or the marks, whichever program made it."""
        return self._store.version()

    @property
    def texts(self) -> int:
        """Grows with every change of the articles, and not with marks: ids may be others then."""
        return self._store.texts()

    def hold(self) -> None:
        """Answer as of this moment until `catch_up`: sets, rows, texts and words.

        What other programs write then delays no question, and ids mean what they meant.
        """
        self._store.hold()

    def announce(self) -> None:
        """Let imports know that a screen is open, which they leave a processor."""
        self._is_shown = True
        self._store.announce()

    def renew(self) -> bool:
        """Return whether nothing has changed since the moment held.

        To be asked often: else the files of the cache grow while others write.
        """
        return self._store.renew()

    def prepare(self, query: Query) -> bool:
        """Read what has changed, and the answer to the query's words; whether anything has.

        For any thread, while others ask as of the moment held; `catch_up` then takes no time.
        """
        return self._store.prepare(query)

    def is_prepared_for(self, query: Query) -> bool:
        """Return whether there is something to catch up with, and the query's words are known."""
        return self._store.is_prepared_for(query)

    def catch_up(self, follow: Iterable[ArticleId] = ()) -> dict[ArticleId, ArticleId | None]:
        """Answer as of what `prepare` has read, else as of now.

        Ids may be others then: the result has those of the articles to follow, None for one that
        is gone.
        """
        return self._store.catch_up(follow)

    @property
    def is_empty(self) -> bool:
        """No article at all, drafts included."""
        return not self.names(Field.LANG)

    # Sets of articles.

    def find(
        self, query: Query, *, among: Recent | None = None, cancel: Cancel | None = None
    ) -> Ids:
        """Articles that match, newest first; drafts only where the query says `is:draft`.

        among: of those alone, which takes no time. Raises Superseded where `cancel` is called.
        """
        try:
            return self._store.find(query, self.clock(), among=among, cancel=cancel)
        except CacheDamaged:
            if not query.words or not self._store.damage.mend_index():
                raise
            if self._is_shown:  # the ids on the screen are of the moment held
                raise SearchAgain from None
            self._store.hold()
            return self._store.find(query, self.clock(), among=among, cancel=cancel)

    def remember(self, query: Query) -> None:
        """Keep what a list shows of the query, so that the next start has it at once."""
        self._store.remember(query, self.clock())

    def warm_up(self, query: Query) -> None:
        """Read what the next filter on top of the query will need; nothing is recalled any more."""
        self._store.warm_up(query, self.clock())

    @property
    def total(self) -> int:
        """The number of articles, without drafts."""
        return self._store.total()

    def finds_at_once(self, query: Query) -> bool:
        """Whether `find` has no word to look up, which may take a while."""
        return self._store.finds_at_once(query)

    def recent(self, query: Query, count: int = RECENT) -> Recent:
        """Return the newest articles that match, for `find` among them."""
        return self._store.recent(query, self.clock(), count)

    def is_current(self, recent: Recent) -> bool:
        """Return whether no text has changed since these were read."""
        return self._store.is_current(recent)

    def groups(self, ids: Ids, by: Grouping = Grouping.CATEGORY) -> tuple[Group, ...]:
        """The articles under headings, each under one, pinned ones first."""
        return self._store.groups(ids, by)

    def tag_counts(self, ids: Ids, most: int | None = None) -> list[TagCount]:
        """Tags that occur among the articles, most frequent first, ties by name; at most so many.

        A few are found without counting all.
        """
        return self._store.tag_counts(ids, most)

    def tags_at_once(self, ids: Ids, most: int) -> list[TagCount] | None:
        """The same; None where that may take a tenth of a second."""
        return self._store.tags_at_once(ids, most)

    def unread(self, ids: Ids) -> Ids:
        return self._store.unread(ids)

    def names(self, field: Field) -> dict[str, int]:
        """Values of tag, category, source or lang and their articles, most frequent first."""
        return self._store.names(field)

    def stats(self, query: Query) -> Stats:
        return self._store.stats(self.find(query))

    # Articles.

    def rows(self, ids: Sequence[ArticleId]) -> list[Row]:
        """What a list shows of each, in the order of the ids; those that are gone are left out."""
        return self._store.rows(ids)

    def article(self, id: ArticleId) -> Article:
        """Raises ArticleNotFound, ArticleDamaged."""
        return self.whole(id)[1]

    def whole(self, id: ArticleId) -> tuple[Row, Article]:
        """The article and its row. Raises ArticleNotFound, ArticleDamaged."""
        found = self._store.whole(id)
        if found is None:
            raise ArticleNotFound(str(id))
        return found

    def articles(self, ids: Sequence[ArticleId]) -> Iterator[tuple[Row, Article]]:
        """Whole articles with their rows, in the order of the ids, few in memory at a time.

        Damaged ones are left out; `tell_of_damage` says who is told.
        """
        return self._store.articles(ids)

    def resolve(self, wanted: str) -> ArticleId:
        """Return the article of a reference, or of an external id that only one article has.

        A reference stays good when the article's id changes. Raises ArticleNotFound,
        ArticleAmbiguous.
        """
        number = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 16 else -1
        if (id := self._store.with_reference(number, near=True)) is not None:
            return id
        found = self._store.with_external_id(wanted)
        if len(found) == 1:
            return found[0]
        if found:
            references = tuple(row.reference for row in self._store.rows(found))
            raise ArticleAmbiguous(wanted, references)
        if (id := self._store.with_reference(number)) is not None:
            return id
        raise ArticleNotFound(wanted)

    def identity(self, id: ArticleId) -> Identity | None:
        """What stays the same of the article when its id changes; None where it is gone."""
        return self._store.identity(id)

    def id_of(self, identity: Identity) -> ArticleId | None:
        """The present id of an article, None where it is gone."""
        return self._store.with_identity(identity)

    # Marks, and what the screen remembers.

    def mark(self, ids: Ids, mark: Mark, value: bool, label: str) -> int:
        """Set or take away a mark; how many articles it changed.

        label: its name in the undo journal; without one it is not a step of the journal.
        """
        return self._store.mark(ids, mark, value, label)

    def set_marks(
        self, ids: Ids, mark: Mark, value: bool | None, label: Callable[[bool, int], str]
    ) -> Marked:
        """Set or take away a mark; value None: set it where any article lacks it.

        Where a moment is held, `catch_up` shows it, and must not be called in between.
        label: gives its name in the undo journal, of what it becomes and of how many articles.
        """
        return self._store.set_marks(ids, mark, value, label)

    def keep_copy_of_marks(self) -> None:
        """Make today's copy of the marks, where there is none yet; for when nobody waits.

        Where nothing can be written, there is none. Raises CacheError.
        """
        if not self.is_sample:
            with suppress(CacheLocked, CacheUnwritable):
                self._store.keep_copy()

    def undo(self) -> Change | None:
        """Take back the last change of marks; None where there is none left."""
        return self._store.undo()

    def redo(self) -> Change | None:
        return self._store.redo()

    def position(self, identity: Identity) -> float:
        """How far the article was read, as saved; 0.0 at first."""
        return self._store.position(identity)

    def save_position(self, identity: Identity, position: float) -> None:
        self._store.save_position(identity, position)

    def hurry(self) -> None:
        """Wait no longer than a moment for locks of other programs, in this thread: to leave."""
        self._store.hurry()

    def state(self, name: str) -> str:
        """What the screen saved under the name, empty at first."""
        return self._store.state(name)

    def save_state(self, name: str, value: str) -> None:
        self._store.save_state(name, value)

    # In and out.

    def bring_in(
        self,
        paths: Iterable[Path],
        *,
        on_progress: Callable[[int, int | None], None] = lambda _done, _total: None,
        on_refusal: Callable[[Refusal], None] = lambda _refusal: None,
    ) -> "ImportReport":
        """Import folders, files and archives. on_progress: files done, and of how many if known."""
        from reader.importing import Import

        return Import(self._store, on_progress, on_refusal).run(paths)

    def tidy(self, *, entirely: bool = False) -> None:
        """What the cache gains from when many articles have come in, for when nobody waits.

        entirely: at once and not a little at a time.
        """
        self._store.tidy(entirely=entirely)

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
        """Ask live sources for news, all side by side, and store it; what became of each.

        It returns when all have ended, or soon after `stop` is set, in the thread that calls it:
        one without an event loop. on_result: told of each source as it ends, in that same thread.
        force: ask those that are paused, too. Raises CacheError, and for no source anything else.
        """
        import threading

        from reader.sources.http import Limits
        from reader.subscriptions import SyncOptions
        from reader.syncing import Sync

        return Sync(
            self._store,
            options=options or SyncOptions(),
            clock=self.clock,
            on_result=on_result,
            stop=stop or threading.Event(),
            force=force,
            limits=limits or Limits(),
        ).run(subscriptions)

    def source_states(self) -> "Mapping[str, SourceState]":
        """How each live source is doing, by its address, where it has been asked before."""
        if self.home == self.folder:
            return self._store.source_states()
        from reader.cache.checking import sources

        return sources(self.home)

    def fetch_full_text(
        self,
        article: Article,
        *,
        stop: "threading.Event | None" = None,
        limits: "Limits | None" = None,
    ) -> bool:
        """Whether the article's original has more text, which is then kept under its identity.

        For a thread without an event loop, which it keeps until soon after `stop` is set.
        Raises CryptoreadError.
        """
        import threading

        from reader.originals import PAGE, fetch_full_text

        stop = stop or threading.Event()
        return fetch_full_text(self._store, article, stop, limits or PAGE)

    def export(
        self,
        query: Query,
        to: Path,
        *,
        on_refusal: Callable[[Refusal], None] = lambda _refusal: None,
    ) -> "ExportReport":
        """Write what matches into a folder or a new archive, in the archive's own layout.

        Or into a new `.jsonl` or `.jsonl.gz`, an article a line.
        """
        from reader.exporting import export

        articles = self._store.articles(self.find(query))
        return export((article for _, article in articles), to, on_refusal)
