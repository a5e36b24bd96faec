"""Files of ours: what is written beside them, what they are taken for, and who may read them."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from reader.crash import CRASH_LOG, Broken
from reader.known_secrets import forget, know
from reader.own_files import NotRegular, create, create_beside, make_folder, read_own
from reader.redaction import REDACTED


def broken(folder: Path) -> str:
    try:
        raise ValueError("the key is hush-hush-hush\x1b[2J")
    except ValueError as error:
        return str(Broken(error, folder))


def test_the_crash_log_holds_no_secret_and_is_for_the_user_alone(tmp_path: Path) -> None:
    know("hush-hush-hush")
    try:
        said = broken(tmp_path)
    finally:
        forget()
    log = tmp_path / CRASH_LOG
    assert str(log) in said
    assert f"ValueError: the key is {REDACTED}" in log.read_text()
    assert "\x1b" not in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [CRASH_LOG]


def test_a_later_crash_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    (tmp_path / CRASH_LOG).write_text("earlier")
    broken(tmp_path)
    assert "ValueError" in (tmp_path / CRASH_LOG).read_text()


@pytest.mark.parametrize(
    "make",
    [os.mkfifo, Path.mkdir, lambda path: path.symlink_to(path.with_name("victim"))],
    ids=["pipe", "folder", "link"],
)
def test_a_crash_waits_for_no_pipe_and_follows_no_link(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    make(tmp_path / CRASH_LOG)
    before = (tmp_path / CRASH_LOG).lstat().st_mode
    assert "could not be written" in broken(tmp_path)
    assert (tmp_path / CRASH_LOG).lstat().st_mode == before
    assert victim.read_text() == "mine"


def test_a_folder_in_which_nothing_can_be_written_is_said_to_be_one(tmp_path: Path) -> None:
    assert "could not be written" in broken(tmp_path / "missing")


def test_only_a_file_is_read_and_no_more_than_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert read_own(tmp_path / "link", 5) == b"12345"
    with pytest.raises(OSError, match="larger"):
        read_own(tmp_path / "file", 4)
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(NotRegular, match="and not a file"):
            read_own(path)


def test_what_is_new_replaces_nothing_and_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("file", "link"):
        with pytest.raises(FileExistsError):
            create(tmp_path / name, 0o600)
    descriptor, beside = create_beside(tmp_path / "file", 0o600)
    os.close(descriptor)
    assert beside.parent == tmp_path
    assert (tmp_path / "file").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_a_link_in_a_folder_of_ours_changes_no_rights_elsewhere(tmp_path: Path) -> None:
    folder, victim = tmp_path / "data", tmp_path / "victim"
    folder.mkdir(0o755)
    victim.write_text("mine")
    victim.chmod(0o644)
    (folder / "cache.db").symlink_to(victim)
    make_folder(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(victim.stat().st_mode) == 0o644
