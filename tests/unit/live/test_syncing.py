"""Syncing: articles of live sources, failures, and which sources are asked."""

import json
import sqlite3
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article import Article
from reader.cache.answers import Outcome
from reader.cache.files.migrations import CACHE
from reader.cache.marks.kinds import Mark
from reader.cache.repair.preparing import prepare
from reader.cache.store import Store
from reader.cache.storing.writing import Writer
from reader.cache.values.incoming import Incoming
from reader.errors import CacheLocked
from reader.formats.page import Page
from reader.library import Library
from reader.live.sync import LONGEST_PAUSE_S, RETRY_AFTER_S, pause
from reader.query.language import Query, parse
from reader.safety.logs import NAME, log_folder
from reader.sources.http.fetcher import Limits
from reader.subscriptions import Kind, SourceResult, Status, Subscription, SyncOptions
from tests.builders import NOW, article, markdown
from tests.examples import examples, one_in
from tests.news_server import (
    FAULTS,
    SLOW_REDIRECTS_S,
    NewsServer,
    Request,
    api_page,
    code,
    feed,
    news_server,
    redirect,
    with_etag,
)
from tests.unit.formats.test_feeds import rss
from tests.unit.sources.test_http import EXPECTED, LIMITS, certificate, limits_for, needs_openssl

KEY = SyncOptions(environ={"CRYPTOREAD_COINDESK_KEY": "hush-hush"})


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Any:
        return self.now

    def go_on(self, **values: float) -> None:
        self.now += timedelta(**values)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def news(tmp_path: Path, clock: Clock) -> Iterator[Library]:
    with Library(tmp_path / "data", clock=clock) as made:
        yield made


def sync(library: Library, *subscriptions: Subscription, **values: Any) -> list[SourceResult]:
    return library.sync(subscriptions, **({"limits": LIMITS} | values))


def one(library: Library, subscription: Subscription, **values: Any) -> SourceResult:
    (result,) = sync(library, subscription, **values)
    return result


def titles(library: Library) -> list[str]:
    ids = library.find(Query())
    return [row.title for row in library.rows(ids[:])]


def counts(result: SourceResult) -> tuple[int, int, int]:
    return result.new, result.updated, result.unchanged


# Feeds.


def test_the_articles_of_a_feed_are_stored(news: Library, server: NewsServer) -> None:
    result = one(news, Subscription("Ledger", server.serve("/feed", feed("One", "Two"))))
    assert (result.status, *counts(result), result.error) == (Status.OK, 2, 0, 0, "")
    assert titles(news) == ["One", "Two"]


def test_added_articles_are_stored_and_removed_ones_stay(news: Library, server: NewsServer) -> None:
    ledger = Subscription("Ledger", server.serve("/feed", feed("One", "Two")))
    sync(news, ledger)
    server.serve("/feed", feed("Zero", "Half"))
    assert counts(one(news, ledger)) == (2, 0, 0)
    assert sorted(titles(news)) == ["Half", "One", "Two", "Zero"]


def test_the_server_is_asked_only_for_what_has_changed(news: Library, server: NewsServer) -> None:
    modified = "Sat, 14 Mar 2026 12:00:00 GMT"
    server.routes["/feed"] = with_etag(feed("One"), modified=modified)
    ledger = Subscription("Ledger", server.url("/feed"))
    assert [one(news, ledger).status for _ in range(3)] == [
        Status.OK,
        Status.UNCHANGED,
        Status.UNCHANGED,
    ]
    asked = [
        (each.get("if-none-match"), each.get("if-modified-since")) for each in server.asked("/feed")
    ]
    assert asked == [(None, None), ('"v1"', modified), ('"v1"', modified)]


def test_the_same_bytes_are_not_parsed_again(
    news: Library, server: NewsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Subscription("Ledger", server.serve("/feed", feed("One")))
    sync(news, ledger)
    monkeypatch.setattr("reader.formats.feeds.reading.read_feed", None)
    assert one(news, ledger).status == Status.UNCHANGED


def test_a_move_for_good_is_remembered_until_it_fails(news: Library, server: NewsServer) -> None:
    server.routes["/old"] = redirect("/new", 301)
    server.serve("/new", feed("One"))
    ledger = Subscription("Ledger", server.url("/old"))
    assert [one(news, ledger).status for _ in range(2)] == [Status.MOVED, Status.UNCHANGED]
    assert len(server.asked("/old")) == 1
    server.routes["/new"] = code(404)
    server.serve("/old", feed("One", "Two"))
    assert [one(news, ledger).status for _ in range(2)] == [Status.NOT_FOUND, Status.OK]
    assert titles(news) == ["One", "Two"]


def test_a_published_article_that_returns_under_a_new_id_is_one_article(
    news: Library, server: NewsServer
) -> None:
    ledger = Subscription("Ledger", server.serve("/feed", feed("One", "Two", ids="a:")))
    sync(news, ledger)
    news.mark(news.find(parse("title:one")), Mark.FAVOURITE, True, "")
    server.serve("/feed", feed("One", "Two", "Three", ids="b:"))
    assert counts(one(news, ledger))[0] == 1
    assert sorted(titles(news)) == ["One", "Three", "Two"]
    assert len(news.find(parse("is:favourite"))) == 1


def test_only_one_of_two_items_becomes_an_article_of_the_archive(
    news: Library, server: NewsServer, tmp_path: Path
) -> None:
    archived = tmp_path / "archive" / "one.en.md"
    archived.parent.mkdir()
    archived.write_text(
        "---\ntitle: Notes\npublishedAt: 2026-03-12T08:00:00Z\nlang: en\nexternalId: notes\n"
        "source: {name: Ledger, key: ledger, type: RSS}\n---\nFees fell as blocks had room.\n"
    )
    news.bring_in([archived.parent])
    items = [
        f"<title>Notes</title><guid isPermaLink='false'>notes</guid>"
        f"<link>https://news.example/{day}</link><description>Fees {word}.</description>"
        for day, word in ((1, "fell as blocks had room"), (2, "rose as blocks were full of it"))
    ]
    result = one(news, Subscription("Ledger", server.serve("/feed", rss(*items))))
    assert result.status == Status.OK, result.error
    assert len(titles(news)) == 2


# Faults.

ALL_FAULTS = EXPECTED | {
    "304-unasked": Status.SERVER_ERROR,
    "html": Status.NOT_A_FEED,
    "empty": Status.NOT_A_FEED,
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_source_that_fails_is_named_and_its_articles_stay(
    news: Library, server: NewsServer, name: str
) -> None:
    ledger = Subscription("Ledger", server.serve("/feed", feed("One", "Two")))
    sync(news, ledger)
    server.routes["/feed"] = FAULTS[name]
    if name == "304-unasked":
        ledger = ledger._replace(url=server.url("/304-unasked"))
    result = one(news, ledger, limits=limits_for(ALL_FAULTS[name]))
    assert result.status == ALL_FAULTS[name]
    assert result.error
    assert result.advice
    kept = news.source_states()[ledger.url]
    assert (kept.last_status, kept.last_error) == (result.status, result.error)
    assert kept.last_failed == int(NOW.timestamp())
    assert titles(news) == ["One", "Two"]
    server.serve("/feed", feed("One", "Two", "Three"))
    assert one(news, ledger._replace(url=server.url("/feed")), force=True).new == 1


@pytest.mark.parametrize("kind", one_in(3, [Kind.FEED, Kind.NEWS_JSON, Kind.COINDESK]))
def test_all_faults_at_once_stop_no_other_source(
    news: Library, server: NewsServer, kind: Kind
) -> None:
    faulty = [Subscription(name, server.url(f"/{name}"), kind) for name in FAULTS]
    good = Subscription("Ledger", server.serve("/feed", feed("One")))
    told: list[str] = []
    results = sync(
        news,
        *faulty,
        good,
        options=KEY,
        on_result=lambda result: told.append(result.name),
        # Side by side each takes longer; the slow redirects take longer still.
        limits=LIMITS._replace(seconds=SLOW_REDIRECTS_S - 1, a_host=40, at_once=40),
    )
    expected = ALL_FAULTS | {"Ledger": Status.OK}
    if kind is Kind.COINDESK:  # it is never asked only for what is new
        expected["304-unasked"] = Status.NOT_A_FEED
    assert {each.name: each.status for each in results} == expected
    assert sorted(told) == sorted(expected)
    assert titles(news) == ["One"]


@needs_openssl
def test_a_changed_certificate_is_named_and_the_articles_stay(
    news: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, key = certificate(tmp_path, "known")
    monkeypatch.setenv("SSL_CERT_FILE", str(known))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(known, key)
    with news_server(context) as server:
        ledger = Subscription("Ledger", server.serve("/feed", feed("One")))
        assert one(news, ledger).status == Status.OK
        context.load_cert_chain(*certificate(tmp_path, "changed"))
        server.serve("/feed", feed("Not from Ledger"))
        result = one(news, ledger)
        assert (result.status, len(server.seen)) == (Status.CERTIFICATE, 1)
    assert "certificate" in result.error
    assert titles(news) == ["One"]


def test_a_wrong_charset_does_no_harm(news: Library, server: NewsServer) -> None:
    body = feed("Ціна зросла").decode().replace('encoding="utf-8"', 'encoding="ascii"').encode()
    result = one(news, Subscription("L", server.serve("/feed", body, Content_Type="text/xml")))
    assert result.new == 1
    assert titles(news) == ["Ціна зросла"]


def test_an_internal_error_fails_only_its_source(
    news: Library, server: NewsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Page:
        raise ZeroDivisionError("hush")

    monkeypatch.setattr("reader.formats.json.news.read_news_json", broken)
    bad = Subscription("Bad", server.serve("/x.json", b"[]"), Kind.NEWS_JSON)
    good = Subscription("Good", server.serve("/feed", feed("One")))
    results = sync(news, bad, good)
    assert [each.status for each in results] == [Status.BROKEN, Status.OK]
    assert "hush" not in str(results[0])
    assert str(log_folder() / NAME) in results[0].error
    log = (log_folder() / NAME).read_text()
    assert "ZeroDivisionError" in log


def test_a_locked_cache_ends_the_sync(
    news: Library, server: NewsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> None:
        raise CacheLocked(news.folder)

    monkeypatch.setattr("reader.cache.storing.writing.Writer.put_item", locked)
    with pytest.raises(CacheLocked):
        sync(news, Subscription("Ledger", server.serve("/feed", feed("One"))))


def test_a_sync_ends_soon_after_it_is_told_to(news: Library, server: NewsServer) -> None:
    stop = threading.Event()
    quick = Subscription("Quick", server.serve("/feed", feed("One")))
    slow = Subscription("Slow", server.url("/silent"))
    results = sync(
        news, slow, quick, stop=stop, on_result=lambda _: stop.set(), limits=Limits(seconds=60)
    )
    assert [each.name for each in results] == ["Quick"]


def test_two_programs_that_sync_at_once_store_everything_once(
    news: Library, server: NewsServer, tmp_path: Path, clock: Clock
) -> None:
    titles_of = {n: [f"Feed {n} story {k}" for k in range(30)] for n in range(4)}
    every = [
        Subscription(str(n), server.serve(f"/{n}", feed(*some, ids=f"{n}-")))
        for n, some in titles_of.items()
    ]

    def other() -> None:
        with Library(tmp_path / "data", clock=clock) as library:
            sync(library, *every, limits=Limits())

    threads = [threading.Thread(target=other) for _ in range(2)]
    for thread in threads:
        thread.start()
    sync(news, *every, limits=Limits())
    for thread in threads:
        thread.join()
    assert sorted(titles(news)) == sorted(title for some in titles_of.values() for title in some)


# Pauses.


def test_a_source_that_keeps_failing_is_paused_longer_each_time(
    news: Library, server: NewsServer, clock: Clock
) -> None:
    ledger = Subscription("Ledger", server.url("/500"))
    statuses = [one(news, ledger).status for _ in range(5)]
    assert statuses == [Status.SERVER_ERROR] * 3 + [Status.PAUSED] * 2
    assert len(server.asked("/500")) == 3
    clock.go_on(minutes=3)
    assert one(news, ledger).status == Status.SERVER_ERROR
    clock.go_on(minutes=3)
    assert one(news, ledger).status == Status.PAUSED
    assert one(news, ledger, force=True).status == Status.SERVER_ERROR
    server.serve("/500", feed("One"))
    assert one(news, ledger, force=True).status == Status.OK
    assert one(news, ledger).status == Status.UNCHANGED


def test_a_site_that_asks_for_a_very_long_pause_is_paused_for_hours(
    news: Library, server: NewsServer, clock: Clock
) -> None:
    ledger = Subscription("Ledger", server.url("/429"))
    assert one(news, ledger).status == Status.RATE_LIMITED
    assert one(news, ledger).status == Status.PAUSED
    clock.go_on(seconds=RETRY_AFTER_S[1] + 1)
    assert one(news, ledger).status == Status.RATE_LIMITED


@given(
    st.sampled_from(Status),
    st.integers(1, 10**6),
    st.none() | st.floats(allow_nan=False),
)
def test_every_pause_is_within_its_bounds(
    status: Status, failures: int, retry_after: float | None
) -> None:
    seconds = pause(status, failures, retry_after)
    assert 0 <= seconds <= max(LONGEST_PAUSE_S * 1.2, 7 * 24 * 3600)


# CoinDesk's API.


def api(server: NewsServer, pages: Callable[[Request], bytes]) -> Subscription:
    server.routes["/api"] = lambda request: request.answer(200, pages(request))
    return Subscription("API", server.url("/api"), Kind.COINDESK)


def pages_of(newest: int, oldest: int, size: int = 10) -> Callable[[Request], bytes]:
    """The stories between those numbers, newest first: the n-th is n minutes before NOW."""

    def page(request: Request) -> bytes:
        now = int(NOW.timestamp())
        end = int(request.asked.get("to_ts", now + 10**6))
        numbers = [n for n in range(newest, oldest + 1) if now - 60 * n <= end]
        return api_page(*numbers[:size])

    return page


def test_without_a_key_the_api_is_not_asked(
    news: Library, server: NewsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.sources.secret._from_keyring", lambda: "")
    source = api(server, pages_of(1, 5))
    result = one(news, source)
    assert result.status == Status.NO_KEY
    assert "coindesk_key" in result.advice
    assert server.seen == []
    kept = news.source_states()[source.url]
    assert (kept.last_status, kept.failures) == (Status.NO_KEY, 0)
    # It rests from nothing: with a key it is asked at once.
    assert one(news, source, options=KEY).status == Status.OK
    assert news.source_states()[source.url].last_error == ""


def test_the_key_is_sent_as_a_header_and_shown_nowhere(
    news: Library, server: NewsServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    source = api(server, pages_of(1, 5))
    shown = [repr(one(news, source, options=KEY)), repr(KEY)]
    server.routes["/api"] = code(401)
    shown.append(repr(one(news, source, options=KEY)))
    assert [headers["x-api-key"] for headers in server.asked("/api")] == ["hush-hush"] * 3
    assert "hush" not in "".join(shown) + caplog.text
    stored = b"".join(path.read_bytes() for path in news.folder.iterdir())
    assert b"hush" not in stored


@pytest.mark.parametrize(
    ("written", "limit"),
    [("", "100"), ("limit=20", "20"), ("limit=500", "100"), ("limit=x", "100")],
)
def test_the_api_is_asked_for_what_the_address_says_and_for_no_more_than_it_gives(
    news: Library, server: NewsServer, written: str, limit: str
) -> None:
    asked: list[dict[str, str]] = []

    def page(request: Request) -> bytes:
        asked.append(request.asked)
        return api_page(1)

    source = api(server, page)
    chosen = f"lang=UK&categories=BTC,ETH&source_ids=coindesk&{written}"
    one(news, source._replace(url=f"{source.url}?{chosen}"), options=KEY)
    expected = {"lang": "UK", "categories": "BTC,ETH", "source_ids": "coindesk", "limit": limit}
    assert asked[0] == expected
    assert asked[1] == expected | {"to_ts": str(int(NOW.timestamp()) - 60)}


def test_the_key_may_be_in_the_system_s_keyring(
    news: Library, server: NewsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A keyring of its own in the place of the real one, which a test has no right to read."""
    (tmp_path / "keyring.py").write_text(
        "def get_password(service, user):\n"
        "    return {('cryptoread', 'coindesk'): 'from-the-ring'}[service, user]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "keyring", raising=False)
    assert one(news, api(server, pages_of(1, 5)), options=SyncOptions()).status == Status.OK
    assert server.asked("/api")[0]["x-api-key"] == "from-the-ring"
    monkeypatch.delitem(sys.modules, "keyring")


def test_pages_are_asked_for_back_to_what_is_known(news: Library, server: NewsServer) -> None:
    source = api(server, pages_of(31, 60))
    assert one(news, source, options=KEY).new == 30
    source = api(server, pages_of(1, 60))
    before = len(server.seen)
    assert one(news, source, options=KEY).new == 30
    assert len(server.seen) - before <= 5
    assert one(news, source, options=KEY).status == Status.UNCHANGED


def test_a_first_sync_goes_back_only_so_far(news: Library, server: NewsServer) -> None:
    source = api(server, pages_of(1, 1000))
    assert one(news, source, options=KEY).new == 46  # each page begins with the last of the other
    assert one(news, source, options=KEY).new == 0
    assert len(server.seen) == 6


def test_a_gap_that_a_failure_left_is_closed_later(news: Library, server: NewsServer) -> None:
    assert one(news, api(server, pages_of(61, 70)), options=KEY).new == 10
    whole = pages_of(1, 70)

    def fails_at_the_third(request: Request) -> bytes:
        if len(server.asked("/api")) - before == 3:
            raise BrokenPipeError
        return whole(request)

    before = len(server.asked("/api"))
    failed = one(news, api(server, fails_at_the_third), options=KEY)
    assert failed.status == Status.UNREACHABLE
    assert 10 < len(titles(news)) < 70
    assert one(news, api(server, whole), options=KEY).status == Status.OK
    assert len(titles(news)) == 70


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (
            b'{"Response":"Error","Message":"You are over your rate limit","Type":99,"Data":{}}',
            Status.OVER_QUOTA,
        ),
        (b'{"Data":{},"Err":{"type":1,"message":"lang parameter is invalid"}}', Status.REJECTED),
        (b"<html>", Status.NOT_A_FEED),
        (b'{"Data": [', Status.NOT_A_FEED),
    ],
)
def test_a_failure_with_http_200_is_a_failure(
    news: Library, server: NewsServer, body: bytes, status: Status
) -> None:
    assert one(news, api(server, lambda _: body), options=KEY).status == status


def test_an_api_whose_pages_lead_nowhere_is_abandoned(news: Library, server: NewsServer) -> None:
    same_second = list(range(1, 11))
    published = int(NOW.timestamp())
    one(news, api(server, lambda _: api_page(*same_second, PUBLISHED_ON=published)), options=KEY)
    assert len(server.seen) <= 3


# Other kinds.


def items(*numbers: int) -> bytes:
    return json.dumps(
        [
            {
                "id": n,
                "published": int(NOW.timestamp() - 3600 * n) * 1000,
                "title": f"Story {n}",
                "body": f"The text of story {n}.",
                "lang": "en",
                "source_data": {"name": "Ledger", "source_key": "ledger", "source_type": "RSS"},
                "category_data": [{"NAME": "BTC", "CATEGORY": "BTC"}],
            }
            for n in numbers
        ]
    ).encode()


def test_news_json_comes_from_the_web_and_from_a_file(
    news: Library, server: NewsServer, tmp_path: Path
) -> None:
    path = tmp_path / "news.json"
    path.write_bytes(items(1, 2))
    web = Subscription("Web", server.serve("/news.json", items(2, 3)), Kind.NEWS_JSON)
    file = Subscription("File", str(path), Kind.NEWS_JSON)
    assert [each.status for each in sync(news, web, file)] == [Status.OK, Status.OK]
    assert titles(news) == ["Story 1", "Story 2", "Story 3"]
    assert one(news, file).status == Status.UNCHANGED
    path.unlink()
    assert one(news, file).status == Status.NOT_FOUND
    path.write_bytes(items(1, 2))
    assert one(news, file).status == Status.UNCHANGED
    assert news.source_states()[str(path)].last_error == ""


def test_a_folder_is_imported(news: Library, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    source = Subscription("Mine", str(folder), Kind.FOLDER)
    (folder / "a.en.md").write_text(markdown(title="One", lang="en"))
    assert counts(one(news, source)) == (1, 0, 0)
    assert one(news, source).status == Status.UNCHANGED
    assert one(news, source._replace(url=str(tmp_path / "none"))).status == Status.NOT_FOUND


def test_a_cache_from_before_live_news_is_migrated(tmp_path: Path) -> None:
    before = CACHE._replace(migrations=CACHE.migrations[:2])
    prepare(tmp_path / "cache.db", before)
    with Store(tmp_path) as store:
        assert store.intake.source_states() == {}
        assert put_live(store, article(1)) == [Outcome.NEW]


def test_sources_of_the_version_before_keep_what_was_known_of_them(tmp_path: Path) -> None:
    prepare(tmp_path / "cache.db", CACHE._replace(migrations=CACHE.migrations[:4]))
    with closing(sqlite3.connect(tmp_path / "cache.db")) as db, db:
        values = ("https://a.example/", "", '"v1"', "", b"", "[]", 2, 5, 7, "it failed")
        db.execute(f"INSERT INTO sources VALUES ({', '.join('?' * 10)})", values)
    db.close()
    with Store(tmp_path) as store:
        assert store.notices == ()
        (state,) = store.intake.source_states().values()
        assert (state.etag, state.failures, state.next_try, state.last_ok) == ('"v1"', 2, 5, 7)
        assert (state.last_error, state.last_status, state.last_failed) == ("it failed", "", 0)


# Stories.


def put_live(store: Store, *articles: Article) -> list[Outcome]:
    with store.intake.writing(store.intake.begin_run()) as writer:
        return [writer.put_live(Incoming.of(each)) for each in articles]


def everything(library: Library) -> tuple[object, ...]:
    """Return all that a user sees: articles newest first, counts of every facet, words found.

    Articles of one instant are in the order of their arrival, latest first. Nothing else depends
    on that order.
    """
    words = [
        sorted(row.title for row in library.rows(library.find(parse(word))[:]))
        for word in ("fees", "rise", "is:estimated", "-sentiment:positive", "tag:x lang:en")
    ]
    articles = [
        (article.published, str(library.identity(row.id)), article)
        for row, article in library.articles(library.find(Query())[:])
    ]
    times = [published for published, _, _ in articles]
    assert times == sorted(times, reverse=True)
    articles.sort(key=lambda each: each[:2])
    stats = library.stats(Query())
    counts = {name: sorted(each.items()) for name, each in stats.categories.items()}
    facets = (stats.sources, stats.tags, stats.languages, counts)
    return articles, [sorted(each.items()) for each in facets], words


@st.composite
def news_pages(draw: st.DrawFn) -> list[bytes]:
    """Pages of `news.json`: a few stories, some of one instant, in some versions."""

    def item() -> dict[str, object]:
        hours = draw(st.sampled_from([0, 1, 15, 24, 100]))
        return {
            "id": draw(st.integers(1, 6)),
            "published": int((NOW - timedelta(hours=hours)).timestamp() * 1000),
            "title": draw(st.sampled_from(["Fees fall", "Fees rise", "Terrible losses"])),
            "body": draw(st.sampled_from(["It is so.", "It is so, they say.", "Great gains."])),
            "lang": draw(st.sampled_from(["en", "uk"])),
            "source_data": {"source_key": draw(st.sampled_from(["ledger", "nonce"]))},
            "category_data": [{"NAME": name} for name in draw(st.sets(st.sampled_from("XYZ")))],
        }

    many = st.integers(1, 4)
    return [json.dumps([item() for _ in range(draw(many))]).encode() for _ in range(draw(many))]


@examples(10)
@given(news_pages(), st.integers(1, 2))
def test_whole_syncs_in_one_order_any_number_of_times_give_the_same_cache(
    given_pages: list[bytes], times: int
) -> None:
    found = []
    with TemporaryDirectory() as folder, Library(Path(folder), clock=Clock()) as library:
        for turn in range(times + 1):
            for number, data in enumerate(given_pages):
                path = Path(folder, f"{turn}-{number}.json")
                path.write_bytes(data)
                sync(library, Subscription(str(number), str(path), Kind.NEWS_JSON))
            found.append(everything(library))
    assert found[1:] == [found[0]] * times


def test_the_same_documents_any_number_of_times_give_the_same_cache(
    news: Library, server: NewsServer
) -> None:
    again = feed("One", "Two", "Three", ids="later-")
    documents = [feed("One", "Two"), feed("Two", "Three"), again, feed("One", name="Other")]
    found = []
    for _ in range(3):
        for document in documents:
            one(news, Subscription("Ledger", server.serve("/feed", document)))
        found.append(everything(news))
    assert sorted(titles(news)) == ["One", "Three", "Two"]
    assert found[1:] == [found[0]] * 2


def test_a_correction_is_kept_and_its_former_title_is_shown(
    news: Library, server: NewsServer
) -> None:
    def with_title(title: str, words: str) -> bytes:
        return (
            feed("Fund")
            .replace(b"<title>Fund<", f"<title>{title}<".encode())
            .replace(b"is a story with enough words to be one", words.encode())
        )

    ledger = Subscription("Ledger", server.serve("/feed", with_title("SEC approves", "is long")))
    sync(news, ledger)
    server.serve("/feed", with_title("SEC has not approved", "is no"))
    assert counts(one(news, ledger)) == (0, 1, 0)
    (article,) = (each for _, each in news.articles(news.find(Query())[:]))
    assert (article.title, article.former_titles) == ("SEC has not approved", ("SEC approves",))
    assert "Fund is no." in article.body


def test_a_large_page_is_stored_in_batches_and_an_interrupted_one_loses_nothing(
    news: Library, server: NewsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"Story {n}" for n in range(25)]
    monkeypatch.setattr("reader.live.source.STORED_AT_ONCE", 10)
    put_item = Writer.put_item
    stored: list[Outcome] = []

    def cut(self: Writer, *values: Any, **named: Any) -> Outcome:
        if len(stored) == 15:
            raise ZeroDivisionError
        stored.append(put_item(self, *values, **named))
        return stored[-1]

    ledger = Subscription("Ledger", server.serve("/feed", feed(*names)))
    with monkeypatch.context() as broken:
        broken.setattr(Writer, "put_item", cut)
        assert one(news, ledger).status == Status.BROKEN
    assert sorted(titles(news)) == sorted(names[15:])
    assert counts(one(news, ledger)) == (15, 0, 10)
    assert one(news, ledger).status == Status.UNCHANGED


def test_articles_of_an_api_with_one_title_are_as_many_as_their_ids(
    news: Library, server: NewsServer
) -> None:
    pages = [api_page(1, 2, TITLE="Daily brief"), api_page(1, 2, TITLE="Daily brief")]
    source = api(server, lambda _: pages[0])
    assert counts(one(news, source, options=KEY))[0] == 2
    assert counts(one(news, source, options=KEY))[0] == 0


def test_an_export_of_a_feed_is_known_again_with_and_without_the_cache(
    news: Library, server: NewsServer, tmp_path: Path, clock: Clock
) -> None:
    ledger = Subscription("Ledger", server.serve("/feed", feed("One", "Two")))
    sync(news, ledger)
    server.serve("/feed", feed("One", "Two").replace(b"<title>One<", b"<title>Not one<"))
    sync(news, ledger)
    news.export(Query(), tmp_path / "out")
    assert news.bring_in([tmp_path / "out"]).stored == 0
    with Library(tmp_path / "other", clock=clock) as other:
        assert other.bring_in([tmp_path / "out"]).stored == 2
        assert counts(one(other, ledger))[0] == 0
        assert sorted(titles(other)) == ["Not one", "Two"]
        (article,) = (each for _, each in other.articles(other.find(parse("not"))[:]))
        assert article.former_titles == ("One",)


def test_a_subscription_that_is_renamed_keeps_its_articles(
    news: Library, server: NewsServer
) -> None:
    ledger = Subscription("Ledger", server.serve("/feed", feed("One", "Two")))
    sync(news, ledger)
    news.mark(news.find(Query()), Mark.READ, True, "")
    server.serve("/feed", feed("One", "Two", "Three"))
    assert counts(one(news, ledger._replace(name="Another")))[0] == 1
    assert len(news.find(parse("is:read"))) == 2
