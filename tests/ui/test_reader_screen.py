"""The screen as a whole: the query, the list, one pane or two, and what is remembered of them."""

import json
import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis.strategies import lists, sampled_from
from textual import events
from textual.widgets import Input

from reader.config.settings import Settings
from reader.library import Library
from reader.query.language import parse
from reader.ui.bars.status_line import StatusLine
from reader.ui.bars.tag_bar import TagBar
from reader.ui.briefing.pane import BriefingPane
from reader.ui.modals.tag_picker import TagPicker
from reader.ui.reading.pane import ReadingPane
from reader.ui.screen import host_screen
from reader.ui.screen.filtering import stepped_back
from reader.ui.sidebar.widget import Sidebar
from tests.builders import NOW, library
from tests.ui.screen import NARROW, SHORT, archive, bring, reading, story


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path, archive()) as made:
        yield made


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


async def test_languages_of_a_group_replace_the_readers(news: Library) -> None:
    async with reading(news, "(lang:uk OR title:fees)") as reader:
        assert reader.filter == "(lang:uk OR title:fees)"
        await reader.wait_for(lambda: "3 of 9 articles" in reader.status)


async def test_a_language_on_the_command_line_replaces_the_readers(news: Library) -> None:
    async with reading(news, "lang:uk") as reader:
        assert reader.filter == "lang:uk"


async def test_a_language_without_articles_does_not_filter(news: Library) -> None:
    async with reading(news, settings=Settings(language="fr")) as reader:
        assert reader.filter == ""
        assert reader.tag_bar.startswith("all articles │")
        assert "7 unread" not in reader.status
        assert "9 articles" in reader.status


async def test_the_first_start_opens_the_top_of_the_list_down_to_articles(news: Library) -> None:
    async with reading(news) as reader:
        assert reader.rows == [
            "▾ ⚑ PINNED 1/1",
            "• · How this archive is kept 11:00",
            "▾ BTC 4/4",
            "▾ ▲ positive 3/3",
            "• Fees fall for a third week 09:00",
            "• A wallet learns new words 08:00",
            "• An exchange counts its coins 07:00",
            "▸ ▼ negative 1/1",
            "▸ ETH 2/2",
        ]


async def test_rows_name_their_language_where_the_list_holds_several(news: Library) -> None:
    async with reading(news) as reader:
        assert "• Fees fall for a third week 09:00" in reader.rows
        await reader.press("L", "L")
        assert reader.filter == ""
        assert "• Fees fall for a third week en 09:00" in reader.rows


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


async def test_a_digit_drops_the_only_tag_of_a_filter_too(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("L", "L")
        assert reader.filter == ""
        await reader.press("1", "1")
        assert reader.filter == "-tag:btc"
        await reader.press("1")
        assert reader.filter == ""
        assert reader.tag_bar.startswith("all articles │ 1 BTC")


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


async def test_a_picker_that_is_opened_again_begins_anew_with_the_present_filter(
    news: Library,
) -> None:
    async with reading(news) as reader:
        await reader.press("t", *"wal", "escape")
        await reader.press("t")
        picker = reader.app.screen
        assert isinstance(picker, TagPicker)
        assert picker.query_one(Input).value == ""
        assert picker.query_one(Input).has_focus
        await reader.press(*"wal", "enter", "escape")
        assert reader.filter == "lang:en tag:wallet"
        await reader.press("x", "t", "enter", "escape")
        assert reader.filter == "lang:en tag:btc"


async def test_typing_in_the_picker_never_triggers_keys(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("t")
        await reader.type_in("xqjmL1")
        assert reader.app.screen.query_one(Input).value == "xqjmL1"
        assert reader.filter == "lang:en"


async def test_escape_drops_the_last_filter_and_x_returns_to_the_start(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("1", "+", "escape")
        assert reader.filter == "lang:en tag:btc"
        await reader.press("escape")
        assert reader.filter == "lang:en"
        await reader.press("escape", "escape")
        assert reader.filter == "lang:en"
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
            assert "No articles. r brings news" in reader.text(Sidebar)
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
        for name in ("latest first", "by source", "by story", "no groups", "by category"):
            await reader.press("s")
            assert reader.status.endswith(name)
            assert "A wallet learns new words" in reader.cursor


async def test_a_grouping_gives_each_article_one_place(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("s")
        assert reader.rows[2] == "─ Sat 14 Mar 2026 ▲3 ▼2 6/6"
        await reader.press("s")
        assert reader.rows[2] == "▾ block_ledger 6/6"
        await reader.press("s")
        assert reader.rows[2] == "▾ told by one source 6/6"
        await reader.press("s")
        assert reader.rows[2] == "▾ ALL 6/6"


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


# What is remembered.


async def test_the_screen_is_found_as_it_was_left(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("s", "s", ">", *"jjjj")
        left, width = reader.rows, reader.screen.query_one(Sidebar).outer_size.width
        cursor = reader.cursor
        assert "Fees fall" in cursor or "wallet" in cursor
    async with reading(news) as reader:
        assert reader.rows == left
        assert reader.cursor == cursor
        assert reader.status.endswith("by source")
        assert reader.screen.query_one(Sidebar).outer_size.width == width
        assert reader.filter == "lang:en"


async def test_closed_groups_stay_closed_and_the_cursor_stays_on_its_group(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("h", "h", "j", "h")
        assert reader.rows == ["▸ ⚑ PINNED 1/1", "▸ BTC 4/4", "▸ ETH 2/2"]
    async with reading(news) as reader:
        assert reader.rows == ["▸ ⚑ PINNED 1/1", "▸ BTC 4/4", "▸ ETH 2/2"]
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
async def test_an_unreadable_view_is_replaced_by_the_default_view(
    news: Library, saved: str
) -> None:
    news.save_state("view", saved)
    async with reading(news) as reader:
        assert reader.rows[:3] == [
            "▾ ⚑ PINNED 1/1",
            "• · How this archive is kept 11:00",
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


async def test_z_before_any_article_is_open_says_so(news: Library) -> None:
    async with reading(news, size=NARROW) as reader:
        await reader.press("z")
        assert "no article is open" in reader.status
        assert reader.shown(Sidebar)


async def test_the_list_width_cannot_be_changed_while_only_one_pane_is_visible(
    news: Library,
) -> None:
    async with reading(news) as reader:
        sidebar = reader.screen.query_one(Sidebar)
        width = sidebar.outer_size.width
        await reader.press("n", "z", ">")
        assert "only one pane is visible" in reader.status
        await reader.press("z")
        assert sidebar.outer_size.width == width
        await reader.pilot.resize_terminal(*NARROW)
        await reader.press(">")
        assert "only one pane is visible" in reader.status


async def test_under_a_day_the_rows_tell_the_hour(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("s")
        hours = [row.split()[-1] for row in reader.rows[3:9]]
        assert all(re.fullmatch(r"\d\d:\d\d", hour) for hour in hours)
        assert hours == sorted(hours, reverse=True)


@pytest.mark.parametrize("size", [(1, 1), (10, 4), (24, 5), (99, 24), (300, 90)])
async def test_any_size_of_window_can_be_used(news: Library, size: tuple[int, int]) -> None:
    async with reading(news, size=size) as reader:
        await reader.press("n", "J", "1", "tab", "j", "z", "?", "escape", "t", "escape")
        assert reader.opened is not None


# The start, to which Esc and x both go back.


@pytest.mark.parametrize(
    ("query", "start", "steps"),
    [
        ("lang:en", "lang:en", []),
        ("lang:en tag:btc +", "lang:en", ["lang:en"]),
        ("lang:en tag:btc is:unread", "lang:en", ["lang:en tag:btc", "lang:en"]),
        ("lang:uk", "lang:en", ["lang:en"]),
        ("", "lang:en", ["lang:en"]),
        ("tag:btc", "lang:en", ["", "lang:en"]),
        ("tag:btc lang:uk", "lang:en", ["lang:en tag:btc", "lang:en"]),
        ("lang:uk tag:btc", "lang:en", ["lang:uk", "lang:en"]),
        ("-lang:uk", "lang:en", ["lang:en"]),
        ("tag:btc", "", [""]),
        ("lang:uk", "", [""]),
    ],
)
def test_steps_back_end_at_the_start(query: str, start: str, steps: list[str]) -> None:
    now, beginning = parse(query.removesuffix(" +")), parse(start)
    for step in steps:
        now = stepped_back(now, beginning)
        assert str(now) == step
    assert stepped_back(now, beginning) == beginning


@given(lists(sampled_from(["tag:a", "-tag:b", "lang:en", "lang:uk", "is:read", "word"])))
def test_any_filter_steps_back_to_the_start_in_as_many_steps_as_it_has_terms(
    terms: list[str],
) -> None:
    query, start = parse(" ".join(terms)), parse("lang:en")
    for _ in range(len(query.terms) + 1):
        query = stepped_back(query, start)
    assert query == start


async def test_escape_ends_where_x_goes_whatever_was_pressed_before(news: Library) -> None:
    async with reading(news, "tag:btc") as reader:
        for keys in ("1", "+2", "L", "LL", "L1L", "LL1"):
            await reader.press(*keys, *["escape"] * 6)
            assert reader.filter == "lang:en", keys


async def test_escape_in_the_reading_pane_beside_the_list_drops_the_last_filter(
    news: Library,
) -> None:
    async with reading(news, "tag:btc") as reader:
        await reader.press("n", "tab", "escape")
        assert reader.filter == "lang:en"
        assert reader.screen.focused is reader.screen.query_one(ReadingPane)


# The same story in another language.


async def test_the_language_key_keeps_the_story_in_list_and_pane(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("An exchange")
        await reader.press("enter", "L")
        assert reader.filter == "lang:uk"
        assert "Біржа рахує монети" in reader.cursor
        assert "Біржа рахує монети" in reader.text(ReadingPane)
        await reader.press("L")
        assert reader.filter == ""
        assert "Біржа рахує монети" in reader.cursor
        await reader.press("L")
        assert "An exchange counts its coins" in reader.cursor
        assert "An exchange counts its coins" in reader.text(ReadingPane)


async def test_cursor_and_pane_each_keep_their_own_story(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("An exchange")
        await reader.press("enter")
        await reader.go_to("Northfell")
        await reader.press("L")
        assert "Нортфелл зупиняє машини" in reader.cursor
        assert "Біржа рахує монети" in reader.text(ReadingPane)


async def test_a_story_without_a_translation_stays_in_the_pane(news: Library) -> None:
    async with reading(news) as reader:
        await reader.go_to("Fees fall")
        await reader.press("enter", "L")
        assert "Fees fall" in reader.text(ReadingPane)
        assert reader.filter == "lang:uk"
        await reader.press("escape")
        assert "Fees fall" in reader.cursor


# A restart.


def without_scroll_bar(lines: Sequence[str]) -> list[str]:
    """Its size is that of what has been laid out, and of what is expected of the rest."""
    return [line.rstrip(" ▁▂▃▄▅▆▇█") for line in lines]


async def test_after_a_restart_the_open_article_is_where_it_was(tmp_path: Path) -> None:
    body = "\n\n".join(f"Line {line}." for line in range(200))
    stories = [story(n, f"Story {n}", "POSITIVE", body=body) for n in range(1, 61)]
    with library(tmp_path, stories) as news:
        async with reading(news, size=SHORT) as reader:
            await reader.go_to("Story 30")
            await reader.press("enter", "m", "space", "space", "tab", *"jjj")
            left = without_scroll_bar(reader.lines[:-2])
            assert "Story 33" in reader.cursor
        async with reading(news, size=SHORT) as reader:
            assert without_scroll_bar(reader.lines[:-2]) == left
            assert "Story 33" in reader.cursor
            assert reader.screen.focused is reader.screen.query_one(Sidebar)
            assert not news.find(parse("is:read"))
            await reader.press("J")
            assert "Story 31" in reader.text(ReadingPane)


async def test_an_open_article_that_is_gone_leaves_the_briefing(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("n")
    saved = json.loads(news.state("view"))
    news.save_state("view", json.dumps(saved | {"opened": ["gone", "1", "en"]}))
    async with reading(news) as reader:
        assert reader.opened is None
        assert "Nothing new since 12:00" in reader.text(BriefingPane)


async def test_an_article_opened_before_the_last_one_is_back_stays(
    news: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reading(news) as reader:
        await reader.go_to("Fees fall")
        await reader.press("enter")
    go = threading.Event()
    monkeypatch.setattr(host_screen, "import_module", lambda _: go.wait(10))
    async with reading(news, settles=False) as reader:
        reader.hit("J")
        await reader.wait_for(lambda: reader.opened is not None)
        opened = reader.opened
        go.set()
        await reader.settle()
        assert reader.opened == opened
        assert len(reader.screen.query(ReadingPane)) == 1
