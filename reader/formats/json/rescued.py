"""The readable items of a JSON document with broken items; each broken one is lost alone.

Only finds where items begin and end; the decoder reads each, as in a valid document. Time is linear
in the length of the document, plus a bounded number of second scans.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from reader.formats.flags import in_words
from reader.i18n import _

_SPACE = re.compile(r"\s*+")
_TEXT = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_OUTSIDE = re.compile(r'(?:[^"{}\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+', re.DOTALL)
_WORD = re.compile(r"[^,\]}]*+")
_NEXT = re.compile(r"[},]\s*+(?=\{\s*+\")")
_CLOSING = {"{": "}", "[": "]"}
_BRACKETS = frozenset("{}[]")

SECOND_LOOKS = 100
"""Maximum positions at which the next item is searched, after one without an end."""

MOST_ITEMS = 10_010
"""Maximum items; no page has more."""

_MOST_LOOKED_AT = 20_000_000
"""Maximum characters of all these scans."""

_LONGEST = 2_000_000
"""Maximum characters of one item: the end of a longer one is unknown."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Takes the place of an item that is not JSON."""

    reason: str


class _Unknown(Exception):
    """The text goes on in an unknown way."""


class Rescue:
    """One scan of a document. decoder: for each item. marks: names that every item has."""

    def __init__(self, text: str, decoder: json.JSONDecoder, marks: Collection[str]) -> None:
        self._text = text
        self._decoder = decoder
        self._marks = marks
        self._looks = SECOND_LOOKS
        self._looked_at = 0

    def document(self, name: str) -> dict[str, object] | list[object] | None:
        """Return the array, or the object whose member of that name is the array of the items.

        Broken items are `Lost`. None if no item could be read, or if the document is incomplete:
        then it should be fetched again.
        """
        start = self._after_space(0)
        is_array = self._text.startswith("[", start)
        if not self._text.rstrip().endswith("]" if is_array else "}"):
            return None
        try:
            found = list(self._items(start + 1)) if is_array else self._members(start + 1, name)
        except _Unknown:
            return None
        items = found if isinstance(found, list) else found.get(name)
        whole = isinstance(items, list) and any(isinstance(each, Mapping) for each in items)
        return found if whole else None

    def _members(self, at: int, items: str) -> dict[str, object]:
        """Return the readable members of an object, up to and including the items."""
        found: dict[str, object] = {}
        while key := _TEXT.match(self._text, self._after(at, ",")):
            at = self._after(key.end(), ":")
            name = key[0][1:-1]
            if name == items and self._text.startswith("[", at):
                found[name] = list(self._items(at + 1))
                break  # the rest is not needed
            end = self._end(at)
            value = self._value(at, end)
            if not isinstance(value, Lost):
                found[name] = value
            at = end
        return found

    def _items(self, at: int) -> Iterator[object]:
        for _turn in range(MOST_ITEMS):
            at = self._after_space(at)
            sign = self._text[at : at + 1]
            if sign in ("]", ""):
                return
            if sign == ",":
                yield Lost(_("is empty"))
                at += 1
                continue
            item, at = self._item(at)
            yield item
            at = self._after_space(at)
            if self._text.startswith(",", at):
                at += 1

    def _item(self, at: int) -> tuple[object, int]:
        """Return the item at a position, and where it ends."""
        try:
            end = self._end(at)
        except _Unknown:
            end = 0
        if end:
            value = self._value(at, end)
            behind = self._text[self._after_space(end) :][:1] if isinstance(value, Lost) else ","
            if behind in (",", "]", "{"):
                return value, end
        return Lost(_("is not JSON, and has no recognisable end")), self._next(at)

    def _next(self, at: int) -> int:
        """Return where the next readable item begins; the end if there is none."""
        for found in _NEXT.finditer(self._text, at + 1):
            self._looks -= 1
            if self._looks < 0 or self._looked_at > _MOST_LOOKED_AT:
                break
            try:
                value, end = self._decoder.raw_decode(self._text, found.end())
            except (ValueError, RecursionError) as error:
                self._looked_at += getattr(error, "pos", len(self._text)) - found.end()
                continue
            self._looked_at += end - found.end()
            if isinstance(value, Mapping) and any(mark in value for mark in self._marks):
                return found.end()
        return len(self._text)

    def _value(self, at: int, end: int) -> object:
        try:
            return self._decoder.decode(self._text[at:end])
        except json.JSONDecodeError as error:
            return Lost(
                _("is not JSON at its character {number}: {reason}").format(
                    number=error.pos + 1, reason=in_words(error.msg)
                )
            )
        except (RecursionError, ValueError):
            return Lost(_("is nested too deep"))

    def _end(self, at: int) -> int:
        """Return where the value at a position ends. Raises _Unknown."""
        if text := _TEXT.match(self._text, at):
            return text.end()
        if not self._text.startswith(("{", "["), at):
            word = _WORD.match(self._text, at)
            if word is None or word.end() == at:
                raise _Unknown
            return word.end()
        stop = min(at + _LONGEST, len(self._text))
        closing = [_CLOSING[self._text[at]]]
        while closing:
            outside = _OUTSIDE.match(self._text, at + 1, stop)
            at = outside.end() if outside else stop
            sign = self._text[at : at + 1]
            if at >= stop or sign not in _BRACKETS:
                raise _Unknown
            if sign in _CLOSING:
                closing.append(_CLOSING[sign])
            elif sign != closing.pop():
                raise _Unknown
        return at + 1

    def _after_space(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def _after(self, at: int, sign: str) -> int:
        """Return the position after the sign between two items, if it is there."""
        at = self._after_space(at)
        return self._after_space(at + 1) if self._text.startswith(sign, at) else at
