"""Unreadable fields stay with their article, and do no harm when its id changes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.formats.archive.schema import MAX_TAGS
from reader.library import Library
from reader.query.language import Field, parse
from tests.builders import markdown

MANY = [f"T{n}" for n in range(3 * MAX_TAGS)]
ODD: dict[str, dict[str, object]] = {
    "a mapping among tags": {"tags": [{"a": "b"}, "btc"]},
    "a list among tags": {"tags": [["x", "y"], "btc"]},
    "tags that are a mapping": {"tags": {"btc": "eth"}},
    "tags in lower case beside a mapping": {"tags": ["btc", "Eth", {"x": 1}]},
    "very many tags": {"tags": MANY},
    "a description that is a mapping": {"description": {"text": "own words"}},
    "a description that is a list": {"description": ["own", "words"]},
    "an estimate that is a text": {"sentiment": "POSITIVE", "sentimentEstimated": "perhaps"},
}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "data") as made:
        yield made


def import_(library: Library, number: int, instant: str, **fields: object) -> None:
    folder = library.folder.parent / f"news-{number}-{len(fields)}"
    folder.mkdir(exist_ok=True)
    given = {"title": f"Story {number}", "externalId": number, "publishedAt": instant} | fields
    written = {name: json.dumps(value) for name, value in given.items()}
    (folder / f"{number}.en.md").write_text(markdown(**written), "utf-8")
    report = library.bring_in([folder])
    assert report.refusals == []


def shown(library: Library) -> dict[str, object]:
    everything = library.find(parse(""))
    return {
        "tags": library.names(Field.TAG),
        "words": [len(library.find(parse(word))) for word in ("own", "words", "btc")],
        "estimated": len(library.find(parse("is:estimated"))),
        "all": sorted(article.title for _, article in library.articles(everything)),
    }


@pytest.mark.parametrize("name", ODD)
def test_an_article_with_odd_fields_can_be_moved_to_another_id(name: str, library: Library) -> None:
    import_(library, 1, "2026-03-01T12:00:04.999Z", **ODD[name])
    before = shown(library)
    for number in range(2, 6):  # before it within the same 16 seconds, so that it moves
        import_(library, number, f"2026-03-01T12:00:0{number - 2}.000Z", tags=["SOL"])
    after = shown(library)
    assert after == before | {
        "tags": {"SOL": 4} | before["tags"],  # type: ignore[operator]
        "all": [f"Story {number}" for number in range(1, 6)],
    }


@pytest.mark.parametrize("name", ODD)
def test_an_article_with_odd_fields_is_replaced_completely(name: str, library: Library) -> None:
    instant = "2026-03-01T12:00:00.000Z"
    import_(library, 1, instant, **ODD[name])
    import_(library, 1, instant, updatedAt="2026-03-02T12:00:00.000Z", tags=["SOL"], category="A")
    assert shown(library) == {
        "tags": {"SOL": 1},
        "words": [0, 0, 0],
        "estimated": 0,
        "all": ["Story 1"],
    }
