"""`F`: the full text of an article from its original, fetched while one reads on."""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from reader.article import Article
from reader.errors import CryptoreadError
from reader.ui.failures import in_background

if TYPE_CHECKING:
    from reader.library import Library
    from reader.ui.reader_screen import ReaderScreen

FETCHING = "fetching the full text…"


class Originals:
    """Fetches for one screen, one at a time. changed: to look at the articles at once."""

    def __init__(
        self, screen: "ReaderScreen", library: "Library", changed: Callable[[], None]
    ) -> None:
        self._screen = screen
        self._library = library
        self._changed = changed
        self._stop: threading.Event | None = None
        """Of what is being fetched."""

    def fetch(self, article: Article) -> None:
        if self._stop is not None:
            self._screen.say("a full text is being fetched already")
            return
        self._stop = stop = threading.Event()
        self._screen.say(FETCHING)
        in_background(self._screen, partial(self._run, article, stop), group="full-text")

    def end(self) -> None:
        """Stop: nobody waits for a slow site."""
        if self._stop is not None:
            self._stop.set()

    async def _run(self, article: Article, stop: threading.Event) -> None:
        """A worker that is cancelled stops its thread, too: the event is what it listens to."""
        try:
            is_longer = await asyncio.to_thread(self._library.fetch_full_text, article, stop=stop)
        except CryptoreadError as error:
            self._screen.say(str(error), error=True, patient=True)
            return
        finally:
            self._screen.unsay(FETCHING)
            is_leaving = stop.is_set()
            stop.set()
            self._stop = None
        if is_leaving:
            return
        if is_longer:
            self._changed()
            self._screen.say(f"full text: {article.title}", patient=True)
        else:
            self._screen.say("the original has no more text than is here", patient=True)
