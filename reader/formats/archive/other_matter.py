"""Front matter in TOML and JSON, to the same tree of plain values as YAML.

Bounded like YAML: depth, sizes, and no parser that a crafted text could stall.
"""

import json
import re
from datetime import date, datetime, time

from reader.formats.archive.fields import MAX_CHARACTERS, MAX_DEPTH, MAX_KEY, Bare
from reader.formats.flags import Flag
from reader.text import clean

MAX_DOTS = 64
"""Maximum dots on one line of TOML: tomllib takes quadratic time for a dotted key."""

_DOT = re.compile(r"[\w\"'-][ \t]{0,8}\.[ \t]{0,8}[\w\"'-]")
_LEFT_OVER_COMMA = re.compile(r",(?=\s{0,40}[}\]])")
_COMMENT = re.compile(r"(?:^|(?<=[,{\[]))[ \t]*+//.*$", re.MULTILINE)


class Unreadable(Exception):
    """The text is not the notation that it seems to be, or not of the accepted kind."""

    def __init__(self, reason: str, line: int = 1) -> None:
        self.reason = reason
        self.line = line
        super().__init__(reason)


def toml_fields(text: str) -> dict[str, object]:
    """Return the fields of a TOML document; dates as ISO 8601. Raises Unreadable."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > MAX_DOTS and len(_DOT.findall(line)) > MAX_DOTS:
            raise Unreadable(Flag.TOO_MANY_DOTS.of(), number)
    import tomllib

    try:
        return _mapping(tomllib.loads(text, parse_float=Bare), 1)
    except RecursionError as error:
        raise Unreadable(Flag.TOO_DEEP.of(number=MAX_DEPTH)) from error
    except ValueError as error:
        place = re.search(r"at line ([0-9]+)", str(error))  # not shown: it is looked for
        reason = str(error).partition(" (at ")[0] or Flag.NO_TOML.of()
        raise Unreadable(clean(reason)[:200], int(place[1]) if place else 1) from error


def json_fields(text: str) -> tuple[dict[str, object], int]:
    """Return the object at the beginning of the text, and where it ends. Raises Unreadable."""
    start = text[: MAX_CHARACTERS + 1]
    try:
        value, end = _DECODER.raw_decode(start)
    except json.JSONDecodeError as error:
        raise Unreadable(error.msg, error.lineno) from error
    except RecursionError as error:
        raise Unreadable(Flag.TOO_DEEP.of(number=MAX_DEPTH)) from error
    if not isinstance(value, dict):
        raise Unreadable(Flag.NO_OBJECT.of())
    return _mapping(value, 1), end


def repaired_json(text: str) -> str:
    """Return JSON without trailing commas and comments."""
    return _LEFT_OVER_COMMA.sub("", _COMMENT.sub("", text))


def _mapping(value: dict[str, object], depth: int) -> dict[str, object]:
    _check_depth(depth)
    return {_name(name): _plain(inner, depth + 1) for name, inner in value.items()}


def _plain(value: object, depth: int) -> object:
    if isinstance(value, Bare):
        return value
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return _mapping(value, depth)
    if isinstance(value, list):
        _check_depth(depth)
        return [_plain(inner, depth + 1) for inner in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat().replace("+00:00", "Z")
    return value


def _name(name: str) -> str:
    if len(name) > MAX_KEY:
        raise Unreadable(Flag.LONG_NAME.of(number=MAX_KEY))
    return clean(name)


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Unreadable(Flag.TOO_DEEP.of(number=MAX_DEPTH))


_DECODER = json.JSONDecoder(strict=False, parse_int=Bare, parse_float=Bare, parse_constant=Bare)
