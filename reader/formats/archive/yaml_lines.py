"""Fields to YAML, in the style of the archive: two spaces, no folding, quotes if needed.

Without anchors, tags and block scalars, which PyYAML's emitter might write. Knows nothing about
articles.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from reader.text import clean

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


def lines_of(fields: Mapping[str, object]) -> list[str]:
    """Return the lines of a mapping of cleaned text; cleaning them changes nothing.

    Values are text, numbers, truth values, None, or lists and mappings of such.
    """
    lines = list(_fields(fields, "", scalar))
    if all(clean(line) == line for line in lines):
        return lines
    # Between other characters a cleaned value may look like mojibake, which reading would repair.
    safe = _fields(fields, "", _in_ascii)
    return [line if clean(line) == line else each for line, each in zip(lines, safe, strict=True)]


def _fields(fields: Mapping[str, object], indent: str, written: _Scalar) -> Iterator[str]:
    for name, value in fields.items():
        key = f"{indent}{written(name)}:"
        if isinstance(value, Mapping) and value:
            yield key
            yield from _fields(value, indent + "  ", written)
        elif isinstance(value, list) and value:
            yield key
            yield from _items(value, indent + "  ", written)
        else:
            yield f"{key} {written(value)}"


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


def _in_ascii(value: object) -> str:
    """Return a value as YAML on one line, with an escape for each character beyond ASCII."""
    if not isinstance(value, str) or value.isascii():
        return scalar(value)
    characters = value.translate(_ESCAPES)
    return '"' + "".join(map(_ascii, characters)) + '"'


def _ascii(character: str) -> str:
    return character if character.isascii() else f"\\U{ord(character):08x}"
