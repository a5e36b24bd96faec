"""A stream of JSON cut into blocks of whole objects, to be parsed elsewhere. Bytes to bytes.

Parses only as much of JSON as is needed to find where an object ends: memory stays at about one
object, and an error inside one does not affect the next. The work is small, so that other processes
get to parse in time.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reader.formats.archive.article_file import MAX_ARTICLE_BYTES, TOO_LARGE
from reader.formats.errors import NotAnArticle
from reader.i18n import _


class Block(NamedTuple):
    """Texts that should each be an object, one per line; blank lines are ignored."""

    data: bytes
    first: int
    """Number of the first line, from 1: in the file, or of objects in an array."""
    starts: tuple[int, ...] = ()
    """Lines of the file on which they begin, if those are not their numbers."""

    def articles(self) -> Iterator[tuple[int, int, bytes]]:
        """Yield number, line of the file and text of each."""
        for index, text in enumerate(self.data.split(b"\n")):
            if text and not text.isspace():
                number = self.first + index
                yield number, self.starts[index] if self.starts else number, text


def blocks_of_lines(pieces: Iterable[bytes]) -> Iterator[Block | NotAnArticle]:
    """Yield the lines of a `.jsonl` file, a block per piece, and refusals of lines too large.

    Raises NotAnArticle if the rest cannot be read.
    """
    number, begun, too_large = 1, b"", False
    for piece in _utf8(pieces):
        if too_large:
            _line, newline, piece = piece.partition(b"\n")
            if not newline:
                continue
            number, too_large = number + 1, False
        begun += piece
        end = begun.rfind(b"\n") + 1
        if end:
            data, begun = begun[:end], begun[end:]
            yield Block(data, number)
            number += data.count(b"\n")
        if len(begun) > MAX_ARTICLE_BYTES:
            yield NotAnArticle(TOO_LARGE, number)
            begun, too_large = b"", True
    if begun:
        yield Block(begun, number)


def blocks_of_values(pieces: Iterable[bytes]) -> Iterator[Block | NotAnArticle]:
    """Yield the objects of a `.json` file: of its one array, or in sequence.

    As `blocks_of_lines`. A line of a block is an object, or what is in place of one.
    """
    values = _Values()
    for piece in _utf8(pieces):
        yield from values.feed(piece)
    values.close()


def _utf8(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces without a byte order mark. Raises NotAnArticle for another encoding."""
    rest = iter(pieces)
    first = next(rest, b"")
    if first.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise NotAnArticle(_("is UTF-16; save it as UTF-8"))
    yield first.removeprefix(BOM_UTF8)
    yield from rest


_BETWEEN = re.compile(rb"[\s,]*+")
_WORD = re.compile(rb'[^\s,\[\]{}"]++|[\]}]')
_OUTSIDE_TEXT = re.compile(rb'(?:[^"{}\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+', re.DOTALL)
_INSIDE_TEXT = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_DEEPER = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}


class _Extent:
    """Finds the end of a list, an object or a text that comes in pieces."""

    __slots__ = ("_depth", "_escaped", "_quoted")

    def __init__(self, *, within_text: bool = False) -> None:
        self._depth = 0
        self._quoted = within_text
        self._escaped = False
        """Whether the last piece ended between a backslash and the escaped character."""

    def end(self, data: bytes, at: int) -> int | None:
        """Return where it ends in this piece, None if it goes on in the next."""
        while at < len(data):
            at = self._within_text(data, at) if self._quoted else self._between_texts(data, at)
            if not self._depth and not self._quoted:
                return at
        return None

    def _within_text(self, data: bytes, at: int) -> int:
        found = _INSIDE_TEXT.match(data, at + self._escaped)
        end = found.end() if found else at
        self._quoted = data[end : end + 1] != b'"'
        self._escaped = data[end : end + 1] == b"\\"
        return end + 1

    def _between_texts(self, data: bytes, at: int) -> int:
        found = _OUTSIDE_TEXT.match(data, at)
        end = found.end() if found else at
        sign = data[end : end + 1]
        self._quoted = sign == b'"'
        self._depth += _DEEPER.get(sign, 0)
        return end + 1


class _Values:
    """Cuts pieces of a file at the ends of its values. Raises NotAnArticle if it has none."""

    def __init__(self) -> None:
        self._line = 1
        self._number = 1
        self._begins_with = b""
        self._ended = False
        """Whether its array has ended: nothing may follow."""
        self._extent: _Extent | None = None
        """The line on which the present value began, and below, the pieces of it."""
        self._start = 1
        self._begun = b""
        self._too_large = False
        self._texts: list[bytes] = []
        self._starts: list[int] = []
        self._found: list[Block | NotAnArticle] = []

    def feed(self, piece: bytes) -> Iterator[Block | NotAnArticle]:
        """Take a piece; yield blocks and refusals."""
        trouble: NotAnArticle | None = None
        try:
            self._cut(piece)
        except NotAnArticle as error:
            trouble = error
        self._close_block()
        yield from self._found
        self._found.clear()
        if trouble:
            raise trouble

    def close(self) -> None:
        """Take the end of the file. Raises NotAnArticle for a file that is cut off."""
        if self._extent:
            raise NotAnArticle(_("is cut off in the middle of an article"), self._start)
        if not self._begins_with:
            raise NotAnArticle(_("is empty"))
        if self._begins_with == b"[" and not self._ended:
            raise NotAnArticle(_("is cut off: its array has no end"), self._line)

    def _cut(self, piece: bytes) -> None:
        at = 0
        while at < len(piece):
            if not self._extent:
                at = self._begin(piece, at)
                continue
            end = self._extent.end(piece, at)
            self._take(piece[at:end])
            if end is None:
                break
            self._finish()
            at = end

    def _begin(self, piece: bytes, at: int) -> int:
        """Skip to the next value and begin it; return the position."""
        found = _BETWEEN.match(piece, at)
        place = found.end() if found else at
        self._line += piece.count(b"\n", at, place)
        sign = piece[place : place + 1]
        if not sign:
            return place
        if not self._begins_with:
            self._begins_with = sign
            if sign == b"[":
                return place + 1
            if sign != b"{":
                raise NotAnArticle(_("is neither a JSON array nor an object"))
        if self._ended:
            raise NotAnArticle(_("goes on after the end of its array"), self._line)
        if sign == b"]" and self._begins_with == b"[":
            self._ended = True
            return place + 1
        self._start = self._line
        if sign in (b"{", b"["):
            self._extent = _Extent()
            return place
        if sign == b'"':
            self._extent = _Extent(within_text=True)
            self._take(sign)
            return place + 1
        return self._take_word(piece, place)

    def _take_word(self, piece: bytes, at: int) -> int:
        """Take a number, `null` or invalid text, which are not articles."""
        found = _WORD.match(piece, at)
        end = found.end() if found else at + 1
        self._take(piece[at:end])
        self._finish()
        return end

    def _take(self, part: bytes) -> None:
        self._line += part.count(b"\n")
        if not self._too_large:
            self._begun += part
            self._too_large = len(self._begun) > MAX_ARTICLE_BYTES
        if self._too_large:
            self._begun = b""

    def _finish(self) -> None:
        if self._too_large:
            self._close_block()
            reason = _("article {number} {reason}").format(number=self._number, reason=TOO_LARGE)
            self._found.append(NotAnArticle(reason, self._start))
            self._number += 1
        else:
            # A line end is equal to a space, except in a text, where it is invalid.
            self._texts.append(self._begun.replace(b"\n", b" "))
            self._starts.append(self._start)
        self._extent, self._begun, self._too_large = None, b"", False

    def _close_block(self) -> None:
        if self._texts:
            block = Block(b"\n".join(self._texts), self._number, tuple(self._starts))
            self._found.append(block)
            self._number += len(self._texts)
            self._texts, self._starts = [], []
