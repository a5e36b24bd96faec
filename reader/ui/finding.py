"""Answers to queries with words, off the thread that paints; a newer question ends an older one."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

from reader.library import Cancel, Ids, Library, Recent
from reader.query import Query

FIRST_ROWS_S = 0.005
"""How long the whole answer may take before the newest articles are shown of it."""

THREADS = 3
"""One may be in the middle of something that SQLite cannot interrupt."""


class Answer(NamedTuple):
    ids: Ids
    is_whole: bool
    """False for what matches among the newest articles alone."""


class Finder:
    """Asks one library for the answers to one question at a time."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._threads = ThreadPoolExecutor(THREADS, "cryptoread-search")
        self._cancel = Cancel()
        self._recent: Recent | None = None

    async def prepare(self, base: Query) -> None:
        """Look at the newest articles of a query, so that first rows are there at once."""
        loop = asyncio.get_running_loop()
        recent = await loop.run_in_executor(self._threads, self._newest, base)
        if self._recent is not None:
            self._recent.close()
        self._recent = recent

    def _newest(self, base: Query) -> Recent:
        return self._library.recent(base)

    async def answers(self, query: Query) -> AsyncIterator[Answer]:
        """First rows where the whole takes long, then the whole.

        Raises Superseded when another question is asked, CacheError.
        """
        self.stop()
        cancel = self._cancel = Cancel()
        find = partial(self._library.find, query, cancel=cancel)
        whole = asyncio.get_running_loop().run_in_executor(self._threads, find)
        whole.add_done_callback(_looked_at)
        try:
            done, _ = await asyncio.wait({whole}, timeout=FIRST_ROWS_S)
            if not done and self._recent is not None and self._library.is_current(self._recent):
                yield Answer(self._library.find(query, among=self._recent), is_whole=False)
            yield Answer(await whole, is_whole=True)
        finally:
            cancel.cancel()  # without effect where it has been answered

    def stop(self) -> None:
        """Nobody waits for the last question any more."""
        self._cancel.cancel()

    def close(self) -> None:
        self.stop()
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._recent is not None:
            self._recent.close()


def _looked_at(answer: "asyncio.Future[Ids]") -> None:
    """asyncio complains of an error that nobody asks for; here nobody may be left to ask."""
    if not answer.cancelled():
        answer.exception()
