"""YAML to a tree of strings, from parser events: bounded in depth, without aliases or tags.

Imports PyYAML: only what reads or writes a file imports this module.
"""

import re
from typing import Any

import yaml

from reader.formats.archive.fields import MAX_DEPTH, MAX_KEY, Bare
from reader.formats.archive.plain_yaml import NULLS, Tree
from reader.formats.flags import Flag
from reader.text import clean

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_HALVES = re.compile(r"\\(?:u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|.)", re.I | re.S)
"""Any escape; groups 1 and 2 are the halves of one character."""


class Broken(Exception):
    """The text is not YAML, or not of the kind that is accepted. `line` counts from 1."""

    def __init__(self, reason: str, line: int) -> None:
        self.reason = reason
        self.line = line
        super().__init__(reason)


def document_of(text: str) -> tuple[Tree, list[str]]:
    """Return the tree of a text, and the names that it has more than once. Raises Broken."""
    events = Events(text)
    try:
        return events.document(), list(events.repeated)
    except Broken:
        if (whole := _with_whole_characters(text)) == text:
            raise
    events = Events(whole)
    return events.document(), list(events.repeated)


def _with_whole_characters(text: str) -> str:
    """Combine surrogate pairs, which JSON escapes in two halves and YAML refuses."""
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return _HALVES.sub(_whole_character, text)


def _whole_character(escape: re.Match[str]) -> str:
    if not escape[1]:
        return escape[0]
    high, low = int(escape[1], 16), int(escape[2], 16)
    return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"


class Events:
    """Build a tree from parser events, so that depth and aliases are refused as they come.

    PyYAML's own composer recurses in C: 50,000 brackets end the process.
    """

    def __init__(self, text: str) -> None:
        self._loader = _Loader(text)
        self._next = self._loader.get_event
        self.repeated: dict[str, None] = {}

    def document(self) -> Tree:
        """Return the tree, None if the text is empty. Raises Broken."""
        try:
            self._next()  # beginning of the stream
            if type(self._next()) is yaml.StreamEndEvent:
                return None
            tree = self._value(self._next(), 1)
            self._next()  # end of the document
            event = self._next()
            if type(event) is not yaml.StreamEndEvent:
                raise _refused(Flag.GOES_ON.of(), event)
            return tree
        except yaml.MarkedYAMLError as error:
            raise _broken(error) from error
        except yaml.YAMLError as error:
            raise Broken(Flag.NO_YAML.of(), 1) from error
        finally:
            self._loader.dispose()

    def _value(self, event: Any, depth: int) -> Tree:
        if event.anchor is not None:
            raise _refused(Flag.ANCHORS.of(), event)
        if type(event) is yaml.ScalarEvent:
            return _scalar(event)
        if depth > MAX_DEPTH:
            raise _refused(Flag.TOO_DEEP.of(number=MAX_DEPTH), event)
        if type(event) is yaml.MappingStartEvent:
            return self._fields(depth)
        items: list[Tree] = []
        while type(event := self._next()) is not yaml.SequenceEndEvent:
            items.append(self._value(event, depth + 1))
        return items

    def _fields(self, depth: int) -> dict[str, Tree]:
        fields: dict[str, Tree] = {}
        while type(event := self._next()) is not yaml.MappingEndEvent:
            key = _key(event)
            value = self._value(self._next(), depth + 1)
            if key in fields:
                self.repeated[key] = None
            else:
                fields[key] = value
        return fields


def _key(event: Any) -> str:
    if type(event) is not yaml.ScalarEvent or event.anchor is not None:
        raise _refused(Flag.NAME_IS_NO_TEXT.of(), event)
    if len(event.value) > MAX_KEY:
        raise _refused(Flag.LONG_NAME.of(number=MAX_KEY), event)
    return clean(event.value)


def _scalar(event: Any) -> str | None:
    # Escapes bring back characters that were cleaned, and what was clean beside its key may not be
    # so by itself. An export is read again as it was written.
    value = clean(event.value)
    if event.implicit[0]:
        return None if value in NULLS else Bare(value)
    return value


def _broken(error: yaml.MarkedYAMLError) -> Broken:
    reason, mark = error.problem or Flag.NO_YAML.of(), error.problem_mark
    # What was opened, and where.
    if "end of stream" in reason and error.context_mark:  # not shown: it is looked for
        reason, mark = f"{reason} {error.context}", error.context_mark
    return Broken(reason, mark.line + 1 if mark else 1)


def _refused(reason: str, event: Any) -> Broken:
    return Broken(reason, event.start_mark.line + 1)
