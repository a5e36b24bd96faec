"""Full texts: found on a page, harmless, and kept."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.article import Article
from reader.browser import UrlRefused
from reader.errors import CryptoreadError
from reader.formats.html.full_text import ExtraMissing, NoFullText, main_text
from reader.library import Library
from reader.live.full_text import NoOriginal, OriginalFailed
from reader.query.language import Query
from reader.subscriptions import Subscription
from tests.builders import NOW, article
from tests.news_server import NewsServer, Request, feed, silent
from tests.unit.sources.test_http import HURRIED, LIMITS


@pytest.fixture
def extra() -> None:
    pytest.importorskip("trafilatura")


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "data", clock=lambda: NOW) as made:
        yield made


def page(*paragraphs: str, title: str = "Fees fall") -> bytes:
    """A page of a news site, with the elements around an article."""
    text = "".join(f"<p>{each}</p>" for each in paragraphs)
    return (
        f"<!doctype html><html><head><title>{title}</title></head><body>"
        '<nav><a href="/">Home</a> <a href="/markets">Markets</a></nav>'
        f"<article><h1>{title}</h1>{text}</article><footer>All rights reserved</footer>"
        "</body></html>"
    ).encode()


LONG = (
    'Blocks have room again, and whoever sends coins <a href="/fees">pays less</a> than in '
    "<b>January</b>. That is what the figures of the week say, read by several people.",
    "The second paragraph goes on at some length about the reasons, among them that fewer people "
    "send coins at the weekend than did a month ago, and says who thinks so.",
    "A third one ends the story with an outlook on the coming weeks, which nobody knows yet.",
)


def followed(news: Library, server: NewsServer, body: bytes) -> Article:
    """An article of a feed, whose original is the page."""
    url = server.serve("/original", body, Content_Type="text/html; charset=utf-8")
    rss = feed("Fees fall").replace(b"https://news.example/Fees%20fall<", f"{url}<".encode())
    sync(news, server, rss)
    return only(news)


def sync(news: Library, server: NewsServer, rss: bytes) -> None:
    news.sync([Subscription("Ledger", server.serve("/feed", rss))])


def only(news: Library) -> Article:
    (id,) = news.find(Query())
    return news.article(id)


# What is found.


@pytest.mark.usefixtures("extra")
def test_the_article_is_found_and_nothing_around_it() -> None:
    text = main_text(page(*LONG), "https://news.example/a/b", "Fees Fall!")
    assert text.startswith("Blocks have room again")
    assert "[pays less](https://news.example/fees)" in text
    assert "**January**" in text
    assert len(text.split("\n\n")) == 3
    assert not [word for word in ("Markets", "rights", "Fees fall") if word in text]


@pytest.mark.usefixtures("extra")
@pytest.mark.parametrize(
    "control", ["&#27;", "&#x1B", "&#0;", "\x1b", "\x00", "\u202e", "&#x202e;"]
)
def test_control_sequences_are_removed_and_the_text_stays(control: str) -> None:
    text = main_text(page(f"{control}[2J is not a word.", *LONG), "https://news.example/")
    assert "second paragraph" in text
    assert not {"\x1b", "\x00", "\u202e"} & set(text)


@pytest.mark.usefixtures("extra")
def test_no_script_or_markup_of_a_page_survives() -> None:
    hostile = "[/foo] [BTC] <script>alert(1)</script><a href='javascript:alert(1)'>here</a>"
    text = main_text(page(hostile, *LONG), "https://news.example/")
    assert "alert" not in text


@pytest.mark.usefixtures("extra")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        bytes(range(256)) * 9,
        b"<p>" * 30_000,
        b"<div>" * 30_000 + b"text",
        b"<html><body><p>Log in</p></body></html>",
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    ],
)
def test_a_page_without_an_article_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(NoFullText):
        main_text(body, "https://news.example/")


@pytest.mark.usefixtures("extra")
def test_a_page_that_would_take_forever_is_refused() -> None:
    """Four megabytes of one-letter paragraphs took minutes."""
    with pytest.raises(NoFullText, match="more markup than any article"):
        main_text(page(*["a"] * 40_000), "https://news.example/")
    assert "second paragraph" in main_text(page(*LONG, *["a"] * 500), "https://news.example/")


def test_without_the_extra_it_says_how_to_get_it(
    news: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.formats.html.full_text.find_spec", lambda _name: None)
    with pytest.raises(ExtraMissing, match=r'pip install "cryptoread\[fulltext\]"'):
        news.fetch_full_text(article(1, url="https://news.example/"))


FIELDS = (
    "<p>A coin has 7<sup>12</sup> parts and H<sub>2</sub>, was <del>100</del>200 dear, "
    "and the field <code>x = 1</code> stands in the sentence.</p>"
)
LINKS = "<ul><li><a href='/py'>Pythons</a></li><li><a href='/ants'>Anthills</a></li></ul>"


@pytest.mark.usefixtures("extra")
@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (FIELDS, "7¹² parts and H₂, was ~~100~~ 200 dear, and the field `x = 1` stands in the"),
        (LINKS, "- [Pythons](https://news.example/py)\n- [Anthills](https://news.example/ants)"),
        ("<ol start=7><li>Seven is a number</li><li>Eight is one</li></ol>", "7. Seven is"),
        ("<pre>first\n\n\n  last</pre>", "```\nfirst\n\n\n  last\n```"),
        (
            "<iframe src='https://v.example/1' title='A film'></iframe>",
            "[A film](https://v.example/1)",
        ),
        (
            "<p><img src='/blank.gif' data-src='/r.png' alt='Chart'></p>",
            "![Chart](https://news.exam",
        ),
        (
            "<table><tr><th>Name</th><th>Price</th></tr><tr><td rowspan=2>Coin of gold</td>"
            "<td>3<sup>9</sup></td></tr><tr><td>77</td></tr></table>",
            "| Name | Price |\n| --- | --- |\n| Coin of gold | 3⁹ |\n|  | 77 |",
        ),
        ("<p>Write <a href='mailto:a@b.example'>us</a> a letter soon.</p>", "us (a@b.example)"),
    ],
)
def test_elements_between_paragraphs_are_read_as_the_page_shows_them(
    inside: str, expected: str
) -> None:
    body = page(LONG[0], LONG[1]).replace(
        b"</article>", f"{inside}<p>{LONG[2]}</p></article>".encode()
    )
    text = main_text(body, "https://news.example/a/b", "Fees fall")
    assert expected in text
    assert text.index("Blocks have room") < text.index(expected) < text.index("A third one")


@pytest.mark.usefixtures("extra")
def test_a_page_inside_a_form_is_read() -> None:
    body = page(*LONG).replace(b"<article>", b"<form action=/x><article>")
    body = body.replace(b"</article>", b"</article></form>")
    assert "second paragraph" in main_text(body, "https://news.example/a/b", "Fees fall")


@pytest.mark.usefixtures("extra")
def test_text_around_the_article_is_left_out() -> None:
    around = (
        b"<header><a href='/'><img src='/logo.png'></a></header>"
        b"<aside><h3>Read more</h3><ul><li><a href='/1'>Another story</a></li></ul></aside>"
        b"<div class='share-buttons'><img src='/share.png'><a href='/s'>Share</a></div>"
    )
    body = (
        page(*LONG)
        .replace(b"<nav>", around + b"<nav>")
        .replace(b"</article>", b"</article>" + around)
    )
    text = main_text(body, "https://news.example/a/b", "Fees fall")
    assert not [word for word in ("logo", "Another story", "Read more", "share") if word in text]


@pytest.mark.usefixtures("extra")
def test_the_base_address_and_charset_of_a_page_are_used() -> None:
    body = page(*LONG, "Ціна мережі зросла, і це вже третій тиждень поспіль, кажуть майнери.")
    body = body.replace(
        b"<head>", b"<head><meta charset=windows-1251><base href='https://o.example/'>"
    )
    text = main_text(body.decode().encode("cp1251"), "https://news.example/a/b", "Fees fall")
    assert "[pays less](https://o.example/fees)" in text
    assert "Ціна мережі зросла" in text


# What is kept.


@pytest.mark.usefixtures("extra")
def test_the_full_text_stays_whatever_the_feed_sends_again(
    news: Library, server: NewsServer
) -> None:
    short = followed(news, server, page(*LONG))
    assert news.fetch_full_text(short)
    full = only(news)
    assert "second paragraph" in full.body
    assert (full.identity, full.title, full.published) == (
        short.identity,
        short.title,
        short.published,
    )
    assert not news.fetch_full_text(full)
    sync(news, server, feed("Fees fall", "Another").replace(b"Fees%20fall<", b"moved<"))
    id = news.id_of(short.identity)
    assert id is not None
    assert news.article(id).body == full.body


@pytest.mark.usefixtures("extra")
@pytest.mark.parametrize("path", ["/403", "/silent", "/gzip-bomb", "/redirect-loop", "/empty"])
def test_an_original_that_fails_is_named_and_the_summary_stays(
    news: Library, server: NewsServer, path: str
) -> None:
    short = followed(news, server, b"")
    server.routes["/original"] = server.routes[path]
    with pytest.raises(OriginalFailed, match=r"^127\.0\.0\.1: .*; o opens it in the browser"):
        news.fetch_full_text(short, limits=HURRIED if path == "/silent" else LIMITS)
    assert only(news) == short


@pytest.mark.usefixtures("extra")
def test_only_a_web_page_is_read(news: Library, server: NewsServer) -> None:
    short = followed(news, server, b"")
    server.serve("/original", b"%PDF-1.7", Content_Type="application/pdf")
    with pytest.raises(OriginalFailed, match="it is not a web page"):
        news.fetch_full_text(short)


@pytest.mark.usefixtures("extra")
@pytest.mark.parametrize(
    ("url", "error"),
    [("", NoOriginal), ("file:///etc/passwd", UrlRefused), ("http://a@b.example/", UrlRefused)],
)
def test_only_the_web_is_asked(news: Library, url: str, error: type[CryptoreadError]) -> None:
    with pytest.raises(error):
        news.fetch_full_text(article(1, url=url))


@pytest.mark.usefixtures("extra")
async def test_it_ends_soon_after_stop_is_set(news: Library, server: NewsServer) -> None:
    stop, asked = threading.Event(), threading.Event()

    def wait(request: Request) -> None:
        asked.set()
        silent(request)

    server.routes["/waiting"] = wait
    short = article(1, url=server.url("/waiting"))
    fetching = asyncio.create_task(asyncio.to_thread(news.fetch_full_text, short, stop=stop))
    async with asyncio.timeout(10):
        assert await asyncio.to_thread(asked.wait, 10)
        stop.set()
        assert not await fetching
