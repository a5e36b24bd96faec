"""Secrets are redacted in every spelling, and nothing else is."""

import base64
import html
import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.safety.known_secrets import forget, know, know_address
from reader.safety.redaction import Redaction, for_articles_of, redacted, redacted_address
from reader.safety.spellings import REDACTED
from tests.builders import article

KEY = "Kx7-q9/Zt+4_vW=2&m"


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    forget()
    yield
    forget()


@pytest.mark.parametrize(
    "written",
    [
        KEY,
        KEY.upper(),
        KEY.lower(),
        quote(KEY, safe=""),
        quote(KEY, safe="").lower(),
        quote(quote(KEY, safe=""), safe=""),
        "".join(f"%{byte:02x}" for byte in KEY.encode()),
        json.dumps(KEY).strip('"').replace("/", "\\/"),
        "".join(f"\\u{ord(char):04X}" for char in KEY),
        html.escape(KEY),
        "".join(f"&#{ord(char)};" for char in KEY),
        "".join(f"&#x{ord(char):x};" for char in KEY),
        KEY.replace("_", r"\_").replace("-", r"\-"),
        base64.b64encode(KEY.encode()).decode(),
        base64.b64encode(f"user:{KEY}".encode()).decode(),
        base64.b64encode(f"me:{KEY}:x".encode()).decode(),
        base64.urlsafe_b64encode(f"a{KEY}".encode()).decode(),
        KEY.encode().hex(),
        KEY[:12] + "…",
    ],
)
def test_a_key_is_found_however_it_is_written(written: str) -> None:
    know(KEY)
    said = redacted(f"the server says {written}")
    assert REDACTED in said
    for part in (KEY, KEY.lower(), KEY.upper(), KEY[:12], quote(KEY)[:12]):
        assert part not in said
    assert said.startswith("the server says ")


WAYS = {
    "percent": lambda char: f"%{ord(char):02X}",
    "JSON": lambda char: f"\\u{ord(char):04x}",
    "HTML": lambda char: f"&#{ord(char)};",
}


@pytest.mark.parametrize("way", WAYS)
@given(st.text(st.sampled_from("aB3-_/+=&%. "), min_size=12, max_size=40), st.data())
def test_any_mixture_of_escapes_is_found(way: str, key: str, data: st.DataObject) -> None:
    # What begins an escape is escaped itself.
    signs = {"percent": "%", "JSON": "", "HTML": "&"}[way]
    escaped = [char in signs or data.draw(st.booleans()) for char in key]
    written = "".join(
        WAYS[way](char) if is_escaped else char
        for char, is_escaped in zip(key, escaped, strict=True)
    )
    assert Redaction([key])(f"<{written}>") == f"<{REDACTED}>"


@given(st.text(), st.text(max_size=30))
def test_nothing_is_raised_and_no_key_is_left(text: str, key: str) -> None:
    if len(key) >= 12:
        assert key not in Redaction([key])(f"{text}{key}{text}")
    redacted(text)
    redacted_address(text)


@pytest.mark.parametrize("text", ["hushed", "a-hushpuppy", "shush"])
def test_a_short_key_is_not_replaced_inside_a_word(text: str) -> None:
    know("hush")
    assert redacted(text) == text
    assert redacted("x-api-key: hush, key%3Dhush") == f"x-api-key: {REDACTED}, key%3D{REDACTED}"


def test_the_key_of_the_environment_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTOREAD_COINDESK_KEY", "hush-hush-hush")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:pa55word@proxy.example:3128")
    assert redacted("hush-hush-hush and pa55word") == f"{REDACTED} and {REDACTED}"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://news.example/feed", None),
        ("https://news.example/rss?format=xml&page=2&lang=en", None),
        ("https://news.example/2025/12/bitcoin-hits-100000-usd-after-etf-decision-of-2025/", None),
        ("https://video.example/feeds?channel_id=UCa1B2c3D4e5F6g7H8i9J0kL", None),
        ("https://me:pw@news.example/feed", f"https://{REDACTED}@news.example/feed"),
        ("https://news.example/feed?token=abc&x=1", f"https://news.example/feed?token={REDACTED}&x=1"),
        ("https://news.example/feed?API_Key=abc", f"https://news.example/feed?API_Key={REDACTED}"),
        ("https://news.example/feed?x=1;key=abc", f"https://news.example/feed?x=1;key={REDACTED}"),
        ("https://news.example/feed#access_token=a", f"https://news.example/feed#access_token={REDACTED}"),
        ("https://news.example/feed?user%5Btoken%5D=a", f"https://news.example/feed?user%5Btoken%5D={REDACTED}"),
        (
            "https://news.example/.rss?feed=5f2d1c0b9a8e7d6c5b4a39281706f5e4d3c2b1a0&user=bob",
            f"https://news.example/.rss?feed={REDACTED}&user=bob",
        ),
        (
            "https://cast.example/private/0f8fad5b-d9cb-469f-a165-70867728950e.rss",
            f"https://cast.example/private/{REDACTED}.rss",
        ),
        (
            "https://news.example/u/k3J9dQ2mX7pL0sVb8TzR/atom.xml?page=1",
            f"https://news.example/u/{REDACTED}/atom.xml?page=1",
        ),
        (
            "https://proxy.example/get?url=https%3A%2F%2Fnews.example%2F%3Ftoken%3Dabc",
            f"https://proxy.example/get?url={REDACTED}",
        ),
    ],
)  # fmt: skip
def test_an_address_is_shown_without_its_secrets(url: str, shown: str | None) -> None:
    assert redacted_address(url) == (shown or url)


def test_a_token_of_an_address_is_in_no_message() -> None:
    know_address("https://news.example/feed?token=Zx81-Spectrum&mode=short")
    assert redacted("no such token: zx81-spectrum") == f"no such token: {REDACTED}"
    assert redacted("mode short is unknown") == "mode short is unknown"


def test_a_token_that_is_a_word_is_only_hidden_where_it_is_one() -> None:
    know_address("https://news.example/feed?token=ethereum")
    assert redacted("ethereum rose") == "ethereum rose"
    assert redacted("/feed?token=ethereum failed") == f"/feed?token={REDACTED} failed"


def test_addresses_in_a_text_lose_their_passwords_though_none_is_known() -> None:
    said = redacted("see ftp://me:pw@files.example/, https://x.example/?password=abc.")
    assert said == f"see ftp://{REDACTED}@files.example/, https://x.example/?password={REDACTED}."
    assert redacted("https://x.example/?token=ethereum") == "https://x.example/?token=ethereum"


def test_an_article_loses_the_key_and_keeps_links_that_need_a_token() -> None:
    know(KEY)
    url = "https://feeds.cast.example/feed?token=Zx81-Spectrum"
    link = "https://cast.example/1.mp3?token=Zx81-Spectrum"
    other = "https://other.example/?token=Zx81-Spectrum"
    given = article(
        1,
        title=f"Echo {KEY}",
        body=f"Key {KEY}, token Zx81-Spectrum, [play]({link}), [leak]({other})",
        url=link,
        tags=(KEY.upper(), "XRP"),
        extra={"authors": KEY, "score": 3},
    )
    kept = for_articles_of(url).of_article(given)
    assert kept.title == f"Echo {REDACTED}"
    assert kept.body == f"Key {REDACTED}, token {REDACTED}, [play]({link}), " + (
        f"[leak](https://other.example/?token={REDACTED})"
    )
    assert (kept.url, kept.tags) == (link, (REDACTED, "XRP"))
    assert kept.extra == {"authors": REDACTED, "score": 3}
    assert (kept.published, kept.source) == (given.published, given.source)
