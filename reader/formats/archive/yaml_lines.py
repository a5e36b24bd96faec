"""Fields to YAML, in the style of the archive: two spaces, no folding, quotes if needed.

Without anchors, tags and block scalars, which PyYAML's emitter might write. Knows nothing about
articles.
"""

import re
from collections.abc import Iterator, Mapping

# Plain: begins with no sign of YAML, has none that could end it, and is not another type's word.
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|=>'\"%@`](?:[^\s:,\[\]{}#]| +(?=[^\s#])|(?<=\S)#)*")
_OTHER_TYPE = re.compile(
    r"[-+.]?[0-9][-+.0-9_]*(?:e[-+]?[0-9]+)?|0[box][0-9a-f_]+"
    r"|\.inf|\.nan|<<|~|null|true|false|yes|no|on|off|y|n",
    re.IGNORECASE,
)
_NEEDS_ESCAPES = re.compile("[\n\t\xa0]")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\xa0": "\\_"})


def lines_of(fields: Mapping[str, object], indent: str = "") -> Iterator[str]:
    """Return the lines of a mapping of cleaned text.

    Values are text, numbers, truth values, None, or lists and mappings of such.
    """
    for name, value in fields.items():
        key = f"{indent}{scalar(name)}:"
        if isinstance(value, Mapping) and value:
            yield key
            yield from lines_of(value, indent + "  ")
        elif isinstance(value, list) and value:
            yield key
            yield from _items(value, indent + "  ")
        else:
            yield f"{key} {scalar(value)}"


def _items(values: list[object], indent: str) -> Iterator[str]:
    for value in values:
        if isinstance(value, Mapping | list) and value:
            below = indent + "  "
            lines = lines_of(value, below) if isinstance(value, Mapping) else _items(value, below)
            yield f"{indent}- {next(lines)[len(below) :]}"
            yield from lines
        else:
            yield f"{indent}- {scalar(value)}"


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
