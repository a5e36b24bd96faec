"""Results of fetching an address: bytes with what is known about them, or a named failure."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from reader.errors import SourceError
from reader.formats.charsets import text_encoding
from reader.subscriptions import Status

MAX_VALIDATOR = 1_000
"""Maximum characters of an ETag or a date that is sent back to a server."""

MAX_CONTENT_TYPE = 200

# No white space at the ends, which HTTP removes: the server would not recognise it.
_SENDABLE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_AUTHORITY = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)*//[^/?#]*")
_NOT_ASCII = re.compile(r"[\x80-\xff]")
_CHARSET = re.compile(r";\s*charset\s*=\s*([^;,]*)", re.IGNORECASE)


class Known(NamedTuple):
    """The validators of an answer: sent back, they spare fetching what has not changed."""

    etag: str = ""
    last_modified: str = ""

    @property
    def sendable(self) -> "Known":
        """Return only the validators that can be sent back exactly as they came."""
        return Known(*(each if _is_sendable(each) else "" for each in self))

    @property
    def conditions(self) -> dict[str, str]:
        """Return request headers that ask only for changes."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in headers.items() if value}

    @classmethod
    def of(cls, headers: Mapping[bytes, bytes]) -> "Known":
        """Read response headers with lower-case names. Bytes, as decoding would change them."""
        names = (b"etag", b"last-modified")
        return cls(*(headers.get(name, b"").decode("latin-1").strip() for name in names)).sendable


NOTHING_KNOWN = Known()


class Answer(NamedTuple):
    """The bytes at an address. `body` is None if nothing has changed."""

    body: bytes | None
    known: Known
    content_type: str = ""
    permanent: str = ""
    """New address after permanent redirects only; empty if it has not moved permanently."""
    url: str = ""
    """Address of the bytes after redirects of any kind; empty if there were none."""


class FetchFailed(SourceError):
    """An address could not be fetched.

    retry_after: seconds that the server asks to wait. code: the HTTP status code, 0 if that is not
    the reason.
    """

    def __init__(
        self, status: Status, reason: str, retry_after: float | None = None, code: int = 0
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.retry_after = retry_after
        self.code = code


def content_type(header: bytes) -> str:
    """Return a Content-Type that any parser accepts, without a charset that Python lacks."""
    text = "".join(filter(str.isprintable, header.decode("ascii", "ignore")))[:MAX_CONTENT_TYPE]
    found = _CHARSET.search(text)
    if found is None:
        return text
    name = text_encoding(found[1].strip(" \t'\""))
    kept = f"; charset={name}" if name else ""
    return text[: found.start()] + kept + text[found.end() :]


def location(header: bytes) -> str:
    """Return the address of a Location header. The host is UTF-8, as in browsers.

    Other bytes beyond ASCII are percent-encoded as they are, in the server's own encoding.
    """
    text = header.decode("latin-1").strip()
    found = _AUTHORITY.match(text)
    host = found[0].encode("latin-1").decode("utf-8", "replace") if found else ""
    rest = text[found.end() :] if found else text
    return host + _NOT_ASCII.sub(lambda each: f"%{ord(each[0]):02X}", rest)


def _is_sendable(value: str) -> bool:
    return len(value) <= MAX_VALIDATOR and _SENDABLE.fullmatch(value) is not None
