"""Run queries with words in threads; a newer query cancels the one before it."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from reader.library import Cancel, Ids, Library
from reader.query.language import Query

if TYPE_CHECKING:
    from reader.cache.recent import Recent

FIRST_ROWS_S = 0.005
"""How long to wait for the whole answer before matches among the newest articles are shown."""

NEWEST_S, NEWEST = 0.02, 2_000
"""How long to wait again before the newest of a shared archive are searched, and how many, unless
first rows were found: a server may take seconds for a phrase."""

THREADS = 3
"""Includes a spare for a query that SQLite cannot interrupt."""


class Answer(NamedTuple):
    """Articles that match."""

    ids: Ids
    is_whole: bool
    """False if only the newest articles were searched."""


class Finder:
    """Searches one library for one query at a time."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._threads = ThreadPoolExecutor(THREADS, "cryptoread-search")
        self._cancel = Cancel()
        self._recent: Recent | None = None

    async def prepare(self, base: Query) -> None:
        """Read the newest articles of a query, so that the first matches are found at once."""
        loop = asyncio.get_running_loop()
        recent = await loop.run_in_executor(self._threads, self._newest, base)
        if self._recent is not None:
            self._recent.close()
        self._recent = recent

    def forget(self) -> None:
        """Drop the newest articles: no search is on."""
        if self._recent is not None:
            self._recent.close()
            self._recent = None

    def _newest(self, base: Query) -> "Recent":
        return self._library.recent(base)

    async def answers(self, query: Query) -> AsyncIterator[Answer]:
        """Yield the first matches if finding all takes long, then all of them.

        Raises Superseded when another query is asked, CacheError.
        """
        self.stop()
        cancel = self._cancel = Cancel()
        find = partial(self._library.find, query, cancel=cancel)
        whole = asyncio.get_running_loop().run_in_executor(self._threads, find)
        whole.add_done_callback(_looked_at)
        try:
            done, _ = await asyncio.wait({whole}, timeout=FIRST_ROWS_S)
            first = Ids()
            if not done and self._recent is not None and self._library.is_current(self._recent):
                first = self._library.find(query, among=self._recent)
                yield Answer(first, is_whole=False)
            if not first and self._library.shared and (more := await self._more(query, whole)):
                yield Answer(more, is_whole=False)
            yield Answer(await whole, is_whole=True)
        finally:
            cancel.cancel()  # has no effect on a finished search

    async def _more(self, query: Query, whole: "asyncio.Future[Ids]") -> Ids | None:
        """Return matches among the newest articles; None if all were found meanwhile."""
        done, _ = await asyncio.wait({whole}, timeout=NEWEST_S)
        if done:
            return None
        cancel = Cancel()
        now = self._library.clock()
        find = partial(self._library.questions.find, query, now, newest=NEWEST, cancel=cancel)
        newest = asyncio.get_running_loop().run_in_executor(self._threads, find)
        newest.add_done_callback(_looked_at)
        try:
            await asyncio.wait({whole, newest}, return_when=asyncio.FIRST_COMPLETED)
            return None if whole.done() else newest.result()
        finally:
            cancel.cancel()

    def stop(self) -> None:
        """Cancel the present search."""
        self._cancel.cancel()

    def close(self) -> None:
        """Cancel the present search and end the threads."""
        self.stop()
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._recent is not None:
            self._recent.close()


def _looked_at(answer: "asyncio.Future[Ids]") -> None:
    """Retrieve the error of a cancelled search, which asyncio would log otherwise."""
    if not answer.cancelled():
        answer.exception()
