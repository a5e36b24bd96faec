"""Saving a view in the config file, whose comments and other settings stay."""

from pathlib import Path

import pytest

from reader.config.paths import ConfigError
from reader.config.settings import read_settings
from reader.config.views_file import BadView, save_view


def test_a_view_is_written_below_what_the_user_wrote(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        '# mine\ntheme = "nord"  # dark\n\n[views]\n# at breakfast\nmorning = "after:8h"\n'
    )
    assert save_view(path, "alts", 'tag:sol "spot etf"') is False
    assert (
        path.read_text()
        == (
            '# mine\ntheme = "nord"  # dark\n\n[views]\n# at breakfast\nmorning = "after:8h"\n'
            "alts = 'tag:sol \"spot etf\"'\n"
        )
        or 'alts = "tag:sol \\"spot etf\\""\n' in path.read_text()
    )
    assert read_settings(path).views == {"morning": "after:8h", "alts": 'tag:sol "spot etf"'}


def test_a_view_of_the_same_name_is_replaced_whatever_its_case(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert save_view(path, "Morning", "is:unread") is False
    assert save_view(path, "morning", "after:8h") is True
    assert read_settings(path).views == {"Morning": "after:8h"}


def test_a_bad_name_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    with pytest.raises(BadView, match="is not a name of a view"):
        save_view(path, "a b", "is:unread")
    assert not path.exists()


def test_a_file_that_is_not_toml_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[views\n")
    with pytest.raises(ConfigError):
        save_view(path, "a", "is:unread")
    assert path.read_text() == "[views\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("views = 3", "must be a table"),
        ("[views]\na = 3", "must be a query in quotes"),
        ('[views]\n"a b" = "x"', "is not a name of a view"),
        ('[views]\na = "x"\nA = "y"', "is there twice"),
        (f'[views]\na = "{"x" * 1001}"', "longer than 1,000"),
    ],
)
def test_wrong_views_are_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said):
        read_settings(path)
