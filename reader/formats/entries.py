"""One entry of a feed, whichever way it was written, to an article."""

from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from reader.article import UNKNOWN_LANG, Article
from reader.formats.html import Text, is_html, plain, to_line, to_markdown, web_address
from reader.formats.live_json import built, tag_of
from reader.formats.page import UNDATED, Markup
from reader.formats.paragraphs import in_paragraphs
from reader.formats.source_keys import language_of, source_key
from reader.text import clean_line

_MAX_DESCRIPTION = 600
"""Characters of a summary that is shown above the text; a longer one is the text."""

_MAX_TITLE = 1000
_MAX_ID = 1000
_TRACKING = ("utm_", "mc_", "ga_")
_TRACKING_NAMES = frozenset(("fbclid", "gclid", "ref_src", "cmpid", "taid", "at_medium"))


class Feed(NamedTuple):
    """What the entries of one feed share. `lang` is empty where the feed does not say."""

    url: str
    key: str
    name: str
    type: str
    lang: str
    now: datetime
    markup: Markup

    @classmethod
    def of(cls, url: str, name: str, title: str, lang: str, type: str, now: datetime) -> "Feed":
        shown = clean_line(name)[:200] or to_line(title)[:200]
        return cls(url, source_key(url, shown), shown, type, clean_line(lang)[:20], now, Markup())


class Entry(NamedTuple):
    """As the feed gave it: nothing cleaned, and empty what it did not give. Dates are ISO 8601."""

    id: str = ""
    title: str = ""
    link: str = ""
    texts: tuple[str, ...] = ()
    """HTML or plain, the full text and the summary, in any order."""
    summary: str = ""
    published: str = ""
    updated: str = ""
    lang: str = ""
    authors: str = ""
    tags: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    """Addresses of pictures beside the text, the best first."""


def article_of_entry(entry: Entry, feed: Feed) -> Article:
    """Raises NotAnArticle where it has neither title nor text, or too much markup."""
    feed.markup.take(*entry.texts, entry.summary)
    link = canonical(web_address(entry.link, feed.url))
    text = to_markdown(max(entry.texts, key=len, default=""), link or feed.url)
    title = to_line(entry.title)[:_MAX_TITLE]
    body = in_paragraphs(text.markdown)
    description, image = _summary(entry.summary, link or feed.url)
    covers = (web_address(address, link or feed.url) for address in entry.images)
    published = entry.published or entry.updated
    fields: dict[str, object] = {
        "title": title,
        "description": description,
        "publishedAt": published or feed.now.replace(microsecond=0).isoformat(),
        "updatedAt": max(entry.updated, published) if published else "",
        "lang": _language(entry, feed, f"{title} {body[:500]}"),
        "externalId": whole_id(entry.id) or ("" if link else _derived(title, body)),
        "source": {"key": feed.key, "name": feed.name, "type": feed.type},
        "tags": _tags(entry.tags),
        "canonicalUrl": link,
        "coverImage": next(filter(None, covers), text.image or image),
        "authors": to_line(entry.authors)[:300],
    }
    return built(fields, body, feed.key, [] if published else [UNDATED])


def canonical(address: str) -> str:
    """The address without what only counts visitors."""
    if "?" not in address:
        return address
    parts = urlsplit(address)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _tracks(pair[0])]
    if len(kept) == parts.query.count("&") + 1:
        return address
    return parts._replace(query=urlencode(kept)).geturl()


def _tracks(name: str) -> bool:
    return name.lower().startswith(_TRACKING) or name.lower() in _TRACKING_NAMES


def _summary(summary: str, base: str) -> tuple[str, str]:
    """The summary on one line, where it is one and not the whole text; its first image."""
    if not summary:
        return "", ""
    read = to_markdown(summary, base) if is_html(summary) else Text(to_line(summary))
    line = plain(read.markdown)
    return (line if len(line) <= _MAX_DESCRIPTION else ""), read.image


def _language(entry: Entry, feed: Feed, text: str) -> str:
    return clean_line(entry.lang)[:20] or feed.lang or language_of(text) or UNKNOWN_LANG


def whole_id(id: str) -> str:
    """An entry's id on one line. Of a very long one the end is a digest of all of it."""
    line = clean_line(id)
    if len(line) <= _MAX_ID:
        return line
    return f"{line[:_MAX_ID]}#{blake2b(line.encode(), digest_size=16).hexdigest()}"


def _derived(title: str, body: str) -> str:
    """An id for an entry that has neither id nor address: of title and text, the same each time."""
    what = f"{title}\0{body}"
    return f"hash:{blake2b(what.encode(), digest_size=12).hexdigest()}"


def _tags(names: tuple[str, ...]) -> list[str]:
    tags = (tag_of(to_line(name)) for name in names[:200])
    return list(dict.fromkeys(tag for tag in tags if tag))
