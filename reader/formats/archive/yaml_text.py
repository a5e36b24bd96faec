"""Restore the author's meaning of fields that YAML misreads."""

import re
from collections.abc import Iterator
from itertools import islice

from reader.formats.archive.other_names import is_list, is_text
from reader.formats.archive.plain_yaml import Tree

_MOST_NAMES = 16
"""Fields that are compared with the source; each is searched for in the whole block."""

_BLOCK_SCALAR = re.compile(r"[|>][-+0-9]{0,2}(?:[ \t]+#.*)?")


def put_right(fm: str, tree: dict[str, Tree]) -> Iterator[str]:
    """Correct the fields whose text YAML reads as a comment, a tag or a list; yield their names.

    Such as `title: We are #1`, `title: !important`, `title: [BTC]` and `- #tag`.
    """
    names = (name for name in tree if is_text(name) or is_list(name))
    for name in list(islice(names, _MOST_NAMES)):
        value = tree[name]
        if is_text(name):
            line = re.search(rf"^{re.escape(name)}[ \t]*:[ \t]+(\S.*)$", fm, re.MULTILINE)
            if line and _means_otherwise(line[1], value):
                tree[name] = unquoted(line[1].strip())
                yield name
        elif (items := _with_hashes(fm, name, value)) != value:
            tree[name] = items
            yield name


def _means_otherwise(written: str, value: Tree) -> bool:
    if _BLOCK_SCALAR.fullmatch(written) or written[0] in "'\"":
        return False
    return bool(
        (value and not isinstance(value, str))
        or written[0] == "!"
        or re.search(r"(?:^|[ \t])#[^ \t#]", written)
    )


def _with_hashes(fm: str, name: str, value: Tree) -> Tree:
    """Return the tags of `name: #a #b`, or the items of a list with those that begin with `#`."""
    if value is not None and not (isinstance(value, list) and None in value):
        return value
    line = re.search(rf"^{re.escape(name)}[ \t]*:[ \t]*(#\S.*)?$", fm, re.MULTILINE)
    if not line:
        return value
    if line[1] and value is None:
        return list(line[1].replace(",", " ").split())
    written = []
    for below in fm[line.end() + 1 :].split("\n"):
        if not (item := below.strip()).startswith("-"):
            break
        written.append(item[1:].strip())
    if value is None or len(written) != len(value):
        return value
    return [
        each if each.startswith("#") else item for item, each in zip(value, written, strict=True)
    ]


def unquoted(value: str) -> str:
    """Return a scalar that is not YAML without its comment and the quotes around all of it."""
    if (comment := value.find(" # ")) > 0:
        value = value[:comment].rstrip()
    quote = value[:1]
    if not quote or quote not in "'\"":
        return value
    is_closed = len(value) > 1 and value.endswith(quote)
    inner = value[1:-1] if is_closed else value[1:]
    # Apostrophes and escaped quotes do not count.
    marks = list(re.finditer(rf"(?<!\\){quote}(?!\w)|(?<![\w\\]){quote}", inner))
    closing = [mark for mark in marks if not inner[: mark.start()].endswith((" ", "\t", "("))]
    is_part = bool(marks and marks[0] in closing) if is_closed else bool(closing)
    is_apostrophe = not is_closed and quote == "'" and inner[:1].isdigit()
    return value if is_part or is_apostrophe else inner
