"""Decode a file that a person wrote, in any encoding that an editor may have used.

UTF-8 if possible. Other encodings are guessed from the bytes, without a library: first the script
that pairs of bytes belong to, then the encoding of that script that gives the likelier letters.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from reader.formats.flags import Flag
from reader.text import decode

_SAMPLE = 64 * 1024
"""Bytes that a guess examines, from the first one that is not ASCII."""

_MARKED = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
)
_MULTI_BYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_HIGH = re.compile(rb"[\x80-\xff]+")
_DECLARED = re.compile(
    rb"^.{0,40}?(?:coding|encoding|charset)[ \t]*[:=][ \t]*[\"']?([A-Za-z][\w.:-]{1,30})",
    re.IGNORECASE | re.MULTILINE,
)
_DECLARED_WITHIN = 4096

_SMALL = "а-яёіїєґў"
_LETTERS = f"{_SMALL}А-ЯЁІЇЄҐЎ"
_CYRILLIC_WORD = re.compile(f"(?<![{_LETTERS}])[А-ЯЁІЇЄҐЎ]?[{_SMALL}]+(?![{_LETTERS}])")
_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_HAN = re.compile("[\u4e00-\u9fff]")
_CONTROLS = re.compile("[\x80-\x9f]")

_BINARY = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF-", b"PK\x03\x04", b"\x1f\x8b", b"\x7fELF")
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]")
_MOST_CONTROLS = 0.1


class _Guess(NamedTuple):
    """An encoding, and how to tell it."""

    encoding: str
    likely: Callable[[str], int]
    """Counts the characters that are typical of it."""
    share: float
    """Their minimum share of all characters beyond ASCII."""


_CYRILLIC = ("cp1251", "koi8_u", "cp866", "iso8859_5", "mac_cyrillic")
_EAST_ASIAN = (
    _Guess("cp932", lambda text: len(_KANA.findall(text)), 0.2),
    _Guess("euc_jp", lambda text: len(_KANA.findall(text)), 0.2),
    _Guess("cp949", lambda text: len(_HANGUL.findall(text)), 0.6),
    _Guess("gb18030", lambda text: len(_HAN.findall(text)), 0.6),
    _Guess("big5", lambda text: len(_HAN.findall(text)), 0.6),
)


def decode_file(data: bytes) -> tuple[str, str | None]:
    """Return the text, not cleaned, and a sentence if it was guessed or damaged.

    Never raises: undecodable bytes become U+FFFD.
    """
    try:
        return data.decode().removeprefix("\ufeff"), None
    except UnicodeDecodeError:
        pass
    for mark, encoding in _MARKED:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return decode(data)
    guess = _declared(data) or _guessed(data)
    if not guess:
        return decode(data)
    return data.decode(guess, "replace"), Flag.OTHER_ENCODING.of(encoding=_NAMES.get(guess, guess))


def without_marks_of_wide(data: bytes) -> bytes:
    """Return unmarked UTF-16 as UTF-8, other bytes unchanged.

    Every other byte of it is zero, or the number of the script's block.
    """
    start = data[:_SAMPLE]
    if b"\0" not in start or start.startswith((b"\xff\xfe", b"\xfe\xff")) or len(start) < 4:
        return data
    for odd, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        blocks, others = start[odd::2], start[1 - odd :: 2]
        of_two_scripts = blocks.count(0) + max(map(blocks.count, b"\3\4\5\6"))
        if of_two_scripts > len(blocks) * 0.9 and others.count(0) == 0:
            return data.decode(encoding, "replace").encode("utf-8", "replace")
    return data


def is_binary(data: bytes, text: str) -> bool:
    """Return whether the bytes are a picture, an archive or the like, whatever the file's name."""
    if data.startswith(_BINARY) or "\0" in text:
        return True
    start = text[:_DECLARED_WITHIN]
    return len(_NO_TEXT.findall(start)) > len(start) * _MOST_CONTROLS


def _declared(data: bytes) -> str | None:
    """Return the encoding of an editor's `coding:` line or the like, if the text is valid in it."""
    import codecs

    for name in _DECLARED.findall(data[:_DECLARED_WITHIN])[:3]:
        try:
            info = codecs.lookup(name.decode("ascii"))
            if info.name.startswith(("utf", "ascii", "idna", "puny")):
                continue
            data.decode(info.name)
        except (LookupError, ValueError):
            continue
        return info.name
    return None


def _guessed(data: bytes) -> str | None:
    """Return the likeliest encoding; None for UTF-8 with damaged bytes."""
    first = _HIGH.search(data)
    start = first.start() if first else 0
    sample = data[start : start + _SAMPLE]
    whole = b"".join(_MULTI_BYTE.findall(sample))
    high = sum(map(len, _HIGH.findall(sample)))
    if len(whole) * 2 > high:
        return None
    runs = _HIGH.findall(sample)
    latin = None if len(whole) * 10 > high else "cp1252"
    if high < 2 * len(runs):  # single letters among ASCII ones
        return latin
    cyrillic = max(_CYRILLIC, key=lambda encoding: _words(sample, encoding))
    if _words(sample, cyrillic) > high * 0.6:
        return cyrillic
    return _east_asian(sample) or latin


def _words(sample: bytes, encoding: str) -> int:
    """Count letters in lower-case words, which a wrong encoding does not make."""
    return sum(map(len, _CYRILLIC_WORD.findall(sample.decode(encoding, "replace"))))


def _east_asian(sample: bytes) -> str | None:
    for guess in _EAST_ASIAN:
        text = sample[: len(sample) // 2 * 2].decode(guess.encoding, "replace")
        beyond = sum(1 for char in text if char > "\x7f")
        damaged = text.count("\ufffd") + len(_CONTROLS.findall(text))
        if beyond and damaged <= 2 + beyond // 50 and guess.likely(text) > beyond * guess.share:
            return guess.encoding
    return None


_NAMES = {
    "cp1251": "windows-1251",
    "cp1252": "windows-1252",
    "koi8_u": "KOI8-U",
    "cp932": "Shift_JIS",
    "cp949": "EUC-KR",
}
