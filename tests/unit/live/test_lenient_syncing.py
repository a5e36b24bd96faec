"""Sources with odd servers: their articles are stored, at this sync and at later ones."""

import gzip
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reader.library import Library
from reader.live.source import FORGET_S
from reader.query.language import Query
from reader.sources.http.fetcher import Limits
from reader.subscriptions import SourceResult, Status, Subscription
from tests.builders import NOW
from tests.news_server import NewsServer, Request, code, feed, with_etag

LIMITS = Limits(seconds=5, bytes=256 * 1024)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def news(tmp_path: Path, clock: Clock) -> Iterator[Library]:
    with Library(tmp_path / "data", clock=clock) as made:
        yield made


def sync(library: Library, url: str) -> SourceResult:
    (result,) = library.sync([Subscription("Ledger", url)], limits=LIMITS, force=True)
    return result


def titles(library: Library) -> set[str]:
    ids = library.find(Query())
    return {row.title for row in library.rows(ids[:])}


@pytest.mark.parametrize("etag", ['"caf\xe9-1"', '"' + "x" * 20_000 + '"', '"a\tb"', ""])
def test_an_odd_validator_never_blocks_later_items(
    news: Library, server: NewsServer, etag: str
) -> None:
    headers = {"ETag": etag, "Last_Modified": etag}
    url = server.serve("/feed", feed("One"), **headers)
    assert sync(news, url).status == Status.OK
    assert sync(news, url).status == Status.UNCHANGED
    server.serve("/feed", feed("One", "Two"), **headers)
    assert sync(news, url).status == Status.OK
    assert titles(news) == {"One", "Two"}


def test_an_odd_validator_in_an_older_cache_is_forgotten(
    news: Library, server: NewsServer, tmp_path: Path
) -> None:
    url = server.serve("/feed", feed("One"), ETag='"v1"')
    sync(news, url)
    db = sqlite3.connect(tmp_path / "data" / "cache.db")
    with db:
        db.execute("UPDATE sources SET etag = '\"café\"', last_modified = 'á' || char(10)")
    db.close()
    server.serve("/feed", feed("One", "Two"))
    assert sync(news, url).status == Status.OK
    assert titles(news) == {"One", "Two"}


@pytest.mark.parametrize("number", [403, 500, 502])
def test_after_a_failure_a_source_is_asked_for_all_it_has(
    news: Library, server: NewsServer, number: int
) -> None:
    def fails_over_its_own_validator(request: Request) -> None:
        known = request.headers.get("If-None-Match")
        (code(number) if known else with_etag(feed("One", "Two")))(request)

    server.routes["/feed"] = with_etag(feed("One"))
    sync(news, server.url("/feed"))
    server.routes["/feed"] = fails_over_its_own_validator
    assert sync(news, server.url("/feed")).status.is_problem
    assert sync(news, server.url("/feed")).status == Status.OK
    assert titles(news) == {"One", "Two"}


def test_a_server_that_never_reports_a_change_is_asked_for_everything_eventually(
    news: Library, server: NewsServer, clock: Clock
) -> None:
    server.routes["/feed"] = with_etag(feed("One"))
    url = server.url("/feed")
    sync(news, url)
    server.routes["/feed"] = with_etag(feed("One", "Two"))
    assert sync(news, url).status == Status.UNCHANGED
    clock.now += timedelta(seconds=FORGET_S)
    assert sync(news, url).status == Status.OK
    assert titles(news) == {"One", "Two"}


def test_a_304_to_a_request_without_validators_is_a_server_error(
    news: Library, server: NewsServer
) -> None:
    url = server.serve("/feed", feed("One"))
    sync(news, url)
    server.routes["/feed"] = code(304)
    assert sync(news, url).status == Status.SERVER_ERROR
    server.serve("/feed", feed("One", "Two"))
    assert sync(news, url).status == Status.OK


def test_an_empty_page_deletes_nothing_and_is_not_the_end(
    news: Library, server: NewsServer
) -> None:
    server.routes["/feed"] = with_etag(feed("One"))
    url = server.url("/feed")
    sync(news, url)
    for packed in (b"", gzip.compress(b"")):
        server.serve("/feed", packed, ETag='"v1"', Content_Encoding="gzip")
        assert sync(news, url).status == Status.NOT_A_FEED
    server.routes["/feed"] = with_etag(feed("One", "Two"))
    assert sync(news, url).status == Status.OK
    assert titles(news) == {"One", "Two"}
