"""Alerts from the shell: told once after a sync, to a command, or printed by `check`."""

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import Command
from tests.news_server import NewsServer, feed

HACK = "Vaults of Larkspur drained of $41 million by a forged oracle"
RETOLD = "Larkspur loses $41 million after forged oracle drains its vaults"
WORLDLY = "$(touch pwned) `touch pwned` 'Larkspur'; touch pwned"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / ".config" / "cryptoread" / "config.toml"


def follow(command: Command, server: NewsServer, config: Path, rules: str) -> None:
    """Subscribe to a feed whose first news is there before the rules are."""
    server.serve("/feed", feed("Fees fall"))
    assert command("subscribe", server.url("/feed"), "--name", "Ledger").returncode == 0
    config.write_text(config.read_text() + rules)
    done = command("sync")
    assert done.returncode == 0, done.stderr


def test_a_sync_calls_the_command_once_for_all_matches(
    command: Command, server: NewsServer, config: Path, tmp_path: Path
) -> None:
    program, out = tmp_path / "told", tmp_path / "out"
    program.write_text(f'#!/bin/sh\necho "$#" "$@" >> {out}\ncat > {out}.json\n')
    program.chmod(0o755)
    rules = f"""
    [alerts.vaults]
    query = "larkspur"
    once_per = "article"
    command = ["{program}", "--", "{{title}}", "{{count}}"]
    """
    follow(command, server, config, rules)
    assert not out.exists()
    server.serve("/feed", feed("Fees fall", WORLDLY, HACK))
    done = command("sync")
    assert done.returncode == 0
    assert f"vaults: {WORLDLY} · 1 more" in done.stderr
    assert out.read_text() == f"3 -- {WORLDLY} · 1 more 2\n"
    told = json.loads(Path(f"{out}.json").read_text())
    assert (told["rule"], told["count"]) == ("vaults", 2)
    assert [match["title"] for match in told["matches"]] == [WORLDLY, HACK]
    assert told["matches"][1]["url"].startswith("https://news.example/Vaults")
    assert command("sync").returncode == 0
    assert len(out.read_text().splitlines()) == 1
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("/nowhere/beep", "alert 'vaults': its command cannot be started (/nowhere/beep: "),
        ("false", "alert 'vaults': its command ended with exit code 1 (false)"),
    ],
)
def test_a_command_that_fails_is_named_and_the_sync_goes_on(
    command: Command, server: NewsServer, config: Path, program: str, reason: str
) -> None:
    rules = f'\n[alerts.vaults]\nquery = "larkspur"\ncommand = ["{program}"]\n'
    follow(command, server, config, rules)
    server.serve("/feed", feed("Fees fall", HACK))
    done = command("sync")
    assert done.returncode == 0
    assert f"vaults: {HACK}" in done.stderr
    assert reason in done.stderr


def test_check_prints_each_match_once_and_says_so_by_its_exit_code(
    command: Command, server: NewsServer, config: Path
) -> None:
    rules = """
    [alerts.vaults]
    query = "larkspur"
    [alerts.quiet]
    query = "tarnby"
    """
    server.serve("/feed", feed("Fees fall"))
    command("subscribe", server.url("/feed"), "--name", "Ledger")
    command("sync")
    plain = config.read_text()
    config.write_text(plain + rules)
    first = command("check")
    assert (first.returncode, first.stdout) == (0, "")
    assert "alert 'vaults' is new: it tells of what arrives from now on" in first.stderr
    config.write_text(plain)
    server.serve("/feed", feed("Fees fall", HACK))
    command("sync")
    config.write_text(plain + rules)
    tried = command("check", "vaults", "--dry-run", "--format", "json")
    assert tried.returncode == 10
    (found,) = json.loads(tried.stdout)
    assert (found["rule"], found["count"]) == ("vaults", 1)
    assert found["matches"][0]["articles"][0]["published_at"].endswith("Z")
    assert command("check", "quiet").returncode == 0
    done = command("check")
    assert done.returncode == 10
    head, title, source = done.stdout.splitlines()
    assert head == "vaults  1"
    assert title.endswith(HACK)
    assert source.strip()
    again = command("check")
    assert (again.returncode, again.stdout) == (0, "")


def test_an_unknown_name_is_answered_with_the_known_ones(command: Command, config: Path) -> None:
    config.parent.mkdir(parents=True)
    config.write_text('[alerts.vaults]\nquery = "larkspur"\n')
    done = command("check", "vault")
    assert done.returncode == 3
    assert "no alert 'vault'; the settings have: vaults" in done.stderr
