"""Heads of HTTP responses, repaired before h11 sees them, which fails at the first odd line.

Browsers skip a header that they cannot read. So a head is repaired on its way from the socket, and
everything after it passes unchanged.
"""

import re
import ssl
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore

MAX_HEAD = 100 * 1024
"""Maximum bytes of a head; the same as h11's limit."""

_END = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"(?:HTTP/(\d)(?:\.(\d))?|ICY)[ \t]+(\d{3})(?!\d)[ \t]*(.*)", re.IGNORECASE)
_NAME = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_CONTROLS = bytes(set(range(32)) - {9} | {127})
_LENGTH = re.compile(rb"\d{1,20}(?:\s*,\s*\d{1,20})*")


def repaired(head: bytes) -> bytes:
    """Return the head, up to its blank line, without the lines that cannot be read."""
    first, *lines = head.strip(b"\r\n").split(b"\n")
    status = _STATUS.match(first)
    if status is None:
        return head
    version = b"HTTP/1.1" if status[1] == b"1" and status[2] == b"1" else b"HTTP/1.0"
    made = [version + b" " + status[3] + b" " + _without_controls(status[4])]
    return b"\r\n".join([*made, *_headers(lines), b"", b""])


def _headers(lines: Iterable[bytes]) -> Iterator[bytes]:
    is_kept = is_chunked = False
    for line in lines:
        if line[:1] in (b" ", b"\t"):
            if is_kept:
                yield b" " + _without_controls(line)
            continue
        name, colon, value = line.partition(b":")
        name, value = name.strip(), _without_controls(value)
        lower = name.lower()
        is_kept = bool(colon) and _NAME.fullmatch(name) is not None
        if lower == b"content-length":
            is_kept = _LENGTH.fullmatch(value) is not None
        elif lower == b"transfer-encoding":
            is_kept, is_chunked = not is_chunked and value.lower() == b"chunked", True
        if is_kept:
            yield name + b": " + value


def _without_controls(value: bytes) -> bytes:
    return value.translate(None, _CONTROLS).strip(b" \t")


class HeadStream(httpcore.AsyncNetworkStream):
    """A connection. The bytes that come after a request was written begin with a head."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._is_head = False
        self._waiting = b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write bytes; a head is expected after them."""
        self._is_head = True
        await self._inner.write(buffer, timeout)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return the bytes that came; a head only as a whole."""
        while True:
            came = await self._inner.read(max_bytes, timeout)
            if not self._is_head:
                return came
            looked_at = max(len(self._waiting) - 3, 0)
            self._waiting = (self._waiting + came).lstrip(b"\r\n")
            if made := self._ready(looked_at, is_end=not came):
                return made
            if not came:
                return b""

    def _ready(self, looked_at: int, *, is_end: bool) -> bytes:
        """Return the waiting bytes that can be passed on. looked_at: where an end may begin."""
        made = b""
        while self._is_head:
            end = _END.search(self._waiting, looked_at)
            if end is None:
                if not is_end and len(self._waiting) <= MAX_HEAD:
                    return made
                break
            looked_at = 0
            head = repaired(self._waiting[: end.end()])
            made += head
            self._waiting = self._waiting[end.end() :]
            self._is_head = head[9:10] == b"1"  # an interim response: another head follows
        self._is_head = False
        made, self._waiting = made + self._waiting, b""
        return made

    async def aclose(self) -> None:
        """Close the connection."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Return the connection over TLS."""
        return HeadStream(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """Return what the inner stream says."""
        return self._inner.get_extra_info(info)
