"""The benchmarks: folders that they make, and the key that others are compared with."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.figures import A_KEY
from tests.benchmarks.keys_in_turn import empty_key


def test_missing_folders_for_archives_and_data_are_made(tmp_path: Path) -> None:
    archives, data = tmp_path / "new" / "archives", tmp_path / "other" / "new" / "data"
    options = ["--sizes", "20", "--archives", str(archives), "--data", str(data), "--rounds", "1"]
    command = [sys.executable, "-m", "tests.benchmarks", "size", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "size on disk" in done.stdout
    assert len((archives / "20.jsonl").read_text("utf-8").splitlines()) == 20
    assert (data / "cache.db").exists()


def test_a_key_is_compared_with_that_of_an_empty_app() -> None:
    with empty_key() as empty:
        assert [empty.after(sample) for sample in (30.0, 10.0, 20.0)] == [30.0, 10.0, 20.0]
    assert len(empty.samples) == 3
    assert all(sample > 0 for sample in empty.samples)
    empty.samples[:] = [4.0, 5.0, 16.0]
    ours, its = empty.figures("tag digit", [30.0, 10.0, 20.0], A_KEY)
    assert ours.ratios == {"empty app's key": pytest.approx(4.0)}
    assert "4 × empty app's key" in ours.cells(None)
    assert ours.is_kept is False
    assert (its.name, its.median) == ("tag digit, empty app", 5.0)
