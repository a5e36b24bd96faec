"""The bounded parser finds in a feed what feedparser does, in fewer steps."""

import io
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import feedparser
from hypothesis import given
from hypothesis import strategies as st

from reader.formats.feeds.bounded_feed import parse_feed

SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:odd="urn:odd"'
)
RSS = f'<rss version="2.0" {SPACES}><channel>', "</channel></rss>"
ATOM = f'<feed xmlns="http://www.w3.org/2005/Atom" {SPACES}>', "</feed>"

NAMES = (
    *("title", "link", "guid", "id", "description", "summary", "content", "content:encoded"),
    *("pubDate", "updated", "dc:date", "dc:creator", "author", "name", "category", "source"),
    *("item", "entry", "textInput", "enclosure", "media:content", "media:title", "odd:thing"),
    *("div", "p", "svg", "math", "unknown", "expirationDate", "language", "comments", "body"),
)
ATTRIBUTES = {
    "type": ("text", "html", "xhtml", "text/plain", "audio/mpeg", "application/xml"),
    "href": ("https://news.example/a", "/b", "https:///c", ""),
    "url": ("https://news.example/d.mp3", "e.jpg"),
    "rel": ("alternate", "self", "enclosure"),
    "isPermaLink": ("true", "false"),
    "xml:lang": ("uk", ""),
    "xml:base": ("https://base.example/x/", "https://base.example/x/../y"),
    "term": ("BTC",),
    "mode": ("base64",),
}
TEXTS = (
    *("", " ", "Fees fall", "5 &lt; 6 &amp; 7", "<b>bold</b> words", "<p>One</p><p>Two</p>"),
    *("https://news.example/1?a=1&b=2", "https:///news.example/2", "/3", "not an address"),
    *("Mon, 02 Jan 2023 03:04:05 GMT", "2024-05-05T00:00:00Z", "2 січня 2023", "Ціна — 5 €"),
    *(
        "â€œquotedâ€\x9d",
        "\x93old\x94 quotes",
        "QSBib2R5",
        "a@news.example (A. Writer)",
        "&nbsp;&copy;",
    ),
)


def attributes() -> st.SearchStrategy[str]:
    pairs = [
        st.tuples(st.just(name), st.sampled_from(values)) for name, values in ATTRIBUTES.items()
    ]
    chosen = st.lists(st.one_of(*pairs), max_size=2, unique_by=lambda pair: pair[0])
    return st.one_of(
        st.just(""),
        chosen.map(lambda each: "".join(f" {name}={quoteattr(value)}" for name, value in each)),
    )


def element(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from(NAMES), attributes(), inner).map(
        lambda parts: f"<{parts[0]}{parts[1]}>{parts[2]}</{parts[0]}>"
    )


LEAVES = element(st.sampled_from(TEXTS).map(escape)) | element(
    st.sampled_from(TEXTS).map(lambda text: f"<![CDATA[{text}]]>")
)
PIECES = st.lists(st.one_of(LEAVES, element(LEAVES)), max_size=8).map("".join)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    before, after = draw(st.sampled_from((RSS, ATOM)))
    item = "item" if before.startswith("<rss") else "entry"
    items = draw(st.lists(PIECES, min_size=1, max_size=3))
    written = "".join(f"<{item}>{each}</{item}>" for each in items)
    document = f"{before}{draw(PIECES)}{written}{after}"
    damage = draw(st.sampled_from(("", "", "", "<p>never closed", "&nbsp;", "<b></i>")))
    at = draw(st.integers(0, len(document)))
    return (document[:at] + damage + document[at:]).encode()


def theirs(data: bytes) -> Any:
    try:
        found = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # noqa: BLE001 - feedparser has many, for odd elements
        return type(error)
    return found["feed"], found["entries"], found["version"]


def ours(data: bytes) -> Any:
    try:
        found = parse_feed(data, "")
    except Exception as error:  # noqa: BLE001 - compared with theirs
        return type(error)
    return found["feed"], found["entries"], found["version"]


@given(documents())
def test_a_feed_has_the_entries_that_feedparser_gives_it(data: bytes) -> None:
    assert ours(data) == theirs(data)
