"""Saved views on the screen: the line, opening by letter, by mouse and by name, saving one."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from reader.config.settings import Settings, read_settings
from reader.library import Library
from reader.query.language import parse
from reader.ui.bars.view_bar import ViewBar
from reader.ui.modals.views import SaveViewScreen, ViewList, ViewsScreen
from tests.builders import NOW, library
from tests.ui.screen import Reading, bring, reading, story

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


VIEWS = '# mine\n[views]\nripple = "tag:xrp"  # first\nalts = "tag:sol"\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write(tmp_path / "config.toml", VIEWS)


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def text_of(path: Path) -> str:
    return path.read_text()


async def remove(reader: Reading, letter: str) -> None:
    """Press the key that removes in the box, with the cursor on the view of that letter."""
    await reader.press("'")
    rows = [row.strip("› ").partition(" ")[0] for row in reader.shown(ViewList)]
    await reader.press(*["down"] * rows.index(letter), "delete")


async def test_a_view_is_removed_from_the_box_and_u_brings_it_back(
    news: Library, config: Path
) -> None:
    async with reading(news, config=config, settings=read_settings(config)) as reader:
        await reader.press("'")
        assert "Delete remove" in reader.text(".modal-box")
        await reader.press("escape")
        await remove(reader, "r")
        assert "view 'ripple' removed · u brings it back: tag:xrp" in reader.status
        assert "ripple" not in reader.text(ViewBar)
        assert text_of(config) == '# mine\n[views]\nalts = "tag:sol"\n'
        await reader.press("'")
        assert "ripple" not in reader.text(ViewList)
        await reader.press("escape", "u")
        assert "view 'ripple' is back: tag:xrp" in reader.status
        assert text_of(config) == VIEWS
        await reader.press("'", "r")
        assert reader.filter == "lang:en tag:xrp"


async def test_the_line_goes_with_the_last_view_and_comes_back_with_it(
    news: Library, config: Path
) -> None:
    async with reading(news, config=config, settings=read_settings(config)) as reader:
        await remove(reader, "r")
        await remove(reader, "s")
        assert reader.shown(ViewBar) == []
        await reader.press("u")
        assert "alts" in reader.text(ViewBar)
        await reader.press("u")
        assert reader.text(ViewBar).endswith(("ripple … alts …", "ripple 2 alts 1"))
        assert list(read_settings(config).views) == ["ripple", "alts"]


async def test_views_that_are_always_there_stay(news: Library, config: Path) -> None:
    async with reading(news, config=config, settings=read_settings(config)) as reader:
        await remove(reader, "u")
        assert isinstance(reader.app.screen, ViewsScreen)
        assert "unread stays: only views of your own can be" in reader.text(".modal-box")
        assert text_of(config) == VIEWS
    async with reading(news) as reader:
        await reader.press("'")
        assert "remove" not in reader.text(".modal-box")


async def test_marks_and_removed_views_are_undone_in_the_order_of_the_keys(
    news: Library, config: Path
) -> None:
    async with reading(news, config=config, settings=read_settings(config)) as reader:
        await reader.go_to("Two")
        await reader.press("f")
        await remove(reader, "r")
        await reader.press("u", "u")
        assert "undone" in reader.status
        assert text_of(config) == VIEWS
        await remove(reader, "r")
        await reader.press("f", "u")
        assert "undone" in reader.status
        assert "ripple" not in text_of(config)


async def test_catching_up_and_removed_views_are_undone_in_the_order_of_the_keys(
    news: Library, config: Path
) -> None:
    news.insight.save_visit(news.insight.present()._replace(at=NOW - timedelta(hours=18)))
    bring(news, story(9, "Nine"))
    async with reading(news, config=config, settings=read_settings(config)) as reader:
        await reader.press("w", "M")
        assert "caught up to here" in reader.status
        await remove(reader, "r")
        await reader.press("u")
        assert "view 'ripple' is back" in reader.status
        await reader.press("u")
        assert "no longer caught up" in reader.status
        await remove(reader, "r")
        await reader.press("M")
        assert "caught up to here" in reader.status
        await reader.press("u")
        assert "no longer caught up" in reader.status
        await reader.press("u")
        assert "view 'ripple' is back" in reader.status


async def test_a_view_stays_where_the_file_cannot_be_written(news: Library, config: Path) -> None:
    settings = read_settings(config)
    write(config, "[views\n")
    async with reading(news, config=config, settings=settings) as reader:
        await reader.go_to("Two")
        await reader.press("f")
        await remove(reader, "r")
        assert "is not valid TOML" in reader.status
        assert "ripple" in reader.text(ViewBar)
        await reader.press("u")
        assert "undone" in reader.status


async def test_a_view_that_another_program_removed_is_gone_without_an_error(
    news: Library, config: Path
) -> None:
    settings = read_settings(config)
    write(config, "theme = 'nord'\n")
    async with reading(news, config=config, settings=settings) as reader:
        await reader.go_to("Two")
        await reader.press("f")
        await remove(reader, "r")
        assert "view 'ripple' was removed already" in reader.status
        assert "ripple" not in reader.text(ViewBar)
        await reader.press("u")
        assert "undone" in reader.status


async def test_the_key_that_removes_a_view_can_be_chosen(news: Library, config: Path) -> None:
    write(config, VIEWS + '[keys]\n"views.remove" = "ctrl+r"\n')
    async with reading(news, config=config, settings=read_settings(config)) as reader:
        await reader.press("'", *["down"] * 5)
        assert "ctrl+r remove" in reader.text(".modal-box")
        await reader.press("ctrl+r")
        assert "view 'ripple' removed" in reader.status
