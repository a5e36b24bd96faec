"""The command `related`: articles about the same, in a table and in JSON."""

import json
from pathlib import Path

from tests.builders import markdown
from tests.e2e.conftest import Command

TITLES = (
    ("1", "2026-01-03T08:00:00Z", "Vaults of Larkspur drained by a forged oracle"),
    ("2", "2026-02-04T08:00:00Z", "Larkspur vaults reopen a month after the forged oracle"),
    ("3", "2026-03-04T08:00:00Z", "Miners of Tarnby move to hydro plants"),
)


def archive(folder: Path) -> Path:
    folder.mkdir()
    for id, at, title in TITLES:
        text = markdown(
            title=title, externalId=id, lang="en", publishedAt=at, source="{key: ledgerpost}"
        )
        (folder / f"{id}.en.md").write_text(text)
    return folder


def test_related_articles_are_listed(command: Command, tmp_path: Path) -> None:
    assert command("import", str(archive(tmp_path / "news"))).returncode == 0
    done = command("related", "1")
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert line.endswith(TITLES[1][2])
    (found,) = json.loads(command("related", "1", "--format", "json").stdout)
    assert (found["external_id"], found["title"]) == ("2", TITLES[1][2])


def test_an_article_without_related_ones_has_an_empty_list(
    command: Command, tmp_path: Path
) -> None:
    command("import", str(archive(tmp_path / "news")))
    assert command("related", "3").stdout == ""
    assert json.loads(command("related", "3", "--format", "json").stdout) == []
    assert command("related", "none").returncode == 3
