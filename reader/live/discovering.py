"""Find the feed at an address: the feed itself, or a page that names its feeds.

The address is fetched within the bounds of `sources.http`.
`formats.feeds.discovery` reads the page.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from reader.errors import CryptoreadError, SourceError
from reader.formats.feeds.discovery import NamedFeed, is_web_page, main_feed, read_page
from reader.formats.page import Incomplete, NotAPage
from reader.i18n import _, ngettext
from reader.sources.http.answers import Answer
from reader.sources.http.fetcher import Fetcher, FetchFailed, Limits
from reader.subscriptions import Status

LIMITS = Limits(seconds=10)
MAX_PAGES = 3
"""Pages in a row that forward browsers to the next one."""

_NO_WAY = (Status.UNREACHABLE, Status.CERTIFICATE)


class SeveralFeeds(CryptoreadError):
    """The page names several feeds, and none of them is clearly the main one."""

    def __init__(self, url: str, feeds: tuple[NamedFeed, ...]) -> None:
        self.feeds = feeds
        text = ngettext(
            "{address} is a web page that names {number} feed",
            "{address} is a web page that names {number} feeds",
            len(feeds),
        )
        super().__init__(text.format(address=url, number=len(feeds)))


class Found(NamedTuple):
    """The address to subscribe to.

    note: a sentence for the user, empty if the given address is a feed. is_wrong: whether the
    answer is not a feed.
    """

    url: str
    note: str = ""
    is_wrong: bool = False


def find_feed(urls: Sequence[str], limits: Limits = LIMITS) -> Found:
    """Ask the first address; ask the next ones if it cannot be reached. Raises SeveralFeeds.

    An address that does not answer is returned too, as it may answer later. No event loop may run
    in this thread.
    """
    try:
        return asyncio.run(_found(urls, limits))
    except SourceError as error:  # an unusable proxy
        return Found(urls[0], _not_asked(urls[0], error))


async def _found(urls: Sequence[str], limits: Limits) -> Found:
    found = Found(urls[0])
    async with Fetcher(limits) as fetcher:
        for number, url in enumerate(urls):
            try:
                return await _looked_at(fetcher, url)
            except FetchFailed as error:
                is_there = error.status not in _NO_WAY
                if is_there or not number:
                    found = Found(url, _not_asked(url, error))
                if is_there:
                    break
    return found


def _not_asked(url: str, error: Exception) -> str:
    return _("{address} could not be asked: {error}").format(address=url, error=error)


async def _looked_at(fetcher: Fetcher, url: str) -> Found:
    at = url
    for _page in range(MAX_PAGES):
        answer = await fetcher.get(at, named=url)
        if not is_web_page(answer.body or b""):
            leads = _("{address} is a web page that leads to {other}")
            note = leads.format(address=url, other=at) if at != url else ""
            return _read(answer, Found(at, note))
        page = read_page(answer.body or b"", answer.url or at, answer.content_type)
        if main := main_feed(page.feeds):
            await fetcher.check(main.url, named=url)
            note = _("{address} is a web page; its feed is {feed}")
            return Found(main.url, note.format(address=url, feed=main.url))
        if page.feeds:
            raise SeveralFeeds(url, page.feeds)
        if not page.leads_to:
            break
        at = page.leads_to
    note = _("{address} is a web page that does not name a feed")
    return Found(url, note.format(address=url), is_wrong=True)


def _read(answer: Answer, found: Found) -> Found:
    """Return what was found; wrong if it cannot be read as a feed. An incomplete feed is one."""
    from reader.formats.feeds.reading import read_feed

    now, data = datetime.now(UTC), answer.body or b""
    try:
        read_feed(data, url=found.url, content_type=answer.content_type, now=now)
    except Incomplete as error:
        note = _("{address} cannot be read now: {error}")
        return found._replace(note=note.format(address=found.url, error=error))
    except NotAPage as error:
        note = _("{address} is not a feed: {error}").format(address=found.url, error=error)
        return found._replace(note=note, is_wrong=True)
    return found
