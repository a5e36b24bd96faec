"""Fields to YAML, in the style of the archive: two spaces, no folding, quotes if needed.

Without anchors, tags and block scalars, which PyYAML's emitter might write. Knows nothing about
articles.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from unicodedata import combining

from reader.text import TRAIL, clean

# Plain: begins with no sign of YAML, has none that could end it, and is not another type's word.
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|=>'\"%@`](?:[^\s:,\[\]{}#]| +(?=[^\s#])|(?<=\S)#)*")
_OTHER_TYPE = re.compile(
    r"[-+.]?[0-9][-+.0-9_]*(?:e[-+]?[0-9]+)?|0[box][0-9a-f_]+"
    r"|\.inf|\.nan|<<|~|null|true|false|yes|no|on|off|y|n",
    re.IGNORECASE,
)
_NEEDS_ESCAPES = re.compile("[\n\t\xa0]")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\xa0": "\\_"})


_Scalar = Callable[[object], str]

_LONGEST_KEY = 1000
"""Characters of a key as it is written; YAML allows 1,024 before its colon, without a `?`."""

_LIKE_MOJIBAKE = re.compile(f"[\xc2-\xf0](?=[{TRAIL}])")


def lines_of(fields: Mapping[str, object]) -> list[str]:
    """Return the lines of a mapping of cleaned text; cleaning them changes nothing.

    Values are text, numbers, truth values, None, or lists and mappings of such.
    """
    lines = list(_fields(fields, "", scalar))
    if all(clean(line) == line for line in lines):
        return lines
    # Beside its key or an escape, a clean text may look like mojibake, or a mark may join a letter.
    return list(_fields(fields, "", _escaped))


def _fields(fields: Mapping[str, object], indent: str, written: _Scalar) -> Iterator[str]:
    for name, value in fields.items():
        key = f"{indent}{written(name)}"
        if len(key) > _LONGEST_KEY:
            yield f"{indent}? {key[len(indent) :]}"
            key = indent
        if isinstance(value, Mapping) and value:
            yield f"{key}:"
            yield from _fields(value, indent + "  ", written)
        elif isinstance(value, list) and value:
            yield f"{key}:"
            yield from _items(value, indent + "  ", written)
        else:
            yield f"{key}: {written(value)}"


def _items(values: list[object], indent: str, written: _Scalar) -> Iterator[str]:
    for value in values:
        if isinstance(value, Mapping | list) and value:
            below = indent + "  "
            if isinstance(value, Mapping):
                lines = _fields(value, below, written)
            else:
                lines = _items(value, below, written)
            yield f"{indent}- {next(lines)[len(below) :]}"
            yield from lines
        else:
            yield f"{indent}- {written(value)}"


def scalar(value: object) -> str:
    """Return a value as YAML on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if not isinstance(value, str):
        return "{}" if isinstance(value, Mapping) else "[]"
    if _PLAIN.fullmatch(value) and not _OTHER_TYPE.fullmatch(value):
        return value
    if _NEEDS_ESCAPES.search(value):
        return f'"{value.translate(_ESCAPES)}"'
    return "'" + value.replace("'", "''") + "'"


def _escaped(value: object) -> str:
    """Return a value as YAML on one line, in which cleaning finds nothing to do.

    Escaped are beginnings of mojibake, and marks after an escape: they would join its last letter.
    """
    if not isinstance(value, str) or value.isascii():
        return scalar(value)
    leads = {found.start() for found in _LIKE_MOJIBAKE.finditer(value)}
    written: list[str] = []
    is_escape = False
    for place, character in enumerate(value):
        if place in leads or (is_escape and combining(character)):
            written.append(f"\\U{ord(character):08x}")
        else:
            written.append(character.translate(_ESCAPES))
        is_escape = written[-1] != character
    return f'"{"".join(written)}"'
