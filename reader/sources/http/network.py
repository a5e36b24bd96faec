"""The network below HTTP: names are looked up once, and connections go to those addresses.

So a name's addresses are checked before anything is sent, and a name that resolves differently a
moment later changes nothing: no connection looks it up again.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import chain, zip_longest
from typing import Any

import httpcore

from reader.sources.http.response_heads import HeadStream

NEXT_ADDRESS_S = 0.25
"""Seconds without an answer after which the next address of a name is tried in parallel."""


class Names:
    """Addresses of names, each looked up once."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[str, ...]] = {}

    async def look_up(self, host: str) -> tuple[str, ...]:
        """Return the addresses of a host, which may be an address. Raises OSError, UnicodeError."""
        if host not in self._found:
            made = tuple(_in_turn(await _resolved(host)))
            self._found.setdefault(host, made)
        return self._found[host]

    def found(self, host: str) -> tuple[str, ...]:
        """Return the addresses that were looked up; none for another host."""
        return self._found.get(host, ())


class ThreadPerLookup(ThreadPoolExecutor):
    """An executor with a thread per lookup, which the end of the program does not wait for."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        """Run a function in a new daemon thread."""
        future: Future[Any] = Future()

        def run() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(fn(*args, **options))
                except BaseException as error:  # noqa: BLE001 - raised by `future.result()`
                    future.set_exception(error)

        threading.Thread(target=run, name="resolver", daemon=True).start()
        return future


async def _resolved(host: str) -> list[str]:
    """Return the addresses of a host as the system resolves it. Raises OSError, UnicodeError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _in_turn(addresses: Sequence[str]) -> Iterator[str]:
    """Yield IPv6 and IPv4 addresses alternately, so that a dead protocol costs little."""
    six = [each for each in addresses if ":" in each]
    four = [each for each in addresses if ":" not in each]
    return filter(None, chain.from_iterable(zip_longest(six, four)))


class Backend(httpcore.AsyncNetworkBackend):
    """httpcore's network, except for where names lead and for the heads of responses."""

    def __init__(self, names: Names) -> None:
        self._inner = httpcore.AnyIOBackend()
        self._names = names

    async def connect_tcp(self, host: str, *values: Any, **named: Any) -> "HeadStream":
        """Connect to an address of the host that was looked up. Raises ConnectError."""
        addresses = self._names.found(host)
        if not addresses:  # connect only to addresses that were checked
            raise httpcore.ConnectError("the name was not looked up")  # not shown
        return HeadStream(await self._any_of(addresses, values, named))

    async def _any_of(
        self, addresses: Sequence[str], values: Sequence[Any], named: dict[str, Any]
    ) -> httpcore.AsyncNetworkStream:
        """Return the first connection that succeeds, of attempts that start one after another."""
        left = list(addresses)
        running: set[asyncio.Task[httpcore.AsyncNetworkStream]] = set()
        failure: BaseException = httpcore.ConnectError("no address")  # not shown
        try:
            while left or running:
                if left:
                    attempt = self._inner.connect_tcp(left.pop(0), *values, **named)
                    running.add(asyncio.create_task(attempt))
                wait = NEXT_ADDRESS_S if left else None
                done, running = await asyncio.wait(
                    running, timeout=wait, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    if (error := task.exception()) is None:
                        running |= done - {task}
                        return task.result()
                    failure = error
        finally:
            await _given_up(running)
        raise failure

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Refuse: a source is never a Unix socket."""
        raise httpcore.ConnectError("a Unix socket is not a source")  # not shown

    async def sleep(self, seconds: float) -> None:
        """Sleep as httpcore's backend does."""
        await self._inner.sleep(seconds)


async def _given_up(running: set[asyncio.Task[httpcore.AsyncNetworkStream]]) -> None:
    """Cancel attempts that are still running."""
    for task in running:
        task.cancel()
    for made in await asyncio.gather(*running, return_exceptions=True):
        if isinstance(made, httpcore.AsyncNetworkStream):
            with suppress(Exception):
                await made.aclose()
