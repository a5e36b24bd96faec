"""The table `[commands]`: what it takes, and which mistakes it names."""

from pathlib import Path

import pytest

from reader.config.commands import OwnCommand
from reader.config.paths import ConfigError
from reader.config.settings import Settings, read_settings
from reader.ui.checked_settings import fault


def commands(tmp_path: Path, text: str) -> tuple[OwnCommand, ...]:
    file = tmp_path / "config.toml"
    file.write_text(f"[commands]\n{text}\n", "utf-8")
    return read_settings(file).commands


def test_a_command_is_a_list_or_a_table(tmp_path: Path) -> None:
    text = """share = ["send", "--", "{title}"]
    edit = { command = ["nano", "{markdown_file}"], key = "ctrl+e", terminal = true }"""
    assert commands(tmp_path, text) == (
        OwnCommand(name="share", command=("send", "--", "{title}")),
        OwnCommand(name="edit", command=("nano", "{markdown_file}"), key="ctrl+e", terminal=True),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "'x' in [commands] must be a list of a program and its arguments, not 1"),
        ("x = []", "'command' must be a list of a program and its arguments"),
        ("x = {}", "'command' must be a list of a program and its arguments"),
        ('"a b" = ["x"]', "'a b' in [commands] must be a name of up to 40 letters and digits"),
        ('"x\'" = ["x"]', "must be a name of up to 40 letters and digits"),
        ('x = ["{url}"]', "'command' must begin with a program, not with '{url}'"),
        (
            'x = ["sh", "-c", "{title}"]',
            "would run a headline as a program; give it {markdown_file}",
        ),
        ('x = ["send", "to={title}"]', "'command' has {title} inside the argument 'to={title}'"),
        ('x = ["send", "{text}"]', "valid placeholders: {url}, {title}, {markdown_file}"),
        ('x = { command = ["a"], keys = "e" }', "unknown setting 'keys'; valid settings: command"),
        ('x = { command = ["a"], key = "" }', "'key' must be a text in quotes such as 'ctrl+e'"),
        ('x = { command = ["a"], terminal = 1 }', "'terminal' must be true or false, not 1"),
    ],
)
def test_a_mistake_is_named_with_the_command(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        commands(tmp_path, text)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("ctrl+e,f9", None),
        ("ctrl+e e", None),
        ("n", "'n' for 'x' in [commands] is bound to 'reader.next-unread'; choose another key"),
        ("g g", "'g' for 'x' in [commands] is bound to 'sidebar.top'"),
        ("ctrl+q", "'ctrl+q' for 'x' in [commands] is bound to 'app.quit'"),
        ("?", "'?' for 'x' in [commands] is bound to 'reader.help'"),
        ("Ctrl+e", "unknown key 'Ctrl+e' for 'x' in [commands]; did you mean 'ctrl+e'?"),
    ],
)
def test_a_key_that_does_something_else_is_named(key: str, said: str | None) -> None:
    found = fault(Settings(commands=(OwnCommand(name="x", command=("a",), key=key),)))
    assert found is said if said is None else said in (found or "")


def test_two_commands_have_two_keys() -> None:
    both = [OwnCommand(name=name, command=("a",), key="ctrl+e") for name in ("x", "y")]
    assert "'ctrl+e' for 'y' in [commands] is bound to 'x'" in (
        fault(Settings(commands=tuple(both))) or ""
    )
