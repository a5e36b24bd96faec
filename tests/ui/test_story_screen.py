"""Stories on the screen: number of sources, groups, the line of the header, `(`, `)` and `R`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.article import Article
from reader.cache.store import Store
from reader.library import Library
from reader.ui.reading.pane import ReadingPane
from tests.builders import library, put
from tests.ui.screen import (
    AGAIN,
    HACK,
    LATE,
    NARROW,
    RETOLD,
    Reading,
    archive,
    reading,
    told_by_several,
)


def opened(folder: Path, articles: list[Article]) -> Library:
    made = library(folder, articles)
    made.deciding.run()
    return made


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with opened(tmp_path, [*archive(), *told_by_several()]) as made:
        yield made


async def open_article(reader: Reading, title: str) -> None:
    if isinstance(reader.screen.focused, ReadingPane):
        await reader.press("h")
    await reader.go_to(title)
    await reader.press("enter")


async def test_a_row_shows_how_many_sources_tell_its_story_and_that_they_disagree(
    news: Library,
) -> None:
    async with reading(news, "lang:en") as reader:
        await reader.press("s", "s", "s", "s")
        rows = [
            row for row in reader.rows if "$41 m" in row or "emptied" in row or "drained" in row
        ]
        assert len(rows) == 4
        assert all("⧉3▲▼" in row for row in rows)
        assert not any("⧉" in row for row in reader.rows if row not in rows)


async def test_a_translation_that_one_source_tells_has_no_number(news: Library) -> None:
    async with reading(news, "lang:uk") as reader:
        await reader.press("s", "s", "s", "s")
        assert any("Сховища" in row for row in reader.rows)
        assert not any("⧉" in row for row in reader.rows)


async def test_the_list_by_story_names_each_story_by_its_first_title(news: Library) -> None:
    async with reading(news, "lang:en", size=(150, 40)) as reader:
        await reader.press("s", "s", "s")
        assert reader.status.endswith("by story")
        heading = next(row for row in reader.rows if row.startswith("▾ Vaults"))
        assert heading.endswith("⧉3▲▼ 4/4")
        assert reader.rows[-1] == "▸ told by one source 6/6"
        within = [row for row in reader.rows if "Larkspur" in row and not row.startswith("▾")]
        assert len(within) == 4
        assert not any("⧉" in row for row in within)


async def test_a_filter_leaves_its_articles_in_the_stories(news: Library) -> None:
    async with reading(news, "lang:en sentiment:positive", size=(150, 40)) as reader:
        await reader.press("s", "s", "s")
        heading = next(row for row in reader.rows if "⧉" in row)
        assert heading.startswith("▾ Larkspur loses")
        assert heading.endswith("⧉3▲▼ 2/2")


async def test_the_list_by_story_is_there_again_at_the_next_start(news: Library) -> None:
    async with reading(news, "lang:en") as reader:
        await reader.press("s", "s", "s")
        before = reader.rows
    async with reading(news, "lang:en") as reader:
        assert reader.rows == before


async def test_the_header_says_who_tells_the_story(news: Library) -> None:
    async with reading(news, "lang:en") as reader:
        await open_article(reader, "drained of")
        assert "3 sources: ledgerpost 16:00 ▼ · coin harbour +2 h ▲ · m[/b]gaz +5 h" in reader.text(
            ReadingPane
        )
        await open_article(reader, "Fees fall")
        assert "sources:" not in reader.text(ReadingPane)


async def test_the_line_of_sources_is_cut_on_a_narrow_screen(news: Library) -> None:
    async with reading(news, "lang:en", size=NARROW) as reader:
        await open_article(reader, "drained of")
        (line,) = (each for each in reader.shown(ReadingPane) if "sources:" in each)
        assert line.strip().startswith("3 sources: ledgerpost 16:00 ▼ · coin harbour +2 h ▲ …")


async def test_a_click_on_a_source_opens_its_article(news: Library) -> None:
    async with reading(news, "lang:en") as reader:
        await open_article(reader, "drained of")
        await reader.click("coin harbour", ReadingPane)
        assert RETOLD in reader.text(ReadingPane)
        assert "Larkspur loses" in reader.cursor
        await reader.click("m[/b]", ReadingPane)
        assert LATE in reader.text(ReadingPane)


async def test_the_keys_walk_the_whole_story_in_its_language(news: Library) -> None:
    async with reading(news, "lang:en") as reader:
        await open_article(reader, "drained of")
        for number, title in enumerate((RETOLD, AGAIN, LATE), start=2):
            await reader.press(")")
            assert title in reader.text(ReadingPane)
            assert f"{number} of 4 that tell this" in reader.status
            assert title[:12] in reader.cursor
        await reader.press(")")
        assert "4 of 4, the last that tells this" in reader.status
        assert LATE in reader.text(ReadingPane)
        await reader.press("(", "(", "(", "(")
        assert "1 of 4, the first that tells this" in reader.status
        assert HACK in reader.text(ReadingPane)


async def test_the_keys_open_articles_that_the_filter_hides(news: Library) -> None:
    async with reading(news, "lang:en category:hacks") as reader:
        await reader.go_to("drained of")
        await reader.press(")")  # from the list
        assert RETOLD in reader.text(ReadingPane)
        assert reader.filter == "lang:en category:hacks"
        assert "Vaults" in reader.cursor
        await reader.press("(")
        assert HACK in reader.text(ReadingPane)


async def test_without_another_source_the_status_line_says_so(news: Library) -> None:
    async with reading(news, "lang:en") as reader:
        for key in ")(R":
            await open_article(reader, "Fees fall")
            await reader.press(key)
            assert "no other source tells this" in reader.status
            assert "Fees fall" in reader.text(ReadingPane)


async def test_an_opened_article_offers_to_mark_the_others_and_the_key_does_it_in_one_step(
    news: Library,
) -> None:
    async with reading(news, "lang:en") as reader:
        await open_article(reader, "drained of")
        assert "3 others tell this · R marks them read" in reader.status
        assert len(news.unread(news.find(reader.screen.filter))) == 10
        await reader.press("R")
        assert "3 articles read · u undoes" in reader.status
        assert len(news.unread(news.find(reader.screen.filter))) == 7
        await reader.press("R")
        assert "already read: 3 articles" in reader.status
        await reader.press("u")
        assert "undone: 3 articles read" in reader.status
        assert len(news.unread(news.find(reader.screen.filter))) == 10


async def test_nothing_is_offered_where_the_others_are_read(news: Library) -> None:
    async with reading(news, "lang:en") as reader:
        await open_article(reader, "drained of")
        await reader.press("R")
        await open_article(reader, "Larkspur loses")
        assert "others tell" not in reader.status


async def test_what_is_offered_counts_the_unread_and_goes_with_the_article(news: Library) -> None:
    async with reading(news, "lang:en") as reader:
        await open_article(reader, "drained of")
        reader.screen.say("")
        await open_article(reader, "Auditor of")
        assert "3 others tell this, 2 unread · R marks them read" in reader.status
        await open_article(reader, "Fees fall")
        assert "tell this" not in reader.status


async def test_the_key_that_was_chosen_for_it_is_offered(tmp_path: Path) -> None:
    from reader.config.settings import Settings

    settings = Settings(keys={"reader.story-read": "ctrl+t"})
    with opened(tmp_path, told_by_several()) as news:
        async with reading(news, "lang:en", settings=settings) as reader:
            await open_article(reader, "drained of")
            assert "ctrl+t marks them read" in reader.status
            await reader.press("ctrl+t")
            assert "3 articles read" in reader.status


async def test_a_source_that_tells_it_later_joins_the_open_article(tmp_path: Path) -> None:
    first, _, second, *_ = told_by_several()
    with opened(tmp_path, [first]) as news:
        async with reading(news, "lang:en") as reader:
            await open_article(reader, "drained of")
            assert "sources:" not in reader.text(ReadingPane)
            with Store(news.folder) as store:
                put(store, [second])
                store.deciding.run()
            reader.screen._look_for_changes()
            await reader.settle()
            assert "2 sources: ledgerpost 16:00 ▼ · coin harbour" in reader.text(ReadingPane)
            assert any("⧉2▲▼" in row for row in reader.rows)
