"""The box with related articles: its rows at every width, and what Enter opens."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len

from reader.library import Library
from reader.ui.modals.related import RelatedList, RelatedScreen
from reader.ui.sidebar.widget import Sidebar
from tests.builders import NOW, article, library
from tests.ui.screen import reading

HACK = "Vaults of Larkspur drained of $41 million by a forged oracle"
LATER = "[/foo] Larkspur vaults reopen a month after the forged oracle"
TRIAL = "名前 Forger of the Larkspur oracle goes on trial in Melsted"
MINING = "Miners of Tarnby move to hydro plants before the winter tariff"


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    titles = (HACK, LATER, TRIAL, MINING)
    articles = [
        article(n, title=title, published=NOW - timedelta(days=20 * (4 - n)), source=f"source{n}")
        for n, title in enumerate(titles)
    ]
    with library(tmp_path / "data", articles) as made:
        made.deciding.run()
        yield made


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60)])
async def test_related_articles_are_listed_and_opened(news: Library, size: tuple[int, int]) -> None:
    async with reading(news, size=size) as reader:
        await reader.go_to("Vaults of Larkspur")
        await reader.press("e")
        assert isinstance(reader.app.screen, RelatedScreen)
        box = reader.app.screen.query_one(RelatedList)
        assert [row.title for row in box.rows] == [LATER, TRIAL]
        for row in box.rows:
            spans = box.spans(row, box.size.width - 1)
            assert sum(cell_len(text) for text, _ in spans) == box.size.width - 1
        await reader.press("j", "enter")
        assert reader.screen._article.article is not None
        assert reader.screen._article.article.title == TRIAL
        cursor = reader.screen.query_one(Sidebar).cursor
        assert cursor is not None
        assert cursor.article == reader.screen._article.id


async def test_an_article_outside_the_list_is_opened_too(news: Library) -> None:
    async with reading(news) as reader:
        await reader.type_in(["slash", *"drained", "enter"])
        await reader.press("n", "e", "enter")
        assert reader.screen._article.article is not None
        assert reader.screen._article.article.title == LATER
        await reader.press("escape")
        assert reader.app.screen is reader.screen


async def test_an_article_without_related_ones_is_told_in_a_line(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("Miners of Tarnby")
        await reader.press("e")
        assert reader.app.screen is reader.screen
        assert "nothing related" in reader.status


async def test_escape_opens_nothing(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("Vaults of Larkspur")
        await reader.press("e", "escape")
        assert reader.app.screen is reader.screen
        assert reader.screen._article.article is None
