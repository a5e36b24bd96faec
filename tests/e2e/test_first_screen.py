"""The picture of the first screen that a start shows at once: it is right, or it is not shown."""

import itertools
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Command, Reader, leave
from tests.emulator import Emulator, Picture
from tests.terminal import Terminal

FIRST_ROW = b"\x1b[1;1H"
"""Where each picture of a whole screen begins: the kept one, then the program's own."""

END_OF_FRAME = b"\x1b[?2026l"

pytestmark = pytest.mark.usefixtures("data")

Start = Callable[..., Terminal]


@pytest.fixture
def start(reader: Reader, tmp_path: Path) -> Start:
    """Starts the reader, in one home and with one file of settings each time."""

    def begin(*words: str, env: dict[str, str | None] | None = None, **options: object) -> Terminal:
        return reader(*words, env={"HOME": str(tmp_path)} | (env or {}), **options)

    return begin


def taken_over(terminal: Terminal) -> bool:
    """Whether the program has painted over the kept picture."""
    return terminal.raw.count(FIRST_ROW) > 1


def pictures(terminal: Terminal, size: tuple[int, int] = (120, 24)) -> list[Picture]:
    """The different pictures that the terminal has shown so far."""
    emulator = Emulator(*size)
    shown = []
    for frame in terminal.raw.split(END_OF_FRAME):
        emulator.feed(frame + END_OF_FRAME)
        shown.append(emulator.picture())
    return [picture for picture, _ in itertools.groupby(shown)]


def starts_with_the_picture(start: Start, **options: object) -> Terminal:
    """Start the program; it shows one picture from the first to the last."""
    terminal = start(**options)
    terminal.wait_for(taken_over)
    terminal.settle()
    size = options.get("size", (120, 24))
    assert len(pictures(terminal, size)) == 1, "the picture flickers"  # type: ignore[arg-type] # columns and rows
    assert terminal.raw.count(b"\x1b[?1049h") == 1, "the screen is cleared once more"
    return terminal


LEFT = {
    "at once": "",
    "on an article": "jjj<Enter>",
    "inside an article": "jjj<Enter>jjjj",
    "after a search": "/bitcoin<Enter>",
    "with a filter": "1",
    "after the help": "?<Esc>",
    "zoomed": "jjj<Enter>z",
    "latest first": "s",
    "ungrouped": "ssss",
    "two lines": "cG",
    "descriptions": "ccjjj<Enter>",
    "latest first on two lines": "scjjj",
    "with marks": "jjmjjfu",
    "at the end": "G",
    "folded": "hhhh",
    "wide list": ">>",
    "other language": "L",
    "unread only": "u",
}


NARROW = ("on an article", "with a filter", "zoomed", "at the end")
"""How it is left in a window that shows one pane."""

CASES = [
    *(pytest.param((120, 24), keys, id=name) for name, keys in LEFT.items()),
    *(pytest.param((80, 24), LEFT[name], id=f"80 columns, {name}") for name in NARROW),
    *(pytest.param((40, 12), LEFT[name], id=f"40 columns, {name}") for name in NARROW),
]


@pytest.mark.parametrize(("size", "keys"), CASES)
def test_a_start_shows_its_first_screen_at_once(
    start: Start, size: tuple[int, int], keys: str
) -> None:
    terminal = start(size=size, wait_for=" ")
    terminal.wait_for(lambda shown: "unread" in shown.text)
    for key in re.findall(r"<\w+>|.", keys):
        terminal.send(key)
        terminal.settle()
    leave(terminal)
    leave(starts_with_the_picture(start, size=size, wait_for=" "))


def test_keys_typed_at_once_are_acted_on(start: Start) -> None:
    leave(start())
    terminal = start()
    assert not taken_over(terminal), "the picture is there first"
    terminal.send("gjjjj<Enter>")
    terminal.wait_for("J K next")  # the keys of an open article
    leave(terminal)


def test_ctrl_c_after_q_is_no_interruption(start: Start) -> None:
    terminal = start()
    terminal.send("q")
    terminal.wait_for(lambda shown: not shown.alternate_screen)
    terminal.send_raw(b"\x03")
    assert terminal.wait_exit() == 0
    assert "interrupted" not in terminal.text


def test_nothing_of_the_environment_is_in_it(start: Start, tmp_path: Path) -> None:
    secret = "Sk-Live_4f7Q9zX2.Bv"  # noqa: S105 - made up
    names = ("CRYPTOREAD_COINDESK_KEY", "XDG_SECRET", "TEXTUAL_TOKEN", "LC_IDENTIFICATION")
    leave(start(env=dict.fromkeys(names, secret)))
    kept = (tmp_path / "data" / "first-screen").read_text()
    assert secret not in kept
    assert str(tmp_path) not in kept


def test_dates_are_those_of_the_start(start: Start, tmp_path: Path) -> None:
    leave(start())
    kept = (tmp_path / "data" / "first-screen").read_bytes()
    assert b"\x1ds11 17" in kept, "the dates are left open"
    terminal = starts_with_the_picture(start)
    leave(terminal)


CHANGES: dict[str, Callable[[Path, Command], dict[str, str]]] = {
    "an import": lambda home, command: imported_one(home, command),
    "the settings": lambda home, _: settings(home, "theme = 'dracula'\n"),
    "no colours": lambda _home, _command: {"NO_COLOR": "1"},
    "another terminal": lambda _home, _command: {"TERM": "xterm"},
    "another language": lambda _home, _command: {
        "LANG": "uk_UA.UTF-8",
        "CRYPTOREAD_LANGUAGE": "",  # as if it were not set
    },
    "another zone": lambda _home, _command: {"TZ": "Asia/Tokyo"},
    "no cache": lambda home, _: removed(home / "data" / "cache.db"),
    "no marks": lambda home, _: removed(home / "data" / "marks.db"),
    "another archive, imported as often": lambda home, command: another_archive(home, command),
    "an older copy of the cache": lambda home, _: older_copy(home),
    "a damaged picture": lambda home, _: flipped(home / "data" / "first-screen"),
}


def imported_one(home: Path, command: Command) -> dict[str, str]:
    (home / "one.md").write_text("---\ntitle: Fresh news\nlang: en\n---\nText\n")
    assert command("import", home / "one.md").returncode == 0
    return {}


def settings(home: Path, text: str) -> dict[str, str]:
    path = home / "frequent.toml"
    path.write_text(text)
    return {}


def removed(path: Path) -> dict[str, str]:
    path.unlink()
    return {}


def another_archive(home: Path, command: Command) -> dict[str, str]:
    (home / "data" / "cache.db").unlink()
    for number in range(1, 10):
        text = f"---\ntitle: Other news {number}\nlang: en\n---\nText\n"
        (home / f"other{number}.md").write_text(text)
    assert command("import", *sorted(home.glob("other*.md"))).returncode == 0
    return {}


def older_copy(home: Path) -> dict[str, str]:
    shutil.copy(home / "older.db", home / "data" / "cache.db")
    return {}


def flipped(path: Path) -> dict[str, str]:
    data = path.read_bytes()
    path.write_bytes(data.replace(b"unread", b"undead"))
    return {}


@pytest.mark.parametrize("name", CHANGES)
def test_a_picture_that_may_be_wrong_is_not_shown(
    start: Start, tmp_path: Path, command: Command, name: str
) -> None:
    leave(start())
    shutil.copy(tmp_path / "data" / "cache.db", tmp_path / "older.db")
    leave(start())
    assert (tmp_path / "data" / "first-screen").exists()
    env = CHANGES[name](tmp_path, command)
    terminal = start(env=dict(env), wait_for="? довідка" if "LANG" in env else "? help")
    assert terminal.raw.index(b"\x1b[?1004h") < terminal.raw.index(FIRST_ROW), "a kept picture"
    leave(terminal)


def test_of_another_size_it_is_not_shown(start: Start) -> None:
    leave(start())
    terminal = start(size=(100, 30))
    assert terminal.raw.index(b"\x1b[?1004h") < terminal.raw.index(FIRST_ROW), "a kept picture"
    leave(terminal)


def test_the_sample_articles_leave_no_picture(start: Start, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "data")
    leave(start())
    assert not (tmp_path / "data" / "first-screen").exists()


def environment(home: Path) -> dict[str, str | None]:
    """What the reader of these tests is started with, for a script that stands for it."""
    return {
        "CRYPTOREAD_CONFIG": str(home / "frequent.toml"),
        "CRYPTOREAD_DATA": str(home / "data"),
        "CRYPTOREAD_LOGS": str(home / "logs"),
        "BROWSER": str(home / "browser"),
        "COLORTERM": None,
        "HOME": str(home),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }


COVER = """
import os, sys, time
from reader.opening.cover import cover, uncover
cover(sys.argv[1:])
os.environ.clear()
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_between_restores_the_terminal(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    leave(start())
    env = environment(tmp_path)
    with Terminal([sys.executable, "-c", COVER], size=(120, 24), env=env) as terminal:
        terminal.wait_for("? help")
        assert terminal.alternate_screen
        assert not terminal.attributes_restored
        terminal.signal(number)
        assert terminal.wait_exit() == -number
        assert terminal.unrestored() == []


FAILS = """
import sys
from reader.opening.cover import cover
cover(sys.argv[1:])
import reader.cli.program as program
from reader.errors import CryptoreadError
def fail(paths, query=None):
    raise CryptoreadError("the disk is on fire")
program.open_reader = fail
sys.exit(program.run(sys.argv[1:]))
"""


def test_an_error_in_between_is_said_on_the_restored_screen(start: Start, tmp_path: Path) -> None:
    leave(start())
    env = environment(tmp_path)
    with Terminal([sys.executable, "-c", FAILS], size=(120, 24), env=env) as terminal:
        assert terminal.wait_exit() == 3
        assert terminal.unrestored() == []
        assert "cryptoread: the disk is on fire" in terminal.text
        assert FIRST_ROW in terminal.raw, "no picture was shown"
