"""Saving a view in the config file, whose comments and other settings stay."""

from pathlib import Path

import pytest

from reader.config.paths import ConfigError
from reader.config.settings import read_settings
from reader.config.views_file import BadView, put_back, remove_view, save_view


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


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (
            '# mine\ntheme = "x"\n\n[views]\n# early\nmorning = "after:8h"  # late\nalts = "x"\n',
            '# mine\ntheme = "x"\n\n[views]\n# early\nalts = "x"\n',
        ),
        ('[views]\nMorning = "after:8h"\n\n[keys]\n', "[views]\n\n[keys]\n"),
        ('views = { morning = "after:8h", alts = "x" }\n', 'views = {alts = "x" }\n'),
        ('views.morning = "after:8h"\nviews.alts = "x"\n', 'views.alts = "x"\n'),
        ('[views]\nalts = "x"\nmorning = "after:8h"', '[views]\nalts = "x"\n'),
    ],
)
def test_a_removed_view_takes_nothing_else_with_it_and_comes_back_where_it_was(
    tmp_path: Path, text: str, after: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    before = read_settings(path).views
    removed = remove_view(path, "morning")
    assert removed is not None
    assert removed.query == "after:8h"
    assert path.read_text().replace(" ", "") == after.replace(" ", "")
    assert "morning" not in {name.casefold() for name in read_settings(path).views}
    assert read_settings(path).views.items() <= before.items()
    put_back(path, removed)
    assert path.read_text().rstrip("\n") == text.rstrip("\n")
    assert list(read_settings(path).views.items()) == list(before.items())


def test_a_view_comes_back_into_a_file_that_was_changed_since(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[views]\nmorning = "after:8h"\nalts = "x"\n')
    removed = remove_view(path, "MORNING")
    assert removed is not None
    save_view(path, "late", "is:later")
    put_back(path, removed)
    assert read_settings(path).views == {"alts": "x", "late": "is:later", "morning": "after:8h"}


@pytest.mark.parametrize("text", ["", "[views]\nalts = 'x'\n", "views = 3\n"])
def test_a_view_that_is_not_in_the_file_changes_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    assert remove_view(path, "morning") is None
    assert path.read_text() == text
