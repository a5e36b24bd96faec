"""Read what can be read of broken front matter, one field at a time."""

import re
from textwrap import dedent

from reader.formats.archive.fields import MAX_DEPTH
from reader.formats.archive.other_names import is_known
from reader.formats.archive.plain_yaml import Tree
from reader.formats.archive.schema import MAPPINGS
from reader.formats.archive.yaml_events import Broken, document_of
from reader.formats.archive.yaml_text import put_right, unquoted

FIELD = re.compile(r"^(?=[A-Za-z_][\w-]*[ \t]*:(?:[ \t]|$))", re.MULTILINE)
"""The beginning of a field at the start of a line."""


def rescued(fm: str, depth: int = 1) -> tuple[dict[str, Tree], str]:
    """Read each field alone, as YAML or else line by line.

    Returns the fields, and the text of those that are not YAML.
    """
    fields: dict[str, Tree] = {}
    unread = ""
    for block in FIELD.split(fm):
        try:
            tree, _ = document_of(block)
        except Broken:
            tree = block
        if isinstance(tree, str):
            unread += block
            tree = _guessed(block, depth)
        if isinstance(tree, dict):
            list(put_right(block, tree))
            for name, value in tree.items():
                fields.setdefault(name, value)
    return fields, unread


def _guessed(block: str, depth: int) -> dict[str, Tree] | None:
    """Return a field that is not YAML: the text on its line, or the list or fields below.

    None for an outermost field that the schema does not know: its text is kept as it is.
    """
    first, _, below = dedent(block).partition("\n")
    name, colon, value = (part.strip() for part in first.partition(":"))
    if not colon or (depth == 1 and not is_known(name)):
        return None
    if value:
        return {name: unquoted(value)} if name not in MAPPINGS else None
    items = [line.strip() for line in below.split("\n") if line.strip()]
    if all(item.startswith("- ") for item in items):
        return {name: [unquoted(item[2:].strip()) for item in items]}
    return {name: rescued(dedent(below), depth + 1)[0]} if depth < MAX_DEPTH else None


def rescued_lines(fm: str, line: re.Pattern[str]) -> tuple[dict[str, Tree], str]:
    """Return the known fields of broken TOML or JSON that have a line each, and all of the text."""
    fields: dict[str, Tree] = {}
    for match in line.finditer(fm):
        if is_known(match[1]):
            fields.setdefault(match[1], unquoted(match[2].strip().rstrip(",")))
    return fields, fm
