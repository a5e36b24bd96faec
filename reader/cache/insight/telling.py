"""Who tells the story of one article, in its language."""

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from reader.article import ArticleId, Identity, Row, Sentiment
from reader.cache.ids import Ids
from reader.cache.session import Session
from reader.cache.values.instants import from_milliseconds
from reader.cache.values.told import MOST
from reader.errors import CacheDamaged

if TYPE_CHECKING:
    from datetime import datetime

    from reader.cache.values.told import Told


class Teller(NamedTuple):
    """An article that tells a story."""

    id: ArticleId
    identity: Identity
    source: str
    """The source's key, empty if unknown."""
    published: "datetime"
    sentiment: Sentiment


class Telling(NamedTuple):
    """All articles that tell a story in one language, in the order of publication."""

    articles: tuple[Teller, ...]

    @property
    def firsts(self) -> tuple[Teller, ...]:
        """Return the first article of each source, in the order of publication."""
        firsts: dict[str, Teller] = {}
        for each in self.articles:
            firsts.setdefault(each.source, each)
        return tuple(firsts.values())

    def others(self, id: ArticleId) -> Ids:
        """Return the articles without one of them."""
        return Ids(each.id for each in self.articles if each.id != id)

    def place(self, id: ArticleId) -> int:
        """Return the place of an article, from 0. Raises ValueError."""
        return [each.id for each in self.articles].index(id)


def telling(session: Session, row: Row) -> Telling | None:
    """Return who tells the story of an article; None if one source does, or if it is damaged."""
    if not row.story:
        return None
    with suppress(CacheDamaged), session.asking() as view:
        every = view.told_in([row.story], first=MOST)
        told = sorted(each for each in every if each.lang == row.lang)
        identities = view.identities([each.id for each in told])
        found = tuple(_teller(each, identities[each.id]) for each in told if each.id in identities)
        if len({each.source for each in found}) > 1 and row.id in identities:
            return Telling(found)
    return None


def _teller(told: "Told", identity: Identity) -> Teller:
    return Teller(
        id=ArticleId(told.id),
        identity=identity,
        source=told.source,
        published=from_milliseconds(told.published),
        sentiment=_sentiment(told.sentiment),
    )


def _sentiment(word: str) -> Sentiment:
    try:
        return Sentiment(word)
    except ValueError:  # damaged
        return Sentiment.UNRATED
