"""Cookies within one fetch: some sites redirect to the same address until a cookie comes back.

A cookie is sent only to the host that set it, and forgotten with the fetch.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

MAX_COOKIES = 50
MAX_CHARACTERS = 4_096
"""Maximum bytes of one cookie, and of all that are sent together."""

_SENDABLE = re.compile(r"[!-:<-~](?:[ -:<-~]*[!-:<-~])?")
_ZERO = re.compile(r"-\d+|0+")


class Host(NamedTuple):
    """The host to which a cookie goes back. `port` is None for the default one of the scheme."""

    name: str
    port: int | None


class Cookies:
    """Cookies that the hosts of one fetch have set."""

    def __init__(self) -> None:
        self._values: dict[Host, dict[str, tuple[str, bool]]] = {}

    def take(self, host: Host, headers: Iterable[bytes], *, secure: bool) -> None:
        """Read the values of Set-Cookie headers. secure: whether they came over TLS."""
        values = self._values.setdefault(host, {})
        for header in headers:
            pair, *attributes = header.decode("latin-1").split(";")
            name, equals, value = (part.strip() for part in pair.partition("="))
            written = f"{name}={value}" if equals else name
            if not _SENDABLE.fullmatch(written) or len(written) > MAX_CHARACTERS:
                continue
            if _has_ended(attributes):
                values.pop(name, None)
            elif name in values or len(values) < MAX_COOKIES:
                values[name] = (written, secure)

    def header(self, host: Host, *, secure: bool) -> str:
        """Return the Cookie header for a host, empty if there is none to send."""
        sent: list[str] = []
        left = MAX_CHARACTERS
        for written, over_tls in self._values.get(host, {}).values():
            left -= len(written) + 2
            if left < 0:
                break
            if secure or not over_tls:
                sent.append(written)
        return "; ".join(sent)


def _has_ended(attributes: Iterable[str]) -> bool:
    """Return whether Max-Age, or else Expires, says that the cookie has expired."""
    given = {}
    for each in attributes:
        name, _, value = each.partition("=")
        given[name.strip().lower()] = value.strip()
    if "max-age" in given:
        return _ZERO.fullmatch(given["max-age"]) is not None
    try:
        at = parsedate_to_datetime(given.get("expires", ""))
    except (ValueError, TypeError, OverflowError):
        return False
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) < datetime.now(UTC)
