"""Programs that are started for the user are given the environment without the key of the API."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reader import browser
from reader.alerts.command import call
from reader.cli.printing.pager import page
from reader.programs import KEY_VARIABLE

SAVES = """
import os, sys
sys.stdin and sys.stdin.close()
with open(sys.argv[1] + '.part', 'w') as file:
    file.write(chr(10).join(f'{name}={value}' for name, value in os.environ.items()))
os.replace(sys.argv[1] + '.part', sys.argv[1])
"""


def shown_in_a_pager(arguments: tuple[str, ...]) -> None:
    os.environ["PAGER"] = shlex.join(arguments)
    page("a text")


def opened_in_the_browser(arguments: tuple[str, ...], *, needs_terminal: bool) -> None:
    url = "https://news.example/"
    browser.launch(browser.Plan(url=url, argv=arguments, needs_terminal=needs_terminal))


WAYS: dict[str, Callable[[tuple[str, ...]], object]] = {
    "a browser": lambda argv: opened_in_the_browser(argv, needs_terminal=False),
    "a browser in the terminal": lambda argv: opened_in_the_browser(argv, needs_terminal=True),
    "an own command": browser.run_detached,
    "an own command in the terminal": browser.run_in_foreground,
    "a command of an alert": lambda argv: call(argv, b"{}"),
    "a pager": shown_in_a_pager,
}


@pytest.mark.parametrize("way", WAYS)
def test_no_program_for_the_user_is_given_the_key(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGER", "")
    monkeypatch.setenv(KEY_VARIABLE, "Hush-Hush-1")
    monkeypatch.setenv("OF_THE_USER", "kept")
    saved = tmp_path / "saved"
    WAYS[way]((sys.executable, "-c", SAVES, str(saved)))
    while not saved.exists():  # a browser may outlast the wait for it
        pass
    given = saved.read_text()
    assert "OF_THE_USER=kept" in given.splitlines()
    assert KEY_VARIABLE not in given
    assert "Hush-Hush-1" not in given
    assert os.environ[KEY_VARIABLE] == "Hush-Hush-1"


def test_the_options_of_less_are_those_of_the_user_if_there_are_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = tmp_path / "saved"
    monkeypatch.setenv("PAGER", "")
    for mine, given in ((None, "LESS=FRX"), ("M", "LESS=M")):
        monkeypatch.delenv("LESS", raising=False)
        if mine:
            monkeypatch.setenv("LESS", mine)
        shown_in_a_pager((sys.executable, "-c", SAVES, str(saved)))
        assert given in saved.read_text().splitlines()


OWN = """
import os
from reader.programs import KEY_VARIABLE
from reader.workers import context

def tell(pipe):
    pipe.send(os.environ.get(KEY_VARIABLE))

if __name__ == "__main__":
    workers = context()
    ours, its = workers.Pipe(duplex=False)
    child = workers.Process(target=tell, args=(its,))
    child.start()
    print(ours.recv())
    child.join()
"""


def test_processes_of_the_program_itself_keep_the_key(tmp_path: Path) -> None:
    """In a program of its own: the process that forks others is started once."""
    program = tmp_path / "program.py"
    program.write_text(OWN)
    env = {**os.environ, KEY_VARIABLE: "Hush-Hush-1"}
    done = subprocess.run(
        [sys.executable, program], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout == "Hush-Hush-1\n"
