"""Where cryptoread keeps its files, and the settings that the user wrote down.

Only finding and reading: what a setting does belongs to whoever uses it, and nothing here writes.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reader.errors import CryptoreadError
from reader.own_files import NotRegular, read_own

if TYPE_CHECKING:
    from reader.subscriptions import Subscription, SyncOptions

APP = "cryptoread"
WIDTHS = range(10, 501)
"""Columns that a width may have."""
_LANGUAGE = r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,2}"
MINUTES = range(1, 7 * 24 * 60 + 1)
"""Between two syncs."""


class ConfigError(CryptoreadError):
    """The settings cannot be used."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the config file may say, under the same names. None: nobody chose."""

    language: str | None = None
    """The language to start on, such as `uk`."""
    sidebar_width: int | None = None
    """Columns."""
    theme: str | None = None
    """Name of a Textual theme."""
    column_width: int = 88
    """Columns of text at most in the reading pane."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Id of a binding to its keys, separated by commas."""
    subscriptions: "tuple[Subscription, ...] | None" = None
    """The live sources, in the order of the file."""
    sync_every: int | None = None
    """Minutes between the syncs that the screen starts by itself."""
    estimate_sentiment: bool = True
    """Whether news without a label of its publisher gets an estimated one."""
    categories: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """A category to words of a title that put news into it, before those that are built in."""
    coindesk_key: str | None = field(default=None, repr=False)
    """For the Data API of CoinDesk; secret."""

    def make_secrets_known(self) -> None:
        """Let no message show the key, or what is secret in addresses of subscriptions."""
        if not self.coindesk_key and not self.subscriptions:
            return
        from reader.known_secrets import know, know_address

        know(self.coindesk_key)
        know_address(*(each.url for each in self.subscriptions or ()))

    def sync_options(self, environ: Mapping[str, str]) -> "SyncOptions":
        """What they say about syncing; the key may be in the environment."""
        from reader.subscriptions import SyncOptions

        return SyncOptions(
            estimate_sentiment=self.estimate_sentiment,
            categories=self.categories,
            coindesk_key=self.coindesk_key,
            environ=dict(environ),
        )


def read_settings(path: Path) -> Settings:
    """The settings in a TOML file; the defaults where there is no file.

    Raises ConfigError, naming the file and the setting, where one is unknown or cannot be meant.
    """
    try:
        data = read_own(path)
    except FileNotFoundError:
        return Settings()
    except NotRegular as error:
        raise ConfigError(path, error.reason) from error
    except OSError as error:
        raise ConfigError(path, f"cannot be read ({error.strerror})") from error
    import tomllib

    try:
        written = tomllib.loads(data.decode())
    except ValueError as error:  # no TOML, or no UTF-8
        raise ConfigError(path, f"is not valid TOML ({error})") from error
    for name, value in written.items():
        if problem := _problem(name, value):
            raise ConfigError(path, problem)
    if "subscriptions" in written:
        written["subscriptions"] = _subscriptions(path, written["subscriptions"])
    if "categories" in written:
        written["categories"] = _categories(written["categories"])
    settings = Settings(**written)
    settings.make_secrets_known()
    return settings


def _categories(table: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the categories with names and words that are fit to show, empty ones left out."""
    from reader.text import clean_line

    found: dict[str, list[str]] = {}
    for name, words in table.items():
        if shown := clean_line(name):
            found.setdefault(shown, []).extend(filter(None, map(clean_line, words)))
    return found


def _subscriptions(path: Path, table: Any) -> "tuple[Subscription, ...]":
    from reader.subscriptions import from_table

    try:
        return from_table(table)
    except ValueError as error:
        raise ConfigError(path, str(error)) from error


def _problem(name: str, value: object) -> str | None:
    """What is wrong with a setting, as a sentence; None where it can be used."""
    names = [setting.name for setting in fields(Settings)]
    if name not in names:
        return f"unknown setting {name!r}; valid settings: {', '.join(names)}"
    if name in _NUMBERS:
        allowed = _NUMBERS[name]
        if type(value) is int and value in allowed:
            return None
        return f"{name!r} must be a whole number from {allowed[0]} to {allowed[-1]}, not {value!r}"
    if name in _PROBLEMS:
        return _PROBLEMS[name](value)
    if isinstance(value, str) and value:
        return None
    shown = "" if name == "coindesk_key" else f", not {value!r}"
    return f"{name!r} must be a text in quotes{shown}"


def _language_problem(value: object) -> str | None:
    if not isinstance(value, str) or not value:
        return f"'language' must be a text in quotes, not {value!r}"
    if re.fullmatch(_LANGUAGE, value):
        return None
    return (
        f"unknown language {value!r}; valid languages: codes of two or three letters, as 'en', 'uk'"
    )


def _keys_problem(value: object) -> str | None:
    if not isinstance(value, dict):
        return f"'keys' must be a table [keys] of binding = \"key\", not {value!r}"
    for binding, keys in value.items():
        if not isinstance(keys, str) or not keys:
            return f"{binding!r} in [keys] must be a text in quotes such as 'ctrl+n', not {keys!r}"
        if not (binding + keys).isprintable():
            return f"{binding!r} in [keys] has characters that cannot be typed: {keys!r}"
    return None


def _estimate_problem(value: object) -> str | None:
    if isinstance(value, bool):
        return None
    return f"'estimate_sentiment' must be true or false, not {value!r}"


def _categories_problem(value: object) -> str | None:
    if not isinstance(value, dict):
        return f"'categories' must be a table [categories] of NAME = [\"word\"], not {value!r}"
    for name, words in value.items():
        texts = isinstance(words, list) and all(isinstance(word, str) and word for word in words)
        if not texts or not name:
            return f"{name!r} in [categories] must be a list of words in quotes, not {words!r}"
    return None


def _subscriptions_problem(value: object) -> str | None:
    if isinstance(value, dict):
        return None
    return f"'subscriptions' must be a table [subscriptions] of name = \"https://…\", not {value!r}"


_NUMBERS = {"sidebar_width": WIDTHS, "column_width": WIDTHS, "sync_every": MINUTES}
_PROBLEMS = {
    "language": _language_problem,
    "keys": _keys_problem,
    "estimate_sentiment": _estimate_problem,
    "categories": _categories_problem,
    "subscriptions": _subscriptions_problem,
}


def data_folder(option: Path | None = None) -> Path:
    """Where the cache and the marks are: `option`, else CRYPTOREAD_DATA, else the platform's place.

    It need not exist yet.
    """
    if chosen := option or _from_environment("CRYPTOREAD_DATA"):
        return chosen.expanduser()
    import platformdirs

    return platformdirs.user_data_path(APP, appauthor=False)


def config_file(option: Path | None = None) -> Path:
    """The settings: `option`, else CRYPTOREAD_CONFIG, else `config.toml` in the platform's place.

    It need not exist, unless it was asked for: raises ConfigError where `option` is missing.
    """
    if option and not option.expanduser().exists():
        raise ConfigError(option, "there is no such file")
    if chosen := option or _from_environment("CRYPTOREAD_CONFIG"):
        return chosen.expanduser()
    import platformdirs

    return platformdirs.user_config_path(APP, appauthor=False) / "config.toml"


def _from_environment(name: str) -> Path | None:
    value = os.environ.get(name)
    return Path(value) if value else None


def preferred_language(settings: Settings, environ: Mapping[str, str]) -> str:
    """The setting, else the language of the POSIX locale, else `en`; lower case."""
    if settings.language:
        return settings.language.lower().replace("_", "-").partition("-")[0]
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next(filter(None, map(environ.get, names)), "")
    language = locale.partition(".")[0].partition("@")[0].partition("_")[0].lower()
    is_code = len(language) in (2, 3) and language.isascii() and language.isalpha()
    return language if is_code else "en"


def resource(name: str) -> Path:
    """The folder of that name that came with the program: `styles` or `sample_articles`.

    A wheel holds it inside the package, a source checkout beside it. Raises CryptoreadError where
    it is missing.
    """
    package = Path(__file__).parent
    for folder in (package / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise CryptoreadError(f"{package} is incomplete: no folder {name!r}; install {APP} again")
