"""Find a secret in any spelling in which a server may send it.

In any case; percent-encoded, once or twice; with the escapes of JSON, HTML and Markdown; in base64
anywhere in a longer text, as in Basic authentication; in hexadecimal digits; cut off at the end of
a text. Any mixture of escapes is found. Standard library alone.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import unescape
from typing import NamedTuple

REDACTED = "REDACTED"

_SHORT = 12
"""Length below which a secret is found only if no letter or digit is next to it."""

_LEAST_BASE64 = 8
_LEAST_CUT = 8

_BEFORE = r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt])|(?<=\\u[0-9A-Fa-f]{4}))"
_AFTER = r"(?![A-Za-z0-9])"
_ESCAPE = re.compile(r"%[2-7][0-9A-Fa-f]|\\|&[#A-Za-z]")
_BACKSLASH = re.compile(r"\\{1,2}(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([^\\]))", re.DOTALL)
_CODES = re.compile(r"\\[ux\\]")
_PERCENTS = re.compile(r"(?:%[0-9A-Fa-f]{2})++")
_MOST_READINGS = 3
_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
_END = "…'\"`.,;)]}> \n"


class Secret(NamedTuple):
    """A text that must not be shown.

    before: if given, the value is found only after this text, as it is too common otherwise.
    """

    value: str
    before: str = ""


class Finder:
    """Finds secrets in texts, also if there are many secrets."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        # The longest first: one may be a part of another.
        every = sorted(dict.fromkeys(secrets), key=lambda each: -len(each.value))
        self._plain = tuple((each.value.lower(), each) for each in every)
        self._cut = tuple(plain for plain, _ in self._plain if len(plain) >= _SHORT)
        alone = (each.value for each in every if not each.before)
        self._coded = tuple(dict.fromkeys(part for value in alone for part in _coded(value)))
        self._longest = max((len(plain) for plain, _ in self._plain), default=0)

    def __bool__(self) -> bool:
        return bool(self._plain)

    def may_be_in(self, text: str) -> bool:
        """Return False if none of the secrets is in the text, in any spelling."""
        if not self._plain:
            return False
        is_coded = any(part in text for part in self._coded)
        return is_coded or bool(self._candidates(text)) or self._cut_at(text) >= 0

    def replaced(self, text: str) -> str:
        """Return the text with each secret replaced."""
        if not self._plain:
            return text
        for secret in self._candidates(text):
            text = _pattern(secret).sub(REDACTED, text)
        for part in self._coded:
            if part in text:
                text = text.replace(part, REDACTED)
        at = self._cut_at(text)
        return text if at < 0 else f"{text[:at]}{REDACTED}{text[len(text.rstrip(_END)) :]}"

    def _candidates(self, text: str) -> list[Secret]:
        """Return the secrets that are in the text once its escapes are read."""
        readings = [reading.lower() for reading in _readings(text)]
        return [
            secret for plain, secret in self._plain if any(plain in reading for reading in readings)
        ]

    def _cut_at(self, text: str) -> int:
        """Return where the beginning of a secret ends the text, cut off there; else -1."""
        rest = text.rstrip(_END)
        end = rest[-self._longest :].lower()
        for plain in self._cut:
            if plain[:_LEAST_CUT] not in end:
                continue
            for length in range(min(len(plain) - 1, len(end)), _LEAST_CUT - 1, -1):
                if end.endswith(plain[:length]):
                    return len(rest) - length
        return -1


def _readings(text: str) -> Iterator[str]:
    """Yield the text, then the text with escapes of each kind read, repeatedly."""
    yield text
    for _ in range(_MOST_READINGS):
        if not _ESCAPE.search(text):
            return
        kinds = [kind for sign, kind in _KINDS if sign in text]
        alone = [read for kind in kinds if (read := kind(text)) != text]
        yield from alone
        if not alone:
            return
        text = alone[0]
        if len(alone) > 1:
            for kind in kinds:
                text = kind(text)
            yield text


def _without_backslashes(text: str) -> str:
    if _CODES.search(text):
        return _BACKSLASH.sub(_unescaped, text)
    return text.replace("\\", "")


def _without_percents(text: str) -> str:
    return _PERCENTS.sub(
        lambda found: bytes.fromhex(found[0].replace("%", "")).decode(errors="replace"), text
    )


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1] or found[2], 16)) if found[1] or found[2] else found[3]


_KINDS = (("\\", _without_backslashes), ("%", _without_percents), ("&", unescape))
"""The first sign of an escape, and the function that reads all escapes of its kind."""


@lru_cache(64)
def _pattern(secret: Secret) -> re.Pattern[str]:
    """Return a pattern that finds a secret in all of its spellings."""
    value, before = secret
    written = "".join(map(_character, value))
    if before:
        return re.compile(f"(?<={re.escape(before)}){written}{_AFTER}")
    return re.compile(written if len(value) >= _SHORT else f"{_BEFORE}{written}{_AFTER}")


def _character(char: str) -> str:
    """Return a pattern of all spellings of one character."""
    every = dict.fromkeys(each for each in (char.lower(), char.upper(), char) if len(each) == 1)
    ways = [way for each in every for way in _ways(each)]
    if not char.isalnum():
        ways.append(rf"\\{{1,2}}{re.escape(char)}")
    return f"(?:{'|'.join(ways)})"


def _ways(char: str) -> Iterator[str]:
    """Yield the escapes first: `%25` is a percent sign, and not one before a number."""
    code = ord(char)
    yield "".join(f"%(?:25)?{_hex(byte, 2)}" for byte in char.encode(errors="replace"))
    if code < 0x10000:
        yield rf"\\{{1,2}}u{_hex(code, 4)}"
    if code < 0x100:
        yield rf"\\{{1,2}}x{_hex(code, 2)}"
    yield f"&(?:amp;)?#(?:0{{0,5}}{code}|[xX]0{{0,5}}{_hex(code, 1)});?"
    if name := _ENTITIES.get(char):
        yield f"&(?:amp;)?{name};?"
    yield re.escape(char)


def _hex(number: int, digits: int) -> str:
    written = f"{number:0{digits}x}"
    return "".join(f"[{each}{each.upper()}]" if each.isalpha() else each for each in written)


def _coded(value: str) -> Iterator[str]:
    """Yield the value in base64 and in hexadecimal digits.

    In base64 it has three spellings by its position, and both ends depend on the neighbouring
    bytes; the ends are left out.
    """
    data = value.encode(errors="replace")
    for shift in range(3):
        made = b64encode(bytes(shift) + data).decode().rstrip("=")
        first = shift + 1 if shift else 0
        last = len(made) - 1 if (shift + len(data)) % 3 else len(made)
        core = made[first:last]
        if len(core) >= _LEAST_BASE64:
            yield core
            yield core.replace("+", "-").replace("/", "_")
    if len(data) * 2 >= _LEAST_BASE64:
        yield data.hex()
        yield data.hex().upper()
