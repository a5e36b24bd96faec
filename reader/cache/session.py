"""Connections to the two files, the locks around them, and the moment at which a screen is held.

Which questions are asked, and what is remembered of the answers, belongs to `store`.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from reader.cache.damage import number
from reader.cache.marks import Marks
from reader.cache.schema import CACHE, MARKS, Schema, connect
from reader.cache.words import Words
from reader.errors import CacheGone, MarksGone

FileId = tuple[int, int]
"""Device and inode: what a file is, whatever it is called."""

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
        self._files: dict[int, FileId] = {}
        """Which file a connection to the marks is of, by its Python id."""

    def close(self) -> None:
        """Close every connection, whichever thread opened it."""
        self.moment = None
        self._idle.clear()
        for db in self._connections:
            db.close()
        self._connections.clear()
        self._files.clear()
        self._local = threading.local()

    def release(self) -> None:
        """Close this thread's connections, for a thread that ends before the session does."""
        opened = vars(self._local)
        for db in opened.values():
            self._close(db)
        opened.clear()

    def _close(self, db: sqlite3.Connection) -> None:
        self._connections.remove(db)
        self._files.pop(id(db), None)
        db.close()

    def hurry(self, milliseconds: int) -> None:
        """Wait no longer than that for locks of other programs, in this thread."""
        self.connection()
        with suppress(MarksGone):
            self.marks()
        for db in vars(self._local).values():
            db.execute(f"PRAGMA busy_timeout = {milliseconds}")

    @property
    def words(self) -> Words:
        """The words that are known of what is asked about."""
        return self.moment.words if self.moment else self._words

    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection to `cache.db`, which shows the present state.

        Raises CacheGone where the file is gone and no connection is to spare.
        """
        try:
            return self._opened("cache", self.path, CACHE)
        except CacheGone:
            with self._pool:
                if not self._idle:
                    raise
                self._local.cache = db = self._idle.pop()
            return db

    def marks(self) -> Marks:
        """Return the marks, by this thread's connection. Raises MarksGone, CacheError.

        Where another file has taken the place of the one that it is of, it is opened anew. Where
        there is none any more, the connection goes on showing what was there.
        """
        db: sqlite3.Connection | None = getattr(self._local, "marks", None)
        file = file_id(self.marks_path)
        if db is not None and file not in (None, self._files[id(db)]):
            self.close_marks()
            db = None
        if db is None:
            if file is None:
                raise MarksGone(self.marks_path)  # SQLite would begin an empty one
            db = self._opened("marks", self.marks_path, MARKS)
            self._files[id(db)] = file
        return Marks(db, self.marks_path)

    def has_present_marks(self) -> bool:
        """Return whether this thread's connection is to the file that is there now."""
        db = getattr(self._local, "marks", None)
        return db is not None and self._files[id(db)] == file_id(self.marks_path)

    def close_marks(self) -> None:
        """Close this thread's connection to the marks."""
        db = vars(self._local).pop("marks", None)
        if db is not None:
            self._close(db)

    def former_marks(self) -> sqlite3.Connection | None:
        """Return a connection to marks that are gone: this thread's, else that of another.

        SQLite lets one thread after the other use it.
        """
        db: sqlite3.Connection | None = getattr(self._local, "marks", None)
        if db is None:
            others = (each for each in self._connections if id(each) in self._files)
            db = next(others, None)
        return db

    def _opened(self, name: str, path: Path, schema: Schema) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, name, None)
        if db is None:
            db = self._connect(path, schema)
            setattr(self._local, name, db)
        return db

    def _connect(self, path: Path, schema: Schema) -> sqlite3.Connection:
        if self._connections and not path.exists():  # SQLite would begin an empty one
            raise MarksGone(path) if schema is MARKS else CacheGone(path)
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
            try:
                if not searches or self._add(moment):
                    break
            except CacheGone:  # then its words are looked up on the first
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
                with suppress(CacheGone):
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


def file_id(path: Path) -> FileId | None:
    """Return what the file at a path is; None where there is none, or an empty one."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if status.st_size else None


def meta(db: sqlite3.Connection, name: str) -> int:
    """Return a counter of the cache: `version` grows with every change, `texts` with articles."""
    return number(db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone())
