"""RSS, Atom and JSON Feed: bytes to a page of articles."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from html import escape
from io import BytesIO
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article import Article
from reader.formats.archive.source_keys import language_of, source_key
from reader.formats.feeds.bounded_feed import parse_feed
from reader.formats.feeds.reading import read_feed
from reader.formats.page import MAX_ITEMS, UNDATED, NotAPage, Page
from tests.examples import one_in

NOW = datetime(2026, 3, 14, 12, 0, 7, 5, tzinfo=UTC)
URL = "https://www.chainwire.example/rss"
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
)
DATE = "<pubDate>Fri, 13 Mar 2026 09:30:00 +0200</pubDate>"


def rss(*items: str, about: str = "<title>Chain Wire</title><language>en-GB</language>") -> bytes:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" {NAMESPACES}>'
        f"<channel>{about}{inside}</channel></rss>"
    ).encode()


def page(data: bytes, **named: Any) -> Page:
    given: dict[str, Any] = {"url": URL, "now": NOW}
    return read_feed(data, **(given | named))


def only(data: bytes, **named: Any) -> Article:
    found = page(data, **named)
    assert not found.refusals
    (article,) = found.articles
    return article


def test_an_item_of_rss_becomes_an_article() -> None:
    article = only(
        rss(
            "<title>Miners &amp;amp; makers meet</title><link>https://chainwire.example/a?utm_source=x"
            f"</link><guid isPermaLink='false'>g-1</guid>{DATE}"
            "<description>A &lt;b&gt;short&lt;/b&gt; word on it.</description>"
            "<content:encoded><![CDATA[<p>First of <em>two</em>.</p><p>Second, with more words."
            "</p>]]></content:encoded>"
            "<category>Mining/Energy</category><category>BTC | USD</category>"
            "<dc:creator>Ada Byron</dc:creator>"
        )
    )
    assert article.title == "Miners & makers meet"
    assert article.description == "A short word on it."
    assert article.body == "First of *two*.\n\nSecond, with more words."
    assert article.published == datetime(2026, 3, 13, 7, 30, tzinfo=UTC)
    assert article.url == "https://chainwire.example/a"
    assert article.external_id == "g-1"
    assert article.tags == ("MINING-ENERGY", "BTC - USD")
    assert article.lang == "en"
    assert article.source is not None
    assert (article.source.key, article.source.name) == ("chainwire", "Chain Wire")
    assert article.extra["authors"] == "Ada Byron"


@pytest.mark.parametrize(
    "empty",
    [
        "<dc:description/>",
        "<dc:description></dc:description>",
        "<content:encoded/><dc:description />",
        "<dc:description><![CDATA[]]></dc:description>",
    ],
)
def test_an_empty_description_beside_the_real_one_does_not_hide_it(empty: str) -> None:
    item = f"<title>T</title>{DATE}<description>What was said.</description>{empty}"
    full = "<content:encoded>Longer: what was said, and by whom.</content:encoded>"
    assert only(rss(item)).body == "What was said."
    article = only(rss(f"{item}{full}"))
    assert article.body == "Longer: what was said, and by whom."
    assert article.description == "What was said."


@pytest.mark.parametrize(
    ("item", "cover"),
    [
        ('<media:content url="https://i.example/a" medium="image"/>', "https://i.example/a"),
        ('<media:content url="https://i.example/a.mp4" medium="video"/>', None),
        ('<media:thumbnail url="/small.png"/>', "https://chainwire.example/small.png"),
        ('<enclosure url="https://i.example/e.jpg" type="image/jpeg"/>', "https://i.example/e.jpg"),
        ('<enclosure url="https://i.example/e.mp3" type="audio/mpeg"/>', None),
        (
            "<description>&lt;img src='https://i.example/in.png'&gt;words</description>",
            "https://i.example/in.png",
        ),
        (
            "<description>&lt;img src='https://t.example/p.png' width='1'&gt;words</description>",
            None,
        ),
    ],
)
def test_the_cover_is_the_picture_that_is_given_first(item: str, cover: str | None) -> None:
    article = only(rss(f"<title>T</title><link>https://chainwire.example/a</link>{item}"))
    assert (article.cover.best if article.cover else None) == cover


def test_an_entry_of_atom_becomes_an_article() -> None:
    article = only(
        b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom' xml:lang='uk'>"
        b"<title>F</title><entry><id>tag:1</id><title type='html'>A &amp;lt;b&amp;gt; sign</title>"
        b"<link href='https://chainwire.example/atom'/><updated>2026-03-12T10:00:00Z</updated>"
        b"<published>2026-03-12T09:00:00Z</published><content type='html'>&lt;p&gt;Text&lt;/p&gt;"
        b"</content><category term='defi'/></entry></feed>"
    )
    assert (article.external_id, article.body, article.tags) == ("tag:1", "Text", ("DEFI",))
    assert article.published == datetime(2026, 3, 12, 9, tzinfo=UTC)
    assert article.updated == datetime(2026, 3, 12, 10, tzinfo=UTC)


def test_an_item_of_a_json_feed_becomes_an_article() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Chain Wire",
        "language": "en",
        "items": [
            {
                "id": 7,
                "url": "/seven",
                "title": "Seven [BTC]",
                "content_html": "<p>It <a href='/x'>is</a> seven.</p>",
                "summary": "Seven.",
                "date_published": "2026-03-13T10:00:00+02:00",
                "tags": ["a:b"],
                "authors": [{"name": "Ada"}],
                "image": "https://i.example/7.png",
            },
            {"id": "8", "title": None, "content_text": "\x1b[2JPlain."},
            "no object",
            {"id": 9},
        ],
    }
    found = page(json.dumps(feed).encode())
    first, second = found.articles
    assert first.external_id == "7"
    assert first.url == "https://www.chainwire.example/seven"
    assert first.body == "It [is](https://www.chainwire.example/x) seven."
    assert first.published == datetime(2026, 3, 13, 8, tzinfo=UTC)
    assert first.tags == ("A-B",)
    assert first.cover is not None
    assert second.body == "Plain."
    assert [refusal.where for refusal in found.refusals] == ["item 3", "item 4"]


def test_an_item_without_id_title_and_date_has_the_same_identity_every_time() -> None:
    data = rss("<description>Only words.</description>", "<link>https://a.example/1</link>x")
    first, again = page(data), page(data, now=datetime(2026, 4, 1, tzinfo=UTC))
    assert [a.title for a in first.articles] == ["Only words.", "a.example/1"]
    assert [a.identity for a in first.articles] == [a.identity for a in again.articles]
    assert first.articles[0].flags[0] == UNDATED
    assert first.articles[0].published == NOW.replace(microsecond=0)


def test_items_of_one_id_are_all_given_as_it_may_be_the_id_of_all() -> None:
    items = [f"<title>{title}</title><guid>g</guid>{DATE}" for title in ("One", "Two")]
    assert [each.title for each in page(rss(*items)).articles] == ["One", "Two"]


def test_two_very_long_ids_with_the_same_beginning_are_distinct() -> None:
    items = [f"<title>T</title><guid>{'x' * 1200}{end}</guid>{DATE}" for end in "ab"]
    one, other = (each.external_id for each in page(rss(*items)).articles)
    assert one != other
    assert one[:1000] == other[:1000]


def test_a_date_before_the_first_block_is_the_date_of_the_article() -> None:
    article = only(rss("<title>T</title><pubDate>Sat, 05 Mar 2005 08:00:00 GMT</pubDate>"))
    assert article.published == datetime(2005, 3, 5, 8, tzinfo=UTC)
    assert article.flags == ()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "web page"),
        (b"<html><head><title>x</title></head></html>", "web page"),
        (b"Not found", "neither XML nor JSON"),
        (b"<?xml version='1.0'?><note><to>you</to></note>", "not a feed"),
        (rss(f"<title>T</title>{DATE}", "<title>U</title>")[:-60], "incomplete"),
        (b'{"items": [', "incomplete"),
        (b'{"message": "no"}', "not a JSON Feed"),
        (b"{nonsense}", "not JSON"),
        (b"[" * 100_000, "nested too deep"),
    ],
)
def test_other_documents_are_refused_with_the_reason(data: bytes, said: str) -> None:
    with pytest.raises(NotAPage, match=said):
        page(data)


PIECES = st.sampled_from(
    [
        *("<title>T</title>", "<link>https://a.example/?a=1&amp;b=2</link>", DATE, "&", "&#32;"),
        *("<category>c</category>", "<author>a@b.example (Ada)</author>", "words", "<item/>"),
        *("<content:encoded><![CDATA[<p>x]]></content:encoded>", "<dc:date>2026</dc:date>"),
        *("<media:content url='u' medium='image'/>", "<description>&lt;b&gt;d</description>"),
        *("<a x='1'>", "</a>", "<dc:creator>A</dc:creator>", "<guid>g</guid>", "<!-- -->"),
    ]
)


@given(st.lists(st.lists(PIECES, max_size=6), max_size=3))
def test_bounds_change_nothing_in_what_feedparser_finds(items: list[list[str]]) -> None:
    data = rss(*("".join(pieces) for pieces in items))
    whole = feedparser.parse(BytesIO(data), resolve_relative_uris=False, sanitize_html=False)
    bounded = parse_feed(data, "")
    assert {name: bounded[name] for name in ("feed", "entries", "version")} == {
        name: whole[name] for name in ("feed", "entries", "version")
    }


BROKEN = "<title>Fish & chips</title>"
"""In an item, it makes the whole document one that is not well-formed."""


@pytest.mark.parametrize("before", one_in(2, ["", BROKEN]), ids=["well-formed", "damaged"])
@pytest.mark.parametrize(
    ("hostile", "said"),
    [
        ("<a/>" * 100_001, "more than 100,000 elements"),
        ("<a>" * 100_001, "more than 100,000 elements"),
        (f"<a {' '.join(f'x{n}=1' for n in range(101))}/>".replace("=1", "='1'"), "100 attributes"),
        ("".join(f"<x:a xmlns:x='urn:{n}' xmlns:y{n}='u'/>" for n in range(250)), "200 namespaces"),
    ],
    ids=["elements", "depth", "attributes", "namespaces"],
)
def test_a_feed_that_would_take_forever_is_refused(before: str, hostile: str, said: str) -> None:
    with pytest.raises(NotAPage, match=said):
        page(rss(f"{before}<title>T</title>{hostile}"))


@pytest.mark.parametrize("before", ["", BROKEN], ids=["well-formed", "damaged"])
def test_parts_that_would_take_feedparser_forever_are_left_out(before: str) -> None:
    """Without bounds these are quadratic: they would outlast any patience."""
    names = "".join(f"<category>{n}</category>" for n in range(30_000))
    item = f"{before}<title>T</title><guid>g</guid>{names}<author>{'a.' * 300_000}</author>"
    article = only(rss(f"{item}{DATE}"))
    assert len(article.tags) <= 200
    assert article.tags[0] == "0"
    assert len(str(article.extra["authors"])) == 300


def test_a_base_that_grows_with_every_element_does_no_harm() -> None:
    nested = b"<a xml:base='x/'>" * 9_000 + b"</a>" * 9_000
    article = only(
        b"<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title><entry><id>1</id>"
        b"<title>T</title>" + nested + b"</entry></feed>"
    )
    assert article.title == "T"


def test_half_a_million_signs_without_a_word_do_no_harm() -> None:
    article = only(rss(f"<title>T</title>{DATE}<description>{'.' * 500_000}</description>"))
    assert article.title == "T"


@pytest.mark.parametrize("hostile", ["</" * 300_001, "a" * 4 * 1024 * 1024], ids=["signs", "bytes"])
def test_a_damaged_feed_is_read_only_while_it_is_small(hostile: str) -> None:
    with pytest.raises(NotAPage, match="damaged, and too large"):
        page(rss(f"{BROKEN}{hostile}"))
    assert len(page(rss(f"<title>{hostile.replace('</', 'b')}</title>")).articles) == 1


def test_too_many_pieces_of_space_are_refused() -> None:
    """Each reference is a piece of its own where a feed is damaged."""
    blanks = "&#32;" * 100_000
    with pytest.raises(NotAPage, match="pieces of space"):
        page(
            b"<feed xmlns='http://www.w3.org/2005/Atom'>&<entry><title>T</title>"
            b"<content type='xhtml'>" + blanks.encode() + b"</content></entry></feed>"
        )


def test_a_page_has_a_bounded_amount_of_markup() -> None:
    heavy, light = "<b></b>" * 100_000, "<b>x</b>"
    bodies = [light, heavy, heavy, light]
    items = [{"id": str(n), "title": "t", "content_html": body} for n, body in enumerate(bodies)]
    found = page(json.dumps({"items": items}).encode())
    assert [article.external_id for article in found.articles] == ["0", "1", "3"]
    assert [str(each) for each in found.refusals] == ["item 3: holds more markup than a page may"]


@pytest.mark.long
def test_ten_thousand_items_with_every_usual_element_are_accepted() -> None:
    item = f"<title>T</title><link>u</link><dc:creator>A</dc:creator>{DATE}<category>c</category>"
    items = (f"{item}<guid>{n}</guid><description>d</description>" for n in range(MAX_ITEMS))
    assert len(page(rss(*items)).articles) == MAX_ITEMS


def test_a_feed_that_is_not_well_formed_is_read_as_far_as_it_goes() -> None:
    data = rss(f"<title>Fish & chips</title><guid>g</guid>{DATE}<description>a<b></description>")
    assert only(data).title == "Fish & chips"


def test_the_charset_of_http_counts_where_the_document_names_none() -> None:
    data = "<rss version='2.0'><channel><item><title>Ціна</title></item></channel></rss>"
    article = only(data.encode("cp1251"), content_type="text/xml; charset=windows-1251")
    assert article.title == "Ціна"


def test_nothing_hostile_comes_through() -> None:
    evil = "&#27;]52;c;eA==&#7;\u202e[/x] [@click=app.quit]\u0085"
    feed = {"items": [{"id": "\x1b[2J1", "title": "\x1b]0;x\x07t\u202e", "content_text": "\x9b2J"}]}
    for data in (
        rss(f"<title>{evil}</title><category>{evil}</category>"),
        json.dumps(feed).encode(),
    ):
        article = page(data).articles[0]
        for text in (article.title, article.body, article.external_id, *article.tags):
            assert not set(text) & {"\x1b", "\x07", "\u202e", "\x85", "\x9b"}


def test_bytes_that_are_a_path_open_nothing(tmp_path: Any) -> None:
    file = tmp_path / "<rss"
    file.write_bytes(rss(f"<title>Secret</title>{DATE}"))
    with pytest.raises(NotAPage):
        page(str(file).encode())


def test_a_page_has_a_bounded_number_of_items() -> None:
    items = [{"id": str(n), "title": "t"} for n in range(MAX_ITEMS + 5)]
    found = page(json.dumps({"items": items}).encode())
    assert len(found.articles) == MAX_ITEMS
    assert found.refusals[0].where == f"item {MAX_ITEMS + 1}"


@pytest.mark.parametrize(
    ("url", "name", "key"),
    [
        ("https://www.coindesk.com/arc/outboundfeeds/rss/", "", "coindesk"),
        ("https://cointelegraph.com/rss", "", "cointelegraph"),
        ("https://feeds.bloomberg.com/crypto/news.rss", "", "bloomberg_crypto_"),
        ("https://www.ft.com/cryptofinance?format=rss", "", "financialtimes_crypto_"),
        ("https://www.theblock.co/rss.xml", "", "theblock"),
        ("https://news.paper.co.uk/rss", "", "paper"),
        ("https://someone.substack.com/feed", "", "someone"),
        ("https://medium.com/feed/some-one", "", "feed_some_one"),
        ("http://127.0.0.1:8000/rss", "My Source", "my_source"),
        ("http://[::1", "", "feed"),
    ],
)
def test_a_source_gets_the_key_that_the_archive_uses(url: str, name: str, key: str) -> None:
    assert source_key(url, name) == key


def test_the_language_is_guessed_from_letters_and_small_words() -> None:
    assert language_of("The price of it is up for the week") == "en"
    assert language_of("Miners rest. Only a summary.") == "en"
    assert language_of("Ціна зросла за тиждень") == "uk"
    assert language_of("El precio de la moneda sube por la semana que viene") == ""
    assert language_of("THE PRICE ISN’T UP — “IT” ROSE") == "en"
    assert language_of("Theory often forms an island") == ""
    assert language_of("Чому зростає ціна Bitcoin") == "uk"
    assert language_of("Почему растет цена Bitcoin") == "ru"


@given(st.binary(max_size=400))
def test_a_feed_raises_nothing_else_for_any_bytes(data: bytes) -> None:
    for each in (
        data,
        b"<rss><channel><item>" + data,
        b"<feed><entry><summary>" + data + b"</feed>",
    ):
        with suppress(NotAPage):
            page(each)


@given(st.text(max_size=200))
def test_no_text_in_a_feed_makes_it_raise(text: str) -> None:
    text = escape(text.encode("utf-8", "replace").decode())
    item = f"<title>{text}</title><guid>{text}</guid><link>{text}</link><description>{text}"
    for end in ("</description>", f"</description><pubDate>{text}</pubDate>", ""):
        with suppress(NotAPage):
            page(rss(item + end))
