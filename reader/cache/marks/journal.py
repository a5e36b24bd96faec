"""Tables of `marks.db`: marks, own tags, undo journal, positions, state of the screen.

Keyed by the article's identity, never by its id, so that they survive a rebuilt cache. Every
change raises `counter`; the cache notes the counter whose marks its facets show.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from reader.article import Identity
from reader.cache.files.connections import transaction
from reader.cache.files.damage import number, suspect
from reader.cache.files.schema import sql_errors
from reader.cache.marks.kinds import AnyMark, Mark, OwnTag, mark_of
from reader.errors import CacheError, MarksDamaged

P = ParamSpec("P")
T = TypeVar("T")

JOURNAL_STEPS = 100

_CHANGED = (
    *("no such table", "no such column"),  # not shown: SQLite's
    *("table ", "malformed", "unsupported file format"),  # not shown
)
"""Beginnings of SQLite's messages about a file that was changed from outside."""


class Step:
    """One entry of the undo journal: `mark` became `value` on these articles, and only on them."""

    __slots__ = ("articles", "label", "mark", "value")

    def __init__(
        self, label: str, mark: AnyMark, value: bool, articles: Sequence[Identity]
    ) -> None:
        self.label = label
        self.mark = mark
        self.value = value
        self.articles = articles


@contextmanager
def marks_errors(path: Path) -> Iterator[None]:
    """Raise errors of SQLite and impossible values as CacheErrors. path: of `marks.db`."""
    try:
        with sql_errors(path):
            yield
    except MarksDamaged:
        raise
    except CacheError as error:
        cause = error.__cause__
        if isinstance(cause, UnicodeDecodeError) or (
            isinstance(cause, sqlite3.Error) and _is_damage(cause)
        ):
            from reader.reasons import reason_of_sqlite

            raise damaged(path, reason_of_sqlite(cause)) from cause
        raise
    except (TypeError, ValueError) as error:
        raise damaged(path, str(error)) from error


def _is_damage(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # undecodable text
        return isinstance(error, sqlite3.OperationalError)
    if code & 0xFF == sqlite3.SQLITE_ERROR:
        return str(error).startswith(_CHANGED)
    return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def damaged(path: Path, reason: str) -> MarksDamaged:
    """Return the error, and ask the next start for a full check."""
    suspect(path)
    return MarksDamaged(path, reason)


def _reported(
    method: Callable[Concatenate["Marks", P], T],
) -> Callable[Concatenate["Marks", P], T]:
    @wraps(method)
    def reporting(self: "Marks", /, *args: P.args, **kwargs: P.kwargs) -> T:
        with marks_errors(self.path):
            return method(self, *args, **kwargs)

    return reporting


_WHERE = "WHERE external = ? AND lang = ? AND source = ?"


_BETWEEN = "\x1f"
"""Between own tags, which have no control characters."""

_THIS = "WHERE external = ?1 AND lang = ?2 AND source = ?3"
_OF = (  # one statement, as an import asks for each article
    f"SELECT (SELECT {' || '.join(Mark)} FROM marks {_THIS}), "
    f"(SELECT group_concat('tag:' || tag, '{_BETWEEN}') FROM tagged {_THIS})"
)


def _marked(where: str) -> str:
    """Return the statement that finds identities with a mark, a position or an own tag."""
    tables = ("marks", "tagged")
    return " UNION ".join(f"SELECT source, external, lang FROM {t} WHERE {where}" for t in tables)


def every(db: sqlite3.Connection, mark: AnyMark) -> Iterator[tuple[str, str, str]]:
    """Yield source, external id and language of the articles that have the mark."""
    columns = "SELECT source, external, lang FROM"
    if isinstance(mark, OwnTag):
        yield from db.execute(f"{columns} tagged WHERE tag = ?", (mark.name,))
    else:
        yield from db.execute(f"{columns} marks WHERE {mark}")


def put(db: sqlite3.Connection, mark: AnyMark, value: bool, articles: Iterable[Identity]) -> None:
    """Set the mark on the articles, or remove it, within the open transaction."""
    if isinstance(mark, OwnTag):
        change = "INSERT OR IGNORE INTO tagged (external, lang, source, tag) VALUES (?, ?, ?, ?)"
        change = change if value else f"DELETE FROM tagged {_WHERE} AND tag = ?"
        last: str | bool = mark.name
    else:
        change = (
            f"INSERT INTO marks (external, lang, source, {mark}) VALUES (?, ?, ?, ?) "
            f"ON CONFLICT DO UPDATE SET {mark} = excluded.{mark}"
        )
        last = value
    db.executemany(change, ((a.external, a.lang, a.source, last) for a in articles))


class Marks:
    """The marks file at a path, through one connection. Raises CacheError (MarksDamaged)."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db = db
        self.path = path

    @_reported
    def counter(self) -> int:
        """Return the number of changes, with which the cache's facets are compared."""
        return number(self._db.execute("SELECT value FROM meta WHERE name = 'counter'").fetchone())

    @_reported
    def is_empty(self) -> bool:
        """Return whether marks were never changed."""
        return all(
            self._db.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None
            for table in ("marks", "tagged")
        )

    @_reported
    def of(self, identity: Identity) -> list[AnyMark]:
        """Return the marks and own tags of the article."""
        which = (identity.external, identity.lang, identity.source)
        has, tags = self._db.execute(_OF, which).fetchone()
        found: list[AnyMark] = [
            mark for mark, bit in zip(Mark, has or "", strict=False) if bit > "0"
        ]
        return found + [mark_of(tag) for tag in sorted(tags.split(_BETWEEN) if tags else ())]

    @_reported
    def kinds(self) -> list[AnyMark]:
        """Return every mark, and the own tags of any article."""
        tags = self._db.execute("SELECT DISTINCT 'tag:' || tag FROM tagged")
        return [*Mark, *(mark_of(tag) for (tag,) in tags)]

    def every(self, mark: AnyMark) -> Iterator[Identity]:
        """Yield the articles that have the mark."""
        with marks_errors(self.path):
            for values in every(self._db, mark):
                yield Identity(*values)

    @_reported
    def do(self, step: Step) -> int:
        """Make the change, as a step of the journal if it has a label; return the counter."""
        with transaction(self._db):
            if step.label:
                self._note(step)
            return self._set(step.articles, step.mark, step.value)

    def _note(self, step: Step) -> None:
        """Append a step and clear the redo steps."""
        self._db.execute("DELETE FROM steps WHERE undone")
        (number,) = self._db.execute(
            "INSERT INTO steps (label, mark, value) VALUES (?, ?, ?) RETURNING step",
            (step.label, step.mark, step.value),
        ).fetchone()
        self._db.execute("DELETE FROM steps WHERE step <= ?", (number - JOURNAL_STEPS,))
        self._db.executemany(
            "INSERT INTO step_articles VALUES (?, ?, ?, ?)",
            ((number, a.external, a.lang, a.source) for a in step.articles),
        )

    @_reported
    def undo(self) -> tuple[Step, int] | None:
        """Take back the last step and return it; None if there is none.

        The step has the value now set; the counter is that of the change.
        """
        return self._replay("SELECT max(step) FROM steps WHERE NOT undone", undone=True)

    @_reported
    def redo(self) -> tuple[Step, int] | None:
        """Repeat the step that was undone last. Returns as `undo`."""
        return self._replay("SELECT min(step) FROM steps WHERE undone", undone=False)

    def _replay(self, which: str, *, undone: bool) -> tuple[Step, int] | None:
        with transaction(self._db):
            (number,) = self._db.execute(which).fetchone()
            if number is None:
                return None
            label, mark, value = self._db.execute(
                "UPDATE steps SET undone = ? WHERE step = ? RETURNING label, mark, value",
                (undone, number),
            ).fetchone()
            articles = [
                Identity(source, external, lang)
                for external, lang, source in self._db.execute(
                    "SELECT external, lang, source FROM step_articles WHERE step = ?", (number,)
                )
            ]
            step = Step(label, mark_of(mark), bool(value) is not undone, articles)
            return step, self._set(articles, step.mark, step.value)

    def _set(self, articles: Iterable[Identity], mark: AnyMark, value: bool) -> int:
        put(self._db, mark, value, articles)
        (counter,) = self._db.execute(
            "UPDATE meta SET value = value + 1 WHERE name = 'counter' RETURNING value"
        ).fetchone()
        return int(counter)

    @_reported
    def under(self, source: str, external: str) -> list[Identity]:
        """Return identities of a source and id, in any language, with a mark or a position."""
        found = self._db.execute(_marked("external = ?1 AND source = ?2"), (external, source))
        return [Identity(*values) for values in found]

    @_reported
    def by_source(self, external: str) -> dict[str, list[Identity]]:
        """Return identities of an external id with a mark or a position, without those of feeds."""
        found: dict[str, list[Identity]] = {}
        find = _marked("external = ?1 AND lang != ''")
        for source, _, lang in self._db.execute(find, (external,)):
            found.setdefault(source, []).append(Identity(source, external, lang))
        return found

    @_reported
    def hand_over(
        self, renamed: Sequence[tuple[Identity, Identity]], *, with_positions: bool = True
    ) -> None:
        """Copy marks, positions and undo steps of articles to their new identities.

        The counter stays: the transaction that renames an article stores it with its marks. The old
        rows stay until `forget`, as that transaction may fail. with_positions: False for twins,
        whose text is another.
        """
        with transaction(self._db):
            self._copy(renamed, with_positions=with_positions)

    @_reported
    def forget(self, renamed: Sequence[tuple[Identity, Identity]]) -> None:
        """Remove the old rows after `hand_over`; copy what was marked meanwhile first."""
        taken = {new for _, new in renamed}
        left = [(old, new) for old, new in renamed if old not in taken]
        with transaction(self._db):
            self._copy(left)
            for table in ("marks", "tagged", "step_articles"):
                self._db.executemany(
                    f"DELETE FROM {table} WHERE external = ? AND lang = ? AND source = ?",
                    [(old.external, old.lang, old.source) for old, _ in left],
                )

    def _copy(
        self, renamed: Sequence[tuple[Identity, Identity]], *, with_positions: bool = True
    ) -> None:
        """Copy rows to new identities; read all before writing, as identities may be exchanged."""
        position = "position" if with_positions else "0"
        marks = f"SELECT {', '.join(Mark)}, {position} FROM marks {_WHERE}"
        found = []
        for old, new in renamed:
            values = (old.external, old.lang, old.source)
            row = self._db.execute(marks, values).fetchone()
            made, tags = (
                [each for (each,) in self._db.execute(f"SELECT {what} {_WHERE}", values)]
                for what in ("step FROM step_articles", "tag FROM tagged")
            )
            if row or made or tags:
                found.append((new, row, made, tags))
        given_up = {old for old, _ in renamed}
        for taken in {new for new, *_ in found if new in given_up}:
            values = (taken.external, taken.lang, taken.source)
            for table in ("marks", "tagged", "step_articles"):
                self._db.execute(f"DELETE FROM {table} {_WHERE}", values)
        for new, row, made, tags in found:
            if row:
                self._add(new, row)
            for place, each in (("step_articles (step", made), ("tagged (tag", tags)):
                self._db.executemany(
                    f"INSERT OR IGNORE INTO {place}, external, lang, source) VALUES (?, ?, ?, ?)",
                    [(value, new.external, new.lang, new.source) for value in each],
                )

    def _add(self, identity: Identity, marks: tuple[int | float, ...]) -> None:
        names = [*Mark, "position"]
        merged = ", ".join(f"{name} = max({name}, excluded.{name})" for name in names)
        self._db.execute(
            f"INSERT INTO marks (external, lang, source, {', '.join(names)}) "
            f"VALUES (?, ?, ?{', ?' * len(names)}) ON CONFLICT DO UPDATE SET {merged}",
            (identity.external, identity.lang, identity.source, *marks),
        )

    @_reported
    def position(self, identity: Identity) -> float:
        """Return how far the article was read, as the reading pane saved it; 0.0 at first."""
        row = self._db.execute(
            "SELECT position FROM marks WHERE external = ? AND lang = ? AND source = ?",
            (identity.external, identity.lang, identity.source),
        ).fetchone()
        return float(row[0]) if row else 0.0

    @_reported
    def save_position(self, identity: Identity, position: float) -> None:
        """Store how far down the article was scrolled, from 0 to 1."""
        self._db.execute(
            "INSERT INTO marks (external, lang, source, position) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET position = excluded.position",
            (identity.external, identity.lang, identity.source, position),
        )

    # Feeds.

    @_reported
    def feed_at(self, address: str) -> str:
        """Return the feed at an address, empty if none is known."""
        row = self._db.execute("SELECT feed FROM feeds WHERE address = ?", (address,)).fetchone()
        return str(row[0]) if row else ""

    @_reported
    def feeds_called(self, name: str) -> list[str]:
        """Return feeds of subscriptions that have or had the folded name."""
        found = self._db.execute("SELECT DISTINCT feed FROM feeds WHERE name = ?", (name,))
        return [feed for (feed,) in found]

    @_reported
    def note_feed(self, feed: str, addresses: Iterable[str], name: str) -> None:
        """Store the addresses of a feed; other feeds at these addresses are merged into it."""
        with transaction(self._db):
            for address in addresses:
                known = self.feed_at(address)
                if known and known != feed:
                    self._db.execute("INSERT OR IGNORE INTO joined VALUES (?, ?)", (feed, known))
                self._db.execute(
                    "INSERT OR REPLACE INTO feeds VALUES (?, ?, ?)", (address, feed, name)
                )

    @_reported
    def joined(self, feed: str) -> list[str]:
        """Return the feeds that were merged into this one."""
        found = self._db.execute("SELECT former FROM joined WHERE feed = ?", (feed,))
        return [former for (former,) in found]

    @_reported
    def state(self, name: str) -> str:
        """Return what was saved under the name, empty at first."""
        row = self._db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    @_reported
    def change_state(self, name: str, change: Callable[[str], str]) -> None:
        """Replace a value by what `change` makes of it; no other program writes meanwhile."""
        with transaction(self._db):
            self.save_state(name, change(self.state(name)))

    @_reported
    def save_state(self, name: str, value: str) -> None:
        """Store a value under a name, replacing the previous one."""
        self._db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))
