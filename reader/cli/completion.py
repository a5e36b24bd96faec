"""The command `completion`: print what a shell needs to complete command lines, or install it."""

import os
import shlex
from pathlib import Path

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

from reader.cli.context import Paths, say
from reader.cli.query_argument import OneOf
from reader.cli.shells import HEADER, SHELLS, Shell
from reader.errors import CryptoreadError
from reader.i18n import _
from reader.reasons import reason_of
from reader.safety.own_files import create_beside, read_own

LINE = "CRYPTOREAD_LINE"
"""Environment variable with the command line up to the cursor."""

READABLE = 0o666
"""Permissions of new files, before the user's umask."""

MARK = "  # cryptoread"
"""End of the line in the settings of a shell, by which it is known again."""


class CannotInstall(CryptoreadError):
    """The completion was not installed; the text says why."""


class _LineComplete(ShellComplete):
    """Completes the line as it was typed, whatever the shell takes for a word."""

    name = "line"
    source_template = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the last one, and that."""
        line = os.environ.get(LINE, "")
        words = split_arg_string(line)
        is_complete = len(words) == len(split_arg_string(f"{line}x"))
        incomplete = words.pop() if words and is_complete else ""
        return words[1:], incomplete

    def format_completion(self, item: CompletionItem) -> str:
        """Return kind and value on one line."""
        from reader.text import one_line

        return f"{item.type},{one_line(str(item.value))}"


def prepare() -> None:
    """Let the environment variable of completion have the scripts of this module."""
    add_completion_class(_LineComplete)
    for base in (BashComplete, ZshComplete, FishComplete):
        script = SHELLS[base.name].script.replace("%", "%%")
        kind = type(base.__name__, (base,), {"source_template": script, "_check_version": _checked})
        add_completion_class(kind)


def _checked(*_versions: object) -> None:
    """Accept any version: the script is for all of them."""


@click.command(short_help=_("Complete command lines in bash, zsh and fish."))
@click.argument("shell", required=False, type=OneOf(list(SHELLS)), metavar=_("[SHELL]"))
@click.option("--install", is_flag=True, help=_("Install it for new sessions of the shell."))
@click.pass_obj
def completion(_paths: Paths, shell: str | None, install: bool) -> None:
    """Print what SHELL (bash, zsh or fish) has to run to complete commands, fields and values.

    Without SHELL: the one of the variable SHELL. --install writes it to a file, and for bash and
    zsh adds a line to ~/.bashrc or ~/.zshrc; it says what to remove to undo that.

    \b
    Example:
      cryptoread completion --install
      eval "$(cryptoread completion bash)"
    """
    wanted = SHELLS[shell] if shell else _shell_of_user()
    if install:
        _install(wanted)
    else:
        print(wanted.script, end="")


def _shell_of_user() -> Shell:
    name = Path(os.environ.get("SHELL", "")).name
    if name not in SHELLS:
        text = (
            _("`{name}` cannot be set up; name a shell: {command}")
            if name
            else _("the variable SHELL is not set; name a shell: {command}")
        )
        names = "|".join(SHELLS)
        command = f"cryptoread completion [{names}] --install"  # not shown: typed
        raise click.UsageError(text.format(name=name, command=command))
    return SHELLS[name]


def _install(shell: Shell) -> None:
    """Write the script, and the line that runs it. Raises CannotInstall."""
    try:
        home = Path.home()
        script = _place(shell, home)
        _write(script, shell.script)
        say(_("wrote {path}").format(path=script))
        undo = _("delete {path}").format(path=script)
        if shell.settings:
            settings = Path(os.environ.get("ZDOTDIR") or home) if shell.name == "zsh" else home
            settings /= shell.settings
            _add_line(settings, f". {shlex.quote(str(script))}{MARK}")
            undo = _("delete {path}, and the line that ends in `{mark}` from {settings}").format(
                path=script, mark=MARK.strip(), settings=settings
            )
    except (OSError, RuntimeError) as error:  # RuntimeError: without a home folder
        reason = reason_of(error)
        if where := getattr(error, "filename", None):
            reason = f"{where}: {reason}"
        text = _("the completion was not installed: {reason}")
        raise CannotInstall(text.format(reason=reason)) from error
    text = _("{shell} completes cryptoread in new sessions; to undo it: {undo}")
    say(text.format(shell=shell.name, undo=undo))


def _place(shell: Shell, home: Path) -> Path:
    """Return the file of the script; bash-completion and fish look for it there by themselves."""
    if shell.name == "fish":
        config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
        return config / "fish" / "completions" / "cryptoread.fish"
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    if shell.name == "bash":
        return data / "bash-completion" / "completions" / "cryptoread"
    return data / "zsh" / "cryptoread.zsh"


def _write(path: Path, text: str) -> None:
    """Write a script, over an earlier one only. Raises CannotInstall, NotRegular, OSError."""
    if os.path.lexists(path) and not read_own(path).startswith(HEADER.encode()):
        text = _("{path} is not from cryptoread; it was left as it is")
        raise CannotInstall(text.format(path=path))
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, part = create_beside(path, READABLE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _add_line(settings: Path, line: str) -> None:
    """Add the line unless it is there. Raises NotRegular, OSError.

    The file is only added to: it may be a link into the user's collection of settings.
    """
    before = read_own(settings) if settings.exists() else b""
    if line.encode() in before.splitlines():
        say(_("{path} has its line already").format(path=settings))
        return
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
    with os.fdopen(os.open(settings, flags, READABLE), "ab") as file:
        file.write((b"\n" if before and not before.endswith(b"\n") else b"") + f"{line}\n".encode())
    say(_("added a line to {path}").format(path=settings))


COMMANDS = {"completion": completion}
