"""Keys, help, palette and settings of the whole reader: each says what it does, and is true."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.css.stylesheet import Stylesheet

from reader.config.settings import Settings
from reader.library import Library
from reader.query.language import Query
from reader.ui.app import CryptoreadApp
from reader.ui.bars.status_line import KeyHint, KeyLine
from reader.ui.reading.pane import ReadingPane
from reader.ui.screen.key_names import key_names
from reader.ui.screen.keys import LIST_KEYS, READING_KEYS, reading_hint
from reader.ui.screen.reader import ReaderScreen
from reader.ui.sidebar.widget import Sidebar
from reader.ui.themes import DEFAULT
from tests.builders import library
from tests.ui.screen import archive, reading

BOUND: list[Binding] = [
    binding
    for part in (Sidebar, ReadingPane, ReaderScreen)
    for binding in part.BINDINGS
    if isinstance(binding, Binding)
]


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path, archive()) as made:
        yield made


# Keys, help and palette.


def test_every_binding_says_what_it_does_and_has_an_id_of_its_own() -> None:
    assert all(binding.id and binding.description and binding.tooltip for binding in BOUND)
    ids = [binding.id for binding in BOUND]
    assert len(set(ids)) == len(ids)
    assert not any(binding.priority for binding in BOUND)


def test_the_keys_of_the_manual_are_bound() -> None:
    keys = {key for binding in BOUND for key in binding.key.split(",")}
    manual = "j k g G h l J K n N 1 2 3 4 5 6 7 8 9 t x 0 L i o F y Y m M f u U r S s z q"
    named = (
        "down up home end ctrl+d ctrl+u pagedown pageup left right enter tab space escape "
        "plus minus equals_sign less_than_sign greater_than_sign question_mark f1 slash"
    )
    assert set(manual.split()) | set(named.split()) <= keys


@pytest.mark.parametrize("hint", [*LIST_KEYS, *READING_KEYS])
def test_a_click_on_the_key_line_does_what_its_key_does(hint: KeyHint) -> None:
    assert not hint.action or hint.action in {
        binding.action for binding in BOUND if hint.keys.split()[0] in key_names(binding.key)
    }


async def test_a_click_on_open_opens_what_the_cursor_is_on(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("Fees fall")
        await reader.click("open", KeyLine)
        assert "The text of story 3." in reader.text(ReadingPane)


async def test_the_help_lists_every_binding(news: Library) -> None:
    async with reading(news, size=(60, 40)) as reader:
        page = await reader.help()
        for binding in BOUND:
            if not binding.action.startswith("cycle_digit"):
                row = f"{key_names(binding.key)} {binding.tooltip}"
                assert set(row.split()) <= set(page.split()), row
        assert "1 … 9 Tag of that number: include, exclude, off" in page
        assert "".join(page.split()).endswith(str(news.folder))


async def test_the_palette_offers_every_action(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("n")  # the pane's own keys are offered once it is there
        offered = await reader.palette()
        for binding in BOUND:
            assert any(name.startswith(binding.description) for name in offered), binding
        assert sum(name.lower().startswith("quit") for name in offered) == 1


async def test_the_palette_offers_themes(news: Library) -> None:
    async with reading(news) as reader:
        assert any("theme" in name.lower() for name in await reader.palette())


async def test_the_palette_begins_with_what_is_looked_for_first_and_ends_with_movement(
    news: Library,
) -> None:
    async with reading(news) as reader:
        offered = await reader.palette()
        plain = [each.partition(" (")[0] for each in offered]
        wanted = ("Search", "Group by", "Theme", "Save view", "Export", "Briefing", "Mood", "Sync")
        first = [each for each in plain if each in wanted]
        assert set(first) == set(wanted)
        assert plain.index(first[-1]) < plain.index("Cover image")
        assert offered.index("Quit (q)") < offered.index("Down (j ↓)") < len(offered)
        assert offered.index("Full text (F)") < offered.index("Tag 1 (1)")


@pytest.mark.parametrize("size", [(60, 24), (120, 40)])
async def test_each_command_of_the_palette_is_one_line(
    news: Library, size: tuple[int, int]
) -> None:
    async with reading(news, size=size) as reader:
        await reader.palette()
        rows = [" ".join(line.split()) for line in reader.lines]
        place = next(k for k, row in enumerate(rows) if row.startswith("Search (/)"))
        names = ("Search (/) Search as", "Group by (s) By cat", "Group by category Cat")
        for row, name in zip(rows[place:], names, strict=False):
            assert row.startswith(name)


async def test_an_action_of_the_palette_is_done(news: Library) -> None:
    async with reading(news) as reader:
        assert await reader.palette("negative news") == ["Negative (-)"]
        await reader.press("down", "enter")
        await reader.wait_for(lambda: reader.filter == "lang:en sentiment:negative")


async def test_any_text_may_be_typed_into_the_palette(news: Library) -> None:
    async with reading(news) as reader:
        await reader.palette()
        await reader.type_in("[/foo]")
        await reader.press("escape")
        assert reader.app.screen is reader.screen


async def test_a_key_of_the_settings_takes_the_place_of_the_usual_one(news: Library) -> None:
    settings = Settings(keys={"reader.next-unread": "f5", "sidebar.down": "ctrl+n"})
    async with reading(news, settings=settings) as reader:
        await reader.press("n")
        assert reader.opened is None
        await reader.press("ctrl+n", "f5")
        assert reader.opened is not None
        page = await reader.help()
        assert "F5 Open the next unread article" in page
        assert "n Open the next unread article" not in page


async def test_the_palette_names_the_key_of_the_settings(news: Library) -> None:
    async with reading(news, settings=Settings(keys={"reader.next-unread": "f5"})) as reader:
        assert any(name.startswith("Next unread (F5)") for name in await reader.palette())


async def test_theme_and_widths_come_from_the_settings(news: Library) -> None:
    settings = Settings(theme="nord", sidebar_width=36, column_width=40)
    async with reading(news, settings=settings) as reader:
        assert reader.app.theme == "nord"
        assert reader.screen.query_one(Sidebar).outer_size.width == 36
        await reader.press("n")
        assert reader.screen.query_one(ReadingPane).column_width == 40


async def test_a_theme_that_does_not_exist_leaves_the_usual_one(news: Library) -> None:
    async with reading(news, settings=Settings(theme="[/foo]")) as reader:
        assert reader.app.theme == DEFAULT


async def test_the_usual_theme_is_one_of_our_own_unless_textual_is_told_of_another(
    news: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reading(news) as reader:
        assert reader.app.theme == "cryptoread-dark" == DEFAULT
    for named, shown in (("nord", "nord"), ("nope", DEFAULT)):
        async with reading(news) as reader:
            monkeypatch.setenv("TEXTUAL_THEME", named)
            assert CryptoreadApp(news, Settings(), Query()).theme == shown


@pytest.mark.parametrize("theme", [None, "cryptoread-light", "nord"])
async def test_style_sheets_are_read_once_whatever_the_theme(
    news: Library, theme: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = []
    monkeypatch.setattr(Stylesheet, "reparse", lambda sheet: again.append(sheet))
    async with reading(news, settings=Settings(theme=theme)) as reader:
        assert reader.app.theme == theme or DEFAULT
    assert again == []


def test_the_usual_theme_is_one_of_our_own_unless_the_environment_names_another(
    news: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    for named, shown in (("", "cryptoread-dark"), ("nord", "nord"), ("nope", "cryptoread-dark")):
        monkeypatch.setenv("TEXTUAL_THEME", named)
        assert CryptoreadApp(news, Settings(), Query()).theme == shown


@pytest.mark.parametrize("theme", [None, "cryptoread-light", "nord"])
async def test_no_style_sheet_is_read_a_second_time_for_the_theme_of_the_start(
    news: Library, theme: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    again: list[Stylesheet] = []
    monkeypatch.setattr(Stylesheet, "reparse", again.append)
    async with reading(news, settings=Settings(theme=theme)) as reader:
        assert reader.app.theme == (theme or DEFAULT)
    assert again == []


async def test_q_leaves(news: Library) -> None:
    async with reading(news) as reader:
        await reader.pilot.press("q")
        assert reader.app._exit


async def test_samples_say_that_they_are_samples(news: Library) -> None:
    news.is_sample = True
    async with reading(news) as reader:
        banner = reader.text("#banner")
        assert "sample articles" in banner.lower()
        assert "cryptoread import" in banner


async def test_repairs_at_the_start_are_reported(tmp_path: Path) -> None:
    library(tmp_path, archive()).close()
    (tmp_path / "cache.db").write_bytes(b"no database " * 1000)
    with Library(tmp_path) as news:
        async with reading(news) as reader:
            assert "cache.db was damaged" in reader.status


async def test_the_footer_and_messages_name_the_keys_of_the_settings(news: Library) -> None:
    keys = {
        "reader.next-unread": "f5,f6",
        "sidebar.down": "ctrl+n",
        "reader.tag-9": "f9",
        "reader.undo": "ctrl+r",
        "reader.help": "f2",
        "reader.clear-filters": "f7",
        "reader.copy-markdown": "f8",
    }
    async with reading(news, settings=Settings(keys=keys)) as reader:
        footer = reader.text(KeyLine)
        for hint in ("ctrl+n k move", "F5 next unread", "1-F9 tags", "Enter open", "F2 help"):
            assert hint in footer
        hint = reading_hint(reader.screen.keymap)
        assert "Space reads on: page by page, then the next unread article. F2 shows" in hint
        await reader.press("f5")
        assert "F5 next unread" in reader.text(KeyLine)
        await reader.press("m", "y")
        assert "F8 copies the text" in reader.status
        await reader.press("m")
        assert "ctrl+r undoes" in reader.status
    async with reading(news, "tag:none", settings=Settings(keys=keys)) as reader:
        assert "Esc drops the last filter, F7 all of them." in reader.text(Sidebar)


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (None, None, "nord"),
        ("gruvbox", "gruvbox", "nord"),
        ("gruvbox", "dracula", "dracula"),
        (None, "dracula", "dracula"),
        ("gruvbox", None, DEFAULT),
    ],
)
async def test_the_theme_of_the_palette_holds_until_the_settings_name_another(
    news: Library, before: str | None, after: str | None, shown: str
) -> None:
    async with reading(news, settings=Settings(theme=before)) as reader:
        reader.app.theme = "nord"
        await reader.wait_for(lambda: news.state("theme"))
    async with reading(news, settings=Settings(theme=after)) as reader:
        assert reader.app.theme == shown


@pytest.mark.parametrize("saved", ["{", "[]", '"nord"', '{"theme": "nope", "settings": null}'])
async def test_a_kept_theme_that_cannot_be_read_is_the_usual_one(news: Library, saved: str) -> None:
    news.save_state("theme", saved)
    async with reading(news) as reader:
        assert reader.app.theme == DEFAULT
