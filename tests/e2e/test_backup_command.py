"""`cryptoread backup` and `cryptoread restore`, as a user types them."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from shutil import copytree

import pytest

from tests.e2e.conftest import Command, Reader, leave
from tests.e2e.test_marks_session import marked

pytestmark = pytest.mark.usefixtures("data")


def articles(command: Command) -> int:
    return len(json.loads(command("list", "is:read", "--format", "json").stdout))


def test_a_backup_of_an_open_screen_comes_back_into_another_folder(
    reader: Reader, command: Command, tmp_path: Path
) -> None:
    terminal = reader()
    terminal.send("gjjjjm")
    terminal.wait_for("article read")
    kept = tmp_path / "kept.zip"
    done = command("backup", kept)
    assert done.returncode == 0
    assert done.stdout == ""
    assert done.stderr.startswith(f"backed up 40 articles, marks of 2 articles to {kept} (")
    terminal.send("jm")
    terminal.wait_for("26 unread")
    refused = command("restore", kept)
    assert refused.returncode == 3
    assert "is in use by another program" in refused.stderr
    leave(terminal)
    assert marked(command, "read") == {"1001", "1002"}
    other = ("--data", tmp_path / "other")
    restored = command(*other, "restore", kept)
    assert (restored.returncode, restored.stdout) == (0, "")
    assert restored.stderr == f"restored 40 articles, marks of 2 articles from {kept}\n"
    read = json.loads(command(*other, "list", "is:read", "lang:en", "--format", "json").stdout)
    assert [each["external_id"] for each in read] == ["1001"]


def test_a_restore_names_the_files_that_it_renamed(command: Command, tmp_path: Path) -> None:
    kept = tmp_path / "kept.zip"
    config = tmp_path / "config.toml"
    config.write_text("sync_every = 5\n")
    given = ("--config", config)
    assert "settings to" in command(*given, "backup", kept).stderr
    config.write_text("sync_every = 6\n")
    restored = command(*given, "restore", kept)
    assert restored.returncode == 0
    asides = [line for line in restored.stderr.splitlines() if line.startswith("what was there")]
    assert len(asides) == 3
    assert all(Path(line.rpartition(" ")[2]).is_file() for line in asides)
    assert config.read_text() == "sync_every = 5\n"
    assert "[OPTIONS]" in command("restore", "--help").stdout


def test_marks_alone(reader: Reader, command: Command, tmp_path: Path) -> None:
    terminal = reader()
    terminal.send("gjjjjmf")
    terminal.wait_for("★")
    leave(terminal)
    kept = tmp_path / "marks.zip"
    assert command("backup", "--marks", kept).stderr.startswith("backed up marks of 2 articles to")
    with closing(sqlite3.connect(tmp_path / "data" / "marks.db")) as db:
        db.execute("UPDATE marks SET read = 0, favourite = 0")
        db.execute("UPDATE meta SET value = value + 1")
        db.commit()
    assert marked(command, "read") == set()
    assert command("restore", "--marks", kept).returncode == 0
    assert marked(command, "read") == marked(command, "favourite") == {"1001"}


@pytest.mark.parametrize("words", [("backup",), ("restore",), ("backup", "a", "b")])
def test_wrong_usage_is_explained(command: Command, words: tuple[str, ...]) -> None:
    assert command(*words).returncode == 2


def test_an_impossible_request_is_one_sentence(command: Command, tmp_path: Path) -> None:
    kept = tmp_path / "kept.zip"
    kept.write_text("mine")
    for words, reason in (
        (("backup", kept), "it already exists"),
        (("backup", tmp_path / "nowhere" / "kept.zip"), "No such file or directory"),
        (("restore", kept), "is not a backup; nothing was changed"),
        (("restore", tmp_path / "none.zip"), "No such file or directory"),
    ):
        done = command(*words)
        assert (done.returncode, done.stdout) == (3, "")
        assert reason in done.stderr
        assert done.stderr.count("\n") == 1
        assert "Traceback" not in done.stderr
    assert kept.read_text() == "mine"


def test_a_folder_moves_to_another_machine(command: Command, data: Path, tmp_path: Path) -> None:
    """Without the archive that was imported, and offline."""
    kept = tmp_path / "kept.zip"
    command("backup", kept)
    copytree(data, tmp_path / "before")
    for file in data.iterdir():
        file.unlink()
    assert command("restore", kept).returncode == 0
    assert len(json.loads(command("list", "--format", "json").stdout)) == 39
