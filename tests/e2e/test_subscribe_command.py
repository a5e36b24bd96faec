"""Subscribing from the shell: to a feed, to a page that names one, to an unreachable address."""

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import Command
from tests.news_server import NewsServer, feed
from tests.unit.formats.test_discovery import link, page


def followed(command: Command) -> list[tuple[str, str, str]]:
    told = json.loads(command("subscriptions", "--format", "json").stdout)
    return [(each["name"], each["kind"], each["url"]) for each in told]


def listed(command: Command) -> list[str]:
    done = command("list", "--format", "json")
    return [each["title"] for each in json.loads(done.stdout)]


def test_the_feed_that_a_page_names_is_followed(command: Command, server: NewsServer) -> None:
    url = server.serve("/", page(link("/feed.xml")), Content_Type="text/html; charset=utf-8")
    found = server.serve("/feed.xml", feed("Fees fall"))
    done = command("subscribe", url)
    assert (done.returncode, done.stdout) == (0, "")
    assert f"{url} is a web page; its feed is {found}\n" in done.stderr
    assert followed(command) == [("127.0.0.1", "feed", found)]
    assert command("sync").returncode == 0
    assert listed(command) == ["Fees fall"]
    done = command("subscribe", url)
    assert done.returncode == 3
    assert f"{found} is already followed, as '127.0.0.1'" in done.stderr


def test_if_a_page_names_several_feeds_none_is_followed_and_all_are_listed(
    command: Command, server: NewsServer
) -> None:
    evil = "Blog\x1b]52;c;aGk=\x07"
    url = server.serve("/", page(link("/news.xml", "News"), link("/blog.xml", evil), link("/3")))
    done = command("subscribe", url)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        f"{url} is a web page that names 3 feeds:",
        f"News: {server.url('/news.xml')}",
        f"Blog: {server.url('/blog.xml')}",
        server.url("/3"),
        "nothing was subscribed to; run `cryptoread subscribe ADDRESS` with one of them",
    ]
    assert followed(command) == []


def test_the_posts_are_chosen_before_the_comments(command: Command, server: NewsServer) -> None:
    comments = link("/comments/feed/", "A » Comments Feed")
    url = server.serve("/", page(comments, link("/feed/", "A » Feed")))
    assert command("subscribe", url, "--name", "A").returncode == 0
    assert followed(command) == [("A", "feed", server.url("/feed/"))]


def test_a_feed_named_by_a_page_is_never_sent_a_key(command: Command, server: NewsServer) -> None:
    api = "https://data-api.coindesk.com/news/v1/article/list"
    assert command("subscribe", server.serve("/", page(link(api))), "--name", "A").returncode == 0
    assert followed(command) == [("A", "feed", api)]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (page(), "is a web page that does not name a feed"),
        (b'{"ok": true}', "is not a feed: the answer is JSON, but not a JSON Feed"),
        (b"%PDF-1.7 fees", "is not a feed: the answer is neither XML nor JSON"),
        (b"<?xml version='1.0'?><urlset></urlset>", "is not a feed: "),
        (b"", "is not a feed: the answer is empty"),
    ],
)
def test_an_address_without_a_feed_is_followed_only_with_a_kind(
    command: Command, server: NewsServer, body: bytes, reason: str
) -> None:
    url = server.serve("/thing", body)
    done = command("subscribe", url, "--name", "A")
    assert (done.returncode, done.stdout) == (1, "")
    told, advice = done.stderr.splitlines()
    assert told.startswith(f"{url} {reason}")
    assert advice == (
        "nothing was subscribed to; give the address of its feed, "
        "or add `--kind feed` to follow this address anyway"
    )
    assert followed(command) == []
    assert command("subscribe", url, "--name", "A", "--kind", "feed").returncode == 0
    assert followed(command) == [("A", "feed", url)]


def test_a_feed_without_an_item_and_one_that_breaks_off_are_followed(
    command: Command, server: NewsServer
) -> None:
    empty = server.serve("/empty", feed())
    half = server.serve("/half", feed("One", "Two")[:-40])
    done = command("subscribe", empty, "--name", "A")
    assert (done.returncode, len(done.stderr.splitlines())) == (0, 1)
    done = command("subscribe", half, "--name", "B")
    assert done.returncode == 0
    assert f"{half} cannot be read now: the feed ends in the middle" in done.stderr
    assert [url for _, _, url in followed(command)] == [empty, half]


@pytest.mark.parametrize("path", ["/404", "/redirect-loop", "/no-http"])
def test_an_address_without_an_answer_is_followed_with_the_reason(
    command: Command, server: NewsServer, path: str
) -> None:
    done = command("subscribe", server.url(path), "--name", "A")
    assert done.returncode == 0
    assert f"{server.url(path)} could not be asked: " in done.stderr
    assert "subscribed to A (feed)" in done.stderr
    assert followed(command) == [("A", "feed", server.url(path))]


def test_an_address_is_followed_even_offline(command: Command) -> None:
    dead = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    done = command("subscribe", "a.example/feed", env=dead)
    assert done.returncode == 0
    assert "https://a.example/feed could not be asked: its server cannot be reached" in done.stderr
    done = command("subscribe", "https://b.example/feed", env={"ALL_PROXY": "nonsense://x"})
    assert done.returncode == 0
    assert "check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY" in done.stderr
    assert [url for _, _, url in followed(command)] == [
        "https://a.example/feed",
        "https://b.example/feed",
    ]


def test_with_a_kind_nothing_is_asked(command: Command, server: NewsServer) -> None:
    url = server.serve("/", page(link("/feed.xml")))
    assert command("subscribe", url, "--kind", "feed", "--name", "A").returncode == 0
    assert followed(command) == [("A", "feed", url)]
    assert server.seen == []


@pytest.mark.parametrize("form", ["feed:{}", " {}\n", "{}#latest", "127.0.0.1:{port}/feed"])
def test_an_address_may_be_written_in_many_ways(
    command: Command, server: NewsServer, form: str
) -> None:
    url = server.serve("/feed", feed("One"))
    done = command("subscribe", form.format(url, port=server.server_port))
    assert (done.returncode, "could not" in done.stderr) == (0, False)
    assert command("sync").returncode == 0
    assert listed(command) == ["One"]


def test_a_path_comes_before_an_address(command: Command, tmp_path: Path) -> None:
    (tmp_path / "news.example").mkdir()
    assert command("subscribe", "news.example", "--name", "A").returncode == 0
    assert followed(command) == [("A", "folder", str(tmp_path / "news.example"))]
    for path in ("no/such/folder", "feeds.opml", "./news.example/none", "/no/such.example"):
        done = command("subscribe", path)
        assert (done.returncode, "does not exist; an address begins" in done.stderr) == (3, True)


def test_a_followed_page_is_named_with_its_feed_at_the_sync(
    command: Command, server: NewsServer
) -> None:
    server.serve("/", page(link("/feed.xml?a=1&amp;b=2")))
    server.serve("/feed.xml", feed("One"))
    command("subscribe", server.url("/"), "--kind", "feed", "--name", "Page")
    done = command("sync", "--json")
    found = server.url("/feed.xml?a=1&b=2")
    assert done.returncode == 3
    assert (
        f"its feed is {found}: `cryptoread subscribe '{found}'` follows it; "
        "subscribe to the feed that it names, and unsubscribe this one\n" in done.stderr
    )
    assert json.loads(done.stdout)["sources"][0]["status"] == "web-page"
    assert f"`cryptoread subscribe '{found}'`" in command("subscriptions").stdout
    assert command("subscribe", found, "--name", "Feed").returncode == 0
    assert command("sync", "Feed").returncode == 0
    assert listed(command) == ["One"]


def test_a_badly_written_list_is_imported_and_unreadable_outlines_are_named(
    command: Command, server: NewsServer, tmp_path: Path
) -> None:
    url = server.serve("/feed", feed("Fees fall"))
    plain = url.removeprefix("http:")
    (tmp_path / "feeds.opml").write_bytes(
        f"""\n\n<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE opml>
        <OPML><head><title>Mine & yours</title><body><outline text="Folder & Co">
        <outline text="Börse & Bären\x0b\x1b[2J" type="rss" xmlUrl="feed:{plain}?a=1&b=2">
        <outline text="No feed" url="ftp://b.example/"/>
        <outline text="Nothing" type="rss"/>
        <outline text="Cut off" xmlUrl="https://c.exam""".encode("windows-1252")
    )
    done = command("subscriptions", "--import", "feeds.opml")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Nothing: it has no address",
        "Cut off: the file breaks off within it",
        "No feed: 'ftp://b.example/' is not an address that begins with http:// or https://",
        "4 read: 1 new, 0 known, 3 refused",
    ]
    assert followed(command) == [("Börse & Bären", "feed", f"{url}?a=1&b=2")]
    assert command("sync").returncode == 0
    assert listed(command) == ["Fees fall"]
    assert command("subscriptions", "--export", "out.opml").returncode == 0
    command("unsubscribe", "börse & bären")
    assert command("subscriptions", "--import", "out.opml").returncode == 0
    assert followed(command) == [("Börse & Bären", "feed", f"{url}?a=1&b=2")]
