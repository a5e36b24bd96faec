"""Space reads on: page by page, then the next unread article, wherever the focus is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.config.settings import Settings
from reader.library import Library, Mark
from reader.query.language import parse
from reader.ui.reading.pane import ReadingPane
from reader.ui.sidebar.widget import Sidebar
from tests.builders import article, library
from tests.ui.screen import NARROW, SHORT, Reading, archive, reading, story
from tests.ui.test_reader_reading import long_story

END = "end of the article · Space opens the next unread one"


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path, archive()) as news:
        yield news


def pane(reader: Reading) -> ReadingPane:
    return reader.screen.query_one(ReadingPane)


async def test_a_first_start_puts_the_cursor_on_the_first_article(news: Library) -> None:
    async with reading(news) as reader:
        assert reader.cursor == "• · How this archive is kept 11:00"
        await reader.press("enter")
        assert "How this archive is kept" in reader.text(ReadingPane)


async def test_a_first_start_without_pinned_articles_opens_the_largest_group(
    tmp_path: Path,
) -> None:
    with library(tmp_path, [story(1, "A lone story", "POSITIVE")]) as news:
        async with reading(news) as reader:
            assert "A lone story" in reader.cursor


async def test_a_chosen_key_reads_on_and_is_named(tmp_path: Path) -> None:
    with library(tmp_path, [story(1, "One"), story(2, "Two")]) as news:
        settings = Settings(keys={"reader.read-on": "f5"})
        async with reading(news, settings=settings) as reader:
            await reader.press("f5")
            await reader.press("f5")
            assert "F5 opens the next unread one" in reader.status


async def test_space_opens_the_article_under_the_cursor_first(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("A wallet")
        await reader.press("space")
        assert "The text of story 4." in reader.text(ReadingPane)
        assert reader.screen.focused is reader.screen.query_one(Sidebar)


async def test_space_on_a_group_opens_its_next_unread_article(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("h", "h", "j", "h")
        assert reader.cursor == "▸ BTC 4/4"
        await reader.press("space")
        assert "The text of story 3." in reader.text(ReadingPane)
        assert "▾ BTC 3/4" in reader.rows


@pytest.mark.parametrize("focus", ["list", "pane"])
async def test_space_turns_pages_then_says_the_end_then_opens_the_next_unread(
    tmp_path: Path, focus: str
) -> None:
    with library(tmp_path, [long_story(1), story(2, "A short one")]) as news:
        async with reading(news, size=SHORT) as reader:
            await reader.press("n")
            if focus == "pane":
                await reader.press("tab")
            tops = [round(pane(reader).scroll_y)]
            while END not in reader.status:
                await reader.press("space")
                tops.append(round(pane(reader).scroll_y))
            assert tops == sorted(set(tops))
            assert pane(reader).is_at_end
            assert "A short one" not in reader.text(ReadingPane)
            await reader.press("space")
            assert "A short one" in reader.text(ReadingPane)
            assert "A short one" in reader.cursor


async def test_an_article_that_is_wholly_in_view_says_so_and_one_key_goes_on(
    news: Library,
) -> None:
    async with reading(news) as reader:
        await reader.press("space")
        assert "How this archive is kept" in reader.text(ReadingPane)
        await reader.wait_for(lambda: END in reader.status)
        await reader.press("space")
        assert "The text of story 3." in reader.text(ReadingPane)
        await reader.press("space")
        assert "The text of story 4." in reader.text(ReadingPane)


async def test_the_end_is_said_before_space_goes_on_from_an_article_opened_otherwise(
    news: Library,
) -> None:
    async with reading(news) as reader:
        await reader.go_to("A wallet")
        await reader.press("enter", "space")
        assert END in reader.status
        assert "The text of story 4." in reader.text(ReadingPane)


async def test_space_passes_over_read_articles_and_opens_closed_groups(news: Library) -> None:
    news.mark(news.find(parse("category:btc")), Mark.READ, True, "")
    async with reading(news) as reader:
        await reader.press("space", "space")
        assert "▾ ETH 1/2" in reader.rows
        assert "A bridge closes for repairs" in reader.text(ReadingPane)


async def test_without_another_unread_article_space_says_so(tmp_path: Path) -> None:
    with library(tmp_path, [story(1, "A lone story")]) as news:
        async with reading(news) as reader:
            await reader.press("space", "space")
            assert "no next unread article in this list" in reader.status
            await reader.press("space")
            assert "no next unread article in this list" in reader.status


async def test_in_an_empty_list_space_says_so(news: Library) -> None:
    async with reading(news, "tag:none") as reader:
        await reader.press("space")
        assert "no next unread article in this list" in reader.status


async def test_in_a_narrow_terminal_space_shows_the_article(news: Library) -> None:
    async with reading(news, size=NARROW) as reader:
        await reader.press("space")
        assert "How this archive is kept" in reader.text(ReadingPane)
        await reader.press("h")
        assert not reader.text(ReadingPane)
        await reader.press("space")
        assert "How this archive is kept" in reader.text(ReadingPane)
        await reader.press("h")
        await reader.go_to("A wallet")
        await reader.press("space")
        assert "The text of story 4." in reader.text(ReadingPane)


async def test_in_a_search_space_goes_to_the_next_unread_result_not_to_a_match(
    news: Library,
) -> None:
    async with reading(news, "story") as reader:
        await reader.press("space")
        first = reader.opened
        await reader.press("space", "space")
        assert reader.opened not in (first, None)


async def test_spaces_typed_ahead_are_all_answered(tmp_path: Path) -> None:
    bodies = "\n\n".join(f"Line {number} of the text." for number in range(60))
    with library(tmp_path, [article(body=bodies), story(2, "A short one")]) as news:
        async with reading(news, size=SHORT) as reader:
            await reader.type_in(["n", *["space"] * 3])
            assert pane(reader).scroll_y > 0 or "A short one" in reader.text(ReadingPane)
