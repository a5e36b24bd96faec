"""The lock for renaming, creating and migrating files: one per folder."""

import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from reader.cache.files.asides import alone
from reader.errors import CacheLocked, CacheUnwritable
from tests.engines import chooses_engine

pytestmark = chooses_engine("the lock is a file of the folder")

HOLD = """
import sys
from pathlib import Path
from reader.cache.files.asides import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""

START = """
import sys
from pathlib import Path
from reader.library import Library
with Library(Path(sys.argv[1])) as library:
    print(library.total, *library.notices)
"""


def test_waiting_for_another_program_ends_with_an_error_that_names_the_file(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdin
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(CacheLocked, match="in use by another program"), alone(tmp_path, 0.05):
            pass
        other.stdin.close()
        with alone(tmp_path):
            pass


def test_the_lock_ends_with_the_program_that_holds_it(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        other.kill()
    with alone(tmp_path, 0):
        pass


def test_the_lock_is_reentrant_in_its_thread_only(tmp_path: Path) -> None:
    found: list[str] = []

    def other() -> None:
        try:
            with alone(tmp_path, 0.05):
                found.append("taken")
        except CacheLocked:
            found.append("locked")

    link = tmp_path.with_name(f"{tmp_path.name}-link")
    link.symlink_to(tmp_path)
    with alone(tmp_path):
        with alone(link, 0), alone(tmp_path, 0):
            pass
        thread = Thread(target=other)
        thread.start()
        thread.join()
    with alone(tmp_path, 0):
        pass
    assert found == ["locked"]


def test_it_leaves_no_file_and_needs_no_write_permission(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o500)
    try:
        with alone(folder, 0):
            pass
        assert list(folder.iterdir()) == []
    finally:
        folder.chmod(0o700)


def test_a_missing_folder_is_created_for_this_user_only(tmp_path: Path) -> None:
    with alone(tmp_path / "a/data"):
        assert (tmp_path / "a/data").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_created_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(CacheUnwritable, match="cannot be written"), alone(tmp_path / "file"):
        pass


@pytest.mark.long
def test_six_starts_at_once_on_damaged_files_lose_none_of_them(tmp_path: Path) -> None:
    for name in ("cache.db", "marks.db"):
        (tmp_path / name).write_bytes(b"damaged " * 2000)
    words = [sys.executable, "-c", START, str(tmp_path)]
    starts = [
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    said = [each.communicate(timeout=60) for each in starts]
    assert [each.returncode for each in starts] == [0] * 6, said
    for name in ("cache.db", "marks.db"):
        (aside,) = tmp_path.glob(f"{name}.damaged-*")
        assert aside.read_bytes() == b"damaged " * 2000
        assert sum(aside.name in out for out, _ in said) == 1
