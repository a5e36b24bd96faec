"""Saved views on the screen: the line, opening by letter, by mouse and by name, saving one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.config.settings import Settings, read_settings
from reader.library import Library
from reader.query.language import parse
from reader.ui.bars.view_bar import ViewBar
from reader.ui.modals.views import SaveViewScreen, ViewList
from tests.builders import library
from tests.ui.screen import bring, reading, story

OWN = Settings(views={"morning": "tag:xrp", "alts": "tag:sol", "Ukrainian": "lang:uk"})


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    made = [
        story(1, "One", tags="XRP"),
        story(2, "Two", tags="XRP,SOL"),
        story(3, "Three"),
        story(4, "Four", lang="uk"),
    ]
    with library(tmp_path / "data", made) as opened:
        yield opened


async def test_without_own_views_the_list_has_the_whole_height(news: Library) -> None:
    async with reading(news) as reader:
        assert reader.shown(ViewBar) == []


async def test_the_line_has_each_view_with_its_unread_articles(news: Library) -> None:
    async with reading(news, settings=OWN, size=(80, 24)) as reader:
        await reader.wait_for(lambda: "…" not in reader.text(ViewBar))
        assert reader.text(ViewBar) == ("All 3 Unread 3 ★ 0 Today 3 morning 2 alts 1 Ukrainian 1")
        assert len(reader.shown(ViewBar)) == 1
        await reader.go_to("Two")
        await reader.press("m", "f")
        await reader.wait_for(lambda: "★ 0 Today 2 morning 1" in reader.text(ViewBar))
        bring(news, story(5, "Five", tags="XRP"))
        await reader.wait_for(lambda: "morning 2" in reader.text(ViewBar))


async def test_a_view_opens_by_its_letter_by_mouse_and_from_the_palette(news: Library) -> None:
    async with reading(news, settings=OWN) as reader:
        await reader.press("'", "m")
        assert reader.filter == "lang:en tag:xrp"
        await reader.click("alts", ViewBar)
        assert reader.filter == "lang:en tag:sol"
        await reader.press("'", "k")
        assert reader.filter == "lang:uk"
        await reader.press("'", "a")
        assert reader.filter == "lang:en"


async def test_the_box_lists_views_with_their_letters(news: Library) -> None:
    async with reading(news, settings=OWN, size=(80, 24)) as reader:
        await reader.press("'")
        rows = [row.split() for row in reader.shown(ViewList)]
        assert rows[0][:3] == ["›", "a", "all"]
        assert rows[3] == ["l", "later", "is:later"]
        assert [row[0] for row in rows[1:]] == ["u", "f", "l", "t", "m", "s", "k"]
        await reader.press("escape")
        assert reader.filter == "lang:en"


async def test_a_filter_is_saved_under_a_name_and_then_has_its_place(
    news: Library, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text('# mine\ntheme = "nord"\n')
    async with reading(news, "tag:xrp", config=config) as reader:
        await reader.press("a", *"bad name", "enter")
        assert isinstance(reader.app.screen, SaveViewScreen)
        assert "is not a name of a view" in reader.text("#view-problem")
        await reader.press(*["backspace"] * 8, *"ripple", "enter")
        assert "view 'ripple' saved · ' r opens it" in reader.status
        assert "ripple" in reader.text(ViewBar)
        await reader.press("x", "'", "r")
        assert reader.filter == "lang:en tag:xrp"
    assert read_settings(config).views == {"ripple": "lang:en tag:xrp"}
    assert config.read_text().startswith('# mine\ntheme = "nord"\n')


async def test_nothing_is_saved_where_the_file_cannot_be_written(
    news: Library, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[views\n")
    async with reading(news, "tag:xrp", config=config) as reader:
        await reader.press("a", *"ripple", "enter")
        assert "is not valid TOML" in reader.status
        assert reader.shown(ViewBar) == []


async def test_a_view_is_typed_in_a_search_and_completed(news: Library) -> None:
    async with reading(news, settings=OWN) as reader:
        await reader.press("/", *"@mor")
        assert len(news.find(parse(reader.filter))) == 3  # half a name counts for nothing
        await reader.press("tab", *"two", "enter")
        assert reader.filter == "lang:en tag:xrp two*"
        assert any("Two" in row for row in reader.rows)


async def test_an_unknown_view_on_the_search_line_is_named(news: Library) -> None:
    async with reading(news, settings=OWN) as reader:
        await reader.press("/", *"@nothing x")
        assert "no view `@nothing`" in reader.text("SearchHint")


async def test_views_whose_names_are_hostile_are_shown_as_they_are(news: Library) -> None:
    wrong = Settings(views={"a": "title:[/foo]", "b": "@b"})
    async with reading(news, settings=wrong) as reader:
        await reader.press("'")
        assert "[/foo]" in reader.text(ViewList)
        await reader.press("b")
        assert "within itself" in reader.status
        assert reader.app.crash is None


async def test_the_palette_opens_a_view_by_its_name(news: Library) -> None:
    async with reading(news, settings=OWN) as reader:
        assert "View morning" in await reader.palette("view morn")
        await reader.press("down", "enter")
        await reader.wait_for(lambda: reader.filter == "lang:en tag:xrp")
