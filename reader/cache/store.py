"""The cache: articles, facets, full text and marks, behind the questions that `Library` asks.

Any thread may ask: each has a connection of its own, and what the facets hold is shared. Writes
go one at a time. Everything raises CacheError and nothing else.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

from pyroaring import BitMap

from reader.article import CHECK, Article, ArticleId, Identity, Row, Sentiment, check_digits
from reader.cache import copies
from reader.cache.answers import (
    MOST_TAGS,
    Change,
    Group,
    Grouping,
    Marked,
    Stamp,
    Stats,
    TagCount,
)
from reader.cache.damage import is_suspect, number, rows_of
from reader.cache.days import Days
from reader.cache.evaluation import END, filtered, from_milliseconds, language_of
from reader.cache.facets import (
    ALL,
    DRAFT,
    ESTIMATED,
    FAVOURITE,
    READ,
    SETS_KEPT,
    Facet,
    FacetChanges,
    Facets,
    News,
    settle,
)
from reader.cache.grouping import group, most_frequent
from reader.cache.identities import id_of, identities
from reader.cache.ids import Ids
from reader.cache.marks import Mark, Marks, Step
from reader.cache.marks_keeper import MarksKeeper
from reader.cache.marks_state import State, look
from reader.cache.mending import Mending
from reader.cache.presence import Presence
from reader.cache.recalled import Recalled, recalled, written
from reader.cache.schema import (
    CACHE,
    IDENTITY,
    LOG_BYTES,
    MARKS,
    WRITER_CACHE_KIB,
    impatient,
    prepare,
    sql_errors,
    transaction,
)
from reader.cache.session import Moment, Session, meta
from reader.cache.words import Cancel, Recent
from reader.errors import (
    ArticleDamaged,
    CacheDamaged,
    CacheError,
    CacheGone,
    CacheLocked,
    CacheUnwritable,
    MarkNotShown,
    MarksDamaged,
    MarksGone,
)
from reader.query import Field, Query

if TYPE_CHECKING:
    from reader.cache.live import FeedPage, SourceState
    from reader.cache.writing import Writer

T = TypeVar("T")

Changing = Callable[[Callable[[Marks], Any]], Any]
"""Makes a change of the marks that lasts, and returns its result."""

Asked = tuple[Query, int, int | None]
"""A question, and the versions of articles and of marks that its answer holds for."""

BATCH = 500
"""Ids that one statement names at most."""

LEAVING_TIMEOUT_MS = 500
NEAR = 1_000
"""How far an article is looked for from the id that it had, before all articles are looked at."""

FIRST_TO_SEARCH = 100_000
"""From January 2009 on: smaller numbers are rather external ids that no article has."""

TAGS_AT_ONCE = 100

READS_AT_ONCE = 40
"""Tags that may be read while somebody waits, some 5 ms; beyond that it is a matter of hundreds."""

MERGE = "INSERT INTO fulltext (fulltext, rank) VALUES ('merge', ?)"
MERGE_PAGES, MERGE_STEPS = 100, 10
"""Of 4 kB that one transaction writes; the steps together keep up with 50 articles a time."""
ALL_PAGES = 100_000

_ROW = (
    "SELECT id, title, published, lang, category, sentiment, source, pinned, draft, flagged, "
    f"{IDENTITY} "
    "FROM articles WHERE id IN "
)
_TEXTS = (
    "SELECT id, title, iif(json_valid(fields), fields ->> 'description', ''), body "
    "FROM articles JOIN documents USING (id) WHERE id IN "
)
_FACET_OF = {Mark.READ: READ, Mark.FAVOURITE: FAVOURITE}


class Next(NamedTuple):
    """What there is to take when the moment held is left for a later one."""

    moment: Moment
    news: list[tuple[Facets, News]]
    query: Query
    """Whose words have been looked up in it."""


class Store:
    """One data folder: `cache.db`, which can be rebuilt, and `marks.db`, which is precious.

    `damage`: what has been met since it was opened.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "cache.db"
        self.marks_path = folder / "marks.db"
        self._notices: tuple[str, ...] = ()
        self.damage = Mending(self.path, self._changing, id_of, self._marks_of, self.note)
        self._prepare()
        self._session = Session(self.path, self.marks_path)
        self._keeper = MarksKeeper(folder, self._session)
        self._given: dict[Facet, BitMap] = {}
        """Facets of marks that the cache does not show and that cannot be written there."""
        self._facets = Facets(truth=self.damage.counted, given=self._given)
        self._of_language: dict[str, Facets] = {"": self._facets}
        self._latest = Facets(truth=self.damage.counted, given=self._given)
        """Of the present state, for changes of marks; the others are of the moment held."""
        self._next: Next | None = None
        """Read by `prepare`, for `catch_up`."""
        self._kept: dict[Asked, Ids] = {}
        """The last answers."""
        self._days = Days()
        self._recalls = True
        self._presence = Presence.of(folder / "reading.lock")
        try:
            self._show_stale_marks()
        except CacheDamaged:
            self.close()
            self._prepare()
            self._show_stale_marks()

    def _prepare(self) -> None:
        self._notices += tuple(filter(None, [prepare(self.path, CACHE)]))
        self._prepare_marks()
        self.is_only_read = any(map(copies.is_only_read, (self.path, self.marks_path)))
        if self.is_only_read:
            notes = filter(None, map(copies.note, (self.path, self.marks_path)))
            said = f"{self.path.parent} cannot be written: marks are not kept"
            self.note("; ".join((said, *notes)))

    def _prepare_marks(self) -> None:
        """Make the marks ready; where nothing can be written, to be read."""
        copies.forget(self.marks_path)
        if copies.is_writable(self.marks_path) and not copies.is_only_read(self.path):
            with suppress(CacheUnwritable):
                if look(self.marks_path) is not State.WELL or is_suspect(self.marks_path):
                    from reader.cache.marks_repair import prepare_marks

                    self._notices += prepare_marks(self.path.parent)
                return
        self._notices += tuple(filter(None, [prepare(self.marks_path, MARKS)]))

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences about what had to be put right, at the start and since."""
        return (*self._notices, *self._keeper.notices)

    def note(self, notice: str) -> None:
        """Add a sentence to the notices."""
        self._notices += (notice,)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._presence.close()
        self._session.close()

    def hurry(self) -> None:
        """Wait no longer than a moment for locks of other programs, in this thread: to leave."""
        with sql_errors(self.marks_path):
            self._session.hurry(LEAVING_TIMEOUT_MS)

    def release(self) -> None:
        """Close this thread's connections, for a thread that ends before the store does."""
        self._session.release()

    # The moment as of which questions are answered.

    def version(self) -> int:
        """Return a number that grows with every change of the cache, by whichever program.

        It is that of what answers are made of.
        """
        with self._asking():
            return self._facets.version

    def hold(self) -> None:
        """Answer as of this moment until `catch_up`, rows, texts and words included.

        What other programs write then delays no question, and ids mean what they meant.
        """
        with sql_errors(self.path), self._session.lock:
            moment = self._session.begin(searches=0)
            self._session.take(moment)
            for facets in self._of_language.values():
                facets.refresh(moment.db)

    def announce(self) -> None:
        """Let imports know that a screen is open, which they leave a processor."""
        self._presence.announce()

    def is_read(self) -> bool:
        """Return whether a program has announced a screen on this folder and still runs."""
        return self._presence.is_anybody_here()

    def renew(self) -> bool:
        """Return whether nothing has changed since the moment held, and hold the present one.

        Only so can the write-ahead log be emptied: it keeps what an open read transaction sees.
        """
        self._presence.insist()
        with sql_errors(self.path), suppress(CacheGone):
            moment = self._session.begin()
            is_same = self._renewed(moment)
            if not is_same:
                self._session.end(moment)
            return is_same
        return True

    def _renewed(self, moment: Moment) -> bool:
        with self._session.lock:
            is_same = moment.version == self._facets.version
            if is_same:
                self._session.take(moment)
            return is_same

    def prepare(self, query: Query) -> bool:
        """Read what has changed, for `catch_up`; whether anything has.

        query: its words are looked up as well, so that it is answered at once. May be called from
        any thread, while others ask as of the moment before.
        """
        if self._session.moment is None:
            return False
        with sql_errors(self.path):
            try:
                moment = self._session.begin()
            except CacheGone:
                return False
            if self._renewed(moment):
                return False
            news = [(facets, facets.news(moment.db)) for facets in list(self._of_language.values())]
            self._look_up(query, moment)
            self._propose(Next(moment, news, query))
            return True

    def _propose(self, step: Next) -> None:
        """Let `catch_up` take this one, unless another thread has read a later one meanwhile."""
        with self._session.lock:
            left = self._next
            if left is None or left.moment.version <= step.moment.version:
                self._next = step
            else:
                left = step
        if left is not None:
            self._session.end(left.moment)

    def is_prepared_for(self, query: Query) -> bool:
        """Return whether there is something to catch up with, and the query's words are known."""
        return self._next is not None and set(query.words) <= set(self._next.query.words)

    def texts(self) -> int:
        """Return a number that grows with every change of an article, and not with marks."""
        with self._asking():
            return self._facets.texts

    def _look_up(self, query: Query, moment: Moment) -> None:
        if query.words:
            with self._session.lock:
                moment.users += 1
            with self._session.searching(moment) as (db, words):
                words.keep(BitMap(), query.words, db, Cancel())

    def catch_up(self, follow: Iterable[ArticleId] = ()) -> dict[ArticleId, ArticleId | None]:
        """Answer as of the moment that `prepare` has read, else as of now.

        follow: articles by their ids until here; the result has their ids from here on, None where
        an article is gone.
        """
        if self._next is None:
            self.prepare(Query())
        with sql_errors(self.path), self._session.lock:
            following, self._next = self._next, None
            if following is not None and following.moment.version <= self._facets.version:
                self._session.end(following.moment)  # a later one is held already
                following = None
            if following is None:
                return {id: id for id in follow}
            with self._asking() as db:
                held = {id: next(identities(db, BitMap([id])), None) for id in follow}
            for facets, found in following.news:
                facets.take(found)
            self._session.take(following.moment)
            db = following.moment.db
            for facets in self._of_language.values():
                facets.refresh(db)  # those of a language that was first asked for meanwhile
            return {
                id: ArticleId(now) if each and (now := id_of(db, each)) is not None else None
                for id, each in held.items()
            }

    # Questions.

    def find(
        self,
        query: Query,
        now: datetime,
        *,
        among: Recent | None = None,
        cancel: Cancel | None = None,
    ) -> Ids:
        """Ids that match, newest first; drafts only where the query asks for them. now: aware.

        among: of those alone, which takes no time. Raises Superseded.
        """
        if among is None and (recalled := self._recalled(query, now)):
            return recalled
        lang = language_of(query)
        with self._asking(lang) as db:
            if among is None and not query.words and query.period(now) == (None, None):
                return self._found(query, lang, db, now)
            bits = filtered(query, self._facets_of(lang), db, now)
            if among is not None:
                return Ids(among.keep(bits, query.words), lang)
            moment = self._session.lease()
        # Without the lock: a word may take a second.
        with sql_errors(self.path), self._session.searching(moment) as (db, words):
            return Ids(words.keep(bits, query.words, db, cancel or Cancel()), lang)

    def _found(self, query: Query, lang: str, db: sqlite3.Connection, now: datetime) -> Ids:
        """The same set as before where nothing has changed: what was counted of it holds, too."""
        facets = self._facets_of(lang)
        key = _asked(query, facets)
        ids = self._kept.pop(key, None)
        if ids is None:
            ids = Ids(filtered(query, facets, db, now), lang)
            self._kept = {kept: ids for kept, ids in self._kept.items() if kept[1] == key[1]}
            self._note_rest(query, ids, facets)
        self._kept[key] = ids  # the last to be forgotten
        if len(self._kept) > SETS_KEPT:
            del self._kept[next(iter(self._kept))]
        return ids

    def _note_rest(self, query: Query, ids: Ids, facets: Facets) -> None:
        """A tag that was included is excluded: then all has been counted that is left to count."""
        tag = query.terms[-1] if query.terms else None
        if tag is None or tag.field is not Field.TAG or not tag.exclude:
            return
        without = query.without(tag)
        whole = self._kept.get(_asked(without, facets))
        included = without.with_term(replace(tag, exclude=False))
        part = self._kept.get(_asked(included, facets))
        if whole and part:
            facets.note_rest(ids.bits, whole.bits, part.bits)

    def remember(self, query: Query, now: datetime) -> None:
        """Keep what a list shows of the query, for `find` to give back until anything changes.

        Not while another program writes: leaving the screen does not wait for it.
        """
        if self.is_only_read or query.words or query.period(now) != (None, None):
            return
        ids = self.find(query, now)
        groups, tags = self.groups(ids, Grouping.CATEGORY), self.tag_counts(ids, MOST_TAGS)
        answer = (str(query), self._facets.version, written(len(ids), groups, tags))
        with suppress(CacheLocked), self._changing() as db, impatient(db), transaction(db):
            db.execute("DELETE FROM answers")
            db.execute("INSERT INTO answers VALUES (?, ?, ?)", answer)

    def warm_up(self, query: Query, now: datetime) -> None:
        """Read what the next filter on top of the query will need; nothing is recalled any more."""
        self._recalls = False
        ids = self.find(query, now)
        self.groups(ids, Grouping.CATEGORY)
        self.tag_counts(ids, MOST_TAGS)
        self.groups(ids, Grouping.DAY)

    def _recalled(self, query: Query, now: datetime) -> Recalled | None:
        if not self._recalls:
            return None

        lang = language_of(query)
        facets, ask = self._facets_of(lang), partial(self._asking, lang)

        def find() -> BitMap:
            with ask() as db:
                return filtered(query, facets, db, now)

        with ask() as db:
            kept = "SELECT answer FROM answers WHERE query = ? AND version = ?"
            row = db.execute(kept, (str(query), facets.version)).fetchone()
        return recalled(str(row[0]), find, lang, facets, ask) if row else None

    def _holds(self, answer: Recalled) -> bool:
        """Whether nothing has changed since: a mark changes counts, not which articles match."""
        return answer.version == self.version()

    def total(self) -> int:
        """The number of articles, without drafts."""
        with self._asking() as db:
            return self._facets.size(db, ALL) - self._facets.size(db, DRAFT)

    def finds_at_once(self, query: Query) -> bool:
        """Whether no word of the query has to be looked up."""
        with self._asking() as db:
            return self._session.words.knows(query.words, db)

    def recent(self, query: Query, now: datetime, count: int) -> Recent:
        """Return the newest articles that match, for `find` among them."""
        with self._session.lock:
            newest = self.find(query, now)[:count]
            moment, version = self._session.lease(), self._facets.texts
        with sql_errors(self.path), self._session.searching(moment) as (db, _):
            found = (rows_of(db, _TEXTS, some, _passed_over) for some in _batches(newest))
            return Recent(chain.from_iterable(found), version)

    def is_current(self, recent: Recent) -> bool:
        """Return whether no text has changed since the newest articles were read."""
        return recent.texts == self._facets.texts

    def groups(self, ids: Ids, by: Grouping) -> tuple[Group, ...]:
        """The ids under headings, the pinned first; groups without any of them are left out."""
        if by is Grouping.CATEGORY and isinstance(ids, Recalled) and self._holds(ids):
            return ids.groups
        ask = partial(self._asking, ids.lang)
        return group(ids.bits, by, self._facets_of(ids.lang), self._days, ask)

    def tag_counts(self, ids: Ids, most: int | None = None) -> list[TagCount]:
        """Tags that occur among the ids, most frequent first, ties by name; at most so many."""
        if most is not None:
            return self._most_frequent(ids, most) or []
        counts = [each for some in self._tags() for each in self._tag_counts(some, ids)]
        return sorted(counts, key=lambda tag: (-tag.articles, tag.tag))

    def tags_at_once(self, ids: Ids, most: int) -> list[TagCount] | None:
        """The same; None where many tags would have to be read for it."""
        if most == MOST_TAGS and isinstance(ids, Recalled) and self._holds(ids):
            return ids.tags
        return self._most_frequent(ids, most, READS_AT_ONCE)

    def _most_frequent(
        self, ids: Ids, most: int, reads: int | None = None
    ) -> list[TagCount] | None:
        ask = partial(self._asking, ids.lang)
        return most_frequent(ids.bits, most, self._facets_of(ids.lang), ask, reads)

    def _tags(self) -> Iterator[Sequence[Facet]]:
        """All, some at a time: whoever paints must not wait until thousands are read."""
        with self._asking() as db:
            every = [facet for facet, size in self._facets.by_size(db, "tag") if size]
        return _batches(every, TAGS_AT_ONCE)

    def _tag_counts(self, tags: Iterable[Facet], ids: Ids) -> Iterator[TagCount]:
        facets = self._facets_of(ids.lang)
        with self._asking(ids.lang) as db:
            dense = facets.dense(ids.bits)
            for tag in tags:
                if count := facets.get(db, tag).intersection_cardinality(dense):
                    yield TagCount(facets.label(tag), count)

    def unread(self, ids: Ids) -> Ids:
        """Those of the ids that are not marked as read."""
        with self._asking() as db:
            return Ids(ids.bits - self._facets.get(db, READ), ids.lang)

    def names(self, field: Field) -> dict[str, int]:
        """Values of tag, category, source or lang, each with its number of articles.

        Drafts included, most frequent first.
        """
        with self._asking() as db:
            sizes = self._facets.by_size(db, field)
            return {self._facets.label(facet): size for facet, size in sizes if size}

    def stats(self, ids: Ids) -> Stats:
        facets = self._facets_of(ids.lang)
        with self._asking(ids.lang) as db:
            categories: dict[str, dict[Sentiment, int]] = {}
            for value, bits in facets.every(db, "group").items():
                name, sentiment = facets.label(("group", value)).split("\t")
                counts = categories.setdefault(name, dict.fromkeys(Sentiment, 0))
                counts[Sentiment(sentiment)] = bits.intersection_cardinality(ids.bits)
        ranked = sorted(categories.items(), key=lambda item: (-sum(item[1].values()), item[0]))
        return Stats(
            articles=len(ids),
            languages=self._counts("lang", ids),
            sources=self._counts("source", ids),
            tags=self._counts("tag", ids),
            categories={name: counts for name, counts in ranked if any(counts.values())},
        )

    def rows(self, ids: Sequence[ArticleId]) -> list[Row]:
        """A row for each id that the cache still has, in the order of the ids."""
        found: dict[ArticleId, Row] = {}
        failed: list[int] = []
        with self._asking() as db:
            states = [self._facets.get(db, state) for state in (READ, FAVOURITE, ESTIMATED)]
            for some in _batches(ids):
                for values in rows_of(db, _ROW, some, failed.append):
                    try:
                        found[values[0]] = _row(values, *states)
                    except (ValueError, TypeError, OverflowError):
                        failed.append(values[0])
            if failed:
                from reader.cache.documents import row_values

                for values in row_values(db, failed):
                    found[values[0]] = _row(values, *states)
        if failed:
            self.damage.mend_rows(
                [found[id].identity for id in map(ArticleId, failed) if id in found]
            )
            self.damage.note_unreadable({id for id in failed if id not in found})
        return [found[id] for id in ids if id in found]

    def article(self, id: ArticleId) -> Article | None:
        """The whole article; None where there is no such id. Raises ArticleDamaged."""
        found = self.whole(id)
        return found[1] if found else None

    def whole(self, id: ArticleId) -> tuple[Row, Article] | None:
        """The whole article with its row; None where there is none. Raises ArticleDamaged."""
        for found in self._articles([id], lambda _: None):
            return found
        for row in self.rows([id]):
            raise ArticleDamaged(row.reference, row.title)
        return None

    def articles(self, ids: Iterable[ArticleId]) -> Iterator[tuple[Row, Article]]:
        """Whole articles in the order of the ids, a few in memory at a time.

        Those that are damaged are left out; `damage.tell` is told of each.
        """
        return self._articles(ids, self.damage.tell)

    def _articles(
        self, ids: Iterable[ArticleId], on_damage: Callable[[str], None]
    ) -> Iterator[tuple[Row, Article]]:
        from reader.cache.documents import read

        for some in _batches(list(ids)):
            rows = {row.id: row for row in self.rows(some)}
            with self._asking() as db:
                documents = read(db, some, self.damage.note_broken)
            damaged = [rows[id] for id in some if id in rows and documents.get(id) is None]
            for row in self.damage.forgotten(damaged):
                on_damage(str(ArticleDamaged(row.reference, row.title)))
            for id in some:
                document = documents.get(id)
                if id in rows and document is not None:
                    yield self.damage.agreed(rows[id], document.article())

    def with_external_id(self, external: str) -> Ids:
        """Articles of that external id, in any language and of any source."""
        with self._asking() as db:
            found = db.execute("SELECT id FROM articles WHERE external = ?", (external,))
            return Ids([id for (id,) in found])

    def with_reference(self, reference: int, *, near: bool = False) -> ArticleId | None:
        """Return the article of a reference, whatever its id is by now; None where it is gone.

        near: look no further than articles of about the same time, where it mostly is.
        """
        id, digits = divmod(reference, CHECK)
        if id < (0 if near else FIRST_TO_SEARCH):
            return None
        about = (id - NEAR, id + NEAR) if near else (0, END)
        places = f"SELECT id, {IDENTITY} FROM articles WHERE id BETWEEN ? AND ?"
        with self._asking() as db:
            rows = db.execute(places, about)
            found = [place for place, *who in rows if check_digits(Identity(*who)) == digits]
        return ArticleId(min(found, key=lambda place: abs(place - id))) if found else None

    def identity(self, id: ArticleId) -> Identity | None:
        """The identity of an article, None where there is no such id."""
        with self._asking() as db:
            return next(identities(db, BitMap([id])), None)

    def with_identity(self, identity: Identity) -> ArticleId | None:
        """The id of an article, also by an identity that it had earlier; None where it is gone."""
        with self._asking() as db:
            id = id_of(db, identity)
            if id is None:
                from reader.cache.live import found_as

                stored = found_as(db, identity, any_lang=True)
                id = stored.id if stored else None
            return None if id is None else ArticleId(id)

    # Articles in.

    def begin_run(self) -> int:
        """The number of a new import. Versions of one article within it supersede each other."""
        with self._changing() as db, transaction(db):
            run = "UPDATE meta SET value = value + 1 WHERE name = 'run' RETURNING value"
            return number(db.execute(run).fetchone())

    @contextmanager
    def writing(self, run: int) -> Iterator["Writer"]:
        """A transaction that articles are put in; all of them are on disk when it has ended."""
        from reader.cache.writing import Writer

        with self._changing() as db, transaction(db):
            db.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")
            writer = Writer(db, self._session.marks(), run, self.damage.counted)
            yield writer
            writer.finish()
        writer.committed()

    def feed_page(
        self, addresses: Sequence[str], name: str, articles: Sequence[Article]
    ) -> "FeedPage":
        """A page of a feed, ready to be stored. Raises CacheError.

        addresses: of the subscription, and where it has moved to for good. name: of the
        subscription.
        """
        from reader.cache.feeds import feed_page

        with self._changing() as db:
            return feed_page(db, self._session.marks(), addresses, name, articles)

    def begin_log_anew(self) -> bool:
        """Bring all that is committed to its place and let the log begin anew; whether it could.

        It cannot while another program holds an older state, which a screen does for a second or
        some; nothing is waited for.
        """
        with self._present() as db, impatient(db):
            (is_busy, _, _) = db.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
            return not is_busy

    def empty_log(self) -> None:
        """Bring what is committed to its place in the file, even beside a thread that writes.

        Whoever closes the cache does the same; before that it is no more than a help.
        """
        with suppress(sqlite3.Error, CacheError):
            self._session.connection().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def has_long_log(self, least: int = 0) -> bool:
        """Return whether the log should be emptied before more is written. least: bytes."""
        return self.log_bytes() > max(LOG_BYTES, least)

    def log_bytes(self) -> int:
        """Return the length of the write-ahead log's file."""
        try:
            return self.path.with_name(f"{self.path.name}-wal").stat().st_size
        except FileNotFoundError:
            return 0

    def tidy(self, *, entirely: bool = False) -> None:
        """Merge segments of the full-text index where many of one size have gathered.

        For when nobody waits: it may write some megabytes, a little at a time. entirely: all that
        there is; of a large import that may be a gigabyte, which some later change would write.
        """
        pages, steps = (ALL_PAGES, count()) if entirely else (MERGE_PAGES, range(MERGE_STEPS))
        db = self._session.connection()
        # What is suppressed: another program writes, and will do it.
        with suppress(sqlite3.Error), impatient(db):
            if entirely:
                with suppress(CacheDamaged), sql_errors(self.path), transaction(db):
                    settle(db)
            for _ in steps:
                before = db.total_changes
                db.execute(MERGE, (pages,))
                if db.total_changes < before + 2:  # by its manual, nothing was left to merge
                    break

    def source_states(self) -> dict[str, "SourceState"]:
        """What is known of the live sources, by their addresses."""
        from reader.cache.live import source_states

        with self._present() as db:
            return {state.url: state for state in source_states(db)}

    def stamps(self, locations: Sequence[str]) -> dict[str, Stamp]:
        """What is known of those files; the others are new."""
        with self._present() as db:
            return {
                (where := os.fsdecode(location)): Stamp(where, size, mtime_ns, digest)
                for some in _batches([os.fsencode(location) for location in locations])
                for location, size, mtime_ns, digest in db.execute(
                    f"SELECT * FROM files WHERE location IN {_places(some)}", some
                )
            }

    def files_below(self, prefix: str) -> Iterator[str]:
        """Locations of the known files that begin with the prefix, in order."""
        first = os.fsencode(prefix)
        with self._present() as db:
            found = db.execute(
                "SELECT location FROM files WHERE location >= ? AND location < ?",
                (first, first[:-1] + bytes([first[-1] + 1])),
            )
            yield from (os.fsdecode(location) for (location,) in found)

    # Marks.

    def mark(self, ids: Ids, mark: Mark, value: bool, label: str) -> int:
        """Set a mark where it differs; how many articles it changed. As `set_marks`."""
        return self.set_marks(ids, mark, value, lambda _value, _changed: label).changed

    def set_marks(
        self, ids: Ids, mark: Mark, value: bool | None, label: Callable[[bool, int], str]
    ) -> Marked:
        """Set a mark where it differs; value None: where any lacks it, else take it away.

        ids: as of the moment held, which does not move on: `catch_up` shows what has changed.
        label: gives the name in the undo journal, of what the mark becomes and of how many
        articles; empty: it is not a step of the journal.
        """
        try:
            return self._marking(partial(self._set_marks, ids, mark, value, label))
        except CacheGone:
            moment = self._session.moment
            if moment is None:
                raise
            with self._session.lock, sql_errors(self.path):
                held = list(identities(moment.db, ids.bits))
            return self._keeper.mark(held, mark, value, label)

    def _set_marks(
        self,
        ids: Ids,
        mark: Mark,
        value: bool | None,
        label: Callable[[bool, int], str],
        db: sqlite3.Connection,
        change: "Changing",
    ) -> Marked:
        self._latest.refresh(db)
        bits, facet = self._as_of_now(ids, db), self._latest.get(db, _FACET_OF[mark])
        becomes = bool(bits - facet) if value is None else value
        changed = bits - facet if becomes else bits & facet
        if changed:
            name, who = label(becomes, len(changed)), list(identities(db, changed))
            step = Step(name, mark, becomes, who)
            self._show(db, step, changed, change(lambda marks: marks.do(step)))
        return Marked(becomes, len(changed))

    def _marking(self, work: Callable[[sqlite3.Connection, "Changing"], T]) -> T:
        """Change marks and facets: marks first, which are on disk when the facets are written.

        work: given a connection within a transaction, and what changes the marks.
        """
        is_stored = False

        def change(of_marks: Callable[[Marks], Any]) -> Any:
            nonlocal is_stored
            result = self._keeper.change(of_marks)
            is_stored = True
            return result

        try:
            with self._changing() as db, transaction(db):
                self._show_if_stale(db)
                return work(db, change)
        except MarksDamaged:
            if is_stored or not self._keeper.repair():
                raise
        except CacheError as error:
            if is_stored:
                raise MarkNotShown(error) from error
            raise
        return self._marking(work)

    def _as_of_now(self, ids: Ids, db: sqlite3.Connection) -> BitMap:
        """The ids that the articles have in the present state, of which `_latest` is."""
        with self._session.lock:
            moment = self._session.moment
            if moment is None or moment.version == self._latest.version:
                return ids.bits
            held = list(identities(moment.db, ids.bits))
        found = (id_of(db, identity) for identity in held)
        return BitMap([id for id in found if id is not None])

    def undo(self) -> Change | None:
        """Take back the last change of marks; None where there is none left."""
        return self._replay(Marks.undo)

    def redo(self) -> Change | None:
        """Make the last change that was undone again; None where there is none."""
        return self._replay(Marks.redo)

    def _replay(self, which: Callable[[Marks], tuple[Step, int] | None]) -> Change | None:
        def replay(db: sqlite3.Connection, change: Changing) -> Change | None:
            replayed = change(which)
            if replayed is None:
                return None
            step, counter = replayed
            found = [id_of(db, identity) for identity in step.articles]
            ids = BitMap([id for id in found if id is not None])
            self._show(db, step, ids, counter)
            return Change(label=step.label, articles=len(step.articles), ids=Ids(ids))

        try:
            return self._marking(replay)
        except CacheGone:
            replayed = self._keeper.change(which)
            if replayed is None:
                return None
            return Change(label=replayed[0].label, articles=len(replayed[0].articles), ids=Ids())

    def keep_copy(self) -> None:
        """Make today's copy of the marks, where there is none yet. Raises CacheError."""
        self._keeper.keep_copy()

    def position(self, identity: Identity) -> float:
        """How far the article was read, as it was saved; 0.0 at first."""
        return self._keeper.ask(lambda marks: marks.position(identity))

    def save_position(self, identity: Identity, position: float) -> None:
        if not self.is_only_read:
            self._keeper.ask(lambda marks: marks.save_position(identity, position))

    def state(self, name: str) -> str:
        """What the screen saved under the name, empty at first."""
        return self._keeper.ask(lambda marks: marks.state(name))

    def save_state(self, name: str, value: str) -> None:
        if not self.is_only_read:
            self._keeper.ask(lambda marks: marks.save_state(name, value))

    def _show(self, db: sqlite3.Connection, step: Step, ids: BitMap, counter: int) -> None:
        """Put a change of the marks into the facets, within the open transaction.

        Where these did not show the change before it, they are made anew: else it stays hidden.
        """
        if self._counter_shown(db) != counter - 1:
            self._show_all(db, counter)
            return
        changes = FacetChanges()
        for id in ids:
            changes.set(id, [_FACET_OF[step.mark]], step.value)
        self._write_facets(db, changes, counter)

    def _show_stale_marks(self) -> None:
        """Rebuild the read and favourite facets where the marks changed without the cache."""
        with self._changing() as db:
            if self._counter_shown(db) > self._session.marks().counter():
                self._keeper.catch_up()
            if self._counter_shown(db) != self._session.marks().counter():
                with transaction(db):
                    self._show_if_stale(db)

    def _give_stale_marks(self, db: sqlite3.Connection) -> None:
        """Take them from the marks where the cache cannot be written."""
        if self._counter_shown(db) != self._session.marks().counter():
            self._given |= self._marks_of(db)
            self._recalls = False

    def _show_if_stale(self, db: sqlite3.Connection) -> None:
        """Rebuild these facets within the open transaction, where they are not of the present."""
        with suppress(MarksGone):  # which are made anew by the change that follows
            counter = self._session.marks().counter()
            if self._counter_shown(db) != counter:
                self._show_all(db, counter)

    def _show_all(self, db: sqlite3.Connection, counter: int) -> None:
        self._latest.refresh(db)
        changes = FacetChanges()
        for mark, facet in _FACET_OF.items():
            now = BitMap(self._marked(db, mark))
            before = self._latest.get(db, facet)
            for id in now - before:
                changes.set(id, [facet], True)
            for id in before - now:
                changes.set(id, [facet], False)
        self._write_facets(db, changes, counter)

    def _write_facets(self, db: sqlite3.Connection, changes: FacetChanges, counter: int) -> None:
        db.execute("UPDATE meta SET value = ? WHERE name = 'marks'", (counter,))
        changes.write(db, {}, self.damage.counted)

    def _counter_shown(self, db: sqlite3.Connection) -> int:
        return meta(db, "marks")

    def _marked(self, db: sqlite3.Connection, mark: Mark) -> Iterator[int]:
        for identity in self._session.marks().every(mark):
            id = id_of(db, identity)
            if id is not None:
                yield id

    def _marks_of(self, db: sqlite3.Connection) -> dict[Facet, BitMap]:
        with suppress(sqlite3.Error):
            return {facet: BitMap(self._marked(db, mark)) for mark, facet in _FACET_OF.items()}
        return {}

    # Connections.

    def _facets_of(self, lang: str) -> Facets:
        """For questions about ids of that folded language; of all where it is empty."""
        if lang not in self._of_language:
            self._of_language[lang] = Facets(lang, self.damage.counted, self._given)
        return self._of_language[lang]

    @contextmanager
    def _asking(self, lang: str = "") -> Iterator[sqlite3.Connection]:
        """Give a connection that shows the moment held, with the facets of the language."""
        with self._session.lock, sql_errors(self.path):
            facets, moment = self._facets_of(lang), self._session.moment
            db = moment.db if moment else self._session.connection()
            if moment is None or facets.version != moment.version:
                for each in self._of_language.values():  # all of the same version
                    each.refresh(db)
            yield db

    @contextmanager
    def _present(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that shows the present state, whatever moment is held."""
        with sql_errors(self.path):
            yield self._session.connection()

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._session.writing, sql_errors(self.path):
            yield self._session.connection()

    def _counts(self, field: str, ids: Ids) -> dict[str, int]:
        facets = self._facets_of(ids.lang)
        with self._asking(ids.lang) as db:
            every = facets.every(db, field)
            counts = {
                facets.label((field, value)): bits.intersection_cardinality(ids.bits)
                for value, bits in every.items()
            }
        return _ranked({name: count for name, count in counts.items() if count})


def _passed_over(_id: int) -> None:
    """Tell nothing of a text that cannot be read: it is told of when it is opened."""


def _asked(query: Query, facets: Facets) -> Asked:
    """A mark changes the answer to none but a question about marks."""
    is_of_marks = query.included(Field.IS) or query.excluded(Field.IS)
    return query, facets.texts, facets.version if is_of_marks else None


def _ranked(counts: dict[str, int]) -> dict[str, int]:
    """Most frequent first, ties by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _row(values: tuple[Any, ...], read: BitMap, favourite: BitMap, estimated: BitMap) -> Row:
    id, title, published, lang, category, sentiment, source = values[:7]
    pinned, draft, flagged = map(bool, values[7:10])
    return Row(
        id=id,
        title=title,
        published=from_milliseconds(published),
        lang=lang,
        category=category,
        sentiment=Sentiment(sentiment),
        source=source,
        read=id in read,
        favourite=id in favourite,
        pinned=pinned,
        draft=draft,
        flagged=flagged,
        identity=Identity(*values[10:]),
        estimated=id in estimated,
    )


def _batches(items: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _places(values: Sequence[object]) -> str:
    return f"({', '.join('?' * len(values))})"
