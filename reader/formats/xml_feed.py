"""RSS and Atom, whole or damaged, as feedparser sees them."""

import re
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from reader.formats.bounded_feed import parse_feed
from reader.formats.entries import Entry, Feed, article_of_entry
from reader.formats.errors import NotAnArticle
from reader.formats.instants import format_instant
from reader.formats.page import NotAPage, Page, page_of

_ROOT = re.compile(rb"<(?:[\w.-]{1,30}:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)
_CLOSED = re.compile(rb"</(?:[\w.-]{1,30}:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_NO_FEED = "the answer is XML, but no feed (RSS, Atom)"
_IMAGE_NAME = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:\?|$)", re.IGNORECASE)
_MAX_TEXTS = 20


def read_xml_feed(data: bytes, url: str, name: str, content_type: str, now: datetime) -> Page:
    """As `read_feed`, for a document that looks like XML."""
    # Before it is parsed: what feedparser makes of half a feed is slow to come, and half a feed.
    if b"\0" not in data and not _CLOSED.search(data):
        if _ROOT.search(data):
            raise NotAPage("the feed ends in the middle: it is incomplete")
        raise NotAPage(_NO_FEED)
    parsed = _parsed(data, content_type)
    entries = parsed.get("entries") or []
    if not entries and not parsed.get("version"):
        raise NotAPage(_NO_FEED)
    about = parsed.get("feed") or {}
    type = "ATOM" if str(parsed.get("version", "")).startswith("atom") else "RSS"
    feed = Feed.of(url, name, _text(about, "title"), _text(about, "language"), type, now)
    return page_of(entries, lambda entry: _article(entry, feed), ids_are_distinct=False)


def _parsed(data: bytes, content_type: str) -> Mapping[str, Any]:
    try:
        return parse_feed(data, content_type)
    except NotAPage:
        raise
    except Exception as error:  # whatever a parser of any XML in the wild may raise
        raise NotAPage(f"the feed cannot be read ({type(error).__name__})") from error


def _article(entry: Any, feed: Feed) -> Any:
    try:
        read = _entry(entry)
    except (AttributeError, TypeError, ValueError, KeyError, OverflowError) as error:
        raise NotAnArticle("is not as entries of feeds are") from error
    return article_of_entry(read, feed)


def _entry(entry: Mapping[str, Any]) -> Entry:
    contents = _list(entry, "content")[:_MAX_TEXTS]
    summary = _text(entry, "summary")
    return Entry(
        id=_text(entry, "id"),
        title=_text(entry, "title"),
        link=_text(entry, "link"),
        texts=(*(_text(each, "value") for each in contents), summary),
        summary=summary,
        published=_instant(entry, "published_parsed") or _instant(entry, "created_parsed"),
        updated=_instant(entry, "updated_parsed"),
        lang=_text(entry, "language"),
        authors=_text(entry, "author"),
        tags=tuple(_text(tag, "term") or _text(tag, "label") for tag in _list(entry, "tags")),
        images=tuple(_images(entry)),
    )


def _images(entry: Mapping[str, Any]) -> list[str]:
    media = [each for each in _list(entry, "media_content") if _is_image(each)]
    enclosures = [
        each for each in _list(entry, "links") if each.get("rel") == "enclosure" and _is_image(each)
    ]
    found = [*media, *_list(entry, "media_thumbnail"), *enclosures]
    return [_text(each, "url") or _text(each, "href") for each in found[:_MAX_TEXTS]]


def _is_image(media: Mapping[str, Any]) -> bool:
    kind = _text(media, "medium") or _text(media, "type")
    if kind:
        return kind.startswith("image")
    return _IMAGE_NAME.search(_text(media, "url") or _text(media, "href")) is not None


def _instant(entry: Mapping[str, Any], name: str) -> str:
    # As a plain dict: feedparser's own lets `updated` stand for `published`, with a warning.
    parsed = dict.get(entry, name) if isinstance(entry, dict) else None
    if not parsed:
        return ""
    try:
        return format_instant(datetime.fromtimestamp(timegm(parsed), UTC))
    except (ValueError, OverflowError, OSError, TypeError):
        return ""


def _text(mapping: Any, name: str) -> str:
    value = dict.get(mapping, name) if isinstance(mapping, dict) else None
    return value if isinstance(value, str) else ""


def _list(mapping: Any, name: str) -> list[Any]:
    value = dict.get(mapping, name) if isinstance(mapping, dict) else None
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
