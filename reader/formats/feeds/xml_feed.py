"""RSS and Atom, whole or damaged, as feedparser reads them."""

import re
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from reader.article import Article
from reader.formats.dates.reading import day_comes_first, read_date
from reader.formats.errors import NotAnArticle
from reader.formats.feeds.bounded_feed import Told, parse_feed
from reader.formats.feeds.entries import Entry, Feed, article_of_entry
from reader.formats.feeds.feed_text import HTML, PLAIN, UNSAID, Written
from reader.formats.feeds.media import Medium, is_image
from reader.formats.html.tags import is_html
from reader.formats.page import Incomplete, NotAPage, Page, page_of
from reader.i18n import _

_ROOT = re.compile(rb"<(?:[\w.-]{1,30}:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)
_CLOSED = re.compile(rb"</(?:[\w.-]{1,30}:)?(?:rss|feed|rdf|channel)\s*(?:>|$)", re.IGNORECASE)
_NO_FEED = _("the answer is XML, but not a feed (RSS, Atom)")
_MAX_TEXTS = 20
_XHTML = "application/xhtml+xml"
_CONTENTS = frozenset(("content:encoded", "content", "fullitem", "body", "xhtml:body"))
_TITLES = frozenset(("title", "dc:title", "media:title"))
_NO_BODIES = _TITLES | frozenset(
    ("rights", "copyright", "dc:rights", "subtitle", "tagline", "info")
)
_NOT_READ = frozenset(
    ("enclosure", "license", "edit", "edit-media", "replies", "author", "payment")
)
_PLAIN_TYPES = frozenset(("text", "plain", "text/plain"))
_PUBLISHED = ("published", "created", "date")
_OTHER_MEDIA = ("media_player", "podcast_source", "podcast_transcript", "podcast_chapters")
_MONTH_FIRST = re.compile(r"en(?:[-_]us)?$", re.IGNORECASE)
_LOOKS_LIKE_HTML = re.compile(
    r"\s*<(?:p|div|a|img|h[1-6]|ul|ol|table|blockquote|figure|span)\b[^<>]*>", re.IGNORECASE
)


def read_xml_feed(data: bytes, url: str, name: str, content_type: str, now: datetime) -> Page:
    """Return the page as `read_feed` does, of a document that looks like XML."""
    # Before parsing: feedparser is slow on an incomplete feed.
    if b"\0" not in data and not _CLOSED.search(data):
        if _ROOT.search(data):
            raise Incomplete(_("the feed ends in the middle: it is incomplete"))
        raise NotAPage(_NO_FEED)
    parsed = _parsed(data, content_type, url)
    entries = parsed.get("entries") or []
    if not entries and not parsed.get("version"):
        raise NotAPage(_NO_FEED)
    about = parsed.get("feed") or {}
    type = "ATOM" if str(parsed.get("version", "")).startswith("atom") else "RSS"
    feed = Feed.of(url, name, _text(about, "title"), _text(about, "language"), type, now)
    feed = feed._replace(day_first=_day_first(entries, _text(about, "language")))
    told = [*parsed.get("told", []), *([] for _rest in entries)]
    given = zip(entries, told, strict=False)
    return page_of(given, lambda each: _article(*each, feed), ids_are_distinct=False)


def _day_first(entries: list[Any], lang: str) -> bool | None:
    """Return whether the day comes first in dates: as the feed shows, else by its language."""
    names = ("published", "updated", "created")
    found = day_comes_first(_text(entry, name) for entry in entries for name in names)
    if found is None and lang and not _MONTH_FIRST.match(lang):
        return True
    return found


def _parsed(data: bytes, content_type: str, url: str) -> Mapping[str, Any]:
    try:
        return parse_feed(data, content_type, url)
    except NotAPage:
        raise
    except Exception as error:  # feedparser may raise anything
        raise NotAPage(
            _("the feed cannot be read ({error})").format(error=type(error).__name__)
        ) from error


def _article(entry: Any, told: list[Told], feed: Feed) -> Article:
    try:
        read = _entry(entry, told, feed)
    except (AttributeError, TypeError, ValueError, KeyError, OverflowError) as error:
        raise NotAnArticle(_("is not a valid feed entry")) from error
    return article_of_entry(read, feed)


def _entry(entry: Mapping[str, Any], told: list[Told], feed: Feed) -> Entry:
    is_atom = feed.type == "ATOM"
    published = next(filter(None, (_text(entry, name) for name in _PUBLISHED)), "")
    return Entry(
        id=_text(entry, "id"),
        title=_title(entry, is_atom, told),
        link=_link(entry),
        contents=tuple(_written(each, is_atom, feed) for each in told if _is_content(each)),
        summaries=tuple(_written(each, is_atom, feed) for each in _summaries(told)),
        published=_instant(entry, published, "published_parsed", feed),
        updated=_instant(entry, _text(entry, "updated"), "updated_parsed", feed),
        said=published or _text(entry, "updated"),
        lang=_text(entry, "language"),
        authors=_text(entry, "author"),
        tags=tuple(_text(tag, "term") or _text(tag, "label") for tag in _list(entry, "tags")),
        images=tuple(_images(entry)),
        media=tuple(_media(entry, told)),
    )


def _is_content(told: Told) -> bool:
    return told.element in _CONTENTS and _is_text(told)


def _summaries(told: list[Told]) -> list[Told]:
    """Return texts that may be the summary or the whole text; the shortest kind comes last."""
    bodies = [each for each in told if each.element not in _CONTENTS | _NO_BODIES]
    return sorted(filter(_is_text, bodies), key=lambda each: each.element == "itunes:subtitle")


def _is_text(told: Told) -> bool:
    """Return whether it is text or HTML, not such as a picture in base64."""
    return not told.source and (told.type.startswith("text/") or told.type == _XHTML)


def _written(told: Told, is_atom: bool, feed: Feed) -> Written:
    base = urljoin(feed.url, told.base) if told.base else ""
    return Written(told.text, _form(told, is_atom), base)


def _form(told: Told, is_atom: bool) -> str:
    if told.declared in _PLAIN_TYPES:
        return PLAIN
    if told.type in ("text/html", _XHTML):
        if told.element == "media:description" and not told.declared and not is_html(told.text):
            return PLAIN  # by its specification
        return HTML if is_atom and told.declared else UNSAID
    if is_atom and not told.declared and _LOOKS_LIKE_HTML.match(told.text):
        return UNSAID
    return PLAIN


def _title(entry: Mapping[str, Any], is_atom: bool, told: list[Told]) -> Written:
    """Return the title: Atom says how it is written; RSS has text, HTML, or HTML escaped twice."""
    title = _text(entry, "title")
    if is_atom:
        for each in told:
            if each.element in _TITLES and each.text == title:
                is_plain = each.type not in ("text/html", _XHTML)
                return Written(title, PLAIN if is_plain else HTML)
    return Written(title)


def _link(entry: Mapping[str, Any]) -> str:
    """Return the page of the entry; feedparser only keeps links to HTML."""
    if link := _text(entry, "link"):
        return link
    links = {_text(each, "rel"): _text(each, "href") for each in reversed(_list(entry, "links"))}
    others = sorted(links.keys() - _NOT_READ)
    found = (links.get(rel, "") for rel in ("alternate", "", "related", "via", "self", *others))
    return next(filter(None, found), "") or _text(entry, "comments")


def _images(entry: Mapping[str, Any]) -> list[str]:
    media = [each for each in _list(entry, "media_content") if is_image(_medium(each))]
    own = dict.get(entry, "image") if isinstance(entry, dict) else None
    href = Medium(_text(entry, "href"))  # of `<image><url>`, and of authors too
    others = [{"href": href.address}] if href.address and is_image(href) else []
    found = [*media, own, *_list(entry, "media_thumbnail"), *others]
    return [_text(each, "url") or _text(each, "href") for each in found[:_MAX_TEXTS]]


def _media(entry: Mapping[str, Any], told: list[Told]) -> list[Medium]:
    enclosures = [each for each in _list(entry, "links") if _text(each, "rel") == "enclosure"]
    others = [dict.get(entry, name) for name in _OTHER_MEDIA] if isinstance(entry, dict) else []
    found = [*enclosures, *_list(entry, "media_content"), *others]
    elsewhere = [Medium(each.source, each.type) for each in told if each.source]
    return [*(_medium(each) for each in found), *elsewhere]


def _medium(given: Any) -> Medium:
    address = _text(given, "url") or _text(given, "href") or _text(given, "uri")
    return Medium(address, _text(given, "medium") or _text(given, "type"), _text(given, "title"))


def _instant(entry: Any, text: str, parsed: str, feed: Feed) -> datetime | None:
    instant = read_date(text, day_first=feed.day_first)
    # feedparser turns 30 February into 2 March, but it knows more languages.
    if instant is not None or text.isascii():
        return instant
    found = dict.get(entry, parsed)
    try:
        return datetime.fromtimestamp(timegm(found), UTC) if found else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _text(mapping: Any, name: str) -> str:
    value = dict.get(mapping, name) if isinstance(mapping, dict) else None
    return value if isinstance(value, str) else ""


def _list(mapping: Any, name: str) -> list[Any]:
    value = dict.get(mapping, name) if isinstance(mapping, dict) else None
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
