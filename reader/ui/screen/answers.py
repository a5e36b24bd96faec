"""Ask the library what the filter matches: at once, or, for words, in the background."""

import asyncio
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from textual.worker import Worker

from reader.errors import Superseded
from reader.library import Ids, Library
from reader.query.language import Query
from reader.ui.screen.host import Host
from reader.ui.textual_compat.failures import in_background

if TYPE_CHECKING:
    from reader.ui.screen.finder import Finder

REST_S = 0.5
"""Show changes of other programs when the filter has not changed for so long …"""

LATEST_S = 5.0
"""… and at the latest after so long."""

FIRST_ANSWER_S = 0.25
"""How long the first paint waits for the results of a query with words."""


class Answers:
    """The answers to one screen's filter.

    show: called with the articles, and whether these are all that match. name_filter: called with
    the filter of the last answer when a search has failed.
    """

    def __init__(
        self,
        host: Host,
        library: Library,
        show: Callable[[Ids, bool], None],
        name_filter: Callable[[Query], None],
    ) -> None:
        self._host = host
        self._library = library
        self._show = show
        self._name_filter = name_filter
        self._finder: Finder | None = None
        self._catching_up: Worker[None] | None = None
        self._ahead: Worker[None] | None = None
        self._asked = self._looked = 0.0
        self._turn = 0
        """Number of the last search; answers to an earlier one are dropped."""
        self._answered = Query(), Ids()
        """The last query that was answered in full, and its answer."""
        self.has_failed = False
        """Whether the last search failed and has to be repeated."""

    def ask(self) -> None:
        """Show what the filter matches. Raises CacheError."""
        self._asked = monotonic()
        if not self.ask_at_once():
            self._look_up()

    def ask_at_once(self) -> bool:
        """Show the matches unless that takes a while; return whether they are shown.

        Raises CacheError.
        """
        query = self._host.filter
        if not self._library.finds_at_once(query):
            return False
        self._turn += 1
        if self._finder is not None:
            self._finder.stop()
        self.has_failed = True
        self._tell(query, self._library.find(query), is_whole=True)
        self.has_failed = False
        return True

    async def ask_first(self) -> None:
        """Show the first answer before the first paint, unless words take long to find."""
        if self.ask_at_once():
            return
        search = asyncio.ensure_future(self._look_up().wait())
        done, _ = await asyncio.wait({search}, timeout=FIRST_ANSWER_S)
        if not done:
            self._show(Ids(), False)

    def look_ahead(self, query: Query) -> None:
        """Prepare for a search among the articles of the query."""
        prepare = partial(self._prepare, query)
        self._ahead = in_background(self._host, prepare, group="look-ahead", exclusive=True)

    def look_no_more(self) -> None:
        """Drop what was prepared for a search: it has ended."""
        if self._ahead is not None:
            self._ahead.cancel()
        if self._finder is not None:
            self._finder.forget()

    def may_change(self) -> bool:
        """Return whether it is time to show what other programs have changed.

        Not while the user changes the filter, so that the list stays as it is, but not for long.
        """
        now = monotonic()
        if now - self._asked < REST_S and now - self._looked < LATEST_S:
            return False
        self._looked = now
        return True

    @property
    def is_catching_up(self) -> bool:
        """Return whether it is being read what has changed."""
        return self._catching_up is not None and not self._catching_up.is_finished

    def catch_up(self, then: Callable[[], None]) -> None:
        """Read in the background what has changed; then call `then`, which can show it."""
        if not self.is_catching_up:
            catch_up = partial(self._catch_up, then)
            self._catching_up = in_background(self._host, catch_up, group="catch-up")

    async def _catch_up(self, then: Callable[[], None]) -> None:
        if await asyncio.to_thread(self._library.prepare, self._host.filter):
            self._host.call_later(then)  # which may catch up again: this has ended by then

    def end(self) -> None:
        """Stop searching: the screen is closed."""
        if self._finder is not None:
            self._finder.close()

    def _tell(self, query: Query, ids: Ids, *, is_whole: bool) -> None:
        self._show(ids, is_whole)
        if is_whole:
            self._answered = query, ids

    def _look_up(self) -> Worker[None]:
        self._turn += 1
        find = partial(self._find, self._host.filter, self._turn)
        return in_background(self._host, find, group="find", exclusive=True)

    async def _find(self, query: Query, turn: int) -> None:
        """Show the first results as soon as there are any, then all of them."""
        try:
            async for answer in self._mounted_finder().answers(query):
                if turn == self._turn:
                    self._tell(query, answer.ids, is_whole=answer.is_whole)
        except Superseded:
            return
        except Exception:
            if turn == self._turn:
                self._give_back()
            raise

    def _give_back(self) -> None:
        """Show the last full answer and its filter again after a search has failed."""
        query, ids = self._answered
        self._name_filter(query)
        self._show(ids, True)
        self.has_failed = True

    async def _prepare(self, query: Query) -> None:
        await self._mounted_finder().prepare(query)

    def _mounted_finder(self) -> "Finder":
        if self._finder is None:
            from reader.ui.screen.finder import Finder

            self._finder = Finder(self._library)
        return self._finder
