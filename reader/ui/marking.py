"""Marks: set, taken away, undone and redone, each written before the screen says so."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from textual.screen import Screen
from textual.worker import Worker

from reader.article import Article, ArticleId
from reader.library import Change, Ids, Library, Mark
from reader.query import Query
from reader.ui.cells import fit
from reader.ui.failures import Work, in_background
from reader.ui.opening import Say

T = TypeVar("T")

TITLE_CELLS = 40
"""Of an article, in the name of a step of the undo journal."""


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
        undo_key: str,
    ) -> None:
        self._screen = screen
        self._library = library
        self._say = say
        self._undo_key = undo_key
        self._query = query
        self._show_changes = show_changes
        self._writing = 0

    @property
    def is_writing(self) -> bool:
        """Whether any mark is on its way: its ids are of the moment that the library holds."""
        return self._writing > 0

    def opened(self, id: ArticleId, title: str) -> Worker[None]:
        """Mark an opened article as read, without a word: a step of its own in the journal."""
        label = f"“{fit(title, TITLE_CELLS).rstrip()}” read"
        return self._set(Ids([id]), Mark.READ, True, label, is_quiet=True)

    def toggle_read(self, id: ArticleId) -> None:
        """Mark one article as read, or as unread where it is. Raises CacheError."""
        value = bool(self._library.unread(Ids([id])))
        self._set(Ids([id]), Mark.READ, value, f"article {_state(value)}")

    def toggle_all_read(self, ids: Ids) -> None:
        """Mark all as read, or as unread where all are read. Raises CacheError."""
        self._run(partial(self._write_read, ids, bool(self._library.unread(ids))))

    def read(self, ids: Ids) -> None:
        self._run(partial(self._write_read, ids, True))

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

    def _set(
        self, ids: Ids, mark: Mark, value: bool, label: str, *, is_quiet: bool = False
    ) -> Worker[None]:
        return self._run(partial(self._write, ids, mark, value, label, is_quiet=is_quiet))

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

    async def _write(
        self, ids: Ids, mark: Mark, value: bool, label: str, *, is_quiet: bool = False
    ) -> None:
        changed = await self._written(partial(self._library.mark, ids, mark, value, label))
        if not is_quiet:
            self._say(f"{label} · {self._undo_key} undoes" if changed else f"already {label}")

    async def _write_read(self, ids: Ids, value: bool) -> None:
        """Mark those of many that are not so already, and say how many that were."""

        def mark() -> int:
            unread = self._library.unread(ids)
            others = unread if value else ids - unread
            label = f"{counted(len(others))} {_state(value)}"
            return self._library.mark(others, Mark.READ, value, label)

        changed = await self._written(mark)
        if not changed:
            self._say(f"already {_state(value)}: {counted(len(ids))}" if ids else "nothing to mark")
            return
        before = len(ids) - changed
        rest = f" ({before:,} already {'was' if before == 1 else 'were'})" if before else ""
        self._say(f"{counted(changed)} {_state(value)}{rest} · {self._undo_key} undoes")

    async def _replay(self, replay: Callable[[], Change | None], verb: str, done: str) -> None:
        change = await self._written(replay)
        self._say(f"{done}: {change.label}" if change else f"nothing to {verb}")


def counted(number: int) -> str:
    return "1 article" if number == 1 else f"{number:,} articles"


def _state(is_read: bool) -> str:
    return "read" if is_read else "unread"
