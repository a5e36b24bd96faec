"""How the list shows its articles: lines of a row, order, and what a sync brought."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.article import Article, Sentiment
from reader.library import Library
from reader.ui.screen.saved_view import View
from reader.ui.sidebar.density import Density
from reader.ui.sidebar.widget import Sidebar
from tests.builders import article, library
from tests.ui.screen import archive, reading

HOSTILE = "A\x1b[2J notice\nnames\u202e no\x9b end. " + "x" * 5_000


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path, archive()) as made:
        yield made


# Lines of a row.


async def test_c_goes_through_the_densities_and_the_choice_is_kept(news: Library) -> None:
    async with reading(news, density=None) as reader:
        sidebar = reader.screen.query_one(Sidebar)
        assert sidebar.density is Density.TWO_LINES, "titles do not fit the list on one line"
        seen = []
        for _ in Density:
            await reader.press("c")
            seen.append(sidebar.density)
        assert seen == [Density.DESCRIBED, Density.COMPACT, Density.TWO_LINES]
        assert "titles on two lines" in reader.status
        await reader.press("c")
    async with reading(news, density=None, size=(80, 24)) as reader:
        assert reader.screen.query_one(Sidebar).density is Density.DESCRIBED


async def test_until_it_is_chosen_the_width_of_the_list_decides(news: Library) -> None:
    async with reading(news, density=None, size=(80, 24)) as reader:
        sidebar = reader.screen.query_one(Sidebar)
        seen = [sidebar.density]
        await reader.pilot.resize_terminal(120, 40)
        await reader.settle()
        assert [*seen, sidebar.density] == [Density.COMPACT, Density.TWO_LINES]
    assert View.parse(news.state("view")).density is None


@pytest.mark.parametrize("saved", ['"density": "huge"', '"density": 3', '"density": null'])
def test_a_view_with_another_density_is_read_without_it(saved: str) -> None:
    text = str(View(sidebar_width=40)).replace('"density": null', saved)
    assert View.parse(text).density is None


def test_descriptions_are_cleaned_and_short(tmp_path: Path) -> None:
    articles = [article(1, description=HOSTILE), article(2, description=""), article(3)]
    with library(tmp_path, articles) as news:
        ids = [id for each in articles if (id := news.id_of(each.identity)) is not None]
        described = news.rows(ids, described=True)
        assert [row.description for row in news.rows(ids)] == ["", "", ""]
    assert [row.id for row in described] == ids
    assert described[0].description.startswith("A notice names no end. xxx")
    assert len(described[0].description) <= 600
    assert described[1].description == ""


# Order.


def told_on_three_days() -> list[Article]:
    signs = ["PPN", "PNN", "NN"]
    return [
        article(
            24 * day + n + 1,
            sentiment=Sentiment.POSITIVE if sign == "P" else Sentiment.NEGATIVE,
            title=f"Day {day} story {n}",
        )
        for day, of_day in enumerate(signs)
        for n, sign in enumerate(of_day)
    ]


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path, told_on_three_days()) as made:
        yield made


async def test_latest_first_divides_by_days_that_count_sentiments(days: Library) -> None:
    async with reading(days) as reader:
        await reader.press("s")
        assert [row.split(" ", 1)[1] for row in reader.rows if "─" in row] == [
            "Sat 14 Mar 2026 ▲2 ▼1 3/3",
            "Fri 13 Mar 2026 ▲1 ▼2 3/3",
            "Thu 12 Mar 2026 ▼2 2/2",
        ]
        assert "latest first" in reader.status
        await reader.press("g", "m")
        assert "─ Sat 14 Mar 2026 ▲2 ▼1 0/3" in reader.rows


@pytest.mark.parametrize("key", ["enter", "backspace", "h", "left"])
async def test_days_stay_open(days: Library, key: str) -> None:
    async with reading(days) as reader:
        await reader.press("s", "x", "g")
        rows = reader.rows
        for _ in range(3):
            await reader.press("g", key)
            assert reader.rows == rows
        await reader.press("l")
        await reader.press("backspace")
        assert reader.rows == rows


async def test_counts_of_days_are_of_the_articles_that_match(days: Library) -> None:
    async with reading(days, "sentiment:positive") as reader:
        await reader.press("s")
        assert [row for row in reader.rows if "─" in row] == [
            "─ Sat 14 Mar 2026 ▲2 2/2",
            "─ Fri 13 Mar 2026 ▲1 1/1",
        ]


async def test_each_way_to_group_is_a_line_of_the_palette(days: Library) -> None:
    async with reading(days) as reader:
        for name, status in [
            ("group by latest", "latest first"),
            ("group by source", "by source"),
            ("group by story", "by story"),
            ("group by nothing", "no groups"),
            ("group by category", "by category"),
        ]:
            offered = await reader.palette(name)
            assert offered[0].lower() == name
            await reader.press("down", "enter")
            assert reader.status.endswith(status)


async def test_a_view_that_was_kept_by_day_is_latest_first(days: Library) -> None:
    old = str(View()).replace('"category"', '"day"')
    assert '"day"' in old
    days.save_state("view", old)
    async with reading(days) as reader:
        assert "latest first" in reader.status
    assert '"latest"' in days.state("view")
