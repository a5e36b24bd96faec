"""Read and check the settings in the config file.

`Settings` is the list of them; a new one is a field there, a check in `_problem`, and a test.
`ui.checked_settings` checks values that only the screen knows; `subscriptions_file` changes the
file.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reader.config.paths import ConfigError
from reader.records import dataclass
from reader.safety.own_files import NotRegular, read_own

if TYPE_CHECKING:
    from reader.config.alerts import Rule
    from reader.config.commands import OwnCommand
    from reader.subscriptions import Subscription, SyncOptions

WIDTHS = range(10, 501)
"""Allowed widths, in columns."""

_LANGUAGE = r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,2}"
READ_WHEN = ("opened", "dwell", "end", "hand")
"""When an article counts as read: opened, open for a while, read to its end, marked by hand."""

MINUTES = range(1, 7 * 24 * 60 + 1)
"""Allowed minutes between two syncs."""

UNICODE, ASCII = "unicode", "ascii"
"""Kinds of signs."""

SPLITTING, FREQUENT = "splitting", "frequent"
"""Rules for the tags of the bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of the config file, under the same names. None: not set."""

    language: str | None = None
    """The language on which the reader starts, such as `uk`."""
    sidebar_width: int | None = None
    """Columns of the list."""
    theme: str | None = None
    """Name of a Textual theme."""
    column_width: int = 88
    """Maximum columns of text in the reading pane."""
    read_when: str = "opened"
    """When an article counts as read: when it is opened, has been open for 5 seconds (dwell), when
    its end was in view, or when a key marks it (hand)."""
    glyphs: str = UNICODE
    """Signs of the screen: `unicode`, or `ascii` where the font lacks them."""
    tags: str = SPLITTING
    """Which tags get the digits: `splitting` what is shown, or the most `frequent`."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Id of a binding to its keys, separated by commas."""
    subscriptions: "tuple[Subscription, ...] | None" = None
    """The live sources, in the order of the file."""
    sync_every: int | None = None
    """Minutes between the syncs that the open screen starts."""
    estimate_sentiment: bool = True
    """Whether to estimate the sentiment of news without a label of its publisher."""
    categories: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Words of titles by category; they take precedence over the built-in ones."""
    alerts: "tuple[Rule, ...]" = ()
    """Rules by which new articles are told of after a sync, by their names."""
    views: Mapping[str, str] = field(default_factory=dict)
    """Saved views by name: `@name` stands for the query, on the screen and in every command."""
    commands: "tuple[OwnCommand, ...]" = ()
    """Programs of one's own for the article under the cursor, by name."""
    coindesk_key: str | None = field(default=None, repr=False)
    """Key for the Data API of CoinDesk; secret."""

    def make_secrets_known(self) -> None:
        """Redact the key and the secrets of subscription addresses in all messages from now on."""
        if not self.coindesk_key and not self.subscriptions:
            return
        from reader.safety.known_secrets import know, know_address

        know(self.coindesk_key)
        know_address(*(each.url for each in self.subscriptions or ()))

    def sync_options(self, environ: Mapping[str, str]) -> "SyncOptions":
        """Return the settings of a sync. environ: may have the key."""
        from reader.subscriptions import SyncOptions

        return SyncOptions(
            estimate_sentiment=self.estimate_sentiment,
            categories=self.categories,
            coindesk_key=self.coindesk_key,
            environ=dict(environ),
        )


def read_settings(path: Path) -> Settings:
    """Return the settings of a TOML file, the defaults if it does not exist.

    Raises ConfigError, which names the file and the setting, for an unknown or invalid one.
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
    except ValueError as error:  # not TOML, or not UTF-8
        raise ConfigError(path, f"is not valid TOML ({error})") from error
    for name, value in written.items():
        if problem := _problem(name, value):
            raise ConfigError(path, problem)
    if "categories" in written:
        written["categories"] = _categories(written["categories"])
    for name, read in _TABLES.items():
        if name in written:
            written[name] = read(path, written[name])
    settings = Settings(**written)
    settings.make_secrets_known()
    return settings


def _categories(table: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the categories with cleaned names and words, without empty ones."""
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


def _alerts(path: Path, table: Any) -> "tuple[Rule, ...]":
    from reader.config.alerts import from_table

    try:
        return from_table(table)
    except ValueError as error:
        raise ConfigError(path, str(error)) from error


def _commands(path: Path, table: Any) -> "tuple[OwnCommand, ...]":
    from reader.config.commands import from_table

    try:
        return from_table(table)
    except ValueError as error:
        raise ConfigError(path, str(error)) from error


_TABLES = {"subscriptions": _subscriptions, "alerts": _alerts, "commands": _commands}
"""What reads the tables whose parts have a module of their own."""


def _problem(name: str, value: object) -> str | None:
    """Return what is wrong with a setting, as a sentence; None if it is valid."""
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


def _glyphs_problem(value: object) -> str | None:
    if value in (UNICODE, ASCII):
        return None
    return f"'glyphs' must be 'unicode' or 'ascii', not {value!r}"


def _tags_problem(value: object) -> str | None:
    if value in (SPLITTING, FREQUENT):
        return None
    return f"'tags' must be 'splitting' or 'frequent', not {value!r}"


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


def _read_when_problem(value: object) -> str | None:
    if value in READ_WHEN:
        return None
    return f"'read_when' must be one of {', '.join(map(repr, READ_WHEN))}, not {value!r}"


def _categories_problem(value: object) -> str | None:
    if not isinstance(value, dict):
        return f"'categories' must be a table [categories] of NAME = [\"word\"], not {value!r}"
    for name, words in value.items():
        texts = isinstance(words, list) and all(isinstance(word, str) and word for word in words)
        if not texts or not name:
            return f"{name!r} in [categories] must be a list of words in quotes, not {words!r}"
    return None


def _views_problem(value: object) -> str | None:
    if not isinstance(value, dict):
        return f"'views' must be a table [views] of name = \"query\", not {value!r}"
    from reader.query.views import MOST_VIEWS, problem

    if len(value) > MOST_VIEWS:
        return f"there can be {MOST_VIEWS} views at most in [views], not {len(value):,}"
    folded: set[str] = set()
    for name, query in value.items():
        if not isinstance(query, str):
            return f"{name!r} in [views] must be a query in quotes, not {query!r}"
        if trouble := problem(name, query):
            return f"{trouble}, in [views]"
        if name.casefold() in folded:
            return f"{name!r} in [views] is there twice; names do not depend on case"
        folded.add(name.casefold())
    return None


def _subscriptions_problem(value: object) -> str | None:
    if isinstance(value, dict):
        return None
    return f"'subscriptions' must be a table [subscriptions] of name = \"https://…\", not {value!r}"


def _alerts_problem(value: object) -> str | None:
    if isinstance(value, dict):
        return None
    return f"'alerts' must be tables [alerts.NAME] with query or sources, not {value!r}"


def _commands_problem(value: object) -> str | None:
    if isinstance(value, dict):
        return None
    return f"'commands' must be a table [commands] of NAME = [\"program\"], not {value!r}"


_NUMBERS = {"sidebar_width": WIDTHS, "column_width": WIDTHS, "sync_every": MINUTES}
_PROBLEMS = {
    "language": _language_problem,
    "glyphs": _glyphs_problem,
    "tags": _tags_problem,
    "keys": _keys_problem,
    "read_when": _read_when_problem,
    "estimate_sentiment": _estimate_problem,
    "categories": _categories_problem,
    "views": _views_problem,
    "subscriptions": _subscriptions_problem,
    "alerts": _alerts_problem,
    "commands": _commands_problem,
}


def preferred_language(settings: Settings, environ: Mapping[str, str]) -> str:
    """Return the setting, else the language of the POSIX locale, else `en`; lower case."""
    if settings.language:
        return settings.language.lower().replace("_", "-").partition("-")[0]
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next(filter(None, map(environ.get, names)), "")
    language = locale.partition(".")[0].partition("@")[0].partition("_")[0].lower()
    is_code = len(language) in (2, 3) and language.isascii() and language.isalpha()
    return language if is_code else "en"
