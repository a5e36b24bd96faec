"""An item without a usable date is dated by its arrival, and later syncs do not move it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reader.library import Library
from reader.query.language import Query
from reader.subscriptions import Kind, Subscription
from tests.engines import Kept
from tests.news_server import NewsServer, news_server
from tests.unit.formats.test_feeds import rss

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def server() -> Iterator[NewsServer]:
    with news_server() as running:
        yield running


@pytest.mark.parametrize(
    "date",
    [
        "",
        "<pubDate></pubDate>",
        "<pubDate>soon</pubDate>",
        "<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>",
        "<pubDate>0000-00-00 00:00:00</pubDate>",
        "<pubDate>Tue, 01 Jan 2030 00:00:00 GMT</pubDate>",
    ],
)
@pytest.mark.parametrize("id", ["<guid isPermaLink='false'>g</guid>", ""])
def test_it_stays_at_the_time_at_which_it_first_came(
    kept: Kept, tmp_path: Path, server: NewsServer, date: str, id: str
) -> None:
    clock = Clock()
    item = f"<title>Story</title><link>https://a.example/1</link>{id}{date}"
    with Library(kept(tmp_path / "data"), clock=clock) as news:
        for day in range(3):
            clock.now = NOON + timedelta(days=day)
            text = f"<description>Told {day + 1} times.</description>"
            ledger = Subscription("Ledger", server.serve("/feed", rss(item + text)))
            news.sync([ledger])
            ((row, article),) = news.articles(news.find(Query())[:])
            assert row.published == article.published == NOON
            assert any("the time of the sync stands in" in flag for flag in article.flags)


WEEKS_AHEAD = "Sat, 28 Mar 2026 12:00:00 GMT"


@pytest.mark.parametrize("service", ["feed", "json"])
@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (WEEKS_AHEAD, NOON),
        ("Mon, 30 Mar 2026 12:00:00 GMT", NOON),
        ("Fri, 13 Mar 2026 09:00:00 GMT", datetime(2026, 3, 13, 9, tzinfo=UTC)),
    ],
)
def test_a_date_in_the_future_never_becomes_the_date_but_a_corrected_one_does(
    kept: Kept, tmp_path: Path, server: NewsServer, service: str, later: str, expected: datetime
) -> None:
    clock = Clock()
    with Library(kept(tmp_path / "data"), clock=clock) as news:
        days = ((0, WEEKS_AHEAD), (10, WEEKS_AHEAD), (20, later), (21, later))
        for day, date in days:
            clock.now = NOON + timedelta(days=day)
            news.sync([_told(server, service, date, f"Told on day {day}.")])
            ((row, article),) = news.articles(news.find(Query())[:])
            due = expected if day >= 20 else NOON
            assert row.published == article.published == article.updated == due
            assert bool(article.flags) == (due == NOON)
            assert article.body == f"Told on day {day}."


def _told(server: NewsServer, service: str, date: str, text: str) -> Subscription:
    if service == "feed":
        item = f"<title>Story</title><link>https://a.example/1</link><pubDate>{date}</pubDate>"
        body = rss(f"{item}<description>{text}</description>")
        return Subscription("Ledger", server.serve("/feed", body))
    story = {"id": 7, "title": "Story", "published": date, "body": text}
    return Subscription(
        "Ledger", server.serve("/n.json", json.dumps([story]).encode()), Kind.NEWS_JSON
    )
