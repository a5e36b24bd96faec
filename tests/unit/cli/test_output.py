"""Output on stdout: JSON for programs, lines and tables for people."""

import csv
import io
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.text import Text

from reader.article import Article, Cover, Row, Sentiment, Source
from reader.cli.output import (
    FIELDS,
    ListFormat,
    iso,
    local,
    print_article,
    print_articles,
    print_rows,
    print_stats,
    print_stats_json,
)
from reader.library import Library, Mark
from reader.query.language import Query, parse
from tests.builders import article, library

HOSTILE = "[/foo] [BTC] hits 100k"


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("COLUMNS", "100")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def stored(folder: Path, *articles: Article) -> list[tuple[Row, Article]]:
    with library(folder, articles) as news:
        return list(news.articles(news.find(parse(""))))


def printed(
    capsys: pytest.CaptureFixture[str], found: list[tuple[Row, Article]], form: ListFormat
) -> str:
    print_articles(iter(found), form)
    return capsys.readouterr().out


RICH = article(
    1,
    title=HOSTILE,
    description='He said "sell", then left',
    updated=datetime(2026, 3, 14, 11, 0, 0, 120000, tzinfo=UTC),
    source=Source(key="wire_", name="The Wire"),
    tags=("XRP", "BITCOIN NEWS"),
    sentiment=Sentiment.NEGATIVE,
    score=1.5,
    cover=Cover(raw="https://images.example/raw", small="https://images.example/small"),
    url="https://wire.example/a",
)


def test_json_gives_every_field_in_its_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ((row, _),) = found = stored(tmp_path, RICH)
    (record,) = json.loads(printed(capsys, found, ListFormat.JSON))
    assert list(record) == list(FIELDS)
    assert record == {
        "id": row.reference,
        "external_id": "1",
        "title": HOSTILE,
        "description": 'He said "sell", then left',
        "published_at": "2026-03-14T11:00:00Z",
        "updated_at": "2026-03-14T11:00:00.120Z",
        "lang": "en",
        "source": "wire_",
        "category": "BTC",
        "sentiment": "NEGATIVE",
        "score": 1.5,
        "tags": ["XRP", "BITCOIN NEWS"],
        "read": False,
        "favourite": False,
        "later": False,
        "cover": "https://images.example/raw",
        "url": "https://wire.example/a",
    }


def test_an_estimated_sentiment_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    guessed = article(1, sentiment=Sentiment.POSITIVE, sentiment_is_estimated=True)
    found = stored(tmp_path, guessed)
    (record,) = json.loads(printed(capsys, found, ListFormat.JSON))
    assert (record["sentiment"], record["sentiment_estimated"]) == ("POSITIVE", True)
    header, line = printed(capsys, found, ListFormat.CSV).splitlines()
    assert header.count(",") == line.count(",") == len(FIELDS) - 1


def test_former_titles_are_listed_if_there_are_any(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = stored(tmp_path, article(1, former_titles=("SEC approves", HOSTILE)), article(2))
    given = [
        each.get("former_titles") for each in json.loads(printed(capsys, found, ListFormat.JSON))
    ]
    assert given == [["SEC approves", HOSTILE], None]
    print_article(*found[0])
    assert capsys.readouterr().out.startswith(f"Story 1\nwas: SEC approves\nwas: {HOSTILE}\n")


def test_unknown_values_are_null(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = article(1, source="", external_id="")
    (record,) = json.loads(printed(capsys, stored(tmp_path, bare), ListFormat.JSON))
    nothing = {name for name, value in record.items() if value is None}
    assert nothing == {"external_id", "source", "sentiment", "score", "cover", "url"}
    assert record["tags"] == []


def test_a_cover_without_pictures_is_null(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (record,) = json.loads(
        printed(capsys, stored(tmp_path, article(1, cover=Cover())), ListFormat.JSON)
    )
    assert record["cover"] is None


def test_marks_are_in_the_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with library(tmp_path, [article(1)]) as news:
        ids = news.find(Query())
        news.mark(ids, Mark.READ, True, "")
        news.mark(ids, Mark.FAVOURITE, True, "")
        found = list(news.articles(ids))
    (record,) = json.loads(printed(capsys, found, ListFormat.JSON))
    assert (record["read"], record["favourite"]) == (True, True)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_json_is_one_array_and_json_lines_a_line_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    found = stored(tmp_path, *(article(n, title=f"Історія {n}") for n in range(number)))
    array = printed(capsys, found, ListFormat.JSON)
    lines = printed(capsys, found, ListFormat.JSONL)
    assert json.loads(array) == [json.loads(line) for line in lines.splitlines()]
    assert len(json.loads(array)) == number
    assert ("Історія" in array) == (number > 0)


def test_csv_joins_tags_and_writes_truth_as_digits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = printed(capsys, stored(tmp_path, RICH), ListFormat.CSV)
    (record,) = csv.DictReader(io.StringIO(text))
    assert list(record) == list(FIELDS)
    assert record["tags"] == "XRP|BITCOIN NEWS"
    assert record["description"] == 'He said "sell", then left'
    assert (record["read"], record["favourite"], record["score"]) == ("0", "0", "1.5")


def test_csv_of_nothing_has_its_head(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, [], ListFormat.CSV) == ",".join(FIELDS) + "\n"


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2025, 11, 14, 2, 0, 28, tzinfo=UTC), "2025-11-14T02:00:28Z"),
        (datetime(2025, 11, 14, 2, 0, 28, 500, tzinfo=UTC), "2025-11-14T02:00:28.000Z"),
        (datetime.fromisoformat("2025-11-14T02:00:28.250+02:00"), "2025-11-14T00:00:28.250Z"),
    ],
)
def test_instants_are_utc_with_a_z(instant: datetime, text: str) -> None:
    assert iso(instant) == text


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("Europe/Kyiv", "2025-12-01 00:30 +02:00"),
        ("America/New_York", "2025-11-30 17:30 -05:00"),
        ("Asia/Kathmandu", "2025-12-01 04:15 +05:45"),
        ("UTC", "2025-11-30 22:30 +00:00"),
    ],
)
def test_an_article_shows_its_local_time_with_the_offset(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    zone: str,
    text: str,
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    late = datetime(2025, 11, 30, 22, 30, tzinfo=UTC)
    ((row, whole),) = found = stored(tmp_path, article(1, published=late))
    assert local(late) == text
    print_article(row, whole)
    assert text in capsys.readouterr().out
    print_rows([row], None)
    assert text.rpartition(" ")[0] in capsys.readouterr().out
    assert '"2025-11-30T22:30:00Z"' in printed(capsys, found, ListFormat.JSONL)


def rows(tmp_path: Path, *articles: Article) -> list[Row]:
    return [row for row, _ in stored(tmp_path, *articles)]


def test_a_row_says_id_mark_date_language_sentiment_category_and_title(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (row,) = found = rows(tmp_path, RICH)
    print_rows(found, None)
    line = f"{row.reference:>15} • 2026-03-14 11:00  en  ▼ BTC          {HOSTILE}\n"
    assert capsys.readouterr().out == line


@pytest.mark.parametrize("title", ["A" * 200, "比特币" * 60, "🚀👩‍👩‍👧 " * 50, "Ціна " * 60])
@pytest.mark.parametrize("width", [80, 20, 5, 1])
def test_a_row_never_passes_the_edge_of_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], title: str, width: int
) -> None:
    print_rows(rows(tmp_path, article(1, title=title.strip())), width)
    line = capsys.readouterr().out.removesuffix("\n")
    assert cell_len(line) <= width
    assert line.endswith("…")


def test_a_long_category_keeps_the_titles_aligned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = rows(tmp_path, article(1, category="A" * 40), article(2, category="比" * 9))
    print_rows(found, None)
    lines = capsys.readouterr().out.splitlines()
    assert {cell_len(line.partition("Story")[0]) for line in lines} == {len(lines[0]) - 7}


@pytest.fixture
def counted(tmp_path: Path) -> Iterator[Library]:
    stories = [
        article(1, category="[/foo]", tags=("[BTC]", "XRP"), sentiment=Sentiment.POSITIVE),
        article(2, tags=("XRP",), lang="uk"),
        article(3, source="", tags=tuple(f"T{n}" for n in range(30))),
    ]
    with library(tmp_path, stories) as news:
        yield news


def test_stats_are_counted_by_name(counted: Library, capsys: pytest.CaptureFixture[str]) -> None:
    print_stats_json(counted.stats(Query()))
    stats: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert list(stats) == ["articles", "languages", "sources", "tags", "categories"]
    assert stats["articles"] == 3
    assert stats["languages"] == {"en": 2, "uk": 1}
    assert stats["sources"] == {"block_ledger": 2, "": 1}
    assert stats["tags"]["XRP"] == 2
    assert len(stats["tags"]) == 32
    assert stats["categories"]["[/foo]"] == {
        "POSITIVE": 1,
        "NEGATIVE": 0,
        "NEUTRAL": 0,
        "UNRATED": 0,
    }


def test_stats_for_people_name_everything_literally(
    counted: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    print_stats(counted.stats(Query()))
    text = " ".join(capsys.readouterr().out.split())
    assert text.startswith("3 articles")
    for words in ("[/foo] 1 1 – – –", "en 2, uk 1", "block_ledger 2, none 1", "tags (20 of 32)"):
        assert words in text


def test_stats_of_an_empty_answer_count_0_articles(
    counted: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    print_stats(counted.stats(parse("tag:none")))
    assert capsys.readouterr().out.startswith("0 articles")
    print_stats_json(counted.stats(parse("tag:none")))
    assert json.loads(capsys.readouterr().out)["articles"] == 0


def test_an_article_in_a_pipe_is_printed_as_markdown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ((row, whole),) = stored(tmp_path, RICH)
    print_article(row, whole)
    assert capsys.readouterr().out == (
        f"{HOSTILE}\n"
        "The Wire · BTC · en · negative · 2026-03-14 11:00 +00:00\n"
        "XRP, BITCOIN NEWS\n\n"
        'He said "sell", then left\n\n'
        "The text of story 1.\n"
    )


def test_an_article_on_a_terminal_is_laid_out_and_literal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    body = "## Overview [/foo]\n\nA [link](javascript:alert) :smile: and **[BTC]**."
    ((row, whole),) = stored(tmp_path, article(1, title=HOSTILE, body=body))
    print_article(row, whole)
    out = capsys.readouterr().out
    assert "\x1b]8" not in out
    text = Text.from_ansi(out).plain
    assert HOSTILE in text
    assert "Overview [/foo]" in text
    assert "[BTC]" in text
    assert ":smile:" in text
    assert [line for line in text.splitlines() if cell_len(line) > 88] == []


def test_deleted_text_is_distinct_from_present_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ((row, whole),) = stored(tmp_path, article(1, body="Now ~~$10~~ $8."))
    print_article(row, whole)
    assert "Now ~~$10~~ $8." in capsys.readouterr().out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    print_article(row, whole)
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "$10" in line)
    text = Text.from_ansi(line)
    styles = [str(span.style) for span in text.spans if "$10" in text.plain[span.start : span.end]]
    assert "dim" in styles[0]
    assert "strike" in styles[0]


@pytest.mark.parametrize("sign", [*"=+-@", "＝", "＠"])
def test_no_text_of_csv_is_a_formula_unless_it_is_asked_for_raw(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], sign: str
) -> None:
    evil = f'{sign}HYPERLINK("https://evil.example";"x")'
    with library(
        tmp_path, [article(1, title=evil, description=evil, tags=(evil,), score=-3)]
    ) as news:
        ids = news.find(Query())
        print_articles(news.articles(ids), ListFormat.CSV)
        (kept,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
        print_articles(news.articles(ids), ListFormat.CSV, raw=True)
        (raw,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    for name in ("title", "description"):
        assert (kept[name], raw[name]) == (f"'{evil}", evil)
    assert (kept["tags"][:2], raw["tags"][:1]) == (f"'{sign}", sign)
    assert (kept["score"], kept["lang"]) == ("-3", "en")
