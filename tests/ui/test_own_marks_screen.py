"""Reading later and own tags on the screen."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.library import Library
from reader.ui.modals.own_tags import OwnTagList, OwnTagScreen
from reader.ui.reading.pane import ReadingPane
from tests.builders import article, library
from tests.ui.screen import NARROW, reading


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path, [*map(article, range(1, 6))]) as made:
        yield made


async def test_b_puts_an_article_aside_and_u_takes_it_back(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("3")
        await reader.press("b")
        assert "◷" in reader.cursor
        assert "to read later · u undoes" in reader.status
        await reader.press("u")
        assert "◷" not in reader.cursor


async def test_an_article_may_be_a_favourite_and_to_read_later(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("3")
        await reader.press("f", "b", "enter")
        assert "★ ◷" in reader.cursor
        assert "★ favourite · ◷ later" in reader.text(ReadingPane)


async def test_an_own_tag_is_typed_and_shown_below_those_of_the_publisher(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("3")
        await reader.press("enter", "#", *"To Do", "enter")
        assert "tagged #to do · u undoes" in reader.status
        assert "#to do" in reader.text(ReadingPane)
        await reader.press("u")
        assert "#to do" not in reader.text(ReadingPane)


async def test_own_tags_are_completed_and_set_again_they_are_removed(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("3")
        await reader.press("#", *"trading", "enter", "j", "#", *"tra")
        listed = [row.split() for row in reader.shown(OwnTagList)]
        assert listed[:2] == [["›", "#trading", "1"], ["#tra", "new"]]
        await reader.press("tab", "enter")
        assert "tagged #trading" in reader.status
        await reader.press("#")
        assert reader.shown(OwnTagList)[0].split() == ["›✓", "#trading", "2"]
        await reader.press("enter")
        assert "no longer tagged #trading" in reader.status


@pytest.mark.parametrize("typed", ["[/foo]", "[red]x", "[@click=app.quit]z", "ab\\[c"])
async def test_a_hostile_name_is_shown_as_it_was_typed(news: Library, typed: str) -> None:
    async with reading(news, size=NARROW) as reader:
        await reader.go_to("3")
        await reader.press("#", *typed)
        assert f"#{typed}" in reader.shown(OwnTagList)[0]
        await reader.press("enter")
        assert f"tagged #{typed}" in reader.status
        assert reader.app.crash is None


async def test_a_name_that_is_too_long_says_so_and_sets_nothing(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("3")
        await reader.press("#")
        await reader.type_in("x" * 41)
        assert "A tag has at most 40 characters" in reader.text(OwnTagList)
        await reader.press("enter")
        assert isinstance(reader.app.screen, OwnTagScreen)
        await reader.press("escape")
        assert "tagged" not in reader.status


async def test_own_tags_are_completed_on_the_search_line(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("3")
        await reader.press("#", *"trading", "enter", "/", *"mytag:tr", "tab", "enter")
        assert reader.filter == "lang:en mytag:trading"
        assert [row for row in reader.rows if "Story 3" in row]
