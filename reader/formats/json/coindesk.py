"""CoinDesk's Data API: a page of `GET /news/v1/article/list`."""

from datetime import datetime

from reader.article import Article
from reader.formats.html.paragraphs import body_of
from reader.formats.json.live import built, category_and_tags, document, object_of
from reader.formats.json.news import dated, refuse_failure, source_fields
from reader.formats.page import Markup, NotAPage, Page, page_of
from reader.i18n import _

_ORIGIN = "data-api.coindesk.com"
_NAMES = (
    *("ID", "GUID", "PUBLISHED_ON", "UPDATED_ON", "IMAGE_URL", "TITLE", "SUBTITLE", "AUTHORS"),
    *("URL", "BODY", "KEYWORDS", "LANG", "SCORE", "SENTIMENT", "SOURCE_DATA", "CATEGORY_DATA"),
)


def read_coindesk(data: bytes, *, now: datetime) -> Page:
    """Return its articles, and where the next page back ends. Raises NotAPage, nothing else.

    A page with a non-empty `Err` is a failure, whatever the HTTP status. now: aware; it dates
    articles without a date.
    """
    answer = document(data, items="Data", marks=("TITLE", "BODY"))
    if not isinstance(answer, dict):
        raise NotAPage(_("the answer is JSON, but not a page of CoinDesk's Data API"))
    refuse_failure(answer)
    items = answer.get("Data")
    if not isinstance(items, list):
        raise NotAPage(_("the answer is JSON, but has no list of articles as its `Data`"))
    markup = Markup()
    page = page_of(items, lambda item: _article(item, now, markup))
    return page._replace(older=_oldest(items))


def _oldest(items: list[object]) -> int | None:
    """Return the next `to_ts`, which includes its own second: the pages overlap by one."""
    seconds = (item.get("PUBLISHED_ON") for item in items if isinstance(item, dict))
    return min((n for n in seconds if type(n) is int and 0 < n < 2**33), default=None)


def _article(item: object, now: datetime, markup: Markup) -> Article:
    given = object_of(item, _NAMES)
    markup.take(given.get("BODY"))
    category, tags = category_and_tags(given.get("CATEGORY_DATA"), given.get("KEYWORDS"))
    fields: dict[str, object] = {
        "title": given.get("TITLE"),
        "description": given.get("SUBTITLE"),
        "publishedAt": given.get("PUBLISHED_ON"),
        "updatedAt": _updated(given),
        "lang": given.get("LANG"),
        "externalId": given.get("ID") or given.get("GUID"),
        "source": source_fields(given.get("SOURCE_DATA"), ("SOURCE_KEY", "NAME", "SOURCE_TYPE")),
        "category": category,
        "tags": tags,
        "sentiment": given.get("SENTIMENT"),
        "score": given.get("SCORE"),
        "canonicalUrl": given.get("URL"),
        "coverImage": given.get("IMAGE_URL"),
        "authors": given.get("AUTHORS"),
    }
    return built(fields, body_of(given.get("BODY")), _ORIGIN, dated(fields, now))


def _updated(given: dict[str, object]) -> object:
    """Return the service's `UPDATED_ON`, unless it is before publication."""
    updated, published = given.get("UPDATED_ON"), given.get("PUBLISHED_ON")
    if isinstance(updated, int) and isinstance(published, int) and updated < published:
        return published
    return updated
