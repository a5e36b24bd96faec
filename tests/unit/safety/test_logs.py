"""The log: written when something fails, bounded, private, and never through a link."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reader.errors import CryptoreadError
from reader.safety import logs as log
from reader.safety.crash import Broken
from reader.safety.known_secrets import forget, know
from reader.safety.spellings import REDACTED


def raised(error: Exception, value: str = "a headline that was read") -> Exception:
    """The error as it is caught; its frame knows a value."""
    try:
        assert value
        raise error
    except type(error) as caught:
        return caught


def written(folder: Path) -> str:
    return (folder / log.NAME).read_text("utf-8")


def test_an_unexpected_error_names_the_log_and_the_log_the_code_line(
    logs: Path, tmp_path: Path
) -> None:
    told = str(Broken(raised(RuntimeError("a defect")), tmp_path))
    assert told == (
        "something went wrong (RuntimeError); your articles and marks are safe, "
        f"the details are in {logs / log.NAME}"
    )
    text = written(logs)
    assert text.startswith("cryptoread log\n")
    assert "RuntimeError: a defect" in text
    assert 'test_logs.py", line' in text
    assert "headline that was read" not in text.replace(
        'value: str = "a headline that was read"', ""
    )


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("Whale sells Bitcoin"), "ValueError"),
        (KeyError("Whale sells Bitcoin"), "KeyError"),
        (UnicodeEncodeError("ascii", "Whale", 0, 1, "no"), "UnicodeEncodeError"),
        (CryptoreadError("Whale sells Bitcoin"), "CryptoreadError"),
        (RuntimeError("no 'Whale sells Bitcoin' here"), "RuntimeError: no '…' here"),
        (TypeError('"Whale sells" is not a number'), "TypeError: '…' is not a number"),
        (
            AttributeError("'NoneType' object has no attribute 'isatty'"),
            "has no attribute 'isatty'",
        ),
        (OSError(28, "No space left", "/news/Whale sells"), "OSError: No space left (28)"),
        (RuntimeError("https://user:hush@example.org/?key=hush failed"), "(address) failed"),
        (RuntimeError("x" * 10_000), "RuntimeError: xxx"),
    ],
)
def test_the_log_has_no_content_that_was_read(
    logs: Path, tmp_path: Path, error: Exception, told: str
) -> None:
    log.note_error(raised(error), tmp_path)
    text = written(logs).split("Traceback")[0]
    assert told in text
    assert "Whale" not in text
    assert "hush" not in text
    assert len(text) < 400


def test_causes_and_groups_are_logged_and_endless_ones_are_not(logs: Path, tmp_path: Path) -> None:
    error = ZeroDivisionError("the cause")
    for number in range(100):
        outer = RuntimeError(f"number {number}")
        outer.__cause__ = error
        error = outer  # type: ignore[assignment]
    log.note_error(ExceptionGroup("two", [error, MemoryError("none left")]), tmp_path)
    text = written(logs)
    assert "number 99" in text
    assert "none left" in text
    assert text.count("because of") < 10


def test_a_deep_recursion_is_logged_briefly(logs: Path, tmp_path: Path) -> None:
    def deeper() -> None:
        deeper()

    try:
        deeper()
    except RecursionError as error:
        log.note_error(error, tmp_path)
    assert len(written(logs)) < 20_000


def test_notes_are_written_where_they_are_asked_for(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.note("a note")
    assert not logs.exists()
    monkeypatch.setenv("CRYPTOREAD_DEBUG", "1")
    log.note("a note\nof two lines")
    assert written(logs).endswith("a note\n    of two lines\n")


def test_only_the_user_can_read_it(logs: Path) -> None:
    before = os.umask(0)
    try:
        log.warn("a warning")
    finally:
        os.umask(before)
    assert (logs / log.NAME).stat().st_mode & 0o777 == 0o600
    assert logs.stat().st_mode & 0o777 == 0o700


def test_it_is_bounded_and_the_latest_records_are_kept(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "MOST_BYTES", 10_000)
    for number in range(1_000):
        log.warn(f"warning {number} {'x' * 100}")
    log.warn("y" * 1_000_000)
    assert sorted(each.name for each in logs.iterdir()) == [log.NAME, log.OLD]
    assert sum(each.stat().st_size for each in logs.iterdir()) < 50_000
    for each in logs.iterdir():
        assert each.read_bytes().startswith(log.HEADER)
    assert "warning 999 " in (logs / log.NAME).read_text() + (logs / log.OLD).read_text()


def test_many_processes_write_whole_records(logs: Path) -> None:
    script = (
        "from reader.safety import logs\nlogs.MOST_BYTES=20000\n"
        "for n in range(300): logs.warn('w'*99)"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(3)]
    assert [each.wait(60) for each in writers] == [0, 0, 0]
    for each in logs.iterdir():
        first, *records = each.read_text().splitlines()
        assert first == "cryptoread log"
        assert all(record.endswith(f" {'w' * 99}") for record in records if record != first)
        assert each.stat().st_size < 60_000


@pytest.mark.parametrize("name", [log.NAME, log.OLD])
@pytest.mark.parametrize("kind", ["link", "dangling link", "hard link", "pipe", "folder", "other"])
def test_files_that_the_log_did_not_create_are_left_alone(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    monkeypatch.setattr(log, "MOST_BYTES", 300)
    target = tmp_path / "diary"
    target.write_text("cryptoread log\nnot yours")
    logs.mkdir()
    there = logs / name
    match kind:
        case "link":
            there.symlink_to(target)
        case "dangling link":
            there.symlink_to(tmp_path / "nothing")
        case "hard link":
            there.hardlink_to(target)
        case "pipe":
            os.mkfifo(there)
        case "folder":
            there.mkdir()
        case "other":
            there.write_text("another program's\n")
    before = there.lstat()
    for number in range(20):
        log.warn(f"warning {number} {'x' * 50}")
    assert target.read_text() == "cryptoread log\nnot yours"
    assert not (tmp_path / "nothing").exists()
    after = there.lstat()
    assert (after.st_ino, after.st_size, after.st_mode) == (
        before.st_ino,
        before.st_size,
        before.st_mode,
    )
    if name == log.OLD:  # it restarts in place
        assert (logs / log.NAME).stat().st_size < 1_000
        assert "warning 19" in written(logs)


def test_where_the_log_folder_cannot_be_the_data_folder_takes_it(
    logs: Path, tmp_path: Path
) -> None:
    logs.write_text("a file is there")
    data = tmp_path / "data"
    told = str(Broken(raised(RuntimeError("a defect")), data))
    assert str(data / log.NAME) in told
    assert "a defect" in written(data)
    assert log.noted_errors(data) == data / log.NAME
    data_too = tmp_path / "file"
    data_too.write_text("")
    assert "could not be saved" in str(Broken(raised(RuntimeError("x")), data_too))


def test_a_log_without_an_error_is_not_a_crash(logs: Path, tmp_path: Path) -> None:
    log.warn("a warning")
    assert log.noted_errors(tmp_path) is None
    log.note_error(raised(RuntimeError("x")), tmp_path)
    assert log.noted_errors(tmp_path) == logs / log.NAME


def test_a_known_secret_is_not_written_down(logs: Path) -> None:
    know("hush-hush-hush")
    try:
        log.warn("the key hush-hush-hush was refused")
    finally:
        forget()
    assert f"the key {REDACTED} was refused" in written(logs)
