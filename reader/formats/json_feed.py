"""JSON Feed 1.1 (and 1), https://www.jsonfeed.org/version/1.1/."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reader.article import Article
from reader.formats.entries import Entry, Feed, article_of_entry
from reader.formats.instants import format_instant, parse_instant
from reader.formats.live_json import document, object_of
from reader.formats.news_json import refuse_failure
from reader.formats.page import NotAPage, Page, page_of

_NAMES = (
    *("id", "url", "external_url", "title", "content_html", "content_text", "summary", "image"),
    *("banner_image", "date_published", "date_modified", "authors", "author", "tags", "language"),
    "attachments",
)


def read_json_feed(data: bytes, *, url: str, name: str, now: datetime) -> Page:
    """As `read_feed`, for a document that looks like JSON."""
    answer = document(data)
    if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
        if isinstance(answer, dict):
            refuse_failure(answer)
        raise NotAPage("the answer is JSON, but no JSON Feed: it has no list of items")
    lang, title = _text(answer, "language"), _text(answer, "title")
    feed = Feed.of(url, name, title, lang, "JSON", now)
    return page_of(answer["items"], lambda item: _article(item, feed), ids_are_distinct=False)


def _article(item: object, feed: Feed) -> Article:
    given = object_of(item, _NAMES)
    id = given.get("id")
    entry = Entry(
        id=str(id) if isinstance(id, str | int | float) else "",
        title=_text(given, "title"),
        link=_text(given, "url") or _text(given, "external_url"),
        texts=(_text(given, "content_html"), _text(given, "content_text"), _text(given, "summary")),
        summary=_text(given, "summary"),
        published=_instant(given, "date_published"),
        updated=_instant(given, "date_modified"),
        lang=_text(given, "language"),
        authors=", ".join(_authors(given)),
        tags=tuple(tag for tag in _list(given, "tags") if isinstance(tag, str)),
        images=(_text(given, "image"), _text(given, "banner_image"), *_attached(given)),
    )
    return article_of_entry(entry, feed)


def _authors(given: Mapping[str, Any]) -> list[str]:
    found = [*_list(given, "authors"), given.get("author")]
    return [name for each in found[:20] if isinstance(each, dict) and (name := _text(each, "name"))]


def _attached(given: Mapping[str, Any]) -> list[str]:
    return [
        _text(each, "url")
        for each in _list(given, "attachments")[:20]
        if isinstance(each, dict) and _text(each, "mime_type").startswith("image/")
    ]


def _instant(given: Mapping[str, Any], name: str) -> str:
    try:
        return format_instant(parse_instant(_text(given, name).strip()))
    except ValueError:
        return ""


def _text(mapping: Mapping[str, Any], name: str) -> str:
    value = mapping.get(name)
    return value if isinstance(value, str) else ""


def _list(mapping: Mapping[str, Any], name: str) -> list[Any]:
    value = mapping.get(name)
    return value if isinstance(value, list) else []
