"""The command `brief`: text for a mail or a shell's greeting, and JSON for programs."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from reader.library import Library
from tests.builders import markdown
from tests.e2e.conftest import Command

HACK = "Vaults of Larkspur drained by a forged oracle"
REPORTS = (
    ("1", "ledgerpost", "2026-03-14T08:00:00Z", "NEGATIVE", HACK),
    ("2", "coinharbour", "2026-03-14T10:30:00Z", "POSITIVE", "Larkspur refunds oracle vaults"),
)
STARTS, ENDS = (
    ("Abbe", "Brack", "Corn", "Dun", "Elm", "Fen"),
    ("fold", "ley", "mere", "ton", "wick"),
)


def archive(folder: Path, count: int = 30) -> Path:
    """Two reports of one event, and as many others, the latest an hour after them."""
    folder.mkdir()
    places = [f"{start}{end}" for start in STARTS for end in ENDS]
    others = (
        (str(n), "ledgerpost", f"2026-03-{14 - n % 9:02}T11:00:00Z", "POSITIVE", place)
        for n, place in enumerate(places[:count], 10)
    )
    for id, source, at, sentiment, title in (*REPORTS, *others):
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
        (folder / f"{id}.md").write_text(text)
    return folder


def brief(command: Command, *words: str) -> list[str]:
    done = command("brief", *words)
    assert (done.returncode, done.stderr) == (0, "")
    return str(done.stdout).splitlines()


def as_json(command: Command, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads("\n".join(brief(command, *words, "--format", "json")))
    return found


def test_an_empty_archive_is_one_line(command: Command) -> None:
    assert brief(command) == ["No article matches"]
    assert brief(command, "--since", "24h")[0].startswith("Nothing has arrived since 2")
    assert as_json(command)["headlines"] == []


def test_what_arrived_is_told_in_plain_lines_of_less_than_eighty_cells(
    command: Command, tmp_path: Path
) -> None:
    assert command("import", archive(tmp_path / "news")).returncode == 0
    lines = brief(command, "--since", "24h")
    assert lines[0].endswith(": 32 articles, 31 stories, 1 told by several")
    assert lines[1].startswith("Mood     ▲ 31 ▼ 1  97% positive")
    place = lines.index("Told by several sources")
    assert lines[place + 1] == f"  2  ▲▼ 03-14 08:00  {HACK:46}  ledgerpost"
    assert lines[lines.index("The rest") + 1] == f"{'BTC':22}{30:7}  ▲ 30"
    assert max(map(cell_len, lines)) < 80
    assert "\x1b" not in "\n".join(lines)
    assert not [line for line in lines if line.startswith(("More of", "Turned"))]


def test_without_a_visit_it_is_about_the_newest_day(command: Command, tmp_path: Path) -> None:
    assert command("import", archive(tmp_path / "news")).returncode == 0
    head = "The newest 24 hours (no visit yet): "
    assert brief(command)[0] == f"{head}9 articles, 8 stories, 1 told by several"
    assert as_json(command)["since"] is None


def test_few_articles_are_listed_one_by_one(command: Command, tmp_path: Path) -> None:
    assert command("import", archive(tmp_path / "news")).returncode == 0
    lines = brief(command, "oracle")
    assert lines == [
        "The newest 24 hours (no visit yet): 2 articles, 1 story, 1 told by several",
        "",
        f"     ▲  03-14 10:30  {'Larkspur refunds oracle vaults':45}  coinharbour",
        f"     ▼  03-14 08:00  {HACK:45}  ledgerpost",
    ]


def test_the_last_visit_is_what_a_screen_saved_and_stays_as_it_is(
    command: Command, tmp_path: Path
) -> None:
    assert command("import", archive(tmp_path / "old", 5)).returncode == 0
    with Library(tmp_path / "data") as library:
        visit = library.insight.present()
        library.insight.save_visit(visit)
    assert brief(command)[0].startswith("Nothing has arrived since ")
    news = tmp_path / "new"
    news.mkdir()
    (news / "77.md").write_text(
        markdown(
            title="Larkspur vaults: forged oracle traced",
            externalId="77",
            lang="en",
            publishedAt="2026-03-13T08:00:00Z",
            source="{key: tarnbydesk}",
        )
    )
    assert command("import", news).returncode == 0
    for _ in range(2):  # it does not change the visit
        found = as_json(command)
        assert datetime.fromisoformat(found["since"]).date() == visit.at.astimezone(UTC).date()
        assert (found["articles"], found["told_by_several"]) == (1, 0)


def test_json_names_all_that_the_text_tells(command: Command, tmp_path: Path) -> None:
    assert command("import", archive(tmp_path / "news")).returncode == 0
    found = as_json(command, "--since", "2020-01-01")
    assert list(found) == [
        *("since", "articles", "stories", "told_by_several", "mood", "days"),
        *("more", "turned", "headlines", "rest"),
    ]
    (told,) = found["headlines"]
    assert told | {"id": "", "story": 0} == {
        "story": 0,
        "id": "",
        "title": HACK,
        "published_at": "2026-03-14T08:00:00Z",
        "source": "ledgerpost",
        "sources": 2,
        "sentiment": "NEGATIVE",
        "split": True,
        "began_before": False,
    }
    assert found["mood"]["positive"] == 31
    assert found["rest"] == [{"category": "BTC", "articles": 30, "unread": 30}]
    assert command("show", str(told["id"])).returncode == 0


@pytest.mark.parametrize("since", ["yesterday", "", "2026-02-30", "-1d"])
def test_another_word_than_an_age_or_a_date_is_refused(command: Command, since: str) -> None:
    done = command("brief", f"--since={since}")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--since" in done.stderr
