"""Help, the list of links, and the question before a link that deceives."""

from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.app import App
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Static

from reader.ui.modals.help import QUERY_LANGUAGE, HelpGroup, HelpScreen, HelpText, lay_out
from reader.ui.modals.links import ConfirmScreen, LinkList, LinksScreen
from tests.builders import library
from tests.ui.screen import archive, reading

RUN: dict[str, Any] = {"notifications": True, "tooltips": True}

GROUPS = [
    HelpGroup("Move", [("j k ↓ ↑", "move"), ("ctrl+d ctrl+u PgDn PgUp", "half and full page")]),
    HelpGroup("Filter", [("1 … 9", "cycle that tag"), ("t", "tag picker"), ("x", "clear")]),
    HelpGroup("[/foo]", [("[BTC]", "[@click=app.quit] x[/] shown as it is, however long it gets")]),
]
DATA = "/data/[/foo]/" + "a-long-folder/" * 6

LINKS = [
    ("Original", "https://news.example/story"),
    ("[/foo] [BTC]", "https://reports.example/a?b=c"),
    ("bank.example", "https://evil.example/login"),
    ("a script", "javascript:alert(1)"),
    ("", "https://аpple.example/"),
]


class ModalApp(App[None]):
    """Shows one box and keeps what it gave."""

    def __init__(self, modal: ModalScreen[Any]) -> None:
        super().__init__()
        self.animation_level = "none"
        self.modal = modal
        self.given: list[object] = []

    async def on_mount(self) -> None:
        await self.reopen(self.modal)

    async def reopen(self, modal: ModalScreen[Any]) -> None:
        self.modal = modal
        self.given.clear()
        await self.push_screen(modal, self.given.append)

    def lines(self, kind: type[HelpText] | type[LinkList]) -> list[str]:
        shown = self.modal.query_one(kind)
        return [shown.render_line(y).text.rstrip() for y in range(shown.size.height)]

    @property
    def messages(self) -> list[str]:
        return [toast.message for toast in self._notifications]


def page(width: int) -> list[str]:
    return ["".join(text for text, _ in line) for line in lay_out(GROUPS, DATA, width)]


# Help.


@pytest.mark.parametrize("width", [34, 36, 76, 96, 190])
def test_the_help_lists_every_key_the_query_language_and_the_data_folder(width: int) -> None:
    lines = page(width)
    words = " ".join(lines).split()
    for group in [*GROUPS, QUERY_LANGUAGE]:
        for row in group.rows:
            assert all(word in words for text in row for word in text.split())
    assert DATA in "".join(line.strip() for line in lines)
    assert all(cell_len(line) <= width for line in lines)


def test_the_help_has_two_columns_if_there_is_room() -> None:
    assert any("Move" in line and "Filter" in line for line in page(96))
    assert not any("Move" in line and "Filter" in line for line in page(76))


async def test_the_help_closes() -> None:
    async with (app := ModalApp(HelpScreen(GROUPS, DATA))).run_test(**RUN) as pilot:
        for key in ("escape", "q", "question_mark", "f1"):
            await pilot.press(key)
            assert app.given == [None]
            await app.reopen(HelpScreen(GROUPS, DATA))


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40), (3, 2)])
async def test_the_help_scrolls_to_its_last_line(size: tuple[int, int]) -> None:
    async with (app := ModalApp(HelpScreen(GROUPS, DATA))).run_test(size=size, **RUN) as pilot:
        await pilot.press("G")
        await pilot.pause()
        shown = [line for line in app.lines(HelpText) if line]
        last = page(app.modal.query_one(HelpText).scrollable_content_region.width)[-1]
        assert shown[-1:] == [last[:1] if size == (3, 2) else last]


async def test_the_help_follows_the_size_of_the_terminal() -> None:
    async with (app := ModalApp(HelpScreen(GROUPS, DATA))).run_test(size=(40, 40), **RUN) as pilot:
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert any("Move" in line and "Filter" in line for line in app.lines(HelpText))


# Links.


async def test_links_are_numbered_and_literal_and_show_their_host() -> None:
    async with (app := ModalApp(LinksScreen(LINKS))).run_test(**RUN) as pilot:
        await pilot.pause()
        assert [line.split() for line in app.lines(LinkList)] == [
            ["›1", "Original", "news.example"],
            ["2", "[/foo]", "[BTC]", "reports.example"],
            ["3", "bank.example", "evil.example"],
            ["4", "a", "script", "not", "opened"],
            ["5", "https://аpple.example/", "xn--pple-43d.example"],
        ]


async def test_the_terminal_may_open_links_whose_label_does_not_deceive() -> None:
    async with (app := ModalApp(LinksScreen(LINKS))).run_test(**RUN) as pilot:
        await pilot.pause()
        rows = app.screen.query_one(LinkList)
        found = [{part.style.link for part in rows.render_line(y) if part.style} for y in range(6)]
        assert found[0] == {"https://news.example/story"}
        assert found[1] == {"https://reports.example/a?b=c"}
        assert found[2:4] == [{None}, {None}]
        assert found[5] == {None}


async def test_a_chosen_link_gives_its_url() -> None:
    async with (app := ModalApp(LinksScreen(LINKS))).run_test(**RUN) as pilot:
        for keys in (["down", "enter"], ["j", "o"], ["2"], ["G", "2"]):
            await pilot.press(*keys)
            assert app.given == ["https://reports.example/a?b=c"]
            await app.reopen(LinksScreen(LINKS))


async def test_a_click_chooses_a_link() -> None:
    async with (app := ModalApp(LinksScreen(LINKS))).run_test(**RUN) as pilot:
        await pilot.pause()
        await pilot.click(LinkList, offset=(5, 1))
        assert app.given == ["https://reports.example/a?b=c"]


async def test_closing_the_links_gives_nothing() -> None:
    async with (app := ModalApp(LinksScreen(LINKS))).run_test(**RUN) as pilot:
        for key in ("escape", "q"):
            await pilot.press(key)
            assert app.given == [None]
            await app.reopen(LinksScreen(LINKS))


async def address(app: ModalApp, pilot: Pilot[None]) -> str:
    await pilot.pause()
    return str(app.modal.query_one("#link-url", Static).content)


async def test_the_whole_address_under_the_cursor_is_shown() -> None:
    async with (app := ModalApp(LinksScreen(LINKS))).run_test(**RUN) as pilot:
        assert await address(app, pilot) == "https://news.example/story"
        await pilot.press("G")
        assert await address(app, pilot) == "https://xn--pple-43d.example/"


async def test_a_link_that_is_never_opened_says_why() -> None:
    async with (app := ModalApp(LinksScreen(LINKS))).run_test(**RUN) as pilot:
        await pilot.press("4")
        reason = "javascript:alert(1) is not opened: only http and https links are"
        assert await address(app, pilot) == reason
        assert app.messages == [reason]
        assert app.given == []


async def test_a_link_is_copied_as_it_is() -> None:
    async with (app := ModalApp(LinksScreen(LINKS))).run_test(**RUN) as pilot:
        await pilot.press("j", "y")
        assert app.clipboard == "https://reports.example/a?b=c"
        assert app.messages == ["Link copied"]
        assert app.given == []


async def test_an_article_without_links_says_so() -> None:
    async with (app := ModalApp(LinksScreen([]))).run_test(**RUN) as pilot:
        await pilot.press("enter", "y", "j", "1")
        assert [line.strip() for line in app.lines(LinkList)] == ["The article has no links"]
        await pilot.press("escape")
        assert app.given == [None]


async def test_the_end_of_a_long_host_stays_in_view() -> None:
    url = "https://" + "bank.example." * 9 + "evil.example/"
    links = [("very long label " * 9, url)]
    async with (app := ModalApp(LinksScreen(links))).run_test(size=(40, 12), **RUN) as pilot:
        await pilot.pause()
        (line,) = app.lines(LinkList)
        assert line.endswith(".evil.example")
        assert "very" in line


async def test_a_deceiving_link_is_opened_only_after_a_yes() -> None:
    async with (app := ModalApp(LinksScreen(LINKS))).run_test(**RUN) as pilot:
        for key in ("n", "escape", "enter", "y"):
            await pilot.press("3")
            assert isinstance(app.screen, ConfirmScreen)
            question = str(app.screen.query_one(Static).content)
            assert question == "The link says bank.example, but it goes to evil.example. Open it?"
            await pilot.press(key)
            assert app.given == (["https://evil.example/login"] if key == "y" else [])
            assert (app.screen is app.modal) == (key != "y")


async def test_a_confirmation_is_answered_by_a_key() -> None:
    question = "Remove [/foo] and [BTC]?"
    async with (app := ModalApp(ConfirmScreen(question))).run_test(**RUN) as pilot:
        for key in ("n", "escape", "enter", "q", "y"):
            assert str(app.modal.query_one(Static).render()) == question
            await pilot.press(key)
            assert app.given == [key == "y"]
            await app.reopen(ConfirmScreen(question))


@pytest.mark.parametrize("key", ["t", "d", "S", "'"])
async def test_the_reader_below_a_box_is_dimmed_and_can_still_be_seen(
    key: str, tmp_path: Path
) -> None:
    with library(tmp_path, archive()) as news:
        async with reading(news, size=(160, 50)) as reader:
            await reader.press("n")
            plain = [(text, style) for text, style, _ in reader.strips[-1] if text.strip()]
            await reader.press(key)
            dimmed = [(text, style) for text, style, _ in reader.strips[-1] if text.strip()]
            assert [text for text, _ in dimmed] == [text for text, _ in plain]
            for (_, before), (_, after) in zip(plain, dimmed, strict=True):
                assert after is not None
                assert after.color not in (after.bgcolor, before and before.color)
