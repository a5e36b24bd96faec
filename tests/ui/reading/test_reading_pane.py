"""The reading pane: painting, scroll position, clicks, keys and selections."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual import on
from textual.app import App, ComposeResult
from textual.events import MouseDown, MouseMove, MouseScrollDown, MouseUp
from textual.geometry import Offset
from textual.message import Message
from textual.pilot import Pilot
from textual.selection import SELECT_ALL, Selection

from reader.article import Cover
from reader.query.language import parse
from reader.ui.reading import pane as reading_pane
from reader.ui.reading import view as article_view
from reader.ui.reading.pane import ReadingPane
from tests.builders import NOW, article

STYLES = Path(__file__).parents[3] / "styles"

LONG = "\n\n".join(f"## Part {number}\n\n" + f"word{number} " * 120 for number in range(40))


LIST = "\n".join(f"- item {number} of a list that cannot be cut" for number in range(2_000))

PARAGRAPHS = 100_000
ENDLESS = "\n\n".join(f"Paragraph {number} is short." for number in range(PARAGRAPHS))


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the layout more time, so that a busy machine paints as much."""
    monkeypatch.setattr(article_view, "SCREENFUL_S", 60)
    monkeypatch.setattr(article_view, "AT_ONCE_S", 0.05)
    monkeypatch.setattr(reading_pane, "MATCH_S", 60)


class PaneApp(App[None]):
    CSS_PATH = STYLES / "30-reading.tcss"

    def __init__(self) -> None:
        super().__init__()
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        yield ReadingPane()

    @on(ReadingPane.LinkClicked)
    @on(ReadingPane.TagClicked)
    @on(ReadingPane.CoverClicked)
    @on(ReadingPane.MatchesFound)
    def record(self, message: Message) -> None:
        self.said.append(message)


class Reading:
    """The app, its pane, and what a person sees of it."""

    def __init__(self, app: PaneApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self.pane = app.query_one(ReadingPane)

    async def show(self, body: str = "Text.", position: int = 0, **values: Any) -> None:
        self.pane.show(
            article(body=body, **values),
            read=False,
            favourite=False,
            now=NOW,
            position=position,
        )
        await self.pilot.pause()

    @property
    def screen(self) -> list[str]:
        height = self.pane.size.height
        return [self.pane.render_line(y).text.strip().replace("\xa0", " ") for y in range(height)]

    @property
    def top(self) -> str:
        return self.screen[0]

    async def all_laid_out(self) -> None:
        while not self.pane._lines.is_complete:
            await self.pilot.pause(0.01)
        await self.pilot.pause()

    async def click_on(self, text: str) -> None:
        (y, line) = next((y, line) for y, line in enumerate(self.painted) if text in line)
        await self.pilot.click(ReadingPane, offset=(line.index(text), y))
        await self.pilot.pause()

    @property
    def painted(self) -> list[str]:
        lines = (self.pane.render_line(y).text for y in range(self.pane.size.height))
        return [line.replace("\xa0", " ") for line in lines]


@asynccontextmanager
async def reading(width: int = 80, height: int = 24) -> AsyncIterator[Reading]:
    app = PaneApp()
    async with app.run_test(size=(width, height), notifications=True, tooltips=True) as pilot:
        await pilot.pause()
        opened = Reading(app, pilot)
        opened.pane.focus()
        yield opened


# What is painted.


async def test_the_first_screenful_is_there_as_soon_as_an_article_is_shown() -> None:
    async with reading() as it:
        it.pane.show(
            article(title="Fees fall", description="At last.", body="## Overview\n\nThey fell."),
            read=False,
            favourite=False,
            now=NOW,
        )
        assert it.screen[1] == "Fees fall"
        assert it.screen[4] == "At last."
        assert "Overview" in it.screen
        assert "They fell." in it.screen


async def test_deleted_text_is_also_dim_for_terminals_without_strike_through() -> None:
    async with reading() as it:
        await it.show("Now ~~$10~~ $8.")
        lines = [it.pane.render_line(y) for y in range(it.pane.size.height)]
        (style,) = (part.style for line in lines for part in line if part.text == "$10")
        assert style is not None
        assert style.strike
        assert style.dim


@pytest.mark.parametrize(
    "text", ["[/foo]", "[BTC] hits 100k", "[red]x[/red]", "[@click=app.quit]x[/]", "[", "]]", "\\["]
)
async def test_hostile_text_is_shown_literally(text: str) -> None:
    async with reading() as it:
        await it.show(
            f"`{text}`", title=text, description=f"So: {text}!", tags=(text,), flags=(text,)
        )
        assert it.screen[1] == text
        assert f"So: {text}!" in it.screen
        assert text in it.screen
        assert f"▐{text}▌" in it.screen
        assert f"! {text}" in it.screen
        await it.click_on(f"▐{text}▌")
        assert it.app.is_running


async def test_the_column_is_in_the_middle_and_no_wider_than_configured() -> None:
    async with reading(200) as it:
        await it.show("word " * 100)
        text = next(line for line in it.painted if "word" in line)
        left = len(text) - len(text.lstrip())
        assert 84 <= len(text.strip()) <= 88
        assert left == (200 - 1 - 88) // 2  # one for the scroll bar
        it.pane.column_width = 40
        assert max(map(len, it.screen)) <= 40


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (5, 2), (20, 5), (80, 24), (300, 80)])
async def test_any_size_is_painted(size: tuple[int, int]) -> None:
    async with reading(*size) as it:
        await it.show(LONG + "\n\n| a | b |\n|--|--|\n| c | d |\n\n> - x\n\n```\ncode\n```")
        for key in ("G", "g", "pagedown", "ctrl+d", "k"):
            await it.pilot.press(key)
        assert all(len(it.pane.render_line(y).text) <= size[0] for y in range(size[1]))


async def test_a_hint_is_in_the_middle_of_an_empty_pane() -> None:
    async with reading(40, 11) as it:
        it.pane.show_hint("Press [l] to read.")
        await it.pilot.pause()
        assert it.screen[5] == "Press [l] to read."
        assert it.painted[5].index("P") == (40 - 1 - 18) // 2
        assert it.pane.position == 0
        assert it.pane.links == []


async def test_a_hint_replaces_an_article() -> None:
    async with reading() as it:
        await it.show(LONG)
        await it.pilot.press("G")
        it.pane.show_hint("Nothing here.")
        await it.pilot.pause()
        assert [line for line in it.screen if line] == ["Nothing here."]


async def test_an_article_opened_in_a_hidden_pane_is_there_when_it_is_shown() -> None:
    async with reading() as it:
        await it.show("First.")
        for body in ("Second.", "Third."):
            it.pane.display = False
            await it.pilot.pause()
            await it.show(body)
            it.pane.display = True
            await it.pilot.pause()
            assert body in it.screen


async def test_a_mark_is_shown_without_losing_the_place() -> None:
    async with reading() as it:
        await it.show(LONG)
        await it.pilot.press("pagedown", "pagedown")
        top = it.top
        it.pane.favourite = True
        assert it.top == top
        await it.pilot.press("g")
        assert any("★ favourite" in line for line in it.screen)


async def test_a_theme_recolours_what_is_shown() -> None:
    async with reading() as it:
        await it.show("## Head\n\ntext")

        def colour() -> object:
            strips = (it.pane.render_line(y) for y in range(24))
            segment = next(s for strip in strips for s in strip if s.text == "Head")
            return segment.style and segment.style.color

        before = colour()
        it.app.theme = "textual-light"
        await it.pilot.pause()
        assert colour() != before


# Scrolling and places.


async def test_keys_scroll_at_once() -> None:
    async with reading() as it:
        await it.show(LONG)
        await it.all_laid_out()
        await it.pilot.press("j", "j", "down")
        assert it.pane.scroll_y == 3
        await it.pilot.press("k", "up")
        assert it.pane.scroll_y == 1
        await it.pilot.press("ctrl+d")
        assert it.pane.scroll_y == 13
        await it.pilot.press("ctrl+u", "pagedown", "pagedown")
        assert it.pane.scroll_y == 47
        await it.pilot.press("pageup")
        assert it.pane.scroll_y == 24
        await it.pilot.press("home")
        assert it.pane.scroll_y == 0
        await it.pilot.press("end")
        assert it.pane.scroll_y == it.pane.max_scroll_y


async def test_the_end_is_the_end_of_the_text() -> None:
    async with reading() as it:
        await it.show(LONG + "\n\nThe last words.")
        await it.pilot.press("G")
        await it.all_laid_out()
        assert "The last words." in it.screen[-3:]


async def test_the_end_of_a_text_that_takes_long_is_reached_later() -> None:
    async with reading() as it:
        await it.show(LONG * 10 + "\n\nThe last words.")
        await it.pilot.press("G")
        await it.all_laid_out()
        assert "The last words." in it.screen[-3:]


async def test_the_end_of_an_endless_text_is_shown_without_laying_out_the_text_above() -> None:
    async with reading() as it:
        await it.show(ENDLESS)
        it.pane.action_bottom()
        assert it.screen[-2] == f"Paragraph {PARAGRAPHS - 1} is short."
        assert it.pane._lines.laid_out < 20_000
        assert it.pane.scroll_y == it.pane.max_scroll_y > PARAGRAPHS
        await it.pilot.press("k", "k")
        assert it.screen[-1] == f"Paragraph {PARAGRAPHS - 1} is short."[:0]
        assert it.screen[-2] == f"Paragraph {PARAGRAPHS - 2} is short."
        for _ in range(30):
            await it.pilot.press("pageup")
            assert sum("Paragraph" in line for line in it.screen) >= 11
        numbers = [int(line.split()[1]) for line in it.screen if line]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert PARAGRAPHS - 400 < numbers[0] < PARAGRAPHS - 300
        await it.pilot.press("G")
        assert it.screen[-2] == f"Paragraph {PARAGRAPHS - 1} is short."
        await it.pilot.press("g")
        assert it.screen[1] == "Story 1"


async def test_the_middle_of_an_endless_text_is_shown_where_the_bar_is_dragged_to() -> None:
    async with reading() as it:
        await it.show(ENDLESS)
        it.pane.scroll_to(y=it.pane.max_scroll_y // 2, animate=False)
        await it.pilot.pause()
        number = int(next(line for line in it.screen if line).split()[1])
        assert 0.4 * PARAGRAPHS < number < 0.6 * PARAGRAPHS
        await it.pilot.press("j", "j")
        assert int(next(line for line in it.screen if line).split()[1]) == number + 1
        await it.pilot.press("k", "k", "k", "k")
        assert int(next(line for line in it.screen if line).split()[1]) == number - 1


async def test_a_resize_at_the_end_of_an_endless_text_stays_there() -> None:
    async with reading() as it:
        await it.show(ENDLESS)
        await it.pilot.press("G")
        top = it.top or it.screen[1]
        for width in (30, 60, 80):
            await it.pilot.resize_terminal(width, 24)
            await it.pilot.pause()
            assert top in it.screen[:3]
        await it.pilot.press("G")
        assert it.screen[-2] == f"Paragraph {PARAGRAPHS - 1} is short."


async def test_matches_are_found_from_the_end_of_an_endless_text() -> None:
    async with reading() as it:
        await it.show(f"{ENDLESS[:2_000_000]}\n\nA whale.\n\n{ENDLESS[-60_000:]}\n\nA whale again.")
        it.pane.highlight(parse("whale").words)
        await it.pilot.press("G")
        await it.pilot.pause()
        assert "A whale again." in it.screen
        assert await it.pane.go_to_match(-1) == "match"
        await it.pilot.pause()
        assert "A whale." in it.screen
        assert await it.pane.go_to_match(1) == "match"
        assert "A whale again." in it.screen
        assert await it.pane.go_to_match(1) == "none"


async def counted(it: Reading, count: int) -> None:
    """Wait until so many matches have been told."""
    while (count, 0) not in told_matches(it.app.said):
        await it.pilot.pause(0.01)


async def test_a_match_far_down_an_endless_text_is_found_without_what_is_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading_pane, "MATCH_S", 60)
    monkeypatch.setattr(article_view, "MOST_IN_ADVANCE", 100)
    monkeypatch.setattr(article_view, "AHEAD", 100)
    halves = ENDLESS[:1_200_000], ENDLESS[-1_200_000:]
    async with reading() as it:
        await it.show(f"A whale.\n\n{halves[0]}\n\nA **wh**ale.\n\n{halves[1]}\n\nA whale again.")
        it.pane.highlight(parse("whale").words)
        for said in ("A whale.", "A whale.", "A whale again."):
            assert await it.pane.go_to_match(1) == "match"
            assert said in it.screen
        assert await it.pane.go_to_match(1) == "none"
        assert it.pane._lines.laid_out < 5_000
        await it.pilot.pause()
        assert told_matches(it.app.said)[-1] == (3, 3)
        for number in (2, 1):
            assert await it.pane.go_to_match(-1) == "match"
            await it.pilot.pause()
            assert told_matches(it.app.said)[-1] == (3, number)
        assert await it.pane.go_to_match(-1) == "none"


async def test_matches_of_an_endless_text_are_counted_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(article_view, "MOST_IN_ADVANCE", 100)
    monkeypatch.setattr(article_view, "AHEAD", 100)
    async with reading() as it:
        it.pane.highlight(parse("whale").words)
        await it.show(f"{ENDLESS}\n\nA whale.\n\n{ENDLESS[-60_000:]}\n\nA whale again.")
        assert it.pane.has_match_ahead()
        await counted(it, 2)
        assert it.pane._lines.laid_out < 5_000
        assert await it.pane.go_to_match(-1, at_edge=True) == "match"
        assert not it.pane.has_match_ahead()
        assert await it.pane.go_to_match(1, at_edge=True) == "match"
        assert it.pane.has_match_ahead()
        assert "A whale." in it.screen
        await it.pilot.pause()
        assert told_matches(it.app.said)[-1] == (2, 1)


async def test_words_that_are_asked_for_later_are_counted_to_the_end_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(article_view, "MOST_IN_ADVANCE", 100)
    monkeypatch.setattr(article_view, "AHEAD", 100)
    async with reading() as it:
        await it.show(f"{ENDLESS}\n\nA whale.\n\n{ENDLESS[-60_000:]}\n\nA whale again.")
        await it.pilot.pause()
        it.pane.highlight(parse("whale").words)
        await counted(it, 2)


async def test_a_search_that_takes_too_long_says_so_and_goes_on_with_the_next_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading_pane, "MATCH_S", 0)
    monkeypatch.setattr(reading_pane, "MOST_SEARCHED", 0)
    async with reading() as it:
        await it.show(f"{ENDLESS}\n\nA whale.")
        it.pane.highlight(parse("whale").words)
        reached = [await it.pane.go_to_match(1)]
        assert reached == ["later"]
        assert it.pane.has_match_ahead()
        while reached[-1] == "later":
            reached.append(await it.pane.go_to_match(1))
        assert reached[-1] == "match"
        assert "A whale." in it.screen


async def test_a_position_brings_back_the_same_top_line() -> None:
    async with reading() as it:
        await it.show(LONG)
        for lines in range(0, 120, 17):
            it.pane.action_top()
            it.pane.action_move(lines)
            top, position = it.top, it.pane.position
            await it.show("Another text.")
            await it.show(LONG, position=position)
            assert (it.top, it.pane.position) == (top, position)
            await it.all_laid_out()
            assert (it.top, it.pane.scroll_y, it.pane.position) == (top, lines, position)


async def test_a_position_far_down_a_long_text_is_reached() -> None:
    async with reading() as it:
        await it.show(LONG * 8)
        await it.pilot.press("G")
        await it.all_laid_out()
        top, position = it.top, it.pane.position
        await it.show("Another text.")
        await it.show(LONG * 8, position=position)
        assert it.pane.position == position
        await it.all_laid_out()
        assert it.top == top


async def test_a_resize_keeps_the_text_on_the_top_line() -> None:
    async with reading(100, 30) as it:
        body = " ".join(f"w{number}" for number in range(3_000))
        await it.show(body)
        await it.all_laid_out()
        for _ in range(5):
            await it.pilot.press("pagedown")
        top = it.top
        word = top.split()[0]
        for width in (60, 41, 87, 30):
            await it.pilot.resize_terminal(width, 30)
            await it.pilot.pause()
            assert word in it.top.split()
        await it.pilot.resize_terminal(100, 30)
        await it.pilot.pause()
        assert it.top == top


async def test_a_superseded_article_never_touches_a_newer_one() -> None:
    async with reading() as it:
        it.pane.show(article(body=LONG * 10), read=False, favourite=False, now=NOW, position=10**6)
        await it.show("Short.")
        await it.pilot.pause(0.1)
        assert it.pane.virtual_size.height < 24
        assert it.pane.scroll_y == 0
        assert "Short." in it.screen


async def test_the_top_is_shown_until_the_position_is_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(article_view, "AT_ONCE_S", 0)
    async with reading() as it:
        await it.show(LIST)
        await it.all_laid_out()
        it.pane.action_move(100)
        it.pane.show(article(body=LIST), read=True, favourite=False, now=NOW, position=30_000)
        assert it.screen[1] == "Story 1"
        await it.all_laid_out()
        assert it.pane.scroll_y > 100


async def test_the_wheel_scrolls() -> None:
    async with reading() as it:
        await it.show(LONG)
        it.pane.post_message(MouseScrollDown(it.pane, 5, 5, 0, 1, 0, False, False, False))
        await it.pilot.pause()
        assert it.pane.scroll_y > 0


# Links, tags, cover.


async def test_links_are_complete_before_the_text_is_laid_out() -> None:
    async with reading() as it:
        it.pane.show(
            article(body=LONG * 5 + "\n\n[last](https://last.example)"),
            read=False,
            favourite=False,
            now=NOW,
        )
        assert not it.pane._lines.is_complete
        assert [tuple(link) for link in it.pane.links] == [("last", "https://last.example")]


async def test_a_click_on_a_link_gives_its_whole_label() -> None:
    async with reading(30) as it:
        await it.show("See [the site of a bank that is named here](https://evil.example/) now.")
        await it.click_on("bank")
        (said,) = it.app.said
        assert isinstance(said, ReadingPane.LinkClicked)
        assert said.url == "https://evil.example/"
        assert said.label == "the site of a bank that is named here"


async def test_a_url_over_two_lines_is_its_own_label() -> None:
    url = "https://long.example/" + "x" * 60
    async with reading(40) as it:
        await it.show(f"<{url}>")
        await it.click_on("https://long")
        (said,) = it.app.said
        assert isinstance(said, ReadingPane.LinkClicked)
        assert (said.url, said.label) == (url, url)


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://images.example/1\x1b]8;;", None),
        ("http://images.example/1", "http://images.example/1"),
        ("https://bild.exämple/", "https://bild.xn--exmple-cua/"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("https://me@images.example/", None),
    ],
)
async def test_the_terminal_may_open_the_cover_where_its_host_is_shown(
    url: str, link: str | None
) -> None:
    async with reading() as it:
        await it.show("Text.", cover=Cover(regular=url), tags=())
        lines = [it.pane.render_line(y) for y in range(it.pane.size.height)]
        linked = {
            part.text: part.style.link
            for line in lines
            for part in line
            if part.style and part.style.link
        }
        host = {} if link is None else {link.split("/")[2]: link}
        assert linked == host


async def test_clicks_on_tags_and_cover_say_so_and_text_says_nothing() -> None:
    async with reading() as it:
        await it.show(
            "Plain. [x](tag:XRP)",
            tags=("BITCOIN NEWS", "XRP"),
            cover=Cover(regular="https://images.example/1"),
        )
        await it.click_on("Plain.")
        assert it.app.said == []
        await it.click_on("BITCOIN NEWS")
        await it.click_on("cover image")
        await it.click_on("x")
        tag, cover, _ = it.app.said
        assert isinstance(tag, ReadingPane.TagClicked)
        assert tag.tag == "BITCOIN NEWS"
        assert isinstance(cover, ReadingPane.CoverClicked)


async def test_a_link_of_the_text_never_passes_for_a_tag() -> None:
    async with reading() as it:
        await it.show("[press here](tag:XRP)")
        await it.click_on("press here")
        (said,) = it.app.said
        assert isinstance(said, ReadingPane.LinkClicked)


# Selection.


async def test_a_selection_copies_the_text_without_margins_and_bars() -> None:
    async with reading(60) as it:
        await it.show("> quoted\n\n```\ncode\n```\n\n- point")
        it.app.screen.selections = {it.pane: SELECT_ALL}
        copied, _ = it.pane.get_selection(SELECT_ALL) or ("", "")
        assert copied.endswith("quoted\n\ncode\n\n• point")


def told_matches(said: list[Message]) -> list[tuple[int, int]]:
    found = [message for message in said if isinstance(message, ReadingPane.MatchesFound)]
    assert len(found) == len(said)
    return [(message.count, message.current) for message in found]


async def test_a_selection_within_a_line_copies_just_that() -> None:
    async with reading(60) as it:
        await it.show("one two three")
        texts = [it.pane.render_line(y).text for y in range(24)]
        y, line = next((y, text) for y, text in enumerate(texts) if "one two" in text)
        start = line.index("two")
        selection = Selection(Offset(start, y), Offset(start + 3, y))
        assert it.pane.get_selection(selection) == ("two", "\n")
        it.app.screen.selections = {it.pane: selection}
        selected = [s.text for s in it.pane.render_line(y) if s.text.strip() == "two"]
        assert selected == ["two"]


async def test_a_drag_over_a_link_selects_and_does_not_open_it() -> None:
    async with reading(60) as it:
        await it.show("a [link here](https://x.example) b")
        y = next(y for y in range(24) if "link here" in it.pane.render_line(y).text)
        x = it.pane.render_line(y).text.index("link")
        for kind, column in ((MouseDown, x), (MouseMove, x + 4), (MouseUp, x + 4)):
            it.app.post_message(kind(None, column, y, 0, 0, 1, False, False, False))
            await it.pilot.pause()
        assert it.app.said == []
        assert it.app.screen.get_selected_text() == "link"


async def test_matches_are_reported_once_and_a_new_layout_keeps_the_current_one() -> None:
    async with reading() as it:
        await it.show("A whale here, a whale there.")
        it.pane.highlight(parse("whale").words)
        await it.pilot.pause()
        await it.pane.go_to_match(1)
        it.pane.favourite = True
        await it.pilot.pause()
        await it.pane.go_to_match(1)
        await it.pilot.pause()
        told = told_matches(it.app.said)
        assert told == [(2, 0), (2, 1), (2, 2)]


async def test_a_new_layout_of_a_long_text_keeps_the_current_match() -> None:
    async with reading() as it:
        await it.show("A whale here.\n\n" + "Calm sea.\n\n" * 300 + "A whale there.")
        await it.all_laid_out()
        it.pane.highlight(parse("whale").words)
        await it.pane.go_to_match(1)
        await it.pilot.pause()
        it.pane.favourite = True
        await it.all_laid_out()
        await it.pilot.pause()
        told = told_matches(it.app.said)
        assert told == [(2, 0), (2, 1)]


async def test_matches_found_further_down_keep_the_one_that_was_gone_to() -> None:
    async with reading() as it:
        it.pane.highlight(parse("whale").words)
        await it.show("A whale here.\n\n" + "Calm sea.\n\n" * 300 + "A whale there.")
        await it.pane.go_to_match(1)
        await it.all_laid_out()
        await it.pilot.pause()
        told = told_matches(it.app.said)
        assert told[-1] == (2, 1)
