"""Every command on every kind of broken standard stream: no traceback, and the right exit code.

What cannot be printed is code 3 with one sentence; a closed pipe is quiet with code 0; messages
that cannot be said never stop the work that they are about.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.builders import markdown
from tests.e2e.conftest import COMMAND
from tests.terminal import Terminal

QUIET_PIPE = 0
FAILED = 3

PRINTING = (
    "list",
    "list --format json",
    "list --format csv",
    "show 1",
    "show 1 --format json",
    "show 1 --format markdown",
    "stats",
    "stats --format json",
    "subscriptions",
    "subscriptions --format json",
    "subscriptions --export -",
    "doctor",
    "--help",
    "--version",
    "list --help",
)
"""Commands whose result is what they print."""

WORKING = {
    "import more": 1,
    "export --to out.zip": 0,
    "sync": 3,
    "subscriptions --import feeds.opml": 0,
    "show nothing": 3,
    "list --unknown": 2,
}
"""Commands that do something and say so on standard error, and their exit codes."""

OPML = '<opml version="2.0"><body><outline text="Їжак" xmlUrl="https://example.org/feed"/></body></opml>'


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to run commands in, with an article imported, and one more to be; to be copied."""
    folder = tmp_path_factory.mktemp("prepared")
    for name, id in (("news", "1"), ("more", "2")):
        (folder / name).mkdir()
        text = markdown(title="Курс вгору ↑", external_id=id, body="Слово. " * 3000)
        (folder / name / f"{id}.md").write_text(text, "utf-8")
    (folder / "more" / "empty.md").write_bytes(b"")
    (folder / "feeds.opml").write_text(OPML, "utf-8")
    settle(folder)
    assert shell(folder, "import news").returncode == 0
    return folder


@pytest.fixture
def home(prepared: Path, tmp_path: Path) -> Path:
    """A copy of the test's own."""
    return Path(shutil.copytree(prepared, tmp_path, dirs_exist_ok=True))


def settle(home: Path) -> None:
    """Nothing of what a command wrote is there any more."""
    (home / "config.toml").write_text('[subscriptions]\nNews = "http://127.0.0.1:9/feed"\n')
    (home / "out.zip").unlink(missing_ok=True)


def shell(home: Path, words: str, streams: str = "") -> "subprocess.CompletedProcess[bytes]":
    """The command as a shell runs it, with its streams redirected."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "CRYPTOREAD_DATA": str(home / "data"),
        "CRYPTOREAD_CONFIG": str(home / "config.toml"),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
    }
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; '{COMMAND}' {words} {streams}"],
        capture_output=True,
        env=env,
        cwd=home,
        timeout=60,
        check=False,
    )


def assert_no_traceback(done: "subprocess.CompletedProcess[bytes]") -> None:
    said = done.stderr + done.stdout
    assert b"Traceback" not in said
    assert b"Exception ignored" not in said


@pytest.mark.parametrize("words", PRINTING)
def test_a_failed_output_is_one_sentence(home: Path, words: str) -> None:
    for streams, reason in ((">/dev/full", b"No space left on device"), (">&-", b"it is closed")):
        done = shell(home, words, streams)
        assert_no_traceback(done)
        assert done.returncode == FAILED
        (sentence,) = done.stderr.splitlines()
        assert sentence.startswith(b"cryptoread: cannot write to standard output")
        assert reason in sentence
    for streams in (">/dev/full 2>&1", ">&- 2>&-", ">&- 2>&- <&-"):
        assert shell(home, words, streams).returncode == FAILED


@pytest.mark.parametrize("words", PRINTING)
def test_a_closed_pipe_is_quiet_with_one_code(home: Path, words: str) -> None:
    for streams in ("> >(exec true)", "| true", "2>&1 | true"):
        done = shell(home, words, streams)
        assert_no_traceback(done)
        assert done.stderr == b""
        assert done.returncode in (QUIET_PIPE, own_code(words)), streams


def own_code(words: str) -> int:
    """The code where all could be written before the pipe was closed."""
    return 1 if words == "doctor" else 0


@pytest.mark.parametrize("words", PRINTING)
def test_output_needs_neither_stderr_nor_stdin(home: Path, words: str) -> None:
    usual = shell(home, words)
    for streams in ("2>&-", "2>/dev/full", "<&-", "<&- 2>&-"):
        done = shell(home, words, streams)
        assert_no_traceback(done)
        assert (done.returncode, steady(done.stdout)) == (usual.returncode, steady(usual.stdout)), (
            streams
        )


def steady(output: bytes) -> bytes:
    """What is printed without how much of the disk is free, which other programs change."""
    return re.sub(rb"[\d.]+ .B free", b"free", output)


@pytest.mark.parametrize("words", WORKING)
def test_a_command_does_its_work_even_if_its_output_is_closed(home: Path, words: str) -> None:
    for streams in (
        *("", ">/dev/full", ">&-", "2>&-", "2>/dev/full", "<&-", ">&- 2>&- <&-"),
        *("| true", "2>&1 | true"),
    ):
        settle(home)
        done = shell(home, words, streams)
        assert_no_traceback(done)
        assert done.returncode == WORKING[words], streams
        if words.startswith("export"):
            assert (home / "out.zip").exists(), streams
        if words.startswith("subscriptions"):
            assert "example.org" in (home / "config.toml").read_text("utf-8"), streams


@pytest.mark.parametrize("streams", ["2>&-", "2>/dev/full", ">&- 2>&- <&-", "2>&1 | true"])
def test_an_import_without_output_imports_everything(home: Path, streams: str) -> None:
    (home / "bulk").mkdir()
    for number in range(300):  # worth worker processes
        text = markdown(title=f"Story {number}", external_id=f"bulk-{number}")
        (home / "bulk" / f"{number}.md").write_text(text, "utf-8")
    assert shell(home, "import bulk", streams).returncode == 0
    listed = shell(home, "list --format jsonl").stdout.splitlines()
    assert len(listed) == 301


def test_no_file_takes_the_number_of_a_closed_stream(home: Path) -> None:
    """Else messages would be written into the database."""
    shell(home, "import more", ">&- 2>&- <&-")
    assert b"cache.db" in shell(home, "doctor").stdout
    assert (home / "data" / "cache.db").read_bytes().startswith(b"SQLite format 3\0")
    assert len(shell(home, "list --format jsonl").stdout.splitlines()) == 2


def test_a_closed_input_is_named_where_input_is_wanted(home: Path) -> None:
    done = shell(home, "subscriptions --import -", "<&-")
    assert done.returncode == FAILED
    assert done.stderr.decode().splitlines() == [
        "cryptoread: standard input cannot be read: it is closed, or not open for reading"
    ]


@pytest.mark.parametrize(
    "streams", ["<&-", ">&-", "2>&-", "</dev/null", "2>/dev/null", ">/dev/full"]
)
def test_the_screen_without_one_of_its_streams_is_wrong_usage(home: Path, streams: str) -> None:
    env = {"CRYPTOREAD_DATA": str(home / "data")}
    with Terminal(["sh", "-c", f"'{COMMAND}' {streams}"], env=env) as terminal:
        assert terminal.wait_exit() == 2
        assert "cryptoread: the reader needs a terminal" in " ".join(terminal.text.split())
        assert terminal.unrestored() == []
