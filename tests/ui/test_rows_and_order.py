"""How the list shows its articles: lines of a row, order, and what a sync brought."""

from collections.abc import Iterator
from pathlib import Path

import pytest

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
