"""`cryptoread config`: where the settings are, a first file, and what is wrong with it."""

import re
import stat
from dataclasses import fields
from pathlib import Path

import pytest

from reader.config.settings import Settings, read_settings
from reader.config.template import template
from reader.ui.checked_settings import bound, fault
from tests.e2e.conftest import Command


def test_the_path_is_printed_whether_the_file_exists_or_not(
    command: Command, tmp_path: Path
) -> None:
    usual = tmp_path / ".config" / "cryptoread" / "config.toml"
    assert command("config").stdout == f"{usual}\n"
    assert not usual.exists()
    other = str(tmp_path / "other.toml")
    assert command("config", env={"CRYPTOREAD_CONFIG": other}).stdout == f"{other}\n"
    assert command("--config", other, "config").stdout == f"{other}\n"


def test_a_first_file_is_written_once_for_the_user_alone(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "a" / "b" / "config.toml"
    done = command("--config", file, "config", "--init")
    assert (done.returncode, done.stdout) == (0, f"{file}\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_settings(file) == Settings()
    file.write_text('language = "uk"\n')
    again = command("--config", file, "config", "--init")
    assert again.returncode == 3
    assert "exists already; nothing was written" in again.stderr
    assert file.read_text() == 'language = "uk"\n'


def test_a_link_is_never_written_through(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.symlink_to(tmp_path / "elsewhere")
    assert command("--config", file, "config", "--init").returncode == 3
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour = 1", "unknown setting 'colour'"),
        ('theme = "nrod"', "unknown theme 'nrod'"),
        ('[keys]\n"reader.search" = "f"', "'f' in [keys] is bound twice"),
        ("language = ", "is not valid TOML"),
    ],
)
def test_what_is_wrong_is_said(command: Command, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    done = command("--config", file, "config", "--check")
    assert done.returncode == 1
    assert done.stdout.startswith(f"{file}: ")
    assert said in done.stdout


def test_each_fault_of_the_keys_is_a_line(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('theme = "nrod"\n[keys]\n"reader.x" = "n"\n"reader.quit" = "nn"\n')
    assert len(command("--config", file, "config", "--check").stdout.splitlines()) == 3


def test_a_good_file_and_none_have_no_fault(command: Command) -> None:
    assert "all settings have their defaults" in command("config", "--check").stderr
    command("config", "--init")
    done = command("config", "--check")
    assert (done.returncode, done.stdout) == (0, "")
    assert "no fault" in done.stderr


def test_the_file_has_every_setting_and_every_key_and_all_of_them_are_right(tmp_path: Path) -> None:
    text = template(bound())
    for each in fields(Settings):
        assert re.search(rf"^(# )?\[?{each.name}\b", text, re.MULTILINE), each.name
    file = tmp_path / "config.toml"
    line = r'^# ((?:"[^"]+"|\[?[a-zA-Z_.]+\]?)(?: = .*)?)$'
    file.write_text(re.sub(line, r"\1", text, flags=re.MULTILINE))
    settings = read_settings(file)
    assert settings.alerts
    assert settings.keys == {each.id: each.keys for each in bound()}
    assert fault(settings) is None
    assert settings.column_width == Settings().column_width
