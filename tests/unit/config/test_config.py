"""Paths and settings: defaults, overrides, and errors that name the file and the setting."""

import json
from pathlib import Path

import platformdirs
import pytest

import reader
from reader.config.paths import ConfigError, config_file, data_folder, resource
from reader.config.settings import Settings, preferred_language, read_settings
from reader.config.subscriptions_file import unsubscribe
from reader.errors import CryptoreadError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CRYPTOREAD_DATA", "CRYPTOREAD_CONFIG", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    "names",
    [
        {},
        {"XDG_DATA_HOME": "", "XDG_CONFIG_HOME": ""},
        {"XDG_DATA_HOME": "/x/data", "XDG_CONFIG_HOME": "/x/config"},
        {"XDG_DATA_HOME": "relative", "XDG_CONFIG_HOME": "relative"},
        {"XDG_DATA_HOME": " ", "XDG_CONFIG_HOME": " "},
        {"HOME": "/"},
        {"HOME": "/home/some one/"},
        {"HOME": ""},
        {"HOME": "relative"},
    ],
    ids=str,
)
def test_the_folders_are_those_of_the_platform(
    names: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    assert data_folder() == platformdirs.user_data_path("cryptoread", appauthor=False)
    folder = platformdirs.user_config_path("cryptoread", appauthor=False)
    assert config_file() == folder / "config.toml"


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "config.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_without_a_file_the_defaults_stand(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "config.toml") == Settings()
    assert Settings().column_width == 88


def test_an_empty_file_leaves_the_defaults(tmp_path: Path) -> None:
    assert read_settings(write(tmp_path, "")) == Settings()


def test_every_setting_is_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        language = "uk"
        sidebar_width = 42
        theme = "nord"
        column_width = 72
        [keys]
        next_unread = "n,ctrl+n"
        """,
    )
    assert read_settings(path) == Settings(
        language="uk",
        sidebar_width=42,
        theme="nord",
        column_width=72,
        keys={"next_unread": "n,ctrl+n"},
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("colour = 1", "unknown setting 'colour'; valid settings: language, ui_language"),
        ('"\\u001b[2J" = 1', r"unknown setting '\x1b[2J'"),
        ('language = "english"', "unknown language 'english'; valid languages: codes of two or"),
        ('language = "u"', "unknown language 'u'"),
        ('language = "uk UA"', "unknown language 'uk UA'"),
        ("language = 3", "'language' must be a text in quotes, not 3"),
        ('tags = "some"', "'tags' must be 'splitting' or 'frequent', not 'some'"),
        ("tags = 9", "'tags' must be 'splitting' or 'frequent', not 9"),
        ('theme = ""', "'theme' must be a text in quotes, not ''"),
        ('read_when = "later"', "'read_when' must be one of 'opened', 'dwell', 'end', 'hand', not"),
        ("read_when = 3", "'read_when' must be one of"),
        ('column_width = "wide"', "'column_width' must be a whole number from 10 to 500"),
        ("column_width = true", "'column_width' must be a whole number"),
        ("sidebar_width = -4", "'sidebar_width' must be a whole number"),
        ("keys = 3", "'keys' must be a table"),
        ("[keys]\nquit = 3", "'quit' in [keys] must be a text in quotes"),
        ("language = ", "is not valid TOML"),
        (b"language = '\xff'", "is not valid TOML"),
    ],
)
def test_an_invalid_setting_is_an_error_that_names_its_file(
    tmp_path: Path, text: str | bytes, problem: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        read_settings(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert problem in str(caught.value)


def test_a_config_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"is a folder and not a file"):
        read_settings(tmp_path)


def test_the_data_folder_is_the_options_else_the_environments_else_the_platforms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    default = data_folder()
    assert default.is_relative_to(tmp_path)
    assert default.name == "cryptoread"
    monkeypatch.setenv("CRYPTOREAD_DATA", "~/news")
    assert data_folder() == tmp_path / "news"
    assert data_folder(Path("~/mine")) == tmp_path / "mine"
    monkeypatch.setenv("CRYPTOREAD_DATA", "")
    assert data_folder() == default


def test_the_config_file_is_the_options_else_the_environments_else_the_platforms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert config_file().is_relative_to(tmp_path)
    assert config_file().name == "config.toml"
    monkeypatch.setenv("CRYPTOREAD_CONFIG", "~/news.toml")
    assert config_file() == tmp_path / "news.toml"
    assert config_file(write(tmp_path, "")) == tmp_path / "config.toml"


def test_a_config_file_that_was_asked_for_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"typo\.toml: there is no such file"):
        config_file(tmp_path / "typo.toml")


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "uk_UA.UTF-8"}, "uk"),
        ({"LANG": "uk"}, "uk"),
        ({"LANG": "sr@latin"}, "sr"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "uk_UA", "LANG": "de_DE"}, "uk"),
        ({"LC_ALL": "C", "LANG": "uk_UA"}, "en"),
        ({"LC_ALL": "FIL_PH"}, "fil"),
        ({"LANG": "\x1b]52"}, "en"),
    ],
)
def test_the_language_follows_the_locale(environ: dict[str, str], language: str) -> None:
    assert preferred_language(Settings(), environ) == language


def test_a_language_in_the_settings_overrides_the_locale() -> None:
    assert preferred_language(Settings(language="UK"), {"LC_ALL": "de_DE"}) == "uk"
    for code in ("uk-UA", "uk_UA", "uk-Cyrl-UA"):
        assert preferred_language(Settings(language=code), {}) == "uk"


@pytest.mark.parametrize("place", ["reader", "."])
def test_a_folder_is_found_inside_the_package_and_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    folder = tmp_path / place / "styles"
    folder.mkdir(parents=True)
    monkeypatch.setattr(reader, "__file__", str(tmp_path / "reader" / "__init__.py"))
    assert resource("styles").samefile(folder)
    with pytest.raises(CryptoreadError, match="install cryptoread again"):
        resource("sample_articles")


def test_the_folders_of_this_program_are_found() -> None:
    assert resource("styles").is_dir()
    assert resource("sample_articles").is_dir()


EVIL = "Da\x1b]52;c;aGk=\x07i\u202ely"


def test_names_are_cleaned_where_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    escaped = json.dumps(EVIL)
    path.write_text(
        f'[subscriptions]\n{escaped} = "https://news.example/feed"\n'
        f'[categories]\n{escaped} = ["wo\\u202erd", "\\u202e"]\n"\\u202e" = ["gone"]\n'
    )
    settings = read_settings(path)
    assert [each.name for each in settings.subscriptions or ()] == ["Daily"]
    assert settings.categories == {"Daily": ["word"]}
    unsubscribe(path, "daily")
    assert read_settings(path).subscriptions == ()


@pytest.mark.parametrize(
    "text",
    [
        '[subscriptions]\nA = "https://a.example/"\n"A\\u202e" = "https://b.example/"\n',
        '[subscriptions]\n"\\u202e" = "https://a.example/"\n',
        '[keys]\n"reader.undo" = "\\u009b"\n',
        f"[keys]\n{json.dumps(EVIL)} = 'x'\n",
    ],
)
def test_ambiguous_and_untypable_names_are_errors(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_settings(path)
    assert str(caught.value).isprintable()
