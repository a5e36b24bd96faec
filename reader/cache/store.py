"""The cache: articles, facets, full text and marks, behind the questions that `Library` asks.

Any thread may ask: each has a connection of its own, and what the facets hold is shared. Writes
go one at a time. Everything raises CacheError and nothing else.
"""

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from pyroaring import BitMap

from reader.article import Article, ArticleId, Identity, Row, Sentiment
from reader.cache.answers import (
    MOST_TAGS,
    Change,
    Group,
    Grouping,
    Stamp,
    Stats,
    TagCount,
)
from reader.cache.days import Days
from reader.cache.evaluation import filtered, from_milliseconds, language_of
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
    settle,
)
from reader.cache.grouping import group, most_frequent
from reader.cache.ids import Ids
from reader.cache.marks import Mark, Marks, Step
from reader.cache.presence import Presence
from reader.cache.recalled import Recalled, recalled, written
from reader.cache.schema import (
    BUSY_TIMEOUT_MS,
    CACHE,
    LOG_BYTES,
    MARKS,
    Schema,
    connect,
    prepare,
    snapshot,
    sql_errors,
    transaction,
)
from reader.cache.words import Cancel, Recent, Words
from reader.errors import CacheDamaged, CacheError
from reader.query import Field, Query

if TYPE_CHECKING:
    from reader.cache.live import FeedPage, SourceState
    from reader.cache.writing import Writer

T = TypeVar("T")

Asked = tuple[Query, int, int | None]
"""A question, and the versions of articles and of marks that its answer holds for."""

BATCH = 500
"""Ids that one statement names at most."""

TAGS_AT_ONCE = 100

READS_AT_ONCE = 40
"""Tags that may be read while somebody waits, some 5 ms; beyond that it is a matter of hundreds."""

WRITER_CACHE_KIB = 128 * 1024
"""Of pages that a transaction changes again and again, for a cache that is far larger."""

MERGE = "INSERT INTO fulltext (fulltext, rank) VALUES ('merge', ?)"
MERGE_PAGES, MERGE_STEPS = 100, 10
"""Of 4 kB that one transaction writes; the steps together keep up with 50 articles a time."""
ALL_PAGES = 100_000

_ROW = (
    "SELECT id, title, published, lang, category, sentiment, source, pinned, draft, flagged "
    "FROM articles WHERE id IN "
)
_FACET_OF = {Mark.READ: READ, Mark.FAVOURITE: FAVOURITE}


class Store:
    """One data folder: `cache.db`, which can be rebuilt, and `marks.db`, which is precious.

    `notices`: sentences about what had to be put right when it was opened.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "cache.db"
        self.marks_path = folder / "marks.db"
        self.notices: tuple[str, ...] = ()
        self._prepare()
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._facets = Facets()
        self._of_language: dict[str, Facets] = {"": self._facets}
        self._kept: dict[Asked, Ids] = {}
        """The last answers."""
        self._days = Days()
        self._words = Words()
        self._recalls = True
        self._holds_still = False
        self._presence = Presence(folder / "reading.lock")
        self._lock = threading.RLock()
        self._writing = threading.RLock()
        try:
            self._show_stale_marks()
        except CacheDamaged:
            self.close()
            self._prepare()
            self._show_stale_marks()

    def _prepare(self) -> None:
        prepared = (prepare(self.path, CACHE), prepare(self.marks_path, MARKS))
        self.notices += tuple(notice for notice in prepared if notice)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._presence.close()
        for db in self._connections:
            db.close()
        self._connections.clear()
        self._local = threading.local()

    def release(self) -> None:
        """Close what this thread has open, for a thread that ends before the store does."""
        opened = vars(self._local)
        for db in opened.values():
            self._connections.remove(db)
            db.close()
        opened.clear()

    # Questions.

    def version(self) -> int:
        """A number that grows with every change of the cache, whichever program made it.

        It is that of what answers are made of.
        """
        with self._asking():
            return self._facets.version

    def hold(self) -> None:
        """From now on other programs' changes wait for `catch_up`: no question is kept by them.

        What has not been asked about before is read as it is then.
        """
        self._holds_still = False
        with self._asking():
            self._holds_still = True
        self._presence.announce()

    def is_read(self) -> bool:
        """Whether a program has this folder open that holds still for its reader."""
        return self._presence.is_anybody_here()

    def is_behind(self) -> bool:
        """Whether answers are of a moment before the last change."""
        with self._asking() as db:
            return self._facets.is_behind(db)

    def catch_up(self) -> None:
        """Answer as of now. For any thread: others may ask in the meantime."""
        with sql_errors(self.path):
            db = self._connection()
            with snapshot(db):
                news = [(facets, facets.news(db)) for facets in list(self._of_language.values())]
            with self._lock:
                for facets, found in news:
                    facets.take(found)

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
        with sql_errors(self.path):  # without the lock: a word may take a second
            return Ids(self._words.keep(bits, query.words, db, cancel or Cancel()), lang)

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
        """Keep what a list shows of the query, for `find` to give back until anything changes."""
        if query.words or query.period(now) != (None, None):
            return
        ids = self.find(query, now)
        groups, tags = self.groups(ids, Grouping.CATEGORY), self.tag_counts(ids, MOST_TAGS)
        answer = (str(query), self._facets.version, written(len(ids), groups, tags))
        with self._changing() as db, transaction(db):
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
        return recalled(row[0], find, lang, facets, ask) if row else None

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
            return self._words.knows(query.words, db)

    def recent(self, ids: Ids, count: int) -> Recent:
        """The newest of the ids, for `find` among them."""
        newest = ids[:count]
        texts = "SELECT id, title, description, body FROM searchable WHERE id IN "
        with sql_errors(self.path):
            db = self._connection()
            return Recent(
                row for some in _batches(newest) for row in db.execute(texts + _places(some), some)
            )

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
        with self._asking() as db:
            states = [self._facets.get(db, state) for state in (READ, FAVOURITE, ESTIMATED)]
            found: dict[ArticleId, Row] = {}
            for some in _batches(ids):
                for values in db.execute(_ROW + _places(some), some):
                    found[values[0]] = _row(values, *states)
        return [found[id] for id in ids if id in found]

    def article(self, id: ArticleId) -> Article | None:
        """The whole article; None where there is no such id. Raises CacheDamaged."""
        return next((article for _, article in self.articles([id])), None)

    def articles(self, ids: Iterable[ArticleId]) -> Iterator[tuple[Row, Article]]:
        """Whole articles in the order of the ids, a few in memory at a time."""
        for some in _batches(list(ids)):
            rows = {row.id: row for row in self.rows(some)}
            with self._asking() as db:
                texts = "SELECT id, origin, digest, fields, body FROM articles JOIN documents "
                found = db.execute(f"{texts} USING (id) WHERE id IN {_places(some)}", some)
                documents = {id: rest for id, *rest in found}
            for id in some:
                if id in rows and id in documents:
                    yield rows[id], self._article(id, *documents[id])

    def _article(self, id: int, origin: str, digest: bytes, fields: str, body: str) -> Article:
        from reader.cache.incoming import digest_of
        from reader.formats import from_fields

        if digest_of(fields.encode(), body.encode()) != digest:
            raise CacheDamaged(self.path, f"the text of article {id} has changed on disk")
        article: Article = from_fields(json.loads(fields), body, origin)
        return article

    def with_external_id(self, external: str) -> Ids:
        """Articles of that external id, in any language and of any source."""
        with self._asking() as db:
            found = db.execute("SELECT id FROM articles WHERE external = ?", (external,))
            return Ids([id for (id,) in found])

    def identity(self, id: ArticleId) -> Identity | None:
        """The identity of an article, None where there is no such id."""
        with self._asking() as db:
            return next(_identities(db, BitMap([id])), None)

    def with_identity(self, identity: Identity) -> ArticleId | None:
        """The id of an article, also by an identity that it had earlier; None where it is gone."""
        with self._asking() as db:
            id = self._id_of(db, identity)
            if id is None:
                from reader.cache.live import found_as

                stored = found_as(db, identity, any_lang=True)
                id = stored.id if stored else None
            return None if id is None else ArticleId(id)

    # Articles in.

    def begin_run(self) -> int:
        """The number of a new import. Versions of one article within it supersede each other."""
        with self._changing() as db, transaction(db):
            return int(
                db.execute(
                    "UPDATE meta SET value = value + 1 WHERE name = 'run' RETURNING value"
                ).fetchone()[0]
            )

    @contextmanager
    def writing(self, run: int) -> Iterator["Writer"]:
        """A transaction that articles are put in; all of them are on disk when it has ended."""
        from reader.cache.writing import Writer

        with self._changing() as db, transaction(db):
            db.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")
            writer = Writer(db, self._marks(), run)
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
            return feed_page(db, self._marks(), addresses, name, articles)

    def empty_log(self) -> None:
        """Bring what is committed to its place in the file, even beside a thread that writes.

        Whoever closes the cache does the same; before that it is no more than a help.
        """
        with suppress(sqlite3.Error, CacheError):
            self._connection().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def has_long_log(self) -> bool:
        """Whether what waits there should be brought to its place before more is written."""
        try:
            return self.path.with_name(f"{self.path.name}-wal").stat().st_size > LOG_BYTES
        except FileNotFoundError:
            return False

    def tidy(self, *, entirely: bool = False) -> None:
        """Merge segments of the full-text index where many of one size have gathered.

        For when nobody waits: it may write some megabytes, a little at a time. entirely: all that
        there is; of a large import that may be a gigabyte, which some later change would write.
        """
        pages, steps = (ALL_PAGES, count()) if entirely else (MERGE_PAGES, range(MERGE_STEPS))
        db = self._connection()
        db.execute("PRAGMA busy_timeout = 0")
        with suppress(sqlite3.Error):  # another program writes, and will do it
            if entirely:
                with transaction(db):
                    settle(db)
            for _ in steps:
                before = db.total_changes
                db.execute(MERGE, (pages,))
                if db.total_changes < before + 2:  # by its manual, nothing was left to merge
                    break
        db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")

    def source_states(self) -> dict[str, "SourceState"]:
        """What is known of the live sources, by their addresses."""
        from reader.cache.live import source_states

        with self._asking() as db:
            return {state.url: state for state in source_states(db)}

    def stamps(self, locations: Sequence[str]) -> dict[str, Stamp]:
        """What is known of those files; the others are new."""
        with self._asking() as db:
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
        with self._asking() as db:
            found = db.execute(
                "SELECT location FROM files WHERE location >= ? AND location < ?",
                (first, first[:-1] + bytes([first[-1] + 1])),
            )
            yield from (os.fsdecode(location) for (location,) in found)

    # Marks.

    def mark(self, ids: Ids, mark: Mark, value: bool, label: str) -> int:
        """Set a mark where it differs; how many articles it changed.

        label: its name in the undo journal; without one it is no step of the journal.
        """
        with self._changing() as db:
            facet = self._facets.get(db, _FACET_OF[mark])
            changed = ids.bits - facet if value else ids.bits & facet
            if changed:
                with sql_errors(self.marks_path):
                    self._marks().do(Step(label, mark, value, list(_identities(db, changed))))
                self._show(db, mark, value, changed)
            return len(changed)

    def undo(self) -> Change | None:
        """Take back the last change of marks; None where there is none left."""
        return self._replay(Marks.undo)

    def redo(self) -> Change | None:
        """Make the last change that was undone again; None where there is none."""
        return self._replay(Marks.redo)

    def _replay(self, which: Callable[[Marks], Step | None]) -> Change | None:
        with self._changing() as db:
            with sql_errors(self.marks_path):
                step = which(self._marks())
            if step is None:
                return None
            found = [self._id_of(db, identity) for identity in step.articles]
            ids = BitMap([id for id in found if id is not None])
            self._show(db, step.mark, step.value, ids)
            return Change(label=step.label, articles=len(step.articles), ids=Ids(ids))

    def position(self, identity: Identity) -> float:
        """How far the article was read, as it was saved; 0.0 at first."""
        with sql_errors(self.marks_path):
            return self._marks().position(identity)

    def save_position(self, identity: Identity, position: float) -> None:
        with sql_errors(self.marks_path):
            self._marks().save_position(identity, position)

    def state(self, name: str) -> str:
        """What the screen saved under the name, empty at first."""
        with sql_errors(self.marks_path):
            return self._marks().state(name)

    def save_state(self, name: str, value: str) -> None:
        with sql_errors(self.marks_path):
            self._marks().save_state(name, value)

    def _show(self, db: sqlite3.Connection, mark: Mark, value: bool, ids: BitMap) -> None:
        """A change of the marks in the facets. If it fails, the next start rebuilds them."""
        changes = FacetChanges()
        for id in ids:
            changes.set(id, [_FACET_OF[mark]], value)
        with transaction(db):
            self._note_marks(db)
            changes.write(db, {})
        with self._lock:
            self._refresh(db)

    def _show_stale_marks(self) -> None:
        """Rebuild the read and favourite facets where the marks changed without the cache."""
        with self._changing() as db:
            (shown,) = db.execute("SELECT value FROM meta WHERE name = 'marks'").fetchone()
            if shown == self._marks().counter():
                return
            with transaction(db):
                changes = FacetChanges()
                for mark, facet in _FACET_OF.items():
                    now = BitMap(self._marked(db, mark))
                    before = self._facets.get(db, facet)
                    for id in now - before:
                        changes.set(id, [facet], True)
                    for id in before - now:
                        changes.set(id, [facet], False)
                self._note_marks(db)
                changes.write(db, {})

    def _marked(self, db: sqlite3.Connection, mark: Mark) -> Iterator[int]:
        for identity in self._marks().every(mark):
            id = self._id_of(db, identity)
            if id is not None:
                yield id

    def _note_marks(self, db: sqlite3.Connection) -> None:
        db.execute("UPDATE meta SET value = ? WHERE name = 'marks'", (self._marks().counter(),))

    # Connections.

    def _facets_of(self, lang: str) -> Facets:
        """For questions about ids of that folded language; of all where it is empty."""
        if lang not in self._of_language:
            self._of_language[lang] = Facets(lang)
        return self._of_language[lang]

    @contextmanager
    def _asking(self, lang: str = "") -> Iterator[sqlite3.Connection]:
        """This thread's connection, the facets of the language up to date."""
        with self._lock, sql_errors(self.path):
            db = self._connection()
            if self._facets_of(lang).version < 0 or not self._holds_still:
                self._refresh(db)
            yield db

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._writing, sql_errors(self.path):
            db = self._connection()
            with self._lock:
                self._refresh(db)
            yield db

    def _refresh(self, db: sqlite3.Connection) -> None:
        """All of the same version."""
        for facets in self._of_language.values():
            facets.refresh(db)

    def _connection(self) -> sqlite3.Connection:
        return self._opened("cache", self.path, CACHE)

    def _marks(self) -> Marks:
        return Marks(self._opened("marks", self.marks_path, MARKS))

    def _opened(self, name: str, path: Path, schema: Schema) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, name, None)
        if db is None:
            db = connect(path, schema)
            setattr(self._local, name, db)
            self._connections.append(db)
        return db

    def _id_of(self, db: sqlite3.Connection, identity: Identity) -> int | None:
        source, external, lang = identity
        which, values = "lang = ? AND source = ? AND feed = ''", [external, lang, source]
        if identity.is_of_feed:
            which, values = "feed = ?", [external, source]
        row = db.execute(f"SELECT id FROM articles WHERE external = ? AND {which}", values)
        found = row.fetchone()
        return int(found[0]) if found else None

    def _counts(self, field: str, ids: Ids) -> dict[str, int]:
        facets = self._facets_of(ids.lang)
        with self._asking(ids.lang) as db:
            every = facets.every(db, field)
            counts = {
                facets.label((field, value)): bits.intersection_cardinality(ids.bits)
                for value, bits in every.items()
            }
        return _ranked({name: count for name, count in counts.items() if count})


def _asked(query: Query, facets: Facets) -> Asked:
    """A mark changes the answer to none but a question about marks."""
    is_of_marks = query.included(Field.IS) or query.excluded(Field.IS)
    return query, facets.texts, facets.version if is_of_marks else None


def _ranked(counts: dict[str, int]) -> dict[str, int]:
    """Most frequent first, ties by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _row(values: tuple[Any, ...], read: BitMap, favourite: BitMap, estimated: BitMap) -> Row:
    id, title, published, lang, category, sentiment, source, pinned, draft, flagged = values
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
        pinned=bool(pinned),
        draft=bool(draft),
        flagged=bool(flagged),
        estimated=id in estimated,
    )


def _identities(db: sqlite3.Connection, ids: BitMap) -> Iterator[Identity]:
    for some in _batches(list(ids)):
        found = db.execute(
            "SELECT iif(feed = '', source, feed), external, iif(feed = '', lang, '') "
            f"FROM articles WHERE id IN {_places(some)}",
            some,
        )
        yield from (Identity(*values) for values in found)


def _batches(items: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _places(values: Sequence[object]) -> str:
    return f"({', '.join('?' * len(values))})"
