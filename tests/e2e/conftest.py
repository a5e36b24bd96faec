"""Fixtures: the installed command, a small archive, and a browser.

An archive is imported once a worker; each test gets a copy of the data folder of its own.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from reader.library import Library
from reader.ui.screen.saved_view import View
from reader.ui.sidebar.density import Density
from tests.e2e.archive import write_archive
from tests.terminal import Terminal

COMMAND = Path(sys.executable).with_name("cryptoread")

Command = Callable[..., "subprocess.CompletedProcess[str]"]
Reader = Callable[..., Terminal]


class Browser:
    """A BROWSER that opens nothing and writes down what it was asked for."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "browser"
        self._record = folder / "opened"
        self.path.write_text(f'#!/bin/sh\nfor url; do echo "$url" >> "{self._record}"; done\n')
        self.path.chmod(0o755)

    @property
    def opened(self) -> list[str]:
        """The arguments of every call, one after the other."""
        return self._record.read_text().splitlines() if self._record.exists() else []


def run(
    home: Path,
    *words: str | os.PathLike[str],
    env: dict[str, str] | None = None,
    typed: str = "",
) -> "subprocess.CompletedProcess[str]":
    """The command as a script runs it: no terminal, and nothing of this machine's settings."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "CRYPTOREAD_DATA": str(home / "data"),
        "CRYPTOREAD_LOGS": str(home / "logs"),
    }
    if "doctor" in words:  # it looks for what killed programs left, and may remove it
        environment["TMPDIR"] = str(home)
    return subprocess.run(
        [COMMAND, *words],
        input=typed,
        capture_output=True,
        encoding="utf-8",
        env=environment | (env or {}),
        cwd=home,
        timeout=30,
        check=False,
    )


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the forty articles; to be copied by a test that changes it."""
    return write_archive(tmp_path_factory.mktemp("archive") / "news")


@pytest.fixture(scope="session")
def imported(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that holds the archive, with each article on one line; to be copied."""
    home = tmp_path_factory.mktemp("imported")
    done = run(home, "import", archive)
    assert done.returncode == 0, done.stderr
    with Library(home / "data") as library:
        library.save_state("view", str(View(density=Density.COMPACT, sidebar_width=54)))
    return home / "data"


@pytest.fixture
def data(imported: Path, tmp_path: Path) -> Path:
    """A data folder of the test's own, with the archive in it: the one that `command` uses."""
    return Path(shutil.copytree(imported, tmp_path / "data"))


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Runs `cryptoread` with the given words; its data folder is `tmp_path / "data"`."""

    def call(
        *words: str | os.PathLike[str], env: dict[str, str] | None = None, typed: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        return run(tmp_path, *words, env=env, typed=typed)

    return call


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path)


@pytest.fixture
def reader(tmp_path: Path, browser: Browser) -> Iterator[Reader]:
    """Starts `cryptoread` in a terminal, which ends with the test, and waits for the screen.

    The key line comes last: it shows the keys of what has the focus.
    """
    with ExitStack() as stack:

        def start(
            *words: str | os.PathLike[str],
            size: tuple[int, int] = (120, 24),
            env: dict[str, str | None] | None = None,
            wait_for: str = "? help",
        ) -> Terminal:
            settings = tmp_path / "frequent.toml"
            if not settings.exists():
                settings.write_text('tags = "frequent"\n')  # few tags split forty articles
            environment = {
                "CRYPTOREAD_DATA": str(tmp_path / "data"),
                "CRYPTOREAD_CONFIG": str(settings),
                "CRYPTOREAD_LOGS": str(tmp_path / "logs"),
                "BROWSER": str(browser.path),
                "COLORTERM": None,  # 256 colours: a third less for the emulator to read
            }
            terminal = Terminal([COMMAND, *words], size=size, env=environment | (env or {}))
            stack.enter_context(terminal)
            # A test of something else does not wait for its end.
            stack.callback(terminal.signal, signal.SIGKILL)
            if wait_for:
                terminal.wait_for(wait_for)
            return terminal

        yield start


def leave(terminal: Terminal) -> None:
    """`q` ends the program well and gives the terminal back as it was."""
    terminal.send("q")
    assert terminal.wait_exit() == 0
    assert terminal.unrestored() == []
