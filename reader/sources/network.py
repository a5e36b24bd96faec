"""The network below HTTP: names are looked up once, and connections go where was looked.

Who asks an address sees what its name resolves to before anything is sent, and a name that
resolves otherwise a moment later changes nothing: no connection looks it up again.
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

from reader.sources.response_heads import HeadStream

NEXT_ADDRESS_S = 0.25
"""After so long without an answer the next address of a name is tried beside it."""


class Names:
    """What names resolve to, each looked up once."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[str, ...]] = {}

    async def look_up(self, host: str) -> tuple[str, ...]:
        """Return the addresses of a host, which may be an address. Raises OSError, UnicodeError."""
        if host not in self._found:
            made = tuple(_in_turn(await _resolved(host)))
            self._found.setdefault(host, made)
        return self._found[host]

    def found(self, host: str) -> tuple[str, ...]:
        """Return what was looked up; nothing for another host."""
        return self._found.get(host, ())


class Impatient(ThreadPoolExecutor):
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


async def _resolved(host: str) -> list[str]:
    """Return the addresses of a host as the system resolves it. Raises OSError, UnicodeError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _in_turn(addresses: Sequence[str]) -> Iterator[str]:
    """Yield the addresses of version 6 and 4 in turn, so that one that is cut off costs little."""
    six = [each for each in addresses if ":" in each]
    four = [each for each in addresses if ":" not in each]
    return filter(None, chain.from_iterable(zip_longest(six, four)))


class Backend(httpcore.AsyncNetworkBackend):
    """The network as it is, but for where names lead and for the heads of responses."""

    def __init__(self, names: Names) -> None:
        self._inner = httpcore.AnyIOBackend()
        self._names = names

    async def connect_tcp(self, host: str, *values: Any, **named: Any) -> "HeadStream":
        addresses = self._names.found(host)
        if not addresses:  # nothing is connected to that was not looked at
            raise httpcore.ConnectError("the name was not looked up")
        return HeadStream(await self._any_of(addresses, values, named))

    async def _any_of(
        self, addresses: Sequence[str], values: Sequence[Any], named: dict[str, Any]
    ) -> httpcore.AsyncNetworkStream:
        """Return the first connection that there is, of attempts that begin one after another."""
        left = list(addresses)
        running: set[asyncio.Task[httpcore.AsyncNetworkStream]] = set()
        failure: BaseException = httpcore.ConnectError("no address")
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
        raise httpcore.ConnectError("no socket is a source")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


async def _given_up(running: set[asyncio.Task[httpcore.AsyncNetworkStream]]) -> None:
    """End attempts that came too late."""
    for task in running:
        task.cancel()
    for made in await asyncio.gather(*running, return_exceptions=True):
        if isinstance(made, httpcore.AsyncNetworkStream):
            with suppress(Exception):
                await made.aclose()
