"""A host in the user's own network is asked only if the user named it."""

import asyncio
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.cache.storing.feeds import feed_of
from reader.library import Library
from reader.live.discovering import find_feed
from reader.live.full_text import OriginalFailed
from reader.sources.http.fetcher import Answer, Fetcher, FetchFailed
from reader.sources.http.network import Names
from reader.subscriptions import Status, Subscription
from reader.web.inside import host_of, is_inside, is_public
from tests.builders import NOW, article
from tests.news_server import NewsServer, feed, news_server, redirect
from tests.other_network import OTHER_PUBLIC, PUBLIC, Network, network
from tests.unit.formats.test_discovery import link, page
from tests.unit.sources.test_http import LIMITS, get

__all__ = ["network"]

INSIDE = [
    *("127.0.0.1", "127.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.1"),
    *("0", "0.0.0.0", "10.0.0.1", "10.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),  # noqa: S104
    *("169.254.169.254", "169.254.1.1", "100.64.0.1", "100.100.100.200", "100.127.255.255"),
    *("224.0.0.1", "239.255.255.250", "255.255.255.255", "240.0.0.1", "192.0.0.192"),
    *("198.18.0.1", "192.0.2.1", "168.63.129.16", "3232235777"),
    *("localhost", "LocalHost", "localhost.", "a.localhost", "localhost.localdomain"),
    *("router", "nas.local", "nas.lan", "wiki.internal", "metadata.google.internal", "x.home.arpa"),
    *("[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]"),
    *("[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::ffff:a9fe:a9fe]", "[::127.0.0.1]"),
    *("[64:ff9b::7f00:1]", "[64:ff9b::10.0.0.1]", "[64:ff9b:1::1]", "[2002:7f00:1::]"),
    *("[2002:a00:1::1]", "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "[2001:db8::1]", "[fec0::1]"),
    *("[fe80::1%25eth0]", "127.0.0.1.", "[0:0:0:0:0:0:0:1]", "0177.0.0.1", "0300.0250.1.1"),
]
OUTSIDE = [
    *("news.example", "8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "11.0.0.1", "134744072"),
    *("[2606:4700::1111]", "[64:ff9b::8.8.8.8]", "[::ffff:8.8.8.8]", "[2002:808:808::1]"),
    *("local.example", "localhost.example", "127.0.0.1.example", "xn--bcher-kva.example"),
    *("1e100.net", "internal.news.example", "0xabc.example"),
]


@pytest.mark.parametrize("host", INSIDE)
def test_a_host_of_the_local_network_is_recognised_in_every_spelling(host: str) -> None:
    assert is_inside(host)


@pytest.mark.parametrize("host", OUTSIDE)
def test_a_host_on_the_web_is_not_in_the_local_network(host: str) -> None:
    assert not is_inside(host)


def test_a_name_may_lead_where_proxies_of_this_machine_put_names() -> None:
    assert is_public(ip_address("198.18.0.7"))


def fails(url: str, named: str | None = None) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        asyncio.run(_got(url, named))
    return caught.value


async def _got(url: str, named: str | None = None) -> Answer:
    async with Fetcher(LIMITS) as fetcher:
        return await fetcher.get(url, named=named)


@pytest.fixture
def outside(server: NewsServer, network: Network) -> NewsServer:
    """A server on the web, at news.example."""
    network.names["news.example"] = [PUBLIC]
    return server


def at(server: NewsServer, host: str, path: str) -> str:
    return f"http://{host}:{server.server_port}{path}"


@pytest.mark.parametrize("host", INSIDE)
def test_no_redirect_leads_from_the_web_into_the_local_network(
    outside: NewsServer, network: Network, host: str
) -> None:
    outside.routes["/feed"] = redirect(at(outside, host, "/inside"), 301)
    outside.serve("/inside", feed("Story 1"))
    failed = fails(at(outside, "news.example", "/feed"))
    # An address that httpx takes for none is refused for that.
    assert failed.status in (Status.INSIDE, Status.REJECTED)
    assert not outside.asked("/inside")
    assert network.connected == [PUBLIC]
    if failed.status is Status.INSIDE:
        assert "on this machine or its network" in str(failed)


@pytest.mark.parametrize(
    "found", [["10.0.0.5"], ["::1"], [PUBLIC, "127.0.0.1"], ["::ffff:10.0.0.1"]]
)
def test_a_name_on_the_web_is_judged_by_where_it_leads(
    outside: NewsServer, network: Network, found: list[str]
) -> None:
    network.names["other.example"] = found
    outside.routes["/feed"] = redirect(at(outside, "other.example", "/inside"))
    outside.serve("/inside", feed("Story 1"))
    failed = fails(at(outside, "news.example", "/feed"))
    assert failed.status is Status.INSIDE
    assert "other.example" in str(failed)
    assert not outside.asked("/inside")


def test_redirects_on_the_web_are_followed(outside: NewsServer, network: Network) -> None:
    network.names["other.example"] = [OTHER_PUBLIC, PUBLIC]
    outside.routes["/feed"] = redirect(at(outside, "other.example", "/moved"), 301)
    outside.serve("/moved", feed("Story 1"))
    answer = asyncio.run(_got(at(outside, "news.example", "/feed")))
    assert answer.permanent == at(outside, "other.example", "/moved")
    assert network.connected[1] == OTHER_PUBLIC


def test_a_connection_goes_to_the_address_that_was_checked(
    outside: NewsServer, network: Network
) -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])
    network.names["other.example"] = lambda: next(answers)
    outside.routes["/feed"] = redirect(at(outside, "other.example", "/moved"))
    outside.serve("/moved", feed("Story 1"), Connection="close")
    for _ in range(2):
        outside.serve("/moved", feed("Story 1"))
    asyncio.run(_got(at(outside, "news.example", "/feed")))
    assert set(network.connected) == {PUBLIC}
    assert network.asked.count("other.example") == 1


def test_nothing_is_connected_to_that_was_not_looked_up() -> None:
    assert Names().found("news.example") == ()


@pytest.mark.parametrize("found", ["169.254.169.254", "0.0.0.0", "224.0.0.1", "fe80::1"])  # noqa: S104
def test_no_source_on_the_web_is_at_such_an_address(
    outside: NewsServer, network: Network, found: str
) -> None:
    network.names["news.example"] = [found]
    assert fails(at(outside, "news.example", "/feed")).status is Status.INSIDE
    assert network.connected == []


def test_a_source_in_the_local_network_may_have_a_public_name(
    outside: NewsServer, network: Network
) -> None:
    network.names["news.example"] = ["192.168.1.5"]
    outside.serve("/feed", feed("Story 1"))
    assert asyncio.run(_got(at(outside, "news.example", "/feed"))).body == feed("Story 1")


@pytest.mark.parametrize(
    ("host", "to", "is_followed"),
    [
        ("127.0.0.1", "localhost", True),
        ("localhost", "127.0.0.1", True),
        ("127.0.0.1", "news.example", True),
        ("nas.local", "192.168.1.5", True),
        ("192.168.1.5", "192.168.1.6", False),
        ("192.168.1.5", "127.0.0.1", False),
        ("127.0.0.1", "169.254.169.254", False),
        ("nas.local", "router.local", False),
    ],
)
def test_a_source_inside_leads_to_its_own_host_and_to_the_web(
    outside: NewsServer, network: Network, host: str, to: str, is_followed: bool
) -> None:
    network.names |= {"nas.local": ["192.168.1.5"], "router.local": ["192.168.1.1"]}
    network.names["localhost"] = ["127.0.0.1"]
    outside.routes["/feed"] = redirect(at(outside, to, "/moved"))
    outside.serve("/moved", feed("Story 1"))
    if is_followed:
        assert asyncio.run(_got(at(outside, host, "/feed"))).body == feed("Story 1")
    else:
        assert fails(at(outside, host, "/feed")).status is Status.INSIDE


def test_a_redirect_does_not_reuse_a_connection_to_an_address_inside(outside: NewsServer) -> None:
    outside.serve("/mine", feed("Story 1"))
    mine = at(outside, "192.168.1.5", "/mine")
    outside.routes["/feed"] = redirect(mine)

    async def both() -> FetchFailed:
        async with Fetcher(LIMITS) as fetcher:
            await fetcher.get(mine)
            with pytest.raises(FetchFailed) as caught:
                await fetcher.get(at(outside, "news.example", "/feed"))
            return caught.value

    assert asyncio.run(both()).status is Status.INSIDE
    assert len(outside.asked("/mine")) == 1


def test_a_proxy_is_asked_for_names_and_never_for_the_local_network(
    server: NewsServer, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url(""))
    server.routes["/feed"] = redirect("http://10.0.0.1/inside")
    assert fails("http://news.example/feed").status is Status.INSIDE
    assert [path for path, _ in server.seen] == ["/feed"]
    assert network.asked == []


def test_a_move_inside_is_never_remembered(
    outside: NewsServer, network: Network, tmp_path: Path
) -> None:
    network.names["other.example"] = [PUBLIC]
    source = Subscription("Ledger", at(outside, "news.example", "/feed"))
    outside.routes["/feed"] = redirect(at(outside, "other.example", "/moved"), 301)
    outside.serve("/moved", feed("Story 1"))
    with Library(tmp_path / "data", clock=lambda: NOW) as news:
        (moved,) = news.sync([source])
        assert moved.status is Status.MOVED
        network.names["other.example"] = ["10.0.0.1"]
        (refused,) = news.sync([source])
        assert refused.status is Status.INSIDE
        assert "subscribe to the address" in str(refused)
        assert news.source_states()[source.url].permanent == ""


def test_a_page_on_the_web_names_no_feed_inside(outside: NewsServer, network: Network) -> None:
    network.names["other.example"] = ["10.0.0.1"]
    url = at(outside, "news.example", "/")
    outside.serve("/", page(link("http://192.168.1.1/feed")), Content_Type="text/html")
    assert find_feed([url], LIMITS).is_wrong
    outside.serve("/", page(link("http://other.example/feed")), Content_Type="text/html")
    found = find_feed([url], LIMITS)
    assert (found.url, "on this machine" in found.note) == (url, True)
    network.names["other.example"] = [PUBLIC]
    assert find_feed([url], LIMITS).url == "http://other.example/feed"


def test_a_page_on_the_web_does_not_lead_inside(outside: NewsServer) -> None:
    inside = at(outside, "192.168.1.5", "/inside")
    refresh = f'<html><head><meta http-equiv="refresh" content="0; url={inside}"></head></html>'
    outside.serve("/", refresh.encode(), Content_Type="text/html")
    found = find_feed([at(outside, "news.example", "/")], LIMITS)
    assert "on this machine or its network" in found.note
    assert not outside.asked("/inside")


def test_the_link_of_an_article_leads_inside_only_from_a_source_there(
    outside: NewsServer, tmp_path: Path
) -> None:
    pytest.importorskip("trafilatura")
    outside.serve("/story", b"<html><p>Words.</p></html>", Content_Type="text/html")
    inside = at(outside, "192.168.1.5", "/story")
    mine = at(outside, "192.168.1.5", "/feed")
    of_api = article(1, url=inside, origin="block_ledger")
    of_feed = article(1, url=inside, feed=feed_of(mine))
    with Library(tmp_path / "data", clock=lambda: NOW) as news:
        for each in (of_api, of_feed):
            with pytest.raises(OriginalFailed, match="on this machine or its network"):
                news.fetch_full_text(each)
        assert not outside.asked("/story")
        news.sync([Subscription("Mine", mine)])
        for each in (of_api, of_feed):
            with pytest.raises(OriginalFailed, match="no article"):
                news.fetch_full_text(each)
        assert len(outside.asked("/story")) == 2
        with pytest.raises(OriginalFailed, match="on this machine or its network"):
            news.fetch_full_text(article(1, url=inside, feed="00" * 10))


def test_a_file_of_the_user_may_name_a_host_of_the_local_network(
    outside: NewsServer, network: Network, tmp_path: Path
) -> None:
    pytest.importorskip("trafilatura")
    outside.routes["/story"] = redirect("http://10.0.0.1/")
    with Library(tmp_path / "data", clock=lambda: NOW) as news:
        for host in ("192.168.1.5", "news.example"):
            with pytest.raises(OriginalFailed, match=r"redirects to 10\.0\.0\.1"):
                news.fetch_full_text(article(1, url=at(outside, host, "/story")))
        network.names["news.example"] = ["10.0.0.2"]
        with pytest.raises(OriginalFailed, match=r"leads to news\.example \(10\.0\.0\.2\)"):
            news.fetch_full_text(article(1, url=at(outside, "news.example", "/story")))


def test_two_servers_of_this_machine_are_one_host(server: NewsServer) -> None:
    with news_server() as other:
        other.serve("/moved", feed("Story 1"))
        server.routes["/feed"] = redirect(other.url("/moved"))
        assert get(server.url("/feed")).body == feed("Story 1")


@given(st.integers(0, 2**32 - 1))
def test_every_form_of_an_address_is_classified_alike(number: int) -> None:
    parts = number.to_bytes(4, "big")
    verdict = is_inside(".".join(map(str, parts)))
    forms = [
        str(number),
        hex(number),
        f"0{number:o}",
        ".".join(f"0{part:o}" for part in parts),
        ".".join(map(hex, parts)),
        f"{parts[0]}.{number & 0xFFFFFF}",
        f"{parts[0]}.{parts[1]}.{number & 0xFFFF}",
        f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]",
        f"[64:ff9b::{number >> 16:x}:{number & 0xFFFF:x}]",
        f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::1]",
    ]
    if not any(ip_address(number) in network for network in TESTS):
        assert {is_inside(form) for form in forms} == {verdict}
    assert {is_inside(form) for form in forms[:7]} == {verdict}


TESTS = (ip_network("198.18.0.0/15"),)


@given(st.text(max_size=60))
def test_no_host_raises(host: str) -> None:
    is_inside(host)
    assert host_of(f"http://{host}/") is not None
