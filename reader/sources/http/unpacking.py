"""Compressed bodies of HTTP, decompressed piece by piece, so that a bomb is noticed in time.

The body's bytes decide, not Content-Encoding: servers name encodings that do not exist, compress
without saying so, and say so without compressing.
"""

import re
import zlib
from collections.abc import AsyncIterator

from reader.i18n import _
from reader.sources.http.answers import FetchFailed
from reader.subscriptions import Status

MAX_STREAMS = 1_000
"""Maximum gzip streams in one body; tools that write blocks make one per 64 KiB."""

_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_UNSUPPORTED = frozenset(
    ("br", "brotli", "bzip2", "compress", "dcb", "dcz", "lzma", "x-compress", "xz", "zstd")
)

_PADDING = b" \t\r\n\f\0"
_BOM = b"\xef\xbb\xbf"
_MOST_PADDING = 64 * 1024
"""Bytes that a site may send before a compressed body: blank lines of its templates."""

_START = 1_024
"""Bytes that are enough to tell how a body is compressed."""

_END_OF_FEED = re.compile(rb"</(?:[\w.-]{1,30}:)?(?:rss|feed|rdf)\s{0,99}>\s*\Z", re.IGNORECASE)
_STARTS_OF_DOCUMENTS = (
    b"<",
    b"{",
    b"[",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\0<",
    b"\0\0\0<",
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f") | {127})
_FEW_CONTROLS = 0.02
"""Minimum share of text characters in a text; compressed bytes have a tenth."""


async def unpacked(pieces: AsyncIterator[bytes], named: str, most: int) -> bytes:
    """Return the whole body, decompressed. named: the header Content-Encoding.

    most: maximum bytes after decompression, and before. Raises FetchFailed, and what `pieces`
    raises.
    """
    body = _Body(most, bool(_UNSUPPORTED & {name.strip().lower() for name in named.split(",")}))
    try:
        async for piece in pieces:
            body.add(piece)
    except FetchFailed:
        raise
    except Exception:
        if not body.is_whole:  # a wrong Content-Length does not matter for a complete body
            raise
    return body.end()


class _Body:
    """A body that arrives in pieces."""

    def __init__(self, most: int, is_unsupported: bool) -> None:
        """Expect a body. is_unsupported: the header names a compression that was not asked for."""
        self._most = most
        self._is_unsupported = is_unsupported
        self._came = 0
        self._start = bytearray()
        self._padding = 0
        """First bytes of the body that may belong to the site's template."""
        self._is_begun = False
        self._packing: int | None = None
        self._stream = zlib.decompressobj(_GZIP)
        self._streams = 0
        self._after = b""
        """Bytes after the end of a stream that may be the start of another."""
        self._has_ended = False
        self._made = bytearray()

    @property
    def is_whole(self) -> bool:
        """Return whether a compressed stream, or a plain feed, is complete."""
        if not self._is_begun:
            self._begin()
        if self._packing is not None:
            return self._stream.eof
        return _END_OF_FEED.search(self._made[-_START:]) is not None

    def add(self, piece: bytes) -> None:
        """Take a piece. Raises FetchFailed."""
        self._came += len(piece)
        if self._came > self._most:
            raise _too_large(self._most)
        if self._is_begun:
            self._take(piece)
            return
        if self._padding == len(self._start):
            self._padding += len(piece) - len(piece.lstrip(_PADDING))
        self._start += piece
        if len(self._start) >= self._most_before_start:
            self._begin()

    @property
    def _most_before_start(self) -> int:
        return min(self._padding + _START, _MOST_PADDING)

    def end(self) -> bytes:
        """Return the decompressed body. Raises FetchFailed."""
        if not self._is_begun:
            self._begin()
        if self._packing is None:
            return bytes(self._made)
        if not self._stream.eof:
            raise FetchFailed(Status.TRUNCATED, _("the answer broke off"))
        if _packing(bytes(self._made[:_START])) is not None:
            raise FetchFailed(Status.NOT_A_FEED, _("the answer is compressed more than once"))
        return bytes(self._made)

    def _begin(self) -> None:
        self._is_begun = True
        start = _without_padding(bytes(self._start), self._padding)
        self._packing = _packing(start)
        if self._is_unsupported and not _is_readable(start, self._packing):
            raise FetchFailed(Status.NOT_A_FEED, _NOT_ASKED)
        if self._packing is not None:
            self._stream = zlib.decompressobj(self._packing)
        self._take(start)

    def _take(self, piece: bytes) -> None:
        if self._packing is None:
            self._made += piece
        else:
            self._decompress(piece)
        if len(self._made) > self._most:
            raise _too_large(self._most)

    def _decompress(self, piece: bytes) -> None:
        while piece and len(self._made) <= self._most and not self._has_ended:
            if self._stream.eof:
                piece = self._next_stream(piece)
                continue
            try:
                self._made += self._stream.decompress(piece, self._most + 1 - len(self._made))
            except zlib.error as error:
                raise FetchFailed(
                    Status.TRUNCATED, _("the answer is compressed wrongly")
                ) from error
            piece = self._stream.unused_data or self._stream.unconsumed_tail

    def _next_stream(self, piece: bytes) -> bytes:
        """Begin another gzip stream if one follows; drop padding and garbage."""
        after = (self._after + piece).lstrip(b"\0")
        self._after = b""
        if self._packing != _GZIP or not _GZIP_MAGIC.startswith(after[:2]):
            self._has_ended = True
            return b""
        if len(after) < len(_GZIP_MAGIC):
            self._after = after
            return b""
        self._streams += 1
        if self._streams > MAX_STREAMS:
            raise FetchFailed(
                Status.NOT_A_FEED, _("the answer is compressed in far too many pieces")
            )
        self._stream = zlib.decompressobj(_GZIP)
        return after


_NOT_ASKED = _("the answer is compressed in a way that was not asked for")


def _without_padding(start: bytes, padding: int) -> bytes:
    """Return the beginning of a body without the blanks before a compressed one."""
    packed = start[padding:].removeprefix(_BOM).lstrip(_PADDING)
    if len(packed) == len(start):
        return start
    if packed.startswith(_GZIP_MAGIC + b"\x08"):
        return packed
    inside = _tried(packed, _ZLIB) if packed.startswith(b"\x78") else None
    return packed if inside and _is_document(inside) else start


def _packing(start: bytes) -> int | None:
    """Return zlib's `wbits` for a body that begins so, None if it is not compressed."""
    if start.startswith(_GZIP_MAGIC):
        return _GZIP
    if start.startswith(_ZSTD_MAGIC):
        raise FetchFailed(Status.NOT_A_FEED, _NOT_ASKED)
    is_text = _is_text(start)
    if is_text and _is_document(start):
        return None
    for packing in (_ZLIB, _RAW):
        inside = _tried(start, packing)
        if inside is None:
            continue
        # A zlib stream is told by its header, a raw one only by its content.
        is_likely = packing == _ZLIB or not inside or _is_text(inside)
        if _is_document(inside) or (is_likely and not is_text):
            return packing
    return None


def _is_readable(start: bytes, packing: int | None) -> bool:
    """Return whether a body's bytes tell what it is: gzip, zlib, or a plain document."""
    if packing is None:
        return _is_text(start) and _is_document(start)
    return packing != _RAW


def _tried(start: bytes, packing: int) -> bytes | None:
    """Return the first decompressed bytes, None if they cannot be decompressed so."""
    stream = zlib.decompressobj(packing)
    try:
        inside = stream.decompress(start, _START)
    except zlib.error:
        return None
    return inside if inside or stream.eof else None


def _is_text(start: bytes) -> bool:
    if not start:
        return False
    controls = len(start) - len(start.translate(None, _CONTROLS))
    return controls <= _FEW_CONTROLS * len(start) or (b"\0" in start and _is_document(start))


def _is_document(start: bytes) -> bool:
    """Return whether XML, HTML or JSON may begin so, also in UTF-16 and UTF-32."""
    return start.lstrip().startswith(_STARTS_OF_DOCUMENTS)


def _too_large(most: int) -> FetchFailed:
    return FetchFailed(
        Status.TOO_LARGE,
        _("the answer is larger than {number:g} MiB").format(number=most / 1024**2),
    )
