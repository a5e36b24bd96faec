"""A proxy before a server, which counts round trips, and may delay or cut connections."""

import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Proxy:
    """Forwards connections to a port on loopback. `trips`: round trips so far, of all connections.

    A trip begins when the client asks for answers after the server has answered what it was asked
    for before. Statements that are sent together are one trip, however early their answers come.
    """

    def __init__(self, to: int) -> None:
        self.trips = 0
        self.bytes = 0
        self.delay_s = 0.0
        """How long each trip takes."""
        self.is_refusing = False
        """Whether new connections are cut at once."""
        self.is_silent = False
        """Whether nothing goes through, on connections that stay."""
        self._left: int | None = None
        self._to = to
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._is_open = True
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        port: int = self._listening.getsockname()[1]
        return port

    def _accept(self) -> None:
        while self._is_open:
            try:
                client, _ = self._listening.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                return
            if self.is_refusing:
                client.close()
                server.close()
                continue
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._pairs.append((client, server))
            threading.Thread(target=self._forward, args=(client, server), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        is_answered, sent = True, _Sent()
        with suppress(OSError, ValueError), client, server:
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    while self.is_silent and self._is_open:
                        time.sleep(0.01)
                    data = ready.recv(1 << 16)
                    if not data:
                        return
                    if ready is server:
                        is_answered = True
                        self.bytes += len(data)
                        client.sendall(data)
                        continue
                    if sent.asks_with(data):
                        if is_answered:
                            self.trips += 1
                            time.sleep(self.delay_s)
                            if self._is_last():
                                return
                        is_answered = False
                    server.sendall(data)

    def cut_after(self, trips: int | None) -> None:
        """Cut the connection that begins that trip from now on; None: none."""
        self._left = trips

    def _is_last(self) -> bool:
        if self._left is not None:
            self._left -= 1
        return self._left == 0

    def cut(self) -> None:
        """Cut every connection, as a network does."""
        pairs, self._pairs = self._pairs, []
        for each in (one for pair in pairs for one in pair):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Refuse new connections, and cut the others."""
        self._is_open = False
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()


class _Sent:
    """What a client sends, as PostgreSQL's protocol has it: messages, most with a type before."""

    _ASKING, _ENDING = b"Qp", b"SH"
    """Types of those that the client waits for the answer to: queries and passwords, and the ends
    of several others, unless an end has been sent already.

    The first message has no type: it opens the connection, or asks how that may be done.
    """
    _OPENS = 196608

    def __init__(self) -> None:
        self._left = b""
        self._is_open = False
        self._has_others = False

    def asks_with(self, data: bytes) -> bool:
        """Whether it asks for answers; the server waits for more otherwise."""
        self._left += data
        asks = False
        while len(self._left) >= (8, 5)[self._is_open]:
            start = int(self._is_open)
            end = start + int.from_bytes(self._left[start : start + 4], "big")
            if len(self._left) < end:
                break
            asks = self._asks(self._left[:end]) or asks
            self._left = self._left[end:]
        return asks

    def _asks(self, message: bytes) -> bool:
        if not self._is_open:
            self._is_open = int.from_bytes(message[4:8], "big") == self._OPENS
            return True
        if message[0] not in self._ENDING:
            self._has_others = message[0] not in self._ASKING
            return not self._has_others
        had_others, self._has_others = self._has_others, False
        return had_others


@contextmanager
def proxy(to: int) -> Iterator[Proxy]:
    """A proxy, closed at the end."""
    made = Proxy(to)
    try:
        yield made
    finally:
        made.close()
