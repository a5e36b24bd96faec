"""Marks: set, taken away, undone and redone, each written before the screen says so."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from textual.screen import Screen
from textual.worker import Worker

from reader.article import Article
from reader.library import Change, Ids, Library, Mark
from reader.query import Query
from reader.ui.failures import Work, in_background
from reader.ui.opening import Say

T = TypeVar("T")


class Marker:
    """Write one screen's marks in the background.

    query: what the screen shows. show_changes: called when all marks are written, and can be shown.
    """

    def __init__(
        self,
        screen: Screen[Any],
        library: Library,
        say: Say,
        *,
        query: Callable[[], Query],
        show_changes: Callable[[], None],
    ) -> None:
        self._screen = screen
        self._library = library
        self._say = say
        self._query = query
        self._show_changes = show_changes
        self._writing = 0

    @property
    def is_writing(self) -> bool:
        """Whether any mark is on its way: its ids are of the moment that the library holds."""
        return self._writing > 0

    def opened(self, ids: Ids) -> Worker[None]:
        """Opening an article reads it: the program's own mark, no step of the undo journal."""
        return self._set(ids, Mark.READ, True)

    def toggle_read(self, ids: Ids, name: str) -> None:
        """All read if any is not, else all unread. Raises CacheError."""
        value = bool(self._library.unread(ids))
        self._set(ids, Mark.READ, value, f"{name} {'read' if value else 'unread'}")

    def read(self, ids: Ids) -> None:
        self._set(ids, Mark.READ, True, f"{counted(ids)} read")

    def toggle_favourite(self, article: Article) -> None:
        """Raises CacheError."""
        id = self._library.id_of(article.identity)
        if id is not None:
            (row,) = self._library.rows([id])
            value = not row.favourite
            self._set(Ids([id]), Mark.FAVOURITE, value, f"{'' if value else 'no '}favourite")

    def undo(self) -> None:
        self._run(partial(self._replay, self._library.undo, "undo", "undone"))

    def redo(self) -> None:
        self._run(partial(self._replay, self._library.redo, "redo", "redone"))

    def _set(self, ids: Ids, mark: Mark, value: bool, label: str = "") -> Worker[None]:
        return self._run(partial(self._write, ids, mark, value, label))

    def _run(self, work: Work) -> Worker[None]:
        self._writing += 1
        return in_background(self._screen, work, group="marks")

    async def _written(self, write: Callable[[], T]) -> T:
        """Write in a thread, which also reads what the screen then shows."""

        def write_and_read() -> T:
            result = write()
            self._library.prepare(self._query())
            return result

        try:
            return await asyncio.to_thread(write_and_read)
        finally:
            self._writing -= 1
            if not self._writing:
                self._show_changes()

    async def _write(self, ids: Ids, mark: Mark, value: bool, label: str) -> None:
        changed = await self._written(partial(self._library.mark, ids, mark, value, label))
        if label:
            self._say(f"{label} · u undoes" if changed else f"already {label}")

    async def _replay(self, replay: Callable[[], Change | None], verb: str, done: str) -> None:
        change = await self._written(replay)
        self._say(f"{done}: {change.label}" if change else f"nothing to {verb}")


def counted(ids: Ids) -> str:
    return "1 article" if len(ids) == 1 else f"{len(ids):,} articles"
