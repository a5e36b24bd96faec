"""Load what the user needs next, while the first screen waits for a key."""

import asyncio
import gc
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from reader.i18n import grouped, ngettext
from reader.library import Library
from reader.query.language import Query
from reader.ui.screen.host import Host
from reader.ui.screen.marks import Marker
from reader.ui.textual_compat.failures import in_background

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

AFTER_S = 0.25
"""How long loading in advance waits: by then the first screen is painted."""

KEEP_WORDS_AFTER_S = 10.0
"""How long making sets of slow words waits: it keeps a core busy for up to a minute, once."""

COPY_EVERY_S = 3600.0
"""How often an open screen checks that today's copy of the marks exists."""

LET_GO_EVERY_S = 10.0
"""How often memory is given back that answers took which are no longer shown."""

Timed = Callable[[float, Callable[[], object]], object]
"""Calls back after so many seconds, once or again and again."""


class WarmUp:
    """The background work of one screen after its first paint.

    start: the query that is counted first. found: called when its counts are known. progress:
    called with how far the work of another process has come, as text; empty at its end.
    """

    def __init__(
        self,
        host: Host,
        library: Library,
        marker: Marker,
        *,
        start: Query,
        found: Callable[[], None],
        progress: Callable[[str], None],
    ) -> None:
        self._host = host
        self._library = library
        self._marker = marker
        self._start = start
        self._found = found
        self._progress = progress
        self._words: BaseProcess | None = None
        """Makes sets of slow words."""

    def start(self, once: Timed, again: Timed) -> None:
        """Do each work when its time has come."""
        once(AFTER_S, self.begin)
        once(KEEP_WORDS_AFTER_S, self.keep_words)
        again(COPY_EVERY_S, self.keep_copy)
        again(LET_GO_EVERY_S, self.let_go)

    def begin(self) -> None:
        """Load the list, then the reading pane, in the background."""
        gc.collect()  # garbage of start-up would stay in memory
        gc.freeze()
        gc.enable()
        work = partial(asyncio.to_thread, self._load)
        in_background(self._host, work, group="warm-up")

    def keep_words(self) -> None:
        """Start the process that makes sets of slow words, if any are missing."""
        work = partial(asyncio.to_thread, self._keep_words)
        in_background(self._host, work, group="words")

    def end(self) -> None:
        """Stop the work of other processes."""
        if self._words is not None:
            self._words.kill()

    def _keep_words(self) -> None:
        if self._library.is_only_read:
            return
        if self._library.deciding.is_behind() or self._library.upkeep.lacks_words():
            from reader.idle_process import begin

            self._words, undecided = begin(self._library.home)
            for left in undecided:
                said = ngettext(
                    "stories: {number} article left", "stories: {number} articles left", left
                )
                self._host.call_later(self._progress, said.format(number=grouped(left)))
            self._host.call_later(self._progress, "")

    def keep_copy(self) -> None:
        """Write today's copy of the marks, in the background, unless it exists."""
        work = partial(asyncio.to_thread, self._library.keep_copy_of_marks)
        in_background(self._host, work, group="copy")

    def let_go(self) -> None:
        """Give back, in the background, memory that earlier answers have taken."""
        work = partial(asyncio.to_thread, self._let_go, self._host.filter)
        in_background(self._host, work, group="let-go")

    def _let_go(self, shown: Query) -> None:
        from reader.heap import give_back
        from reader.ui.textual_compat.painted_texts import forget_painted

        self._library.drop_unused(shown)
        forget_painted()
        give_back()

    def _load(self) -> None:
        """Load one thing after the other: a second thread would take connections of its own."""
        try:
            self._library.warm_up(self._start)
            self._host.call_later(self._found)
        finally:
            _load_reading()
        self._library.keep_copy_of_marks()
        self._let_go(self._start)
        self._host.call_later(self._marker.tell_notices)


def _load_reading() -> None:
    import reader.ui.bars.search_line
    import reader.ui.modals.tag_picker
    import reader.ui.reading.pane  # noqa: F401
    from reader.ui.prose.text import warm_up

    warm_up()
