"""The program's own files: private, and never a pipe, a device, a socket or another user's link."""

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Command

Make = Callable[[Path], None]


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        os.chdir(path.parent)  # such a name is short
        try:
            made.bind(path.name)
        finally:
            os.chdir(here)


KINDS: dict[str, Make] = {
    "a named pipe": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a folder": Path.mkdir,
    "a socket": a_socket,
}
FILES = ("cache.db", "cache.db-wal", "marks.db", "marks.db-wal", "reading.lock")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FILES)
def test_an_irregular_data_file_is_refused_at_once(
    command: Command, tmp_path: Path, kind: str, name: str
) -> None:
    (tmp_path / "data").mkdir(0o700)
    KINDS[kind](tmp_path / "data" / name)
    for words in ("list",), ("import", "news"), ("sync",):
        (tmp_path / "news").mkdir(exist_ok=True)
        (tmp_path / ".config/cryptoread").mkdir(parents=True, exist_ok=True)
        (tmp_path / ".config/cryptoread/config.toml").write_text("[subscriptions]\n")
        ran = command(*words)
        assert ran.returncode == 3, (words, ran.stderr)
        assert f"{name} is {kind} and not a file" in ran.stderr
        assert len(ran.stderr.splitlines()) <= 2
    ran = command("doctor")
    assert "Traceback" not in ran.stderr
    assert ran.returncode == (3 if name.endswith(".db") else 0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "words",
    [
        ("--config", "it", "sync"),
        ("--config", "it", "subscribe", "https://news.example/feed", "--kind", "feed"),
        ("--config", "it", "unsubscribe", "News"),
        ("--config", "it", "doctor"),
        ("subscriptions", "--import", "it"),
        ("subscriptions", "--export", "it"),
        ("export", "--to", "it.zip"),
        ("export", "--to", "it.jsonl"),
        ("import", "it.md"),
        ("import", "it.jsonl"),
        ("import", "it.tar.gz"),
    ],
    ids=" ".join,
)
def test_an_irregular_config_file_is_refused_at_once(
    command: Command, tmp_path: Path, kind: str, words: tuple[str, ...]
) -> None:
    name = next(word for word in words if word.startswith("it"))
    KINDS[kind](tmp_path / name)
    ran = command(*words)
    if kind == "a folder" and words[0] == "import":
        assert ran.returncode == 0
        return
    assert ran.returncode in (1, 2, 3), ran.stderr
    assert "Traceback" not in ran.stderr
    before = (tmp_path / name).lstat().st_mode
    assert not stat.S_ISREG(before)  # it is there still, and what it was


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_the_user_can_read_the_data(
    command: Command, archive: Path, tmp_path: Path, umask: int
) -> None:
    before = os.umask(umask)
    try:
        assert command("import", archive).returncode == 0
        assert command("subscribe", "https://news.example/feed", "--kind", "feed").returncode == 0
        assert command("export", "--to", "out").returncode == 0
        assert command("export", "--to", "out.zip").returncode == 0
    finally:
        os.umask(before)
    data, config = tmp_path / "data", tmp_path / ".config/cryptoread"
    assert [mode(each) for each in (data, config)] == [0o700, 0o700]
    assert {mode(each) for each in (*data.iterdir(), *config.iterdir())} == {0o600}
    exported = [tmp_path / "out.zip", *(each for each in (tmp_path / "out").rglob("*.md"))]
    assert {mode(each) for each in exported} == {0o666 & ~umask}


def test_data_of_earlier_versions_is_closed_to_others(command: Command, data: Path) -> None:
    for each in data.iterdir():
        each.chmod(0o644)
    data.chmod(0o755)
    assert command("list").returncode == 0
    assert mode(data) == 0o700
    assert {mode(each) for each in data.iterdir()} == {0o600}


def test_a_folder_with_other_files_keeps_its_permissions(command: Command, data: Path) -> None:
    (data / "letters.txt").write_text("mine")
    data.chmod(0o755)
    assert command("list").returncode == 0
    assert (mode(data), mode(data / "letters.txt")) == (0o755, 0o644)
    assert mode(data / "marks.db") == 0o600


def test_a_key_that_others_can_read_is_named(command: Command, tmp_path: Path, data: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('coindesk_key = "hush-hush"\n')
    config.chmod(0o644)
    ran = command("--config", str(config), "doctor")
    assert "others can read it" in ran.stdout
    assert "chmod 600" in ran.stdout
    config.chmod(0o600)
    assert "chmod" not in command("--config", str(config), "doctor").stdout
    assert data.exists()


def test_an_export_follows_no_link_and_deletes_nothing(
    command: Command, tmp_path: Path, data: Path
) -> None:
    assert data.exists()
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "all.jsonl.part").write_text("mine, too")
    (tmp_path / "link.zip").symlink_to(tmp_path / "nowhere.zip")
    assert command("export", "--to", "all.jsonl").returncode == 0
    assert (tmp_path / "all.jsonl.part").read_text() == "mine, too"
    assert command("export", "--to", "link.zip").returncode == 3
    assert (tmp_path / "link.zip").is_symlink()
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    out.mkdir()
    elsewhere.mkdir()
    for year in range(2020, 2031):
        (out / str(year)).symlink_to(elsewhere)
    ran = command("export", "--to", "out")
    assert (ran.returncode, "is a link" in ran.stderr) == (1, True)
    assert list(elsewhere.iterdir()) == []
    assert victim.read_text() == "mine"
    assert not [each.name for each in tmp_path.iterdir() if each.name.startswith(".all")]
