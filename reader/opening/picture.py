"""The kept picture: one file of the data folder, whose times are computed when it is shown.

The file is text: a line with a format and a checksum, one with the language, one that says when the
picture holds, then a line for each row of the screen. A row is text with colours; between two
separators stands an instant, whose time, date or age is put there.
"""

import os
import re
import zlib

from reader import i18n
from reader.ages import age_in_words, short_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = "first-screen"
"""File of the data folder."""

_FORMAT = "cryptoread first screen 4"  # not shown
_SEPARATOR = "\x1d"
_LARGEST = 4 * 1024 * 1024
_SAFE = re.compile("(?:[^\x00-\x1f\x7f-\x9f]|\x1b\\[[0-9;:]*m|\x1d)*")
"""A row: printable text, colours, separators; nothing else acts on a terminal."""


def short(instant: float, cells: int) -> str:
    """Return what stands in a row for the time or date of an instant; shown only while as long."""
    return f"{_SEPARATOR}s{cells} {instant!r}{_SEPARATOR}"


def in_words(instant: float, shown: str) -> str:
    """Return what stands in a row for `shown`, the age in words; shown only while as long."""
    return f"{_SEPARATOR}w{len(shown)} {instant!r}{_SEPARATOR}"


def while_in_words(instant: float, words: str) -> str:
    """Return what is added to a row so that the picture is shown only while this is the age."""
    return f"{_SEPARATOR}={words} {instant!r}{_SEPARATOR}"


def until(instant: float) -> str:
    """Return what is added to a row so that the picture is shown only before this instant."""
    return f"{_SEPARATOR}<{instant!r}{_SEPARATOR}"


def keep(folder: str, holds: str, rows: "Sequence[str]") -> None:
    """Write the picture into the folder, in place of the last one. Raises OSError.

    holds: one line, which says under which conditions the picture is right.
    """
    text = "\n".join((i18n.spoken(), holds, *rows))
    if not all(map(_SAFE.fullmatch, rows)) or "\n" in holds:
        return
    data = text.encode()
    path = os.path.join(folder, NAME)
    written = f"{path}.part"
    if os.path.lexists(written):  # a program was killed here
        os.unlink(written)
    opened = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(opened, "wb") as file:
            file.write(f"{_FORMAT} {zlib.crc32(data)}\n".encode() + data)
        os.replace(written, path)
    except BaseException:
        os.unlink(written)
        raise


def kept(folder: str) -> tuple[str, str, list[str]] | None:
    """Return language, conditions and rows of the picture in the folder; None if there is none."""
    try:
        opened = os.open(os.path.join(folder, NAME), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(opened, "rb") as file:
            head, _, data = file.read(_LARGEST).partition(b"\n")
        if head != f"{_FORMAT} {zlib.crc32(data)}".encode():
            return None
        language, holds, *rows = data.decode().split("\n")
    except (OSError, ValueError):
        return None
    return (language, holds, rows) if all(map(_SAFE.fullmatch, rows)) else None


def painted(rows: list[str], now: float) -> str | None:
    """Return the rows as a terminal shows them from its first line on, with the times of now.

    now: seconds since 1970. None if a date or an age in words is longer or shorter than it was.
    """
    shown = []
    for y, row in enumerate(rows, 1):
        parts = row.split(_SEPARATOR)
        for place in range(1, len(parts), 2):
            age = _age(parts[place], now)
            if age is None:
                return None
            parts[place] = age
        shown.append(f"\x1b[{y};1H{''.join(parts)}")
    return "".join(shown) + "\x1b[0m"


def _age(written: str, now: float) -> str | None:
    kind, told = written[:1], written[1:]
    try:
        if kind == "<":
            return "" if now < float(told) else None
        before, _, instant = told.rpartition(" ")
        if kind == "s":
            time = short_time(float(instant), now)
            return time if len(time) == int(before) else None
        words = age_in_words(float(instant), now)
        if kind == "=":
            return "" if words == before else None
        return words.replace(" ", "\xa0") if len(words) == int(before) else None  # as the header
    except (ValueError, OverflowError, OSError):
        return None
