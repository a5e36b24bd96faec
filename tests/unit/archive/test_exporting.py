"""Export writes imported articles field for field, and never overwrites anything."""

import tarfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reader.archive.exporting import ExportError, ExportReport, export, layout_path
from reader.article import Ai, Article, Cover, Sentiment, Source
from reader.errors import Refusal
from reader.formats import read_article, write_article
from reader.library import Library
from reader.query.language import Query, parse
from tests.builders import article, library
from tests.examples import examples

FULL = article(
    1,
    title="Fees: a 'quiet' week, [BTC] at $100k 🚀",
    description='Ще один тиждень — "quiet"\nin two lines',
    updated=datetime(2026, 3, 14, 11, 30, 0, 123000, tzinfo=UTC),
    external_id="0123456",
    source=Source(key="wire_", name="The Wire", type="rss", url="https://wire.example/"),
    category="ETH",
    tags=("XRP", "BITCOIN NEWS", "#1: A"),
    sticky_weight=7,
    sentiment=Sentiment.NEGATIVE,
    score=-0.25,
    url="https://wire.example/a?b=c#d",
    draft=True,
    cover=Cover(raw="r", full="f", regular="g", small="s", thumb="t", small_s3="z"),
    ai=Ai(
        rewritten=True,
        expanded_at=datetime(2026, 3, 14, 11, 31, tzinfo=UTC),
        version=2,
        translated_from="77",
    ),
    extra={
        "author": "A. N. Other",
        "rank": 12,
        "number as text": "12",
        "nested": {"list": [1, "two", {"three": None}], "empty": []},
        "coverImage": {"alt": "a mine at night"},
    },
    body="## Overview\n\n---\ntitle: not front matter\n---\n\n| a | b |\n|---|---|\n| 1 | `2` |",
    origin="2026/03/fees.uk.md",
    lang="uk",
)


def written(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def unpacked(path: Path) -> dict[str, bytes]:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(path) as archive:
        return {m.name: f.read() for m in archive if (f := archive.extractfile(m))}


def refuse(refusal: Refusal) -> None:
    raise AssertionError(refusal)


# What comes out.


def test_every_field_is_exported_as_it_was_imported(tmp_path: Path) -> None:
    with library(tmp_path / "data", [FULL]) as news:
        news.export(parse("is:draft"), tmp_path / "out")
    ((name, data),) = written(tmp_path / "out").items()
    assert name == "2026/03/fees.uk.md"
    assert read_article(data, origin=name) == FULL


def test_an_article_without_optional_fields_is_exported_as_it_was_imported(tmp_path: Path) -> None:
    bare = article(1, source="", external_id="", category="OTHER")
    with library(tmp_path / "data", [bare]) as news:
        news.export(Query(), tmp_path / "out")
    ((name, data),) = written(tmp_path / "out").items()
    assert read_article(data, origin=name) == bare


TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=30)


@given(
    title=TEXT.map(str.strip).filter(bool),
    tags=st.lists(TEXT.map(lambda tag: " ".join(tag.upper().split())).filter(bool), max_size=4),
    extra=st.dictionaries(TEXT.filter(str.strip), TEXT | st.integers() | st.booleans(), max_size=3),
)
@examples(60)
def test_what_a_file_says_is_said_again_by_its_export(
    title: str, tags: list[str], extra: dict[str, object]
) -> None:
    fields = {f"x {name}": value for name, value in extra.items()}
    made = article(1, title=title, tags=tuple(dict.fromkeys(tags)), extra=fields)
    once = read_article(write_article(made).encode(), origin=made.origin)
    assert read_article(write_article(once).encode(), origin=made.origin) == once
    assert once.flags == ()


def test_an_export_that_is_imported_again_is_unchanged(tmp_path: Path) -> None:
    stories = [FULL, article(2, tags=("A",)), article(3, lang="uk", origin="news/c.md")]
    with library(tmp_path / "data", stories) as news:
        news.export(parse("is:draft"), tmp_path / "out")
        news.export(Query(), tmp_path / "out")
        report = news.bring_in([tmp_path / "out"])
        assert str(report) == "3 read: 0 new, 0 updated, 3 unchanged, 0 superseded, 0 refused"
    with Library(tmp_path / "again") as again:
        again.bring_in([tmp_path / "out"])
        assert [row.title for row in again.rows(again.find(Query()))] == ["Story 2", "Story 3"]


def test_only_what_matches_comes_out(tmp_path: Path) -> None:
    stories = [article(1, tags=("A",)), article(2), article(3, tags=("A",), draft=True)]
    with library(tmp_path / "data", stories) as news:
        assert str(news.export(parse("tag:a"), tmp_path / "out")) == "1 written, 0 refused"
        assert news.export(parse("tag:nothing"), tmp_path / "none").written == 0
    assert list(written(tmp_path / "out")) == ["2026/03/story-1.en.md"]


# Where it is put.


@pytest.mark.parametrize(
    ("origin", "title", "lang", "place"),
    [
        ("2025/11/ether-rises.en.md", "T", "en", "2025/11/ether-rises.en.md"),
        ("ether-rises.en.md", "T", "en", "2026/03/ether-rises.en.md"),
        ("ether-rises.md", "T", "uk", "2026/03/ether-rises.uk.md"),
        ("some/where/else.en.md", "T", "en", "2026/03/else.en.md"),
        ("", "Ether: 3 % [up]!", "en", "2026/03/ether-3-up.en.md"),
        ("", "Ефір зростає", "uk", "2026/03/ефір-зростає.uk.md"),
        ("", "🚀", "en", "2026/03/article.en.md"),
        ("", "../../etc/passwd", "en", "2026/03/etc-passwd.en.md"),
        ("", "a" * 300, "en", f"2026/03/{'a' * 100}.en.md"),
    ],
)
def test_an_article_is_exported_to_its_original_path_or_one_from_date_and_title(
    origin: str, title: str, lang: str, place: str
) -> None:
    assert layout_path(article(1, origin=origin, title=title, lang=lang)) == place


@given(
    origin=st.text(st.characters(codec="utf-8"), max_size=40)
    | st.sampled_from(["../../../x.md", "/etc/x.en.md", "2026/03/../x.md", "..", "a/..", ".en.md"]),
    title=st.text(st.characters(codec="utf-8"), min_size=1, max_size=300),
)
@example(origin="", title="比" * 100)
@example(origin=f"2026/03/{'a' * 300}.en.md", title="A")
@example(origin="..\\x.en.md", title="A")
@examples(100)
def test_every_article_gets_a_portable_name_inside_the_folder(origin: str, title: str) -> None:
    parts = layout_path(article(1, origin=origin, title=title)).split("/")
    assert len(parts) == 3
    assert not {"", ".", ".."} & set(parts)
    assert parts[2].endswith(".md")
    assert not parts[2].startswith(".")
    assert "\\" not in parts[2]
    assert len(parts[2].encode()) <= 255


def test_two_articles_of_one_name_get_names_of_their_own(tmp_path: Path) -> None:
    stories = [article(n, external_id=str(n), origin="2026/03/same.en.md") for n in (1, 2, 3)]
    with library(tmp_path / "data", stories) as news:
        assert news.export(Query(), tmp_path / "out").written == 3
    assert sorted(written(tmp_path / "out")) == [
        "2026/03/same-2.en.md",
        "2026/03/same-3.en.md",
        "2026/03/same.en.md",
    ]


# What is there already.


def test_a_file_with_other_content_is_kept_and_the_rest_is_exported(tmp_path: Path) -> None:
    taken = tmp_path / "out/2026/03/story-1.en.md"
    taken.parent.mkdir(parents=True)
    taken.write_text("mine")
    told: list[Refusal] = []
    with library(tmp_path / "data", [article(1), article(2)]) as news:
        report = news.export(Query(), tmp_path / "out", on_refusal=told.append)
    assert str(report) == "1 written, 1 refused"
    assert taken.read_text() == "mine"
    assert str(told[0]) == (
        "2026/03/story-1.en.md: already exists with other content; export to an empty folder"
    )


def test_the_same_export_twice_changes_nothing(tmp_path: Path) -> None:
    with library(tmp_path / "data", [article(1), article(2)]) as news:
        news.export(Query(), tmp_path / "out")
        before = written(tmp_path / "out")
        assert str(news.export(Query(), tmp_path / "out")) == "2 written, 0 refused"
        assert written(tmp_path / "out") == before


def test_a_link_or_a_folder_in_the_way_is_refused(tmp_path: Path) -> None:
    month = tmp_path / "out/2026/03"
    month.mkdir(parents=True)
    (month / "story-1.en.md").symlink_to(tmp_path / "outside.md")
    (month / "story-2.en.md").mkdir()
    told: list[Refusal] = []
    with library(tmp_path / "data", [article(1), article(2), article(3)]) as news:
        report = news.export(Query(), tmp_path / "out", on_refusal=told.append)
    assert [refusal.where for refusal in told] == ["2026/03/story-1.en.md", "2026/03/story-2.en.md"]
    assert report.written == 1
    assert not (tmp_path / "outside.md").exists()


# Archives.


@pytest.mark.parametrize(
    "name", ["out.zip", "out.tar", "out.tar.gz", "out.tgz", "out.tar.xz", "OUT.TAR.BZ2"]
)
def test_an_archive_contains_what_a_folder_would_and_can_be_imported(
    tmp_path: Path, name: str
) -> None:
    stories = [article(1), article(2, tags=("A",)), article(1, lang="uk", origin="x/1.uk.md")]
    with library(tmp_path / "data", stories) as news:
        news.export(Query(), tmp_path / "out")
        assert str(news.export(Query(), tmp_path / name)) == "3 written, 0 refused"
        assert unpacked(tmp_path / name) == written(tmp_path / "out")
        assert str(news.bring_in([tmp_path / name])).startswith("3 read: 0 new, 0 updated, 3 unch")


def test_an_existing_archive_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "out.zip"
    path.write_text("mine")
    with (
        library(tmp_path / "data", [article(1)]) as news,
        pytest.raises(ExportError, match=r"out\.zip: it already exists"),
    ):
        news.export(Query(), path)
    assert path.read_text() == "mine"


class Interrupted(BaseException):
    """As a ctrl+c would."""


def half() -> Iterator[Article]:
    yield article(1)
    raise Interrupted


@pytest.mark.parametrize("name", ["out.zip", "out.tar.xz"])
def test_an_archive_gets_its_name_only_when_it_is_complete(tmp_path: Path, name: str) -> None:
    with pytest.raises(Interrupted):
        export(half(), tmp_path / name, refuse)
    assert list(tmp_path.iterdir()) == []


def test_the_start_of_an_interrupted_export_stays_readable(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        export(half(), tmp_path / "out", refuse)
    (data,) = written(tmp_path / "out").values()
    assert read_article(data, origin="2026/03/story-1.en.md") == article(1)


@pytest.mark.parametrize("place", ["file/out", "file", "file.zip/out.zip", "no/out.zip"])
def test_a_place_where_nothing_can_be_written_is_named(tmp_path: Path, place: str) -> None:
    for name in ("file", "file.zip"):
        (tmp_path / name).write_text("")
    to = tmp_path / place
    with pytest.raises(ExportError) as caught:
        export([article(1)], to, refuse)
    assert str(caught.value).startswith(f"cannot export to {to}: ")


def test_a_report_counts() -> None:
    report = ExportReport(written=2, refusals=[Refusal("a.md", "is there already")])
    assert str(report) == "2 written, 1 refused"
