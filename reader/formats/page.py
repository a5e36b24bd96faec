"""What one answer of a live source holds, and why an answer may hold nothing.

The formats read the items; here they become a page.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeVar

from reader.article import Article, Identity
from reader.errors import CryptoreadError, Refusal
from reader.formats.errors import NotAnArticle

_Item = TypeVar("_Item")

MAX_ITEMS = 10_000
"""Of one page; no feed has a tenth of it."""

UNDATED = "publishedAt is missing: the time of the sync stands in"
"""Flag of an article whose date is no more than when it was first seen."""

_AHEAD = timedelta(days=1)
"""How far a publisher's clock may be ahead."""

_NO_DATES = frozenset(((1600, 12, 31), (1601, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 1)))
"""Days at which clocks of some systems begin: 1970 is not the only zero."""

MAX_MARKUP = 300_000
"""Tags in the texts of one page: each takes up to 60 µs to become Markdown."""


class Markup:
    """How much of it a page may still hold, so that no page keeps the other sources waiting."""

    def __init__(self) -> None:
        self._left = MAX_MARKUP

    def take(self, *texts: object) -> None:
        """Raises NotAnArticle where the texts hold more of it than is left."""
        tags = sum(text.count("<") for text in texts if isinstance(text, str))
        if tags > self._left:
            raise NotAnArticle("holds more markup than a page may")
        self._left -= tags


def is_possible(instant: datetime, now: datetime) -> bool:
    """Return whether news can have this date: not the zero of a clock, and not ahead. Both UTC."""
    if not 2 <= instant.year <= 9998 or instant > now + _AHEAD:
        return False
    is_zero = abs(instant - datetime(1970, 1, 1, tzinfo=UTC)) < timedelta(days=1)
    return not is_zero and (instant.year, instant.month, instant.day) not in _NO_DATES


def published_or_now(
    instant: datetime | None, said: str, now: datetime
) -> tuple[datetime, list[str]]:
    """When an item was published, and its flags; `now`'s second where that cannot be.

    said: the date as the source gave it, empty where it gave none.
    """
    if instant is not None and is_possible(instant, now):
        return instant, []
    shown = said if len(said) <= 40 else said[:39] + "…"
    doubt = [f"publishedAt cannot be right: {shown}"] if shown else []
    return now.replace(microsecond=0), [UNDATED, *doubt]


class Page(NamedTuple):
    """The articles of one answer, in its order; of an API each identity once.

    A refusal's `where` is the number of the item, such as `item 17`, from 1.
    """

    articles: tuple[Article, ...]
    refusals: tuple[Refusal, ...] = ()
    older: int | None = None
    """Second since 1970 at which the next page back ends (`to_ts`); None where there is none."""


class NotAPage(CryptoreadError):
    """These bytes are no page of articles; the text is what is wrong with the answer."""


class Incomplete(NotAPage):
    """A page that breaks off: the whole one may come next time."""


class ApiFailure(NotAPage):
    """The service answered, and said that it could not serve."""


class OverQuota(ApiFailure):
    """The service answered that the key, or the address, has asked too often."""


def page_of(
    items: Iterable[_Item], read: Callable[[_Item], Article], *, ids_are_distinct: bool = True
) -> Page:
    """A page of what `read` makes of each item; those for which it raises are refused.

    Of two items with one identity the one updated last counts, in the place of the first; where ids
    may be anything, as in feeds, all are given (`cache.sameness` tells them apart).
    """
    articles: dict[object, Article] = {}
    refusals: list[Refusal] = []
    for number, item in enumerate(items, 1):
        if number > MAX_ITEMS:
            refusals.append(Refusal(f"item {number}", "is one too many, as are those after it"))
            break
        try:
            article = read(item)
        except NotAnArticle as error:
            refusals.append(Refusal(f"item {number}", str(error)))
            continue
        key: Identity | int = article.identity if ids_are_distinct else number
        known = articles.get(key)
        if known is None or article.updated > known.updated:
            articles[key] = article
    return Page(tuple(articles.values()), tuple(refusals))
