"""The mood: columns of days and weeks, shares, and rows, against plain counts of the articles."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article import Article, Sentiment
from reader.cache.mood import (
    COLUMNS,
    By,
    Mood,
    Pair,
    Per,
    calendar,
    now_and_was,
    percent,
    sparkline,
    summed,
)
from reader.query.language import parse
from tests.builders import NOW, article, library
from tests.engines import Kept

MONDAY = date(2026, 3, 9)
MIXED = (Sentiment.POSITIVE, Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.UNRATED)


def mixed(count: int = 200, hours: int = 7) -> list[Article]:
    """Articles of every sentiment over some weeks; one in five has an estimate."""
    return [
        article(
            n,
            published=NOW - timedelta(hours=hours * n),
            sentiment=MIXED[n * n % 7 % 4],
            sentiment_is_estimated=n % 5 == 0 and MIXED[n * n % 7 % 4] is not Sentiment.UNRATED,
            tags=("BTC",) * (n % 2) + ("ETH",) * (n % 3 == 0) + (f"RARE {n}",),
            source=("one", "two", "")[n % 3],
            category=("BTC", "ETH", "OTHER")[n % 4 % 3],
        )
        for n in range(1, count + 1)
    ]


@pytest.mark.parametrize(
    ("first", "last", "by", "most", "starts"),
    [
        (date(2026, 3, 8), MONDAY, By.DAY, 35, [date(2026, 3, 8), MONDAY, date(2026, 3, 10)]),
        (date(2020, 1, 1), MONDAY, By.DAY, 1, [MONDAY, date(2026, 3, 10)]),
        (date(2026, 3, 15), date(2026, 3, 15), By.WEEK, 35, [MONDAY, date(2026, 3, 16)]),
        (date(2026, 3, 1), MONDAY, By.WEEK, 2, [date(2026, 3, 2), MONDAY, date(2026, 3, 16)]),
    ],
)
def test_columns_end_with_the_last_day_and_begin_with_the_first(
    first: date, last: date, by: By, most: int, starts: list[date]
) -> None:
    assert calendar(first, last, by, most) == starts


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda each: Pair(*each))))
def test_a_sparkline_has_one_sign_for_each_column_and_a_dot_for_fewer_than_three(
    series: list[Pair],
) -> None:
    line = sparkline(series)
    assert len(line) == len(series)
    assert [sign == "·" for sign in line] == [pair.total < 3 for pair in series]


def test_now_is_the_last_seven_days_or_four_weeks_and_was_what_came_before() -> None:
    series = [Pair(9, 9)] + [Pair(1, 0)] * 28 + [Pair(0, 2)] * 7
    assert now_and_was(series, By.DAY) == (Pair(0, 14), Pair(28, 0))
    assert now_and_was(series, By.WEEK) == (Pair(0, 8), Pair(13, 6))
    assert now_and_was(series[-3:], By.DAY) == (Pair(0, 6), Pair())
    assert [percent(each) for each in (Pair(2, 1), Pair(1, 1))] == ["67%", "·"]


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize("query", ["", "tag:eth", "after:2026-02-01 before:2026-03-01"])
def test_columns_count_what_a_plain_count_gives(
    kept: Kept, tmp_path: Path, query: str, by: By
) -> None:
    with library(kept(tmp_path), mixed()) as news:
        found = news.insight.mood(news.find(parse(query)), by, None, COLUMNS)
        articles = [each for _, each in news.articles(news.find(parse(query)))]
    assert 1 < len(found.columns) <= COLUMNS
    for column in found.columns:
        own = [
            each
            for each in articles
            if column.first <= each.published.astimezone().date() < column.end
        ]
        counts = Counter((each.sentiment, each.sentiment_is_estimated) for each in own)
        assert column.articles == len(own)
        assert column.labels == Pair(
            counts[Sentiment.POSITIVE, False], counts[Sentiment.NEGATIVE, False]
        )
        assert column.estimates == Pair(
            counts[Sentiment.POSITIVE, True], counts[Sentiment.NEGATIVE, True]
        )
        assert column.neutral == counts[Sentiment.NEUTRAL, False]
        assert column.neutral_estimates == counts[Sentiment.NEUTRAL, True]
        assert column.unrated == counts[Sentiment.UNRATED, False]
    assert found.columns[-1].last >= max(each.published for each in articles).date()


@pytest.mark.parametrize(("per", "names"), [(Per.TAG, 10), (Per.SOURCE, 2), (Per.CATEGORY, 3)])
def test_rows_are_the_most_frequent_names_and_add_up(
    kept: Kept, tmp_path: Path, per: Per, names: int
) -> None:
    with library(kept(tmp_path), mixed()) as news:
        found = news.insight.mood(news.find(parse("")), By.WEEK, per, COLUMNS)
        assert len(found.rows) == names
        rated = [summed(row.labels).total for row in found.rows]
        assert rated == sorted(rated, reverse=True)
        for row in found.rows:
            own = news.insight.mood(news.find(parse(f'{per}:"{row.name}"')), By.WEEK, None, COLUMNS)
            by_week = {column.first: column for column in own.columns}
            for column, labels, estimates in zip(
                found.columns, row.labels, row.estimates, strict=True
            ):
                alone = by_week.get(column.first)
                assert labels == (alone.labels if alone else Pair())
                assert estimates == (alone.estimates if alone else Pair())


def test_an_empty_archive_has_no_columns(kept: Kept, tmp_path: Path) -> None:
    with library(kept(tmp_path)) as news:
        assert news.insight.mood(news.find(parse("")), By.DAY, Per.TAG, COLUMNS) == Mood(
            By.DAY, Per.TAG
        )


def test_an_article_of_the_future_does_not_move_the_last_column(kept: Kept, tmp_path: Path) -> None:
    stories = [article(1), article(2, published=datetime(2090, 1, 1, 12, tzinfo=UTC))]
    with library(kept(tmp_path), stories) as news:
        (column,) = news.insight.mood(news.find(parse("")), By.DAY, None, COLUMNS).columns
        assert column.first == article(1).published.astimezone().date()


def test_articles_of_the_future_alone_and_of_long_ago_are_counted(
    kept: Kept, tmp_path: Path
) -> None:
    stories = [article(1, published=datetime(2090, 1, 1, 12, tzinfo=UTC), tags=("LATER",))]
    stories += [article(2, published=datetime(2, 1, 3, tzinfo=UTC), tags=("AGO",))]
    with library(kept(tmp_path), stories) as news:
        for tag in ("later", "ago"):
            for by in By:
                found = news.insight.mood(news.find(parse(f"tag:{tag}")), by, Per.TAG, COLUMNS)
                assert sum(column.articles for column in found.columns) == 1
