"""`T` opens the same article in the other language at the same block, and goes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.library import Library
from reader.query.language import parse
from reader.ui.reading.pane import ReadingPane
from reader.ui.sidebar.widget import Sidebar
from tests.builders import library
from tests.ui.screen import NARROW, SHORT, archive, reading, story


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path, archive()) as made:
        yield made


async def test_the_key_opens_the_other_language_and_goes_back(news: Library) -> None:
    async with reading(news, "lang:en") as reader:
        await reader.go_to("An exchange")
        await reader.press("enter", "T")
        assert "Біржа рахує монети" in reader.text(ReadingPane)
        assert reader.filter == "lang:en"
        assert "An exchange" in reader.cursor
        await reader.press("T")
        assert "An exchange counts its coins" in reader.text(ReadingPane)


async def test_from_the_list_it_opens_the_twin_of_the_article_under_the_cursor(
    news: Library,
) -> None:
    async with reading(news, "lang:en", size=NARROW) as reader:
        await reader.go_to("An exchange")
        await reader.press("T")
        assert "Біржа рахує монети" in reader.text(ReadingPane)
        assert reader.screen.focused is reader.screen.query_one(ReadingPane)
        await reader.press("h")
        assert "An exchange" in reader.cursor


async def test_the_cursor_follows_where_the_list_has_both(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("L", "L")
        assert reader.filter == ""
        await reader.go_to("An exchange")
        await reader.press("enter", "T")
        assert "Біржа рахує монети" in reader.cursor
        assert reader.opened == reader.screen.query_one(Sidebar).opened_article


async def test_without_another_language_the_status_line_says_so(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("Fees fall")
        await reader.press("enter", "T")
        assert "Fees fall" in reader.text(ReadingPane)
        assert "this article is here in no other language" in reader.status


async def test_the_next_article_is_counted_from_the_twin_in_the_list(news: Library) -> None:
    async with reading(news, "lang:en") as reader:
        await reader.go_to("An exchange")
        await reader.press("enter", "J")
        following = reader.opened
        await reader.press("K", "T", "J")
        assert reader.opened == following


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Library]:
    english = "\n\n".join(f"Line {n} of it." for n in range(100))
    ukrainian = "\n\n".join(f"Рядок {n} усього тексту, довший за англійський." for n in range(100))
    stories = [
        story(1, "A long story", body=english),
        story(1, "Довга історія", body=ukrainian, lang="uk"),
        story(2, "Another story", body=english),
    ]
    with library(tmp_path, stories) as made:
        yield made


def top(lines: list[str]) -> str:
    return next(line.strip(" █▁▂▃▄▅▆▇") for line in lines if line.strip(" █▁▂▃▄▅▆▇"))


async def test_the_same_block_is_on_top_in_both_languages(pair: Library) -> None:
    async with reading(pair, "lang:en", size=SHORT) as reader:
        await reader.go_to("A long")
        await reader.press("enter", *["space"] * 6)
        english = top(reader.shown(ReadingPane))
        number = english.split()[1]
        await reader.press("T")
        assert top(reader.shown(ReadingPane)).startswith(f"Рядок {number} ")
        await reader.press("T")
        assert top(reader.shown(ReadingPane)) == english


async def test_the_language_key_stays_at_the_same_block(pair: Library) -> None:
    async with reading(pair, "lang:en", size=SHORT) as reader:
        await reader.go_to("A long")
        await reader.press("enter", *["space"] * 6)
        number = top(reader.shown(ReadingPane)).split()[1]
        await reader.press("L")
        assert reader.filter == "lang:uk"
        assert top(reader.shown(ReadingPane)).startswith(f"Рядок {number} ")


async def test_the_place_of_an_article_that_was_left_counts_in_its_twin(pair: Library) -> None:
    async with reading(pair, "lang:en", size=SHORT) as reader:
        await reader.go_to("A long")
        await reader.press("enter", *["space"] * 6)
        number = top(reader.shown(ReadingPane)).split()[1]
        await reader.go_to("Another")
        await reader.press("enter", "h")
        await reader.go_to("A long")
        await reader.press("T")
        assert top(reader.shown(ReadingPane)).startswith(f"Рядок {number} ")


async def test_a_list_of_unread_articles_keeps_the_one_whose_twin_is_read(news: Library) -> None:
    async with reading(news, "lang:en is:unread") as reader:
        await reader.go_to("An exchange")
        await reader.press("T")
        assert "An exchange" in " ".join(reader.rows)
        assert parse("lang:en is:unread") == reader.screen.filter
