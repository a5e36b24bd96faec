"""One entry of a feed, in any format, to an article."""

from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from reader.article import UNKNOWN_LANG, Article
from reader.formats.archive.source_keys import language_of, source_key
from reader.formats.dates.instants import format_instant
from reader.formats.feeds.feed_text import (
    PLAIN,
    Written,
    full_and_summary,
    markdown_of,
    read_line,
    words_of,
)
from reader.formats.feeds.media import Medium, is_image, media_links
from reader.formats.html.addresses import web_address
from reader.formats.html.conversion import Text, plain
from reader.formats.html.paragraphs import in_paragraphs
from reader.formats.html.titles import to_line
from reader.formats.json.live import built, first_words, tag_of
from reader.formats.lead import begins_with, words
from reader.formats.page import Markup, is_possible, published_or_now
from reader.text import clean_line

_MAX_DESCRIPTION = 4_000
"""Characters of a summary that is shown above the text."""

_LONG_DESCRIPTION = 600
"""Maximum characters of a summary that is kept even if the text begins with it."""

_MAX_TITLE = 1000
_MAX_ID = 1000
_TRACKING = ("utm_", "mc_", "ga_")
_TRACKING_NAMES = frozenset(("fbclid", "gclid", "ref_src", "cmpid", "taid", "at_medium"))


class Feed(NamedTuple):
    """Properties that the entries of one feed share. `lang` is empty if the feed does not say."""

    url: str
    key: str
    name: str
    type: str
    lang: str
    now: datetime
    markup: Markup
    day_first: bool | None = None
    """How the feed writes dates such as `03/04/2025`; None if unclear."""

    @classmethod
    def of(cls, url: str, name: str, title: str, lang: str, type: str, now: datetime) -> "Feed":
        """Return the feed's properties."""
        shown = clean_line(name)[:200] or to_line(title)[:200]
        return cls(url, source_key(url, shown), shown, type, clean_line(lang)[:20], now, Markup())


class Entry(NamedTuple):
    """An entry as in the feed: not cleaned, and empty where it has nothing."""

    id: str = ""
    title: Written = Written()
    link: str = ""
    contents: tuple[Written, ...] = ()
    """Texts that the feed calls the content."""
    summaries: tuple[Written, ...] = ()
    """Texts that it calls a summary or a description; one of them may be the whole text."""
    published: datetime | None = None
    updated: datetime | None = None
    said: str = ""
    """The date of publication as the feed wrote it."""
    lang: str = ""
    authors: str = ""
    tags: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    """Addresses of pictures besides the text, the best first."""
    media: tuple[Medium, ...] = ()
    """Enclosures and the like, pictures among them."""


def article_of_entry(entry: Entry, feed: Feed) -> Article:
    """Return the article. Raises NotAnArticle if it is empty or has too much markup."""
    feed.markup.take(*(each.text for each in (*entry.contents, *entry.summaries)))
    link = canonical(web_address(entry.link, feed.url))
    base = link or feed.url
    full, summary = full_and_summary(entry.contents, entry.summaries)
    text = markdown_of(full, base)
    title = read_line(entry.title)[:_MAX_TITLE]
    body = in_paragraphs(text.markdown)
    description, image = _summary(summary, full, base)
    images = [*entry.images, *(each.address for each in entry.media if is_image(each))]
    covers = (web_address(address, base) for address in images)
    cover = next(filter(None, covers), text.image or image)
    published, flags = _published(entry, feed.now)
    fields: dict[str, object] = {
        "title": title,
        "description": description,
        "publishedAt": format_instant(published),
        "updatedAt": _updated(entry, published, feed.now),
        "lang": _language(entry, feed, f"{title} {body[:500]}"),
        "externalId": whole_id(entry.id) or ("" if link else _derived(title, body)),
        "source": {"key": feed.key, "name": feed.name, "type": feed.type},
        "tags": _tags(entry.tags),
        "canonicalUrl": link,
        "coverImage": cover,
        "authors": to_line(entry.authors)[:300],
    }
    links = media_links(entry.media, base, [link, cover], text.markdown)
    return built(fields, f"{body}\n\n{links}" if links else body, feed.key, flags)


def _published(entry: Entry, now: datetime) -> tuple[datetime, list[str]]:
    """Return the entry's own date, else the second in which it came, and flags."""
    for instant in (entry.published, entry.updated):
        if instant is not None and is_possible(instant, now):
            return instant.replace(microsecond=0), []
    return published_or_now(None, clean_line(entry.said), now)


def _updated(entry: Entry, published: datetime, now: datetime) -> str:
    updated = entry.updated
    if updated is None or updated <= published or not is_possible(updated, now):
        return ""
    return format_instant(updated.replace(microsecond=0))


def canonical(address: str) -> str:
    """Return the address without parameters that only track visitors."""
    if "?" not in address:
        return address
    parts = urlsplit(address)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _tracks(pair[0])]
    if len(kept) == parts.query.count("&") + 1:
        return address
    return parts._replace(query=urlencode(kept)).geturl()


def _tracks(name: str) -> bool:
    return name.lower().startswith(_TRACKING) or name.lower() in _TRACKING_NAMES


def _summary(summary: Written, full: Written, base: str) -> tuple[str, str]:
    """Return the summary on one line, and its first image."""
    if not summary.text:
        return "", ""
    is_markup = summary.form != PLAIN and ("<" in summary.text or "&lt;" in summary.text)
    text = markdown_of(summary, base) if is_markup else Text("")
    line = plain(text.markdown) or ("" if text.image else read_line(summary))
    same, found = words_of(full), words(line)
    if same == found or (len(line) > _LONG_DESCRIPTION and begins_with(same, found)):
        return "", text.image
    return first_words(line, _MAX_DESCRIPTION), text.image


def _language(entry: Entry, feed: Feed, text: str) -> str:
    return clean_line(entry.lang)[:20] or feed.lang or language_of(text) or UNKNOWN_LANG


def whole_id(id: str) -> str:
    """Return an entry's id on one line. The end of a very long one is a digest of all of it."""
    line = clean_line(id)
    if len(line) <= _MAX_ID:
        return line
    return f"{line[:_MAX_ID]}#{blake2b(line.encode(), digest_size=16).hexdigest()}"


def _derived(title: str, body: str) -> str:
    """Return an id of title and text for an entry without id and address, always the same."""
    what = f"{title}\0{body}"
    return f"hash:{blake2b(what.encode(), digest_size=12).hexdigest()}"


def _tags(names: tuple[str, ...]) -> list[str]:
    tags = (tag_of(to_line(name)) for name in names[:200])
    return list(dict.fromkeys(tag for tag in tags if tag))
