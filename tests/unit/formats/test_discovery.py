"""The feeds that web pages name: found in any markup, and never at a hostile address."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.config.settings import read_settings
from reader.config.subscriptions_file import subscribe, unsubscribe
from reader.formats.feeds.discovery import (
    MAX_BYTES,
    MAX_FEEDS,
    NamedFeed,
    WebPage,
    is_web_page,
    main_feed,
    read_page,
)
from reader.live.discovering import LIMITS, SeveralFeeds, find_feed
from reader.subscriptions import Subscription, problem
from reader.web.addresses import web_address
from tests.news_server import NewsServer, feed, redirect

AT = "https://news.example/blog/"
RSS = 'type="application/rss+xml"'


def named(page: str | bytes, url: str = AT, content_type: str = "") -> list[str]:
    data = page if isinstance(page, bytes) else page.encode()
    return [each.url for each in read_page(data, url, content_type).feeds]


@pytest.mark.parametrize(
    ("link", "url"),
    [
        (f'<link rel="alternate" {RSS} href="/rss.xml">', "https://news.example/rss.xml"),
        (f'<link rel="alternate" {RSS} href="rss.xml">', "https://news.example/blog/rss.xml"),
        (f"<LINK HREF='/rss.xml' {RSS.upper()} REL='ALTERNATE' />", "https://news.example/rss.xml"),
        ("<link href=/rss.xml rel=alternate type=application/rss+xml>", f"{AT[:-6]}/rss.xml"),
        (
            f'<link\nrel = "home\talternate  x"\n{RSS}\nhref = "//b.example/f" >',
            "https://b.example/f",
        ),
        ('<link rel="alternate" type="application/atom+xml" href="?f=a&amp;b=1">', f"{AT}?f=a&b=1"),
        ('<link rel="alternate" type="application/atom+xml" href="?a=1&b=2">', f"{AT}?a=1&b=2"),
        ('<link rel="alternate" type="application/feed+json" href="/f">', "https://news.example/f"),
        ('<link rel="alternate" type="application/json" href="/f">', "https://news.example/f"),
        ('<link rel="alternate" type="text/xml" href="/f">', "https://news.example/f"),
        ('<link rel="feed" href="/f">', "https://news.example/f"),
        (
            '<link rel="alternate" type="application/rss+xml; charset=utf-8" href="/f">',
            f"{AT[:-6]}/f",
        ),
        (f'<a rel="alternate" {RSS} href="/f">RSS</a>', "https://news.example/f"),
        (f'<link rel="alternate" {RSS} href="feed://b.example/f">', "http://b.example/f"),
        (f'<link rel="alternate" {RSS} href="\n/a b#top ">', "https://news.example/a%20b"),
        (f'<link rel="alternate" {RSS} href="/новини">', "https://news.example/новини"),
        (f'<p title="a > b"><link rel="alternate" {RSS} href="/f">', "https://news.example/f"),
        (f'<link rel="alternate" {RSS} href="/f" href="/g">', "https://news.example/f"),
        (f'<!-- x --><!--><link rel="alternate" {RSS} href="/f">', "https://news.example/f"),
        (f"<noscript><link rel=alternate {RSS} href=/f></noscript>", "https://news.example/f"),
    ],
)
@pytest.mark.parametrize("where", ["head", "body", "nowhere", "late"])
def test_a_link_is_found_however_it_is_written(link: str, url: str, where: str) -> None:
    pages = {
        "head": f"<!DOCTYPE html><html><head><title>x</title>{link}</head><body>Hi</body></html>",
        "body": f"<html><head></head><body><p>Hi{link}</body></html>",
        "nowhere": f"<!doctype HTML>{link}",
        "late": f"<html><script>{'x' * 500_000}</script>{link}",
    }
    assert is_web_page(pages[where].encode())
    assert named(pages[where]) == [url]


@pytest.mark.parametrize(
    "text",
    [
        '<link rel="stylesheet" type="text/css" href="/f">',
        '<link rel="alternate stylesheet" type="application/rss+xml" href="/f">',
        '<link rel="alternate" hreflang="uk" href="/uk">',
        '<link rel="alternate" type="application/json+oembed" href="/f">',
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">',
        f'<link rel="next" {RSS} href="/f">',
        f'<link rel="alternate" {RSS}>',
        f'<link rel="alternate" {RSS} href="">',
        f'<link rel="alternate" {RSS} href="javascript:alert(1)">',
        f'<link rel="alternate" {RSS} href="file:///etc/passwd">',
        f'<link rel="alternate" {RSS} href="https://a:b@c.example/">',
        f'<link rel="alternate" {RSS} href="http://[::1">',
        f'<link rel="alternate" {RSS} href="https://a.example/\x1b[2J">',
        f'<link rel="alternate" {RSS} href="{AT}">',
        f'<!-- <link rel="alternate" {RSS} href="/f"> -->',
        f'<!-- <link rel="alternate" {RSS} href="/f">',
        f'<script>\'<link rel="alternate" {RSS} href="/f">\'</script>',
        f'<textarea><link rel="alternate" {RSS} href="/f"></TEXTAREA>',
        f'<linker rel="alternate" {RSS} href="/f">',
        f'<link rel="alternate" {RSS} href="/{"x" * 5000}">',
    ],
)
def test_a_page_that_names_no_feed_has_none(text: str) -> None:
    assert named(f"<html><head>{text}</head>") == []


def test_the_base_of_a_page_counts_wherever_it_is() -> None:
    link = f'<link rel="alternate" {RSS} href="f">'
    assert named(f'{link}<base href="https://b.example/c/">') == ["https://b.example/c/f"]
    assert named(f'<base href="/c/"><base href="/d/">{link}') == ["https://news.example/c/f"]
    assert named(f'<base target="_top"><base href="/c/">{link}') == ["https://news.example/c/f"]
    assert named(f'<base href="javascript:x">{link}') == [f"{AT}f"]


def test_an_api_link_counts_only_if_no_feed_is_named() -> None:
    page = f"<link rel=alternate type=application/json href=/api><link rel=alternate {RSS} href=/f>"
    assert named(page) == ["https://news.example/f"]


def test_each_address_is_named_once_and_titles_are_harmless() -> None:
    link = f'<link rel="alternate" {RSS} href="/f" title="News\x1b[2J &amp; \u202emore">'
    assert read_page((link * 3).encode(), AT).feeds == (
        NamedFeed("https://news.example/f", "News & more"),
    )
    many = "".join(f'<link rel="alternate" {RSS} href="/{n}">' for n in range(500))
    assert len(named(many)) == MAX_FEEDS


@pytest.mark.parametrize(
    ("encoding", "declared", "header"),
    [
        ("utf-8", "", ""),
        ("utf-16", "", ""),
        ("utf-16-le", "", ""),
        ("utf-16-be", "", ""),
        ("windows-1251", "windows-1251", ""),
        ("windows-1251", "", "text/html; charset=windows-1251"),
        ("utf-8", "windows-1251", ""),
    ],
)
def test_titles_are_read_in_their_encoding(encoding: str, declared: str, header: str) -> None:
    page = f'<html><meta charset="{declared}"><link rel=alternate {RSS} href=/f title="Новини">'
    (found,) = read_page(page.encode(encoding), AT, header).feeds
    assert found == NamedFeed("https://news.example/f", "Новини")
    assert is_web_page(page.encode(encoding))


@pytest.mark.parametrize(
    ("refresh", "url"),
    [
        ("0; url=/new", "https://news.example/new"),
        ("5;URL='https://b.example/'", "https://b.example/"),
        ("0,/new", "https://news.example/new"),
        ("30", ""),
        ("0; url=javascript:x", ""),
        (f"0; url={AT}", ""),
    ],
)
def test_where_a_page_sends_browsers_on_is_known(refresh: str, url: str) -> None:
    page = f'<html><meta http-equiv="Refresh" content="{refresh}">'
    assert read_page(page.encode(), AT).leads_to == url


POSTS, ALL = (
    NamedFeed("https://a.example/feed", "A » Feed"),
    NamedFeed("https://a.example/all", "All"),
)
COMMENTS = NamedFeed("https://a.example/comments/feed", "A » Comments Feed")
REPLIES = NamedFeed("https://a.example/1/feed", "A » Kommentare zu 1")


@pytest.mark.parametrize(
    ("feeds", "main"),
    [
        ([], None),
        ([POSTS], POSTS),
        ([COMMENTS], COMMENTS),
        ([POSTS, COMMENTS, REPLIES], POSTS),
        ([REPLIES, POSTS], POSTS),
        ([POSTS, ALL], None),
        ([POSTS, ALL, COMMENTS], None),
        ([COMMENTS, REPLIES], None),
    ],
)
def test_the_main_feed_is_the_only_one_that_is_not_of_comments(
    feeds: list[NamedFeed], main: NamedFeed | None
) -> None:
    assert main_feed(feeds) == main


def test_messages_about_a_page_have_whole_addresses_and_the_command() -> None:
    odd = NamedFeed("https://a.example/feed?a=1&b=2")
    assert "`cryptoread subscribe 'https://a.example/feed?a=1&b=2'`" in str(WebPage((odd,)))
    assert "names 2 feeds, https://a.example/feed, https://a.example/all: `" in str(
        WebPage((POSTS, ALL))
    )
    assert "and 2 more" in str(WebPage((POSTS, ALL, POSTS, ALL, POSTS)))
    assert str(WebPage()) == "the answer is a web page where a feed should be"


PIECES = [
    *("<", ">", "<link ", "<a ", "<base href=", "rel=alternate ", "type='application/rss+xml' "),
    *(
        "href='",
        'href="',
        "'",
        '"',
        "<!--",
        "-->",
        "<script",
        "</script>",
        "<title>",
        " ",
        "x",
        "=",
        "/",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join) | st.text(max_size=200))
def test_any_page_can_be_scanned(page: str) -> None:
    for url in named(page):
        assert problem(Subscription("feed", url)) is None


@pytest.mark.parametrize("piece", PIECES)
def test_a_page_of_one_piece_over_and_over_is_looked_through(piece: str) -> None:
    """Were it quadratic it would take hours."""
    assert named(piece * (MAX_BYTES // len(piece))) == []


# Addresses.


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("feed://a.example/f", "http://a.example/f"),
        ("feed:https://a.example/f", "https://a.example/f"),
        ("FEED:a.example/f", "http://a.example/f"),
        ("feed://https://a.example/f", "https://a.example/f"),
        ("feeds://a.example/f", "https://a.example/f"),
        ("itpc://a.example/f", "http://a.example/f"),
        ("a.example/f", "https://a.example/f"),
        ("www.a.example", "https://www.a.example"),
        ("a.example?feed=rss", "https://a.example?feed=rss"),
        ("a.example:8080/f", "http://a.example:8080/f"),
        ("127.0.0.1:80/f", "http://127.0.0.1:80/f"),
        ("localhost/f", "http://localhost/f"),
        ("приклад.укр/стрічка", "https://приклад.укр/стрічка"),
        (" \n\ufeffhttps://a.example/f\r\n", "https://a.example/f"),
        ("https://a.example/\n  f", "https://a.example/%20%20f"),
        ("https://a.example/a b?c d\xa0e", "https://a.example/a%20b?c%20d%C2%A0e"),
    ],
)
def test_an_address_is_read_as_it_was_meant(tmp_path: Path, written: str, meant: str) -> None:
    assert web_address(written) == meant
    assert problem(Subscription("a", meant)) is None
    path = tmp_path / "config.toml"
    subscribe(path, [Subscription("a", "https://other.example/")])
    path.write_text(path.read_text() + f"b = {json.dumps(written)}\n")
    assert read_settings(path).subscriptions[1:] == (Subscription("b", meant),)  # type: ignore[index]
    assert unsubscribe(path, meant).name == "b"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "news",
            "no/such/folder",
            "/srv/news",
            "~/news",
            "./a.example",
            "../a.example/f",
        ),
        *("news.json", "feeds.opml", "notes.md", "a b.example", "user@a.example", "1.2/x", "feed:"),
        *(
            "feed:javascript:alert(1)",
            "feed:file:///etc/passwd",
            "javascript://x/",
            "mailto:a@b.example",
        ),
        *("https://a b.example/", "ftp://a.example/", "feed:feed:https://a.example/"),
    ],
)
def test_other_text_does_not_become_a_web_address(text: str) -> None:
    assert problem(Subscription("a", web_address(text))) is not None


@given(st.text(max_size=60) | st.text("htps:/feda.example \n?#@[]", max_size=30))
def test_an_address_that_can_be_followed_is_never_changed(text: str) -> None:
    made = web_address(text)
    assert web_address(made) == made
    for url in (f"https://{text}", text):
        if problem(Subscription("a", url)) is None:
            assert web_address(url) == url


# Subscribing.


def page(*links: str) -> bytes:
    return f"<!doctype html><html><head>{''.join(links)}</head><body>Hi</body></html>".encode()


def link(href: str, title: str = "") -> str:
    return f'<link rel="alternate" {RSS} href="{href}" title="{title}">'


def test_a_feed_is_found_at_its_own_address(server: NewsServer) -> None:
    url = server.serve("/feed", feed("One"))
    assert find_feed([url]) == (url, "", False)
    server.routes["/moved"] = redirect("/feed")
    assert find_feed([server.url("/moved")]).url == server.url("/moved")


def test_the_feed_of_a_page_is_found_relative_to_where_the_page_is(server: NewsServer) -> None:
    server.routes["/"] = redirect("/blog/")
    server.serve("/blog/", page(link("feed.xml")), Content_Type="text/html")
    found = find_feed([server.url("/")])
    assert found.url == server.url("/blog/feed.xml")
    assert found.note == f"{server.url('/')} is a web page; its feed is {found.url}"


def test_a_page_that_redirects_browsers_is_followed_a_few_times(server: NewsServer) -> None:
    server.serve("/1", page('<meta http-equiv=refresh content="0; url=/2">'))
    server.serve("/2", page(link("/feed")))
    assert find_feed([server.url("/1")]).url == server.url("/feed")
    server.serve("/a", page('<meta http-equiv=refresh content="0; url=/b">'))
    server.serve("/b", page('<meta http-equiv=refresh content="0; url=/a">'))
    assert find_feed([server.url("/a")]).is_wrong
    assert len(server.asked("/a")) + len(server.asked("/b")) == 3


def test_several_feeds_are_a_question(server: NewsServer) -> None:
    url = server.serve("/", page(link("/news", "News"), link("/blog", "Blog")))
    with pytest.raises(SeveralFeeds) as caught:
        find_feed([url])
    assert [str(each) for each in caught.value.feeds] == [
        f"News: {server.url('/news')}",
        f"Blog: {server.url('/blog')}",
    ]


@pytest.mark.parametrize("path", ["/403", "/500", "/hangs-up", "/redirect-loop"])
def test_an_address_that_gives_nothing_is_kept_with_the_reason(
    server: NewsServer, path: str
) -> None:
    found = find_feed([server.url(path)])
    assert (found.url, found.is_wrong) == (server.url(path), False)
    assert found.note.startswith(f"{server.url(path)} could not be asked: ")


def test_after_an_unreachable_address_the_next_one_is_asked(server: NewsServer) -> None:
    url = server.serve("/feed", feed("One"))
    safe = url.replace("http://", "https://")
    assert find_feed([safe, url], LIMITS).url == url
    assert find_feed([safe, server.url("/404")]).url == server.url("/404")
    dead = "http://127.0.0.1:9/feed"
    assert find_feed([safe, dead]).url == safe
