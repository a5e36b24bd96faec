"""The simple YAML of archives, read ten times as fast as with a YAML parser.

One field per line, and below a field its own fields or its list, indented by two. Anything else,
even a comment, is left to the parser: `tree_of` returns what the parser would, or None.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from reader.formats.archive.fields import Bare
from reader.text import clean

Tree = dict[str, "Tree"] | list["Tree"] | str | None
"""A value of YAML, with every scalar as it is written: `Bare` if it was not quoted."""

NULLS = frozenset(("", "~", "null", "Null", "NULL"))
"""Unquoted words for no value."""

_LINE = re.compile(
    r"""^ ([ ]{2})? (?: ([A-Za-z_]\w{0,63}): | - ) (?: [ ] (\S.*+) )?+ $""",
    re.VERBOSE | re.MULTILINE,
)
_BARE = re.compile(
    r"""[^\W_][\w.,()'"/%$&+!?;‘’“”«»–—…-]*+(?:[ ][\w.,()'"/%$&+!?;‘’“”«»–—…-]++)*+"""
)


_QUOTES = frozenset("'\"")


class _NotPlain(Exception):
    """The text needs a YAML parser."""


def tree_of(text: str) -> dict[str, Tree] | None:
    """Return the fields of a text of that kind, else None."""
    lines = _LINE.findall(text)
    if len(lines) != text.rstrip("\n").count("\n") + 1:
        return None
    try:
        return _tree(lines)
    except _NotPlain:
        return None


def _tree(lines: Iterable[tuple[str, str, str]]) -> dict[str, Tree]:
    """Return the tree of lines, each indentation, name and value; an item has no name."""
    fields: dict[str, Tree] = {}
    parent = ""
    for indent, name, written in lines:
        if not written:
            value = None
        elif written[0] in _QUOTES:
            value = _quoted(written)
        else:
            value = _bare(written)
        if indent and parent:
            _put(fields, parent, name, value)
        elif not indent and name and name not in fields:
            fields[name] = value
            parent = "" if written else name
        else:
            raise _NotPlain
    return fields


def _put(fields: dict[str, Tree], parent: str, name: str, value: Tree) -> None:
    inner = fields[parent]
    if inner is None:
        inner = fields[parent] = {} if name else []
    if isinstance(inner, list) and not name:
        inner.append(value)
    elif isinstance(inner, dict) and name and name not in inner:
        inner[name] = value
    else:
        raise _NotPlain


def _quoted(written: str) -> str:
    inner = written[1:-1]
    if len(written) < 2 or written[-1] != written[0]:
        raise _NotPlain
    if written[0] == "'":
        if "'" in inner:
            if "'" in inner.replace("''", ""):
                raise _NotPlain
            inner = inner.replace("''", "'")
        return inner if inner.isascii() else clean(inner)
    if '"' in inner or "\\" in inner:
        raise _NotPlain
    return clean(inner)


@lru_cache(4096)
def _bare(written: str) -> Bare | None:
    """Return an unquoted scalar; cached, as tags, keys and sentiments recur."""
    if written in NULLS:
        return None
    if not _BARE.fullmatch(written):
        raise _NotPlain
    return Bare(written if written.isascii() else clean(written))
