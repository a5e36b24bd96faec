"""The SQLite engine's memory of a feed: implements `engine.FeedMemory` in SQL."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from reader.cache.engines.rows import nearly_same, sought, telling_of_row, values_of
from reader.cache.sameness.law import ALIKE_AT_MOST, MAX_NAMES, Item, Known
from reader.cache.sameness.tellings import Link, Name, Telling

_TELLING = "title, text, length, published, words, title_words, numbers"  # not shown: SQL

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


class SqliteFeedMemory:
    """The remembered items of one feed. See `engine.FeedMemory`."""

    def __init__(self, db: sqlite3.Connection, feed: str, run: int) -> None:
        """Begin for one transaction; lookups are cached."""
        self._db = db
        self._feed = feed
        self._run = run
        self._entries: dict[Name, int | None] = {}
        self._began_empty: bool | None = None

    @property
    def is_new(self) -> bool:
        """Return whether the feed was unknown before this transaction, so that all is in memory.

        Then all its articles are of the present page, each claimed by an item of it.
        """
        if self._began_empty is None:
            known = (
                "SELECT EXISTS (SELECT 1 FROM names WHERE feed = ?1) "
                "OR EXISTS (SELECT 1 FROM tellings WHERE feed = ?1)"
            )
            self._began_empty = not self._db.execute(known, (self._feed,)).fetchone()[0]
        return self._began_empty

    def shared(self) -> list[Name]:
        """Return every name of the feed that distinct items have had."""
        found = "SELECT name FROM names WHERE feed = ? AND entry = 0"
        return [name for (name,) in self._db.execute(found, (self._feed,))]

    def is_shared(self, name: Name) -> bool:
        """Return whether distinct items were found to have this name."""
        return self._entry(name) == 0

    def named(self, name: Name) -> Known | None:
        """Return the remembered item with this name, None if it is new or shared."""
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
        """Yield articles with a version that is nearly the same."""
        if not telling.length or self.is_new:
            return
        values = sought(self._feed, telling)
        rows = self._db.execute(_ALIKE, values).fetchall()
        for entry in nearly_same(telling, rows):
            if known := self._known(entry):
                yield known

    def tellings(self, entry: int) -> Sequence[Telling]:
        """Return the stored versions of the entry, in the order of being stored."""
        find = f"SELECT {_TELLING} FROM tellings WHERE entry = ? ORDER BY telling"
        return [telling_of_row(row) for row in self._db.execute(find, (entry,))]

    def begin(self, item: Item, names: Sequence[Name]) -> int:
        """Add an entry and return its number. names: the names that distinguish it."""
        entry = self._db.execute(
            "INSERT INTO entries (feed, id, whole, base) VALUES (?, ?, ?, ?)",
            (self._feed, item.id if item.id in names else b"", item.link.whole, item.link.base),
        ).lastrowid
        return entry or 0

    def go_on(self, entry: int, item: Item, names: Sequence[Name]) -> None:
        """Set the id and link of a known entry to those of this item."""
        self._db.execute(
            "UPDATE entries SET id = ?, whole = ?, base = ? WHERE entry = ?",
            (item.id if item.id in names else b"", item.link.whole, item.link.base, entry),
        )

    def note(self, entry: int, item: Item, names: Sequence[Name]) -> None:
        """Store the present names of an entry; a name that another entry has becomes shared."""
        rows = []
        for name in names or [item.words_name]:
            known = self._entry(name)
            self._entries[name] = entry if known in (None, entry) else 0
            rows.append((self._feed, name, self._entries[name], self._run))
        self._db.executemany("INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?)", rows)

    def prune(self, entry: int) -> None:
        """Delete the least recent names of an entry beyond `MAX_NAMES`."""
        self._db.execute(
            "DELETE FROM names WHERE (feed, name) IN (SELECT feed, name FROM names "
            "WHERE entry = ? AND entry > 0 ORDER BY run DESC LIMIT -1 OFFSET ?)",
            (entry, MAX_NAMES),
        )
        self._entries.clear()
        self._began_empty = False

    def share(self, names: Iterable[Name]) -> None:
        """Store that distinct items have those names."""
        names = list(names)
        self._entries |= dict.fromkeys(names, 0)
        self._db.executemany(
            "INSERT INTO names VALUES (?, ?, 0, ?) ON CONFLICT DO UPDATE SET entry = 0",
            [(self._feed, name, self._run) for name in names],
        )

    def tell(self, entry: int, tellings: Sequence[Telling], *, again: bool) -> None:
        """Store the versions of an entry, the present one first.

        again: add it as another publication; otherwise it replaces the last version.
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
            [values_of(entry, self._feed, each) for each in reversed(tellings)],
        )
