"""The feeds that a web page names by `<link rel="alternate">`. Pure: bytes in, values out.

A scanner of its own, in linear time for all bytes: a page may be hostile, and an HTML parser is
slow to load.
"""

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from shlex import quote
from typing import NamedTuple
from urllib.parse import urldefrag, urljoin

from reader.formats.charsets import text_encoding
from reader.formats.page import NotAPage
from reader.i18n import _
from reader.subscriptions import MAX_NAME, Subscription, problem
from reader.text import clean_line
from reader.web.addresses import web_address, without_feed_scheme
from reader.web.inside import host_of, is_inside

MAX_BYTES = 1024 * 1024
"""Bytes of a page that are scanned; most name their feeds in the first hundredth."""

MAX_ELEMENTS = 20_000
MAX_ATTRIBUTES = 40
MAX_FEEDS = 50
SHOWN = 3
"""Maximum addresses in one sentence."""

_HEAD = 4_096
_FEED = re.compile(rb"<(?:[\w.-]{1,30}:)?(?:rss|feed|rdf|channel)[\s>/]", re.IGNORECASE)
_WEB_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)

_OF_FEEDS = frozenset(
    f"{kind}/{name}"
    for kind in ("application", "text")
    for name in ("rss+xml", "atom+xml", "feed+json", "rdf+xml", "rss", "atom", "x.atom+xml")
)
_OF_ANYTHING = frozenset(("application/json", "application/xml", "text/xml"))
"""Types of feeds and of other interfaces: they count only without a feed of a clear type."""

_NO_NEWS = re.compile(r"/wp-json/|oembed", re.IGNORECASE)
_COMMENTS = re.compile(
    r"\b(?:comments?|kommentare?|commentaires?|comentarios?|comentários|commenti|reacties"
    r"|komentarze|комментари\w*|коментар\w*|replies)\b|コメント|评论|評論",
    re.IGNORECASE,
)

_SIGN = re.compile(
    r"<(?:(?P<comment>!--)"
    r"|(?P<text>script|style|textarea|title|xmp|iframe|noembed|noframes)(?=[\s/>])"
    r"|(?P<element>link|base|a|area|meta)(?=[\s/]))",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"[\s/]*+(?P<name>[^\s/>=]{1,100}+)"
    r"(?:\s*+=\s*+(?:\"(?P<double>[^\"]{0,4096})\"|'(?P<single>[^']{0,4096})'"
    r"|(?P<bare>[^\s>\"'][^\s>]{0,4095})))?"
)
_CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?([\w.:+-]{1,40})", re.IGNORECASE)
_REFRESH = re.compile(
    r"\s*\d{1,3}(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?['\"]?([^'\"]+)", re.IGNORECASE
)


class NamedFeed(NamedTuple):
    """A feed that a page names. `title` is empty if the page gives none."""

    url: str
    title: str = ""

    @property
    def is_of_comments(self) -> bool:
        """Return whether it seems to be a feed of comments."""
        return bool(_COMMENTS.search(self.title) or _COMMENTS.search(self.url.partition("//")[2]))

    def __str__(self) -> str:
        return f"{self.title}: {self.url}" if self.title else self.url


class WebPage(NotAPage):
    """The answer is HTML. `reading`: those that it names."""

    def __init__(self, feeds: tuple[NamedFeed, ...] = ()) -> None:
        self.feeds = feeds
        super().__init__(_said_of(feeds))


class Page(NamedTuple):
    """A page's feeds. `leads_to`: the address to which it forwards browsers, empty if none."""

    feeds: tuple[NamedFeed, ...] = ()
    leads_to: str = ""


def is_web_page(data: bytes) -> bool:
    """Return whether the bytes begin as HTML, and not as a feed."""
    start = data[:_HEAD].replace(b"\0", b"")  # of UTF-16
    return _WEB_PAGE.search(start) is not None and _FEED.search(start) is None


def read_page(data: bytes, url: str, content_type: str = "") -> Page:
    """Return the feeds that a web page names, in its order, each address once. Never raises.

    url: of the page, after redirects. Invalid addresses are left out, and those inside the user's
    network if the page is on the web.
    """
    base, named, leads_to = url, [], ""
    has_base = False
    for element, given in _elements(_text(data[:MAX_BYTES], content_type)):
        if element == "base":
            if not has_base and (made := _joined(url, given.get("href", ""))):
                base, has_base = made, True
        elif element == "meta":
            leads_to = leads_to or _refresh(given)
        elif "href" in given and (weight := _weight(element, given)):
            named.append((weight, given["href"], given.get("title", "")))
    best = max((weight for weight, _href, _title in named), default=0)
    feeds: dict[str, NamedFeed] = {}
    for weight, href, title in named:
        made = _joined(base, href)
        is_wanted = weight == best and made and made != url and not _leads_inside(made, url)
        if is_wanted and len(feeds) < MAX_FEEDS:
            feeds.setdefault(made, NamedFeed(made, clean_line(title)[:MAX_NAME]))
    leads_to = _joined(base, leads_to)
    return Page(tuple(feeds.values()), leads_to if leads_to != url else "")


def main_feed(feeds: Iterable[NamedFeed]) -> NamedFeed | None:
    """Return the feed that is meant: the only one, or the only one that is not of comments."""
    every = list(feeds)
    others = [each for each in every if not each.is_of_comments] if len(every) > 1 else every
    return others[0] if len(others) == 1 else None


def _said_of(feeds: tuple[NamedFeed, ...]) -> str:
    if not feeds:
        return _("the answer is a web page where a feed should be")
    if main := main_feed(feeds):
        return _(
            "the answer is a web page where a feed should be; its feed is {url}: "
            "`cryptoread subscribe {quoted}` follows it"
        ).format(url=main.url, quoted=quote(main.url))
    if len(feeds) <= SHOWN:
        said = _(
            "the answer is a web page where a feed should be; it names {number} feeds, {urls}: "
            "`cryptoread subscribe ADDRESS` follows one"
        )
    else:
        said = _(
            "the answer is a web page where a feed should be; it names {number} feeds, {urls} "
            "and {more} more: `cryptoread subscribe ADDRESS` follows one"
        )
    urls = ", ".join(each.url for each in feeds[:SHOWN])
    return said.format(number=len(feeds), urls=urls, more=len(feeds) - SHOWN)


def _text(data: bytes, content_type: str) -> str:
    """Return the page as text: by byte order mark, declared charset, UTF-8, or windows-1252."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if data[:2] in (b"<\0", b"\0<"):
        return data.decode("utf-16-le" if data[:1] == b"<" else "utf-16-be", "replace")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        declared = _CHARSET.search(content_type.encode()) or _CHARSET.search(data[:_HEAD])
        name = text_encoding(declared[1].decode()) if declared else ""
        return data.decode(name or "windows-1252", "replace")


def _elements(text: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield names and attributes of elements that may name feeds, in lower case."""
    at = 0
    for _turn in range(MAX_ELEMENTS):
        if (found := _SIGN.search(text, at)) is None:
            return
        at = found.end()
        if found["element"]:
            given, at = _attributes(text, at)
            yield found["element"].lower(), given
            continue
        end = "-->" if found["comment"] else f"</{found['text']}"
        # `<!-->` is a complete comment.
        closed = re.compile(end, re.IGNORECASE).search(text, at - 2 if found["comment"] else at)
        if closed is None:
            return
        at = closed.end()


def _attributes(text: str, at: int) -> tuple[dict[str, str], int]:
    """Return the attributes of a start tag, the first of two with one name, and its end."""
    given: dict[str, str] = {}
    for _turn in range(MAX_ATTRIBUTES):
        if (found := _ATTRIBUTE.match(text, at)) is None:
            break
        at = found.end()
        value = found["double"] or found["single"] or found["bare"] or ""
        given.setdefault(found["name"].lower(), unescape(value).strip())
    return given, at


def _weight(element: str, given: Mapping[str, str]) -> int:
    """Return 2 for a feed, 1 for a possible one, 0 for anything else."""
    tokens = given.get("rel", "").lower().split()
    kind = given.get("type", "").partition(";")[0].strip().lower()
    if not {"alternate", "feed"} & set(tokens) or "stylesheet" in tokens:
        return 0
    if kind in _OF_FEEDS or ("feed" in tokens and (not kind or kind in _OF_ANYTHING)):
        return 2
    is_likely = kind in _OF_ANYTHING and not _NO_NEWS.search(given["href"])
    return 1 if is_likely and element == "link" else 0


def _refresh(given: Mapping[str, str]) -> str:
    """Return where `<meta http-equiv="refresh">` leads, empty if nowhere."""
    if given.get("http-equiv", "").lower() != "refresh":
        return ""
    found = _REFRESH.match(given.get("content", ""))
    return found[1].strip() if found else ""


def _leads_inside(made: str, url: str) -> bool:
    return is_inside(host_of(made)) and not is_inside(host_of(url))


def _joined(base: str, href: str) -> str:
    """Return the address without its fragment, empty if it is invalid."""
    if not href.strip():
        return ""
    try:
        made = urldefrag(urljoin(base, without_feed_scheme(href.strip()))).url
    except ValueError:
        return ""
    made = web_address(made)
    return "" if problem(Subscription("feed", made)) else made
