"""Fetch the full text of an article from its original, in the background."""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from reader.article import Article
from reader.errors import CryptoreadError
from reader.i18n import _
from reader.ui.screen.host import Host
from reader.ui.textual_compat.failures import in_background

if TYPE_CHECKING:
    from reader.library import Library

FETCHING = _("fetching the full text…")


class Originals:
    """Fetches one text at a time. changed: called when an article has got a longer text."""

    def __init__(self, host: Host, library: "Library", changed: Callable[[], None]) -> None:
        self._host = host
        self._library = library
        self._changed = changed
        self._stop: threading.Event | None = None
        """Stops the present fetch; None while there is none."""

    def fetch(self, article: Article) -> None:
        """Begin to fetch, unless another text is being fetched."""
        if self._stop is not None:
            self._host.say(_("a full text is being fetched already"))
            return
        self._stop = stop = threading.Event()
        self._host.say(FETCHING)
        in_background(self._host, partial(self._run, article, stop), group="full-text")

    def end(self) -> None:
        """Stop fetching, so that leaving does not wait for a slow site."""
        if self._stop is not None:
            self._stop.set()

    async def _run(self, article: Article, stop: threading.Event) -> None:
        """Fetch, then say how it went. The event stops the thread, as cancelling would not."""
        try:
            is_longer = await asyncio.to_thread(self._library.fetch_full_text, article, stop=stop)
        except CryptoreadError as error:
            self._host.say(str(error), error=True, patient=True)
            return
        finally:
            self._host.unsay(FETCHING)
            is_leaving = stop.is_set()
            stop.set()
            self._stop = None
        if is_leaving:
            return
        if is_longer:
            self._changed()
            said = _("full text: {title}").format(title=article.title)
            self._host.say(said, patient=True)
        else:
            self._host.say(_("the original has no more text"), patient=True)
