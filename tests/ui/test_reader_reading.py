"""Reading on the whole screen: stepping through articles, marks, links, browser, clipboard."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual import events

from reader.article import EPOCH, Article, ArticleId, Cover
from reader.browser import BrowserFailed, Plan
from reader.errors import CacheDamaged
from reader.library import Library, Mark
from reader.query.language import parse
from reader.ui.bars.status_line import KeyLine, StatusLine
from reader.ui.modals.help import HelpScreen
from reader.ui.modals.links import ConfirmScreen, LinkList, LinksScreen
from reader.ui.reading.pane import ReadingPane
from reader.ui.sidebar.widget import Sidebar
from tests.builders import NOW, library
from tests.ui.screen import SHORT, Reading, archive, bring, reading, story


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path, archive()) as made:
        yield made


def long_story(n: int = 1, **values: Any) -> Article:
    lines = "\n\n".join(f"Line {line}." for line in range(200))
    return story(n, "A long story", body=lines, **values)


# Reading.


async def test_opening_an_article_shows_it_and_marks_it_read(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press(*"jjj", "enter")
        assert reader.text(ReadingPane).startswith("Fees fall for a third week")
        assert "The text of story 3." in reader.text(ReadingPane)
        assert "▾ BTC 3/4" in reader.rows
        assert "▾ ▲ positive 2/3" in reader.rows
        assert "▌ Fees fall for a third week 09:00" in reader.rows
        assert reader.status.startswith("6 unread")
        assert len(news.find(parse("is:read"))) == 1


async def test_a_click_opens_what_was_clicked(news: Library) -> None:
    async with reading(news) as reader:
        await reader.click("A wallet learns", Sidebar)
        assert "The text of story 4." in reader.text(ReadingPane)
        await reader.click("PINNED", Sidebar)
        assert reader.rows[:2] == ["▸ ⚑ PINNED 1/1", "▾ BTC 3/4"]


async def test_an_opened_article_stays_in_a_list_of_unread_ones(news: Library) -> None:
    async with reading(news, "is:unread tag:btc") as reader:
        await reader.press("n")
        assert "▌ Fees fall for a third week 09:00" in reader.rows
        await reader.press("n", "n")
        assert reader.rows[2:5] == [
            "Fees fall for a third week 09:00",
            "A wallet learns new words 08:00",
            "▌ An exchange counts its coins 07:00",
        ]
        assert "1 unread · 4 of 9 articles" in reader.status
        await reader.press("K", "K")
        assert "Fees fall" in reader.text(ReadingPane)
        await reader.press("J", "n")
        assert "Northfell" in reader.text(ReadingPane)


def muted_rows(reader: Reading) -> list[str]:
    """The titles in the list that are painted as those of read articles are."""
    sidebar = reader.screen.query_one(Sidebar)
    muted = sidebar.style_of("sidebar--muted").color
    lines = (sidebar.paint_line(y) for y in range(sidebar.size.height))
    return [
        segment.text.strip()
        for line in lines
        for segment in line
        if segment.style and segment.style.color == muted and len(segment.text.split()) > 2
    ]


async def test_an_article_read_in_a_list_of_unread_ones_is_dimmed(news: Library) -> None:
    async with reading(news, "is:unread tag:btc") as reader:
        await reader.press("n", "n", "g")
        assert [row.split(" 09:00")[0].strip() for row in muted_rows(reader)][:1] == [
            "Fees fall for a third week"
        ]


@pytest.mark.parametrize("keys", ["x", "+", "1", "0", "r", "L"])
async def test_articles_that_were_read_leave_a_list_of_unread_ones_at_the_next_query(
    news: Library, keys: str
) -> None:
    async with reading(news, "is:unread") as reader:
        await reader.press("n", "n")
        assert "Fees fall" in reader.text(Sidebar)
        await reader.press(*keys)
        expected = news.find(reader.screen.filter)
        assert reader.screen._listing.ids == expected


async def test_read_articles_stay_while_other_programs_add_news_and_a_search_is_given_up(
    news: Library,
) -> None:
    async with reading(news, "is:unread tag:btc") as reader:
        await reader.press("n", "n")
        bring(news, story(99, "Just in", "POSITIVE", tags="BTC"))
        reader.screen._look_for_changes()
        await reader.settle()
        rows = reader.rows
        assert "Just in" in reader.text(Sidebar)
        assert "Fees fall for a third week 09:00" in rows
        await reader.press("slash")
        await reader.type_in("wallet")
        await reader.wait_for(lambda: "0 of 10 articles" in reader.status)
        await reader.press("escape")
        assert reader.rows == rows
        await reader.press("slash")
        await reader.type_in("just")
        await reader.press("enter", "escape")
        assert "Fees fall" not in reader.text(Sidebar)


async def test_an_article_that_is_opened_from_elsewhere_does_not_join_the_list(
    news: Library,
) -> None:
    async with reading(news, "is:unread lang:en title:counts") as reader:
        await reader.press("n", "L")
        assert "Біржа рахує" not in reader.text(Sidebar)
        assert reader.screen._listing.ids == news.find(reader.screen.filter)


async def test_the_next_and_previous_article_are_found_across_groups(news: Library) -> None:
    titles = []
    async with reading(news) as reader:
        for _ in range(7):
            await reader.press("J")
            titles.append(reader.shown(ReadingPane)[1].strip())
        assert titles == [
            "How this archive is kept",
            "Fees fall for a third week",
            "A wallet learns new words",
            "An exchange counts its coins",
            "Northfell idles its machines",
            "A bridge closes for repairs",
            "Validators vote on limits",
        ]
        assert "Validators vote on limits" in reader.cursor
        await reader.press("J")
        assert "no next article in this list" in reader.status
        await reader.press(*"KKKKKK")
        assert "How this archive is kept" in reader.cursor
        await reader.press("K")
        assert "no previous article in this list" in reader.status


async def test_the_next_unread_article_passes_over_what_was_read(news: Library) -> None:
    news.mark(news.find(parse("tag:btc lang:en sentiment:positive")), Mark.READ, True, "")
    async with reading(news) as reader:
        await reader.press("n")
        assert "How this archive is kept" in reader.text(ReadingPane)
        await reader.press("n")
        assert "Northfell idles its machines" in reader.text(ReadingPane)
        await reader.press("n", "n", "n")
        assert "no next unread article in this list" in reader.status
        await reader.press("m", "K", "N")
        assert "no previous unread article in this list" in reader.status


async def test_the_next_article_comes_from_the_reading_pane_too(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("Fees fall")
        await reader.press("enter", "J")
        assert "A wallet learns new words" in reader.text(ReadingPane)
        assert reader.screen.focused is reader.screen.query_one(ReadingPane)


async def test_keys_that_come_faster_than_articles_open_leave_list_and_pane_agreed(
    news: Library,
) -> None:
    async with reading(news) as reader:
        await reader.go_to("Fees fall")
        for key in ("enter", *"JJJK"):
            reader.app.post_message(events.Key(key, None))
        await reader.settle()
        (row,) = news.rows([reader.opened or ArticleId(0)])
        assert row.title in reader.text(ReadingPane)
        assert row.title in reader.cursor


async def test_each_pane_shows_its_own_keys(news: Library) -> None:
    async with reading(news) as reader:
        assert "all tags" in reader.text(KeyLine)
        await reader.press("n", "tab")
        assert "cover" in reader.text(KeyLine)
        await reader.press("tab")
        assert "all tags" in reader.text(KeyLine)
        await reader.click("help", KeyLine)
        assert isinstance(reader.app.screen, HelpScreen)


async def test_an_article_is_found_again_where_it_was_left(tmp_path: Path) -> None:
    with library(tmp_path, [long_story(1), story(2, "A short one")]) as news:
        async with reading(news, size=SHORT) as reader:
            await reader.press("n", "tab", "space", "space", "space")
            left = top_line(reader)
            assert left.startswith("Line")
            await reader.press("J")
            assert "A short one" in reader.text(ReadingPane)
            await reader.press("K")
            assert top_line(reader) == left
            await reader.press("space")
            left = top_line(reader)
        async with reading(news, size=SHORT) as reader:
            await reader.press("enter")
            assert top_line(reader) == left


def top_line(reader: Reading) -> str:
    """The words on the first line of the article that is in view, without the scroll bar."""
    return " ".join(reader.shown(ReadingPane)[0].split()[:2])


class Damaged(Library):
    """One of its articles has changed on disk."""

    def article(self, id: ArticleId) -> Article:
        article = super().article(id)
        if article.title == "Fees fall for a third week":
            raise CacheDamaged(self.folder / "cache.db", "[/foo]")
        return article


async def test_a_damaged_article_says_so_and_the_rest_is_read(tmp_path: Path) -> None:
    library(tmp_path, archive()).close()
    with Damaged(tmp_path, clock=lambda: NOW) as news:
        async with reading(news) as reader:
            await reader.go_to("Fees fall")
            await reader.press("enter")
            assert "is damaged ([/foo])" in reader.status
            await reader.press("j", "enter")
            assert "A wallet learns new words" in reader.text(ReadingPane)


async def test_the_next_article_passes_over_one_that_cannot_be_read(tmp_path: Path) -> None:
    library(tmp_path, archive()).close()
    with Damaged(tmp_path, clock=lambda: NOW) as news:
        async with reading(news) as reader:
            await reader.press("J", "J", "J", "J")
            assert "An exchange counts its coins" in reader.text(ReadingPane)


# Marks.


async def test_m_marks_the_article_under_the_cursor_and_back(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("Fees fall")
        await reader.press("m")
        assert "article read · u undoes" in reader.status
        assert "Fees fall for a third week 09:00" in reader.rows
        await reader.press("m")
        assert "article unread · u undoes" in reader.status
        assert "• Fees fall for a third week 09:00" in reader.rows


async def test_m_on_a_group_marks_all_of_it(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("j", "m")
        assert "4 articles read · u undoes" in reader.status
        assert "▾ BTC 0/4" in reader.rows
        await reader.press("m")
        assert "▾ BTC 4/4" in reader.rows


async def test_a_group_with_anything_unread_is_marked_read_first(news: Library) -> None:
    news.mark(news.find(parse("tag:mining")), Mark.READ, True, "")
    async with reading(news) as reader:
        await reader.press("j")
        assert reader.cursor == "▾ BTC 3/4"
        await reader.press("m")
        assert reader.cursor == "▾ BTC 0/4"


async def test_everything_that_is_shown_is_marked_read_at_once(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("2", "M")
        assert "2 articles read" in reader.status
        await reader.press("x")
        assert reader.status.startswith("5 unread")
        await reader.press("2", "M")
        assert "already" in reader.status


async def test_a_favourite_is_starred_in_list_and_article(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("Fees fall")
        await reader.press("enter", "f")
        assert "★ favourite" in reader.text(ReadingPane)
        assert "▌ Fees fall for a third week ★ 09:00" in reader.rows
        await reader.press("f")
        assert "★" not in "".join(reader.lines)


async def test_undo_takes_marks_back_one_by_one_and_redo_makes_them_again(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("j", "m", "j", "j", "f")
        assert "▾ BTC 0/4" in reader.rows
        await reader.press("u")
        assert "undone: favourite" in reader.status
        assert "★" not in reader.text(Sidebar)
        await reader.press("u")
        assert "undone: 4 articles read" in reader.status
        assert "▾ BTC 4/4" in reader.rows
        await reader.press("U")
        assert "redone: 4 articles read" in reader.status
        assert "▾ BTC 0/4" in reader.rows
        await reader.press("U", "U")
        assert "nothing to redo" in reader.status
        await reader.press("u", "u", "u")
        assert "nothing to undo" in reader.status


async def test_one_article_is_not_called_articles(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("g", "m")
        assert "1 article read · u undoes" in reader.status


async def test_an_article_of_the_first_second_is_marked_like_any_other(tmp_path: Path) -> None:
    with library(tmp_path, [story(1, "The first", published=EPOCH), story(2, "Later")]) as news:
        async with reading(news) as reader:
            await reader.press("J", "J")
            assert "The first" in reader.text(ReadingPane)
            assert reader.opened == 0
            await reader.press("m", "f")
            assert marks(reader) == (False, True)
            await reader.press("K", "J")
            assert "The first" in reader.text(ReadingPane)


async def test_opening_an_article_is_a_step_to_undo(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("n", "n")
        assert reader.status.startswith("5 unread")
        await reader.press("u")
        assert "undone: “Fees fall for a third week” read" in reader.status
        assert "• Fees fall for a third week 09:00" in [
            row.replace("▌ ", "") for row in reader.rows
        ]
        assert "· unread" in reader.text(ReadingPane)
        await reader.press("u")
        assert "undone: “How this archive is kept” read" in reader.status
        await reader.press("u")
        assert "nothing to undo" in reader.status
        await reader.press("U")
        assert "redone: “How this archive is kept” read" in reader.status


async def test_the_name_of_a_step_to_undo_is_cut_short(tmp_path: Path) -> None:
    with library(tmp_path, [story(1, "A headline without an end " * 20)]) as news:
        async with reading(news) as reader:
            await reader.press("n", "u")
            assert "undone: “A headline without an end A headline wi…” read" in reader.status


async def test_opening_an_article_that_was_read_before_adds_no_step_to_undo(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("n", "n", "K", "u")
        assert "undone: “Fees fall for a third week” read" in reader.status


async def test_messages_count_changes(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("Fees fall")
        await reader.press("enter", "tab", "M")
        assert "6 articles read (1 already was) · u undoes" in reader.status
        await reader.press("u")
        assert "undone: 6 articles read" in reader.status
        assert reader.status.startswith("6 unread")
        await reader.press("n", "n", "M")
        assert "4 articles read (3 already were) · u undoes" in reader.status
        await reader.press("M")
        assert "already read: 7 articles" in reader.status
        await reader.press("g", "j", "j", "m")
        assert "4 articles unread · u undoes" in reader.status


async def test_the_open_article_says_how_it_is_marked_whatever_marked_it(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("Fees fall")
        await reader.press("enter")
        assert marks(reader) == (True, False)
        await reader.press("m", "f")
        assert marks(reader) == (False, True)
        await reader.press("u")
        assert marks(reader) == (False, False)
        await reader.press("u")
        assert marks(reader) == (True, False)
        await reader.press("U", "U")
        assert marks(reader) == (False, True)
        await reader.press("M")
        assert marks(reader) == (True, True)


def marks(reader: Reading) -> tuple[bool, bool]:
    """Whether the open article says of itself that it is read, and that it is a favourite."""
    facts = reader.text(ReadingPane)
    return "· unread" not in facts, "★" in facts


# Nothing to do.


async def test_keys_without_anything_to_act_on_say_why(tmp_path: Path) -> None:
    with library(tmp_path, [story(1, "A lone story")]) as news:
        async with reading(news) as reader:
            await reader.press("g")
            for key in "ioyYf":
                reader.screen.query_one(StatusLine).say("")
                await reader.press(key)
                assert "no article is open or under the cursor" in reader.status, key
            await reader.press("z")
            assert "no article is open" in reader.status
            await reader.press("n")
            for key, reason in (
                ("i", "this article has no cover image"),
                ("o", "this article has no original and no links"),
                ("y", "the publisher gave no link; Y copies the text"),
            ):
                await reader.press(key)
                assert reason in reader.status


# The browser and the clipboard.


class Browser:
    """Takes URLs instead of opening them."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.urls: list[str] = []
        self.failure = failure

    def __call__(self, way: Plan) -> None:
        self.urls.append(way.url)
        if self.failure:
            raise self.failure


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    made = Browser()
    monkeypatch.setenv("BROWSER", "true")
    monkeypatch.setattr("reader.browser.launch", made)
    return made


COVERED = Cover(raw="https://img.example/raw", regular="https://img.example/regular")


async def test_the_cover_and_the_original_open_in_the_browser(
    tmp_path: Path, browser: Browser
) -> None:
    url = "https://news.example/story"
    with library(tmp_path, [story(1, "A story", cover=COVERED, url=url)]) as news:
        async with reading(news) as reader:
            await reader.press("j", "j", "j", "i")
            assert browser.urls == ["https://img.example/regular"]
            assert "opened img.example in the browser" in reader.status
            await reader.press("o", "y")
            assert browser.urls[1:] == [url]
            assert reader.app.clipboard == url
            await reader.press("enter")
            await reader.click("cover image", ReadingPane)
            assert browser.urls[2:] == ["https://img.example/regular"]


async def test_without_an_original_the_links_are_offered(tmp_path: Path, browser: Browser) -> None:
    body = "See [the report](https://reports.example/a) and [a map](https://maps.example/b)."
    with library(tmp_path, [story(1, "A story", body=body)]) as news:
        async with reading(news) as reader:
            await reader.press("n", "o")
            links = reader.app.screen
            assert isinstance(links, LinksScreen)
            assert "the report" in reader.text(LinkList)
            assert "reports.example" in reader.text(LinkList)
            await reader.press("2")
            assert browser.urls == ["https://maps.example/b"]
            assert reader.app.screen is reader.screen


async def test_a_link_whose_text_names_another_host_asks_first(
    tmp_path: Path, browser: Browser
) -> None:
    body = "Log in at [bank.example](https://evil.example/login)."
    with library(tmp_path, [story(1, "A story", body=body)]) as news:
        async with reading(news) as reader:
            await reader.press("n")
            await reader.click("bank.example", ReadingPane)
            assert isinstance(reader.app.screen, ConfirmScreen)
            await reader.press("n")
            assert browser.urls == []
            await reader.click("bank.example", ReadingPane)
            await reader.press("y")
            assert browser.urls == ["https://evil.example/login"]


async def test_a_link_of_another_kind_is_never_opened(tmp_path: Path) -> None:
    with library(tmp_path, [story(1, "A story", url="javascript:alert(1)")]) as news:
        async with reading(news) as reader:
            await reader.press("n", "o")
            assert "is not opened: only http and https links are" in reader.status


async def test_a_url_that_no_browser_took_is_copied(tmp_path: Path, browser: Browser) -> None:
    url = "https://news.example/story"
    browser.failure = BrowserFailed(url, "no browser was found here")
    with library(tmp_path, [story(1, "A story", url=url)]) as news:
        async with reading(news) as reader:
            await reader.press("n", "o")
            assert f"no browser was found here; copied the address {url}" in reader.status
            assert reader.app.clipboard == url


async def test_an_article_is_copied_as_markdown(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("n", "Y")
        assert reader.app.clipboard == "# How this archive is kept\n\nThe text of story 1.\n"
        assert "copied the article as Markdown" in reader.status


# The width of the text.


def widest(reader: Reading) -> int:
    """The cells of the longest line of text that is in view."""
    return max(len(re.sub("[^a-c ]", "", line).strip()) for line in reader.shown(ReadingPane)[5:])


async def test_a_key_goes_through_the_widths_of_the_text_and_the_choice_is_kept(
    tmp_path: Path,
) -> None:
    words = " ".join(["abc"] * 2_000)
    with library(tmp_path, [story(1, "Words", body=words)]) as news:
        async with reading(news, size=(180, 30)) as reader:
            await reader.press("enter")
            assert widest(reader) == 87
            seen = []
            for _ in range(4):
                await reader.press("W")
                seen.append((widest(reader), reader.status.partition("lines of text: ")[2][:12]))
            assert seen[0] == (99, "at most 100 ")
            assert seen[1][0] > 100
            assert seen[1][1] == "as wide as t"
            assert seen[2:] == [(63, "at most 66 c"), (79, "at most 80 c")]
        async with reading(news, size=(180, 30)) as reader:
            assert widest(reader) == 79


async def test_a_width_for_which_there_is_no_room_is_passed_over(tmp_path: Path) -> None:
    words = " ".join(["abc"] * 2_000)
    with library(tmp_path, [story(1, "Words", body=words)]) as news:
        async with reading(news, size=(80, 30)) as reader:
            await reader.press("enter", "W")
            assert widest(reader) == 63
            await reader.press("W")
            assert "as wide as the reading pane" in reader.status
        async with reading(news, size=(60, 30)) as reader:
            await reader.press("W")
            assert "too narrow for another width" in reader.status


async def test_a_width_is_chosen_before_an_article_is_open(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("W", "enter")
        assert reader.screen.query_one(ReadingPane).column_width == 100


@pytest.mark.parametrize("saved", ["-1", "true", '"80"', "1e9", "[]"])
async def test_a_saved_width_that_makes_no_sense_is_forgotten(news: Library, saved: str) -> None:
    async with reading(news) as reader:
        await reader.press("W")
    view = (news.state("view") or "").replace('"column_width": 100', f'"column_width": {saved}')
    news.save_state("view", view)
    async with reading(news) as reader:
        await reader.press("enter")
        assert reader.screen.query_one(ReadingPane).column_width == 88


# Selecting with the mouse.


async def drag(reader: Reading, start: str, end: str) -> None:
    """Press the button on one text of the reading pane, release it on another."""
    pane = reader.screen.query_one(ReadingPane)
    places = []
    for text in (start, end):
        rows = [line.find(text) for line in reader.shown(ReadingPane)]
        y = next(y for y, x in enumerate(rows) if x >= 0)
        places.append((pane.region.x + rows[y], pane.region.y + y))
    await reader.pilot.mouse_down(offset=places[0])
    await reader.pilot.hover(offset=places[1])
    await reader.pilot.mouse_up(offset=places[1])
    await reader.settle()


async def test_text_that_is_selected_with_the_mouse_is_copied_and_said(tmp_path: Path) -> None:
    body = "First second third.\n\nFourth and [/foo] sixth."
    with library(tmp_path, [story(1, "A story", body=body)]) as news:
        async with reading(news) as reader:
            await reader.press("enter")
            await drag(reader, "second", "and")
            assert reader.app.clipboard == "second third.\n\nFourth a"
            assert "copied 4 words" in reader.status
            reader.screen.query_one(StatusLine).say("")
            await reader.pilot.click(Sidebar, offset=(2, 20))
            await reader.settle()
            assert "copied" not in reader.status


async def test_a_click_copies_nothing(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("Fees fall")
        await reader.press("enter")
        await reader.click("The text of", ReadingPane)
        assert "copied" not in reader.status
        assert not reader.app.clipboard
