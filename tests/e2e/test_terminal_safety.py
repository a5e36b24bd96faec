"""However the program ends, the terminal is restored and marks are kept; odd terminals."""

import json
import os
import re
import select
import signal
import sqlite3
import subprocess
import termios
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.archive import ENGLISH, STORIES
from tests.e2e.conftest import COMMAND, Command, Reader, leave
from tests.terminal import Terminal

COLOUR = re.compile(rb"\x1b\[[\d;]*?(?<=[\[;])(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?=[;m])[\d;]*m")

BREAKS = """
from reader.library import Library

def article(self, id):
    secret = "known to the user alone"
    raise RuntimeError("unforeseen")

Library.article = article
"""

BREAKS_START = """
from reader.library import Library

def hold(self):
    secret = "known to the user alone"
    raise RuntimeError("unforeseen")

Library.hold = hold
"""


def read_ids(command: Command) -> set[str]:
    return {
        each["external_id"]
        for each in json.loads(command("list", "is:read", "--format", "json").stdout)
    }


def opens_first(terminal: Terminal) -> None:
    terminal.send("gjjjjl")
    terminal.wait_for(STORIES["1001"].note)
    terminal.wait_for("27 unread")


def broken(tmp_path: Path, code: str = BREAKS) -> dict[str, str]:
    """An environment in which opening an article, or what the code says, goes wrong."""
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(code)
    return {"PYTHONPATH": str(folder)}


# The end of a session


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_as_q_does(
    reader: Reader, command: Command, number: signal.Signals
) -> None:
    terminal = reader()
    opens_first(terminal)
    terminal.signal(number)
    terminal.wait_exit()
    assert terminal.unrestored() == []
    assert "Traceback" not in terminal.text
    assert read_ids(command) == {"1001"}
    again = reader()
    again.send("l")
    again.wait_for(STORIES["1001"].note)


@pytest.mark.usefixtures("data")
def test_a_kill_keeps_the_marks(reader: Reader, command: Command) -> None:
    terminal = reader()
    opens_first(terminal)
    terminal.send("f")
    terminal.wait_for("★\xa0favourite")
    terminal.signal(signal.SIGKILL)
    terminal.wait_exit()
    assert read_ids(command) == {"1001"}
    assert command("list", "is:favourite", "lang:en").stdout.count("\n") == 1


def test_a_closed_terminal_ends_the_program_and_keeps_the_marks(
    data: Path, command: Command
) -> None:
    master, slave = os.openpty()
    termios.tcsetwinsize(slave, (40, 120))
    become = ["/bin/sh", "-c", 'exec "$@" <>"$0" >&0 2>&0', os.ttyname(slave)]
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm", "HOME": str(data.parent)}
    with subprocess.Popen(
        [*become, COMMAND, "--data", data],
        env=environment,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
    ) as process:
        try:
            read_until(master, b"? help")
            os.close(slave)
            os.write(master, b"gjjjjl")
            read_until(master, b"27 unread")
            os.close(master)
            process.wait(10)
        finally:
            process.kill()
    assert read_ids(command) == {"1001"}


def read_until(master: int, wanted: bytes) -> None:
    seen = b""
    while wanted not in re.sub(rb"\x1b\[[\d;]*m", b"", seen):
        assert select.select([master], [], [], 10)[0], seen
        seen += os.read(master, 65536)


@pytest.mark.usefixtures("data")
def test_ctrl_z_gives_the_terminal_to_the_shell_until_fg(reader: Reader) -> None:
    terminal = reader()
    opens_first(terminal)
    terminal.send("<C-z>")
    terminal.wait_for(lambda t: not t.alternate_screen and is_stopped(t.pid))
    assert terminal.unrestored() == []
    terminal.signal(signal.SIGCONT)
    terminal.wait_for(lambda t: t.alternate_screen and STORIES["1001"].note in t.text)
    terminal.send("<Tab>")
    terminal.wait_for("j k move")
    leave(terminal)


def is_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


# Unforeseen errors


@pytest.mark.usefixtures("data")
def test_an_unexpected_error_restores_the_terminal_and_prints_one_sentence(
    reader: Reader, tmp_path: Path
) -> None:
    terminal = reader(env=broken(tmp_path, BREAKS_START), wait_for="")
    assert terminal.wait_exit() == 3
    assert terminal.unrestored() == []
    assert "cryptoread: something went wrong (RuntimeError)" in terminal.text
    assert "Traceback" not in terminal.text
    log = (tmp_path / "logs" / "cryptoread.log").read_text()
    assert "Traceback" in log
    assert "unforeseen" in log
    assert "user alone" not in log.replace('"known to the user alone"', ""), "a value is logged"


@pytest.mark.usefixtures("data")
def test_an_unexpected_error_of_a_key_is_reported_and_the_screen_stays(
    reader: Reader, tmp_path: Path
) -> None:
    terminal = reader(env=broken(tmp_path))
    terminal.send("gjjjjl")
    terminal.wait_for("something went wrong (RuntimeError)")
    terminal.send("G")
    leave(terminal)
    assert "unforeseen" in (tmp_path / "logs" / "cryptoread.log").read_text()


@pytest.mark.usefixtures("data")
def test_an_unexpected_error_on_the_command_line_is_one_sentence(
    command: Command, tmp_path: Path
) -> None:
    (only,) = json.loads(command("list", "title:vault", "lang:en", "--format", "json").stdout)
    failed = command("open", str(only["id"]), env=broken(tmp_path))
    assert failed.returncode == 3
    assert "Traceback" not in failed.stderr
    assert len(failed.stderr.splitlines()) == 1
    assert "RuntimeError" in failed.stderr


def test_a_cache_damaged_while_the_reader_is_open_leaves_the_terminal_intact(
    reader: Reader, data: Path, command: Command
) -> None:
    terminal = reader()
    opens_first(terminal)
    size = (data / "cache.db").stat().st_size
    with (data / "cache.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))
    terminal.send("JJJ")
    terminal.wait_for(lambda t: "damaged" in t.text or not t.alternate_screen)
    terminal.send("q")
    terminal.wait_exit()
    assert terminal.unrestored() == []
    assert "Traceback" not in terminal.text
    after = command("list")
    assert after.returncode in (0, 3)
    assert "Traceback" not in after.stderr


def test_a_damaged_cache_is_set_aside_and_the_marks_stay(
    reader: Reader, data: Path, command: Command, archive: Path
) -> None:
    terminal = reader()
    opens_first(terminal)
    leave(terminal)
    (data / "cache.db").write_bytes(b"this is not a database" * 1000)
    listed = command("list")
    assert listed.returncode == 0
    assert listed.stdout == ""
    assert "cache.db" in listed.stderr
    kept = [path for path in data.iterdir() if path.read_bytes().startswith(b"this is not a data")]
    assert kept, "the damaged file is gone"
    assert command("import", archive).stderr.splitlines()[-1].startswith("40 read: 40 new")
    assert read_ids(command) == {"1001"}


def test_a_cache_of_a_newer_version_is_refused_and_left_alone(
    data: Path, command: Command, reader: Reader
) -> None:
    with closing(sqlite3.connect(data / "cache.db")) as db, db:
        db.execute("PRAGMA user_version = 999")
    db.close()
    before = (data / "cache.db").read_bytes()
    for refused in (command("list"), command("import", data)):
        assert refused.returncode == 3
        assert "was written by a newer cryptoread" in refused.stderr
        assert "Traceback" not in refused.stderr
    terminal = reader(wait_for="")
    assert terminal.wait_exit() == 3
    assert "was written by a newer cryptoread" in "".join(terminal.display)
    assert terminal.unrestored() == []
    assert (data / "cache.db").read_bytes() == before


# Outputs that are not a terminal, and terminals that can do little


def test_without_a_terminal_the_reader_says_what_to_use(command: Command) -> None:
    for words in ((), ("tag:xrp",)):
        refused = command(*words)
        assert refused.returncode == 2
        assert "needs a terminal" in refused.stderr
        assert "cryptoread list" in refused.stderr
        assert refused.stdout == ""


@pytest.mark.parametrize("term", ["dumb", "", None])
def test_a_dumb_terminal_is_refused_with_a_sentence(reader: Reader, term: str | None) -> None:
    terminal = reader(env={"TERM": term}, wait_for="")
    assert terminal.wait_exit() == 2
    assert "needs a terminal" in terminal.text
    assert b"\x1b" not in terminal.raw


@pytest.mark.usefixtures("data")
def test_no_colour_is_honoured_and_nothing_is_said_by_colour_alone(reader: Reader) -> None:
    terminal = reader(env={"NO_COLOR": "1"})
    terminal.send("1")
    terminal.wait_for("+BTC")
    terminal.send("n")
    terminal.wait_for(STORIES["1001"].note)
    for sign in ("▲ positive", "▼ negative", "■ neutral", "· unrated"):
        assert sign in terminal.text
    terminal.send("t")
    terminal.wait_for(lambda t: "›+ BTC" in t.text)
    terminal.send("<Esc>")
    terminal.wait_for(lambda t: "Esc close" not in t.text)
    leave(terminal)
    assert COLOUR.findall(terminal.raw) == []


@pytest.mark.usefixtures("data")
def test_a_plain_environment_without_a_locale_shows_every_letter(reader: Reader) -> None:
    terminal = reader("lang:uk", env={"LANG": None, "COLORTERM": None, "TERM": "xterm"})
    terminal.wait_for("Ключі від сховища")


# The first start of all


def test_an_empty_folder_shows_the_samples_and_keeps_nothing_of_them(
    reader: Reader, command: Command, tmp_path: Path
) -> None:
    terminal = reader()
    assert "Sample articles" in terminal.text
    assert "cryptoread import" in terminal.text
    terminal.send("nf")
    terminal.wait_for("★")
    leave(terminal)
    listed = command("list", "--format", "json")
    assert json.loads(listed.stdout) == []
    assert json.loads(command("stats", "--format", "json").stdout)["articles"] == 0
    texts = [path for path in (tmp_path / "data").rglob("*") if path.suffix != ".db"]
    assert [path for path in texts if path.is_file() and "sample" in path.name] == []
    assert "Sample articles" in reader().text


def test_the_first_import_replaces_the_samples(
    reader: Reader, command: Command, archive: Path
) -> None:
    leave(reader())
    assert command("import", archive).returncode == 0
    terminal = reader()
    assert "Sample articles" not in terminal.text
    assert f"{len(ENGLISH)} of 39 articles" in terminal.text


# Several at once


def test_two_readers_and_an_import_work_at_the_same_time(
    reader: Reader, data: Path, command: Command, tmp_path: Path
) -> None:
    more = tmp_path / "more"
    more.mkdir()
    for n in range(600):
        (more / f"extra-{n}.en.md").write_text(
            f"---\ntitle: Extra {n}\npublishedAt: 2025-10-01T00:{n // 60:02}:{n % 60:02}Z\n"
            f'externalId: "extra-{n}"\nlang: en\ncategory: SOL\n---\nExtra.\n'
        )
    one, other = reader(), reader()
    with subprocess.Popen(
        [COMMAND, "--data", data, "import", more], stderr=subprocess.PIPE, text=True
    ) as importing:
        one.send("gjjjjl")
        one.wait_for(STORIES["1001"].note)
        other.send("gjjjjjl")
        other.wait_for(STORIES["1002"].note)
        other.send("f")
        other.wait_for("★\xa0favourite")
        _, summary = importing.communicate(timeout=20)
    assert summary.splitlines()[-1].startswith("600 read: 600 new")
    for terminal in (one, other):
        terminal.wait_for("626 unread · 628 of 639 articles")
        assert "in use" not in terminal.text
        assert "locked" not in terminal.text
    leave(one)
    leave(other)
    assert read_ids(command) == {"1001", "1002"}
