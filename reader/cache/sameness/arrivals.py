"""Incoming articles of feeds, and pages of them. Knows nothing about stored articles."""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from reader.article import Article
from reader.cache.sameness.law import Item, Page
from reader.cache.sameness.tellings import Name
from reader.cache.values.incoming import Incoming, digest_of
from reader.digests import blake2b
from reader.formats.page import UNDATED

_CUT = 1000
"""Characters to which earlier versions shortened an id."""


class Arrival(NamedTuple):
    """An incoming article of a feed, with the properties by which `law` identifies it."""

    incoming: Incoming
    item: Item
    came: bytes
    """Digest of what the source sent; without the dates of an undated item."""
    undated: bool
    former: tuple[str, ...]
    """External ids that earlier versions of this program gave it."""
    external: str
    """The id that the source gave, else a derived one."""


def arrival_of(article: Article, item: Item) -> Arrival:
    """Return an incoming article of a feed. item: made by `item_of`."""
    incoming = Incoming.of(article)
    undated = UNDATED in article.flags
    came = incoming.digest
    if undated:
        fields = json.loads(incoming.fields)
        for name in ("publishedAt", "updatedAt"):
            fields.pop(name, None)
        came = digest_of(json.dumps(fields, ensure_ascii=False).encode(), incoming.body)
    untitled = not item.telling.title
    words = (article.body if untitled else article.title).encode(errors="replace")
    hashed = f"hash:{blake2b(words, digest_size=12).hexdigest()}"
    former = dict.fromkeys((article.external_id[:_CUT], article.url, hashed))
    names = tuple(name for name in former if name)
    return Arrival(incoming, item, came, undated, names, article.external_id)


class FeedPage:
    """A page of a feed, resolved: `arrivals` are its items, each once, the oldest first."""

    def __init__(
        self,
        feed: str,
        arrivals: Sequence[Arrival],
        *,
        older: Sequence[str] = (),
        shared: Iterable[Name] = (),
    ) -> None:
        """Resolve a page.

        arrivals: in the order of the page. older: feeds that were merged into this one. shared:
        names that several items are known to have.
        """
        self.feed = feed
        self.older = older
        self.page = Page([(each.item, each.incoming.updated) for each in arrivals], shared)
        self.claimed: set[int] = set()
        """Entries of the feed that were matched to items of this page."""
        found = [(group, arrivals[group.number]) for group in self.page.groups]
        found.reverse()  # of equal dates the first on the page is the latest
        self.arrivals = sorted(found, key=lambda each: each[1].incoming.published)
