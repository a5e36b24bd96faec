"""Texts from a server: another writer may have put there what would act on the terminal.

What cryptoread itself stores is clean already.
"""

import json
import re
from typing import Any

from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format

from reader.formats.archive.schema import FLAGS

_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f]")
"""Controls other than tab and newline, and those of the direction of text."""

_TYPES = ("text", "varchar", "bpchar", "name", 0)
"""Types that are read as texts; 0: all that psycopg does not know."""


def plain(text: str) -> str:
    """Return a text without controls."""
    return _UNSAFE.sub("", text) if _UNSAFE.search(text) else text


def is_plain(fields: bytes, body: bytes) -> bool:
    """Return whether the texts of a document have no controls. Raises ValueError if it is none."""
    values = json.loads(fields)
    if not isinstance(values, dict):
        return False
    rest = {name: value for name, value in values.items() if name != FLAGS}  # a name of ours
    return not _UNSAFE.search(body.decode()) and _is_plain([rest, values.get(FLAGS)])


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return not _UNSAFE.search(value)
    if isinstance(value, dict):
        return all(map(_is_plain, (*value, *value.values())))
    return not isinstance(value, list) or all(map(_is_plain, value))


class _Text(Loader):
    """Reads a text, in the format of text; that of bytes is the same."""

    def load(self, data: Buffer) -> str:
        return plain(bytes(data).decode(errors="replace"))


class _Binary(_Text):
    format = Format.BINARY


def read_plainly(db: AdaptContext) -> None:
    """Let a connection read all texts without controls."""
    for each in _TYPES:
        for loader in (_Text, _Binary):
            db.adapters.register_loader(each, loader)
