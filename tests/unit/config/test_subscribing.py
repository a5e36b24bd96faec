"""Subscriptions: how they are written, read, exchanged, and what is refused."""

import contextlib
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.config.paths import ConfigError
from reader.config.settings import Settings, read_settings
from reader.config.subscriptions_file import (
    BadSubscription,
    Followed,
    NameTaken,
    TooMany,
    subscribe,
    subscribed,
    unsubscribe,
)
from reader.formats.opml import MAX_BYTES, NotOpml, read_opml, write_opml
from reader.subscriptions import (
    DEFAULTS,
    Kind,
    NoSubscription,
    SourceResult,
    Status,
    Subscription,
    chosen,
    kind_of,
    name_for,
    problem,
)

BY_HAND = """\
# my settings
theme = "nord"   # dark

[subscriptions] # what I read
Decrypt = "https://decrypt.co/feed"   # keep this
api = { kind = "coindesk", url = "https://data-api.coindesk.com/news/v1/article/list?lang=EN" }

[keys]
"reader.next-unread" = "n,ctrl+n"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(BY_HAND)
    return path


def test_subscriptions_are_read_in_the_order_of_the_file(config: Path) -> None:
    api = "https://data-api.coindesk.com/news/v1/article/list?lang=EN"
    assert read_settings(config).subscriptions == (
        Subscription("Decrypt", "https://decrypt.co/feed"),
        Subscription("api", api, Kind.COINDESK),
    )


def test_a_change_keeps_every_other_line_of_the_file(config: Path) -> None:
    new = Subscription("The Block", "https://www.theblock.co/rss.xml")
    subscribe(config, [new, Subscription("mine", "/srv/news", Kind.FOLDER)])
    assert read_settings(config).subscriptions[2:] == (  # type: ignore[index]
        new,
        Subscription("mine", "/srv/news", Kind.FOLDER),
    )
    unsubscribe(config, "the block")
    unsubscribe(config, "mine")
    assert config.read_text() == BY_HAND


@pytest.mark.parametrize("by", ["DECRYPT", "https://decrypt.co/feed"])
def test_unsubscribing_removes_only_its_line(config: Path, by: str) -> None:
    assert unsubscribe(config, by).url == "https://decrypt.co/feed"
    left = config.read_text()
    assert "decrypt" not in left.lower()
    for kept in ("# my settings", "# dark", "# what I read", '"n,ctrl+n"', "api = {"):
        assert kept in left


def test_a_missing_file_is_created_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "config.toml"
    subscribe(path, [Subscription("a", "https://a.example/feed")])
    assert read_settings(path).subscriptions == (Subscription("a", "https://a.example/feed"),)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().endswith('"\n')


def test_the_mode_and_the_link_of_the_file_stay(config: Path, tmp_path: Path) -> None:
    config.chmod(0o640)
    link = tmp_path / "link.toml"
    link.symlink_to(config)
    subscribe(link, [Subscription("a", "https://a.example/feed")])
    assert link.is_symlink()
    assert stat.S_IMODE(config.stat().st_mode) == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["config.toml", "link.toml"]


def test_the_first_time_the_usual_sources_are_written_and_only_then(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    followed, notice = subscribed(path, read_settings(path))
    assert followed == DEFAULTS
    assert str(path) in notice
    assert subscribed(path, read_settings(path)) == (DEFAULTS, "")
    for each in DEFAULTS:
        unsubscribe(path, each.name)
    assert subscribed(path, read_settings(path)) == ((), "")


@pytest.mark.parametrize(
    ("subscription", "trouble"),
    [
        (Subscription("a", "file:///etc/passwd"), "not an address"),
        (Subscription("a", "https://"), "needs a host"),
        (Subscription("a", "https://user:pass@host.example/"), "no user name"),
        (Subscription("a", "https://host.example/a b"), "not an address"),
        (Subscription("a", "https://host.example/\x1b[2J"), "not an address"),
        (Subscription("a", "https://host.example:port/"), "is not an address"),
        (Subscription("a", "https://[::1/"), "is not an address"),
        (Subscription("", "https://host.example/"), "needs a name"),
        (Subscription("x" * 81, "https://host.example/"), "needs a name"),
        (Subscription("a", "news", Kind.FOLDER), "not an absolute path"),
        (Subscription("a", "https://host.example/?api_key=k", Kind.COINDESK), "coindesk_key"),
        (Subscription("a", "http://host.example/", Kind.COINDESK), "over https:// only"),
    ],
)
def test_an_invalid_subscription_is_refused_by_name(
    tmp_path: Path, subscription: Subscription, trouble: str
) -> None:
    assert trouble in (problem(subscription) or "")
    with pytest.raises(BadSubscription, match=trouble):
        subscribe(tmp_path / "config.toml", [subscription])
    assert list(tmp_path.iterdir()) == []


def test_a_name_is_used_only_once(config: Path) -> None:
    with pytest.raises(NameTaken, match="'decrypt' already exists"):
        subscribe(config, [Subscription("decrypt", "https://other.example/feed")])
    with pytest.raises(NoSubscription, match="subscriptions: Decrypt, api"):
        unsubscribe(config, "Decript")
    with pytest.raises(Followed, match="already followed, as 'Decrypt'"):
        subscribe(config, [Subscription("again", "https://decrypt.co/feed")])
    assert config.read_text() == BY_HAND


def test_exports_have_no_more_subscriptions_than_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    many = [Subscription(f"n{n}", f"https://a.example/{n}") for n in range(1001)]
    subscribe(path, many[:999])
    with pytest.raises(TooMany, match="1,000 subscriptions at most"):
        subscribe(path, many[999:])
    subscribe(path, many[999:1000])
    assert len(read_settings(path).subscriptions or ()) == 1000


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("subscriptions = 3", "must be a table"),
        ("[subscriptions]\na = 3", "'a' in [subscriptions] must be"),
        ('[subscriptions]\na = { url = "https://a.example", king = "feed" }', "unknown key 'king'"),
        ('[subscriptions]\na = { url = "https://a.example", kind = "fed" }', "unknown kind 'fed'"),
        ('[subscriptions]\na = "ftp://a.example"', "'a' in [subscriptions]: "),
        ("sync_every = 0", "whole number from 1 to 10080"),
        ("sync_every = true", "whole number from 1"),
        ('estimate_sentiment = "no"', "true or false"),
        ("[categories]\nMINING = 'hashrate'", "a list of words"),
        ("categories = 3", "must be a table"),
    ],
)
def test_an_invalid_setting_of_live_news_is_an_error_that_names_it(
    tmp_path: Path, text: str, trouble: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_settings(path)
    assert trouble in str(caught.value)


def test_a_key_shows_in_no_error_and_in_no_log(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("coindesk_key = 12345")
    with pytest.raises(ConfigError) as caught:
        read_settings(path)
    assert "12345" not in str(caught.value)
    assert "hush" not in repr(Settings(coindesk_key="hush"))


def test_names_are_chosen_without_regard_to_case() -> None:
    assert chosen(DEFAULTS, []) == DEFAULTS
    assert chosen(DEFAULTS, ["ft", "THE BLOCK", "FT"]) == (DEFAULTS[9], DEFAULTS[4])
    with pytest.raises(NoSubscription, match="no subscription 'FD'"):
        chosen(DEFAULTS, ["FD"])


def test_a_source_is_named_after_its_host() -> None:
    assert name_for("https://www.coindesk.com/rss") == "coindesk.com"
    assert name_for("https://a.example/feed", ["A.example", "a.example 2"]) == "a.example 3"
    assert name_for("/srv/news") == "news"
    assert kind_of("https://data-api.coindesk.com/x") == Kind.COINDESK
    assert kind_of("/srv/news.json") == Kind.NEWS_JSON
    assert kind_of("https://[::1/feed") == kind_of("ftp://a.example/feed") == Kind.FEED


@pytest.mark.parametrize("status", Status)
def test_every_problem_has_advice(status: Status) -> None:
    advice = Subscription("FT", "https://news.example").advice(status)
    assert bool(advice) or not status.is_problem
    result = SourceResult("FT", status, error="it failed", advice=advice)
    assert str(result).startswith("FT: ")


def test_advice_depends_on_the_kind_of_the_source() -> None:
    folder = Subscription("Mine", "/srv/news", Kind.FOLDER)
    assert folder.advice(Status.NOT_FOUND) == "put it back where it was, or unsubscribe it"
    feed, api = (
        Subscription("a", "https://a.example", kind) for kind in (Kind.FEED, Kind.COINDESK)
    )
    assert "another feed" in feed.advice(Status.UNAUTHORIZED)
    assert "coindesk_key" in api.advice(Status.UNAUTHORIZED)


# OPML.

NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)
URLS = st.integers(0, 10**6).map(lambda n: f"https://host.example/feed?n={n}&x=<{n}>'\"")


@given(st.lists(st.tuples(NAMES, URLS, st.sampled_from([Kind.FEED, Kind.NEWS_JSON]))))
def test_an_export_can_be_imported(parts: list[tuple[str, str, Kind]]) -> None:
    unique = {name.casefold(): Subscription(name, url, kind) for name, url, kind in parts}
    by_url = {each.url: each for each in unique.values()}
    back = read_opml(write_opml(by_url.values()).encode())
    assert [(each.url, each.kind) for each in back] == [
        (each.url, each.kind) for each in by_url.values()
    ]
    assert len({each.name.casefold() for each in back}) == len(back)


@given(st.binary(max_size=300))
def test_any_bytes_are_opml_or_are_refused(data: bytes) -> None:
    with contextlib.suppress(NotOpml):
        read_opml(data)


def test_no_opml_makes_a_key_go_to_a_host_of_its_choice() -> None:
    api = "https://data-api.coindesk.com/news/v1/article/list"
    data = f'''<opml><outline type="coindesk" xmlUrl="https://a.example/"/>
      <outline type="coindesk" xmlUrl="{api}"/></opml>'''
    assert [each.kind for each in read_opml(data.encode())] == [Kind.FEED, Kind.COINDESK]


def test_opml_of_other_readers_is_read() -> None:
    data = b"""<?xml version="1.0"?><opml version="1.0"><head><title>x</title></head><body>
      <outline text="Crypto"><outline type="rss" text="A &amp; B" xmlUrl="https://a.example/"/>
      <outline xmlURL="https://b.example/"/><outline text="A &amp; B" xmlUrl="https://c.example/"/>
      </outline><outline text="twice" xmlUrl="https://a.example/"/></body></opml>"""
    assert read_opml(data) == (
        Subscription("A & B", "https://a.example/"),
        Subscription("b.example", "https://b.example/"),
        Subscription("A & B 2", "https://c.example/"),
    )


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        (b'<!DOCTYPE opml [<!ENTITY a "b">]><opml/>', "document type"),
        (b'<!DOCTYPE opml SYSTEM "file:///etc/passwd"><opml/>', "document type"),
        (b"<rss/>", "no element <opml>"),
        (b"<opml>", "line 1"),
        (b"", "line 1"),
        (b"<opml>" + b"<outline>" * 100, "far deeper"),
        (
            b"<opml>" + b"<outline xmlUrl='https://a.example'/>" * 1002 + b"</opml>",
            "more than 1,000 sources",
        ),
        (b" " * (MAX_BYTES + 1), "larger than"),
        (b'<?xml version="1.0" encoding="nonsense"?><opml/>', "is not OPML"),
    ],
)
def test_oversized_lists_of_subscriptions_are_refused(data: bytes, trouble: str) -> None:
    with pytest.raises(NotOpml, match=trouble):
        read_opml(data)
