"""Bytes from the web, within bounds: of size after unpacking, of time, of redirects, of secrets.

Knows nothing about what the bytes mean, nor when to ask again.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from typing import Self

import httpx

from reader.i18n import _
from reader.sources.http.answers import NOTHING_KNOWN, Answer, FetchFailed, Known, content_type
from reader.sources.http.client import LOCATION, new_client
from reader.sources.http.failures import REDIRECTS, failure, not_found, refused
from reader.sources.http.network import Names, ThreadPerLookup
from reader.sources.http.policy import Wish
from reader.sources.http.trip import Limits, Redirect, Trip, host_of
from reader.sources.http.unpacking import unpacked
from reader.subscriptions import Status

__all__ = [
    "NOTHING_KNOWN",
    "Answer",
    "FetchFailed",
    "Fetcher",
    "Known",
    "Limits",
]

_OVER_CONDITIONS = (400, 412, 431)
"""Statuses of servers that reject validators which they sent themselves."""


class Fetcher:
    """Fetch many addresses in parallel, a few per host.

    Raises SourceError if the environment names an unusable proxy.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._at_once = asyncio.Semaphore(limits.at_once)
        self._hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(limits.a_host)
        )
        self._names = Names()
        self._client = new_client(limits.seconds, self._names)

    async def __aenter__(self) -> Self:
        # A hanging resolver cannot be cancelled: this executor does not wait for it.
        asyncio.get_running_loop().set_default_executor(ThreadPerLookup())
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
        """Return the bytes at an address. Raises FetchFailed, whatever the server does.

        secrets: headers that only the address's own host gets. named: the address that the user
        named, if a server named this one; empty if the user named none. A host on this machine or
        its network is asked only if the user named it.
        """
        wish = Wish(host_of(url if named is None else named))
        trip = Trip(url, known.sendable.conditions, secrets or {}, self._limits, wish)
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
        """Raise FetchFailed for an address that is asked only if the user names it.

        named: as in `get`. An address that cannot be looked up is harmless.
        """
        trip = Trip(url, {}, {}, self._limits, Wish(host_of(named)))
        with suppress(OSError, UnicodeError, TimeoutError):
            async with asyncio.timeout(self._limits.seconds):
                await self._look_at(trip)

    async def _look_at(self, trip: Trip) -> None:
        """Check where the next request goes. Raises FetchFailed, OSError.

        A proxy looks up names itself: then a name is judged by its text.
        """
        _host = trip.address.host  # raises for a host that httpx cannot ask
        host, redirected = trip.address.raw_host.decode(), bool(trip.elsewhere)
        is_direct = self._is_direct(trip.address)
        if not is_direct or not trip.wish.is_inside:
            trip.wish.check(host, None, redirected=redirected)
        if is_direct:
            trip.wish.check(host, await self._names.look_up(host), redirected=redirected)

    def _is_direct(self, url: httpx.URL) -> bool:
        """Return whether no proxy is used. httpx has no public way to ask."""
        find = getattr(self._client, "_transport_for_url", None)
        return find is None or find(url) is getattr(self._client, "_transport", None)

    async def _hop(self, trip: Trip) -> Answer | Redirect:
        """Send one request. Waiting for a free slot does not count as time taken."""
        loop = asyncio.get_running_loop()
        async with self._hosts[trip.address.raw_host.decode()], self._at_once:
            started = loop.time()
            try:
                async with asyncio.timeout(max(trip.left, 0.001)):
                    await self._look_at(trip)
                    return await self._ask(trip)
            except TimeoutError as error:
                reason = _("it took longer than {number:g} seconds")
                reason = reason.format(number=self._limits.seconds)
                raise FetchFailed(Status.TOO_SLOW, reason) from error
            except (OSError, UnicodeError) as error:
                raise not_found(error) from error
            finally:
                trip.left -= loop.time() - started

    async def _ask(self, trip: Trip) -> Answer | Redirect:
        try:
            request = self._client.build_request("GET", trip.address, headers=trip.headers)
            response = await self._client.send(request, stream=True)
        except Exception as error:
            raise failure(error) from error
        try:
            return await self._answer(response, trip)
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise failure(error, Status.TRUNCATED) from error
        finally:
            await response.aclose()

    async def _answer(self, response: httpx.Response, trip: Trip) -> Answer | Redirect:
        code, raw = response.status_code, response.headers.raw
        headers = {name.lower(): value for name, value in reversed(raw)}
        trip.remember(value for name, value in raw if name.lower() == b"set-cookie")
        if code in REDIRECTS and (to := response.extensions.get(LOCATION)):
            return Redirect(code, to)
        if code == 304:
            return Answer(None, Known.of(headers))
        if not 200 <= code < 300:
            raise refused(code, headers.get(b"retry-after", b"").decode("latin-1"))
        named = headers.get(b"content-encoding", b"").decode("latin-1")
        body = await unpacked(response.aiter_raw(), named, self._limits.bytes)
        return Answer(body, Known.of(headers), content_type(headers.get(b"content-type", b"")))
