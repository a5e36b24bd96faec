"""The box with the mood: its lines at every size, its keys, and what Enter adds to the filter."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from reader.article import Article
from reader.cache.mood import By, Column, Mood, Pair, Per, Row
from reader.library import Library
from reader.query.language import Field, Term, parse
from reader.ui.modals.mood import MoodView
from reader.ui.modals.mood_lines import Layout, State, lay_out
from reader.ui.screen.insight.mood import narrowed
from tests.builders import NOW, library
from tests.ui.screen import Reading, reading, story

LAST = date(2026, 3, 14)


def mood(pairs: list[Pair], names: int = 10, by: By = By.DAY) -> Mood:
    step = timedelta(days=7 if by is By.WEEK else 1)
    columns = [
        Column(
            first=LAST - step * back,
            end=LAST - step * (back - 1),
            articles=pair.total + 2,
            labels=pair,
            neutral=1,
            unrated=1,
            estimates=Pair(pair.negative, 0),
            neutral_estimates=0,
        )
        for back, pair in zip(range(len(pairs) - 1, -1, -1), pairs, strict=True)
    ]
    rows = [Row(f"NAME {n} 名前" * 3, 9, pairs, pairs) for n in range(names)]
    return Mood(by, Per.TAG, columns, rows)


def texts(layout: Layout) -> list[str]:
    return ["".join(text for text, _ in line) for line in layout.lines]


PAIRS = st.tuples(st.integers(0, 12_000), st.integers(0, 12_000)).map(lambda each: Pair(*each))


@given(
    st.lists(PAIRS, max_size=35),
    st.integers(0, 10),
    st.integers(32, 200),
    st.integers(8, 60),
    st.sampled_from(By),
    st.booleans(),
    st.data(),
)
def test_no_line_is_wider_than_the_box_and_no_cursor_out_of_view(
    pairs: list[Pair],
    names: int,
    width: int,
    height: int,
    by: By,
    on_columns: bool,
    data: st.DataObject,
) -> None:
    column = data.draw(st.integers(0, max(0, len(pairs) - 1)))
    row = data.draw(st.integers(0, max(0, names - 1)))
    layout = lay_out(State(mood(pairs, names, by), column, row, on_columns), width, height)
    assert len(layout.lines) <= height
    assert max(map(cell_len, texts(layout))) <= width
    if pairs:
        places = {layout.column_at(x, layout.chart.start) for x in range(width)}
        assert column in places
    if pairs and names and layout.table:
        assert row in {layout.row_at(y) for y in range(height)}


def test_columns_hang_from_and_stand_on_one_line_to_one_scale() -> None:
    layout = lay_out(State(mood([Pair(8, 0), Pair(4, 4)], names=0), column=1), 22, 22)
    chart = texts(layout)[layout.chart.start : layout.chart.stop]
    assert chart == [
        "▲ 8 █████       ",
        "    █████       ",
        "    █████ █████ ",
        "    █████ █████ ",
        "    ──────━━━━━─",
        "          █████ ",
        "▼ 4       █████ ",
    ]


def test_a_column_that_ends_within_a_cell_below_the_line_is_painted_in_reverse() -> None:
    layout = lay_out(State(mood([Pair(16, 1), Pair(0, 8)], names=0)), 40, 22)
    below = layout.lines[layout.chart.stop - 2]
    assert ("▆▆▆▆▆", "mood--down-end") in below or any(
        style == "mood--down-end" for _, style in below
    )


@pytest.mark.parametrize(
    ("query", "terms", "wanted"),
    [
        ("", "tag:xrp", "tag:xrp"),
        ("source:a source:b", "source:b", "source:b"),
        ("-category:btc", "category:btc", "category:btc"),
        (
            "after:7d tag:xrp",
            "after:2026-03-12 before:2026-03-13",
            "tag:xrp after:2026-03-12 before:2026-03-13",
        ),
        (
            "after:2026-03-12T10:00",
            "after:2026-03-12 before:2026-03-13",
            "after:2026-03-12T10:00 before:2026-03-13",
        ),
        (
            "before:2026-03-11",
            "after:2026-03-09 before:2026-03-16",
            "before:2026-03-11 after:2026-03-09",
        ),
    ],
)
def test_what_is_chosen_narrows_the_filter_and_never_widens_it(
    query: str, terms: str, wanted: str
) -> None:
    chosen = tuple(term for term in parse(terms).terms if isinstance(term, Term))
    assert str(narrowed(parse(query), chosen, NOW)) == wanted


def days() -> list[Article]:
    """Three weeks: four articles a day, negative ones on every third."""
    return [
        story(
            n,
            f"Story {n}",
            "NEGATIVE" if n // 4 % 3 == 0 else "POSITIVE",
            tags="BTC" if n % 2 else "ETH",
            source="one" if n % 4 else "two",
            published=datetime(2026, 3, 14, 10, tzinfo=UTC) - timedelta(days=n // 4, minutes=n),
        )
        for n in range(84)
    ]


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path, days()) as made:
        yield made


def box(reader: Reading) -> str:
    return "\n".join(reader.lines)


SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)


@SIZES
async def test_d_opens_the_mood_of_the_filter_and_closes_it(
    news: Library, size: tuple[int, int]
) -> None:
    async with reading(news, "tag:btc", size=size) as reader:
        await reader.press("d")
        shown = box(reader)
        assert "Mood · lang:en tag:btc" in shown
        assert "The publisher's label  ▲ 28  ▼ 14  67%" in shown
        assert "Sat 14 Mar 2026" in shown
        assert "› BTC" in shown
        await reader.press("d")
        assert "Mood · lang:en tag:btc" not in box(reader)
        assert reader.filter == "lang:en tag:btc"


@SIZES
async def test_enter_on_a_row_adds_it_and_tab_changes_the_rows(
    news: Library, size: tuple[int, int]
) -> None:
    async with reading(news, size=size) as reader:
        await reader.press("d")
        assert "Tags" in box(reader)
        await reader.press("tab")
        assert "Sources" in box(reader)
        await reader.press("j", "enter")
        assert reader.filter.endswith("source:two")
        await reader.press("d", "tab", "tab")
        assert "Categories" in box(reader)
        await reader.press("enter")
        assert reader.filter.endswith("source:two category:btc")


async def test_enter_on_a_column_adds_its_day_and_on_a_week_its_week(news: Library) -> None:
    async with reading(news, "lang:en") as reader:
        await reader.press("d", "h", "h", "enter")
        assert reader.filter == "lang:en after:2026-03-12 before:2026-03-13"
        assert len(news.find(reader.screen.filter)) == 4
        await reader.press("x", "d", "w", "h", "enter")
        assert reader.filter == "lang:en after:2026-03-02 before:2026-03-09"


async def test_a_click_moves_the_cursor_and_the_next_one_adds(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("d")
        await reader.click("ETH", MoodView)
        assert "› ETH" in box(reader)
        await reader.click("ETH", MoodView)
        assert reader.filter.endswith("tag:eth")
        await reader.press("d")
        await reader.click("──", MoodView)
        await reader.click("━", MoodView)
        assert parse(reader.filter).included(Field.AFTER) == ("2026-02-22",)


@SIZES
async def test_nothing_to_show_is_said(tmp_path: Path, size: tuple[int, int]) -> None:
    with library(tmp_path, [story(1, "Alone"), story(2, "Unrated")]) as news:
        async with reading(news, size=size) as reader:
            await reader.press("d")
            assert "None of these articles is rated" in box(reader)
            await reader.press("tab", "j", "k", "h", "e", "w", "escape", "slash")
            await reader.press(*"nowhere", "enter", "d")
            assert "No article matches this filter." in box(reader)
            await reader.press("tab", "j", "h", "enter", "escape")
            assert "Mood · lang:en tag:btc" not in box(reader)


async def test_estimates_are_drawn_where_there_is_no_label_and_are_named(tmp_path: Path) -> None:
    guessed = [
        story(n, f"Story {n}", "POSITIVE", tags="BTC", sentiment_is_estimated=True)
        for n in range(1, 6)
    ]
    with library(tmp_path, guessed) as news:
        async with reading(news) as reader:
            await reader.press("d")
            assert "Estimates, not the publisher's label  ▲ 5  ▼ 0  100%" in box(reader)
            await reader.press("e")
            assert "The publisher's label  ▲ 0  ▼ 0" in box(reader)
            assert "~ 5 estimates" in box(reader)


def test_a_term_of_a_row_finds_its_articles(news: Library) -> None:
    (first, *_) = news.insight.mood(news.find(parse("")), By.DAY, Per.TAG, 35).rows
    query = parse("").with_term(Term(Field.TAG, first.name))
    assert len(news.find(query)) == first.articles
