"""The header of an article: facts in words, and places in the text that do not depend on it."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.ages import age_in_words
from reader.article import Ai, Article, Cover, Sentiment, Source
from reader.ui.prose.wrap import Line
from reader.ui.reading.facts import reading_minutes
from reader.ui.reading.header import HEADER_PLACES, header_lines

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def article(**values: object) -> Article:
    plain: dict[str, object] = {
        "title": "A title",
        "published": NOW - timedelta(hours=3),
        "updated": NOW,
        "lang": "en",
        "body": "words " * 700,
    }
    return Article(**(plain | values))  # type: ignore[arg-type]


def header(
    shown: Article, width: int = 80, *, read: bool = False, favourite: bool = False
) -> list[Line]:
    return list(header_lines(shown, read=read, favourite=favourite, now=NOW, width=width))


def text(shown: Article, width: int = 80, *, read: bool = False, favourite: bool = False) -> str:
    lines = header(shown, width, read=read, favourite=favourite)
    return "\n".join(line.text for line in lines).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=3, minutes=40), "3 h ago"),
        (timedelta(days=1), "1 d ago"),
        (timedelta(days=13), "1 wk ago"),
        (timedelta(days=45), "1 mo ago"),
        (timedelta(days=800), "2 y ago"),
        (timedelta(seconds=-30), "just now"),
        (timedelta(hours=-3), "in 3 h"),
    ],
)
def test_age_is_said_in_one_unit(passed: timedelta, words: str) -> None:
    assert age_in_words((NOW - passed).timestamp(), NOW.timestamp()) == words


@pytest.mark.parametrize(
    ("body", "minutes"),
    [("", 1), ("word " * 220, 1), ("word " * 221, 2), ("word " * 220_000, 1_000)],
)
def test_reading_time_is_at_least_a_minute(body: str, minutes: int) -> None:
    assert reading_minutes(body) == minutes


def test_the_facts_are_on_one_line() -> None:
    shown = article(
        source=Source(key="coindesk_", name="Coin Desk"),
        category="ETH",
        sentiment=Sentiment.POSITIVE,
        ai=Ai(rewritten=True, translated_from="54881017"),
        sticky_weight=2,
    )
    assert (
        "Coin Desk · ETH · ▲ positive · 14 Mar 2026 09:00 (3 h ago) · 4 min · en · "
        "AI rewritten, translated from 54881017 · pinned · ★ favourite"
    ) in text(shown, 200, read=True, favourite=True)


def test_the_latest_former_title_is_below_the_title() -> None:
    shown = text(article(former_titles=("[/foo] approves", "SEC"), description="In short."))
    assert shown.strip().startswith("A title\nwas: [/foo] approves\nOTHER · unrated")
    assert shown.strip().endswith("\n\nIn short.")


@pytest.mark.parametrize("title", ["long " * 400, "長い" * 400, "x" * 100_000])
@pytest.mark.parametrize("width", [1, 20, 80])
def test_a_long_former_title_takes_one_line(title: str, width: int) -> None:
    with_it = header(article(former_titles=(title,)), width)
    assert len(with_it) == len(header(article(), width)) + 1
    (line,) = [line for line in with_it if line.text.startswith("was: ")] or with_it[-1:]
    assert len(line.text) <= width
    assert width == 1 or line.text.endswith("…")


def test_an_estimate_is_shown_as_one() -> None:
    shown = article(sentiment=Sentiment.NEGATIVE, sentiment_is_estimated=True)
    assert " · ~▼ negative · " in text(shown, 200)


def test_unknown_facts_are_left_out() -> None:
    assert "\nOTHER · unrated · 14 Mar 2026 09:00 (3 h ago) · 4 min\n" in text(
        article(lang="und"), 100, read=True
    )


def test_an_article_that_was_marked_unread_says_so() -> None:
    assert "en · unread\n" in text(article(), 100)


def test_a_source_without_a_name_is_called_by_its_key() -> None:
    assert "coindesk_ · " in text(article(source=Source(key="coindesk_")))


@pytest.mark.parametrize("sentiment", Sentiment)
def test_a_sentiment_has_a_word(sentiment: Sentiment) -> None:
    assert sentiment.lower() in text(article(sentiment=sentiment))


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (120, "The Coin Desk · ETH · ▲ positive · 14 Mar 2026 09:00 (3 h ago) · 4 min · en · "
         "AI rewritten · unread"),
        (92, "The Coin Desk · ETH · ▲ positive · 14 Mar 2026 09:00 (3 h ago) · 4 min · AI "
         "· unread"),
        (72, "The Coin Desk · ETH · ▲ positive · 14 Mar 2026 (3 h ago) · AI · unread"),
        (62, "The Coin Desk · ETH · ▲ · 14 Mar 2026 (3 h ago) · AI · unread"),
        (50, "The Coin Desk · ETH · ▲ · (3 h ago) · AI · unread"),
        (30, "The Coin Desk · (3 h ago)"),
        (20, "The Coin Desk"),
        (8, "The Coi…"),
        (1, "…"),
    ],
)  # fmt: skip
def test_the_facts_take_one_line_and_what_matters_least_is_left_out(width: int, line: str) -> None:
    shown = article(
        source=Source(key="x", name="The Coin Desk"),
        category="ETH",
        sentiment=Sentiment.POSITIVE,
        ai=Ai(rewritten=True),
    )
    facts = text(shown, width).rstrip().split("\n")[-1]
    assert facts == line


def test_the_header_of_an_article_has_three_lines() -> None:
    shown = article(
        source=Source(key="x", name="The Coin Desk"),
        tags=("BTC", "MARKET", "MINING", "ETF"),
        cover=Cover(regular="https://images.example/x"),
    )
    for width in (40, 60, 80, 100):
        lines = [line.text for line in header(shown, width)]
        assert [bool(line.strip()) for line in lines] == [False, True, True, True, False]
        assert all(len(line) <= width for line in lines)


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (80, "▐BTC▌ ▐MARKET▌ ▐MINING▌ ▐ETF▌  i  cover image  images.example"),
        (50, "▐BTC▌ ▐MARKET▌ ▐MINING▌ ▐ETF▌  i  cover image"),
        (36, "▐BTC▌ ▐MARKET▌ ▐MINING▌ +1  i cover"),
        (28, "▐BTC▌ ▐MARKET▌ +2  i cover"),
        (15, "4 tags  i cover"),
    ],
)
def test_tags_that_do_not_fit_are_counted(width: int, line: str) -> None:
    tags, cover = ("BTC", "MARKET", "MINING", "ETF"), Cover(regular="https://images.example/x")
    assert line in text(article(tags=tags, cover=cover), width).split("\n")


def test_tags_are_chips_with_their_tag_as_target() -> None:
    lines = header(article(tags=("BITCOIN NEWS", "XRP")))
    (chips,) = (line for line in lines if "XRP" in line.text)
    assert chips.text.replace("\xa0", " ") == "▐BITCOIN NEWS▌ ▐XRP▌"
    assert [span.target for span in chips.spans] == ["BITCOIN NEWS"] * 3 + [""] + ["XRP"] * 3


def test_the_cover_says_where_it_comes_from() -> None:
    shown = article(cover=Cover(regular="https://images.example/x", raw="https://raw.example/"))
    assert "i  cover image  images.example" in text(shown)
    assert "cannot be opened" in text(article(cover=Cover(raw="javascript:alert(1)")))
    assert "cover" not in text(article())


def test_flags_are_warnings_a_line_each() -> None:
    shown = text(article(flags=("no date: the file's was taken", "no title")))
    assert "\n! no date: the file's was taken\n! no title\n" in shown


def test_titles_are_literal_and_on_one_line_each() -> None:
    assert "[/foo] [BTC] [red]x[/red] a b" in text(article(title="[/foo] [BTC] [red]x[/red] a\tb"))


@given(
    st.text("ab 日[]", max_size=300),
    st.text("ab 日", max_size=300),
    st.lists(st.text("AB 日", min_size=1, max_size=30), max_size=31),
    st.integers(1, 100),
)
def test_places_grow_and_stay_above_the_text(
    title: str, description: str, tags: list[str], width: int
) -> None:
    lines = header(article(title=title, description=description, tags=tuple(tags)), width)
    assert lines[0].at == 0
    assert all(before.at < after.at for before, after in pairwise(lines))
    assert lines[-1].at < HEADER_PLACES


@pytest.mark.parametrize(
    ("description", "body", "is_shown"),
    [
        ("Fees fell for…", "## Overview\n\nFees fell for a third week.", False),
        ("Fees fell.", "Fees fell. Then they rose.", False),
        ("What it means for miners", "Fees fell for a third week.", True),
        ("", "Fees fell.", False),
    ],
)
def test_a_description_that_the_text_repeats_is_not_shown(
    description: str, body: str, is_shown: bool
) -> None:
    spans = [
        span for line in header(article(description=description, body=body)) for span in line.spans
    ]
    assert any("description" in span.styles for span in spans) is is_shown
