"""The pipeline's `news.json`: an array of items from its database."""

from collections.abc import Mapping
from datetime import datetime

from reader.article import Article
from reader.formats.dates.instants import format_instant
from reader.formats.dates.reading import read_date
from reader.formats.html.paragraphs import body_of
from reader.formats.json.live import built, category_and_tags, document, object_of, told
from reader.formats.page import (
    ApiFailure,
    Markup,
    NotAPage,
    OverQuota,
    Page,
    is_possible,
    page_of,
    published_or_now,
)
from reader.i18n import _
from reader.text import clean_line

_ORIGIN = "news.json"
_NAMES = (
    *("id", "published", "title", "body", "sentiment", "score", "keywords", "lang"),
    *("source_data", "category_data", "url", "image"),
)
_OVER_QUOTA = ("rate limit", "quota", "too many requests", "limit exceeded")  # not shown


def read_news_json(data: bytes, *, now: datetime) -> Page:
    """Return its articles. Raises NotAPage, and nothing else, for any bytes.

    now: aware; dates items without a date.
    """
    value = document(data, items="", marks=("title", "body"))
    if isinstance(value, dict):
        refuse_failure(value)
    if not isinstance(value, list):
        raise NotAPage(_("the answer is JSON, but not an array of news items"))
    markup = Markup()
    return page_of(value, lambda item: _article(item, now, markup))


def refuse_failure(answer: Mapping[str, object]) -> None:
    """Raise ApiFailure if a service reports a failure, even with HTTP 200."""
    error = answer.get("Err")
    legacy = answer.get("Response") == "Error"
    if not legacy and not error:
        return
    code: object = answer.get("Type") if legacy else None
    message: object = answer.get("Message") if legacy else error
    if isinstance(error, Mapping) and not legacy:
        message, code = error.get("message"), error.get("type")
    said = told(message)
    sentence = (
        _("the service refused: {message}").format(message=said)
        if said
        else _("the service refused without a reason")
    )
    if code in (99, 429) or any(words in said.lower() for words in _OVER_QUOTA):
        raise OverQuota(sentence)
    raise ApiFailure(sentence)


def _article(item: object, now: datetime, markup: Markup) -> Article:
    given = object_of(item, _NAMES)
    markup.take(given.get("body"))
    category, tags = category_and_tags(given.get("category_data"), given.get("keywords"))
    source = given.get("source_data")
    fields: dict[str, object] = {
        "title": given.get("title"),
        "publishedAt": given.get("published"),
        "lang": given.get("lang"),
        "externalId": given.get("id"),
        "source": source_fields(source, ("source_key", "name", "source_type")),
        "category": category,
        "tags": tags,
        "sentiment": given.get("sentiment"),
        "score": given.get("score"),
        "canonicalUrl": given.get("url"),
        "coverImage": given.get("image"),
    }
    return built(fields, body_of(given.get("body")), _ORIGIN, dated(fields, now))


def source_fields(source: object, names: tuple[str, str, str]) -> dict[str, object] | None:
    """Return the archive's `source`. names: of the service's key, name and type."""
    if not isinstance(source, Mapping):
        return None
    found = zip(("key", "name", "type"), (source.get(name) for name in names), strict=True)
    fields: dict[str, object] = {
        name: value for name, value in found if isinstance(value, str) and value
    }
    return fields or None


def dated(fields: dict[str, object], now: datetime) -> list[str]:
    """Return the flags of an item; without a possible date it gets `now`'s second."""
    given = fields.get("publishedAt")
    said = "" if given in (None, "", 0, False) else clean_line(str(given))
    instant, flags = published_or_now(read_date(said), said, now)
    fields["publishedAt"] = format_instant(instant)
    updated = read_date(str(fields.get("updatedAt") or ""))
    if updated is None or not is_possible(updated, now) or updated < instant:
        fields.pop("updatedAt", None)
    return flags
