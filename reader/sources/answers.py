"""What asking an address gives: bytes with what is known about them, or a failure with a name."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from reader.errors import SourceError
from reader.formats.charsets import text_encoding
from reader.subscriptions import Status

MAX_VALIDATOR = 1_000
"""Characters of an ETag or a date that is sent back to a server."""

MAX_CONTENT_TYPE = 200

# No white space at the ends, which HTTP takes away: the server would not know it again.
_SENDABLE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_AUTHORITY = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)*//[^/?#]*")
_NOT_ASCII = re.compile(r"[\x80-\xff]")
_CHARSET = re.compile(r";\s*charset\s*=\s*([^;,]*)", re.IGNORECASE)


class Known(NamedTuple):
    """The validators of the bytes that came last: sent back, they spare what has not changed."""

    etag: str = ""
    last_modified: str = ""

    @property
    def sendable(self) -> "Known":
        """Only what can be sent back exactly as it came; the rest is left out."""
        return Known(*(each if _is_sendable(each) else "" for each in self))

    @property
    def conditions(self) -> dict[str, str]:
        """Request headers that ask only for what has changed."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in headers.items() if value}

    @classmethod
    def of(cls, headers: Mapping[bytes, bytes]) -> "Known":
        """Read response headers with lower-case names. Bytes, as a decoder would change them."""
        names = (b"etag", b"last-modified")
        return cls(*(headers.get(name, b"").decode("latin-1").strip() for name in names)).sendable


NOTHING_KNOWN = Known()


class Answer(NamedTuple):
    """The bytes of an address. `body` is None where nothing has changed."""

    body: bytes | None
    known: Known
    content_type: str = ""
    permanent: str = ""
    """New address after permanent redirects alone; empty where it has not moved for good."""
    url: str = ""
    """Address of the bytes after redirects of any kind; empty where there were none."""


class FetchFailed(SourceError):
    """An address gave nothing. `retry_after`: seconds for which the server wants to be left alone.

    `code`: the HTTP status code, 0 where that is not the reason.
    """

    def __init__(
        self, status: Status, reason: str, retry_after: float | None = None, code: int = 0
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.retry_after = retry_after
        self.code = code


def content_type(header: bytes) -> str:
    """Return a Content-Type that any parser can take, without a charset that Python lacks."""
    text = "".join(filter(str.isprintable, header.decode("ascii", "ignore")))[:MAX_CONTENT_TYPE]
    found = _CHARSET.search(text)
    if found is None:
        return text
    name = text_encoding(found[1].strip(" \t'\""))
    kept = f"; charset={name}" if name else ""
    return text[: found.start()] + kept + text[found.end() :]


def location(header: bytes) -> str:
    """Return the address of a Location header. The host is UTF-8, as browsers take it.

    Other bytes beyond ASCII are escaped as they are, in the encoding that the server knows.
    """
    text = header.decode("latin-1").strip()
    found = _AUTHORITY.match(text)
    host = found[0].encode("latin-1").decode("utf-8", "replace") if found else ""
    rest = text[found.end() :] if found else text
    return host + _NOT_ASCII.sub(lambda each: f"%{ord(each[0]):02X}", rest)


def _is_sendable(value: str) -> bool:
    return len(value) <= MAX_VALIDATOR and _SENDABLE.fullmatch(value) is not None
