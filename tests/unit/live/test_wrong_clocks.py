"""A clock that was once years ahead, and zones that no place has."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reader.cache.source_states import LONGEST_REST_S, SourceState
from reader.cli.zone import usable_zone
from reader.library import Library
from reader.live.health import health
from reader.query.language import Query
from reader.subscriptions import Kind, Status, Subscription, SyncOptions
from tests.builders import NOW
from tests.news_server import NewsServer

FAR = datetime(2040, 1, 1, tzinfo=UTC)
UNDATED = b"""<rss version="2.0"><channel><title>News</title>
<item><guid>1</guid><title>Undated</title><description>A text.</description></item>
</channel></rss>"""


def state(**values: Any) -> SourceState:
    return SourceState(url="https://example.org", failures=5, last_error="it failed", **values)


@pytest.mark.parametrize(
    ("next_try", "rests"),
    [
        (0, False),
        (1_000_000 - 5, False),
        (1_000_000 + 5, True),
        (1_000_000 + LONGEST_REST_S, True),
        (1_000_000 + LONGEST_REST_S + 1, False),
        (int(FAR.timestamp()), False),
    ],
)
def test_an_impossible_pause_is_over(next_try: int, rests: bool) -> None:
    assert (state(next_try=next_try).as_of(1_000_000).next_try > 1_000_000) is rests


def test_no_source_was_asked_in_the_future() -> None:
    far, now = int(FAR.timestamp()), int(NOW.timestamp())
    its = health(
        Subscription("News", "https://example.org"),
        state(next_try=far, last_ok=far, last_failed=far),
        NOW,
    )
    assert its.last_ok == its.last_failed == NOW
    assert its.rests_until is None
    assert state(last_ok=now, last_failed=now - 1).as_of(now).last_ok == now


def sync(folder: Path, moment: datetime, source: Subscription) -> list[Status]:
    with Library(folder, clock=lambda: moment) as library:
        return [each.status for each in library.sync([source], options=SyncOptions())]


def test_a_source_that_failed_by_a_wrong_clock_is_asked_again_today(
    tmp_path: Path, server: NewsServer
) -> None:
    source = Subscription("News", server.url("/500"), Kind.FEED)
    for _ in range(3):
        assert sync(tmp_path, FAR, source) == [Status.SERVER_ERROR]
    server.serve("/500", UNDATED)
    assert sync(tmp_path, FAR, source) == [Status.PAUSED]
    assert sync(tmp_path, NOW, source) == [Status.OK]


def test_an_undated_item_first_seen_with_a_wrong_clock_is_dated_today(
    tmp_path: Path, server: NewsServer
) -> None:
    source = Subscription("News", server.serve("/feed", UNDATED), Kind.FEED)
    sync(tmp_path, FAR, source)
    server.serve("/feed", UNDATED + b"\n")
    sync(tmp_path, NOW, source)
    with Library(tmp_path) as library:
        (row,) = library.rows(library.find(Query()))
    assert row.published == NOW.replace(microsecond=0)
    server.serve("/feed", UNDATED + b"\n\n")
    sync(tmp_path, NOW + timedelta(hours=5), source)
    with Library(tmp_path) as library:
        (row,) = library.rows(library.find(Query()))
    assert row.published == NOW.replace(microsecond=0)


@pytest.fixture
def zone() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as environ:
        yield environ
    time.tzset()


@pytest.mark.parametrize("name", ["XXX24", "XXX-24", "AAA99", "<+48>-48", "XXX5YYY-30", "UTC+167"])
def test_a_zone_of_a_day_or_more_is_named_and_utc_is_used(
    zone: pytest.MonkeyPatch, name: str
) -> None:
    zone.setenv("TZ", name)
    time.tzset()
    assert usable_zone() == (
        f"the time zone TZ={name!r} is a day or more from UTC; times are shown in UTC; "
        "set TZ to a valid zone"
    )
    assert NOW.astimezone().utcoffset() == timedelta()
    assert usable_zone() is None


@pytest.mark.parametrize("name", ["UTC", "Asia/Tokyo", "XXX23:59", "XXX-23", "Nowhere/City", ""])
def test_any_other_zone_is_used_as_it_is(zone: pytest.MonkeyPatch, name: str) -> None:
    zone.setenv("TZ", name)
    time.tzset()
    assert usable_zone() is None
    NOW.astimezone()
