"""What the library answers to the screen's filter: at once, or (words) as it is found."""

import asyncio
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from textual.worker import Worker

from reader.errors import Superseded
from reader.library import Ids, Library
from reader.query import Query
from reader.ui.failures import in_background

if TYPE_CHECKING:
    from reader.ui.finding import Finder
    from reader.ui.reader_screen import ReaderScreen

REST_S = 0.5
LATEST_S = 5.0
"""What other programs bring in is shown when no filter has changed for so long, and at the latest
after so long."""

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
        self._catching_up: Worker[None] | None = None
        self._asked = self._looked = 0.0
        self._turn = 0
        """Number of the last question; answers to an earlier one are dropped."""
        self._answered = Query(), Ids()
        """The last query whose whole answer was shown, and that answer."""
        self.has_failed = False
        """The last question could not be answered: it is to be asked again."""

    def ask(self) -> None:
        """What does the filter match? Raises CacheError."""
        self._asked = monotonic()
        if not self.ask_at_once():
            self._look_up()

    def ask_at_once(self) -> bool:
        """Ask, unless it would take a while; whether it was asked. Raises CacheError."""
        query = self._screen.filter
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
        """A list that is there from the first picture on, unless its words take long to find."""
        if self.ask_at_once():
            return
        search = asyncio.ensure_future(self._look_up().wait())
        done, _ = await asyncio.wait({search}, timeout=FIRST_ANSWER_S)
        if not done:
            self._show(Ids(), False)

    def look_ahead(self, query: Query) -> None:
        """What a search among the articles of the query will need."""
        prepare = partial(self._prepare, query)
        in_background(self._screen, prepare, group="look-ahead", exclusive=True)

    def may_change(self) -> bool:
        """Whether it is time to look for what is new: not while somebody asks one after the other.

        What he looks at stays as it is until he rests, but not for long.
        """
        now = monotonic()
        if now - self._asked < REST_S and now - self._looked < LATEST_S:
            return False
        self._looked = now
        return True

    def catch_up(self, then: Callable[[], None]) -> None:
        """Read what has changed, while keys are answered as of before; then it can be shown."""
        if self._catching_up is None or self._catching_up.is_finished:
            catch_up = partial(self._catch_up, then)
            self._catching_up = in_background(self._screen, catch_up, group="catch-up")

    async def _catch_up(self, then: Callable[[], None]) -> None:
        if await asyncio.to_thread(self._library.prepare, self._screen.filter):
            self._screen.call_later(then)  # which may ask for more: this has ended by then

    def end(self) -> None:
        """Nobody asks any more."""
        if self._finder is not None:
            self._finder.close()

    def _tell(self, query: Query, ids: Ids, *, is_whole: bool) -> None:
        self._show(ids, is_whole)
        if is_whole:
            self._answered = query, ids

    def _look_up(self) -> Worker[None]:
        self._turn += 1
        find = partial(self._find, self._screen.filter, self._turn)
        return in_background(self._screen, find, group="find", exclusive=True)

    async def _find(self, query: Query, turn: int) -> None:
        """Show first rows as soon as there are any, then the whole answer."""
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
        """Show the last list that was found, under its own filter, after a search that failed."""
        query, ids = self._answered
        self._screen.filter_by(query)
        self._show(ids, True)
        self.has_failed = True

    async def _prepare(self, query: Query) -> None:
        await self._mounted_finder().prepare(query)

    def _mounted_finder(self) -> "Finder":
        if self._finder is None:
            from reader.ui.finding import Finder

            self._finder = Finder(self._library)
        return self._finder
