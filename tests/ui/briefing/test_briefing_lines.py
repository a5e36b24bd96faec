"""The lines of a briefing at every width, and what each place in them opens."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from reader.article import ArticleId, Identity, Row, Sentiment
from reader.cache.answers import Group
from reader.cache.ids import Ids
from reader.cache.insight.briefing import Briefing, Headline, More, Turned
from reader.cache.mood import Pair
from reader.ui.briefing.lines import lay_out
from reader.ui.briefing.moments import moment, right_until, short_moment
from reader.ui.briefing.parts import STYLES, Kind, Layout, Target
from reader.ui.briefing.rows import MOST

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
HINT = "l opens the article under the cursor. ? shows all keys."


@pytest.fixture(autouse=True, scope="module")
def _in_utc() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def headline(story: int, title: str = "Northfell idles its machines", **values: Any) -> Headline:
    told = Headline(
        story=story,
        id=ArticleId(story),
        title=title,
        published=NOW - timedelta(hours=story),
        source="northfell_news",
        sources=3,
        sentiment=Sentiment.NEGATIVE,
        is_split=False,
        began_before=False,
    )
    return told._replace(**values)


def group(name: str, up: int, down: int) -> Group:
    children = [
        Group((name, sentiment), sentiment.lower(), Ids(range(count)), 0, sentiment)
        for sentiment, count in ((Sentiment.POSITIVE, up), (Sentiment.NEGATIVE, down))
        if count
    ]
    return Group((name,), name, Ids(range(up + down)), 0, None, children)


def briefing(**values: Any) -> Briefing:
    made = Briefing(
        since=NOW - timedelta(hours=15, minutes=10),
        ids=Ids(range(143)),
        stories=96,
        told_by_several=[headline(1), headline(2, is_split=True, sources=12, began_before=True)],
        rest=[group("BTC", 20, 12), group("MARKET", 7, 0)],
        labels=Pair(61, 48),
        usual=Pair(490, 510),
        series=[Pair(4, 1), Pair(0, 2), Pair(1, 4)],
        more=[More("ETF", True, 14, 4.2), More("hack", False, 9, 0.5)],
        turned=[Turned("XRP", Pair(17, 7), Pair(17, 33))],
    )
    return made._replace(**values)


def rows(ids: Sequence[ArticleId]) -> list[Row]:
    return [
        Row(
            id=id,
            title=f"Article {id}",
            published=NOW - timedelta(hours=20 - id),
            lang="en",
            category="BTC",
            sentiment=Sentiment.NEUTRAL,
            source="block_ledger",
            read=bool(id % 2),
            favourite=False,
            pinned=False,
            draft=False,
            flagged=False,
            estimated=id == 4,
            identity=Identity("block_ledger", str(id), "en"),
        )
        for id in ids
    ]


def laid_out(told: Briefing, width: int = 78, opened: set[tuple[str, ...]] | None = None) -> Layout:
    return lay_out(told, width=width, now=NOW, opened=opened or set(), fetch=rows, hint=HINT)


def texts(layout: Layout) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in layout.lines]


def test_all_that_a_briefing_can_say() -> None:
    assert texts(laid_out(briefing(), opened={("BTC",)})) == [
        "Since yesterday 18:20: 143 articles, 96 stories, 2 told by several",
        "",
        "Mood     ▲ 61  ▼ 48  56%  usual 49%  ▇·▂",
        "More of  ETF 14 (usual 4.2) · “hack” 9 (usual 0.5)",
        "Turned   XRP ▲ 71% of 24 (was 34% of 50)",
        "",
        "Told by several",
        "  3   ▼ Northfell idles its machines                     08:30  northfell_news",
        " 12+ ▲▼ Northfell idles its machines                     07:30  northfell_news",
        "",
        "Everything else",
        "▾ BTC              32   ▲ 20  ▼ 12",
        "  ▸ ▲ positive     20",
        "  ▸ ▼ negative     12",
        "▸ MARKET            7   ▲  7",
    ]


HEADS = [
    ({}, "Since yesterday 18:20: 143 articles, 96 stories, 2 told by several"),
    ({"since": None}, "The newest 24 hours: 143 articles, 96 stories, 2 told by several"),
    ({"told_by_several": ()}, "Since yesterday 18:20: 143 articles, 96 stories"),
    ({"stories": 0, "told_by_several": ()}, "Since yesterday 18:20: 143 articles"),
    (
        {"ids": Ids([1]), "stories": 1, "told_by_several": ()},
        "Since yesterday 18:20: 1 article, 1 story",
    ),
]


@pytest.mark.parametrize(("values", "head"), HEADS)
def test_the_head_names_what_there_is(values: dict[str, Any], head: str) -> None:
    assert texts(laid_out(briefing(**values)))[0] == head


def test_a_head_that_is_too_long_takes_two_lines() -> None:
    assert texts(laid_out(briefing(), 50))[:3] == [
        "Since yesterday 18:20",
        "143 articles, 96 stories, 2 told by several",
        "",
    ]


def test_lines_with_nothing_to_say_are_left_out() -> None:
    told = briefing(labels=Pair(1, 1), more=(), turned=(), told_by_several=())
    assert texts(laid_out(told)) == [
        "Since yesterday 18:20: 143 articles, 96 stories",
        "",
        "By category",
        "▸ BTC              32   ▲ 20  ▼ 12",
        "▸ MARKET            7   ▲  7",
    ]


def test_few_articles_are_a_head_and_a_list() -> None:
    told = briefing(
        ids=Ids(range(6)),
        stories=5,
        told_by_several=[headline(1)],
        rest=[group("BTC", 3, 1), group("ETH", 2, 0)],
    )
    assert texts(laid_out(told)) == [
        "Since yesterday 18:20: 6 articles, 5 stories, 1 told by several",
        "",
        "Told by several",
        "  3   ▼ Northfell idles its machines                     08:30  northfell_news",
        "",
        "Everything else",
        "      ■ Article 3                                        16:30  block_ledger",
        "    • ■ Article 2                                        15:30  block_ledger",
        "      ■ Article 1                                        14:30  block_ledger",
        "    • ■ Article 0                                        13:30  block_ledger",
    ]


def test_an_open_group_shows_its_articles_newest_first() -> None:
    told = briefing(rest=[group("BTC", 20, 5)])
    opened: set[tuple[str, ...]] = {("BTC",), ("BTC", Sentiment.NEGATIVE)}
    assert texts(laid_out(told, opened=opened))[-8:] == [
        "▾ BTC              25   ▲ 20  ▼ 5",
        "  ▸ ▲ positive     20",
        "  ▾ ▼ negative      5",
        "    •~■ Article 4                                        17:30  block_ledger",
        "        Article 3                                        16:30  block_ledger",
        "    •   Article 2                                        15:30  block_ledger",
        "        Article 1                                        14:30  block_ledger",
        "    •   Article 0                                        13:30  block_ledger",
    ]


def test_a_long_group_says_how_much_more_it_has() -> None:
    told = briefing(rest=[group("BTC", MOST + 2, 0)])
    layout = laid_out(told, opened={("BTC",), ("BTC", Sentiment.POSITIVE)})
    assert texts(layout)[-1] == "        and 2 more, in the list"
    assert sum(stop.target.kind is Kind.ARTICLE for stop in layout.stops) == MOST


def test_nothing_new_leaves_the_hint() -> None:
    told = Briefing(since=NOW - timedelta(hours=2), ids=Ids(), stories=0)
    assert texts(laid_out(told)) == ["Nothing new since 07:30", "", HINT]


def test_every_place_opens_what_it_names_from_the_top() -> None:
    assert [stop.target for stop in laid_out(briefing(), opened={("MARKET",)}).stops] == [
        Target(Kind.MOOD),
        Target(Kind.TAG, "ETF"),
        Target(Kind.WORD, "hack"),
        Target(Kind.TAG, "XRP"),
        Target(Kind.STORY, story=1),
        Target(Kind.STORY, story=2),
        Target(Kind.GROUP, key=("BTC",)),
        Target(Kind.GROUP, key=("MARKET",)),
        Target(Kind.GROUP, key=("MARKET", Sentiment.POSITIVE)),
    ]


def test_a_place_covers_the_words_that_name_it() -> None:
    layout = laid_out(briefing())
    shown = texts(layout)
    named = [shown[stop.line][stop.start : stop.end] for stop in layout.stops[:4]]
    assert named == [
        "▲ 61  ▼ 48  56%  usual 49%  ▇·▂",
        "ETF 14 (usual 4.2)",
        "“hack” 9 (usual 0.5)",
        "XRP ▲ 71% of 24 (was 34% of 50)",
    ]
    assert layout.at(9, 3) == 1
    assert layout.at(28, 3) is None, "between two of them"
    assert layout.at(70, 7) == 4


def test_names_go_on_below_each_other_where_they_do_not_fit() -> None:
    told = briefing(more=[More(f"TAG {n}", True, 20 - n, 2.0) for n in range(5)], turned=())
    assert texts(laid_out(told, 50))[4:8] == [
        "More of  TAG 0 20 (usual 2) · TAG 1 19 (usual 2)",
        "         TAG 2 18 (usual 2) · TAG 3 17 (usual 2)",
        "         TAG 4 16 (usual 2)",
        "",
    ]


def test_a_narrow_pane_leaves_the_source_out() -> None:
    row = texts(laid_out(briefing(), 50))[8]
    assert row == "  3   ▼ Northfell idles its machines         08:30"


def test_more_stories_than_are_listed_are_counted() -> None:
    shown = texts(laid_out(briefing(several=1_236)))
    assert shown[0].endswith("1,236 told by several")
    assert shown[9] == "        and 1,234 more, not listed"


WORDS = st.text(st.sampled_from("a ы名🚀\u200d́[/]"), min_size=1, max_size=60)


@given(st.integers(1, 200), WORDS, st.integers(0, 10**7), st.booleans())
def test_no_line_is_wider_than_the_pane(width: int, words: str, count: int, is_split: bool) -> None:
    told = briefing(
        told_by_several=[headline(1, words, source=words, sources=count, is_split=is_split)],
        more=[More(words, True, count, count / 7), More(words, False, count, 1.0)],
        turned=[Turned(words, Pair(count, 20), Pair(20, count))],
        rest=[group(words, count % 50, 3)],
        labels=Pair(count, count),
    )
    layout = laid_out(told, width, {(words,)})
    assert max(sum(cell_len(text) for text, _ in line) for line in layout.lines) <= width
    assert {style for line in layout.lines for _, style in line} <= {*STYLES, ""}
    assert all(0 <= stop.start <= stop.end <= width for stop in layout.stops)
    assert all(stop.line < len(layout.lines) for stop in layout.stops)


MOMENTS = [
    (timedelta(hours=2), "07:30", "07:30"),
    (timedelta(hours=10), "yesterday 23:30", "23:30"),
    (timedelta(hours=26), "yesterday 07:30", "Fri"),
    (timedelta(days=5), "Mon 09:30", "Mon"),
    (timedelta(days=30), "12 Feb 09:30", "12 Feb"),
    (timedelta(days=-2), "16 Mar 09:30", "16 Mar"),
    (timedelta(days=500), "30 Oct 2024", "30 Oct 2024"),
]


@pytest.mark.parametrize(("ago", "long", "short"), MOMENTS)
def test_a_moment_is_written_as_briefly_as_it_can_be(ago: timedelta, long: str, short: str) -> None:
    assert moment(NOW - ago, NOW) == long
    assert short_moment(NOW - ago, NOW) == short


UNTIL = [
    ([], timedelta(hours=14, minutes=30)),
    ([timedelta(hours=2)], timedelta(hours=14, minutes=30)),
    ([timedelta(hours=2), timedelta(hours=20)], timedelta(hours=4)),
    ([timedelta(hours=30), timedelta(days=9), timedelta(days=-2)], timedelta(hours=14, minutes=30)),
]


@pytest.mark.parametrize(("ages", "left"), UNTIL)
def test_moments_are_right_until_one_is_a_day_old_or_midnight(
    ages: list[timedelta], left: timedelta
) -> None:
    assert right_until([NOW - age for age in ages], NOW) == NOW + left


def test_moments_at_the_ends_of_time_are_written() -> None:
    for at in (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)):
        assert str(at.year) in moment(at, NOW)
