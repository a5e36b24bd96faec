"""Connections to the two files, the locks around them, and the moment at which a screen is held.

Which questions are asked, and what is remembered of the answers, belongs to `store`.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reader.cache.damage import number
from reader.cache.marks import Marks
from reader.cache.schema import CACHE, MARKS, Schema, connect
from reader.cache.words import Words

SEARCHES = 3
"""Words that are looked up at once. Includes a spare for a query SQLite cannot interrupt."""

TRIES = 5
"""How often a second connection is begun anew until it shows the same version as the first."""


class Moment:
    """One state of `cache.db`: read transactions on a few connections, all of one version.

    `db` answers what takes no time, under the session's lock. Words are looked up on connections
    of their own (`Session.searching`), so that no key waits for them.
    """

    __slots__ = ("connections", "db", "free", "is_over", "texts", "users", "version", "words")

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.connections = [db]
        self.free: list[sqlite3.Connection] = []
        """Those for searches that are not in use."""
        self.words = Words()
        self.version = meta(db, "version")
        self.texts = meta(db, "texts")
        self.users = 0
        """Searches that are running."""
        self.is_over = False
        """Another moment has taken its place."""


class Session:
    """The connections of one store. Any thread may use it; each has connections of its own.

    `lock`: held while the shared facets are read or changed. `writing`: held by the one thread that
    writes. `moment`: as of which questions are answered; None: each is answered as of now.
    """

    def __init__(self, path: Path, marks_path: Path) -> None:
        self.path = path
        self.marks_path = marks_path
        self.lock = threading.RLock()
        self.writing = threading.RLock()
        self.moment: Moment | None = None
        self._words = Words()
        """The words that are known where no moment is held."""
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._idle: list[sqlite3.Connection] = []
        """Connections of moments that are over."""
        self._pool = threading.Condition()

    def close(self) -> None:
        """Close every connection, whichever thread opened it."""
        self.moment = None
        self._idle.clear()
        for db in self._connections:
            db.close()
        self._connections.clear()
        self._local = threading.local()

    def release(self) -> None:
        """Close this thread's connections, for a thread that ends before the session does."""
        opened = vars(self._local)
        for db in opened.values():
            self._connections.remove(db)
            db.close()
        opened.clear()

    def hurry(self, milliseconds: int) -> None:
        """Wait no longer than that for locks of other programs, in this thread."""
        self.connection()
        self.marks()
        for db in vars(self._local).values():
            db.execute(f"PRAGMA busy_timeout = {milliseconds}")

    @property
    def words(self) -> Words:
        """The words that are known of what is asked about."""
        return self.moment.words if self.moment else self._words

    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection to `cache.db`, which shows the present state."""
        return self._opened("cache", self.path, CACHE)

    def marks(self) -> Marks:
        return Marks(self._opened("marks", self.marks_path, MARKS))

    def _opened(self, name: str, path: Path, schema: Schema) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, name, None)
        if db is None:
            db = self._connect(path, schema)
            setattr(self._local, name, db)
        return db

    def _connect(self, path: Path, schema: Schema) -> sqlite3.Connection:
        db = connect(path, schema)
        self._connections.append(db)
        return db

    # Moments.

    def begin(self, searches: int = 1) -> Moment:
        """Return the present state, held until `take` or `end`.

        searches: 1 for a connection for searches from the start, 0 for none. Others are added when
        they are needed, as long as the cache is of the same version.
        """
        for _ in range(TRIES):
            moment = Moment(self._begun())
            if not searches or self._add(moment):
                break
            self.end(moment)
        return moment

    def take(self, moment: Moment) -> None:
        """Answer as of that moment from now on. Call it under the lock."""
        before, self.moment = self.moment, moment
        if before is not None:
            if before.texts == moment.texts:
                moment.words = before.words
            self.end(before)

    def end(self, moment: Moment) -> None:
        """Let go of a moment, as soon as no search uses it any more."""
        with self._pool:
            moment.is_over = True
            if not moment.users:
                self._let_go(moment)

    def lease(self) -> Moment | None:
        """Return the moment, kept until `searching` ends. Call it under the lock."""
        if self.moment is not None:
            with self._pool:
                self.moment.users += 1
        return self.moment

    @contextmanager
    def searching(self, moment: Moment | None) -> Iterator[tuple[sqlite3.Connection, Words]]:
        """Give a connection on which words may be looked up, and the words that are known.

        moment: from `lease`; None: the present state.
        """
        if moment is None:
            yield self.connection(), self._words
            return
        db = self._borrowed(moment)
        try:
            if db is None:
                with self.lock:
                    yield moment.db, moment.words
            else:
                yield db, moment.words
        finally:
            self._give_back(moment, db)

    def _borrowed(self, moment: Moment) -> sqlite3.Connection | None:
        """Wait for a connection for searches; None where the cache has changed since the first."""
        with self._pool:
            while not moment.free:
                searches = len(moment.connections) - 1
                if searches < SEARCHES and self._add(moment):
                    break
                if not searches:
                    return None
                self._pool.wait()
            return moment.free.pop()

    def _give_back(self, moment: Moment, db: sqlite3.Connection | None) -> None:
        with self._pool:
            moment.users -= 1
            if db is not None:
                moment.free.append(db)
            if moment.is_over and not moment.users:
                self._let_go(moment)
            self._pool.notify_all()

    def _add(self, moment: Moment) -> bool:
        """Add a connection for searches; whether the cache still is of the moment's version."""
        with self._pool:
            db = self._begun()
            is_same = meta(db, "version") == moment.version
            if is_same:
                moment.connections.append(db)
                moment.free.append(db)
            else:
                self._ended(db)
            return is_same

    def _begun(self) -> sqlite3.Connection:
        with self._pool:
            db = self._idle.pop() if self._idle else self._connect(self.path, CACHE)
        db.execute("BEGIN")
        return db

    def _ended(self, db: sqlite3.Connection) -> None:
        db.execute("COMMIT")
        self._idle.append(db)

    def _let_go(self, moment: Moment) -> None:
        for db in moment.connections:
            self._ended(db)
        moment.connections, moment.free = [], []


def meta(db: sqlite3.Connection, name: str) -> int:
    """Return a counter of the cache: `version` grows with every change, `texts` with articles."""
    return number(db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone())
