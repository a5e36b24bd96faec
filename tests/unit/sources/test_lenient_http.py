"""Invalid answers of servers: a feed that a browser could read is read."""

import asyncio
import contextlib
import gzip
import zlib
from collections.abc import AsyncIterator, Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.sources.http.answers import MAX_VALIDATOR, content_type, location
from reader.sources.http.cookies import MAX_CHARACTERS, MAX_COOKIES, Cookies, Host
from reader.sources.http.fetcher import FetchFailed, Known
from reader.sources.http.response_heads import repaired
from reader.sources.http.unpacking import MAX_STREAMS, unpacked
from reader.subscriptions import Status
from tests.examples import one_in
from tests.news_server import Handler, NewsServer, Request, feed, news_server, redirect
from tests.unit.sources.test_http import LIMITS, failure, get

FEED = feed("Fees fall", "Blocks fill")
MANY = feed(*(f"Story {number} of a long page" for number in range(400)))


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


# Compression.

BODIES: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "raw deflate": raw_deflate,
    "gzip and zeros": lambda data: gzip.compress(data) + bytes(700),
    "gzip and a newline": lambda data: gzip.compress(data) + b"\r\n",
    "gzip and garbage": lambda data: gzip.compress(data) + b"<!-- cached -->" * 9000,
    "gzip, zeros, gzip": lambda data: (
        gzip.compress(data[:50]) + bytes(9) + gzip.compress(data[50:])
    ),
    "zlib and garbage": lambda data: zlib.compress(data) + b"\0\n",
    "stored gzip": lambda data: gzip.compress(data, 0),
    "stored zlib": lambda data: zlib.compress(data, 0),
    "blank lines, gzip": lambda data: b"\r\n\r\n \t" + gzip.compress(data),
    "a mark, gzip": lambda data: b"\n\xef\xbb\xbf\n" + gzip.compress(data),
    "padding, gzip": lambda data: bytes(1_024) + b"\n" * 3_000 + gzip.compress(data),
    "blank lines, stored gzip": lambda data: b"\n" + gzip.compress(data, 0),
    "blank lines, zlib": lambda data: b"\n\n" + zlib.compress(data),
}
NAMED = [
    *("", "gzip", "GZip", "x-gzip", "deflate", "identity", "none", "utf-8", "8bit", "text/xml"),
    *("gzip, gzip", "gzip,deflate", " , ", "identity, gzip", "application/x-gzip", "\xe9"),
]
DOCUMENTS = {
    "feed": FEED,
    "long": MANY,
    "utf-16": FEED.decode().encode("utf-16"),
    "utf-16 without a mark": FEED.decode().encode("utf-16-le"),
    "mark": b"\xef\xbb\xbf" + FEED,
    "blank": b"\r\n\n" + FEED,
    "latin-1": "<rss>café, naïve</rss>".encode("latin-1"),
    "json": b'{"version": "https://jsonfeed.org/version/1.1", "items": []}',
    "list": b"[]",
    "x": b"x^2 is not a feed",
    "empty": b"",
}


@pytest.mark.parametrize("named", one_in(4, NAMED))
@pytest.mark.parametrize("body", BODIES)
def test_the_bytes_of_the_body_count_and_not_the_header(
    server: NewsServer, body: str, named: str
) -> None:
    url = server.serve(
        "/feed", BODIES[body](FEED), **({"Content_Encoding": named} if named else {})
    )
    assert get(url).body == FEED


@pytest.mark.parametrize("body", ["plain", "gzip", "zlib", "raw deflate", "stored zlib"])
@pytest.mark.parametrize("document", DOCUMENTS)
def test_any_document_is_read_back_as_it_was_written(
    server: NewsServer, document: str, body: str
) -> None:
    data = DOCUMENTS[document]
    url = server.serve("/feed", BODIES[body](data), Content_Encoding="gzip")
    assert get(url).body == data


@pytest.mark.parametrize("named", ["gzip", "deflate", "none"])
def test_an_empty_body_is_empty_whatever_it_is_called(server: NewsServer, named: str) -> None:
    assert get(server.serve("/feed", b"", Content_Encoding=named)).body == b""


@pytest.mark.parametrize("named", ["br", "zstd", "BR", "compress", "gzip, br"])
def test_an_unrequested_encoding_is_reported(server: NewsServer, named: str) -> None:
    server.serve("/feed", b"\x0b\x02\x80" + bytes(range(256)), Content_Encoding=named)
    failed = failure(server.url("/feed"))
    assert failed.status == Status.NOT_A_FEED
    assert "not asked for" in str(failed)


@pytest.mark.parametrize("named", ["br", "zstd", "gzip, br"])
@pytest.mark.parametrize("body", ["plain", "gzip", "zlib"])
def test_a_body_that_shows_what_it_is_may_be_called_anything(
    server: NewsServer, body: str, named: str
) -> None:
    url = server.serve("/feed", BODIES[body](FEED), Content_Encoding=named)
    assert get(url).body == FEED


def test_zstd_is_known_by_its_first_bytes(server: NewsServer) -> None:
    failed = failure(server.serve("/feed", b"\x28\xb5\x2f\xfd\x04\x58" + FEED))
    assert (failed.status, "not asked for" in str(failed)) == (Status.NOT_A_FEED, True)


@pytest.mark.parametrize("outer", [gzip.compress, zlib.compress])
@pytest.mark.parametrize("inner", [gzip.compress, zlib.compress, raw_deflate])
def test_compression_within_compression_is_refused(
    server: NewsServer, outer: Callable[[bytes], bytes], inner: Callable[[bytes], bytes]
) -> None:
    failed = failure(server.serve("/feed", outer(inner(MANY))))
    assert (failed.status, "more than once" in str(failed)) == (Status.NOT_A_FEED, True)


@pytest.mark.parametrize("named", ["", "gzip", "none"])
@pytest.mark.parametrize("packed", [gzip.compress(MANY), zlib.compress(MANY), raw_deflate(MANY)])
@pytest.mark.parametrize("left", [0.5, 0.99])
def test_an_incomplete_stream_is_a_distinct_error(
    server: NewsServer, named: str, packed: bytes, left: float
) -> None:
    headers = {"Content_Encoding": named} if named else {}
    server.serve("/feed", packed[: int(len(packed) * left)], **headers)
    assert failure(server.url("/feed")).status == Status.TRUNCATED


@pytest.mark.parametrize("padding", [b"\n" * 50_000, b"\n" * 500_000, bytes(200_000)])
def test_padding_is_bounded_and_a_document_keeps_its_own(
    server: NewsServer, padding: bytes
) -> None:
    for body in (padding, padding + gzip.compress(FEED), padding + FEED):
        url = server.serve("/feed", body)
        if len(body) > LIMITS.bytes:
            assert failure(url).status is Status.TOO_LARGE
        elif body.endswith(FEED):
            assert get(url).body == body
    bomb = b"\n" * 100 + gzip.compress(bytes(10 * LIMITS.bytes))
    assert failure(server.serve("/feed", bomb)).status is Status.TOO_LARGE


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, raw_deflate])
def test_a_bomb_is_noticed_without_a_header_too(
    server: NewsServer, pack: Callable[[bytes], bytes]
) -> None:
    url = server.serve("/feed", pack(b"<rss>" + bytes(32) + b" " * 4 * LIMITS.bytes))
    assert failure(url).status == Status.TOO_LARGE


def test_bytes_after_the_end_of_a_stream_are_bounded_too(server: NewsServer) -> None:
    url = server.serve("/feed", gzip.compress(FEED) + bytes(LIMITS.bytes))
    assert failure(url).status == Status.TOO_LARGE


def test_a_body_of_very_many_streams_is_refused(server: NewsServer) -> None:
    one = gzip.compress(b"")
    assert get(server.serve("/some", one * 500 + gzip.compress(FEED))).body == FEED
    assert failure(server.serve("/many", one * (MAX_STREAMS + 2))).status == Status.NOT_A_FEED


def test_a_complete_body_is_accepted_despite_a_wrong_content_length(server: NewsServer) -> None:
    def longer(request: Request) -> None:
        request.answer(200, gzip.compress(FEED), Content_Length=str(len(FEED)))
        request.close_connection = True

    server.routes["/feed"] = longer
    assert get(server.url("/feed")).body == FEED


# Validators.


@pytest.mark.parametrize(
    ("etag", "kept"),
    [
        ('"v1"', True),
        ("unquoted-and.odd=", True),
        ('W/"two words"', True),
        ('"caf\xe9"', False),
        ('"' + "x" * MAX_VALIDATOR + '"', False),
        ("\x80\xff", False),
        ('"tab\there"', False),
    ],
)
@pytest.mark.parametrize("header", ["ETag", "Last-Modified"])
def test_a_validator_is_kept_only_where_it_can_be_sent_back_as_it_came(
    server: NewsServer, header: str, etag: str, kept: bool
) -> None:
    url = server.serve("/feed", FEED, **{header.replace("-", "_"): etag})
    known = get(url).known
    there = etag if kept else ""
    assert known == (Known(etag=there) if header == "ETag" else Known(last_modified=there))
    get(url, known)
    sent = server.asked("/feed")[1]
    assert [sent.get("if-none-match"), sent.get("if-modified-since")].count(etag) == kept


@pytest.mark.parametrize(
    "value", ['"caf\xe9"', '"\u0431"', '"a\r\nX-Other: 1"', "\x00", "x" * 5000]
)
def test_a_validator_that_was_stored_by_an_older_version_is_left_out(
    server: NewsServer, value: str
) -> None:
    url = server.serve("/feed", FEED)
    assert get(url, Known(value, value)).body == FEED
    (sent,) = server.asked("/feed")
    assert not {"if-none-match", "if-modified-since", "x-other"} & sent.keys()


@given(st.text(max_size=30))
def test_a_validator_is_kept_whole_or_not_at_all(value: str) -> None:
    assert Known(value).sendable.etag in (value, "")
    value.encode("utf-8", "replace").decode()
    Known(value).sendable.etag.encode("ascii")


@pytest.mark.parametrize("code", [400, 412, 431])
def test_a_server_that_fails_over_its_own_validators_is_asked_without(
    server: NewsServer, code: int
) -> None:
    def picky(request: Request) -> None:
        if "If-None-Match" in request.headers:
            request.answer(code)
        else:
            request.answer(200, FEED)

    server.routes["/feed"] = picky
    assert get(server.url("/feed"), Known('"v1"')).body == FEED
    server.routes["/never"] = lambda request: request.answer(code)
    with pytest.raises(FetchFailed):
        get(server.url("/never"), Known('"v1"'))
    assert len(server.asked("/never")) == 2


@pytest.mark.parametrize(
    ("header", "read"),
    [
        (b"application/rss+xml", "application/rss+xml"),
        (b'text/xml; charset="utf-8"', "text/xml; charset=utf-8"),
        (b"text/xml; charset='UTF-8'; x=1", "text/xml; charset=UTF-8; x=1"),
        (b"text/xml; Charset = latin-1", "text/xml; charset=latin-1"),
        (b"text/xml; charset=nonsense", "text/xml"),
        (b"text/xml; charset=", "text/xml"),
        (b"text/xml; charset=hex", "text/xml"),
        (b"text/xml; charset=punycode", "text/xml"),
        (b"text/xml; charset=undefined", "text/xml"),
        (b"te\xe9xt/xml\x1b; charset=\xff", "text/xml"),
        (b"", ""),
    ],
)
def test_a_content_type_names_an_encoding_that_there_is_or_none(header: bytes, read: str) -> None:
    assert content_type(header) == read


# Redirects.


@pytest.mark.parametrize(
    ("header", "read"),
    [
        (b" /a b?c#d\t", "/a b?c#d"),
        (b"/caf\xe9", "/caf%E9"),
        (b"/caf\xc3\xa9?q=\xe9", "/caf%C3%A9?q=%E9"),
        ("https://bücher.example/ü".encode(), "https://bücher.example/%C3%BC"),
        ("//bücher.example?ü".encode(), "//bücher.example?%C3%BC"),
        ("feed:https://bücher.example".encode(), "feed:https://bücher.example"),
        (b"", ""),
    ],
)
def test_an_address_of_a_redirect_is_read_with_its_bytes(header: bytes, read: str) -> None:
    assert location(header) == read


def cookie_wall(cookie: str = "seen=1; Path=/", code: int = 302) -> Handler:
    """Redirects to itself until the cookie comes back."""
    wanted = cookie.partition(";")[0]

    def handler(request: Request) -> None:
        if wanted in request.headers.get("Cookie", ""):
            request.answer(200, FEED)
        else:
            request.answer(code, Location=request.path, Set_Cookie=cookie)

    return handler


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_cookie_of_a_redirect_to_itself_comes_back(server: NewsServer, code: int) -> None:
    server.routes["/feed"] = cookie_wall(code=code)
    answer = get(server.url("/feed"))
    assert (answer.body, answer.permanent, answer.url) == (FEED, "", "")
    assert [sent.get("cookie") for sent in server.asked("/feed")] == [None, "seen=1"]


def test_cookies_are_forgotten_with_the_fetch_and_stay_with_their_host(server: NewsServer) -> None:
    server.routes["/feed"] = cookie_wall()
    get(server.url("/feed"))
    get(server.url("/feed"))
    assert [sent.get("cookie") for sent in server.asked("/feed")] == [None, "seen=1"] * 2
    with news_server() as other:
        server.routes["/away"] = lambda request: request.answer(
            302, Location=other.url("/back"), Set_Cookie="mine=1; Domain=127.0.0.1"
        )
        other.routes["/back"] = redirect(server.url("/end"))
        server.serve("/end", FEED)
        assert get(server.url("/away")).body == FEED
        assert [sent.get("cookie") for sent in other.asked("/back")] == [None]
        assert [sent.get("cookie") for sent in server.asked("/end")] == ["mine=1"]


def test_a_redirect_to_itself_is_a_loop_with_and_without_cookies(server: NewsServer) -> None:
    server.routes["/none"] = redirect("/none")
    assert failure(server.url("/none")).status == Status.REDIRECT_LOOP
    assert len(server.asked("/none")) == 1
    server.routes["/same"] = lambda request: request.answer(
        302, Location="/same", Set_Cookie="seen=1"
    )
    assert failure(server.url("/same")).status == Status.REDIRECT_LOOP
    assert len(server.asked("/same")) == 2

    def another_each_time(request: Request) -> None:
        number = len(request.server.asked("/more"))
        request.answer(302, Location="/more", Set_Cookie=f"n{number}={number}")

    server.routes["/more"] = another_each_time
    assert failure(server.url("/more")).status == Status.REDIRECT_LOOP
    assert len(server.asked("/more")) <= LIMITS.redirects + 1


def test_cookies_that_cannot_be_sent_are_left_out_and_all_are_bounded() -> None:
    host = Host("news.example", None)
    cookies = Cookies()
    given = [
        b"a=1; Secure",
        b"b=caf\xe9",
        b"c=x\x01y",
        b"lonely",
        b"a=2",
        b"d=" + b"x" * 5000,
        b"=e",
    ]
    cookies.take(host, given, secure=False)
    assert cookies.header(host, secure=False) == "a=2; lonely; =e"
    cookies.take(
        host, [b"a=; Max-Age=0", b"lonely; expires=Thu, 01 Jan 1970 00:00:00 GMT"], secure=True
    )
    cookies.take(host, [b"f=1; expires=nonsense", b"t=1; Max-Age=60"], secure=True)
    assert cookies.header(host, secure=False) == "=e"
    assert cookies.header(host, secure=True) == "=e; f=1; t=1"
    assert cookies.header(Host("news.example", 81), secure=True) == ""
    cookies.take(host, [b"n%d=%s" % (n, b"x" * 500) for n in range(1000)], secure=True)
    sent = cookies.header(host, secure=True)
    assert len(sent) <= MAX_CHARACTERS
    assert sent.count("; ") < MAX_COOKIES


def moved(location: bytes, code: int = 302) -> Handler:
    """A redirect with the bytes of its address as they are."""

    def handler(request: Request) -> None:
        request.wfile.write(b"HTTP/1.1 %d x\r\nContent-Length: 0\r\n" % code)
        request.wfile.write(b"Location: " + location + b"\r\n\r\n")

    return handler


@pytest.mark.parametrize("code", [300, 301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "asked"),
    [
        ("/new", "/new"),
        ("new", "/old/new"),
        ("../new", "/new"),
        ("?page=2", "/old/feed?page=2"),
        ("//{host}/new", "/new"),
        ("HTTP://{host}/new", "/new"),
        ("feed://{host}/new", "/new"),
        ("feed:http://{host}/new", "/new"),
        ("  /new\t", "/new"),
        ("/new#part", "/new"),
        ("/a b", "/a%20b"),
        ("/caf\xc3\xa9", "/caf%C3%A9"),
        ("/caf\xe9?q=\xe9", "/caf%E9?q=%E9"),
    ],
)
def test_a_redirect_is_followed_as_a_browser_follows_it(
    server: NewsServer, location: str, asked: str, code: int
) -> None:
    paths: list[str] = []

    def serve(request: Request) -> None:
        paths.append(request.path)
        request.answer(200, FEED)

    for path in ("/new", "/old/new", "/a%20b", "/caf%C3%A9", "/caf%E9"):
        server.routes[path] = serve
    first = moved(location.format(host=f"127.0.0.1:{server.server_port}").encode("latin-1"), code)
    server.routes["/old/feed"] = lambda request: (
        serve(request) if "?" in request.path else first(request)
    )
    answer = get(server.url("/old/feed"))
    assert (answer.body, paths) == (FEED, [asked])
    assert answer.url == server.url(asked)
    assert answer.permanent == (answer.url if code in (301, 308) else "")


@pytest.mark.parametrize(
    ("location", "trouble"),
    [
        (None, "without saying where"),
        (b"", "without saying where"),
        (b"javascript:alert(1)", "not a plain web address"),
        (b"feed:javascript:alert(1)", "not a plain web address"),
        (b"mailto:a@b.example", "not a plain web address"),
        (b"http://[::1", "an invalid address"),
    ],
)
def test_a_redirect_to_nowhere_says_so(
    server: NewsServer, location: bytes | None, trouble: str
) -> None:
    none: Handler = lambda request: request.answer(302)  # noqa: E731
    server.routes["/feed"] = none if location is None else moved(location)
    failed = failure(server.url("/feed"))
    assert (failed.status, trouble in str(failed)) == (Status.REJECTED, True)


# Any bytes in any pieces.


def unpacked_in(pieces: Iterable[bytes], most: int = 2**20) -> bytes:
    async def coming() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return asyncio.run(unpacked(coming(), "", most))


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@given(
    st.text(max_size=3000).map(lambda text: b"<rss>" + text.encode()),
    st.sampled_from(sorted(BODIES)),
    st.integers(1, 600),
)
def test_a_document_is_complete_in_whatever_pieces_it_arrives(
    document: bytes, body: str, size: int
) -> None:
    assert unpacked_in(cut(BODIES[body](document), size)) == document


@given(st.binary(max_size=2000), st.integers(1, 600))
def test_any_body_is_unpacked_or_refused(data: bytes, size: int) -> None:
    with contextlib.suppress(FetchFailed):
        assert len(unpacked_in(cut(data, size), most=10_000)) <= 10_000


# Heads and lengths.

LENGTH = f"Content-Length: {len(FEED)}\r\n".encode()
CHUNKS = b"%x\r\n%s\r\n" % (len(FEED), FEED)
HEADS: dict[str, bytes] = {
    "a space before a colon": b"HTTP/1.1 200 OK\r\nContent-Type : text/xml\r\n" + LENGTH,
    "a space in a name": b"HTTP/1.1 200 OK\r\nX Made By: me\r\n" + LENGTH,
    "no colon": b"HTTP/1.1 200 OK\r\nnonsense\r\n" + LENGTH,
    "no name": b"HTTP/1.1 200 OK\r\n: a\r\n" + LENGTH,
    "a control": b"HTTP/1.1 200 OK\r\nX-A: a\x0b\x00b\r\n" + LENGTH,
    "a letter beyond ASCII": b"HTTP/1.1 200 D\xe9j\xe0\r\nX-\xe9: caf\xe9\r\n" + LENGTH,
    "a line that goes on": b"HTTP/1.1 200 OK\r\n lost\r\nX-A: a\r\n\tb\r\nno\r\n c\r\n" + LENGTH,
    "newlines alone": b"HTTP/1.1 200 OK\nX-A: a\n" + LENGTH.replace(b"\r", b""),
    "a blank line before": b"\r\n\nHTTP/1.1 200 OK\r\n" + LENGTH,
    "no reason": b"HTTP/1.1 200\r\n" + LENGTH,
    "spaces": b"HTTP/1.1   200   OK  \r\n" + LENGTH,
    "lower case": b"http/1.1 200 ok\r\n" + LENGTH,
    "no headers": b"HTTP/1.0 200 OK\r\n",
    "an older name": b"ICY 200 OK\r\n",
    "an interim head": b"HTTP/1.1 103 x\r\nLink : </a>\r\n\r\nHTTP/1.1 200 OK\r\nX A: b\r\n"
    + LENGTH,
    "no length": b"HTTP/1.1 200 OK\r\nContent-Length:\r\n",
    "a length of words": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n",
    "one length twice": b"HTTP/1.1 200 OK\r\n" + LENGTH * 2,
    "a length that is too great": b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n",
    "another encoding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n",
}


def answered(*pieces: bytes) -> Handler:
    """Bytes as they are, each piece by itself, and the end of the connection."""

    def handler(request: Request) -> None:
        for piece in pieces:
            request.wfile.write(piece)
            request.wfile.flush()
        request.close_connection = True

    return handler


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("size", [1, 40_000])
def test_a_response_head_is_read_as_browsers_read_it(
    server: NewsServer, head: str, size: int
) -> None:
    server.routes["/feed"] = answered(*cut(HEADS[head] + b"\r\n" + FEED, size))
    assert get(server.url("/feed")).body == FEED


@pytest.mark.parametrize("twice", [1, 2])
@pytest.mark.parametrize("end", [b"0\r\n\r\n", b"0\r\nX-A: a\r\n\r\n", b""])
def test_odd_transfer_encodings_are_accepted(server: NewsServer, twice: int, end: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\n" + b"Transfer-Encoding: Chunked\r\n" * twice + b"\r\n"
    server.routes["/feed"] = answered(head + CHUNKS + end)
    assert get(server.url("/feed")).body == FEED


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\n" + LENGTH,
        b"HTTP/1.1 200 OK\r\n" + LENGTH + b"Content-Length: 5\r\n\r\n" + FEED,
        b"HTTP/1.1 200 OK\r\n" + b"X-A: a\r\n" * 40_000 + b"\r\n" + FEED,
        b"HTTP/1.1 OK\r\n\r\n" + FEED,
        b"\r\n" * 1000,
        b"HTTP/1.1 100 x\r\n\r\n" * 50,
        FEED,
    ],
)
def test_an_invalid_response_head_is_still_an_error(server: NewsServer, raw: bytes) -> None:
    server.routes["/feed"] = answered(raw)
    assert failure(server.url("/feed")).status == Status.UNREACHABLE


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("b\u00fccher.invalid", Status.UNREACHABLE),
        ("bu\u0308cher.invalid", Status.UNREACHABLE),
        ("xn--bcher-kva.invalid", Status.UNREACHABLE),
        ("\U0001f4b0.invalid", Status.REJECTED),
        ("xn--zn8h.invalid", Status.REJECTED),
    ],
)
def test_an_international_host_is_asked_or_rejected(
    server: NewsServer, host: str, status: Status
) -> None:
    assert failure(f"http://{host}/feed").status == status
    server.routes["/feed"] = moved(f"http://{host}/feed".encode())
    assert failure(server.url("/feed")).status == status


@given(
    st.binary(max_size=300) | st.lists(st.sampled_from([*HEADS.values(), b"\r\n"])).map(b"".join)
)
def test_any_head_is_repaired_or_left(head: bytes) -> None:
    made = repaired(head)
    assert repaired(made) == made or made == head
