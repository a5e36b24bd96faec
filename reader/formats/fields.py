"""Untyped values by name, read one by one: what a mapping of front matter or of JSON holds.

Text, numbers, truth values and instants, whichever way they were written. Which names there are
and what they mean is the schema's affair.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite

from reader.article import LAST_INSTANT
from reader.formats.instants import format_instant, parse_instant

MAX_CHARACTERS = 64 * 1024
"""Of all fields of one article, which bounds the number of their values too."""

MAX_DEPTH = 8
"""Mappings and lists in one another, the outermost counted."""

MAX_KEY = 256
"""Characters of a field's name. YAML itself ends at 1,024, escapes counted."""

_MAX_WORDS = 64
"""Names that one text may hold with mere spaces between them."""

_FIRST_INSTANT = datetime(2, 1, 1, tzinfo=UTC)
"""A year earlier, some time zone has no such date."""

_TRUE = frozenset(("true", "yes", "on", "y", "1"))
_FALSE = frozenset(("false", "no", "off", "n", "0", ""))
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


class Bare(str):
    """A scalar that stood without quotes: it may have meant a number or a truth value."""

    __slots__ = ()


class Fields:
    """Takes known fields out of one mapping. What is unknown or unreadable stays in `rest`."""

    __slots__ = ("flags", "rest", "where")

    def __init__(self, fields: Mapping[str, object], flags: list[str], where: str = "") -> None:
        self.rest = dict(fields)
        self.flags = flags
        self.where = where

    def keep(self, name: str, value: object, trouble: str) -> None:
        """Leave the value where it was, and say why."""
        self.rest[name] = value
        self.flags.append(f"{self.where}{name} {trouble}")

    def scalar(self, name: str) -> str:
        """The value's text, as it is; empty where it is absent, null or no scalar."""
        value = self.rest.pop(name, None)
        if value is None:
            return ""
        return value if isinstance(value, str) else self._written(name, value)

    def line(self, name: str) -> str:
        """The value's text on one line; empty where it is absent, null or no scalar."""
        # Twenty times an article: the steps of `scalar` and `one_line`, without their calls.
        value = self.rest.pop(name, None)
        if value is None:
            return ""
        text = value if isinstance(value, str) else self._written(name, value)
        return " ".join(text.split())

    def _written(self, name: str, value: object) -> str:
        """As YAML would write what is no text."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return repr(value)
        self.keep(name, value, "is not a text")
        return ""

    def integer(self, name: str) -> int | None:
        value = self.rest.get(name)
        text = self.line(name)
        if _INTEGER.fullmatch(text):
            return int(text)
        if text:
            self.keep(name, value, f"is not a whole number: {shown(text)}")
        return None

    def number(self, name: str) -> int | float | None:
        value = self.rest.get(name)
        text = self.line(name)
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text) and isfinite(number := float(text)):
            return number
        if text:
            self.keep(name, value, f"is not a number: {shown(text)}")
        return None

    def truth(self, name: str) -> bool:
        """False where it cannot be told."""
        value = self.rest.get(name)
        text = self.line(name)
        if text.lower() in _TRUE:
            return True
        if text.lower() not in _FALSE:
            self.keep(name, value, f"is neither true nor false: {shown(text)}")
        return False

    def instant(self, name: str) -> datetime | None:
        """At most LAST_INSTANT."""
        value = self.rest.get(name)
        text = self.line(name)
        if not text:
            return None
        try:
            instant = parse_instant(text)
        except ValueError:
            self.keep(name, value, f"is not a date: {shown(text)}")
            return None
        clamped = min(max(instant, _FIRST_INSTANT), LAST_INSTANT)
        if clamped != instant:
            trouble = f"is out of range: {shown(text)} became {format_instant(clamped)}"
            self.keep(name, value, trouble)
        return clamped

    def mapping(self, name: str) -> "Fields | None":
        """The fields below a name; `close` puts back what was not taken of them."""
        value = self.rest.pop(name, None)
        if isinstance(value, Mapping):
            return Fields(value, self.flags, f"{name}.")
        if value is not None:
            self.keep(name, value, "is not a mapping")
        return None

    def close(self, name: str, inner: "Fields") -> None:
        if inner.rest:
            self.rest[name] = inner.rest


def native(value: object) -> object:
    """Bare numbers and truth values typed, where that keeps every character; the rest as it is.

    So that an export writes `12` where there was 12, and '12' where there was '12'.
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
    """The text of a text or a number; empty for anything else."""
    if isinstance(value, str):
        return value.strip()
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return repr(value) if is_number else ""


def listed(value: object) -> list[str]:
    """The names in a list, or in a text with commas or spaces between them; without their `#`."""
    names = map(text_of, value) if isinstance(value, list) else _split(text_of(value))
    return [bare for name in names if (bare := name.lstrip("#").strip())]


def _split(text: str) -> list[str]:
    """At commas or semicolons, else at spaces where all words are tags of one small word each."""
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
    """As much of it as a sentence about it needs."""
    return text if len(text) <= 40 else text[:39] + "…"
