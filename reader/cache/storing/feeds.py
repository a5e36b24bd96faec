"""Find the feed of a page, even if its subscription was renamed or its address has moved."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from reader.article import Article
from reader.cache.marks.journal import Marks
from reader.cache.sameness.arrivals import FeedPage, arrival_of
from reader.cache.sameness.law import Item, item_of
from reader.cache.sameness.tellings import normalised, related, retold
from reader.digests import blake2b

if TYPE_CHECKING:
    from reader.cache.engine import View

DIGEST_BYTES = 10
"""Bytes of the address's digest: exports show the feed, and its address may hold a secret."""


def feed_page(
    view: "View",
    marks: Marks,
    addresses: Sequence[str],
    name: str,
    articles: Sequence[Article],
) -> FeedPage:
    """Return the articles as a page of their feed, and note the feed under the addresses.

    addresses: of the subscription, and its permanent redirects.
    """
    places = list(dict.fromkeys(_place(address) for address in addresses))
    called = name.casefold()
    feed = next(filter(None, (marks.feed_at(place) for place in reversed(places))), "")
    items = [item_of(article) for article in articles]
    if not feed:
        formerly = (each for each in marks.feeds_called(called) if _is_of(view, each, items))
        feed = next(formerly, "") or _digest(places[0])
    if any(marks.feed_at(place) != feed for place in places) or feed not in marks.feeds_called(
        called
    ):
        marks.note_feed(feed, places, called)
    arrivals = [
        arrival_of(replace(article, feed=feed), item)
        for article, item in zip(articles, items, strict=True)
    ]
    shared = view.memory(feed, 0).shared()
    return FeedPage(feed, arrivals, older=marks.joined(feed), shared=shared)


def feed_of(address: str) -> str:
    """Return the feed that begins at an address, as `Article.feed` has it."""
    return _digest(_place(address))


def _place(address: str) -> str:
    return normalised(address).partition("#")[0] or address


def _digest(place: str) -> str:
    return blake2b(place.encode(errors="replace"), digest_size=DIGEST_BYTES).hexdigest()


def _is_of(view: "View", feed: str, items: Sequence[Item]) -> bool:
    """Return whether a page at a new address has an item of a known feed with the same name."""
    memory = view.memory(feed, 0)
    for item in items:
        for name in item.names:
            known = memory.named(name)
            if known is None:
                continue
            if known.link.agrees(item.link):
                return True
            last = memory.tellings(known.entry)[-1:]
            if any(related(item.telling, each) or retold(item.telling, each) for each in last):
                return True
    return False
