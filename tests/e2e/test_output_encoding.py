"""A terminal or pipe that cannot encode a character gets `?` for it, and the usual exit code."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import COMMAND
from tests.terminal import Terminal

NEWS = """\
---
title: 'Курс вгору ↑ 比特币'
publishedAt: '2025-09-01T10:00:00Z'
externalId: '1'
lang: uk
tags: [ЇЖАК]
source: {name: Вісник, key: вісник}
---
## Огляд

- Ціна — вища
"""

POOR = {
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "ascii": {"PYTHONIOENCODING": "ascii:strict"},
    "the C locale": {"LC_ALL": "C"},
    "the C locale in earnest": {
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
    },
}


@pytest.fixture(params=POOR)
def poor(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """An environment whose output cannot express much."""
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "курс.uk.md").write_text(NEWS, "utf-8")
    (folder / "їжак.md").write_bytes(b"")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "CRYPTOREAD_DATA": str(tmp_path / "data"),
    } | POOR[request.param]


def run(poor: dict[str, str], *words: str) -> tuple[int, bytes, bytes]:
    done = subprocess.run(
        [COMMAND, *words],
        capture_output=True,
        env=poor,
        cwd=poor["HOME"],
        timeout=30,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_every_command_ends_as_it_does_elsewhere(poor: dict[str, str]) -> None:
    code, _, said = run(poor, "import", "news")
    assert code == 1
    assert said.splitlines()[-1] == (
        b"2 read: 1 new, 0 updated, 0 unchanged, 0 superseded, 1 refused"
    )
    for words in (
        ("list",),
        ("list", "foo:бар"),
        ("list", "--format", "csv"),
        ("show", "1"),
        ("show", "1", "--format", "markdown"),
        ("stats",),
        ("subscriptions",),
        ("doctor",),
        ("export", "--to", "їжак.zip"),
        ("--help",),
        ("import", "--help"),
    ):
        assert run(poor, *words)[0] == 0, words
    assert run(poor, "show", "їжак")[0] == 3


def test_json_stays_whole(poor: dict[str, str]) -> None:
    run(poor, "import", "news")
    _, listed, _ = run(poor, "list", "--format", "json")
    (record,) = json.loads(listed)
    assert record["title"] == "Курс вгору ↑ 比特币"
    _, shown, _ = run(poor, "show", "1", "--format", "json")
    assert json.loads(shown)["body"] == "## Огляд\n\n- Ціна — вища"
    _, counted, _ = run(poor, "stats", "--format", "json")
    assert json.loads(counted)["tags"] == {"ЇЖАК": 1}


def test_an_unprintable_character_is_a_question_mark(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(NEWS, "utf-8")
    poor = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "CRYPTOREAD_DATA": str(tmp_path / "data"),
        "PYTHONIOENCODING": "ascii",
    }
    run(poor, "import", "a.md")
    _, listed, _ = run(poor, "list")
    assert listed.rstrip().endswith(b"???? ????? ? ???")


def test_tables_and_bars_on_a_terminal_are_drawn_with_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(NEWS, "utf-8")
    poor = {"CRYPTOREAD_DATA": str(tmp_path / "data"), "PYTHONIOENCODING": "ascii"}
    for words in (
        ["import", str(tmp_path / "a.md")],
        ["stats"],
        ["show", "1", "--no-pager"],
        ["list"],
    ):
        with Terminal([COMMAND, *words], env=poor, size=(100, 30)) as terminal:
            assert terminal.wait_exit() == 0, words
            assert terminal.text.isascii()
