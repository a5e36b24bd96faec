"""The memory of a feed on a server: implements `engine.FeedMemory` in SQL."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reader.cache.engines.postgres.connections import Connection
from reader.cache.engines.rows import nearly_same, sought, telling_of_row, values_of
from reader.cache.sameness.law import ALIKE_AT_MOST, MAX_NAMES, Item, Known
from reader.cache.sameness.tellings import Link, Name, Telling

_TELLING = "title, text, length, published, words, title_words, numbers"  # not shown: SQL

_ALIKE = " UNION ALL ".join(
    f"(SELECT entry, {_TELLING} FROM cryptoread.tellings WHERE {column} = %({column})s "
    f"AND feed = %(feed)s AND published {which} LIMIT {ALIKE_AT_MOST})"
    for column in ("text", "title")
    for which in (
        "BETWEEN %(first)s AND %(moment)s ORDER BY published DESC, telling DESC",
        "> %(moment)s AND published <= %(last)s ORDER BY published, telling",
        "IS NULL ORDER BY telling DESC",
    )
)
_NAMED = (
    "SELECT names.entry, id, whole, base FROM cryptoread.names "
    "LEFT JOIN cryptoread.entries ON entries.entry = names.entry "
    "WHERE name = %s AND names.feed = %s"
)
_NOTE = (
    "INSERT INTO cryptoread.names (feed, name, entry, run) VALUES (%s, %s, %s, %s) "
    "ON CONFLICT (name, feed) DO UPDATE SET entry = excluded.entry, run = excluded.run"
)
_SHARE = (
    "INSERT INTO cryptoread.names (feed, name, entry, run) VALUES (%s, %s, 0, %s) "
    "ON CONFLICT (name, feed) DO UPDATE SET entry = 0"
)


_LOADED = (
    "SELECT name, names.entry, id, whole, base FROM cryptoread.names "
    "LEFT JOIN cryptoread.entries ON entries.entry = names.entry WHERE names.feed = %s LIMIT %s"
)

AT_ONCE = 5_000
"""Names of a feed that are read together at first; of one that has more, they are looked up."""


class PostgresFeedMemory:
    """The remembered items of one feed. See `engine.FeedMemory`."""

    def __init__(self, db: Connection, feed: str, run: int) -> None:
        """Begin for one transaction; lookups are cached."""
        self._db = db
        self._feed = feed
        self._run = run
        self._entries: dict[Name, int | None] = {}
        self._items: dict[int, Known] = {}
        self._names: Counter[int] = Counter()
        """How many names each entry has, if all of the feed were read."""
        self._is_whole: bool | None = None
        """Whether all names of the feed were read; None before that."""
        self._began_empty = False

    @property
    def is_new(self) -> bool:
        """Return whether the feed was unknown before this transaction, so that all is in memory.

        Then all its articles are of the present page, each claimed by an item of it.
        """
        return self._load() and self._began_empty

    def _load(self) -> bool:
        """Read the names of the feed on first use; return whether these are all."""
        if self._is_whole is None:
            values = (self._feed, AT_ONCE + 1)
            rows = self._db.execute(_LOADED, values, binary=True).fetchall()
            self._is_whole = len(rows) <= AT_ONCE
            self._began_empty = not rows
            for name, *row in rows if self._is_whole else ():
                self._note(name, row)
        return self._is_whole

    def _note(self, name: Name, row: Sequence[Any]) -> None:
        entry, id, whole, base = row
        self._entries[name] = entry
        self._names[entry] += 1
        if id is not None:
            self._items[entry] = Known(entry, id, Link(whole, base))

    def shared(self) -> list[Name]:
        """Return every name of the feed that distinct items have had."""
        find = "SELECT name FROM cryptoread.names WHERE feed = %s AND entry = 0"
        return [name for (name,) in self._db.execute(find, (self._feed,), binary=True)]

    def is_shared(self, name: Name) -> bool:
        """Return whether distinct items were found to have this name."""
        return self._entry(name) == 0

    def named(self, name: Name) -> Known | None:
        """Return the remembered item with this name, None if it is new or shared."""
        return self._known(self._entry(name))

    def _entry(self, name: Name) -> int | None:
        if name not in self._entries and not self._load():
            row = self._db.execute(_NAMED, (name, self._feed), binary=True).fetchone()
            self._entries[name] = None
            if row:
                self._note(name, row)
        return self._entries.get(name)

    def _known(self, entry: int | None) -> Known | None:
        if not entry:
            return None
        if entry not in self._items:
            find = "SELECT id, whole, base FROM cryptoread.entries WHERE entry = %s"
            row = self._db.execute(find, (entry,), binary=True).fetchone()
            if row is None:
                return None
            self._items[entry] = Known(entry, row[0], Link(row[1], row[2]))
        return self._items[entry]

    def alike(self, telling: Telling) -> Iterator[Known]:
        """Yield articles with a version that is nearly the same."""
        if not telling.length or self.is_new:
            return
        values = sought(self._feed, telling)
        rows = self._db.execute(_ALIKE, values, binary=True).fetchall()
        for entry in nearly_same(telling, rows):
            if known := self._known(entry):
                yield known

    def tellings(self, entry: int) -> Sequence[Telling]:
        """Return the stored versions of the entry, in the order of being stored."""
        find = f"SELECT {_TELLING} FROM cryptoread.tellings WHERE entry = %s ORDER BY telling"
        return [telling_of_row(row) for row in self._db.execute(find, (entry,), binary=True)]

    def begin(self, item: Item, names: Sequence[Name]) -> int:
        """Add an entry and return its number. names: the names that distinguish it."""
        row = self._db.execute(
            "INSERT INTO cryptoread.entries (feed, id, whole, base) VALUES (%s, %s, %s, %s) "
            "RETURNING entry",
            (self._feed, item.id if item.id in names else b"", item.link.whole, item.link.base),
        ).fetchone()
        return int(row[0]) if row else 0

    def go_on(self, entry: int, item: Item, names: Sequence[Name]) -> None:
        """Set the id and link of a known entry to those of this item."""
        self._items.pop(entry, None)
        self._db.execute(
            "UPDATE cryptoread.entries SET id = %s, whole = %s, base = %s WHERE entry = %s",
            (item.id if item.id in names else b"", item.link.whole, item.link.base, entry),
        )

    def note(self, entry: int, item: Item, names: Sequence[Name]) -> None:
        """Store the present names of an entry; a name that another entry has becomes shared."""
        for name in names or [item.words_name]:
            known = self._entry(name)
            self._entries[name] = entry if known in (None, entry) else 0
            self._names[entry] += known is None
            self._db.execute(_NOTE, (self._feed, name, self._entries[name], self._run))

    def prune(self, entry: int) -> None:
        """Delete the least recent names of an entry beyond `MAX_NAMES`."""
        if self._load() and self._names[entry] <= MAX_NAMES:
            return
        self._db.execute(
            "DELETE FROM cryptoread.names WHERE (name, feed) IN (SELECT name, feed "
            "FROM cryptoread.names WHERE entry = %s AND entry > 0 "
            "ORDER BY run DESC, name OFFSET %s)",
            (entry, MAX_NAMES),
        )
        self._entries.clear()
        self._names.clear()
        self._is_whole = None

    def share(self, names: Iterable[Name]) -> None:
        """Store that distinct items have those names."""
        for name in names:
            self._names[self._entry(name) or 0] -= 1
            self._entries[name] = 0
            self._db.execute(_SHARE, (self._feed, name, self._run))

    def tell(self, entry: int, tellings: Sequence[Telling], *, again: bool) -> None:
        """Store the versions of an entry, the present one first.

        again: add it as another publication; otherwise it replaces the last version.
        """
        if not again:
            self._db.execute(
                "DELETE FROM cryptoread.tellings WHERE telling = "
                "(SELECT max(telling) FROM cryptoread.tellings WHERE entry = %s)",
                (entry,),
            )
        for each in reversed(tellings):
            self._db.execute(
                "INSERT INTO cryptoread.tellings (entry, feed, title, text, published, length, "
                "words, title_words, numbers) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                values_of(entry, self._feed, each),
            )
