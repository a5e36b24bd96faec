"""A real HTTP server on the loopback that serves news and, by name, any fault."""

import gzip
import json
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit
from xml.sax.saxutils import escape

from reader.sources.http.fetcher import Limits
from tests.builders import NOW

Handler = Callable[["Request"], None]


def feed(*titles: str, name: str = "Block Ledger", ids: str = "") -> bytes:
    """RSS. The n-th story is from n hours before NOW; ids: what its guids begin with."""
    items = [
        f"<item><title>{escape(title)}</title><guid>{ids}{escape(title)}</guid>"
        f"<link>https://news.example/{quote(title)}</link>"
        f"<pubDate>{published(number)}</pubDate>"
        f"<description>{escape(text(title))}</description></item>"
        for number, title in enumerate(titles, 1)
    ]
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>{escape(name)}</title><link>https://news.example/</link>"
        f"{''.join(items)}</channel></rss>"
    ).encode()


def text(title: str) -> str:
    return f"{title} is a story with enough words to be one. It goes on for a second sentence."


def published(number: int) -> str:
    return format_datetime(NOW - timedelta(hours=number), usegmt=True)


def api_page(*numbers: int, **values: Any) -> bytes:
    """A page of the Data API: the n-th story is n minutes before NOW."""
    return json.dumps(
        {"Data": [api_item(number) | values for number in numbers], "Err": {}}
    ).encode()


def api_item(number: int) -> dict[str, Any]:
    return {
        "ID": 1000 + number,
        "GUID": f"guid-{number}",
        "PUBLISHED_ON": int(NOW.timestamp()) - 60 * number,
        "UPDATED_ON": None,
        "TITLE": f"Story {number} of the API",
        "SUBTITLE": "",
        "AUTHORS": "A. Writer",
        "URL": f"https://news.example/api/{number}",
        "BODY": text(f"Story {number} of the API"),
        "KEYWORDS": "BTC|MARKETS",
        "LANG": "EN",
        "SENTIMENT": "POSITIVE",
        "SCORE": 3,
        "IMAGE_URL": "",
        "SOURCE_DATA": {"SOURCE_KEY": "block_ledger", "NAME": "Block Ledger", "SOURCE_TYPE": "RSS"},
        "CATEGORY_DATA": [{"NAME": "BTC", "CATEGORY": "BTC"}],
    }


class Request(BaseHTTPRequestHandler):
    """What a handler answers."""

    protocol_version = "HTTP/1.1"
    server: "NewsServer"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.server.seen.append(
            (path, {name.lower(): value for name, value in self.headers.items()})
        )
        try:
            self.server.routes.get(path, not_found)(self)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True

    def answer(self, code: int = 200, body: bytes = b"", **headers: str) -> None:
        self.send_response(code)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in ({"Content-Length": str(len(body))} | named).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    @property
    def asked(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    def log_message(self, *_: Any) -> None:
        pass


class NewsServer(ThreadingHTTPServer):
    """A server. `routes`: path to handler; `seen`: path and headers of every request."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.routes: dict[str, Handler] = {f"/{name}": fault for name, fault in FAULTS.items()}
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.ended = threading.Event()
        """Lets go of those that dawdle."""
        self.scheme = "http"

    def url(self, path: str) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}{path}"

    def serve(self, path: str, body: bytes, **headers: str) -> str:
        """Answer with the body from now on; the address."""
        self.routes[path] = lambda request: request.answer(200, body, **headers)
        return self.url(path)

    def asked(self, path: str) -> list[dict[str, str]]:
        """The headers of each request for a path."""
        return [headers for seen, headers in self.seen if seen == path]

    def handle_error(self, *_: Any) -> None:
        pass


@contextmanager
def news_server(context: ssl.SSLContext | None = None) -> Iterator[NewsServer]:
    with NewsServer() as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
            server.scheme = "https"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
            thread.join()


def with_etag(body: bytes, etag: str = '"v1"', modified: str = "") -> Handler:
    """Return a handler that answers 304 to a request with the right validator."""

    def handler(request: Request) -> None:
        headers = {"ETag": etag} | ({"Last_Modified": modified} if modified else {})
        if request.headers.get("If-None-Match") == etag:
            request.answer(304, b"", **headers)
        else:
            request.answer(200, body, **headers)

    return handler


def redirect(to: str, code: int = 302) -> Handler:
    return lambda request: request.answer(code, Location=to)


def after(seconds: float, handler: Handler) -> Handler:
    """The same answer, from far away."""

    def late(request: Request) -> None:
        time.sleep(seconds)
        handler(request)

    return late


# Faults.


def not_found(request: Request) -> None:
    request.answer(404, b"<html>nothing here</html>")


def code(number: int, **headers: str) -> Handler:
    return lambda request: request.answer(number, b"<html>no</html>", **headers)


def loop(request: Request) -> None:
    request.answer(302, Location="/redirect-loop-2")


def loop_back(request: Request) -> None:
    request.answer(301, Location="/redirect-loop")


def longer_and_longer(request: Request) -> None:
    number = int(request.asked.get("n", "0"))
    request.answer(302, Location=f"/redirect-chain?n={number + 1}")


def truncated(request: Request) -> None:
    body = feed("Story 1", "Story 2")
    request.answer(200, body[: len(body) // 2], Content_Length=str(len(body)))
    request.close_connection = True


def truncated_gzip(request: Request) -> None:
    body = gzip.compress(feed("Story 1", "Story 2"))
    request.answer(200, body[: len(body) // 2], Content_Encoding="gzip")


def broken_gzip(request: Request) -> None:
    request.answer(200, b"\x1f\x8b\x08" + b"no gzip at all" * 20, Content_Encoding="gzip")


def html(request: Request) -> None:
    request.answer(
        200, b"<!doctype html><html><body><p>Log in</p></body></html>", Content_Type="text/html"
    )


@cache
def bomb_body() -> bytes:
    """50 MiB of zeros: one packed block, which is then repeated, so that it is made at once."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    head, end = b"\x1f\x8b\x08" + bytes(7), b"\x03\0"
    return head + 50 * block + end + struct.pack("<II", zlib.crc32(bytes(50 * 2**20)), 50 * 2**20)


def bomb(request: Request) -> None:
    request.answer(200, bomb_body(), Content_Encoding="gzip")


def stacked(request: Request) -> None:
    body = gzip.compress(gzip.compress(feed("Story 1")))
    request.answer(200, body, Content_Encoding="gzip, gzip")


def unasked_encoding(request: Request) -> None:
    request.answer(200, b"\x0b\x02\x80" + bytes(range(256)), Content_Encoding="br")


def endless(request: Request) -> None:
    request.send_response(200)
    request.send_header("Connection", "close")
    request.end_headers()
    while not request.server.ended.is_set():
        request.wfile.write(bytes(2**16))


def slow_body(request: Request) -> None:
    """A byte now and then keeps every timeout between two reads from firing."""
    request.send_response(200)
    request.send_header("Content-Length", "100000")
    request.end_headers()
    while not request.server.ended.wait(0.02):
        request.wfile.write(b" ")


def silent(request: Request) -> None:
    request.server.ended.wait()


SLOW_REDIRECTS_S = 0.5 * Limits().redirects
"""What the redirects take together before there are too many of them."""


def slow_redirects(request: Request) -> None:
    """Each hop is quick enough; all of them are not."""
    request.server.ended.wait(0.5)
    number = int(request.asked.get("n", "0"))
    request.answer(302, Location=f"/slow-redirects?n={number + 1}")


def hangs_up(request: Request) -> None:
    request.close_connection = True


def no_http(request: Request) -> None:
    request.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    request.close_connection = True


FAULTS: dict[str, Handler] = {
    "redirect-loop": loop,
    "redirect-loop-2": loop_back,
    "redirect-chain": longer_and_longer,
    "redirect-file": redirect("file:///etc/passwd"),
    "redirect-userinfo": redirect("http://user:secret@127.0.0.1/"),
    "redirect-nowhere": redirect("http://[::1"),
    "304-unasked": code(304),
    "400": code(400),
    "401": code(401),
    "403": code(403),
    "404": code(404),
    "410": code(410),
    "429": code(429, Retry_After="999999999999"),
    "429-date": code(429, Retry_After="Fri, 31 Dec 9999 23:59:59 GMT"),
    "429-nonsense": code(429, Retry_After="-1 soon \x1b[2J"),
    "500": code(500),
    "503": code(503, Retry_After="30"),
    "truncated": truncated,
    "truncated-gzip": truncated_gzip,
    "broken-gzip": broken_gzip,
    "html": html,
    "empty": code(200),
    "gzip-bomb": bomb,
    "stacked-encodings": stacked,
    "unasked-encoding": unasked_encoding,
    "endless": endless,
    "slow-body": slow_body,
    "silent": silent,
    "slow-redirects": slow_redirects,
    "hangs-up": hangs_up,
    "no-http": no_http,
}
FAULTS["empty"] = lambda request: request.answer(200)
