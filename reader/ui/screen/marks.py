"""Set, remove, undo and redo marks; each is written before the screen says so."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from textual.worker import Worker

from reader.article import ArticleId
from reader.cache.marks.kinds import AnyMark
from reader.errors import CacheUnwritable, MarkNotShown, MarksNotKept
from reader.i18n import _, grouped, ngettext
from reader.library import Change, Ids, Library, Mark, Marked
from reader.ui.screen import marks_in_words as words
from reader.ui.screen.host import Host
from reader.ui.textual_compat.cells import fit
from reader.ui.textual_compat.failures import Work, in_background

T = TypeVar("T")

TITLE_CELLS = 40
"""Cells of an article's title in the name of an undo step."""


class Marker:
    """Writes the marks of one screen in the background, in the order of the keys.

    show_changes: called when all marks are written and can be shown. undo_key: the key that takes
    a mark back, as the user has bound it.
    """

    def __init__(
        self,
        host: Host,
        library: Library,
        *,
        show_changes: Callable[[], None],
        undo_key: str,
    ) -> None:
        self._host = host
        self._library = library
        self._show_changes = show_changes
        self._undo_key = undo_key
        self.steps = 0
        """How often something was marked, undone or redone."""
        self._writing = 0
        self._is_full = False
        """Whether the mark of the last opened article failed because the disk is full."""
        self._turn = asyncio.Lock()
        self._told = len(library.notices)
        self._unwritten = 0
        """Marks that no thread has written or failed to write."""
        self._failures: list[Exception] = []
        """Errors of marks since the last one that was written."""
        self._done = asyncio.Event()

    @property
    def is_writing(self) -> bool:
        """Return whether a mark is being written: its ids belong to the version now held."""
        return self._writing > 0

    async def all_written(self, seconds: float) -> bool:
        """Return whether all marks are written or have failed; wait no longer than that."""
        waiting = asyncio.ensure_future(self._done.wait())
        await asyncio.wait({waiting}, timeout=seconds if self._writing else 0)
        waiting.cancel()
        return not self._writing

    def not_kept(self) -> MarksNotKept | None:
        """Return what is lost, when the screen has been left and its threads have ended.

        Failures before the last written mark were reported already.
        """
        count = self._unwritten + len(self._failures)
        if not count:
            return None
        reason = str(self._failures[0]) if self._failures else _("the screen was left before")
        return MarksNotKept(count, reason)

    def tell_notices(self) -> None:
        """Say what was repaired in the meantime, such as a damaged file."""
        notices = self._library.notices
        if new := notices[self._told :]:
            self._told = len(notices)
            self._host.say("; ".join(new), error=True)

    def opened(self, id: ArticleId, title: str) -> Worker[None]:
        """Mark an opened article as read, without a message; one step in the journal."""
        from reader.cache.marks import labels

        label = labels.named(fit(title, TITLE_CELLS).rstrip())
        return self._run(partial(self._write_opened, Ids([id]), lambda *_given: label))

    def toggle_read(self, id: ArticleId) -> None:
        """Toggle whether one article is read."""
        self._run(partial(self._write_and_say, Ids([id]), Mark.READ))

    def toggle_all_read(self, ids: Ids) -> None:
        """Mark all as read, or as unread if all are read."""
        self._run(partial(self._write_many, ids, None))

    def read(self, ids: Ids) -> None:
        """Mark all as read."""
        self._run(partial(self._write_many, ids, True))

    def toggle(self, ids: Ids, mark: AnyMark) -> None:
        """Set a mark or an own tag on the articles, or remove it if all have it."""
        if len(ids) == 1:
            self._run(partial(self._write_and_say, ids, mark))
        else:
            self._run(partial(self._write_many, ids, None, mark))

    def undo(self) -> None:
        """Take back the last step of marking."""
        self._run(
            partial(self._replay, self._library.undo, _("undone: {step}"), _("nothing to undo"))
        )

    def redo(self) -> None:
        """Repeat the last step that was undone."""
        self._run(
            partial(self._replay, self._library.redo, _("redone: {step}"), _("nothing to redo"))
        )

    def _run(self, write: Work) -> Worker[None]:
        self.steps += 1
        self._writing += 1
        self._unwritten += 1
        self._done.clear()
        return in_background(self._host, partial(self._in_turn, write), group="marks")

    async def _in_turn(self, write: Work) -> None:
        try:
            async with self._turn:
                await write()
            self.tell_notices()
        finally:
            self._writing -= 1
            if not self._writing:
                self._done.set()
                self._show_changes()

    async def _written(self, write: Callable[[], T]) -> T:
        """Write in a thread, which also reads what the screen then shows."""

        def write_and_read() -> T:
            try:
                result = write()
            except MarkNotShown:
                raise
            except Exception as error:
                self._failures.append(error)
                raise
            finally:
                self._unwritten -= 1
            self._failures.clear()
            self._library.prepare(self._host.filter)
            return result

        return await asyncio.to_thread(write_and_read)

    async def _write(
        self, ids: Ids, mark: AnyMark, value: bool | None, label: Callable[[bool, int], str]
    ) -> Marked:
        return await self._written(partial(self._library.set_marks, ids, mark, value, label))

    async def _write_opened(self, ids: Ids, label: Callable[[bool, int], str]) -> None:
        """Mark an opened article; when the disk is full, say so for the first article only."""
        try:
            await self._write(ids, Mark.READ, True, label)
        except CacheUnwritable:
            self._failures.pop()  # articles are read without marks
            if not self._is_full:
                self._is_full = True
                raise
        else:
            self._is_full = False

    async def _write_and_say(self, ids: Ids, mark: AnyMark) -> None:
        """Set or remove the mark of one article, and say so."""
        from reader.cache.marks import labels

        marked = await self._write(ids, mark, None, lambda *_given: labels.ONE)
        done = words.of_step(labels.ONE, mark, marked.value)
        said = _("{done} · {key} undoes") if marked.changed else _("already {done}")
        self._host.say(said.format(done=done, key=self._undo_key))

    async def _write_many(self, ids: Ids, value: bool | None, mark: AnyMark = Mark.READ) -> None:
        """Mark the articles that do not have that mark yet, and say how many."""
        from reader.cache.marks import labels

        marked = await self._write(ids, mark, value, lambda _value, number: labels.many(number))
        if not marked.changed:
            already = (
                words.already(mark, marked.value, marked.among) if ids else _("nothing to mark")
            )
            self._host.say(already)
            return
        before = marked.among - marked.changed
        said = _("{done} · {key} undoes")
        if before:
            said = ngettext(
                "{done} ({number} already was) · {key} undoes",
                "{done} ({number} already were) · {key} undoes",
                before,
            )
        done = words.of_many(mark, marked.value, marked.changed)
        self._host.say(said.format(done=done, number=grouped(before), key=self._undo_key))

    async def _replay(self, replay: Callable[[], Change | None], done: str, nothing: str) -> None:
        change = await self._written(replay)
        if change is not None:
            step = words.of_step(change.label, change.mark, change.value)
            nothing = done.format(step=step)
        self._host.say(nothing)


def counted(number: int) -> str:
    """Return the number in words: "1 article", "2,345 articles"."""
    return ngettext("{number} article", "{number} articles", number).format(number=grouped(number))
