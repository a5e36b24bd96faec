"""`mood` as scripts and people use it: text in 80 columns, JSON and CSV that agree with `stats`."""

import csv
import io
import json
from typing import Any

import pytest
from rich.cells import cell_len

from tests.e2e.archive import SHOWN
from tests.e2e.conftest import Command

pytestmark = pytest.mark.usefixtures("data")

LABELS = ("positive", "negative", "neutral", "unrated")


def printed(command: Command, *words: str) -> str:
    done = command("mood", *words)
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def test_json_counts_each_article_once_in_the_week_in_which_it_was_published(
    command: Command,
) -> None:
    found = json.loads(printed(command, "--by", "week", "--last", "1000", "--format", "json"))
    assert list(found) == ["by", "columns"]
    assert found["by"] == "week"
    columns = found["columns"]
    assert sum(each["articles"] for each in columns) == SHOWN
    stats = json.loads(command("stats", "--format", "json").stdout)["categories"].values()
    for name in LABELS:
        assert sum(each[name] for each in columns) == sum(each[name.upper()] for each in stats)
    assert [each["first"] for each in columns] == sorted(each["first"] for each in columns)


@pytest.mark.parametrize(
    ("per", "names"),
    [
        ("tag", ["BTC", "MARKET"]),
        ("source", ["harbour_gazette_", "block_ledger"]),
        ("category", ["BTC"]),
    ],
)
def test_rows_are_the_most_frequent_names_of_what_the_query_matches(
    command: Command, per: str, names: list[str]
) -> None:
    found: dict[str, Any] = json.loads(
        printed(command, "--per", per, "--last", "1000", "--format", "json")
    )
    assert found["per"] == per
    assert [row["name"] for row in found["rows"]][: len(names)] == names
    for row in found["rows"]:
        assert len(row["labels"]) == len(row["estimates"]) == len(found["columns"])


def test_csv_has_a_line_for_each_day_or_for_each_name_and_day(command: Command) -> None:
    days = list(csv.DictReader(io.StringIO(printed(command, "tag:xrp", "--format", "csv"))))
    assert list(days[0])[:3] == ["first", "last", "articles"]
    rows = list(
        csv.DictReader(
            io.StringIO(printed(command, "tag:xrp", "--per", "category", "--format", "csv"))
        )
    )
    for name in ("positive", "negative"):
        by_day = sum(int(day[name]) for day in days)
        assert by_day == sum(int(row[name]) for row in rows) > 0


@pytest.mark.parametrize("words", [(), ("--by", "week"), ("--per", "tag"), ("--per", "source")])
def test_text_fits_eighty_columns_and_names_the_publishers_label(
    command: Command, words: tuple[str, ...]
) -> None:
    lines = printed(command, *words).splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert any(line.startswith("The publisher's label: ▲ ") for line in lines)
    assert any("▲ %" in line for line in lines)


def test_nothing_that_matches_is_said_and_is_no_failure(command: Command) -> None:
    done = command("mood", "tag:nowhere")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "no article matches\n"
    assert json.loads(printed(command, "tag:nowhere", "--format", "json"))["columns"] == []
