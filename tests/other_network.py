"""A network of names and addresses for tests; every address is really the loopback.

It stands in for the resolver and for the socket, below all rules about where a fetch may go.
"""

from collections.abc import Callable
from typing import Any

import httpcore
import pytest

PUBLIC = "93.184.216.34"
OTHER_PUBLIC = "2606:2800:220:1:248:1893:25c8:1946"

Answers = list[str] | Callable[[], list[str]]


class Network:
    """`names`: hosts to addresses, of which an unknown one is itself; `connected`: where to."""

    def __init__(self) -> None:
        self.names: dict[str, Answers] = {}
        self.asked: list[str] = []
        self.connected: list[str] = []


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    """Take the place of the resolver and of the socket."""
    made = Network()
    connect = httpcore.AnyIOBackend.connect_tcp

    async def resolved(host: str) -> list[str]:
        made.asked.append(host)
        answers = made.names.get(host, [host])
        return answers() if callable(answers) else answers

    async def to_loopback(
        self: httpcore.AnyIOBackend, host: str, *values: Any, **named: Any
    ) -> httpcore.AsyncNetworkStream:
        made.connected.append(host)
        return await connect(self, "127.0.0.1", *values, **named)

    monkeypatch.setattr("reader.sources.http.network._resolved", resolved)
    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", to_loopback)
    return made
