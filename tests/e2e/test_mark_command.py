"""`mark` as scripts use it: what it changes, what it prints, and that one step takes it back."""

import json
from pathlib import Path

import pytest

from reader.library import Library, Mark
from tests.e2e.conftest import Command

pytestmark = pytest.mark.usefixtures("data")


def count(command: Command, *query: str) -> int:
    done = command("list", *query, "--format", "json")
    assert done.returncode == 0, done.stderr
    return len(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("option", "opposite", "finds"),
    [
        (("--read",), ("--unread",), "is:read"),
        (("--favourite",), ("--no-favourite",), "is:favourite"),
        (("--later",), ("--no-later",), "is:later"),
        (("--tag", "Trading"), ("--untag", "trading"), "mytag:trading"),
    ],
)
def test_a_mark_is_set_on_what_matches_and_removed_again(
    command: Command, option: tuple[str, ...], opposite: tuple[str, ...], finds: str
) -> None:
    query = ("lang:en", "category:btc")
    expected = count(command, *query)
    assert expected > 1
    dry = command("mark", *query, *option, "--dry-run")
    assert (dry.returncode, dry.stdout) == (0, f"{expected} articles would change\n")
    assert count(command, "lang:en", finds) == 0
    done = command("mark", *query, *option)
    assert (done.returncode, done.stdout) == (0, f"{expected} articles changed\n")
    assert count(command, "lang:en", finds) == expected
    assert command("mark", *query, *option).stdout == "0 articles changed\n"
    assert command("mark", finds, "lang:en", *opposite).stdout == f"{expected} articles changed\n"
    assert count(command, "lang:en", finds) == 0


def test_a_command_is_one_step_that_the_reader_takes_back(command: Command, data: Path) -> None:
    assert command("mark", "lang:en", "--later").returncode == 0
    with Library(data) as library:
        change = library.undo()
    assert change is not None
    assert (change.label, change.mark, change.value) == ("28 articles", Mark.LATER, True)
    assert count(command, "is:later") == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("is:unread",), "give one of --read"),
        (("is:unread", "--read", "--later"), "give one of --read"),
        (("is:unread", "--tag", "a", "--untag", "b"), "give one of --read"),
        (("--read",), "give a query"),
        (("is:unread", "--tag", "#"), "a tag needs a name"),
        (("is:unread", "--tag", "x" * 41), "at most 40 characters"),
    ],
)
def test_wrong_usage_changes_nothing(command: Command, words: tuple[str, ...], said: str) -> None:
    done = command("mark", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert count(command, "is:read") == 0
