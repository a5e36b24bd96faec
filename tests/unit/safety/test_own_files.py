"""Files of the program: their names, their contents after a failure, and their permissions."""

import os
import stat
from pathlib import Path

import pytest

from reader.safety.own_files import NotRegular, create, create_beside, make_folder, read_own


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


def test_a_new_file_replaces_nothing_and_follows_no_link(tmp_path: Path) -> None:
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


def test_a_link_in_the_data_folder_changes_no_permissions_elsewhere(tmp_path: Path) -> None:
    folder, victim = tmp_path / "data", tmp_path / "victim"
    folder.mkdir(0o755)
    victim.write_text("mine")
    victim.chmod(0o644)
    (folder / "cache.db").symlink_to(victim)
    make_folder(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(victim.stat().st_mode) == 0o644
