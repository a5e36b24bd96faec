"""Bytes from the web, within bounds: of size after unpacking, of time, of redirects, of secrets.

The only place that imports httpx. What the bytes mean, and when to ask again, is others' affair.
"""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar
from importlib import import_module
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import httpx

from reader import __version__
from reader.addresses import without_feed_scheme
from reader.errors import SourceError
from reader.sources.answers import (
    NOTHING_KNOWN,
    Answer,
    FetchFailed,
    Known,
    content_type,
    location,
)
from reader.sources.cookies import Cookies, Host
from reader.sources.network import Backend, Impatient, Names
from reader.sources.policy import Wish
from reader.sources.unpacking import unpacked
from reader.subscriptions import Status, is_web

__all__ = ["NOTHING_KNOWN", "Answer", "FetchFailed", "Fetcher", "Known", "Limits"]

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/json;q=0.9, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
_PERMANENT = (301, 308)
_REDIRECTS = (300, 301, 302, 303, 307, 308)
_OVER_CONDITIONS = (400, 412, 431)
"""What a server answers that does not like the validators which it gave itself."""
_STATUSES = {
    401: Status.UNAUTHORIZED,
    403: Status.FORBIDDEN,
    404: Status.NOT_FOUND,
    407: Status.UNAUTHORIZED,
    408: Status.TOO_SLOW,
    410: Status.GONE,
    429: Status.RATE_LIMITED,
    451: Status.FORBIDDEN,
}


_LOADED_BY_A_REQUEST = ("anyio.streams.tls", "anyio._core._sockets", "anyio._backends._asyncio")


class Limits(NamedTuple):
    """What one answer may take. `seconds` is the whole of it: connecting, redirects and body."""

    seconds: float = 30.0
    bytes: int = 16 * 1024 * 1024
    """After unpacking."""
    redirects: int = 10
    a_host: int = 4
    at_once: int = 32


class Fetcher:
    """Asks many addresses side by side, a few at one host.

    Raises SourceError where the environment names a proxy that cannot be one.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._at_once = asyncio.Semaphore(limits.at_once)
        self._hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(limits.a_host)
        )
        self._names = Names()
        self._client = _client(limits, self._names)

    async def __aenter__(self) -> Self:
        # A resolver cannot be cancelled: nobody waits for one that hangs.
        asyncio.get_running_loop().set_default_executor(Impatient())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def get(
        self,
        url: str,
        *,
        known: Known = NOTHING_KNOWN,
        secrets: Mapping[str, str] | None = None,
        named: str | None = None,
    ) -> Answer:
        """The bytes at an address. Raises FetchFailed, whatever the server does.

        secrets: headers for the address's own host, and for no other. named: the address that the
        user named, where a server named this one; empty where the user named none. A host on this
        machine or its network is asked only where the user named it.
        """
        wish = Wish(_host_of(url if named is None else named))
        trip = _Trip(url, known.sendable.conditions, secrets or {}, self._limits, wish)
        while True:
            try:
                answer = await self._hop(trip)
            except FetchFailed as error:
                if not trip.conditions or error.code not in _OVER_CONDITIONS:
                    raise
                trip.conditions = {}
                continue
            if isinstance(answer, Answer):
                return answer._replace(permanent=trip.permanent, url=trip.elsewhere)
            trip.follow(answer)

    async def check(self, url: str, named: str) -> None:
        """Raise FetchFailed where the user would have to name an address to have it asked.

        named: as of `get`. An address that cannot be looked up is nobody's danger.
        """
        trip = _Trip(url, {}, {}, self._limits, Wish(_host_of(named)))
        with suppress(OSError, UnicodeError, TimeoutError):
            async with asyncio.timeout(self._limits.seconds):
                await self._look_at(trip)

    async def _look_at(self, trip: "_Trip") -> None:
        """See where the next request goes. Raises FetchFailed, OSError.

        A proxy looks names up itself: then they are judged as they are written.
        """
        _ = trip.address.host  # raises where httpx could not ask it anyway
        host, redirected = trip.address.raw_host.decode(), bool(trip.elsewhere)
        is_direct = self._is_direct(trip.address)
        if not is_direct or not trip.wish.is_inside:
            trip.wish.check(host, None, redirected=redirected)
        if is_direct:
            trip.wish.check(host, await self._names.look_up(host), redirected=redirected)

    def _is_direct(self, url: httpx.URL) -> bool:
        """Whether no proxy stands between. httpx shows it to nobody else, by these names."""
        find = getattr(self._client, "_transport_for_url", None)
        return find is None or find(url) is getattr(self._client, "_transport", None)

    async def _hop(self, trip: "_Trip") -> "Answer | _Redirect":
        """Send one request. Waiting for its turn does not count as time taken."""
        loop = asyncio.get_running_loop()
        async with self._hosts[trip.address.raw_host.decode()], self._at_once:
            started = loop.time()
            try:
                async with asyncio.timeout(max(trip.left, 0.001)):
                    await self._look_at(trip)
                    return await self._ask(trip)
            except TimeoutError as error:
                limit = f"{self._limits.seconds:g} seconds"
                raise FetchFailed(Status.TOO_SLOW, f"it took longer than {limit}") from error
            except (OSError, UnicodeError) as error:
                raise _not_found(error) from error
            finally:
                trip.left -= loop.time() - started

    async def _ask(self, trip: "_Trip") -> "Answer | _Redirect":
        try:
            request = self._client.build_request("GET", trip.address, headers=trip.headers)
            response = await self._client.send(request, stream=True)
        except Exception as error:
            raise _trouble(error) from error
        try:
            return await self._answer(response, trip)
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise _trouble(error, Status.TRUNCATED) from error
        finally:
            await response.aclose()

    async def _answer(self, response: httpx.Response, trip: "_Trip") -> "Answer | _Redirect":
        code, raw = response.status_code, response.headers.raw
        headers = {name.lower(): value for name, value in reversed(raw)}
        trip.remember(value for name, value in raw if name.lower() == b"set-cookie")
        if code in _REDIRECTS and (to := response.extensions.get(_LOCATION)):
            return _Redirect(code, to)
        if code == 304:
            return Answer(None, Known.of(headers))
        if not 200 <= code < 300:
            raise _refused(code, headers.get(b"retry-after", b"").decode("latin-1"))
        named = headers.get(b"content-encoding", b"").decode("latin-1")
        body = await unpacked(response.aiter_raw(), named, self._limits.bytes)
        return Answer(body, Known.of(headers), content_type(headers.get(b"content-type", b"")))


class _Redirect(NamedTuple):
    code: int
    to: str


class _Trip:
    """One fetch, from the address that was asked for through its redirects.

    Raises FetchFailed where the address cannot be one, or where a redirect leads nowhere.
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
        self.address = _parsed(url)
        self._secrets = secrets
        self._redirects = limits.redirects
        self._first, self._home = url, _origin(self.address)
        self._moved = True
        self._cookies = Cookies()
        self._seen = {(url, "")}

    @property
    def elsewhere(self) -> str:
        """The address, where it is not the one that was asked for."""
        return "" if self.url == self._first else self.url

    @property
    def headers(self) -> dict[str, str]:
        """Request headers. Secrets go to the origin of the first address and to no other."""
        own = self._secrets if _origin(self.address) == self._home else {}
        cookie = {"Cookie": self._cookie} if self._cookie else {}
        return {**self.conditions, **cookie, **own}

    def remember(self, cookies: Iterable[bytes]) -> None:
        self._cookies.take(self._host, cookies, secure=self._is_secure)

    def follow(self, redirect: _Redirect) -> None:
        self.url = _target(self.url, redirect.to)
        self.address = _parsed(self.url)
        step = (self.url, self._cookie)
        if step in self._seen or len(self._seen) > self._redirects:
            raise FetchFailed(Status.REDIRECT_LOOP, "it redirects round and round")
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
        """A step down from https is taken, but not for ever."""
        return self._home[0] == "http" or self._is_secure


def prepare() -> None:
    """Load what the first request would load, in whatever thread."""
    for name in _LOADED_BY_A_REQUEST:
        with suppress(ImportError):
            import_module(name)


def _client(limits: Limits, looked_up: Names) -> httpx.AsyncClient:
    headers = {
        "User-Agent": f"cryptoread/{__version__}",
        "Accept": ACCEPT,
        "Accept-Encoding": "gzip, deflate",
    }
    timeout = httpx.Timeout(limits.seconds)
    try:
        made = httpx.AsyncClient(
            verify=_trusted(),
            timeout=timeout,
            headers=headers,
            cookies=_NoCookies(),
            event_hooks={"response": [_set_location_aside]},
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        names = "HTTP_PROXY, HTTPS_PROXY and ALL_PROXY"
        raise SourceError(f"the proxy of the environment cannot be used; check {names}") from error
    # httpx takes no network of one's own. Should it name these otherwise, heads are read strictly.
    pool = getattr(getattr(made, "_transport", None), "_pool", None)
    if pool is not None and hasattr(pool, "_network_backend"):
        pool._network_backend = Backend(looked_up)
    return made


def _trusted() -> ssl.SSLContext:
    """The system's certificates; where it has none, those that came with httpx."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        import certifi

        context.load_verify_locations(certifi.where())
    return context


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.raw_host.decode(), url.port


def _parsed(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except httpx.InvalidURL as error:
        if named := _by_older_rules(url):
            return named
        raise _trouble(error) from error


def _host_of(url: str) -> str:
    """Return the host of an address as it is sent, empty where it has none."""
    try:
        return _parsed(url).raw_host.decode()
    except FetchFailed:
        return ""


def _by_older_rules(url: str) -> httpx.URL | None:
    """Take a host that only the rules of 2003 allow, as browsers do: emoji, combining marks."""
    try:
        host = urlsplit(url).hostname or ""
        return httpx.URL(url.replace(host, host.encode("idna").decode(), 1))
    except (ValueError, httpx.InvalidURL):
        return None


class _NoCookies(CookieJar):
    """Keeps none: each fetch has its own, and the client is shared by all of them."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        pass


_LOCATION = "location"


async def _set_location_aside(response: httpx.Response) -> None:
    """Take the header out of the response: httpx reads it even where it is not to follow it."""
    raw = next((value for name, value in response.headers.raw if name.lower() == b"location"), b"")
    response.headers.pop("location", None)
    response.extensions[_LOCATION] = location(raw)


def _target(url: str, to: str) -> str:
    to = without_feed_scheme(to)
    try:
        target = _parsed(to) if is_web(to) else httpx.URL(url).join(to)
        target = target.copy_with(fragment=None)
    except Exception as error:  # httpx has no list of what a hostile address may raise
        raise FetchFailed(Status.REJECTED, "it redirects to no address") from error
    if target.scheme not in ("http", "https") or not target.raw_host or target.userinfo:
        raise FetchFailed(
            Status.REJECTED, "it redirects to something that is not a plain web address"
        )
    return str(target)


def _refused(code: int, retry_after: str) -> FetchFailed:
    if code in _REDIRECTS:
        return FetchFailed(Status.REJECTED, "it redirects without saying where", code=code)
    status = _STATUSES.get(code, Status.SERVER_ERROR if code >= 500 else Status.REJECTED)
    return FetchFailed(status, f"the server answered {code}", _seconds(retry_after), code)


def _seconds(retry_after: str) -> float | None:
    """What a Retry-After asks for: a number, or a date."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        at = parsedate_to_datetime(text)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return (at - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None


def _not_found(error: OSError | UnicodeError) -> FetchFailed:
    """Ours for a name that has no address, or that no name can be."""
    if isinstance(error, UnicodeError):
        return _trouble(error)
    return FetchFailed(Status.UNREACHABLE, "its server cannot be reached")


def _trouble(error: BaseException, meanwhile: Status = Status.UNREACHABLE) -> FetchFailed:
    """Ours for one of httpx, whose own text may name more than a user should see."""
    if isinstance(error, httpx.TimeoutException):
        return FetchFailed(Status.TOO_SLOW, "it did not answer in time")
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            reason = f"its certificate is not valid ({cause.verify_message})"
            return FetchFailed(Status.CERTIFICATE, reason)
        cause = cause.__cause__ or cause.__context__
    if meanwhile is Status.TRUNCATED:
        return FetchFailed(Status.TRUNCATED, "the answer broke off")
    if isinstance(error, httpx.ConnectError):
        return FetchFailed(Status.UNREACHABLE, "its server cannot be reached")
    if isinstance(error, httpx.LocalProtocolError | httpx.InvalidURL | ValueError | TypeError):
        return FetchFailed(Status.REJECTED, "its address or a header of it cannot be sent")
    return FetchFailed(Status.UNREACHABLE, "its server does not speak HTTP as it should")
