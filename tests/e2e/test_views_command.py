"""Saved views on the command line."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Command

pytestmark = pytest.mark.usefixtures("data")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text('[views]\nbitcoin = "category:btc lang:en"\nround = "@round"\n')
    return path


def test_a_view_is_listed_alone_and_with_more_terms(command: Command, config: Path) -> None:
    def listed(*words: str) -> str:
        done = command("--config", config, "list", *words, "--format", "jsonl")
        assert (done.returncode, done.stderr) == (0, "")
        return str(done.stdout)

    assert listed("@bitcoin") == listed("category:btc", "lang:en") != ""
    assert listed("@bitcoin", "-is:unread") == listed("@favourites") == ""
    assert listed("@Bitcoin", "@unread") == listed("@bitcoin")


@pytest.mark.parametrize(
    ("word", "said"), [("@nothing", "no view `@nothing`"), ("@round", "is within itself")]
)
def test_a_view_that_is_unknown_is_named(
    command: Command, config: Path, word: str, said: str
) -> None:
    done = command("--config", config, "list", word)
    assert done.returncode == 0
    assert said in done.stderr


def test_views_are_completed(command: Command, config: Path) -> None:
    env = {
        "_CRYPTOREAD_COMPLETE": "bash_complete",
        "COMP_WORDS": f"cryptoread --config {config} list @b",
        "COMP_CWORD": "4",
    }
    done = command(env=env)
    assert done.stdout.split(",")[-1].strip() == "@bitcoin"
