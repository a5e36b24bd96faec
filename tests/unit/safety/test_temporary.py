"""Temporary folders that killed programs left: which are found, and which are never touched."""

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reader.safety import temporary
from reader.safety.temporary import LOCK, TemporaryFolder, left_behind, remove

HOLDER = """
import sys
from pathlib import Path
from reader.safety.temporary import TemporaryFolder

folder = TemporaryFolder(sys.argv[1])
Path(folder.name, "cache.db").write_bytes(bytes(3000))
print(folder.name, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder for temporary folders."""
    made = tmp_path / "temporary"
    made.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(made))
    monkeypatch.setattr(temporary, "MEMORY", str(tmp_path / "missing"))
    return made


def found() -> list[Path]:
    return [each.path for each in left_behind()]


def locked(folder: Path) -> Path:
    """A folder of a program that was killed."""
    folder.mkdir(0o700)
    (folder / LOCK).touch()
    return folder


def test_a_folder_is_left_over_when_its_program_is_killed(place: Path) -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", HOLDER, str(place)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as program:
        assert program.stdout is not None
        folder = Path(program.stdout.readline().strip())
        assert found() == []
        assert not remove(folder)
        program.kill()
        program.wait()
    (left,) = left_behind()
    assert (left.path, left.size) == (folder, 3000)
    assert remove(folder)
    assert list(place.iterdir()) == []


def test_a_folder_of_this_program_is_in_use_until_it_is_cleaned_up(place: Path) -> None:
    with TemporaryFolder() as name:
        assert Path(name).parent == place
        assert Path(name).stat().st_mode & 0o777 == 0o700
        assert found() == []
    assert list(place.iterdir()) == []


def test_a_folder_that_is_removed_before_it_is_locked_is_made_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fcntl.flock
    removed: list[Path] = []

    def flock(handle: int, operation: int) -> None:
        if not removed:
            removed.extend(place.iterdir())
            (removed[0] / LOCK).unlink()
            removed[0].rmdir()
        real(handle, operation)

    monkeypatch.setattr(temporary, "flock", flock)
    with TemporaryFolder() as name:
        assert Path(name) not in removed
        assert Path(name).is_dir()
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("name", ["cryptoread-articles", "cryptoread-mynews24"])
@pytest.mark.parametrize("inside", ["2024/a.md", "cache.db", "marks.db"])
def test_a_folder_without_a_lock_is_the_users(place: Path, name: str, inside: str) -> None:
    mine = place / name / inside
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    long_ago = time.time() - 365 * 24 * 3600
    for each in (mine, mine.parent, place / name):
        os.utime(each, (long_ago, long_ago))
    assert found() == []
    assert not remove(place / name)
    assert mine.read_text() == "mine"


def test_a_folder_in_other_use_is_not_left_over(place: Path) -> None:
    folder = locked(place / "cryptoread-ab12cd3_")
    assert found() == [folder]
    assert list(left_behind([folder])) == []
    assert list(left_behind([folder / "config.toml"])) == []


@pytest.mark.parametrize(
    "name",
    [
        *("cryptoread-model-archive", "cryptoread-2026", "cryptoread-ab12CD34", "cryptoread-"),
        *("other-ab12cd34", "cryptoread-ab12cd34.zip", "cryptoread-ab12cd345"),
    ],
)
def test_a_folder_of_another_name_is_not_ours(place: Path, name: str) -> None:
    folder = locked(place / name)
    assert found() == []
    assert not remove(folder)


def test_no_link_is_followed(place: Path, tmp_path: Path) -> None:
    precious = locked(tmp_path / "cryptoread-pr3c10us")
    (place / "cryptoread-ab12cd34").symlink_to(precious)
    (place / "cryptoread-ef56ab78").write_text("a file")
    assert found() == []
    assert not remove(place / "cryptoread-ab12cd34")
    folder = locked(place / "cryptoread-0a1b2c3d")
    (folder / "link").symlink_to(precious)
    assert remove(folder)
    assert precious.exists()
    unlocked = place / "cryptoread-4e5f6a7b"
    unlocked.mkdir()
    (unlocked / LOCK).symlink_to(precious / LOCK)
    assert not remove(unlocked)


def test_a_folder_of_another_user_is_left_alone(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = locked(place / "cryptoread-ab12cd34")
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    assert found() == []
    assert not remove(folder)
    assert folder.exists()
