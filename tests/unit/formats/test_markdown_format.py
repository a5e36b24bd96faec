"""A file of the archive to an Article and back."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article import EPOCH, LAST_INSTANT, Ai, Article, Cover, Sentiment, Source
from reader.formats import (
    MAX_ARTICLE_BYTES,
    NotAnArticle,
    from_fields,
    read_article,
    to_fields,
    write_article,
)
from reader.formats.archive.front_matter import UNREADABLE
from reader.text import _MOJIBAKE, clean, clean_line, without_blank_lines
from tests.examples import examples

ORIGIN = "2025/11/ether-rises.uk.md"

FULL = """\
---
title: 'Ether rises: 5 % in a day, ''again'''
description: 'What moved the price, and who sold'
publishedAt: '2025-11-16T18:49:34.000Z'
updatedAt: '2025-11-16T19:17:06.937Z'
lang: uk
externalId: '0054493179'
source:
  name: The Desk
  key: the_desk_
  type: RSS
category: ETH
tags:
  - ETH
  - ETHER NEWS
  - 1INCH
  - 'NO'
stickyWeight: 2
sentiment: POSITIVE
score: 0
draft: false
coverImage:
  raw: 'https://pictures.example/1?w=1&h=2'
  regular: 'https://pictures.example/2'
ai:
  rewritten: true
  expandedAt: '2025-11-16T19:17:06.937Z'
  version: 1
---
## Overview

Text with a rule:

---

    and indented code
"""


def read(header: str, body: str = "Text.", origin: str = ORIGIN) -> Article:
    return read_article(f"---\n{header}\n---\n{body}\n".encode(), origin=origin)


def test_every_field_of_the_archive_is_read() -> None:
    updated = datetime(2025, 11, 16, 19, 17, 6, 937000, UTC)
    assert read_article(FULL.encode(), origin=ORIGIN) == Article(
        title="Ether rises: 5 % in a day, 'again'",
        description="What moved the price, and who sold",
        published=datetime(2025, 11, 16, 18, 49, 34, tzinfo=UTC),
        updated=updated,
        lang="uk",
        external_id="0054493179",
        source=Source(name="The Desk", key="the_desk_", type="RSS"),
        category="ETH",
        tags=("ETH", "ETHER NEWS", "1INCH", "NO"),
        sticky_weight=2,
        sentiment=Sentiment.POSITIVE,
        score=0,
        cover=Cover(raw="https://pictures.example/1?w=1&h=2", regular="https://pictures.example/2"),
        ai=Ai(rewritten=True, expanded_at=updated, version=1),
        body="## Overview\n\nText with a rule:\n\n---\n\n    and indented code",
        origin=ORIGIN,
    )


def test_a_file_of_the_archive_is_exported_byte_for_byte() -> None:
    assert write_article(read_article(FULL.encode(), origin=ORIGIN)) == FULL


def test_unknown_fields_come_out_again_in_their_places_with_their_types() -> None:
    header = (
        "title: T\npublishedAt: '2025-11-16T00:00:00.000Z'\n"
        "coverImage: {raw: r, credit: Ann}\nsource: {key: k, rank: 3}\n"
        "editor: {name: Bo, seats: [1, '1', true, 'true', 1.5, null]}\nfeatured: true"
    )
    article = read(header)
    assert article.flags == ()
    assert article.cover == Cover(raw="r")
    assert article.extra == {
        "coverImage": {"credit": "Ann"},
        "source": {"rank": 3},
        "editor": {"name": "Bo", "seats": [1, "1", True, "true", 1.5, None]},
        "featured": True,
    }
    written = write_article(article)
    assert "coverImage:\n  raw: r\n  credit: Ann\n" in written
    assert (
        "  seats:\n    - 1\n    - '1'\n    - true\n    - 'true'\n    - 1.5\n    - null\n" in written
    )
    assert read_article(written.encode(), origin=ORIGIN) == article


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        (b"", "is empty", None),
        (b"\xef\xbb\xbf \n\t\n", "is empty", None),
        (b"\x89PNG\r\n\x00\x00", "is not a text file", None),
        (b"\x89PNG\r\n\x1a\n", "is not a text file", None),
        (b"Some text \x00 with a zero in it", "is not a text file", None),
        (b"ab\x01\x02\x03" * 99, "is not a text file", None),
        (b"---\nlang: en\n---\n\n", "has neither title nor text", None),
        (b"---\n" + b"x" * MAX_ARTICLE_BYTES, "is larger than 4 MiB", None),
    ],
)
def test_bytes_that_are_not_an_article_are_refused(
    data: bytes, reason: str, line: int | None
) -> None:
    with pytest.raises(NotAnArticle, match=reason) as refused:
        read_article(data, origin="README.md")
    assert refused.value.line == line


def test_broken_front_matter_is_flagged_and_nothing_else_is_lost() -> None:
    broken = FULL.replace("title: 'Ether rises: 5 % in a day, ''again'''", "title: Ether: up")
    article = read_article(broken.encode(), origin=ORIGIN)
    whole = read_article(FULL.encode(), origin=ORIGIN)
    assert article.title == "Ether: up"
    assert article.extra == {UNREADABLE: "title: Ether: up\n"}
    assert article.flags[0].startswith("the front matter is broken at line 2: ")
    assert replace(article, title=whole.title, extra={}, flags=()) == whole


def test_front_matter_that_is_not_closed_ends_where_its_fields_end() -> None:
    article = read_article(b"---\ntitle: T\ntags:\n  - BTC\n## Overview\n\nText.\n", origin=ORIGIN)
    assert (article.title, article.tags) == ("T", ("BTC",))
    assert article.body == "## Overview\n\nText."
    assert article.flags[0] == "the front matter has no closing ---"


def test_a_body_is_readable_whatever_is_above_it() -> None:
    article = read("{{ }} : [[ ]\n%% @@", body="# The heading\n\nText.")
    assert article.title == "The heading"
    assert article.extra == {UNREADABLE: "{{ }} : [[ ]\n%% @@\n"}


def test_hostile_characters_are_gone_however_they_were_written() -> None:
    article = read(
        'title: "\\e]52;c;aGk=\\aHi\\u202E [/foo]"\ntags: ["\\e[2JBTC", "[@click=app.quit]"]',
        body="Te\x1b[31mxt\x00 \u2066end",
    )
    assert article.title == "Hi [/foo]"
    assert article.tags == ("BTC", "[@CLICK=APP.QUIT]")
    assert article.body == "Text end"


def test_windows_line_ends_a_mark_and_blank_lines_above_do_not_matter() -> None:
    data = b"\xef\xbb\xbf\r\n--- \r\ntitle: T\r\n---\t\r\n\r\nOne\r\nTwo\r\n"
    article = read_article(data, origin=ORIGIN)
    assert (article.title, article.body) == ("T", "One\nTwo")


def test_bytes_that_are_not_text_are_replaced_with_a_flag() -> None:
    article = read_article("---\ntitle: Café\n---\nПів ".encode() + b"\xff", origin=ORIGIN)
    assert (article.title, article.body) == ("Café", "Пів \ufffd")
    assert article.flags[0].startswith("not valid UTF-8 at byte 28")


def test_mojibake_is_repaired_in_title_and_body() -> None:
    article = read("title: Theyâ€¦ sold", body="Ð‘Ñ–Ñ‚ÐºÐ¾Ð¹Ð½ — добре")
    assert (article.title, article.body) == ("They… sold", "Біткойн — добре")


HEADERS = st.text(
    st.sampled_from("ab:-[]{}#&*!|>'\"%@`, \n\t\\\x1b\u202e\ud83d0123é") | st.characters(),
    max_size=60,
)


STARTS = (
    *("", "---\n", "---\ntitle: ", "---yaml\ntags: #", "+++\n", '+++\ntitle = "', "---toml\n"),
    *('{"title": "', ";;;\n{", "Title: ", "date: 2025-09-01\ntitle: ", "# ", "---\n\n"),
)


@given(st.binary(max_size=60), HEADERS, st.sampled_from(STARTS))
@examples(400)
def test_any_bytes_are_an_article_or_are_refused(data: bytes, text: str, start: str) -> None:
    content = (start + text + "\n---\n").encode("utf-8", "surrogatepass") + data
    try:
        article = read_article(content, origin=ORIGIN)
    except NotAnArticle:
        return
    assert article.title
    assert EPOCH <= article.published <= LAST_INSTANT
    assert from_fields(to_fields(article), article.body, article.origin) == article
    again = read_article(write_article(article).encode(), origin=ORIGIN)
    assert replace(again, flags=()) == replace(article, flags=())


def hostile(max_size: int = 30) -> st.SearchStrategy[str]:
    markup = st.sampled_from(
        ["[/foo]", "---", "@a", "%", ": ", " #", "'", '"', "\\", "🚀", "Їжак", "\n", "\t", "\xa0"]
    )
    texts = st.lists(markup | st.text(max_size=6), max_size=max_size // 6).map("".join)
    # Whether signs of mojibake are repaired depends on their line.
    return texts.filter(lambda text: not re.search(_MOJIBAKE, clean(text)))


def shouted(text: str) -> str:
    while (louder := clean_line(text.upper())) != text:
        text = louder
    return text


LINES = hostile().map(clean_line)
NAMES = LINES.filter(bool)
INSTANTS = st.datetimes(
    EPOCH.replace(tzinfo=None) + timedelta(seconds=1), LAST_INSTANT.replace(tzinfo=None)
).map(lambda naive: naive.replace(tzinfo=UTC))
NUMBERS = st.integers(-(10**17), 10**17) | st.floats(allow_nan=False, allow_infinity=False)
EXTRAS = st.recursive(
    st.none() | st.booleans() | NUMBERS | hostile().map(clean),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LINES, inner, max_size=3),
    max_leaves=6,
)
ARTICLES = st.builds(
    Article,
    title=NAMES,
    description=hostile().map(lambda text: clean(text).strip()),
    published=INSTANTS,
    updated=INSTANTS,
    lang=st.sampled_from(["en", "uk", "und", "no"]),
    body=hostile(120).map(lambda text: without_blank_lines(clean(text))),
    origin=st.just(ORIGIN),
    external_id=LINES,
    source=st.none() | st.builds(Source, key=NAMES, name=LINES, type=LINES, url=LINES),
    category=NAMES.map(shouted),
    tags=st.lists(NAMES.map(shouted), max_size=5, unique=True).map(tuple),
    sticky_weight=st.integers(-(10**17), 10**17),
    sentiment=st.sampled_from(Sentiment),
    score=st.none() | NUMBERS,
    url=LINES,
    draft=st.booleans(),
    cover=st.none() | st.builds(Cover, *[LINES] * len(Cover._fields)),
    ai=st.none()
    | st.builds(
        Ai,
        rewritten=st.booleans(),
        expanded_at=st.none() | INSTANTS,
        version=st.none() | st.integers(0, 9),
        translated_from=LINES,
    ),
    extra=st.dictionaries(NAMES.map(lambda name: f"x-{name}"), EXTRAS, max_size=3),
    flags=st.lists(NAMES, max_size=2).map(tuple),
)


@given(ARTICLES)
@examples(100)
def test_written_text_is_read_back(article: Article) -> None:
    written = write_article(article).encode()
    assert read_article(written, origin=ORIGIN) == replace(article, flags=())


@given(ARTICLES)
@examples(100)
def test_fields_give_the_same_article_back_with_its_flags(article: Article) -> None:
    assert from_fields(to_fields(article), article.body, article.origin) == article
