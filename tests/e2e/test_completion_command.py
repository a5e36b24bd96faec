"""`cryptoread completion`: what real shells complete, what it installs, and when it does not."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.builders import article, library
from tests.e2e.conftest import COMMAND, Command
from tests.terminal import Terminal

FISH = "function fish_prompt; echo 'ready> '; end; set -g fish_greeting"
SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i", "-C", FISH],
}
PATH = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
on_every_shell = pytest.mark.parametrize(
    "shell",
    [
        pytest.param(
            name, marks=pytest.mark.skipif(not shutil.which(name), reason=f"{name} is missing")
        )
        for name in SHELLS
    ],
)
pytestmark = pytest.mark.usefixtures("data")


@contextmanager
def session(shell: str, home: Path, *argv: str) -> Iterator[Terminal]:
    """A shell at its prompt."""
    env: dict[str, str | None] = {
        "PATH": PATH,
        "HOME": str(home),
        "CRYPTOREAD_DATA": str(home / "data"),
        "CRYPTOREAD_LOGS": str(home / "logs"),
        "PS1": "ready> ",
        "INPUTRC": "/dev/null",
    }
    with Terminal(list(argv or SHELLS[shell]), env=env, cwd=home, size=(100, 30)) as terminal:
        terminal.wait_for("ready>")
        yield terminal


def sourced(shell: str) -> str:
    if shell == "fish":
        return "cryptoread completion fish | source; clear; echo se''t<Enter>"
    return f'eval "$(cryptoread completion {shell})"; clear; echo se""t<Enter>'


@on_every_shell
def test_a_shell_completes_commands_fields_and_values_after_a_colon(
    shell: str, tmp_path: Path
) -> None:
    with session(shell, tmp_path) as terminal:
        terminal.send(sourced(shell))
        terminal.wait_for("set")
        terminal.send("cryptoread expo<Tab>")
        terminal.wait_for("cryptoread export")
        terminal.send("categ<Tab>")
        terminal.wait_for("cryptoread export category:")
        terminal.send("regul<Tab>")
        terminal.wait_for("cryptoread export category:regulation")
        terminal.send("-tag:stak<Tab>")
        terminal.wait_for("category:regulation -tag:staking")
        terminal.send("is:unr<Tab>")
        terminal.wait_for("-tag:staking is:unread")


@on_every_shell
def test_a_shell_completes_within_quotes_and_parentheses(shell: str, tmp_path: Path) -> None:
    with session(shell, tmp_path) as terminal:
        terminal.send(sourced(shell))
        terminal.wait_for("set")
        terminal.send("cryptoread list '(tag:law OR tag:stak<Tab>")
        terminal.wait_for("'(tag:law OR tag:staking")


@on_every_shell
def test_a_tag_from_outside_runs_nothing_when_it_is_completed(shell: str, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "data")
    with library(tmp_path / "data", [article(1, tags=("ZZ$(TOUCH;ECHO>PWNED)", "BTC"))]):
        pass
    with session(shell, tmp_path) as terminal:
        terminal.send(sourced(shell))
        terminal.wait_for("set")
        terminal.send("cryptoread list tag:zz<Tab>")
        terminal.wait_for("pwned")
        terminal.send("--count<Enter>")
        terminal.wait_for("\n1\n")
    assert not list(tmp_path.glob("[pP]*"))


# Installing.


@on_every_shell
def test_an_installed_completion_works_in_new_sessions(
    shell: str, command: Command, tmp_path: Path
) -> None:
    settings = {"bash": ".bashrc", "zsh": ".zshrc"}.get(shell)
    if settings:
        (tmp_path / settings).write_text("PS1='ready> '")  # without a last line end
    else:
        (tmp_path / ".config" / "fish").mkdir(parents=True)
        (tmp_path / ".config" / "fish" / "config.fish").write_text(FISH)
    done = command("completion", "--install", env={"SHELL": f"/usr/bin/{shell}"})
    assert (done.returncode, done.stdout) == (0, "")
    assert "to undo it: delete" in done.stderr
    with session(shell, tmp_path, shell, "-i") as terminal:
        terminal.send("cryptoread list tag:stak<Tab>")
        terminal.wait_for("cryptoread list tag:staking")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_installing_twice_adds_one_line_and_changes_nothing_else(
    command: Command, tmp_path: Path, shell: str
) -> None:
    settings = tmp_path / f".{shell}rc"
    settings.write_bytes(b"alias a=b\n\xff not UTF-8")
    for _ in range(2):
        assert command("completion", shell, "--install").returncode == 0
    first, second, added = settings.read_bytes().splitlines()
    assert (first, second) == (b"alias a=b", b"\xff not UTF-8")
    assert added.startswith(b". ")
    assert added.endswith(b"  # cryptoread")


def test_what_is_printed_is_what_is_installed(command: Command, tmp_path: Path) -> None:
    assert command("completion", "fish", "--install").returncode == 0
    script = tmp_path / ".config" / "fish" / "completions" / "cryptoread.fish"
    assert script.read_text() == command("completion", "fish").stdout
    old = command(env={"_CRYPTOREAD_COMPLETE": "fish_source"})
    assert old.stdout.strip() == script.read_text().strip()


@pytest.mark.parametrize("shell", ["/bin/tcsh", "", "/usr/bin/nu"])
def test_a_shell_that_is_not_known_is_refused_with_what_to_do(
    command: Command, tmp_path: Path, shell: str
) -> None:
    before = sorted(tmp_path.rglob("*"))
    done = command("completion", "--install", env={"SHELL": shell})
    assert done.returncode == 2
    assert "cryptoread completion [bash|zsh|fish] --install" in " ".join(done.stderr.split())
    assert sorted(tmp_path.rglob("*")) == before
    assert "(did you mean `fish`?)" in command("completion", "fisch").stderr


def test_a_foreign_file_is_left_as_it_is(command: Command, tmp_path: Path) -> None:
    place = tmp_path / ".local" / "share" / "bash-completion" / "completions" / "cryptoread"
    place.parent.mkdir(parents=True)
    place.write_text("mine")
    done = command("completion", "bash", "--install")
    assert done.returncode == 3
    assert "is not from cryptoread" in done.stderr
    assert place.read_text() == "mine"
    assert not (tmp_path / ".bashrc").exists()


def test_settings_that_cannot_be_written_are_an_error_that_names_them(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / ".bashrc").mkdir()
    done = command("completion", "bash", "--install")
    assert done.returncode == 3
    assert ".bashrc is a folder and not a file" in done.stderr


def test_settings_behind_a_link_stay_behind_it(command: Command, tmp_path: Path) -> None:
    (tmp_path / "settings").write_text("alias a=b\n")
    (tmp_path / ".bashrc").symlink_to("settings")
    assert command("completion", "bash", "--install").returncode == 0
    assert (tmp_path / ".bashrc").is_symlink()
    assert len((tmp_path / "settings").read_text().splitlines()) == 2


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is missing")
def test_the_scripts_are_valid(command: Command) -> None:
    for shell in ("bash", "zsh", "fish"):
        if shutil.which(shell):
            script = command("completion", shell).stdout
            checked = subprocess.run([shell, "-n"], input=script, text=True, capture_output=True)
            assert (checked.returncode, checked.stderr) == (0, ""), shell
