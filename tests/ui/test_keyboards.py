"""Keys on a Ukrainian keyboard do what the keys in the same places of a Latin one do."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from textual import events
from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.keys import _character_to_key

from reader.config.settings import Settings
from reader.library import Library
from reader.ui.app import CryptoreadApp
from reader.ui.bars.search_line import SearchLine
from reader.ui.checked_settings import PLACES
from reader.ui.reading.pane import ReadingPane
from reader.ui.textual_compat.keyboard import TWINS, latin_twin
from tests.builders import library
from tests.ui.screen import Reading, archive, reading

NAMED = {_character_to_key(typed): _character_to_key(latin) for typed, latin in TWINS.items()}

INPUTS = {"search", "tag_picker"}
"""Parts of the screen in which letters are text."""


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path, archive()) as made:
        yield made


@pytest.mark.parametrize(
    ("typed", "latin"),
    [
        *(("о", "j"), ("л", "k"), ("т", "n"), ("Т", "N"), ("ф", "a"), ("ь", "m"), ("г", "u")),
        *(("і", "s"), ("и", "b"), ("х", "["), ("ї", "]"), ("Х", "{"), ("є", "'"), ("ґ", "\\")),
        *((".", "/"), (",", "?"), ("Б", "<"), ("Ю", ">"), ("№", "#"), ("й", "q"), ("Д", "L")),
    ],
)
def test_each_ukrainian_key_has_the_latin_one_of_its_place(typed: str, latin: str) -> None:
    assert latin_twin(_character_to_key(typed)) == _character_to_key(latin)


@pytest.mark.parametrize("key", ["j", "J", "slash", "escape", "f1", "1", "plus", "space", "ы", "é"])
def test_other_keys_have_no_twin(key: str) -> None:
    assert latin_twin(key) is None


def test_modifiers_stay_with_the_twin() -> None:
    assert latin_twin("ctrl+в") == "ctrl+d"
    assert latin_twin("alt+full_stop") == "alt+slash"


def test_every_letter_and_sign_that_is_bound_can_be_typed_on_a_ukrainian_keyboard() -> None:
    same = set("0123456789+-=()!*%@$^&_")
    known = set(NAMED.values()) | {_character_to_key(sign) for sign in same}
    for key in keys_of(PLACES.keys() - INPUTS):
        if len(key) == 1 or "_" in key or key in ("slash", "plus", "minus", "comma"):
            assert key in known, key


def keys_of(places: Iterable[str]) -> set[str]:
    """Every key that is bound by default in these parts of the screen."""
    parts = [PLACES[place] for place in places]
    classes = [getattr(import_module(module), name) for part in parts for module, name in part]
    bound = [each for part in classes for each in vars(part).get("BINDINGS", ())]
    maps = BindingsMap([each for each in bound if isinstance(each, Binding)])
    return set(maps.key_to_bindings)


async def done_by(reader: Reading, key: str, typed: str, patch: pytest.MonkeyPatch) -> list[str]:
    """The actions that a key would do, which are not done."""
    done: list[str] = []

    async def note(_: CryptoreadApp, action: str, node: DOMNode | None = None) -> bool:
        done.append(f"{type(node).__name__}: {action}")
        return True

    with patch.context() as noting:
        noting.setattr(CryptoreadApp, "run_action", note)
        reader.app.post_message(events.Key(key, typed if len(typed) == 1 else None))
        await reader.settle()
    return done


WAYS = {
    "list": "",
    "reading pane": "n tab",
    "briefing": "w",
    "mood": "d",
    "sources": "S",
    "help": "?",
    "related": "n e",
}
"""Keys to each place."""


@pytest.mark.parametrize("place", WAYS)
async def test_each_key_does_in_each_place_what_its_twin_does(
    place: str, news: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reading(news) as reader:
        await reader.press(*WAYS[place].split())
        bound = {key for _, each in reader.app.screen._modal_binding_chain for key, _ in each}
        sent = 0
        for typed, latin in TWINS.items():
            key, twin = _character_to_key(typed), _character_to_key(latin)
            assert key not in bound
            done = await done_by(reader, key, typed, monkeypatch)
            assert bool(done) == (twin in bound)
            if done:
                assert done == await done_by(reader, twin, latin, monkeypatch)
            sent += bool(done)
        assert sent >= 3


async def test_a_morning_is_read_in_the_ukrainian_layout(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("т")
        first = reader.opened
        assert first is not None
        await reader.press("Т", "т", "т")
        assert reader.opened not in (None, first)
        await reader.press("а")
        assert "favourite" in reader.status
        await reader.press("г")
        await reader.press("і")
        assert "latest first" in reader.status
        await reader.press(",")
        assert reader.app.screen is not reader.screen
        await reader.press("й")
        assert reader.app.screen is reader.screen


async def test_ukrainian_letters_are_text_where_text_is_typed(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press(".", *"рахує.")
        assert "рахує." in reader.text(SearchLine)
        await reader.press("escape", "е")
        await reader.press(*"bт")
        assert "bт" in "\n".join(reader.lines)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("u", "is:unread"), ("г", "is:unread"), ("р", "tag:btc"), ("h", "tag:btc"), ("e", "tag:eth")],
)
async def test_a_view_opens_by_its_letter_on_either_keyboard(
    news: Library, typed: str, shown: str
) -> None:
    views = {"ранок": "tag:btc", "enough": "tag:eth"}
    async with reading(news, settings=Settings(views=views)) as reader:
        await reader.press("'", typed)
        assert reader.filter == f"lang:en {shown}"


async def test_a_key_of_the_settings_moves_with_its_twin(news: Library) -> None:
    settings = Settings(keys={"reader.next-unread": "j", "sidebar.down": "ctrl+n"})
    async with reading(news, settings=settings) as reader:
        await reader.press("т")
        assert reader.opened is None
        await reader.press("о")
        assert reader.opened is not None


async def test_a_ukrainian_key_of_the_settings_comes_before_the_key_of_its_place(
    news: Library,
) -> None:
    async with reading(news, settings=Settings(keys={"reader.search": "т"})) as reader:
        await reader.press("т")
        assert reader.screen.query(SearchLine)
        assert reader.opened is None


async def test_hints_and_help_name_latin_keys_alone(news: Library) -> None:
    async with reading(news) as reader:
        shown = await reader.help() + " ".join(reader.lines[-2:])
        assert not any(typed in shown.split() for typed in TWINS if typed.isalpha())


async def test_the_keys_of_the_reading_pane_answer_to_ukrainian_letters(news: Library) -> None:
    async with reading(news, size=(80, 12)) as reader:
        await reader.press("n", "tab")
        pane = reader.screen.query_one(ReadingPane)
        await reader.press("П")
        end = pane.scroll_offset.y
        await reader.press("п")
        assert pane.scroll_offset.y == 0
        assert end >= 0


async def test_keys_one_after_another_do_what_they_are_bound_to(news: Library) -> None:
    settings = Settings(keys={"sidebar.top": "g g", "sidebar.bottom": "g e,G"})
    async with reading(news, settings=settings) as reader:
        await reader.press("g", "g")
        first = reader.cursor
        await reader.press("g", "e")
        last = reader.cursor
        assert last != first
        await reader.press("g")
        assert reader.cursor == last
        await reader.press("g")
        assert reader.cursor == first
        await reader.press("G")
        assert reader.cursor == last
        await reader.press("п", "g")
        assert reader.cursor == first
        page = await reader.help()
        assert "gg To the first row" in page
        assert "ge G To the last row" in page


async def test_a_key_that_ends_a_sequence_of_others_is_itself(news: Library) -> None:
    async with reading(news, settings=Settings(keys={"sidebar.top": "g g"})) as reader:
        await reader.press("g", "n")
        assert reader.opened is not None
        await reader.press("g", "escape", "g", "x", "n")
        assert reader.filter == "lang:en"
