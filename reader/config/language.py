"""Choose the language of the interface, before any text of it is needed.

That is before options are read and settings are checked: errors in them are texts, too.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from reader import i18n
from reader.config.paths import config_file
from reader.errors import CryptoreadError
from reader.safety.own_files import NotRegular, read_own

SETTING = "ui_language"


def speak_as_chosen(arguments: Sequence[str]) -> None:
    """Speak the language of the environment, else of the config file, else of the locale.

    arguments: of the program; they may name another config file.
    """
    setting = None if os.environ.get(i18n.VARIABLE) else _setting(arguments)
    i18n.speak(i18n.language_of(os.environ, setting))


def _setting(arguments: Sequence[str]) -> str | None:
    """Return the setting; None without a valid one. What is wrong is told when all are read."""
    try:
        data = read_own(config_file(_config_option(arguments)))
        if SETTING.encode() not in data:  # the parser takes as long to load as a few modules
            return None
        import tomllib

        value = tomllib.loads(data.decode()).get(SETTING)
    except (CryptoreadError, NotRegular, OSError, ValueError):
        return None
    return value if isinstance(value, str) else None


def _config_option(arguments: Sequence[str]) -> Path | None:
    for place, word in enumerate(arguments):
        name, is_joined, value = word.partition("=")
        if name == "--config":
            return Path(value if is_joined else "".join(arguments[place + 1 : place + 2])) or None
    return None
