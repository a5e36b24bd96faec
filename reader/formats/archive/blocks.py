"""Find the front matter of a file, and its notation.

Its content is read by `front_matter` (YAML) and `other_matter` (the rest). Text is cleaned.
"""

import re
from enum import StrEnum
from typing import NamedTuple

from reader.formats.archive.fields import MAX_CHARACTERS
from reader.formats.errors import NotAnArticle
from reader.i18n import _

MAX_HEADER_LINES = 64
"""Maximum lines of `Name: value` at the beginning of a file, without dashes."""


class Notation(StrEnum):
    """A notation of front matter."""

    YAML = "YAML"
    TOML = "TOML"
    JSON = "JSON"
    LINES = "lines"
    """`Title: …` and the like, down to the first blank line."""


class Block(NamedTuple):
    """Offsets in the text: of the fields, and of the body."""

    notation: Notation
    start: int
    end: int
    rest: int
    is_closed: bool = True


_OPENING = re.compile(
    r"(?:[ \t]*+\n)*+(---|\+\+\+|;;;)[ \t]*+(yaml|yml|toml|json)?[ \t]*+(?:\n|\Z)", re.IGNORECASE
)
_CLOSINGS = {
    "---": re.compile(r"\n(?:---|\.\.\.)[ \t]*+(?:\n|\Z)"),
    "+++": re.compile(r"\n\+\+\+[ \t]*+(?:\n|\Z)"),
    ";;;": re.compile(r"\n;;;[ \t]*+(?:\n|\Z)"),
}
_NOTATIONS = {
    "---": Notation.YAML,
    "+++": Notation.TOML,
    ";;;": Notation.JSON,
    "yaml": Notation.YAML,
    "yml": Notation.YAML,
    "toml": Notation.TOML,
    "json": Notation.JSON,
}
_FIELD_LINES = {
    Notation.YAML: re.compile(r"[A-Za-z_][\w-]*[ \t]*:(?:[ \t]|$)|[ \t]+\S|- ", re.MULTILINE),
    Notation.TOML: re.compile(r"[\w.\"'-]+[ \t]*=|\[[^\]\n]+\]|[ \t]+\S|#|[\]}]", re.MULTILINE),
    Notation.JSON: re.compile(r"[{}\[\]\"]|[ \t]+\S", re.MULTILINE),
}
_HEADER_LINE = re.compile(r"([A-Za-z][\w -]{0,40}?)[ \t]*:(?:[ \t]+(\S.*))?(?:\n|\Z)")
_CONTINUED = re.compile(r"[ \t]+\S.*(?:\n|\Z)")


def find_block(text: str) -> Block | None:
    """Return the block at the beginning of the text, or what looks like one. Raises NotAnArticle.

    A line of dashes may also be a rule: the text between it and the next one tells.
    """
    if opening := _OPENING.match(text):
        return _between_lines(text, opening)
    start = len(text) - len(text.lstrip())
    if text.startswith("{", start):
        return Block(Notation.JSON, start, len(text), len(text))
    return _header_lines(text, start)


def _between_lines(text: str, opening: re.Match[str]) -> Block | None:
    """Return the block; None if no line closes it and no line below looks like a field."""
    mark, start = opening[1], opening.end()
    notation = _NOTATIONS[(opening[2] or mark).lower()]
    closing = _CLOSINGS[mark].search(text, start - 1)
    if closing:
        end, rest = closing.start() + 1, closing.end()
    else:
        end = rest = end_of_fields(text, start, notation)
        if end == start and text[start:].strip():
            return None
    if end - start <= MAX_CHARACTERS:
        return Block(notation, start, max(start, end), rest, closing is not None)
    if _FIELD_LINES[notation].match(text, start):
        raise NotAnArticle(
            _("has more than {number} KiB of front matter").format(number=MAX_CHARACTERS // 1024)
        )
    return None


def end_of_fields(text: str, start: int, notation: Notation) -> int:
    """Return where the lines end that look like fields."""
    looks, end = _FIELD_LINES[notation], start
    while end < len(text) and end - start <= MAX_CHARACTERS and looks.match(text, end):
        end = text.find("\n", end) + 1 or len(text)
    return end


def _header_lines(text: str, start: int) -> Block | None:
    """Return the lines of `Name: value` at the start, as Pelican and MultiMarkdown have them."""
    end = start
    for _turn in range(MAX_HEADER_LINES):
        line = _HEADER_LINE.match(text, end) or (end > start and _CONTINUED.match(text, end))
        if not line:
            break
        end = line.end()
    blank = text.startswith("\n", end) or not text[end:].strip()
    if end == start or not blank or end - start > MAX_CHARACTERS:
        return None
    return Block(Notation.LINES, start, end, end)


def header_fields(block: str) -> dict[str, str]:
    """Return the fields of such lines; the first of two with one name counts."""
    fields: dict[str, list[str]] = {}
    values: list[str] = []
    end = 0
    while line := _HEADER_LINE.match(block, end) or _CONTINUED.match(block, end):
        if line.re is _HEADER_LINE:
            values = [line[2] or ""]
            fields.setdefault(line[1].strip(), values)
        else:
            values.append(line[0])
        end = line.end()
    return {name: " ".join(each.strip() for each in values) for name, values in fields.items()}
