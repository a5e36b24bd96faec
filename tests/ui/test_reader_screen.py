"""The whole reader on a real library: what each key shows, marks, remembers and never breaks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.binding import Binding
from textual.widgets import Input

from reader.article import EPOCH, Ai, Article, ArticleId, Cover, Identity, Row, Source
from reader.browser import BrowserFailed
from reader.config import Settings
from reader.errors import CacheDamaged, CacheError, CacheLocked
from reader.library import Change, Ids, Library, Mark
from reader.query import Query, parse
from reader.ui import opening
from reader.ui.app import CryptoreadApp
from reader.ui.commands import key_names
from reader.ui.help_screen import HelpScreen, HelpText
from reader.ui.keys import LIST_KEYS, READER_KEYS, READING_KEYS
from reader.ui.links_screen import ConfirmScreen, LinkList, LinksScreen
from reader.ui.reader_screen import ReaderScreen
from reader.ui.reading_pane import ReadingPane
from reader.ui.sidebar import Sidebar
from reader.ui.status_line import KeyHint, KeyLine, StatusLine
from reader.ui.tag_bar import TagBar
from reader.ui.tag_picker import TagList, TagPicker
from tests.builders import NOW, library, put
from tests.ui.screen import NARROW, Reading, archive, reading, story

SHORT = (120, 12)

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


def bring(into: Library, *articles: Article) -> None:
    """What an import in another program does."""
    with Library(into.folder) as other:
        put(other._store, articles)


def long_story(n: int = 1, **values: Any) -> Article:
    lines = "\n\n".join(f"Line {line}." for line in range(200))
    return story(n, "A long story", body=lines, **values)


# The query, and what is shown of it.


async def test_the_start_shows_the_readers_language_as_a_filter(news: Library) -> None:
    async with reading(news, settings=Settings(language="uk")) as reader:
        assert reader.filter == "lang:uk"
        assert reader.tag_bar.startswith("uk │")
        assert "7 of 9" not in reader.status
        assert "2 of 9 articles" in reader.status


async def test_the_query_of_the_command_line_joins_the_language(news: Library) -> None:
    async with reading(news, "tag:mining after:7d") as reader:
        assert reader.filter == "lang:en tag:mining after:7d"
        assert reader.tag_bar.startswith("en +MINING after:7d │")
        assert "Northfell idles its machines" in reader.text(Sidebar)
        assert "1 of 9 articles" in reader.status


async def test_a_language_on_the_command_line_replaces_the_readers(news: Library) -> None:
    async with reading(news, "lang:uk") as reader:
        assert reader.filter == "lang:uk"


async def test_a_language_that_the_archive_has_not_filters_nothing(news: Library) -> None:
    async with reading(news, settings=Settings(language="fr")) as reader:
        assert reader.filter == ""
        assert reader.tag_bar.startswith("all articles │")
        assert "7 unread" not in reader.status
        assert "9 articles" in reader.status


async def test_the_first_start_opens_the_top_of_the_list_down_to_articles(news: Library) -> None:
    async with reading(news) as reader:
        assert reader.list == [
            "▾ ⚑ PINNED 1/1",
            "• · How this archive is kept 1h",
            "▾ BTC 4/4",
            "▾ ▲ positive 3/3",
            "• Fees fall for a third week 3h",
            "• A wallet learns new words 4h",
            "• An exchange counts its coins 5h",
            "▸ ▼ negative 1/1",
            "▸ ETH 2/2",
        ]


async def test_rows_name_their_language_where_the_list_holds_several(news: Library) -> None:
    async with reading(news) as reader:
        assert "• Fees fall for a third week 3h" in reader.list
        await reader.press("L", "L")
        assert reader.filter == ""
        assert "• Fees fall for a third week en 3h" in reader.list


async def test_a_digit_includes_then_excludes_then_drops_its_tag(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("1")
        assert reader.filter == "lang:en tag:btc"
        assert reader.tag_bar.startswith("en +BTC │ 1 +BTC 4")
        assert "4 of 9 articles" in reader.status
        await reader.press("1")
        assert reader.filter == "lang:en -tag:btc"
        assert "3 of 9 articles" in reader.status
        assert "BTC" not in reader.text(Sidebar)
        await reader.press("1")
        assert reader.filter == "lang:en"


async def test_a_tag_keeps_its_digit_while_the_filter_names_it(news: Library) -> None:
    async with reading(news) as reader:
        assert "3 EXCHANGE 2" in reader.tag_bar
        await reader.press("3")
        assert "3 +EXCHANGE 2" in reader.tag_bar
        await reader.press("1")
        assert "1 +BTC 1" in reader.tag_bar
        assert "3 +EXCHANGE 1" in reader.tag_bar
        await reader.press("3")
        assert reader.filter == "lang:en -tag:exchange tag:btc"


async def test_a_digit_without_a_tag_does_nothing(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("9")
        assert reader.filter == "lang:en"


async def test_a_tag_from_the_picker_takes_the_highest_free_digit(news: Library) -> None:
    bring(news, story(8, "Many tags", tags="BTC,ETH,EXCHANGE,FEES,GUIDE,MINING,STAKING,A,B"))
    async with reading(news) as reader:
        assert "WALLET" not in reader.tag_bar
        await reader.press("t", *"wal", "enter")
        assert reader.filter == "lang:en tag:wallet"
        assert "9 +WALLET 1" in reader.tag_bar
        assert isinstance(reader.app.screen, TagPicker)
        await reader.press("enter", "escape")
        assert reader.filter == "lang:en -tag:wallet"
        assert "9 −WALLET" in reader.tag_bar
        await reader.press("9")
        assert reader.filter == "lang:en"


async def test_typing_in_the_picker_is_never_taken_for_keys(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("t", *"xqjmL1")
        assert reader.app.screen.query_one(Input).value == "xqjmL1"
        assert reader.filter == "lang:en"


async def test_escape_drops_the_last_filter_and_x_returns_to_the_start(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("1", "+", "escape")
        assert reader.filter == "lang:en tag:btc"
        await reader.press("escape", "escape", "escape")
        assert reader.filter == ""
        await reader.press("1", "2", "x")
        assert reader.filter == "lang:en"


async def test_x_drops_the_query_of_the_command_line_too(news: Library) -> None:
    async with reading(news, "tag:mining") as reader:
        await reader.press("x")
        assert reader.filter == "lang:en"


async def test_sentiment_keys_replace_each_other(news: Library) -> None:
    async with reading(news) as reader:
        for key, word, count in (
            ("+", "positive", 3),
            ("-", "negative", 2),
            ("=", "neutral", 1),
        ):
            await reader.press(key)
            assert reader.filter == f"lang:en sentiment:{word}"
            assert f"{count} of 9 articles" in reader.status
        await reader.press("0")
        assert reader.filter == "lang:en"


async def test_the_language_key_goes_through_each_language_and_all_of_them(news: Library) -> None:
    async with reading(news) as reader:
        filters = []
        for _ in range(3):
            await reader.press("L")
            filters.append(reader.filter)
        assert filters == ["lang:uk", "", "lang:en"]


async def test_a_filter_that_matches_nothing_says_how_to_get_out(news: Library) -> None:
    async with reading(news, "tag:mining sentiment:positive") as reader:
        assert "No article matches. Esc drops the last filter, x all of them." in reader.text(
            Sidebar
        )
        await reader.press("j", "enter", "space", "h", "m", "M", "f", "n", "J", "g", "G", "l")
        assert "0 of 9 articles" in reader.status
        await reader.press("x")
        assert "7 of 9 articles" in reader.status


async def test_an_archive_without_articles_says_so(tmp_path: Path) -> None:
    with Library(tmp_path) as empty:
        async with reading(empty) as reader:
            assert "No articles." in reader.text(Sidebar)
            await reader.press("j", "l", "n", "m", "1", "t", "escape", "s", "L", "u", "x")
            assert "0 articles" in reader.text(StatusLine)


async def test_the_bar_follows_a_click_as_it_follows_a_digit(news: Library) -> None:
    async with reading(news) as reader:
        await reader.click("EXCHANGE", TagBar)
        assert reader.filter == "lang:en tag:exchange"
        await reader.click("+EXCHANGE ", TagBar)
        assert reader.filter == "lang:en"


async def test_a_click_on_a_tag_of_the_article_filters_by_it(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("n")
        assert "GUIDE" in reader.text(ReadingPane)
        await reader.click("GUIDE", ReadingPane)
        assert reader.filter == "lang:en tag:guide"


async def test_the_wheel_changes_nothing_but_what_is_in_view(news: Library) -> None:
    async with reading(news, size=(120, 8)) as reader:
        await reader.press("n", "tab")
        sidebar, opened = reader.screen.query_one(Sidebar), reader.opened
        cursor = sidebar.cursor
        for kind in (Sidebar, ReadingPane, TagBar, StatusLine):
            part = reader.screen.query_one(kind)
            part.post_message(events.MouseScrollDown(part, 5, 0, 0, 1, 0, False, False, False))
            await reader.settle()
        assert sidebar.scroll_offset.y > 0
        assert (sidebar.cursor, reader.filter, reader.opened) == (cursor, "lang:en", opened)


# Groups and cursor.


async def test_another_grouping_keeps_the_cursor_on_its_article(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("A wallet")
        assert "A wallet learns new words" in reader.cursor
        for name in ("by day", "by source", "newest first", "by category"):
            await reader.press("s")
            assert reader.status.endswith(name)
            assert "A wallet learns new words" in reader.cursor


async def test_a_grouping_gives_each_article_one_place(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("s")
        assert reader.list[2] == "▾ Sat 14 Mar 2026 6/6"
        await reader.press("s")
        assert reader.list[2] == "▾ block_ledger 6/6"
        await reader.press("s")
        assert reader.list[2] == "▾ ALL 6/6"


async def test_a_filter_keeps_the_cursor_on_its_article(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("An exchange")
        assert "An exchange counts its coins" in reader.cursor
        await reader.press("3")
        assert "An exchange counts its coins" in reader.cursor
        await reader.press("x")
        assert "An exchange counts its coins" in reader.cursor


async def test_the_list_is_made_wider_and_narrower_within_reason(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("n")
        sidebar, pane = reader.screen.query_one(Sidebar), reader.screen.query_one(ReadingPane)
        before = sidebar.outer_size.width
        await reader.press(">")
        assert sidebar.outer_size.width > before
        await reader.press("<", "<")
        assert sidebar.outer_size.width < before
        for steps in (-99, 99):
            reader.screen.action_resize(steps)
            await reader.settle()
            assert min(sidebar.outer_size.width, pane.outer_size.width) >= 20


# Reading.


async def test_opening_an_article_shows_it_and_marks_it_read(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press(*"jjjj", "enter")
        assert reader.text(ReadingPane).startswith("Fees fall for a third week")
        assert "The text of story 3." in reader.text(ReadingPane)
        assert "▾ BTC 3/4" in reader.list
        assert "▾ ▲ positive 2/3" in reader.list
        assert "▌ Fees fall for a third week 3h" in reader.list
        assert reader.status.startswith("6 unread")
        assert len(news.find(parse("is:read"))) == 1


async def test_a_click_opens_what_was_clicked(news: Library) -> None:
    async with reading(news) as reader:
        await reader.click("A wallet learns", Sidebar)
        assert "The text of story 4." in reader.text(ReadingPane)
        await reader.click("PINNED", Sidebar)
        assert reader.list[:2] == ["▸ ⚑ PINNED 1/1", "▾ BTC 3/4"]


async def test_an_opened_article_stays_in_a_list_of_unread_ones(news: Library) -> None:
    async with reading(news, "is:unread tag:btc") as reader:
        await reader.press("n")
        assert "▌ Fees fall for a third week 3h" in reader.list
        await reader.press("n")
        assert "Fees fall" not in reader.text(Sidebar)
        assert "▌ A wallet learns new words 4h" in reader.list


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
        assert "Fees fall for a third week 3h" in reader.list
        await reader.press("m")
        assert "article unread · u undoes" in reader.status
        assert "• Fees fall for a third week 3h" in reader.list


async def test_m_on_a_group_marks_all_of_it(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("j", "j", "m")
        assert "4 articles read · u undoes" in reader.status
        assert "▾ BTC 0/4" in reader.list
        await reader.press("m")
        assert "▾ BTC 4/4" in reader.list


async def test_a_group_with_anything_unread_is_marked_read_first(news: Library) -> None:
    news.mark(news.find(parse("tag:mining")), Mark.READ, True, "")
    async with reading(news) as reader:
        await reader.press("j", "j")
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
        assert "▌ Fees fall for a third week ★ 3h" in reader.list
        await reader.press("f")
        assert "★" not in "".join(reader.lines)


async def test_undo_takes_marks_back_one_by_one_and_redo_makes_them_again(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("j", "j", "m", "j", "j", "f")
        assert "▾ BTC 0/4" in reader.list
        await reader.press("u")
        assert "undone: favourite" in reader.status
        assert "★" not in reader.text(Sidebar)
        await reader.press("u")
        assert "undone: 4 articles read" in reader.status
        assert "▾ BTC 4/4" in reader.list
        await reader.press("U")
        assert "redone: 4 articles read" in reader.status
        assert "▾ BTC 0/4" in reader.list
        await reader.press("U", "U")
        assert "nothing to be redone" in reader.status
        await reader.press("u", "u", "u")
        assert "nothing to be undone" in reader.status


async def test_one_article_is_not_called_articles(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("m")
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


async def test_reading_on_is_no_step_to_undo(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("n", "n", "u")
        assert "nothing to be undone" in reader.status
        assert reader.status.startswith("5 unread")


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
    return "· unread" not in facts, "★ favourite" in facts


# Nothing to do.


async def test_keys_without_anything_to_act_on_say_why(tmp_path: Path) -> None:
    with library(tmp_path, [story(1, "A lone story")]) as news:
        async with reading(news) as reader:
            for key in "ioyYf":
                reader.screen.query_one(StatusLine).say("")
                await reader.press(key)
                assert "no article is open or under the cursor" in reader.status, key
            await reader.press("z")
            assert "no article is open" in reader.status
            await reader.press("n")
            for key, reason in (
                ("i", "this article has no cover image"),
                ("o", "this article names no original and holds no links"),
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

    async def __call__(self, _app: object, url: str) -> str:
        self.urls.append(url)
        if self.failure:
            raise self.failure
        return f"opened {url}"


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    made = Browser()
    monkeypatch.setattr(opening, "open_in_browser", made)
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
            assert "opened https://img.example/regular" in reader.status
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
            assert isinstance(reader.app.screen, LinksScreen)
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
            assert f"no browser was found here; the address is {url} (copied)" in reader.status
            assert reader.app.clipboard == url


async def test_an_article_is_copied_as_markdown(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("n", "Y")
        assert reader.app.clipboard == "# How this archive is kept\n\nThe text of story 1.\n"
        assert "copied the article as Markdown" in reader.status


# Other programs, and what goes wrong.


async def test_what_another_program_brings_in_appears_and_nothing_moves(tmp_path: Path) -> None:
    stories = [story(n, f"Story {n}", "POSITIVE") for n in range(1, 61)]
    with library(tmp_path, stories) as news:
        async with reading(news, size=SHORT) as reader:
            await reader.press(*"GGkkk")
            cursor, rows = reader.cursor, reader.list
            line = reader.lines.index(next(text for text in reader.lines if "Story 57" in text))
            bring(news, story(0, "Just in", "POSITIVE"), story(62, "Of old", category="ETH"))
            reader.screen._look_for_changes()
            await reader.settle()
            assert "62 articles" in reader.status
            assert reader.cursor == cursor
            assert "Story 57" in reader.lines[line]
            assert rows[0] in reader.list
            await reader.press("g", "j", "j")
            assert "Just in" in reader.text(Sidebar)


async def test_what_another_program_marks_is_shown(news: Library) -> None:
    async with reading(news) as reader:
        with Library(news.folder) as other:
            other.mark(other.find(parse("tag:fees")), Mark.READ, True, "")
        reader.screen._look_for_changes()
        await reader.settle()
        assert "▾ BTC 3/4" in reader.list
        assert "Fees fall for a third week 3h" in reader.list


class Forgetful(Library):
    """Loses an article, as a rebuilt cache may."""

    gone: Identity | None = None

    @property
    def version(self) -> int:
        return super().version + (self.gone is not None)

    def id_of(self, identity: Identity) -> ArticleId | None:
        return None if identity == self.gone else super().id_of(identity)

    def find(self, query: Query) -> Ids:
        lost = super().id_of(self.gone) if self.gone else None
        return super().find(query) - Ids([] if lost is None else [lost])


async def test_an_article_that_vanishes_while_it_is_open_stays_on_the_screen(
    tmp_path: Path,
) -> None:
    library(tmp_path, archive()).close()
    with Forgetful(tmp_path, clock=lambda: NOW) as news:
        async with reading(news) as reader:
            await reader.go_to("Fees fall")
            await reader.press("enter")
            news.gone = Identity("block_ledger", "3", "en")
            reader.screen._look_for_changes()
            await reader.settle()
            assert "Fees fall" in reader.text(ReadingPane)
            assert "Fees fall" not in reader.text(Sidebar)
            assert "A wallet learns new words" in reader.cursor
            await reader.press("f", "m", "Y", "i", "space")
            assert "Fees fall" in reader.text(ReadingPane)
            await reader.press("J")
            assert "A wallet learns new words" in reader.text(ReadingPane)


class Failing(Library):
    """Raises for whatever a test says that it cannot do at present."""

    failing: str = ""

    def _may(self, what: str) -> None:
        if what == self.failing:
            raise CacheLocked(self.folder / "[BTC].db")

    @property
    def version(self) -> int:
        self._may("version")
        return super().version

    def find(self, query: Query) -> Ids:
        self._may("find")
        return super().find(query)

    def rows(self, ids: Any) -> list[Row]:
        self._may("rows")
        return super().rows(ids)

    def unread(self, ids: Ids) -> Ids:
        self._may("unread")
        return super().unread(ids)

    def id_of(self, identity: Identity) -> ArticleId | None:
        self._may("id_of")
        return super().id_of(identity)

    def languages(self) -> dict[str, int]:
        self._may("languages")
        return super().languages()

    def mark(self, ids: Ids, mark: Mark, value: bool, label: str) -> int:
        self._may("mark")
        return super().mark(ids, mark, value, label)

    def undo(self) -> Change | None:
        self._may("undo")
        return super().undo()

    def position(self, identity: Identity) -> float:
        self._may("position")
        return super().position(identity)

    def save_position(self, identity: Identity, position: float) -> None:
        self._may("save_position")
        super().save_position(identity, position)

    def save_state(self, name: str, value: str) -> None:
        self._may("save_state")
        super().save_state(name, value)


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[Failing]:
    library(tmp_path, archive()).close()
    with Failing(tmp_path, clock=lambda: NOW) as made:
        yield made


@pytest.mark.parametrize(
    ("what", "key"),
    [
        ("mark", "m"),
        ("mark", "M"),
        ("mark", "f"),
        ("mark", "enter"),
        ("undo", "u"),
        ("position", "enter"),
        ("find", "1"),
        ("find", "x"),
        ("find", "s"),
        ("unread", "n"),
        ("unread", "m"),
        ("id_of", "f"),
        ("rows", "f"),
        ("languages", "L"),
    ],
)
async def test_a_locked_cache_is_named_on_the_status_line_and_reading_goes_on(
    failing: Failing, what: str, key: str
) -> None:
    async with reading(failing) as reader:
        await reader.go_to("Fees fall")
        failing.failing = what
        await reader.press(key)
        assert "[BTC].db is in use by another program" in reader.status
        failing.failing = ""
        await reader.press("x", "J")
        assert reader.opened is not None


async def test_a_cache_that_is_locked_when_it_is_polled_is_asked_again(failing: Failing) -> None:
    async with reading(failing) as reader:
        failing.failing = "version"
        reader.screen._look_for_changes()
        await reader.settle()
        failing.failing = ""
        bring(failing, story(0, "Just in", "POSITIVE"))
        reader.screen._look_for_changes()
        await reader.settle()
        assert "Just in" in reader.text(Sidebar)


@pytest.mark.parametrize("what", ["save_position", "save_state", "rows"])
async def test_leaving_never_fails(failing: Failing, what: str) -> None:
    async with reading(failing) as reader:
        await reader.press("n")
        failing.failing = what
        await reader.pilot.press("q")
    assert reader.app.crash is None


async def test_something_unforeseen_leaves_without_showing_what_was_read(tmp_path: Path) -> None:
    class Broken(Library):
        def find(self, query: Query) -> Ids:
            if query.tags:
                raise RuntimeError("a defect")
            return super().find(query)

    library(tmp_path, archive()).close()
    with Broken(tmp_path, clock=lambda: NOW) as news:
        app = CryptoreadApp(news, Settings(), Query())
        with pytest.raises(RuntimeError, match="a defect"):
            async with app.run_test(notifications=True, tooltips=True) as pilot:
                await pilot.press("1")
        assert isinstance(app.crash, RuntimeError)


# What is remembered.


async def test_the_screen_is_found_as_it_was_left(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("s", "s", ">", *"jjjjj")
        left, width = reader.list, reader.screen.query_one(Sidebar).outer_size.width
        cursor = reader.cursor
        assert "Fees fall" in cursor or "wallet" in cursor
    async with reading(news) as reader:
        assert reader.list == left
        assert reader.cursor == cursor
        assert reader.status.endswith("by source")
        assert reader.screen.query_one(Sidebar).outer_size.width == width
        assert reader.filter == "lang:en"


async def test_closed_groups_stay_closed_and_the_cursor_stays_on_its_group(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("space", "j", "space")
        assert reader.list == ["▸ ⚑ PINNED 1/1", "▸ BTC 4/4", "▸ ETH 2/2"]
    async with reading(news) as reader:
        assert reader.list == ["▸ ⚑ PINNED 1/1", "▸ BTC 4/4", "▸ ETH 2/2"]
        assert reader.cursor == "▸ BTC 4/4"


async def test_the_cursor_finds_its_article_under_a_new_id(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("A wallet")
        assert "A wallet learns new words" in reader.cursor
    moved = story(4, "A wallet learns new words", "POSITIVE", tags="BTC", published=NOW)
    bring(news, moved)
    async with reading(news) as reader:
        assert "A wallet learns new words" in reader.cursor


@pytest.mark.parametrize("saved", ["", "{", "[]", '{"grouping": "colour"}', '{"open_groups": 3}'])
async def test_a_view_that_cannot_be_read_is_the_first_view(news: Library, saved: str) -> None:
    news.save_state("view", saved)
    async with reading(news) as reader:
        assert reader.list[:3] == [
            "▾ ⚑ PINNED 1/1",
            "• · How this archive is kept 1h",
            "▾ BTC 4/4",
        ]


# Narrow, and one pane alone.


@pytest.mark.parametrize("key", ["tab", "escape", "h"])
async def test_a_narrow_screen_shows_one_pane_at_a_time(news: Library, key: str) -> None:
    async with reading(news, size=NARROW) as reader:
        assert reader.shown(ReadingPane) == []
        await reader.go_to("Fees fall")
        await reader.press("l")
        assert reader.shown(Sidebar) == []
        assert "Fees fall" in reader.text(ReadingPane)
        assert reader.filter == "lang:en"
        await reader.press(key)
        assert reader.shown(ReadingPane) == []
        assert "Fees fall" in reader.cursor
        assert reader.filter == "lang:en"


async def test_the_next_article_opens_on_a_narrow_screen(news: Library) -> None:
    async with reading(news, size=NARROW) as reader:
        await reader.press("n")
        assert "How this archive is kept" in reader.text(ReadingPane)
        await reader.press("J", "j")
        assert "Fees fall" in reader.text(ReadingPane)


async def test_a_window_that_grows_shows_both_panes_again(news: Library) -> None:
    async with reading(news, size=NARROW) as reader:
        await reader.press("n")
        await reader.pilot.resize_terminal(120, 40)
        await reader.settle()
        assert reader.shown(Sidebar)
        assert reader.shown(ReadingPane)


async def test_z_shows_the_reading_pane_alone_and_back(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("n", "z")
        assert reader.shown(Sidebar) == []
        await reader.press("J")
        assert "Fees fall" in reader.text(ReadingPane)
        await reader.press("z")
        assert "Fees fall" in reader.cursor
        await reader.press("z", "escape")
        assert reader.shown(Sidebar)
        assert reader.filter == "lang:en"


@pytest.mark.parametrize("size", [(1, 1), (10, 4), (24, 5), (99, 24), (300, 90)])
async def test_any_size_of_window_can_be_used(news: Library, size: tuple[int, int]) -> None:
    async with reading(news, size=size) as reader:
        await reader.press("n", "J", "1", "tab", "j", "z", "?", "escape", "t", "escape")
        assert reader.opened is not None


# Keys, help and palette.


def test_every_binding_says_what_it_does_and_has_an_id_of_its_own() -> None:
    assert all(binding.id and binding.description and binding.tooltip for binding in BOUND)
    ids = [binding.id for binding in BOUND]
    assert len(set(ids)) == len(ids)
    assert not any(binding.priority for binding in BOUND)


def test_the_keys_of_the_manual_are_bound() -> None:
    keys = {key for binding in BOUND for key in binding.key.split(",")}
    manual = "j k g G h l J K n N 1 2 3 4 5 6 7 8 9 t x 0 L i o y Y m M f u U s z q"
    named = (
        "down up home end ctrl+d ctrl+u pagedown pageup left right enter tab space escape "
        "plus minus equals_sign less_than_sign greater_than_sign question_mark f1"
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


async def help_page(reader: Reading) -> str:
    await reader.press("?")
    text = reader.screen.app.screen.query_one(HelpText)
    page = ["".join(part for part, _ in line) for line in text._lines]
    await reader.press("escape")
    return " ".join(" ".join(page).split())


async def test_the_help_lists_every_binding(news: Library) -> None:
    async with reading(news, size=(60, 40)) as reader:
        page = await help_page(reader)
        for binding in BOUND:
            if not binding.action.startswith("cycle_digit"):
                row = f"{key_names(binding.key)} {binding.tooltip}"
                assert set(row.split()) <= set(page.split()), row
        assert "1 … 9 Tag of that number: include, exclude, off" in page
        assert "".join(page.split()).endswith(str(news.folder))


async def test_the_palette_offers_every_action(news: Library) -> None:
    async with reading(news) as reader:
        offered = await palette(reader)
        for binding in BOUND:
            assert any(name.startswith(binding.description) for name in offered), binding
        assert sum(name.lower().startswith("quit") for name in offered) == 1


async def test_the_palette_offers_themes(news: Library) -> None:
    async with reading(news) as reader:
        assert any("theme" in name.lower() for name in await palette(reader))


async def palette(reader: Reading, *keys: str) -> list[str]:
    """What the palette offers at first, or for what is typed."""
    from textual.command import Command, CommandList

    def offered() -> list[str]:
        options = reader.app.screen.query_one(CommandList)
        found = [options.get_option_at_index(k) for k in range(options.option_count)]
        return [str(option.hit.text) for option in found if isinstance(option, Command)]

    await reader.press("ctrl+p", *keys)
    await reader.wait_for(offered)
    return offered()


async def test_an_action_of_the_palette_is_done(news: Library) -> None:
    async with reading(news) as reader:
        assert await palette(reader, *"negative news") == ["Negative (-)"]
        await reader.press("down", "enter")
        await reader.wait_for(lambda: reader.filter == "lang:en sentiment:negative")


async def test_any_text_may_be_typed_into_the_palette(news: Library) -> None:
    async with reading(news) as reader:
        await palette(reader)
        await reader.press(*"[/foo]", "escape")
        assert reader.app.screen is reader.screen


async def test_a_key_of_the_settings_takes_the_place_of_the_usual_one(news: Library) -> None:
    settings = Settings(keys={"reader.next-unread": "f5", "sidebar.down": "ctrl+n"})
    async with reading(news, settings=settings) as reader:
        await reader.press("n")
        assert reader.opened is None
        await reader.press("ctrl+n", "f5")
        assert reader.opened is not None
        page = await help_page(reader)
        assert "F5 Open the next unread article" in page
        assert "n Open the next unread article" not in page


async def test_the_palette_names_the_key_of_the_settings(news: Library) -> None:
    async with reading(news, settings=Settings(keys={"reader.next-unread": "f5"})) as reader:
        assert any(name.startswith("Next unread (F5)") for name in await palette(reader))


async def test_theme_and_widths_come_from_the_settings(news: Library) -> None:
    settings = Settings(theme="nord", sidebar_width=36, column_width=40)
    async with reading(news, settings=settings) as reader:
        assert reader.app.theme == "nord"
        assert reader.screen.query_one(Sidebar).outer_size.width == 36
        await reader.press("n")
        lines = [line.strip() for line in reader.shown(ReadingPane)]
        assert "─" * 40 in lines


async def test_a_theme_that_does_not_exist_leaves_the_usual_one(news: Library) -> None:
    async with reading(news, settings=Settings(theme="[/foo]")) as reader:
        assert reader.app.theme == "textual-dark"


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


async def test_what_was_put_right_at_the_start_is_said(tmp_path: Path) -> None:
    library(tmp_path, archive()).close()
    (tmp_path / "cache.db").write_bytes(b"no database " * 1000)
    with Library(tmp_path) as news:
        async with reading(news) as reader:
            assert "cache.db was damaged" in reader.status


# Hostile text.

HOSTILE = "[/foo] [BTC] [@click=app.quit]x[/]"


def hostile_story() -> Article:
    return story(
        1,
        f"{HOSTILE} hits 100k",
        "POSITIVE",
        tags="[/FOO],[BTC],[@CLICK=APP.QUIT]X[/]",
        category="[RED]",
        description=f"Says {HOSTILE}",
        source=Source(key="[bold]wire", name="[bold]Wire"),
        body=f"Text {HOSTILE} and [{HOSTILE}](https://evil.example/[BTC]).\n\n[/bar]: <x>",
        url="",
        cover=Cover(raw="[/foo]"),
        ai=Ai(translated_from="[/foo]"),
        flags=("odd: [/foo]",),
        extra={"[/foo]": "[/bar]"},
    )


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path / "[BTC][", [hostile_story()]) as made:
        yield made


async def test_hostile_text_is_literal_in_list_bar_and_article(hostile: Library) -> None:
    async with reading(hostile) as reader:
        assert HOSTILE[:20] in reader.text(Sidebar)
        assert "[RED]" in reader.text(Sidebar)
        for tag in ("[/FOO] 1", "[BTC] 1", "[@CLICK=APP.QUIT]X[/] 1"):
            assert tag in reader.tag_bar
        await reader.press("n")
        article = reader.text(ReadingPane)
        for text in (f"{HOSTILE} hits", f"Says {HOSTILE}", "[bold]Wire", "[RED]", "odd: [/foo]"):
            assert text in article
        await reader.click("[@click", ReadingPane)
        await reader.click("[/foo]", Sidebar)
        assert not reader.app._exit
        await reader.press("s", "s")
        assert "[bold]wire" in reader.text(Sidebar)


async def test_hostile_tags_filter_like_any_other(hostile: Library) -> None:
    async with reading(hostile) as reader:
        digit = next(tag.digit for tag in reader.screen._digits if tag.tag == "[/FOO]")
        await reader.press(str(digit))
        assert "+[/FOO]" in reader.tag_bar
        assert "1 article" in reader.status
        await reader.press("t")
        assert "[@CLICK=APP.QUIT]X[/]" in reader.text(TagList)
        await reader.press("enter", "enter", "escape")


@pytest.mark.parametrize("query", ["[/foo]", "tag:[BTC]", 'title:"[@click=app.quit]x[/]"'])
async def test_hostile_queries_are_shown_as_they_are(hostile: Library, query: str) -> None:
    async with reading(hostile, query) as reader:
        shown = str(parse(query)).removeprefix("tag:").removeprefix("title:").strip('"')
        assert shown.upper() in reader.tag_bar.upper()


async def test_hostile_links_and_errors_are_literal(hostile: Library, browser: Browser) -> None:
    async with reading(hostile) as reader:
        await reader.press("n", "o")
        assert isinstance(reader.app.screen, LinksScreen)
        assert HOSTILE[:20] in reader.text(LinkList)
        await reader.press("escape", "i")
        assert "[/foo]" in "".join(browser.urls) or "[/foo] is not opened" in reader.status
        page = await help_page(reader)
        assert "[BTC][" in page
        reader.screen.query_one(StatusLine).say(str(CacheError(HOSTILE)), error=True)
        await reader.settle()
        assert HOSTILE in reader.status


async def test_hostile_text_is_literal_in_the_rest_of_the_reader(hostile: Library) -> None:
    async with reading(hostile) as reader:
        await reader.press("n", "f", "m", "u", "U", "Y", "L", "s", "z", "<", ">", "?", "escape")
        await palette(reader)
        assert HOSTILE in reader.app.clipboard
        assert not reader.app._exit


def test_every_key_is_listed_where_the_screen_binds_it() -> None:
    assert ReaderScreen.BINDINGS is READER_KEYS
