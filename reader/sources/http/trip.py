"""One fetch on its way through redirects, and the addresses that it may go to."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx

from reader.i18n import _
from reader.sources.http.answers import FetchFailed
from reader.sources.http.cookies import Cookies, Host
from reader.sources.http.failures import failure
from reader.sources.http.policy import Wish
from reader.subscriptions import Status, is_web
from reader.web.addresses import without_feed_scheme

_PERMANENT = (301, 308)


class Limits(NamedTuple):
    """Limits of one answer. seconds: in all, for connecting, redirects and body."""

    seconds: float = 30.0
    bytes: int = 16 * 1024 * 1024
    """Maximum bytes after decompression."""
    redirects: int = 10
    a_host: int = 4
    at_once: int = 32


class Redirect(NamedTuple):
    """An answer that names another address. code: its status."""

    code: int
    to: str


class Trip:
    """One fetch: the address that was asked for, its redirects, cookies, time that is left.

    Raises FetchFailed for an impossible address or redirect.
    """

    def __init__(
        self,
        url: str,
        conditions: Mapping[str, str],
        secrets: Mapping[str, str],
        limits: Limits,
        wish: Wish,
    ) -> None:
        self.url = url
        self.wish = wish
        self.conditions = conditions
        self.left = limits.seconds
        self.permanent = ""
        self.address = parsed(url)
        self._secrets = secrets
        self._redirects = limits.redirects
        self._first, self._home = url, _origin(self.address)
        self._moved = True
        self._cookies = Cookies()
        self._seen = {(url, "")}

    @property
    def elsewhere(self) -> str:
        """Return the present address, empty if it is the one that was asked for."""
        return "" if self.url == self._first else self.url

    @property
    def headers(self) -> dict[str, str]:
        """Return the request headers. Secrets go only to the origin of the first address."""
        own = self._secrets if _origin(self.address) == self._home else {}
        cookie = {"Cookie": self._cookie} if self._cookie else {}
        return {**self.conditions, **cookie, **own}

    def remember(self, cookies: Iterable[bytes]) -> None:
        """Keep the cookies of an answer for the rest of the trip."""
        self._cookies.take(self._host, cookies, secure=self._is_secure)

    def follow(self, redirect: Redirect) -> None:
        """Go to the address of a redirect. Raises FetchFailed for a loop or a bad address."""
        self.url = _target(self.url, redirect.to)
        self.address = parsed(self.url)
        step = (self.url, self._cookie)
        if step in self._seen or len(self._seen) > self._redirects:
            raise FetchFailed(Status.REDIRECT_LOOP, _("it redirects in a loop"))
        self._seen.add(step)
        self._moved = self._moved and redirect.code in _PERMANENT and self._is_as_safe
        if self._moved:
            self.permanent = self.elsewhere

    @property
    def _cookie(self) -> str:
        return self._cookies.header(self._host, secure=self._is_secure)

    @property
    def _host(self) -> Host:
        return Host(self.address.raw_host.decode(), self.address.port)

    @property
    def _is_secure(self) -> bool:
        return self.address.scheme == "https"

    @property
    def _is_as_safe(self) -> bool:
        """Return whether the address is as safe as the first: http is followed, but not stored."""
        return self._home[0] == "http" or self._is_secure


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.raw_host.decode(), url.port


def parsed(url: str) -> httpx.URL:
    """Return the address as httpx sends it. Raises FetchFailed."""
    try:
        return httpx.URL(url)
    except httpx.InvalidURL as error:
        if named := _by_older_rules(url):
            return named
        raise failure(error) from error


def host_of(url: str) -> str:
    """Return the host of an address as it is sent, empty if it has none."""
    try:
        return parsed(url).raw_host.decode()
    except FetchFailed:
        return ""


def _by_older_rules(url: str) -> httpx.URL | None:
    """Accept a host that only IDNA 2003 allows, as browsers do: emoji, combining marks."""
    try:
        host = urlsplit(url).hostname or ""
        return httpx.URL(url.replace(host, host.encode("idna").decode(), 1))
    except (ValueError, httpx.InvalidURL):
        return None


def _target(url: str, to: str) -> str:
    """Return the address that a redirect leads to. Raises FetchFailed."""
    to = without_feed_scheme(to)
    try:
        target = parsed(to) if is_web(to) else httpx.URL(url).join(to)
        target = target.copy_with(fragment=None)
    except Exception as error:  # httpx does not document what a hostile address may raise
        raise FetchFailed(Status.REJECTED, _("it redirects to an invalid address")) from error
    if target.scheme not in ("http", "https") or not target.raw_host or target.userinfo:
        raise FetchFailed(
            Status.REJECTED, _("it redirects to something that is not a plain web address")
        )
    return str(target)
