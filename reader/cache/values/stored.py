"""A stored article, and one to store. Values only."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from reader.article import Article, Identity
from reader.cache.values.incoming import Incoming, digest_of
from reader.formats import from_fields


class Stored(NamedTuple):
    """The properties of a stored article that an incoming one is compared with."""

    id: int
    identity: Identity
    published: int
    updated: int
    run: int
    origin: str
    entry: int
    came: bytes
    fetched: bool
    lang: str
    story: int = 0
    """The story that it tells; 0 if that is not decided."""
    told: int = 0
    """What is known of the story, in bits: `values.told`."""
    arrived: int = 0
    """The version of the texts that brought it first; 0 if unknown."""


def identity_of(source: str, external: str, lang: str, feed: str) -> Identity:
    """Return the identity that those columns of `articles` make."""
    return Identity(feed, external, "") if feed else Identity(source, external, lang)


class Document(NamedTuple):
    """A stored article. `fields` is JSON; both texts are UTF-8 unless it is damaged."""

    origin: str
    digest: bytes
    fields: bytes
    body: bytes

    @property
    def is_whole(self) -> bool:
        """Return whether both texts are bytes that match the stored digest."""
        texts = self.fields, self.body
        is_bytes = isinstance(texts[0], bytes) and isinstance(texts[1], bytes)
        return is_bytes and digest_of(*texts) == self.digest

    def article(self) -> Article:
        """Return the article of a whole document."""
        article: Article = from_fields(json.loads(self.fields), self.body.decode(), self.origin)
        return article


def row_values(found: Mapping[int, Document | None]) -> Iterator[tuple[Any, ...]]:
    """Yield what a list shows of articles from their whole documents, as `View.rows` does."""
    for id, document in found.items():
        if document is not None:
            new = Incoming.of(document.article())
            yield (
                *(id, new.title, new.published, new.lang, new.category, new.sentiment, new.source),
                *(new.pinned, new.draft, new.flagged, *new.identity),
            )


Text = tuple[str, str, str | bytes]
"""Title, description, body, as the full-text index has them; a plain body may be UTF-8."""


@dataclass(slots=True)
class Coming:
    """An article to store. `before`: the stored one that it replaces."""

    incoming: Incoming
    before: Stored | None
    entry: int = 0
    came: bytes = b""
    fetched: bool = False

    @property
    def story(self) -> int:
        """Return the story of the article that it replaces."""
        return self.before.story if self.before else 0

    @property
    def told(self) -> int:
        """Return what is known of that story."""
        return self.before.told if self.before else 0

    def arrived(self, texts: int) -> int:
        """Return the version that brought it first. texts: the one that it is stored in."""
        return self.before.arrived if self.before else texts

    def as_stored(self, run: int) -> Stored:
        """Return it as if it were stored already, under the id -1."""
        new = self.incoming
        return Stored(
            *(-1, new.identity, new.published, new.updated, run, new.origin),
            *(self.entry, self.came, self.fetched, new.lang, self.story, self.told),
        )
