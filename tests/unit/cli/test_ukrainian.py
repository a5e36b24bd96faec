"""The command line in Ukrainian: help, errors, the file of settings; and what stays English."""

import os
import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from reader.cli.group import MODULES
from reader.cli.printing.help import paragraphs
from reader.cli.shared.archive import archive
from reader.config.settings import Settings
from reader.i18n import VARIABLE

COMMANDS = sorted(name for names in MODULES.values() for name in names)
HELPS = [
    ["--help"],
    *([name, "--help"] for name in COMMANDS),
    *(["archive", name, "--help"] for name in archive.commands),
]

NAMES = {
    *("JSON", "CSV", "ZIP", "OPML", "API", "URL", "ID", "UTC", "XRP", "SIGTERM", "REDACTED"),
    *("CRYPTOREAD_DATA", "CRYPTOREAD_CONFIG", "CRYPTOREAD_DEBUG", "SHELL", "PAGER", "NO_COLOR"),
    *("Markdown", "bash", "bashrc", "zsh", "zshrc", "fish", "less", "ctrl", "cryptoread"),
    *("PostgreSQL", "PGPASSWORD", "verify", "sslmode"),
}
"""Names of formats, programs, variables and keys, which are the same in each language."""

CYRILLIC = re.compile("[а-яіїєґ]", re.IGNORECASE)

LITERAL = re.compile(
    r"`[^`]*`|\"\w+\"|\{[^}]*\}|--?[a-z][a-z-]*|\[[^]\n]*\|[^]\n]*\]|\.[a-z.]+|story:\d+"
    r"|\(true .*? false\)"
)
"""What is typed as it stands, and values to choose from."""


def run(*lines: list[str], variables: dict[str, str] | None = None) -> str:
    """Return what the program prints in Ukrainian for each of the command lines, in one process."""
    code = (
        "import sys\n"
        "from reader.config.language import speak_as_chosen\n"
        "speak_as_chosen([])\n"
        "from reader.cli.program import run\n"
        f"for line in {lines!r}:\n"
        "    run(line)\n"
        "    sys.stderr.flush()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {VARIABLE: "uk", "COLUMNS": "80"} | (variables or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return done.stdout


def without_literals(help_text: str) -> str:
    """Return a help without examples, usage, lists of JSON keys, and what is typed as it stands."""
    kept = [
        part
        for part in help_text.split("\n\n")
        if not part.lstrip().startswith(("Приклад:", "JSON — це"))
    ]
    lines = (
        re.sub(r"^(  [a-z]+(?=  )|Використання: .*)", "", line)
        for line in "\n\n".join(kept).splitlines()
    )
    return LITERAL.sub("", "\n".join(lines))


def test_help_has_no_english_words() -> None:
    helps = run(*HELPS)
    assert helps.count("Використання: cryptoread") == len(HELPS)
    words = set(re.findall(r"[A-Za-z_]{2,}", without_literals(helps)))
    assert words - NAMES == set()


def test_usage_names_arguments_in_ukrainian() -> None:
    usages = re.findall("^Використання: .*", run(*HELPS), re.MULTILINE)
    assert len(usages) == len(HELPS)
    assert all("[ПАРАМЕТРИ]" in usage for usage in usages)
    assert set(re.findall(r"[A-Z]{2,}", " ".join(usages))) <= {"ID", "URL"}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (["list", "--limit", "x"], "Неправильне значення '--limit': 'x' — це не ціле число."),
        (["list", "--limit", "-3"], "Неправильне значення '--limit': -3 не входить у межі x>=0."),
        (["sync", "--watch", "x"], "Неправильне значення '--watch': 'x' — це не число."),
        (["show"], "Бракує аргументу 'ID'."),
        (["show", "1", "2"], "Зайвий аргумент (2)"),
        (["export"], "Бракує параметра '--to'."),
        (["list", "--foo"], "Немає параметра '--foo'."),
        (["show", "--format"], "Параметр '--format' потребує значень: 1."),
        (["backup", "/"], "Неправильне значення 'ФАЙЛ': Файл '/' — це тека."),
        (["related", "1", "--format", "xml"], "'xml' — не те: можна 'table', 'json'."),
    ],
)
def test_wrong_usage_is_explained_in_ukrainian(line: list[str], error: str) -> None:
    *_others, last = run(line).splitlines()
    assert last.startswith("Помилка: ")
    assert last.endswith(error)


def test_programs_that_are_started_do_not_get_another_language() -> None:
    code = (
        "import os\n"
        "before = dict(os.environ)\n"
        "from reader.cli.printing.help import lend_texts_to_click\n"
        "lend_texts_to_click()\n"
        "import gettext\n"
        "print(gettext.gettext('Usage:'), dict(os.environ) == before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {VARIABLE: "uk"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "Використання: True\n"


def test_the_first_file_of_settings_explains_them_in_ukrainian(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    told = run(["config", "--init", "--check"], variables={"CRYPTOREAD_CONFIG": str(path)})
    assert told == f"{path}: помилок немає\n"
    text = path.read_text()
    assert tomllib.loads(text) == {"keys": {}}
    assert all(
        f"\n# {each.name} = " in text or f"[{each.name}" in text for each in fields(Settings)
    )
    explained = text.partition("[keys]")[0].splitlines()
    english = [
        line for line in explained if line and " = " not in line and not CYRILLIC.search(line)
    ]
    assert english == []
    assert max(map(len, explained)) <= 100


def test_a_paragraph_of_help_is_one_text_and_examples_keep_their_lines() -> None:
    help_text = """Do this,
    and that.

    \b
    Example:
      cryptoread this
    """
    assert paragraphs(help_text) == ["Do this, and that.", "Example:\n  cryptoread this"]
