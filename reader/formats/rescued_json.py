"""The items of a JSON document that is broken in some of them, each of which is lost alone.

Only where an item begins and ends is looked for; what each holds is for the decoder, as in a
document that is whole. Time is linear in the length of the document, but for a bounded number of
second looks.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

_SPACE = re.compile(r"\s*+")
_TEXT = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_OUTSIDE = re.compile(r'(?:[^"{}\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+', re.DOTALL)
_WORD = re.compile(r"[^,\]}]*+")
_NEXT = re.compile(r"[},]\s*+(?=\{\s*+\")")
_CLOSING = {"{": "}", "[": "]"}
_BRACKETS = frozenset("{}[]")

SECOND_LOOKS = 100
"""Places at which a document is looked for its next item where one has no end."""

MOST_ITEMS = 10_010
"""No page takes more."""

_MOST_LOOKED_AT = 20_000_000
"""Characters in all these looks."""

_LONGEST = 2_000_000
"""Characters of one item: of a longer one it is not known where it ends."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Stands where an item stood that is not JSON."""

    reason: str


class _Unknown(Exception):
    """The text goes on in no way that is known."""


class Rescue:
    """One look at a document. decoder: for each item. marks: names of which every item has one."""

    def __init__(self, text: str, decoder: json.JSONDecoder, marks: Collection[str]) -> None:
        self._text = text
        self._decoder = decoder
        self._marks = marks
        self._looks = SECOND_LOOKS
        self._looked_at = 0

    def document(self, name: str) -> dict[str, object] | list[object] | None:
        """Return the array, or the object whose member of that name is the array of the items.

        In it is `Lost` for what is. None where not one item could be read, or where the document
        is not whole: then it is to be asked for again.
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
        """What can be read of an object, as far as the items and what is behind them."""
        found: dict[str, object] = {}
        while key := _TEXT.match(self._text, self._after(at, ",")):
            at = self._after(key.end(), ":")
            name = key[0][1:-1]
            if name == items and self._text.startswith("[", at):
                found[name] = list(self._items(at + 1))
                break  # what comes behind is not needed
            end = self._end(at)
            value = self._value(at, end)
            if not isinstance(value, Lost):
                found[name] = value
            at = end
        return found

    def _items(self, at: int) -> Iterator[object]:
        for _ in range(MOST_ITEMS):
            at = self._after_space(at)
            sign = self._text[at : at + 1]
            if sign in ("]", ""):
                return
            if sign == ",":
                yield Lost("is empty")
                at += 1
                continue
            item, at = self._item(at)
            yield item
            at = self._after_space(at)
            if self._text.startswith(",", at):
                at += 1

    def _item(self, at: int) -> tuple[object, int]:
        """The item there, and where it ends."""
        try:
            end = self._end(at)
        except _Unknown:
            end = 0
        if end:
            value = self._value(at, end)
            behind = self._text[self._after_space(end) :][:1] if isinstance(value, Lost) else ","
            if behind in (",", "]", "{"):
                return value, end
        return Lost("is not JSON: where it ends cannot be told"), self._next(at)

    def _next(self, at: int) -> int:
        """Where the next item begins that can be read; the end where there is none."""
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
            return Lost(f"is not JSON at its character {error.pos + 1}: {error.msg}")
        except (RecursionError, ValueError):
            return Lost("is nested too deep")

    def _end(self, at: int) -> int:
        """Where the value ends that begins there. Raises _Unknown."""
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
        """Where the next begins, behind the sign between two, if it is there."""
        at = self._after_space(at)
        return self._after_space(at + 1) if self._text.startswith(sign, at) else at
