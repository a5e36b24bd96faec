"""Articles from before the first Bitcoin block: their own dates everywhere, first in the order."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reader.ages import short_time
from reader.article import EPOCH, Article
from reader.cli.output import print_rows, record
from reader.formats import read_article, write_article
from reader.library import Grouping, Library
from reader.query.language import Query, parse
from tests.builders import NOW, article, library

ESSAYS = [
    article(n, published=instant, updated=instant, origin=f"essays/{n}.md")
    for n, instant in enumerate(
        [
            datetime(1905, 6, 30, 10, tzinfo=UTC),
            datetime(1969, 7, 20, 20, 17, 40, 500_000, tzinfo=UTC),
            datetime(2005, 3, 5, 8, tzinfo=UTC),
            datetime(2005, 3, 5, 9, tzinfo=UTC),
            EPOCH - timedelta(seconds=1),
            EPOCH,
            EPOCH + timedelta(seconds=1),
            datetime(2026, 3, 1, tzinfo=UTC),
        ]
    )
]
LATEST_FIRST = [each.title for each in reversed(ESSAYS)]


def found(news: Library, query: str) -> list[str]:
    return [row.title for row in news.rows(news.find(parse(query))[:])]


@pytest.mark.parametrize("order", [ESSAYS, ESSAYS[::-1], ESSAYS[4:] + ESSAYS[:4]])
def test_they_are_listed_in_the_order_of_their_own_dates(
    tmp_path: Path, order: list[Article]
) -> None:
    with library(tmp_path, order) as news:
        rows = news.rows(news.find(Query())[:])
        assert [row.title for row in rows] == LATEST_FIRST
        assert all(0 <= row.id < 2**28 for row in rows)


def test_every_output_has_their_own_dates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with library(tmp_path, ESSAYS) as news:
        ids = news.find(Query())[:]
        records = [record(row, each) for row, each in news.articles(ids)]
        assert records[-1]["published_at"] == "1905-06-30T10:00:00Z"
        assert records[-2]["published_at"] == "1969-07-20T20:17:40.500Z"
        print_rows(news.rows(ids), None)
        printed = capsys.readouterr().out
        assert printed.count("2009-01-03") == 3
        assert "1905-06-" in printed
        assert [news.article(id).published for id in reversed(ids)] == [
            each.published for each in ESSAYS
        ]


def test_a_query_of_time_goes_by_their_own_dates(tmp_path: Path) -> None:
    with library(tmp_path, ESSAYS) as news:
        assert found(news, "before:2006-01-01") == LATEST_FIRST[-4:]
        assert found(news, "before:1950-01-01") == LATEST_FIRST[-1:]
        assert found(news, "before:1900-01-01") == []
        assert found(news, "after:2005-03-05T08:30Z before:2009-01-03T18:15:05Z") == [
            "Story 4",
            "Story 3",
        ]
        assert found(news, "after:1900-01-01") == LATEST_FIRST


def test_they_are_under_their_own_days(tmp_path: Path) -> None:
    with library(tmp_path, ESSAYS) as news:
        groups = news.groups(news.find(Query()), Grouping.LATEST)
        days = [group.key[0] for group in groups]
        assert len(days) == len(set(days)) == 5
        assert days == sorted(days, reverse=True)
        assert days[-1].startswith("1905-")
        assert [len(group.ids) for group in groups][-3] == 2


@pytest.mark.parametrize("name", ["folder", "out.zip", "out.tar.gz", "out.jsonl.gz"])
def test_an_export_is_imported_again_unchanged(tmp_path: Path, name: str) -> None:
    with library(tmp_path / "data", ESSAYS) as news:
        assert news.export(Query(), tmp_path / name).written == len(ESSAYS)
        assert news.bring_in([tmp_path / name]).outcomes.keys() == {"unchanged"}
    with Library(tmp_path / "again") as again:
        again.bring_in([tmp_path / name])
        assert found(again, "") == LATEST_FIRST


def test_a_file_keeps_its_own_date() -> None:
    for each in ESSAYS:
        assert read_article(write_article(each).encode(), origin=each.origin) == each


@pytest.mark.parametrize(
    ("year", "shown"), [(1905, "30 Jun 1905"), (2005, "30 Jun 2005"), (905, "30 Jun 0905")]
)
def test_a_date_of_another_year_has_its_day_and_year(year: int, shown: str) -> None:
    at = datetime(year, 6, 30, 12, tzinfo=UTC)
    assert short_time(at.timestamp(), NOW.timestamp()) == shown
