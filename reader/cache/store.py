"""Open a data folder: prepare both files and make the parts that work on them."""

import sqlite3
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from reader.cache.engines.sqlite.engine import SqliteEngine
from reader.cache.files import copies
from reader.cache.files.damage import is_suspect
from reader.cache.files.migrations import CACHE, MARKS
from reader.cache.marking import Marking, marked
from reader.cache.marks.pool import MarksPool
from reader.cache.marks.state import State, look
from reader.cache.marks_keeper import MarksKeeper
from reader.cache.presence import Presence
from reader.cache.questions import Questions
from reader.cache.repair.mending import Mending
from reader.cache.repair.preparing import prepare
from reader.cache.session import Session
from reader.cache.texts import Texts
from reader.cache.values.instants import utc_now
from reader.errors import CacheDamaged, CacheUnwritable
from reader.i18n import _

if TYPE_CHECKING:
    from pyroaring import BitMap

    from reader.cache.engine import Remote, View
    from reader.cache.engines.sqlite.upkeep import SqliteUpkeep
    from reader.cache.files.migrations import Schema
    from reader.cache.intake import Intake
    from reader.cache.storing.stories import Deciding
    from reader.cache.values.facet_rows import Facet

SHARED = "archive.json"
"""File of a data folder whose articles are in a shared archive: `shared.folders`."""


class Store:
    """Opens `cache.db`, which can be rebuilt, and `marks.db`, which cannot. Thread-safe.

    `session`: connections and the held moment. `questions`, `texts`, `marking`, `intake`, `upkeep`:
    reads and writes; one write at a time. `damage`: damage found since it was opened. `presence`:
    tells other programs of an open screen. Raises CacheError.
    """

    FILE = "cache.db"
    """Name of the file that can be rebuilt."""

    def __init__(self, folder: Path, *, clock: Callable[[], datetime] = utc_now) -> None:
        """Open a data folder. clock: by which arrivals are noted."""
        self._clock = clock
        self.path = folder / self.FILE
        self.marks_path = folder / "marks.db"
        self._notices: tuple[str, ...] = ()
        lock = threading.RLock()
        self.engine: SqliteEngine = self._engine(folder, lock)
        marks = MarksPool(self.marks_path)
        self.session = Session(self.engine, marks, lambda view: self.damage.counted(view), lock)
        self._prepare()
        self.damage = Mending(self.engine, self._marks_of, self.note)
        self._keeper = MarksKeeper(folder, self.session)
        self.questions = Questions(self.session)
        self.texts = Texts(self.session, self.damage)
        self.marking = Marking(self.session, self._keeper, self.damage.counted)
        self.presence = Presence.of(folder / "reading.lock")
        try:
            self._show_stale_marks()
        except CacheDamaged:
            self.close()
            self._prepare()
            self._show_stale_marks()

    def _engine(self, _folder: Path, lock: threading.RLock) -> Any:
        """Return the engine; another one where the articles are not in the folder."""
        return SqliteEngine(self.path, lock)

    def _schema(self) -> "Schema":
        return CACHE

    def _prepare(self) -> None:
        self._notices += tuple(filter(None, [prepare(self.path, self._schema())]))
        self._prepare_marks()
        self.session.is_only_read = any(map(copies.is_only_read, (self.path, self.marks_path)))
        if self.is_only_read:
            notes = filter(None, map(copies.note, (self.path, self.marks_path)))
            said = _("{folder} cannot be written: marks are not kept")
            self.note("; ".join((said.format(folder=self.path.parent), *notes)))

    def _prepare_marks(self) -> None:
        """Prepare the marks; in a folder that cannot be written, for reading only."""
        copies.forget(self.marks_path)
        if copies.is_writable(self.marks_path) and not copies.is_only_read(self.path):
            with suppress(CacheUnwritable):
                if look(self.marks_path) is not State.WELL or is_suspect(self.marks_path):
                    from reader.cache.repair.marks_repair import prepare_marks

                    self._notices += prepare_marks(self.path.parent)
                return
        self._notices += tuple(filter(None, [prepare(self.marks_path, MARKS)]))

    def _show_stale_marks(self) -> None:
        """Update the facets if the marks changed without the cache."""
        if not self.is_only_read:
            self.marking.show_stale()
        elif self.marking.give_stale():
            self.questions.recall_nothing()

    def _marks_of(self, view: "View") -> "Mapping[Facet, BitMap]":
        """Return the facets of the marks; none if their articles cannot be looked up."""
        with suppress(sqlite3.Error):
            return marked(view, self.session)
        return {}

    @cached_property
    def intake(self) -> "Intake":
        """Return the part that stores what imports and syncs bring."""
        from reader.cache.intake import Intake

        return Intake(self.session, self.damage.counted, self._clock)

    @cached_property
    def deciding(self) -> "Deciding":
        """Return the part that decides which story each article tells."""
        from reader.cache.storing.stories import Deciding

        return Deciding(self.session, self.damage.counted)

    @property
    def shared(self) -> "Remote | None":
        """Return the shared archive; None, as the articles are in the folder."""
        return None

    @property
    def upkeep(self) -> "SqliteUpkeep":
        """Return the part that keeps the file small and fast."""
        return self.engine.upkeep

    @property
    def is_only_read(self) -> bool:
        """Return whether the folder cannot be written: nothing is stored."""
        return self.session.is_only_read

    @property
    def notices(self) -> tuple[str, ...]:
        """Return a sentence for each repair, at the start and since."""
        return (*self._notices, *self._keeper.notices)

    def note(self, notice: str) -> None:
        """Add a sentence to the notices."""
        self._notices += (notice,)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection and release the lock of an open screen."""
        self.presence.close()
        self.session.close()
