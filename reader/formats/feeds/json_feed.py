"""JSON Feed 1.1 (and 1), https://www.jsonfeed.org/version/1.1/."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reader.article import Article
from reader.formats.dates.reading import day_comes_first, read_date
from reader.formats.feeds.entries import Entry, Feed, article_of_entry
from reader.formats.feeds.feed_text import HTML, PLAIN, Written, has_words
from reader.formats.feeds.media import MAX_MEDIA, Medium
from reader.formats.json.live import document, object_of
from reader.formats.json.news import refuse_failure
from reader.formats.page import NotAPage, Page, page_of
from reader.i18n import _

_NAMES = (
    *("id", "url", "external_url", "title", "content_html", "content_text", "summary", "image"),
    *("banner_image", "date_published", "date_modified", "authors", "author", "tags", "language"),
    "attachments",
)

_MARKS = ("id", "content_html", "content_text")


def read_json_feed(data: bytes, *, url: str, name: str, now: datetime) -> Page:
    """Return the page as `read_feed` does, of a document that looks like JSON."""
    answer = document(data, items="items", marks=_MARKS)
    if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
        if isinstance(answer, dict):
            refuse_failure(answer)
        raise NotAPage(_("the answer is JSON, but not a JSON Feed: it has no list of items"))
    lang, title = _text(answer, "language"), _text(answer, "title")
    feed = Feed.of(url, name, title, lang, "JSON", now)
    dates = (_text(item, "date_published") for item in answer["items"] if isinstance(item, dict))
    feed = feed._replace(day_first=day_comes_first(dates))
    return page_of(answer["items"], lambda item: _article(item, feed), ids_are_distinct=False)


def _article(item: object, feed: Feed) -> Article:
    given = object_of(item, _NAMES)
    id = given.get("id")
    link = _text(given, "url") or _text(given, "external_url")
    entry = Entry(
        id=str(id) if isinstance(id, str | int | float) else "",
        title=Written(_text(given, "title"), PLAIN),
        link=link,
        contents=tuple(_contents(given)),
        summaries=(Written(_text(given, "summary"), PLAIN),),
        published=_instant(given, "date_published", feed),
        updated=_instant(given, "date_modified", feed),
        said=_said(given, "date_published"),
        lang=_text(given, "language"),
        authors=", ".join(_authors(given)),
        tags=tuple(tag for tag in _list(given, "tags") if isinstance(tag, str)),
        images=(_text(given, "image"), _text(given, "banner_image")),
        media=(Medium(_text(given, "external_url"), "link"), *_attached(given)),
    )
    return article_of_entry(entry, feed)


def _contents(given: Mapping[str, Any]) -> list[Written]:
    """Return one of the contents: they are the same text in two forms."""
    html = _text(given, "content_html")
    text = Written(_text(given, "content_text"), PLAIN)
    written = Written(html, HTML)
    return [written] if html and (has_words(written) or not text.text) else [text]


def _authors(given: Mapping[str, Any]) -> list[str]:
    found = [*_list(given, "authors"), given.get("author")]
    return [name for each in found[:20] if isinstance(each, dict) and (name := _text(each, "name"))]


def _attached(given: Mapping[str, Any]) -> list[Medium]:
    return [
        Medium(_text(each, "url"), _text(each, "mime_type"), _text(each, "title"))
        for each in _list(given, "attachments")[:MAX_MEDIA]
        if isinstance(each, dict)
    ]


def _instant(given: Mapping[str, Any], name: str, feed: Feed) -> datetime | None:
    return read_date(_said(given, name), day_first=feed.day_first)


def _said(given: Mapping[str, Any], name: str) -> str:
    """Return a date as it is; some feeds give Unix seconds or milliseconds."""
    value = given.get(name)
    return str(value) if isinstance(value, str | int | float) and value is not True else ""


def _text(mapping: Mapping[str, Any], name: str) -> str:
    value = mapping.get(name)
    return value if isinstance(value, str) else ""


def _list(mapping: Mapping[str, Any], name: str) -> list[Any]:
    value = mapping.get(name)
    return value if isinstance(value, list) else []
