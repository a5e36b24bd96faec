"""Rows of several lines: how they are laid out, what is in them, and what keys and clicks do."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.pilot import Pilot

from reader.ages import short_time
from reader.article import ArticleId, Row, Sentiment
from reader.library import PINNED
from reader.ui.sidebar.density import WIDE, Density, lines_of, usual
from reader.ui.sidebar.outline import Cursor, Outline
from reader.ui.sidebar.widget import Sidebar
from reader.ui.textual_compat.cells import wrap
from tests.examples import examples
from tests.ui.sidebar.test_sidebar import (
    ALL_KEYS,
    HOSTILE,
    NOW,
    Answer,
    answers,
    archive,
    branch,
    flat,
    leaf,
    lines,
    row,
    showing,
    strips,
)

LONG = "Regulators of Larkspur weigh a licence for every exchange that lends coins"
AT = NOW - timedelta(days=400)
DATE = short_time(AT.timestamp(), NOW.timestamp())


def long(id: int, **fields: Any) -> Row:
    values = {"title": f"{id} {LONG}", "description": "A notice names no end.", "published": AT}
    return row(id, **values | fields)


async def show(sidebar: Sidebar, pilot: Pilot[None], density: Density, width: int = 44) -> None:
    sidebar.styles.width = width
    sidebar.choose_density(density)
    await pilot.pause()


# Rows and lines.


@examples(70)
@given(answers(), st.integers(1, 5))
def test_every_line_belongs_to_one_row_and_rows_follow_each_other(
    answer: Answer, height: int
) -> None:
    rows = flat(*answer)
    outline = Outline(*answer, height)
    found = [outline.lines_of(k) for k in range(outline.height)]

    assert [line for each in found for line in each] == list(range(outline.lines))
    assert [len(each) for each in found] == [1 if r.article is None else height for r in rows]
    assert [outline.row_at(n) for n in range(outline.lines)] == [
        k for k, each in enumerate(found) for _ in each
    ]


@given(st.text(), st.lists(st.integers(1, 40), min_size=1, max_size=4))
@examples(200)
def test_a_wrapped_text_has_all_its_letters_and_fits_all_lines_but_the_last(
    text: str, rooms: list[int]
) -> None:
    found = wrap(text, rooms)
    assert 1 <= len(found) <= len(rooms)
    assert "".join("".join(found).split()) == "".join(text.split())
    for line, room in zip(found[:-1], rooms, strict=False):
        assert cell_len(line) <= max(room, 2), "a wide letter may take more than one cell"


@pytest.mark.parametrize(
    ("text", "rooms", "found"),
    [
        ("a wallet learns words", (10, 10), ["a wallet", "learns words"]),
        ("a wallet", (10, 10), ["a wallet"]),
        ("interoperability wins", (5, 5, 9), ["inter", "opera", "bility wins"]),
        ("比特幣價格上漲", (6, 6), ["比特幣", "價格上漲"]),
        ("", (5, 5), [""]),
    ],
)
def test_texts_are_wrapped_at_words_and_longer_words_are_cut(
    text: str, rooms: tuple[int, ...], found: list[str]
) -> None:
    assert wrap(text, rooms) == found


def test_a_narrow_list_has_titles_on_two_lines_unless_the_user_chose() -> None:
    assert usual(WIDE - 1) is Density.TWO_LINES
    assert usual(WIDE) is Density.COMPACT
    heights = {width: [lines_of(each, width) for each in Density] for width in (WIDE - 1, WIDE)}
    assert heights == {WIDE - 1: [1, 3, 5], WIDE: [1, 2, 4]}


# What is shown.


async def test_a_title_is_on_two_lines_with_source_category_and_date_below() -> None:
    async with showing([leaf("A", ids=[7])], frozenset({("A",)}), rows=long) as shown:
        sidebar, pilot, _ = shown
        await show(sidebar, pilot, Density.TWO_LINES)
        assert [line.rstrip() for line in lines(sidebar)[:4]] == [
            f" ▾ A{'1/1':>38}",
            " • ▲ 7 Regulators of Larkspur weigh a",
            "     licence for every exchange that lend…",
            f"     wire · BTC                {DATE}",
        ]
        await show(sidebar, pilot, Density.DESCRIBED)
        assert lines(sidebar)[4].strip() == "A notice names no end."
        assert [line.strip() for line in lines(sidebar)[5:]] == [""] * 7


async def test_a_wide_list_has_source_category_and_date_beside_the_second_line() -> None:
    async with showing(
        [leaf("A", ids=[7])], frozenset({("A",)}), rows=long, size=(80, 12)
    ) as shown:
        sidebar, pilot, _ = shown
        await show(sidebar, pilot, Density.DESCRIBED, 70)
        assert [line.rstrip() for line in lines(sidebar)[1:5]] == [
            " • ▲ 7 Regulators of Larkspur weigh a licence for every exchange",
            f"     that lends coins{'wire · BTC':>35} {DATE}",
            "     A notice names no end.",
            "",
        ]


async def test_what_the_headings_say_is_not_repeated() -> None:
    groups = (branch("BTC", leaf("BTC", "POSITIVE", ids=[2])), leaf("wire", ids=[1]))
    opened = frozenset({("BTC",), ("BTC", "POSITIVE"), ("wire",)})
    async with showing(groups, opened, rows=long) as (sidebar, pilot, _):
        await show(sidebar, pilot, Density.TWO_LINES)
        shown = lines(sidebar)
        assert shown[4].split() == ["wire", *DATE.split()]
        assert shown[8].split() == ["BTC", *DATE.split()]
        assert shown[2].index("2 Reg") == shown[6].index("1 Reg") == 5


async def test_badges_stand_before_the_date() -> None:
    def marked(id: int) -> Row:
        return long(id, favourite=True, draft=True, estimated=True, lang="uk", read=True)

    async with showing([leaf("A", ids=[7])], frozenset({("A",)}), rows=marked) as shown:
        sidebar, pilot, _ = shown
        sidebar.show_language = True
        sidebar.opened_article = ArticleId(7)
        for width in (44, 80):
            await show(sidebar, pilot, Density.TWO_LINES, width)
            text = lines(sidebar)
            assert text[1].startswith("▌ ~▲ 7 Regulators")
            assert all(line.startswith("▌") for line in text[1 : 3 + (width == 44)])
            assert f"★ ✎ uk {DATE}" in "".join(text)


@pytest.mark.parametrize("density", list(Density))
async def test_any_text_fills_its_lines_exactly(density: Density) -> None:
    def hostile(id: int) -> Row:
        text = HOSTILE[id]
        return row(id, title=text, description=text, source=text, category=text, sources=3)

    groups = (leaf("A", ids=range(len(HOSTILE))),)
    async with showing(groups, frozenset({("A",)}), rows=hostile, size=(80, 40)) as shown:
        sidebar, pilot, _ = shown
        for width in (1, 7, 20, 43, 61, 79):
            await show(sidebar, pilot, density, width)
            for strip in strips(sidebar):
                assert sum(cell_len(segment.text) for segment in strip) == width
                assert "\n" not in strip.text


# Keys and clicks.


async def test_keys_go_from_row_to_row_and_the_cursor_is_in_view_whole() -> None:
    groups = (leaf("A", ids=range(100)),)
    async with showing(groups, frozenset({("A",)}), size=(44, 13)) as (sidebar, pilot, _):
        await show(sidebar, pilot, Density.TWO_LINES)
        places = []
        for key in ("j", "j", "j", "j", "j", "pagedown", "pagedown", "pageup", "G", "k", "home"):
            await pilot.press(key)
            assert sidebar.cursor
            places.append(sidebar.cursor.article)
            assert sidebar.cursor.article is None or 0 <= sidebar.line <= 13 - 3, key
        assert places == [99, 98, 97, 96, 95, 91, 87, 91, 0, 1, None]


@pytest.mark.parametrize("density", list(Density))
async def test_a_click_on_any_line_of_a_row_opens_its_article(density: Density) -> None:
    groups = (leaf("A", ids=[9, 8]),)
    async with showing(groups, frozenset({("A",)}), rows=long) as (sidebar, pilot, app):
        await show(sidebar, pilot, density)
        height = lines_of(density, 44)
        for line in range(1, 2 * height + 1):
            await pilot.click(Sidebar, offset=(8, line))
        assert app.opened_articles == [9] * height + [8] * height
        await pilot.click(Sidebar, offset=(8, 2 * height + 1))
        assert len(app.opened_articles) == 2 * height


async def test_the_row_of_the_cursor_stays_where_it_is_when_the_density_changes() -> None:
    groups = (leaf("A", ids=range(100)),)
    async with showing(groups, frozenset({("A",)}), size=(44, 20)) as (sidebar, pilot, _):
        sidebar.move_to(ArticleId(50))
        line = sidebar.line
        for density in (*Density, Density.COMPACT):
            await show(sidebar, pilot, density)
            assert sidebar.cursor == Cursor(group=("A",), article=ArticleId(50))
            assert sidebar.line == line
            assert "Title 50 " in lines(sidebar)[line]


async def test_a_list_that_becomes_narrow_keeps_its_cursor_in_view() -> None:
    groups = (leaf("A", ids=range(100)),)
    async with showing(groups, frozenset({("A",)}), size=(80, 12)) as (sidebar, pilot, _):
        sidebar.styles.width = 80
        sidebar.choose_density(None)
        await pilot.press("G")
        assert sidebar.density is Density.COMPACT
        for width, height in ((40, 3), (80, 1), (40, 3)):
            sidebar.styles.width = width
            await pilot.pause()
            assert sidebar.cursor == Cursor(group=("A",), article=ArticleId(0))
            assert 0 <= sidebar.line <= 12 - height
            assert "Title 0 " in lines(sidebar)[sidebar.line]


@pytest.mark.parametrize("density", list(Density))
async def test_a_million_articles_are_asked_for_only_where_they_are_in_view(
    density: Density,
) -> None:
    groups = (leaf("ALL", ids=range(1_000_000)), leaf("B", ids=[2_000_000]))
    async with showing(groups, frozenset({("ALL",), ("B",)}), size=(44, 12)) as shown:
        sidebar, pilot, app = shown
        await show(sidebar, pilot, density)
        most = 12 // lines_of(density, 44) + 2
        for key in ("G", "home", "G", "pageup"):
            app.asked.clear()
            await pilot.press(key)
            assert len(app.asked) <= most
        assert sidebar.move_to(ArticleId(500_000))
        await pilot.pause()
        assert "Title 500000" in "\n".join(lines(sidebar))


async def test_only_a_density_with_descriptions_asks_for_them() -> None:
    async with showing(archive(), ALL_KEYS) as (sidebar, pilot, _):
        described: list[int] = []

        def fetch(ids: Any) -> list[Row]:
            described.extend(ids)
            return [row(id, description=f"About {id}", sentiment=Sentiment.NEUTRAL) for id in ids]

        sidebar._fetches = {**sidebar._fetches, True: fetch}
        await show(sidebar, pilot, Density.TWO_LINES)
        assert not described
        await show(sidebar, pilot, Density.DESCRIBED)
        assert described == [90, 80]
        assert "About 90" in "\n".join(lines(sidebar))
        assert sidebar.group((PINNED,))
