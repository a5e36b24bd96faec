"""The log as a user sees it: absent without errors, named after one, `--debug`."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Command


def test_nothing_is_logged_while_all_is_well(
    command: Command, archive: Path, tmp_path: Path
) -> None:
    for words in (("import", str(archive)), ("list",), ("stats",), ("doctor",)):
        assert command(*words).returncode == 0
    assert not (tmp_path / "logs").exists()


@pytest.mark.usefixtures("data")
def test_debug_logs_actions_and_never_content(
    command: Command, archive: Path, tmp_path: Path
) -> None:
    words = ("vault", "lang:en")
    assert command("--debug", "list", *words).returncode == 0
    assert command("--debug", "show", "1001").returncode == 3  # two languages have it
    assert command("--debug", "import", str(archive)).returncode == 0
    env = {"CRYPTOREAD_DEBUG": "1", "CRYPTOREAD_LOGS": str(tmp_path / "other")}
    assert command("stats", env=env).returncode == 0
    text = (tmp_path / "logs" / "cryptoread.log").read_text()
    for said in ("list begins: cryptoread", "list ends after", "show begins", "import: "):
        assert said in text
    assert "vault" not in text
    assert "Desk note" not in text
    assert "stats begins" in (tmp_path / "other" / "cryptoread.log").read_text()
