"""What is at an address that the user wants to follow: a feed, or a page that names its feeds.

The address is asked within the bounds of `sources.http`; `formats.discovery` reads the page.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from reader.errors import CryptoreadError, SourceError
from reader.formats.discovery import NamedFeed, is_web_page, main_feed, read_page
from reader.formats.page import Incomplete, NotAPage
from reader.sources.answers import Answer
from reader.sources.http import Fetcher, FetchFailed, Limits
from reader.subscriptions import Status

LIMITS = Limits(seconds=10)
MAX_PAGES = 3
"""Pages of which each sends browsers on to the next."""

_NO_WAY = (Status.UNREACHABLE, Status.CERTIFICATE)


class SeveralFeeds(CryptoreadError):
    """The page names several feeds, and none of them is plainly the main one."""

    def __init__(self, url: str, feeds: tuple[NamedFeed, ...]) -> None:
        self.feeds = feeds
        super().__init__(f"{url} is a web page that names {len(feeds)} feeds")


class Found(NamedTuple):
    """The address to subscribe to.

    note: a sentence to tell the user, empty where a feed is at the address that was given.
    is_wrong: whether what is there is not a feed.
    """

    url: str
    note: str = ""
    is_wrong: bool = False


def find_feed(urls: Sequence[str], limits: Limits = LIMITS) -> Found:
    """Ask the first address, and the next ones where there is no way to it. Raises SeveralFeeds.

    An address that gives nothing is found all the same: it may do so later. No event loop may run
    in this thread.
    """
    try:
        return asyncio.run(_found(urls, limits))
    except SourceError as error:  # a proxy that cannot be used
        return Found(urls[0], f"{urls[0]} could not be asked: {error}")


async def _found(urls: Sequence[str], limits: Limits) -> Found:
    found = Found(urls[0])
    async with Fetcher(limits) as fetcher:
        for number, url in enumerate(urls):
            try:
                return await _looked_at(fetcher, url)
            except FetchFailed as error:
                is_there = error.status not in _NO_WAY
                if is_there or not number:
                    found = Found(url, f"{url} could not be asked: {error}")
                if is_there:
                    break
    return found


async def _looked_at(fetcher: Fetcher, url: str) -> Found:
    at = url
    for _ in range(MAX_PAGES):
        answer = await fetcher.get(at)
        if not is_web_page(answer.body or b""):
            note = f"{url} is a web page that leads to {at}" if at != url else ""
            return _read(answer, Found(at, note))
        page = read_page(answer.body or b"", answer.url or at, answer.content_type)
        if main := main_feed(page.feeds):
            note = f"{url} is a web page; its feed is {main.url}"
            return Found(main.url, note)
        if page.feeds:
            raise SeveralFeeds(url, page.feeds)
        if not page.leads_to:
            break
        at = page.leads_to
    return Found(url, f"{url} is a web page that does not name a feed", is_wrong=True)


def _read(answer: Answer, found: Found) -> Found:
    """Return what was found, wrong where it cannot be read as a feed; half a feed is one."""
    from reader.formats.feeds import read_feed

    now, data = datetime.now(UTC), answer.body or b""
    try:
        read_feed(data, url=found.url, content_type=answer.content_type, now=now)
    except Incomplete as error:
        return found._replace(note=f"{found.url} cannot be read now: {error}")
    except NotAPage as error:
        return found._replace(note=f"{found.url} is not a feed: {error}", is_wrong=True)
    return found
