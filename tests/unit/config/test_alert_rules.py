"""Rules of alerts in the settings: what they mean, and what is wrong with the others."""

from pathlib import Path

import pytest

from reader.config.alerts import LONGEST_S, OncePer, Rule
from reader.config.paths import ConfigError
from reader.config.settings import Settings, read_settings


def settings(folder: Path, text: str) -> Settings:
    path = folder / "config.toml"
    path.write_text(text)
    return read_settings(path)


def test_rules_are_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = """
    [alerts.hacks]
    query = "tag:hack -is:echo"
    once_per = "article"
    command = ["notify-send", "--", "{title}", "{url}"]
    [alerts.breaking]
    sources = 3
    within = "6h"
    [alerts.both]
    query = "etf"
    sources = 2
    """
    hacks, breaking, both = settings(tmp_path, text).alerts
    command = ("notify-send", "--", "{title}", "{url}")
    assert hacks == Rule(
        name="hacks", query="tag:hack -is:echo", once_per=OncePer.ARTICLE, command=command
    )
    assert breaking == Rule(name="breaking", sources=3, within_s=6 * 3600)
    assert both == Rule(name="both", query="etf", sources=2, within_s=LONGEST_S)
    assert settings(tmp_path, "").alerts == ()


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("", "an alert needs 'query' or 'sources'"),
        ("within = '6h'", "an alert needs 'query' or 'sources'"),
        ("query = 'etf'\nwithin = '6h'", "'within' needs 'sources'"),
        ("query = ''", "'query' must be a text in quotes with a word"),
        ("query = ' - '", "'query' must be a text in quotes with a word"),
        ("query = 'tags:etf'", "'query' has 'tags:etf': no field `tags`"),
        ("query = 'etf is:unseen'", "'query' has 'is:unseen': `unseen` is not a state"),
        ("query = 3", "'query' must be a text in quotes, not 3"),
        ("query = 'etf'\nquerry = 'x'", "unknown setting 'querry'"),
        ("sources = 1", "'sources' must be a whole number from 2 to 50, not 1"),
        ("sources = true", "'sources' must be a whole number from 2 to 50, not True"),
        ("sources = 3\nwithin = 6", "'within' must be a time up to '4d'"),
        ("sources = 3\nwithin = '6'", "'within' must be a time up to '4d'"),
        ("sources = 3\nwithin = '0h'", "'within' must be a time up to '4d'"),
        ("sources = 3\nwithin = '97h'", "'within' must be a time up to '4d'"),
        ("query = 'etf'\nonce_per = 'day'", "'once_per' must be 'story' or 'article', not 'day'"),
        ("query = 'etf'\nonce_per = []", "'once_per' must be 'story' or 'article', not []"),
        ("query = 'etf'\ncommand = 'beep'", "'command' must be a list"),
        ("query = 'etf'\ncommand = []", "'command' must be a list"),
        ("query = 'etf'\ncommand = ['']", "'command' must be a list"),
        ("query = 'etf'\ncommand = ['beep', 3]", "'command' must be a list"),
        ('query = "etf"\ncommand = ["beep", "a\\u0000b"]', "has a NUL"),
        ("query = 'etf'\ncommand = ['{title}']", "must begin with a program"),
        ("query = 'etf'\ncommand = ['beep', 'New: {title}']", "inside the argument 'New: {title}'"),
        ("query = 'etf'\ncommand = ['beep', '--x={url}']", "inside the argument '--x={url}'"),
        ("query = 'etf'\ncommand = ['beep', '{tittle}']", "the unknown placeholder {tittle}"),
        ("query = 'etf'\ncommand = ['sh', '-c', '{title}']", "would run a headline as a program"),
        ("query = 'etf'\ncommand = ['bash', '-lc', '{url}']", "would run a headline as a program"),
        ("query = 'etf'\ncommand = ['perl', '-e', '{title}']", "would run a headline as a program"),
    ],
)
def test_a_wrong_rule_is_named_with_its_key(tmp_path: Path, lines: str, problem: str) -> None:
    with pytest.raises(ConfigError) as found:
        settings(tmp_path, f"[alerts.loud]\n{lines}")
    assert problem in str(found.value)
    assert "(in [alerts.loud])" in str(found.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("alerts = 3", "'alerts' must be tables [alerts.NAME]"),
        ("[alerts]\nloud = 'etf'", "'loud' in [alerts] must be a table [alerts.loud]"),
        ("[alerts.'']\nquery = 'etf'", "'' in [alerts] must be a name"),
        ('[alerts."a\\u001bb"]\nquery = "etf"', "'a\\x1bb' in [alerts] must be a name"),
        (f"[alerts.{'a' * 61}]\nquery = 'etf'", "must be a name of 1 to 60 characters"),
    ],
)
def test_a_name_or_a_value_that_is_not_a_rule_is_named(
    tmp_path: Path, text: str, problem: str
) -> None:
    with pytest.raises(ConfigError) as found:
        settings(tmp_path, text)
    assert problem in str(found.value)
