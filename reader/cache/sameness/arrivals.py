"""Articles of feeds as they come, and pages of them. Knows nothing about what is stored."""

import json
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from reader.article import Article
from reader.cache.sameness.law import Item, Page
from reader.cache.sameness.tellings import Name
from reader.cache.values.incoming import Incoming, digest_of
from reader.formats.page import UNDATED

_CUT = 1000
"""Characters to which earlier versions cut an id."""


class Arrival(NamedTuple):
    """An article of a feed as it came, and what the law wants to know of it."""

    incoming: Incoming
    item: Item
    came: bytes
    """Digest of what the source sent; without the dates of an undated item."""
    undated: bool
    former: tuple[str, ...]
    """External ids by which earlier versions of this program knew it."""
    external: str
    """The id that the source gave, or that was derived where it gave none."""


def arrival_of(article: Article, item: Item) -> Arrival:
    """Return an article with its feed as it came. item: what the law knows of it."""
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
        """arrivals: in the order of the page. older: feeds that this one has taken the place of.

        shared: names that are known to distinguish nothing.
        """
        self.feed = feed
        self.older = older
        self.page = Page([(each.item, each.incoming.updated) for each in arrivals], shared)
        self.claimed: set[int] = set()
        """Entries of the feed that items of this page have turned out to be."""
        found = [(group, arrivals[group.number]) for group in self.page.groups]
        found.reverse()  # of one moment the first on the page is the latest
        self.arrivals = sorted(found, key=lambda each: each[1].incoming.published)
