"""Bytes from the web: each fault gives its status in time, and no secret leaks."""

import asyncio
import gzip
import shutil
import ssl
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest

from reader.errors import SourceError
from reader.sources.http.fetcher import Answer, Fetcher, FetchFailed, Known, Limits
from reader.subscriptions import Status
from tests.news_server import FAULTS, NewsServer, feed, news_server, redirect, with_etag

LIMITS = Limits(seconds=20, bytes=256 * 1024)
"""Time enough for every answer on a busy machine: only what never ends is cut short."""
HURRIED = LIMITS._replace(seconds=0.8)

EXPECTED = {
    "redirect-loop": Status.REDIRECT_LOOP,
    "redirect-loop-2": Status.REDIRECT_LOOP,
    "redirect-chain": Status.REDIRECT_LOOP,
    "redirect-file": Status.REJECTED,
    "redirect-userinfo": Status.REJECTED,
    "redirect-nowhere": Status.REJECTED,
    "400": Status.REJECTED,
    "401": Status.UNAUTHORIZED,
    "403": Status.FORBIDDEN,
    "404": Status.NOT_FOUND,
    "410": Status.GONE,
    "429": Status.RATE_LIMITED,
    "429-date": Status.RATE_LIMITED,
    "429-nonsense": Status.RATE_LIMITED,
    "500": Status.SERVER_ERROR,
    "503": Status.SERVER_ERROR,
    "truncated": Status.TRUNCATED,
    "truncated-gzip": Status.TRUNCATED,
    "broken-gzip": Status.TRUNCATED,
    "gzip-bomb": Status.TOO_LARGE,
    "stacked-encodings": Status.NOT_A_FEED,
    "unasked-encoding": Status.NOT_A_FEED,
    "endless": Status.TOO_LARGE,
    "slow-body": Status.TOO_SLOW,
    "silent": Status.TOO_SLOW,
    "slow-redirects": Status.TOO_SLOW,
    "hangs-up": Status.UNREACHABLE,
    "no-http": Status.UNREACHABLE,
}

OF_THE_BODY = {"304-unasked", "html", "empty"}
"""Well answered: what is wrong with them shows when they are read."""


def get(
    url: str,
    known: Known = Known(),  # noqa: B008
    secrets: dict[str, str] | None = None,
    limits: Limits = LIMITS,
) -> Answer:
    async def asked() -> Answer:
        async with Fetcher(limits) as fetcher:
            return await fetcher.get(url, known=known, secrets=secrets)

    return asyncio.run(asked())


def failure(url: str, limits: Limits = LIMITS) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        get(url, limits=limits)
    return caught.value


def limits_for(status: Status) -> Limits:
    """What dawdles would do so for ever: it is the deadline that ends it, if anything does."""
    return HURRIED if status is Status.TOO_SLOW else LIMITS


def test_every_fault_is_expected() -> None:
    assert EXPECTED.keys() | OF_THE_BODY == FAULTS.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_each_fault_gives_its_own_status(server: NewsServer, name: str) -> None:
    failed = failure(server.url(f"/{name}"), limits_for(EXPECTED[name]))
    assert failed.status == EXPECTED[name]
    assert str(failed)
    assert "127.0.0.1" not in str(failed)


def test_a_successful_answer_is_complete(server: NewsServer) -> None:
    body = feed("Story 1")
    url = server.serve("/feed", body, Content_Type="application/rss+xml", ETag='"a"')
    answer = get(url)
    assert answer == Answer(body, Known('"a"', ""), "application/rss+xml", "")


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(feed("Story 1")),
        gzip.compress(feed("Story 1")[:100]) + gzip.compress(feed("Story 1")[100:]),
        zlib.compress(feed("Story 1")),
    ],
    ids=["gzip", "two streams", "zlib"],
)
def test_one_encoding_is_removed(server: NewsServer, packed: bytes) -> None:
    encoding = "gzip" if packed.startswith(b"\x1f\x8b") else "deflate"
    assert get(server.serve("/feed", packed, Content_Encoding=encoding)).body == feed("Story 1")


def test_an_unchanged_page_is_not_sent_again(server: NewsServer) -> None:
    server.routes["/feed"] = with_etag(feed("Story 1"))
    first = get(server.url("/feed"))
    assert first.body == feed("Story 1")
    second = get(server.url("/feed"), first.known)
    assert (second.body, second.known) == (None, first.known)


def test_both_validators_are_sent(server: NewsServer) -> None:
    url = server.serve("/feed", feed("Story 1"))
    get(url, Known('W/"x"', "Sat, 14 Mar 2026 12:00:00 GMT"))
    (headers,) = server.asked("/feed")
    assert headers["if-none-match"] == 'W/"x"'
    assert headers["if-modified-since"] == "Sat, 14 Mar 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("codes", "permanent"),
    [
        ((301,), "/2"),
        ((308, 301), "/3"),
        ((302,), ""),
        ((302, 301), ""),
        ((301, 302), "/2"),
        ((307, 303), ""),
    ],
)
def test_only_a_chain_of_permanent_redirects_is_remembered(
    server: NewsServer, codes: tuple[int, ...], permanent: str
) -> None:
    for number, code in enumerate(codes, 1):
        server.routes[f"/{number}"] = redirect(f"/{number + 1}", code)
    server.serve(f"/{len(codes) + 1}", feed("Story 1"))
    answer = get(server.url("/1"))
    assert answer.body == feed("Story 1")
    assert answer.permanent == (server.url(permanent) if permanent else "")


def test_a_key_goes_to_its_own_host_and_to_no_other(server: NewsServer) -> None:
    with news_server() as other:
        server.routes["/api"] = redirect("/same-host")
        server.routes["/same-host"] = redirect(other.url("/elsewhere"))
        other.routes["/elsewhere"] = redirect(server.url("/back"))
        server.serve("/back", feed("Story 1"))
        get(server.url("/api"), secrets={"x-api-key": "hush"})
        assert [headers.get("x-api-key") for _, headers in server.seen] == ["hush"] * 3
        assert [headers.get("x-api-key") for _, headers in other.seen] == [None]


def test_an_invalid_key_appears_in_no_error(server: NewsServer) -> None:
    with pytest.raises(FetchFailed) as caught:
        get(server.url("/404"), secrets={"x-api-key": "hush\r\nX-Other: 1"})
    assert caught.value.status == Status.REJECTED
    assert "hush" not in str(caught.value)
    assert server.seen == []


@pytest.mark.parametrize(
    ("name", "seconds"), [("429", 999999999999.0), ("503", 30.0), ("500", None)]
)
def test_the_pause_that_a_server_asks_for_is_passed_on(
    server: NewsServer, name: str, seconds: float | None
) -> None:
    assert failure(server.url(f"/{name}")).retry_after == seconds


def test_an_address_without_a_server_is_unreachable(server: NewsServer) -> None:
    url = server.url("/feed")
    server.server_close()
    assert failure(url).status == Status.UNREACHABLE
    assert failure("http://nobody.invalid/feed").status == Status.UNREACHABLE


@pytest.mark.parametrize(
    "url", ["http://" + "a" * 70 + ".example/", "http://\u2460.\u00df\u0300-/", "http://[::1"]
)
def test_an_invalid_address_is_rejected(url: str) -> None:
    assert failure(url).status in (Status.REJECTED, Status.UNREACHABLE)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "nonsense://x", "http://[::1"])
def test_an_invalid_proxy_address_is_named(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(SourceError, match="ALL_PROXY"):
        get("http://127.0.0.1:9/feed")


def test_a_few_at_a_time_at_one_host(server: NewsServer) -> None:
    at_once, most = [0], [0]

    def count(request: object) -> None:
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        time.sleep(0.02)
        at_once[0] -= 1
        request.answer(200, b"x")  # type: ignore[attr-defined]

    server.routes["/feed"] = count

    async def many() -> None:
        async with Fetcher(Limits(seconds=5)) as fetcher:
            await asyncio.gather(*(fetcher.get(server.url("/feed")) for _ in range(20)))

    asyncio.run(many())
    assert most[0] <= Limits().a_host


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Return a new, self-signed certificate for this machine: its file and that of its key."""
    key, made = folder / f"{name}.key", folder / f"{name}.pem"
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(made)]
    subprocess.run([*words.split(), *subject, *files], check=True, capture_output=True)
    return made, key


needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="makes the certificate")


@needs_openssl
def test_a_certificate_that_is_not_trusted_is_refused(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(tmp_path, "unknown"))
    with news_server(context) as server:
        server.serve("/feed", feed("Story 1"))
        failed = failure(server.url("/feed"))
    assert failed.status == Status.CERTIFICATE
    assert server.seen == []


HANGING_RESOLVER = """
import asyncio, socket, threading
from reader.sources.http.fetcher import Fetcher, FetchFailed, Limits

socket.getaddrinfo = lambda *_, **__: threading.Event().wait()

async def asked():
    async with Fetcher(Limits(seconds=0.2)) as fetcher:
        await fetcher.get("https://nowhere.example/")

try:
    asyncio.run(asked())
except FetchFailed as error:
    print(error.status)
"""


def test_the_program_ends_while_a_name_lookup_hangs() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", HANGING_RESOLVER],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert ended.stdout.strip() == Status.TOO_SLOW
