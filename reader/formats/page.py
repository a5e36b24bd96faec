"""The articles in one answer of a live source, and the errors if it has none.

The formats read the items; this module makes a page of them.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeVar

from reader.article import Article, Identity
from reader.errors import CryptoreadError, Refusal
from reader.formats.errors import NotAnArticle
from reader.formats.flags import Flag
from reader.i18n import _

_Item = TypeVar("_Item")

MAX_ITEMS = 10_000
"""Maximum items of one page; no feed has a tenth of it."""

UNDATED = Flag.SYNC_STANDS_IN.of()
"""Flag of an article whose date is when it was first seen."""

_AHEAD = timedelta(days=1)
"""How far a publisher's clock may be ahead."""

_NO_DATES = frozenset(((1600, 12, 31), (1601, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 1)))
"""Days at which clocks of some systems begin besides 1970."""

MAX_MARKUP = 300_000
"""Maximum tags in the texts of one page: each takes up to 60 µs to become Markdown."""


class Markup:
    """How much markup a page may still have, so that no page delays the other sources."""

    def __init__(self) -> None:
        self._left = MAX_MARKUP

    def take(self, *texts: object) -> None:
        """Count the texts' markup. Raises NotAnArticle if it exceeds what is left."""
        tags = sum(text.count("<") for text in texts if isinstance(text, str))
        if tags > self._left:
            raise NotAnArticle(_("holds more markup than a page may"))
        self._left -= tags


def is_possible(instant: datetime, now: datetime) -> bool:
    """Return whether news can have this date: not a clock's zero, not ahead. Both UTC."""
    if not 2 <= instant.year <= 9998 or instant > now + _AHEAD:
        return False
    is_zero = abs(instant - datetime(1970, 1, 1, tzinfo=UTC)) < timedelta(days=1)
    return not is_zero and (instant.year, instant.month, instant.day) not in _NO_DATES


def published_or_now(
    instant: datetime | None, said: str, now: datetime
) -> tuple[datetime, list[str]]:
    """Return when an item was published, and flags; `now`'s second if that is impossible.

    said: the date as in the source, empty if it gave none.
    """
    if instant is not None and is_possible(instant, now):
        return instant, []
    shown = said if len(said) <= 40 else said[:39] + "…"
    doubt = [Flag.IMPOSSIBLE_DATE.of(text=shown)] if shown else []
    return now.replace(microsecond=0), [UNDATED, *doubt]


class Page(NamedTuple):
    """The articles of one answer, in its order; of an API each identity once.

    A refusal's `where` is the number of the item, such as `item 17`, from 1.
    """

    articles: tuple[Article, ...]
    refusals: tuple[Refusal, ...] = ()
    older: int | None = None
    """Unix second at which the next page back ends (`to_ts`); None if there is none."""


class NotAPage(CryptoreadError):
    """The bytes are not a page of articles; the text says what is wrong with the answer."""


class Incomplete(NotAPage):
    """A page that breaks off: it may be complete next time."""


class ApiFailure(NotAPage):
    """The service reports that it failed."""


class OverQuota(ApiFailure):
    """The service reports that the key or the address has asked too often."""


def page_of(
    items: Iterable[_Item], read: Callable[[_Item], Article], *, ids_are_distinct: bool = True
) -> Page:
    """Return a page of what `read` makes of each item; items for which it raises are refused.

    Of two items with one identity, the one updated last counts, at the position of the first. In
    feeds, whose ids may be anything, all items are kept (`cache.sameness.law` tells them apart).
    """
    articles: dict[object, Article] = {}
    refusals: list[Refusal] = []
    for number, item in enumerate(items, 1):
        if number > MAX_ITEMS:
            refusals.append(
                Refusal(
                    _("item {number}").format(number=number),
                    _("exceeds the number of items per page, as do those after it"),
                )
            )
            break
        try:
            article = read(item)
        except NotAnArticle as error:
            refusals.append(Refusal(_("item {number}").format(number=number), str(error)))
            continue
        key: Identity | int = article.identity if ids_are_distinct else number
        known = articles.get(key)
        if known is None or article.updated > known.updated:
            articles[key] = article
    return Page(tuple(articles.values()), tuple(refusals))
