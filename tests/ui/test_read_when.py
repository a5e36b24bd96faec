"""When an article counts as read: the setting `read_when`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.config.settings import Settings
from reader.library import Library
from reader.query.language import parse
from reader.ui.reading.pane import ReadingPane
from reader.ui.screen import open_article
from tests.builders import library
from tests.ui.screen import SHORT, Reading, archive, reading
from tests.ui.test_reader_reading import long_story


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path, [*archive(), long_story(9)]) as news:
        yield news


def read(reader: Reading) -> int:
    return len(reader.library.find(parse("is:read")))


def says_unread(reader: Reading) -> bool:
    return "· unread" in reader.text(ReadingPane)


async def test_by_default_an_article_is_read_when_it_is_opened(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("enter")
        assert read(reader) == 1
        assert not says_unread(reader)


async def test_by_hand_only_a_key_marks_it(news: Library) -> None:
    async with reading(news, settings=Settings(read_when="hand")) as reader:
        await reader.press("enter", "G", "n", "G")
        assert read(reader) == 0
        assert says_unread(reader)
        await reader.press("m")
        assert read(reader) == 1
        assert not says_unread(reader)


async def test_at_the_end_it_is_read_when_its_end_is_in_view(news: Library) -> None:
    settings = Settings(read_when="end")
    async with reading(news, size=SHORT, settings=settings) as reader:
        await reader.go_to("A long story")
        await reader.press("enter", "pagedown")
        assert read(reader) == 0
        assert says_unread(reader) or "Line" in reader.text(ReadingPane)
        await reader.press("G")
        assert read(reader) == 1
        await reader.press("m", "g", "G")
        assert read(reader) == 0  # what the user says counts


async def test_at_the_end_a_short_article_is_read_at_once_and_undo_takes_it_back(
    news: Library,
) -> None:
    async with reading(news, settings=Settings(read_when="end")) as reader:
        await reader.press("enter")
        assert read(reader) == 1
        assert not says_unread(reader)
        await reader.press("u")
        assert "undone: “How this archive is kept” read" in reader.status
        assert read(reader) == 0


async def test_after_a_while_it_is_read_if_it_is_still_open(
    news: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_article, "DWELL_S", 0.2)
    async with reading(news, settings=Settings(read_when="dwell")) as reader:
        await reader.type_in(["enter", "J"])
        second = reader.opened
        await reader.wait_for(lambda: read(reader) == 1)
        await reader.settle()
        found = reader.library.find(parse("is:read"))
        assert second in found
        assert not says_unread(reader)


async def test_before_that_it_is_not(news: Library) -> None:
    async with reading(news, settings=Settings(read_when="dwell")) as reader:
        await reader.press("enter", "G")
        assert read(reader) == 0
        assert says_unread(reader)


@pytest.mark.parametrize("when", ["end", "dwell", "hand"])
async def test_the_article_of_the_last_session_is_not_marked_by_a_start(
    news: Library, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_article, "DWELL_S", 0.01)
    async with reading(news, settings=Settings(read_when="hand")) as reader:
        await reader.press("enter")
    async with reading(news, settings=Settings(read_when=when)) as reader:
        await reader.pilot.pause(0.05)
        await reader.settle()
        assert "How this archive is kept" in reader.text(ReadingPane)
        assert read(reader) == 0
