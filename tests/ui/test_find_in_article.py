"""Find in the article: `/` in the reading pane, and what it leaves as it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.library import Library
from reader.ui.bars.find_line import FindLine
from reader.ui.bars.status_line import KeyLine
from reader.ui.reading.pane import ReadingPane
from reader.ui.sidebar.widget import Sidebar
from tests.builders import library
from tests.ui.screen import NARROW, Reading, reading, story

BODY = "\n\n".join(
    [
        "The Élan fund bought bitcoin.",
        *(f"Line {number}." for number in range(60)),
        "Then the ELAN fund sold bitcoins.",
        *(f"Row {number}." for number in range(60)),
        "The élan is gone.",
    ]
)


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    made = [story(1, "A long story", body=BODY), story(2, "Another", body="Élan again.")]
    with library(tmp_path, made) as news:
        yield news


def pane(reader: Reading) -> ReadingPane:
    return reader.screen.query_one(ReadingPane)


def seen(reader: Reading) -> str:
    return reader.text(ReadingPane)


async def test_what_is_typed_is_found_with_case_and_accents_folded(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("enter", "slash")
        await reader.type_in("elan")
        assert "in this article / elan" in reader.text(FindLine)
        assert "1 of 3" in reader.text(FindLine)
        assert "bought bitcoin" in seen(reader)
        await reader.type_in(" fund s")
        assert "1 of 1" in reader.text(FindLine)
        assert "sold bitcoins" in seen(reader)


async def test_the_list_and_the_filter_stay(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("enter")
        before = reader.rows
        await reader.press("slash")
        await reader.type_in("elan")
        await reader.press("enter")
        assert reader.filter == "lang:en"
        assert reader.rows == before


async def test_enter_keeps_the_matches_and_the_keys_of_steps_go_round(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("enter", "slash")
        await reader.type_in("elan")
        await reader.press("enter")
        assert not reader.screen.has_class("-finding")
        assert reader.screen.focused is pane(reader)
        assert "match 1 of 3 · Esc ends" in reader.status
        assert "n next match" in reader.text(KeyLine)
        await reader.press("n")
        assert "match 2 of 3 · Esc ends" in reader.status
        assert "sold bitcoins" in seen(reader)
        await reader.press("n")
        assert "is gone" in seen(reader)
        await reader.press("n")
        assert "match 1 of 3" in reader.status
        await reader.press("N")
        assert "match 3 of 3" in reader.status
        assert "A long story" in (reader.cursor or "")


async def test_down_and_up_go_through_the_matches_while_it_is_typed(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("enter", "slash")
        await reader.type_in("elan")
        await reader.press("down")
        assert "2 of 3" in reader.text(FindLine)
        await reader.press("up", "up")
        assert "3 of 3" in reader.text(FindLine)


async def test_escape_while_typing_goes_back_to_where_it_began(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("enter", "pagedown", "j")
        top = pane(reader).scroll_y
        await reader.press("slash")
        await reader.type_in("gone")
        assert pane(reader).scroll_y > top
        await reader.press("escape")
        assert pane(reader).scroll_y == top
        assert not reader.screen.has_class("-finding")
        assert reader.screen.focused is pane(reader)
        assert "n next unread" in reader.text(KeyLine)


async def test_escape_ends_a_kept_search_before_anything_else(news: Library) -> None:
    async with reading(news, "story") as reader:
        await reader.press("enter", "slash")
        await reader.type_in("elan")
        await reader.press("enter", "escape")
        assert reader.filter == "lang:en story"
        await reader.press("escape")
        assert reader.filter == "lang:en"


async def test_the_words_of_the_filter_are_marked_again_afterwards(news: Library) -> None:
    async with reading(news, "bitcoins") as reader:
        await reader.press("n")
        assert "match 1 of 1" in reader.status
        await reader.press("tab", "slash")
        await reader.type_in("row")
        assert "1 of 60" in reader.text(FindLine)
        await reader.press("enter", "escape", "g", "n")
        assert "match 1 of 1" in reader.status


async def test_what_is_not_there_is_said(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("enter", "slash")
        await reader.type_in("zebra")
        assert "no match" in reader.text(FindLine)
        await reader.press("enter")
        assert "no match · Esc ends" in reader.status
        await reader.press("n")
        assert "no match" in reader.status


@pytest.mark.parametrize("text", ["", "?", "[/foo]", "\\", '"', "a" * 600, "NEAR(", "(.*)+"])
async def test_any_text_can_be_typed(news: Library, text: str) -> None:
    async with reading(news) as reader:
        await reader.press("enter", "slash")
        await reader.type_in(text)
        await reader.press("enter")
        assert not reader.screen.has_class("-finding")
        assert reader.screen.focused is pane(reader)


async def test_another_article_ends_the_search(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("enter", "slash")
        await reader.type_in("elan")
        await reader.press("enter", "J")
        assert "Élan again" in seen(reader)
        assert "n next unread" in reader.text(KeyLine)


async def test_a_click_elsewhere_closes_the_line(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("enter", "slash")
        await reader.type_in("elan")
        await reader.click("Another", Sidebar)
        assert not reader.screen.has_class("-finding")
        assert "Élan again" in seen(reader)


async def test_in_the_list_slash_searches_the_list(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("enter", "tab", "slash")
        assert reader.screen.has_class("-searching")
        assert not reader.screen.has_class("-finding")


async def test_both_hints_name_what_slash_does(news: Library) -> None:
    async with reading(news) as reader:
        assert "/ search" in reader.text(KeyLine)
        await reader.press("enter")
        assert "/ find" in reader.text(KeyLine)
        assert "Find words in this article" in await reader.help()


async def test_it_works_in_a_narrow_terminal(news: Library) -> None:
    async with reading(news, size=NARROW) as reader:
        await reader.press("enter", "slash")
        await reader.type_in("gone")
        assert "1 of 1" in reader.text(FindLine)
        assert "is gone" in seen(reader)
