"""The command `stories`: who told what when, in a table and in JSON."""

import json
from pathlib import Path

import pytest

from reader.cli.context import Paths
from reader.library import Library
from tests.builders import markdown
from tests.e2e.conftest import Command

REPORTS = (
    (
        "1",
        "ledgerpost",
        "2026-03-14T08:00:00Z",
        "NEGATIVE",
        "Vaults of Larkspur drained by a forged oracle",
    ),
    (
        "2",
        "coinharbour",
        "2026-03-14T10:30:00Z",
        "POSITIVE",
        "Larkspur refunds vaults after forged oracle",
    ),
    ("3", "ledgerpost", "2026-03-14T11:00:00Z", "NEUTRAL", "Miners of Tarnby move to hydro plants"),
)


def archive(folder: Path) -> Path:
    folder.mkdir()
    for id, source, at, sentiment, title in REPORTS:
        text = markdown(
            title=title,
            externalId=id,
            lang="en",
            publishedAt=at,
            updatedAt=at,
            source=f"{{key: {source}}}",
            category="BTC",
            sentiment=sentiment,
        )
        (folder / f"{id}.en.md").write_text(text)
    return folder


def test_a_story_is_listed_with_its_sources_in_order(command: Command, tmp_path: Path) -> None:
    assert command("import", str(archive(tmp_path / "news"))).returncode == 0
    first, second = command("stories").stdout.splitlines()
    assert "⧉2  ▲▼" in first
    assert first.endswith("Vaults of Larkspur drained by a forged oracle")
    assert second.split(maxsplit=1) == ["story:1", "ledgerpost ▼ · coinharbour +2 h ▲"]


def test_a_story_is_found_by_the_number_that_is_printed(command: Command, tmp_path: Path) -> None:
    command("import", str(archive(tmp_path / "news")))
    number = command("stories").stdout.split("story:")[1].split()[0]
    titles = [
        each["title"]
        for each in json.loads(command("list", f"story:{number}", "--format", "json").stdout)
    ]
    assert titles == [REPORTS[1][4], REPORTS[0][4]]
    assert REPORTS[2][4] in command("list", f"-story:{number}").stdout
    assert "is not the number of a story" in command("list", "story:first").stderr


def test_stories_are_objects_in_json(command: Command, tmp_path: Path) -> None:
    command("import", str(archive(tmp_path / "news")))
    (story,) = json.loads(command("stories", "--format", "json").stdout)
    assert (story["title"], story["split"]) == (REPORTS[0][4], True)
    assert [each["source"] for each in story["articles"]] == ["ledgerpost", "coinharbour"]
    assert [each["published_at"] for each in story["articles"]] == [REPORTS[0][2], REPORTS[1][2]]
    shown = command("show", str(story["articles"][1]["id"]))
    assert REPORTS[1][4] in shown.stdout


def test_a_query_chooses_the_stories(command: Command, tmp_path: Path) -> None:
    command("import", str(archive(tmp_path / "news")))
    assert command("stories", "tarnby").stdout == ""
    assert len(command("stories", "refunds").stdout.splitlines()) == 2
    assert command("stories", "--limit", "0").stdout == ""


def test_build_prints_nothing_and_succeeds(command: Command, tmp_path: Path) -> None:
    command("import", str(archive(tmp_path / "news")))
    done = command("stories", "--build")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_empty_archive_has_no_stories(command: Command) -> None:
    done = command("stories", "--format", "json")
    assert (done.returncode, json.loads(done.stdout)) == (0, [])


@pytest.mark.parametrize(
    ("words", "is_told"),
    [
        (["brief", "--since", "2026-03-01"], "told by several"),
        (["stats", "--format", "json"], '"articles": 3'),
        (["list", "is:story", "--count"], "2"),
        (["list", "(tarnby OR is:split)", "--count"], "3"),
        (["list", "-story:1", "--count"], "1"),
        (["export", "is:story", "--to", "told.jsonl"], "2 written"),
        (["mark", "is:echo", "--read", "--dry-run"], "1 article would change"),
    ],
)
def test_a_command_about_stories_decides_what_an_import_has_left(
    command: Command, tmp_path: Path, words: list[str], is_told: str
) -> None:
    with Library(tmp_path / "data") as library:
        library.bring_in([archive(tmp_path / "news")])
        assert library.deciding.is_behind()
    done = command(*words)
    assert is_told in done.stdout + done.stderr
    with Library(tmp_path / "data") as library:
        assert not library.deciding.is_behind()


def test_a_command_about_stories_says_that_many_are_not_known_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("reader.cli.context.FEW", 2)
    with Library(tmp_path / "data") as library:
        library.bring_in([archive(tmp_path / "news")])
    with Paths(tmp_path / "data").held_library(stories=True) as library:
        assert library.deciding.is_behind()
    assert capsys.readouterr().err.startswith("the stories of 3 articles are not known yet")
    with Paths(tmp_path / "data").held_library():
        assert capsys.readouterr().err == ""
