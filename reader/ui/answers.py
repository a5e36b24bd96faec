"""What the library answers to the screen's filter: at once, or (words) as it is found."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from textual.worker import Worker

from reader.errors import CryptoreadError, Superseded
from reader.library import Ids, Library
from reader.query import Query

if TYPE_CHECKING:
    from reader.ui.finding import Finder
    from reader.ui.reader_screen import ReaderScreen

FIRST_ANSWER_S = 0.25
"""How long the first picture waits for the words of the query that it begins with."""


class Answers:
    """Asks for one screen. show: told of the articles, and whether these are all that match."""

    def __init__(
        self, screen: "ReaderScreen", library: Library, show: Callable[[Ids, bool], None]
    ) -> None:
        self._screen = screen
        self._library = library
        self._show = show
        self._finder: Finder | None = None
        self.version = -1
        """Of the library, when it was asked last: what came since is not in the answer."""

    def ask(self) -> None:
        """What does the filter match? Raises CacheError."""
        if not self.ask_at_once():
            self._look_up()

    def ask_at_once(self) -> bool:
        """Ask, unless it would take a while; whether it was asked. Raises CacheError."""
        query = self._screen.filter
        if not self._library.finds_at_once(query):
            return False
        if self._finder is not None:
            self._finder.stop()
        self.version = self._library.version
        self._show(self._library.find(query), True)
        return True

    async def ask_first(self) -> None:
        """A list that is there from the first picture on, unless its words take long to find."""
        if self.ask_at_once():
            return
        search = asyncio.ensure_future(self._look_up().wait())
        done, _ = await asyncio.wait({search}, timeout=FIRST_ANSWER_S)
        if not done:
            self._show(Ids(), False)

    def look_ahead(self, query: Query) -> None:
        """What a search among the articles of the query will need."""
        self._run(partial(self._prepare, query), "look-ahead")

    def end(self) -> None:
        """Nobody asks any more."""
        if self._finder is not None:
            self._finder.close()

    def _look_up(self) -> Worker[None]:
        return self._run(partial(self._find, self._screen.filter), "find")

    async def _find(self, query: Query) -> None:
        """First rows as soon as there are any, then the whole answer."""
        try:
            self.version = self._library.version
            async for answer in self._mounted_finder().answers(query):
                if query is self._screen.filter:
                    self._show(answer.ids, answer.is_whole)
        except Superseded:
            return
        except CryptoreadError as error:
            self._screen.say(str(error), error=True)

    async def _prepare(self, query: Query) -> None:
        with suppress(CryptoreadError):
            await self._mounted_finder().prepare(query)

    def _run(self, work: Callable[[], Coroutine[None, None, None]], group: str) -> Worker[None]:
        return self._screen.run_worker(work, exclusive=True, group=group, exit_on_error=False)

    def _mounted_finder(self) -> "Finder":
        if self._finder is None:
            from reader.ui.finding import Finder

            self._finder = Finder(self._library)
        return self._finder
