"""Dates of live sources: read in any format; impossible ones count as missing."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reader.formats.feeds.reading import read_feed
from reader.formats.json.coindesk import read_coindesk
from reader.formats.json.news import read_news_json
from reader.formats.page import UNDATED, Page, is_possible
from tests.unit.formats.test_feeds import NOW, URL, only, rss

SECOND = NOW.replace(microsecond=0)


def dated(*dates: str, lang: str = "en", element: str = "pubDate") -> Page:
    items = [f"<title>{n}</title><{element}>{date}</{element}>" for n, date in enumerate(dates)]
    data = rss(*items, about=f"<title>F</title><language>{lang}</language>")
    return read_feed(data, url=URL, now=NOW)


def days(page: Page) -> list[tuple[int, int]]:
    return [(each.published.month, each.published.day) for each in page.articles]


@pytest.mark.parametrize(
    "date",
    [
        "2024-03-05 10:00:00.123456789 +0100 CET",
        "mar, 05 mar 2024 10:00:00 +0100",
        "вівторок, 5 березня 2024 р., 09:00",
        "03/05/2024 09:00 AM",
        "Mar 5, 2024 9:00 AM",
        "1709629200",
        "Tue Mar 05 2024 10:00:00 GMT+0100 (Central European Standard Time)",
    ],
)
@pytest.mark.parametrize("element", ["pubDate", "dc:date"])
def test_a_date_in_any_shape_is_the_date_of_the_article(date: str, element: str) -> None:
    (article,) = dated(date, element=element).articles
    assert article.published == datetime(2024, 3, 5, 9, tzinfo=UTC)
    assert article.flags == ()


@pytest.mark.parametrize(
    ("dates", "lang", "expected"),
    [
        (["03/04/2024", "04/05/2024"], "en", [(3, 4), (4, 5)]),
        (["03/04/2024", "04/05/2024"], "en-US", [(3, 4), (4, 5)]),
        (["03/04/2024", "25/04/2024"], "en", [(4, 3), (4, 25)]),
        (["03/04/2024", "04/25/2024"], "fr", [(3, 4), (4, 25)]),
        (["03/04/2024", "04/05/2024"], "fr", [(4, 3), (5, 4)]),
        (["03/04/2024", "04/05/2024"], "en-gb", [(4, 3), (5, 4)]),
        (["03.04.2024", "25/04/2024"], "en", [(4, 3), (4, 25)]),
    ],
)
def test_all_items_of_a_feed_are_read_by_one_rule(
    dates: list[str], lang: str, expected: list[tuple[int, int]]
) -> None:
    assert days(dated(*dates, lang=lang)) == expected


def test_all_items_of_a_json_feed_are_read_by_one_rule() -> None:
    items = [{"id": str(n), "title": "T", "date_published": f"{n}/04/2024"} for n in (3, 25)]
    data = json.dumps({"items": items}).encode()
    assert days(read_feed(data, url=URL, now=NOW)) == [(4, 3), (4, 25)]


SENSELESS = [
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "1970-01-01T03:00:00+03:00",
    "Wed, 31 Dec 1969 16:00:00 PST",
    "0001-01-01T00:00:00Z",
    "0000-00-00 00:00:00",
    "1900-01-01",
    "1899-12-30T00:00:00Z",
    "Wed, 30 Nov -0001 00:00:00 +0000",
    "Sun, 17 May 2026 10:00:00 GMT",
    "9999-12-31T23:59:59Z",
    "2024-02-30",
    "no date at all",
]


@pytest.mark.parametrize("date", SENSELESS)
def test_an_impossible_date_counts_as_missing_and_is_flagged(date: str) -> None:
    (article,) = dated(date).articles
    assert (article.published, article.updated) == (SECOND, SECOND)
    assert article.flags == (UNDATED, f"publishedAt cannot be right: {date}")


@pytest.mark.parametrize("date", ["Sat, 05 Mar 2005 08:00:00 GMT", "1969-07-20T20:17:40Z"])
def test_a_date_before_the_first_block_is_a_date(date: str) -> None:
    (article,) = dated(date).articles
    assert article.published < datetime(2006, 1, 1, tzinfo=UTC)
    assert article.flags == ()


def test_a_clock_may_be_a_day_ahead() -> None:
    assert is_possible(NOW + timedelta(days=1), NOW)
    assert not is_possible(NOW + timedelta(days=1, seconds=1), NOW)


def test_the_date_of_an_update_replaces_an_impossible_one() -> None:
    item = "<title>T</title><pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>"
    article = only(rss(f"{item}<dc:date>2026-03-01T10:00:00Z</dc:date>"))
    assert article.published == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert article.flags == ()


def test_a_date_of_an_update_in_the_future_is_ignored() -> None:
    item = "<title>T</title><pubDate>Sun, 01 Mar 2026 10:00:00 GMT</pubDate>"
    article = only(rss(f"{item}<dc:date>2031-03-01T10:00:00Z</dc:date>"))
    assert article.updated == article.published == datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("given", [None, "", 0, "0", 1, "soon", 4_000_000_000, "2031-01-01"])
def test_items_of_the_services_without_a_usable_date_have_that_of_the_sync(given: Any) -> None:
    item = {"id": 7, "title": "T", "published": given}
    (article,) = read_news_json(json.dumps([item]).encode(), now=NOW).articles
    assert article.published == SECOND
    assert UNDATED in article.flags
    item = {"ID": 7, "TITLE": "T", "PUBLISHED_ON": given, "UPDATED_ON": 4_000_000_000}
    (article,) = read_coindesk(json.dumps({"Data": [item]}).encode(), now=NOW).articles
    assert (article.published, article.updated) == (SECOND, SECOND)
    assert UNDATED in article.flags
