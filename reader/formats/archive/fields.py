"""Untyped values by name, read one by one: a mapping of front matter or of JSON.

Text, numbers, truth values and instants, in any spelling. The schema knows the names and their
meaning.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite

from reader.article import LAST_INSTANT
from reader.formats.dates.instants import format_instant, parse_instant
from reader.formats.flags import Flag, Sentence

MAX_CHARACTERS = 64 * 1024
"""Maximum characters of all fields of one article, which bounds the number of values too."""

MAX_DEPTH = 8
"""Maximum depth of nested mappings and lists, counting the outermost."""

MAX_KEY = 256
"""Maximum characters of a field's name. YAML itself allows 1,024, with escapes."""

_MAX_WORDS = 64
"""Maximum names in one text that are separated only by spaces."""

_FIRST_INSTANT = datetime(2, 1, 1, tzinfo=UTC)
"""Earliest instant: dates of year 1 are invalid in some time zones."""

_TRUE = frozenset(("true", "yes", "on", "y", "1"))
_FALSE = frozenset(("false", "no", "off", "n", "0", ""))
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


class Bare(str):
    """A scalar that was not quoted: it may mean a number or a truth value."""

    __slots__ = ()


class Fields:
    """Takes known fields out of one mapping. Unknown and invalid ones stay in `rest`."""

    __slots__ = ("flags", "rest", "where")

    def __init__(self, fields: Mapping[str, object], flags: list[str], where: str = "") -> None:
        self.rest = dict(fields)
        self.flags = flags
        self.where = where

    def keep(self, name: str, value: object, flag: Sentence, **values: object) -> None:
        """Keep the value among the rest, and flag it. values: of the flag, besides the field."""
        self.rest[name] = value
        self.flags.append(flag.of(field=f"{self.where}{name}", **values))

    def scalar(self, name: str) -> str:
        """Return the value's text as it is; empty if it is absent, null or not a scalar."""
        value = self.rest.pop(name, None)
        if value is None:
            return ""
        return value if isinstance(value, str) else self._written(name, value)

    def line(self, name: str) -> str:
        """Return the value's text on one line; empty if it is absent, null or not a scalar."""
        # Called twenty times per article: `scalar` and `one_line` inlined.
        value = self.rest.pop(name, None)
        if value is None:
            return ""
        text = value if isinstance(value, str) else self._written(name, value)
        return " ".join(text.split())

    def _written(self, name: str, value: object) -> str:
        """Return a value that is not a text as YAML would write it."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return repr(value)
        self.keep(name, value, Flag.NOT_A_TEXT)
        return ""

    def integer(self, name: str) -> int | None:
        """Return a whole number; None, with a flag, for anything else."""
        value = self.rest.get(name)
        if value is None:
            self.rest.pop(name, None)
            return None
        text = self.line(name)
        if _INTEGER.fullmatch(text):
            return int(text)
        if text:
            self.keep(name, value, Flag.NOT_WHOLE, text=shown(text))
        return None

    def number(self, name: str) -> int | float | None:
        """Return a finite number; None, with a flag, for anything else."""
        value = self.rest.get(name)
        if value is None:
            self.rest.pop(name, None)
            return None
        text = self.line(name)
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text) and isfinite(number := float(text)):
            return number
        if text:
            self.keep(name, value, Flag.NOT_A_NUMBER, text=shown(text))
        return None

    def truth(self, name: str) -> bool:
        """Return a truth value; False, with a flag, for anything else."""
        value = self.rest.get(name)
        if value is None or value is False:
            self.rest.pop(name, None)
            return False
        text = self.line(name)
        if text.lower() in _TRUE:
            return True
        if text.lower() not in _FALSE:
            self.keep(name, value, Flag.NEITHER_TRUE_NOR_FALSE, text=shown(text))
        return False

    def instant(self, name: str) -> datetime | None:
        """Return an instant of at most LAST_INSTANT; None, with a flag, for anything else."""
        value = self.rest.get(name)
        if value is None:
            self.rest.pop(name, None)
            return None
        text = self.line(name)
        if not text:
            return None
        try:
            instant = parse_instant(text)
        except ValueError:
            self.keep(name, value, Flag.NOT_A_DATE, text=shown(text))
            return None
        clamped = min(max(instant, _FIRST_INSTANT), LAST_INSTANT)
        if clamped != instant:
            date = format_instant(clamped)
            self.keep(name, value, Flag.OUT_OF_RANGE, text=shown(text), date=date)
        return clamped

    def mapping(self, name: str) -> "Fields | None":
        """Return the fields below a name; `close` puts back the ones that were not taken."""
        value = self.rest.pop(name, None)
        if isinstance(value, dict) or isinstance(value, Mapping):  # noqa: SIM101 - faster
            return Fields(value, self.flags, f"{name}.")
        if value is not None:
            self.keep(name, value, Flag.NOT_A_MAPPING)
        return None

    def close(self, name: str, inner: "Fields") -> None:
        """Put the fields of a mapping that were not taken back among the rest."""
        if inner.rest:
            self.rest[name] = inner.rest


def native(value: object) -> object:
    """Return unquoted numbers and truth values typed, if that keeps every character.

    So that an export writes `12` for 12, and '12' for '12'.
    """
    if isinstance(value, Bare):
        return _typed(str(value))
    if isinstance(value, Mapping):
        return {name: native(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [native(inner) for inner in value]
    return value


def _typed(text: str) -> str | int | float | bool:
    if text in ("true", "false"):
        return text == "true"
    if _INTEGER.fullmatch(text) and str(int(text)) == text:
        return int(text)
    if _DECIMAL.fullmatch(text) and repr(float(text)) == text:
        return float(text)
    return text


def text_of(value: object) -> str:
    """Return the text of a text or a number; empty for anything else."""
    if isinstance(value, str):
        return value.strip()
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return repr(value) if is_number else ""


def listed(value: object) -> list[str]:
    """Return the names in a list, or in a text with commas or spaces; without their `#`."""
    names = map(text_of, value) if isinstance(value, list) else _split(text_of(value))
    return [bare for name in names if (bare := name.lstrip("#").strip())]


def _split(text: str) -> list[str]:
    """Split at commas or semicolons, else at spaces if all words look like tags."""
    text = text.strip(" []")
    for sign in (",", ";"):
        if sign in text:
            return [item.strip(" '\"") for item in text.split(sign)]
    text = text.strip(" '\"")
    words = text.split()
    are_words = len(words) <= _MAX_WORDS and text == text.lower()
    are_hashes = all(word.startswith("#") for word in words)
    return words if are_words or are_hashes else [text]


def shown(text: str) -> str:
    """Return the beginning of a text, for a sentence about it."""
    return text if len(text) <= 40 else text[:39] + "…"
