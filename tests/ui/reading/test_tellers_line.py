"""The line about who tells a story: one line, never wider than the screen, whatever the names."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reader.article import ArticleId, Identity, Sentiment
from reader.cache.insight.telling import Teller, Telling
from reader.ui.prose.wrap import Span, width_of
from reader.ui.reading.tellers import tellers

START = datetime(2026, 3, 14, 4, 33, tzinfo=UTC)


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def telling(*told: tuple[str, timedelta, str]) -> Telling:
    """Source, time after the start, and sentiment of each article."""
    return Telling(
        tuple(
            Teller(
                id=ArticleId(n),
                identity=Identity(source, str(n), "en"),
                source=source,
                published=START + later,
                sentiment=Sentiment(sentiment),
            )
            for n, (source, later, sentiment) in enumerate(told)
        )
    )


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


PAPERS = telling(
    ("ledgerpost", hours(0), "NEGATIVE"),
    ("coin_harbour_", hours(2.9), "NEGATIVE"),
    ("ledgerpost", hours(3), "POSITIVE"),
    ("mintgazette", hours(72), "UNRATED"),
    ("", hours(80), "NEUTRAL"),
)


def text(spans: list[Span]) -> str:
    return "".join(span.text for span in spans)


def test_the_first_article_of_each_source_is_told_in_order() -> None:
    assert text(tellers(PAPERS, "ledgerpost", 100)) == (
        "4 sources: ledgerpost 04:33 ▼ · coin harbour +2 h ▼ · mintgazette +3 d · no source +3 d ■"
    )


def test_the_source_of_the_open_article_is_marked_and_each_name_can_be_clicked() -> None:
    spans = tellers(PAPERS, "coin_harbour_", 100)
    names = [(span.text, span.target) for span in spans if span.target]
    assert names == [
        ("ledgerpost", "0"),
        ("coin harbour", "1"),
        ("mintgazette", "2"),
        ("no source", "3"),
    ]
    assert [span.text for span in spans if "teller-open" in span.styles] == ["coin harbour"]


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (88, "4 sources: ledgerpost 04:33 ▼ · coin harbour +2 h ▼ · mintgazette +3 d …"),
        (71, "4 sources: ledgerpost 04:33 ▼ · coin harbour +2 h ▼ …"),
        (40, "4 sources: ledgerpost 04:33 ▼ …"),
        (20, "4 sources"),
        (8, "4 sourc…"),
    ],
)
def test_a_line_that_does_not_fit_ends_in_an_ellipsis(width: int, line: str) -> None:
    assert text(tellers(PAPERS, "", width)) == line


@example(sources=["", "\n", "_"], width=80, minutes=[0] * 9)
@given(
    sources=st.lists(st.text(max_size=40), min_size=2, max_size=9),
    width=st.integers(1, 120),
    minutes=st.lists(st.integers(0, 10_000), min_size=9, max_size=9),
)
def test_no_name_breaks_the_line(sources: list[str], width: int, minutes: list[int]) -> None:
    told = telling(
        *(
            (source, timedelta(minutes=later), "NEGATIVE")
            for source, later in zip(sources, sorted(minutes), strict=False)
        )
    )
    spans = tellers(told, sources[0], width)
    assert width_of(spans) <= width
    assert "\n" not in text(spans)
