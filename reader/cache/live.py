"""What the cache keeps of live sources: the state of each, and what tells a feed's items apart.

All functions work within the transaction that their caller holds open.
"""

import json
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from hashlib import blake2b
from typing import Any, NamedTuple

from reader.article import Article, Identity
from reader.cache.damage import rows_of
from reader.cache.incoming import Incoming, digest_of
from reader.cache.sameness import (
    ALIKE_AT_MOST,
    REPUBLISHED_WITHIN_MS,
    Item,
    Known,
    Link,
    Name,
    Page,
    Telling,
    id_name,
    link_of,
    one_adds_numbers,
    related,
    retold,
    telling_of,
)
from reader.formats.page import UNDATED

MAX_NAMES = 16
"""Of one entry: a feed may give its items new ids at every sync."""

_CUT = 1000
"""Characters to which earlier versions cut an id."""

LONGEST_REST_S = 7 * 24 * 3600
"""For which a source is left alone at most, whatever it did."""

_CUT_BODY = 60_000
_LATEST = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is known of a live source since it was last asked. Instants are seconds since 1970.

    They are of this machine's clock, which may have been wrong: see `as_of`.
    """

    url: str
    """As subscribed: another address is another source."""
    permanent: str = ""
    """Where it has moved for good."""
    etag: str = ""
    last_modified: str = ""
    digest: bytes = b""
    """Of the bytes that came last."""
    pending: tuple[int, ...] = ()
    """Ends of the pages back that are still to be asked for, should an earlier sync have been
    cut short."""
    failures: int = 0
    """In a row."""
    next_try: int = 0
    last_ok: int = 0
    last_failed: int = 0
    last_status: str = ""
    """A word of `Status`: how asking it ended; empty where that was before it was noted."""
    last_error: str = ""
    """What was wrong when it was asked last, empty where nothing was."""

    def as_of(self, now: int) -> "SourceState":
        """Return it without instants that no clock which now says `now` can have meant.

        A source does not rest until a year to which the clock was once set by mistake.
        """
        if max(self.last_ok, self.last_failed) <= now and self.next_try <= now + LONGEST_REST_S:
            return self
        return replace(
            self,
            next_try=self.next_try if self.next_try <= now + LONGEST_REST_S else 0,
            last_ok=min(self.last_ok, now),
            last_failed=min(self.last_failed, now),
        )


_COLUMNS = tuple(field.name for field in fields(SourceState))


def source_states(db: sqlite3.Connection) -> Iterator[SourceState]:
    for row in db.execute(f"SELECT {', '.join(_COLUMNS)} FROM sources"):
        values = dict(zip(_COLUMNS, row, strict=True))
        try:
            values["pending"] = tuple(json.loads(values["pending"]))
        except (ValueError, TypeError):  # damaged: what is known of it begins anew
            yield SourceState(url=str(values["url"]))
            continue
        yield SourceState(**values)


def note_source(db: sqlite3.Connection, state: SourceState) -> None:
    values = {name: getattr(state, name) for name in _COLUMNS}
    values["pending"] = json.dumps(state.pending)
    places = ", ".join(f":{name}" for name in _COLUMNS)
    db.execute(f"INSERT OR REPLACE INTO sources ({', '.join(_COLUMNS)}) VALUES ({places})", values)


_DOCUMENT = "SELECT CAST(fields AS BLOB), CAST(body AS BLOB), digest FROM documents WHERE id IN "


class Stored(NamedTuple):
    """What tells the stored version of an article from an incoming one."""

    id: int
    identity: Identity
    published: int
    updated: int
    run: int
    origin: str
    entry: int
    came: bytes
    fetched: bool
    lang: str


_STORED = (
    "SELECT id, source, external, lang, feed, published, updated, run, "
    "CAST(origin AS BLOB), entry, came, "
    "fetched FROM articles WHERE "
)


def _stored(row: tuple[Any, ...]) -> Stored:
    id, source, external, lang, feed, published, updated, run, origin, entry, came, fetched = row
    identity = identity_of(source, external, lang, feed)
    origin = bytes(origin).decode(errors="replace")
    return Stored(id, identity, published, updated, run, origin, entry, came, bool(fetched), lang)


def identity_of(source: str, external: str, lang: str, feed: str) -> Identity:
    """Of those columns of `articles`."""
    return Identity(feed, external, "") if feed else Identity(source, external, lang)


def stored_as(db: sqlite3.Connection, identity: Identity) -> Stored | None:
    """What is stored under that very identity."""
    if identity.is_of_feed:
        found = db.execute(
            f"{_STORED} external = ? AND feed = ? LIMIT 1", (identity.external, identity.source)
        )
    else:
        found = db.execute(
            f"{_STORED} external = ? AND lang = ? AND source = ? AND feed = ''",
            (identity.external, identity.lang, identity.source),
        )
    row = found.fetchone()
    return _stored(row) if row else None


def stored_entry(db: sqlite3.Connection, entry: int) -> Stored | None:
    row = db.execute(f"{_STORED} entry = ? AND entry > 0", (entry,)).fetchone()
    return _stored(row) if row else None


def found_as(
    db: sqlite3.Connection, identity: Identity, *, any_lang: bool = False
) -> Stored | None:
    """What is stored under the identity, or of a feed went by it earlier.

    any_lang: also what a feed has in another language than it had then.
    """
    if (found := stored_as(db, identity)) is not None:
        return found
    if not identity.is_of_feed:
        row = db.execute(
            f"{_STORED} external = ? AND source = ? AND (lang = ? OR ? AND feed != '') "
            "ORDER BY lang = ? DESC LIMIT 1",
            (identity.external, identity.source, identity.lang, any_lang, identity.lang),
        ).fetchone()
        return _stored(row) if row else None
    memory = FeedMemory(db, identity.source, 0)
    for name in (id_name(identity.external), link_of(identity.external).whole):
        if name and (known := memory.named(name)):
            return stored_entry(db, known.entry)
    return None


def document(db: sqlite3.Connection, id: int) -> tuple[dict[str, Any], bytes, bytes]:
    """Fields, body and digest of a stored article; all of them empty where it is damaged."""
    found = next(rows_of(db, _DOCUMENT, [id], lambda _: None), None)
    if found is None:
        return {}, b"", b""
    fields, body, digest = found
    try:
        if digest_of(fields, body) == digest:
            return json.loads(fields), body, digest
    except TypeError:  # not even of that type
        pass
    return {}, b"", b""


# Items of feeds.


class Arrival(NamedTuple):
    """An article of a feed as it came, and what the law wants to know of it."""

    incoming: Incoming
    item: Item
    came: bytes
    """Digest of what the source sent; without the dates of an undated item."""
    undated: bool
    former: tuple[str, ...]
    """External ids by which earlier versions of this program knew it."""
    external: str
    """The id that the source gave, or that was derived where it gave none."""


def arrival_of(article: Article, item: Item) -> Arrival:
    """article: as parsed, with its feed. item: what the law knows of it."""
    incoming = Incoming.of(article)
    undated = UNDATED in article.flags
    came = incoming.digest
    if undated:
        fields = json.loads(incoming.fields)
        for name in ("publishedAt", "updatedAt"):
            fields.pop(name, None)
        came = digest_of(json.dumps(fields, ensure_ascii=False).encode(), incoming.body)
    untitled = not item.telling.title
    words = (article.body if untitled else article.title).encode(errors="replace")
    hashed = f"hash:{blake2b(words, digest_size=12).hexdigest()}"
    former = dict.fromkeys((article.external_id[:_CUT], article.url, hashed))
    names = tuple(name for name in former if name)
    return Arrival(incoming, item, came, undated, names, article.external_id)


class FeedPage:
    """A page of a feed, resolved: `arrivals` are its items, each once, the oldest first."""

    def __init__(
        self,
        feed: str,
        arrivals: Sequence[Arrival],
        *,
        older: Sequence[str] = (),
        shared: Iterable[Name] = (),
    ) -> None:
        """arrivals: in the order of the page. older: feeds that this one has taken the place of.

        shared: names that are known to distinguish nothing.
        """
        self.feed = feed
        self.older = older
        self.page = Page([(each.item, each.incoming.updated) for each in arrivals], shared)
        self.claimed: set[int] = set()
        """Entries of the feed that items of this page have turned out to be."""
        found = [(group, arrivals[group.number]) for group in self.page.groups]
        found.reverse()  # of one moment the first on the page is the latest
        self.arrivals = sorted(found, key=lambda each: each[1].incoming.published)


_TELLING = "title, text, length, published, words, title_words, numbers"
_ALIKE = " UNION ALL ".join(
    f"SELECT * FROM (SELECT entry, {_TELLING} FROM tellings WHERE feed = :feed "
    f"AND {column} = :{column} AND published {which} LIMIT {ALIKE_AT_MOST})"
    for column in ("text", "title")
    for which in (
        "BETWEEN :first AND :moment ORDER BY published DESC",
        "> :moment AND published <= :last ORDER BY published",
        "IS NULL ORDER BY telling DESC",
    )
)


class FeedMemory:
    """What the cache knows of the items of one feed."""

    def __init__(self, db: sqlite3.Connection, feed: str, run: int) -> None:
        """For one transaction: what was looked up is not looked up again."""
        self._db = db
        self._feed = feed
        self._run = run
        self._entries: dict[Name, int | None] = {}
        self._began_empty: bool | None = None

    @property
    def is_new(self) -> bool:
        """Whether nothing was known of the feed before this transaction, so that all is in memory.

        Its articles are those of the page at hand then, each of them claimed by an item of it.
        """
        if self._began_empty is None:
            known = (
                "SELECT EXISTS (SELECT 1 FROM names WHERE feed = ?1) "
                "OR EXISTS (SELECT 1 FROM tellings WHERE feed = ?1)"
            )
            self._began_empty = not self._db.execute(known, (self._feed,)).fetchone()[0]
        return self._began_empty

    def shared(self) -> list[Name]:
        """Every name of the feed that distinct items have had."""
        found = "SELECT name FROM names WHERE feed = ? AND entry = 0"
        return [name for (name,) in self._db.execute(found, (self._feed,))]

    def is_shared(self, name: Name) -> bool:
        return self._entry(name) == 0

    def named(self, name: Name) -> Known | None:
        return self._known(self._entry(name))

    def _entry(self, name: Name) -> int | None:
        if name not in self._entries:
            if self.is_new:
                return None
            found = "SELECT entry FROM names WHERE feed = ? AND name = ?"
            row = self._db.execute(found, (self._feed, name)).fetchone()
            self._entries[name] = int(row[0]) if row else None
        return self._entries[name]

    def _known(self, entry: int | None) -> Known | None:
        found = "SELECT id, whole, base FROM entries WHERE entry = ?"
        row = self._db.execute(found, (entry,)).fetchone() if entry else None
        return Known(entry, row[0], Link(row[1], row[2])) if row and entry else None

    def alike(self, telling: Telling) -> Iterator[Known]:
        """Only those that have a version which is nearly the same."""
        if not telling.length or self.is_new:
            return
        moment = telling.published if telling.published is not None else _LATEST
        first = moment - REPUBLISHED_WITHIN_MS if telling.published is not None else -_LATEST
        values = {
            "feed": self._feed,
            "title": telling.title or None,
            "text": telling.text,
            "first": first,
            "moment": moment,
            "last": moment + REPUBLISHED_WITHIN_MS,
        }
        found: dict[int, bool] = {}
        for entry, *row in self._db.execute(_ALIKE, values).fetchall():
            if not one_adds_numbers(telling.numbers, _unpacked(row[-1])):
                continue  # the commonest reason, and the quickest to see
            found[entry] = found.get(entry, False) or retold(telling, _telling(row))
        for entry, is_near in found.items():
            if is_near and (known := self._known(entry)):
                yield known

    def tellings(self, entry: int) -> Sequence[Telling]:
        find = f"SELECT {_TELLING} FROM tellings WHERE entry = ? ORDER BY telling"
        return [_telling(row) for row in self._db.execute(find, (entry,))]

    def begin(self, item: Item, names: Sequence[Name]) -> int:
        """A new entry. names: those that distinguish it."""
        entry = self._db.execute(
            "INSERT INTO entries (feed, id, whole, base) VALUES (?, ?, ?, ?)",
            (self._feed, item.id if item.id in names else b"", item.link.whole, item.link.base),
        ).lastrowid
        return entry or 0

    def go_on(self, entry: int, item: Item, names: Sequence[Name]) -> None:
        """A known entry has the id and the link of this item from now on."""
        self._db.execute(
            "UPDATE entries SET id = ?, whole = ?, base = ? WHERE entry = ?",
            (item.id if item.id in names else b"", item.link.whole, item.link.base, entry),
        )

    def note(self, entry: int, item: Item, names: Sequence[Name]) -> None:
        """Note the present names of an entry. One that another entry has is shared from now on."""
        rows = []
        for name in names or [item.words_name]:
            known = self._entry(name)
            self._entries[name] = entry if known in (None, entry) else 0
            rows.append((self._feed, name, self._entries[name], self._run))
        self._db.executemany("INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?)", rows)

    def prune(self, entry: int) -> None:
        """Forget the names that an entry has not had for longest, where it has had very many."""
        self._db.execute(
            "DELETE FROM names WHERE (feed, name) IN (SELECT feed, name FROM names "
            "WHERE entry = ? AND entry > 0 ORDER BY run DESC LIMIT -1 OFFSET ?)",
            (entry, MAX_NAMES),
        )
        self._entries.clear()
        self._began_empty = False

    def share(self, names: Iterable[Name]) -> None:
        """Distinct items have those names."""
        names = list(names)
        self._entries |= dict.fromkeys(names, 0)
        self._db.executemany(
            "INSERT INTO names VALUES (?, ?, 0, ?) ON CONFLICT DO UPDATE SET entry = 0",
            [(self._feed, name, self._run) for name in names],
        )

    def tell(self, entry: int, tellings: Sequence[Telling], *, again: bool) -> None:
        """Note its versions, the present one first. again: as another publication.

        Else the present one takes the place of the one before it.
        """
        if not again:
            self._db.execute(
                "DELETE FROM tellings WHERE telling = "
                "(SELECT max(telling) FROM tellings WHERE entry = ?)",
                (entry,),
            )
        self._db.executemany(
            "INSERT INTO tellings (entry, feed, title, text, published, length, words, "
            "title_words, numbers) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(entry, self._feed, each.title, each.text, each.published, each.length),
                    *(_packed(each.words), _packed(each.title_words), _packed(each.numbers)),
                )
                for each in reversed(tellings)
            ],
        )


def _telling(row: Sequence[Any]) -> Telling:
    title, text, length, published, words, title_words, numbers = row
    sets = (_unpacked(words), _unpacked(title_words), _unpacked(numbers))
    return Telling(title, text, length, published, *sets)


def _packed(hashes: Iterable[int]) -> bytes:
    return array("I", sorted(hashes)).tobytes()


def _unpacked(packed: bytes) -> frozenset[int]:
    return frozenset(array("I", packed))


def formerly(db: sqlite3.Connection, feed: FeedPage, arrival: Arrival) -> list[Stored]:
    """Articles of an unknown item from before the law, or from an archive: the best first.

    Earlier versions knew it by source key, id and language, whatever feed it came from. Only what
    is the same item by its words or its link is taken; of another language only what came live,
    where a guess had made two articles of one item.
    """
    incoming = arrival.incoming
    places = ", ".join("?" * len(arrival.former))
    rows = db.execute(
        f"{_STORED} external IN ({places}) "
        "AND (feed = ? AND entry = 0 OR feed = '' AND source = ?)",
        (*arrival.former, feed.feed, incoming.source),
    ).fetchall()
    found = [_stored(row) for row in rows]
    if not found and db.execute("SELECT 1 FROM versions LIMIT 1").fetchone():
        found = _earlier_names(db, arrival)
    same = [each for each in found if _is_same(db, each, arrival)]
    same.sort(key=lambda each: (each.lang != incoming.lang, -each.updated))
    return [each for each in same if each.lang == incoming.lang or _is_live(each, incoming)]


def _earlier_names(db: sqlite3.Connection, arrival: Arrival) -> list[Stored]:
    """Articles that an earlier version had made one of, by title; or that came at that moment."""
    incoming = arrival.incoming
    names: set[str] = set()
    for external in arrival.former:
        joined = db.execute(
            "SELECT DISTINCT other.external FROM versions one JOIN versions other "
            "USING (title, source) WHERE one.external = ? AND one.source = ? LIMIT 20",
            (external, incoming.source),
        )
        names.update(name for (name,) in joined)
    places = ", ".join("?" * len(names))
    rows = db.execute(
        f"{_STORED} feed = '' AND source = ? AND external IN ({places})",
        (incoming.source, *names),
    ).fetchall()
    rows += db.execute(
        f"{_STORED} published = ? AND source = ? AND feed = '' LIMIT 20",
        (incoming.published, incoming.source),
    ).fetchall()
    found = {each.id: each for each in map(_stored, rows)}
    return [each for each in found.values() if _is_live(each, incoming)]


def told_formerly(db: sqlite3.Connection, identity: Identity) -> list[Identity]:
    """Articles of an API under which an earlier version had shown this one, for its title."""
    found = db.execute(
        "SELECT DISTINCT other.external FROM versions one JOIN versions other "
        "USING (title, source, lang) WHERE one.external = ? AND source = ? AND lang = ? "
        "AND abs(other.published - one.published) <= ? LIMIT 20",
        (identity.external, identity.source, identity.lang, REPUBLISHED_WITHIN_MS),
    )
    others = (identity._replace(external=external) for (external,) in found)
    return [other for other in others if other != identity]


def _is_live(stored: Stored, incoming: Incoming) -> bool:
    """It came from a feed, and not from a file of an archive."""
    return bool(stored.entry) or stored.origin == incoming.source


def _is_same(db: sqlite3.Connection, stored: Stored, arrival: Arrival) -> bool:
    fields, body, _ = document(db, stored.id)
    link = link_of(str(fields.get("canonicalUrl") or ""))
    if arrival.item.link.agrees(link):
        return True
    telling = telling_of(
        str(fields.get("title", "")), body[:_CUT_BODY].decode(errors="ignore"), stored.published
    )
    if retold(arrival.item.telling, telling):
        return True
    if stored.identity.external not in arrival.former:
        return False
    return not arrival.item.link.contradicts(link) or related(arrival.item.telling, telling)
