"""Bytes from the web, within bounds: of size after unpacking, of time, of redirects, of secrets.

The only place that imports httpx. What the bytes mean, and when to ask again, is others' affair.
"""

import asyncio
import ssl
import threading
import zlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, Self

import httpx

from reader import __version__
from reader.errors import SourceError
from reader.subscriptions import Status

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/json;q=0.9, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_PERMANENT = (301, 308)
_REDIRECTS = (301, 302, 303, 307, 308)
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


class Limits(NamedTuple):
    """What one answer may take. `seconds` is the whole of it: connecting, redirects and body."""

    seconds: float = 30.0
    bytes: int = 16 * 1024 * 1024
    """After unpacking."""
    redirects: int = 5
    a_host: int = 4
    at_once: int = 32


class Known(NamedTuple):
    """What the server said about the bytes that are known already, to hear if there are others."""

    etag: str = ""
    last_modified: str = ""


class Answer(NamedTuple):
    """What came. `body` is None where nothing has changed."""

    body: bytes | None
    known: Known
    content_type: str = ""
    permanent: str = ""
    """Where the address has moved for good; empty where it has not."""


class FetchFailed(SourceError):
    """An address gave nothing, and what that is called. `retry_after`: seconds, as was asked."""

    def __init__(self, status: Status, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.retry_after = retry_after


NOTHING_KNOWN = Known()


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
        self._client = _client(limits)

    async def __aenter__(self) -> Self:
        # A resolver cannot be cancelled: nobody waits for one that hangs.
        asyncio.get_running_loop().set_default_executor(_Impatient())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def get(
        self,
        url: str,
        *,
        known: Known = NOTHING_KNOWN,
        secrets: Mapping[str, str] | None = None,
    ) -> Answer:
        """The bytes at an address. Raises FetchFailed, whatever the server does.

        secrets: headers for the address's own host, and for no other.
        """
        try:
            home = _origin(httpx.URL(url))
        except httpx.InvalidURL as error:
            raise _trouble(error) from error
        conditions = _conditions(known)
        left = self._limits.seconds
        permanent, moved = "", True
        seen = {url}
        while True:
            own = _origin(httpx.URL(url)) == home
            hop = _Hop(url, {**conditions, **(secrets or {})} if own else conditions)
            answer, took = await self._hop(hop, left)
            left -= took
            if not isinstance(answer, _Redirect):
                return answer._replace(permanent=permanent)
            url = _target(url, answer.location)
            moved = moved and answer.code in _PERMANENT and _as_safe(url, home)
            permanent = url if moved else permanent
            if url in seen or len(seen) > self._limits.redirects:
                raise FetchFailed(Status.REDIRECT_LOOP, "it redirects round and round")
            seen.add(url)

    async def _hop(self, hop: "_Hop", left: float) -> "tuple[Answer | _Redirect, float]":
        """One request, and the seconds it took; waiting for its turn takes none."""
        loop = asyncio.get_running_loop()
        async with self._hosts[_origin(httpx.URL(hop.url))[1]], self._at_once:
            started = loop.time()
            try:
                async with asyncio.timeout(max(left, 0.001)):
                    answer = await self._ask(hop)
            except TimeoutError as error:
                limit = f"{self._limits.seconds:g} seconds"
                raise FetchFailed(Status.TOO_SLOW, f"it took longer than {limit}") from error
            return answer, loop.time() - started

    async def _ask(self, hop: "_Hop") -> "Answer | _Redirect":
        try:
            request = self._client.build_request("GET", hop.url, headers=hop.headers)
            response = await self._client.send(request, stream=True, follow_redirects=False)
        except Exception as error:
            raise _trouble(error) from error
        try:
            return await self._answer(response)
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise _trouble(error, Status.TRUNCATED) from error
        finally:
            await response.aclose()

    async def _answer(self, response: httpx.Response) -> "Answer | _Redirect":
        code, headers = response.status_code, response.headers
        if code in _REDIRECTS and "location" in headers:
            return _Redirect(code, headers["location"])
        known = Known(headers.get("etag", "")[:1000], headers.get("last-modified", "")[:100])
        if code == 304:
            return Answer(None, known)
        if not 200 <= code < 300:
            raise _refused(code, headers.get("retry-after", ""))
        body = await _unpacked(response, self._limits.bytes)
        return Answer(body, known, headers.get("content-type", "")[:200])


class _Hop(NamedTuple):
    url: str
    headers: Mapping[str, str]


class _Redirect(NamedTuple):
    code: int
    location: str


class _Impatient(ThreadPoolExecutor):
    """A thread for each lookup that nobody waits for: the end of the program does not, either."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        future: Future[Any] = Future()

        def run() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(fn(*args, **options))
                except BaseException as error:
                    future.set_exception(error)

        threading.Thread(target=run, name="resolver", daemon=True).start()
        return future


def _client(limits: Limits) -> httpx.AsyncClient:
    headers = {
        "User-Agent": f"cryptoread/{__version__}",
        "Accept": ACCEPT,
        "Accept-Encoding": "gzip, deflate",
    }
    timeout = httpx.Timeout(limits.seconds)
    try:
        return httpx.AsyncClient(verify=_trusted(), timeout=timeout, headers=headers)
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        names = "HTTP_PROXY, HTTPS_PROXY and ALL_PROXY"
        raise SourceError(f"the proxy of the environment cannot be used; check {names}") from error


def _trusted() -> ssl.SSLContext:
    """The system's certificates; where it has none, those that came with httpx."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        import certifi

        context.load_verify_locations(certifi.where())
    return context


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _as_safe(url: str, home: tuple[str, str, int | None]) -> bool:
    """A step down from https is taken, but not for ever."""
    return home[0] == "http" or url.startswith("https:")


def _conditions(known: Known) -> dict[str, str]:
    conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _target(url: str, location: str) -> str:
    try:
        target = httpx.URL(url).join(location).copy_with(fragment=None)
    except Exception as error:  # httpx has no list of what a hostile address may raise
        raise FetchFailed(Status.REJECTED, "it redirects to no address") from error
    if target.scheme not in ("http", "https") or not target.host or target.userinfo:
        raise FetchFailed(Status.REJECTED, "it redirects to something that is no plain web address")
    return str(target)


def _refused(code: int, retry_after: str) -> FetchFailed:
    status = _STATUSES.get(code, Status.SERVER_ERROR if code >= 500 else Status.REJECTED)
    return FetchFailed(status, f"the server answered {code}", _seconds(retry_after))


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
    if isinstance(error, httpx.RemoteProtocolError) and "location header" in str(error):
        return FetchFailed(Status.REJECTED, "it redirects to no address")
    if isinstance(error, httpx.ConnectError):
        return FetchFailed(Status.UNREACHABLE, "there is no way to its server")
    if isinstance(error, httpx.LocalProtocolError | httpx.InvalidURL | ValueError | TypeError):
        return FetchFailed(Status.REJECTED, "its address or a header of it cannot be sent")
    return FetchFailed(Status.UNREACHABLE, "its server does not speak HTTP as it should")


async def _unpacked(response: httpx.Response, most: int) -> bytes:
    """The whole body, unpacked piece by piece, so that a bomb is noticed before it goes off."""
    encodings = [
        name.strip().lower()
        for name in response.headers.get("content-encoding", "").split(",")
        if name.strip().lower() not in ("", "identity")
    ]
    if len(encodings) > 1:
        raise FetchFailed(Status.NOT_A_FEED, "the answer is packed more than once")
    if encodings and encodings[0] not in ("gzip", "x-gzip", "deflate"):
        raise FetchFailed(Status.NOT_A_FEED, "the answer is packed in a way nobody asked for")
    pieces = response.aiter_raw()
    return await (_inflated(pieces, most) if encodings else _plain(pieces, most))


def _too_large(most: int) -> FetchFailed:
    return FetchFailed(Status.TOO_LARGE, f"the answer is larger than {most / 1024**2:g} MiB")


async def _plain(pieces: AsyncIterator[bytes], most: int) -> bytes:
    body = bytearray()
    async for piece in pieces:
        body += piece
        if len(body) > most:
            raise _too_large(most)
    return bytes(body)


async def _inflated(pieces: AsyncIterator[bytes], most: int) -> bytes:
    body = bytearray()
    stream = zlib.decompressobj(_GZIP_OR_ZLIB)
    async for piece in pieces:
        try:
            while piece and len(body) <= most:
                if stream.eof:  # gzip may be a chain of streams
                    stream = zlib.decompressobj(_GZIP_OR_ZLIB)
                body += stream.decompress(piece, most + 1 - len(body))
                piece = stream.unused_data or stream.unconsumed_tail
        except zlib.error as error:
            raise FetchFailed(Status.TRUNCATED, "the answer is packed wrongly") from error
        if len(body) > most:
            raise _too_large(most)
    if not stream.eof:
        raise FetchFailed(Status.TRUNCATED, "the answer broke off")
    return bytes(body)
