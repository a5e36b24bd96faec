"""The search line: results while typing, and the restored list after giving up."""

import re
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.widgets import Input

from reader.cache.recent import Recent
from reader.library import Group, Ids, Library, Mark
from reader.query.language import Query, parse
from reader.ui.bars.search_line import SearchHint, SearchLine
from reader.ui.bars.status_line import KeyLine
from reader.ui.reading import pane as reading_pane
from reader.ui.reading.pane import ReadingPane
from reader.ui.sidebar.widget import Sidebar
from tests.builders import NOW, library, put
from tests.ui.screen import NARROW, SHORT, WIDE, Reading, archive, reading, story


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path, archive()) as made:
        yield made


async def answered(reader: Reading, count: int) -> None:
    await reader.wait_for(lambda: f"{count} of 9 articles" in reader.status)


async def test_every_letter_narrows_the_list(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("slash", "f", "e")
        await answered(reader, 1)
        assert "Fees fall for a third week" in reader.text(Sidebar)
        assert 'en "fe"*' in reader.tag_bar
        await reader.press(" ")
        await answered(reader, 0)
        assert "Esc gives the list back" in reader.text(Sidebar)


async def test_a_group_is_one_filter_which_a_step_back_drops_whole(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("slash")
        await reader.type_in("(fees OR wallet")
        await answered(reader, 2)
        await reader.type_in(")")
        await reader.press("enter")
        await answered(reader, 2)
        assert "(fees OR wallet)" in reader.tag_bar
        await reader.press("1")
        await reader.wait_for(lambda: "+" in reader.tag_bar)
        await reader.press("escape", "escape")
        assert "(fees" not in reader.tag_bar


async def test_an_expression_counts_once_it_is_closed(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("slash")
        await reader.type_in("/^fees.*week")
        assert "7 of 9 articles" in reader.status
        await reader.type_in("/")
        await answered(reader, 1)
        assert "Fees fall for a third week" in reader.text(Sidebar)
        await reader.press("enter")
        await answered(reader, 1)
        assert "/^fees.*week/" in reader.tag_bar


async def test_the_line_below_names_the_field_that_was_meant(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("slash")
        await reader.type_in("sentmient:positive")
        assert "did you mean `sentiment:`?" in reader.text(SearchHint)


async def test_enter_keeps_the_search_as_a_filter(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("slash")
        await reader.type_in("wall")
        await reader.press("enter")
        await answered(reader, 1)
        assert reader.screen.focused is reader.screen.query_one(Sidebar)
        assert not reader.shown(SearchLine)
        await reader.press("escape")
        assert "7 of 9 articles" in reader.status


async def test_a_search_that_has_ended_leaves_no_index_in_memory(news: Library) -> None:
    async with reading(news) as reader:

        def index() -> Recent | None:
            finder = reader.screen._answers._finder
            return finder._recent if finder else None

        for end in ("escape", "enter"):
            await reader.press("slash", *"fees")
            await answered(reader, 1)
            await reader.wait_for(index)
            await reader.press(end)
            await reader.wait_for(lambda: index() is None)


async def test_escape_restores_the_list(tmp_path: Path) -> None:
    stories = [story(n, f"Story {n}", "POSITIVE") for n in range(1, 61)]
    with library(tmp_path, stories) as news:
        async with reading(news, size=SHORT) as reader:
            await reader.press(*"GGkkkkk")
            sidebar = reader.screen.query_one(Sidebar)
            before = reader.cursor, reader.rows, sidebar.scroll_offset, sidebar.open_groups
            await reader.press("slash")
            await reader.type_in("story 7")
            await reader.wait_for(lambda: "1 of 60" in reader.status)
            await reader.press("escape")
            await reader.wait_for(lambda: "60 articles" in reader.status)
            now = reader.cursor, reader.rows, sidebar.scroll_offset, sidebar.open_groups
            assert now == before


async def test_a_search_respects_the_filters_that_are_on(news: Library) -> None:
    async with reading(news, "tag:btc") as reader:
        await reader.press("slash")
        await reader.type_in("closes")
        await answered(reader, 0)
        await reader.press("escape")
        await reader.press("slash")
        await reader.type_in("fees")
        await answered(reader, 1)


async def test_an_invalid_term_is_named_and_searched_as_a_word(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("slash")
        await reader.type_in("colour:red")
        await reader.wait_for(lambda: "no field `colour`" in reader.text(SearchHint))


async def test_hints_that_do_not_fit_are_left_out_whole_or_say_so(news: Library) -> None:
    async with reading(news, size=NARROW) as reader:
        await reader.press("slash")
        await reader.type_in("colour:red taste:sour shape:round")
        await reader.wait_for(lambda: reader.text(SearchHint).endswith("…"))
        await reader.type_in([*["backspace"] * 40, *"sentiment:"])
        await reader.wait_for(lambda: "Tab" in reader.text(SearchHint))
        assert reader.text(SearchHint).endswith("sentiment:negative")


async def test_a_search_shows_the_list_if_only_the_article_is_visible(news: Library) -> None:
    async with reading(news, size=NARROW) as reader:
        await reader.press("n")
        await reader.screen.run_action("search")
        await reader.type_in("fees")
        await answered(reader, 1)
        assert "Fees fall" in reader.text(Sidebar)
        await reader.press("escape")
        assert "Fees fall" in reader.text(Sidebar)


async def test_half_a_tag_does_not_empty_the_list_and_tab_completes_it(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("slash")
        await reader.type_in("tag:exc")
        assert "7 of 9 articles" in reader.status
        assert "Tab tag:exchange 3" in " ".join(reader.text(SearchHint).split())
        await reader.press("tab")
        await answered(reader, 2)
        assert reader.screen.query_one(Input).value == "tag:exchange "


async def test_earlier_searches_come_back_with_the_arrow(news: Library) -> None:
    async with reading(news) as reader:
        for words in ("fees", "wallet"):
            await reader.press("slash", *words, "enter", "escape")
        await reader.press("slash")
        await reader.type_in("br")
        await reader.press("up")
        line = reader.screen.query_one(Input)
        assert line.value == "wallet"
        await reader.press("up")
        assert line.value == "fees"
        await reader.press("down", "down")
        assert line.value == "br"
        await reader.press("escape")
    async with reading(news) as reader:  # kept with the marks
        await reader.press("slash", "up")
        assert reader.screen.query_one(Input).value == "wallet"


async def test_matches_are_marked_and_n_goes_through_them(news: Library) -> None:
    put_body(news, "A fee here.\n\n" + "Nothing at all.\n\n" * 40 + "More fees there.")
    async with reading(news) as reader:
        await reader.press("slash")
        await reader.type_in("fee")
        await reader.press("enter")
        await answered(reader, 1)
        await reader.go_to("Long story")
        await reader.press("l")
        await reader.wait_for(lambda: "3 matches" in reader.status)
        assert "was: Fees fall for a third week" in reader.text(ReadingPane)
        await reader.press("n")
        await reader.wait_for(lambda: "match 1 of 3" in reader.status)
        await reader.press("n", "n")
        await reader.wait_for(lambda: "match 3 of 3" in reader.status)
        assert "More fees there." in reader.text(ReadingPane)
        await reader.press("N")
        await reader.wait_for(lambda: "match 2 of 3" in reader.status)
        opened = reader.opened
        await reader.press("x")
        assert "match" not in reader.status
        await reader.press("n")  # without words, the next unread article
        assert reader.opened not in (None, opened)


def put_results(news: Library) -> None:
    """Three stories with the word `whale`, the second of which is read; one without it."""
    far = "Nothing at all.\n\n" * 60
    put(
        news._store,
        [
            story(1, "First story", "POSITIVE", body=f"A whale.\n\n{far}A whale again."),
            story(2, "Second story", "POSITIVE", body=f"{far}One whale far below."),
            story(3, "Without it", "POSITIVE", body="Nothing."),
            story(4, "Fourth story", "POSITIVE", body="The last whale."),
        ],
    )
    news.mark(news.find(parse("title:second")), Mark.READ, True, "")


async def test_n_goes_through_the_matches_then_to_the_next_result_read_or_not(
    news: Library,
) -> None:
    put_results(news)
    async with reading(news) as reader:
        await reader.press("slash")
        await reader.type_in("whale")
        await reader.press("enter")
        await answered(reader, 3)
        said = []
        for _ in range(5):
            await reader.press("n")
            title = reader.shown(ReadingPane)[1].strip()
            said.append((reader.opened, reader.status.split("articles ")[1].split(" by ")[0]))
            assert "whale" in reader.text(ReadingPane), title
        rows = [row.id for row in news.rows(list(news.find(parse("whale"))))]
        opened, matches = zip(*said, strict=True)
        assert list(dict.fromkeys(opened)) == rows
        assert matches[:2] == ("match 1 of 2", "match 2 of 2")
        assert matches[2] == matches[3] == "match 1 of 1"
        assert "no next result in this list" in matches[4]
        await reader.press("N")
        assert reader.opened == rows[1]
        await reader.press("N")
        assert reader.opened == rows[0]
        assert "match 2 of 2" in reader.status
        assert "A whale again." in reader.text(ReadingPane)
        await reader.press("N")
        assert "match 1 of 2" in reader.status
        await reader.press("N")
        assert "no previous result in this list" in reader.status


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_n_in_a_list_of_results_without_an_open_one_opens_the_first(
    news: Library, size: tuple[int, int]
) -> None:
    put_results(news)
    async with reading(news, size=size) as reader:
        await reader.press("G")
        await reader.press("slash")
        await reader.type_in("whale")
        await reader.press("enter", "n")
        assert "First story" in reader.cursor or size == NARROW
        assert "match 1 of 2" in reader.status
        assert "First story" in reader.text(ReadingPane)
    async with reading(news, size=size) as reader:
        await reader.go_to("Without it")
        await reader.press("enter", "tab", "slash")
        await reader.type_in("whale")
        await reader.press("enter", "n")
        assert "First story" in reader.text(ReadingPane)


async def test_footer_help_and_palette_say_what_n_does_at_that_moment(news: Library) -> None:
    put_results(news)
    async with reading(news) as reader:
        assert "n next unread" in reader.text(KeyLine)
        await reader.press("slash")
        await reader.type_in("whale")
        await reader.press("enter")
        assert "n next result" in reader.text(KeyLine)
        assert "n Go to the next result" in await reader.help()
        await reader.press("n")
        assert "n next match" in reader.text(KeyLine)
        assert "n Go to the next match" in await reader.help()
        await reader.press("n")
        assert "n next result" in reader.text(KeyLine)
        await reader.press("J")  # the match of the second is far below
        assert "n next match" in reader.text(KeyLine)
        await reader.wait_for(lambda: "1 match ·" in reader.status)
        assert "n next match" in reader.text(KeyLine)
        await reader.press("tab", "G")
        assert "One whale far below." in reader.text(ReadingPane)
        await reader.press("tab", "x")
        assert "n next unread" in reader.text(KeyLine)
        assert "n Open the next unread article" in await reader.help()


async def test_a_match_outside_the_layout_is_reached_before_the_next_result(
    news: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_pane, "MATCH_S", 60)
    body = "A whale.\n\n" + "Nothing at all.\n\n" * 4000 + "The last whale."
    put(news._store, [story(1, "Long", body=body), story(2, "Short", body="A whale.")])
    async with reading(news, "whale") as reader:
        await reader.press("n", "n")
        assert "The last whale." in reader.text(ReadingPane)
        await reader.press("n")
        assert "Short" in reader.text(ReadingPane)


async def test_the_matches_of_a_long_text_are_counted_to_its_end(news: Library) -> None:
    put_body(news, "A whale.\n\n" + "Nothing at all.\n\n" * 30_000 + "The last whale.")
    async with reading(news, "whale") as reader:
        await reader.press("n")
        await reader.press("tab", "G", "n")
        assert "The last whale." in reader.text(ReadingPane)
        await reader.wait_for(lambda: "match 2 of 2" in reader.status)
        await reader.press("N")
        await reader.wait_for(lambda: "match 1 of 2" in reader.status)


@pytest.mark.parametrize("query", [r"/whale( again| far below)?\./", "(/whale/ OR /nowhere/)"])
async def test_n_goes_through_the_matches_of_an_expression_then_to_the_next_result(
    news: Library, query: str
) -> None:
    put_results(news)
    async with reading(news, query) as reader:
        await reader.wait_for(lambda: "3 of 3" in reader.status or "3 of 9" in reader.status)
        await reader.press("n")
        assert "match 1 of 2" in reader.status
        await reader.press("n")
        assert "match 2 of 2" in reader.status
        assert "A whale again." in reader.text(ReadingPane)
        await reader.press("n")
        assert "match 1 of 1" in reader.status
        assert "One whale far below." in reader.text(ReadingPane)
        await reader.press("N")
        assert "A whale again." in reader.text(ReadingPane)


async def test_matches_of_an_expression_are_painted_as_those_of_words_are(news: Library) -> None:
    put_results(news)
    styles = []
    for query in ("fourth", "title:/f.urth/"):
        async with reading(news, query) as reader:
            await reader.press("n")
            pane = reader.screen.query_one(ReadingPane)
            strips = [pane.render_line(y) for y in range(5)]
            cells = [seg.style for strip in strips for seg in strip if seg.text == "Fourth"]
            styles.append(cells)
    assert styles[0] == styles[1]
    assert len(styles[0]) == 1


async def test_a_count_says_where_the_rest_of_a_long_text_was_not_looked_through(
    news: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_pane, "MOST_SEARCHED", 0)
    put_body(news, "A whale at sea.\n\n" * 30_000 + "The last whale.")
    async with reading(news, "whale") as reader:
        await reader.press("n")
        assert re.search(r"match 1 of \d+\+", reader.status)
        await reader.press("tab", "G", "n")
        assert "The last whale." in reader.text(ReadingPane)
        assert "a match, not counted: the text above is long" in reader.status


async def test_a_search_that_is_not_through_a_long_text_opens_no_other_article(
    news: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_pane, "MATCH_S", 0)
    monkeypatch.setattr(reading_pane, "MOST_SEARCHED", 0)
    body = "A whale.\n\n" + "Nothing at all.\n\n" * 60_000 + "The last whale."
    put(news._store, [story(1, "Long", body=body), story(2, "Short", body="A whale.")])
    async with reading(news, "whale") as reader:
        await reader.press("n", "n")
        assert "no match found yet in this long article; n searches on" in reader.status
        while "searches on" in reader.status:
            await reader.press("n")
        assert "The last whale." in reader.text(ReadingPane)
        await reader.press("n")
        assert "Short" in reader.text(ReadingPane)


async def test_a_script_without_spaces_is_searched_and_marked_as_it_is_typed(
    news: Library,
) -> None:
    put_body(news, "链上手续费下降，矿工的**手续**费收入也减少。\n\n**Ёмкость** рынка")
    async with reading(news) as reader:
        await reader.press("slash", "手")
        await answered(reader, 1)
        await reader.press("续", "费", "enter")
        await answered(reader, 1)
        await reader.go_to("Long story")
        await reader.press("l")
        await reader.wait_for(lambda: "2 matches" in reader.status)
        await reader.press("escape", "tab", "slash")
        await reader.type_in("емкость")
        await reader.press("enter")
        await reader.wait_for(lambda: "1 match" in reader.status)


def put_body(news: Library, body: str) -> None:
    put(news._store, [story(3, "Long story", "POSITIVE", body=body)])


def typed(reader: Reading, keys: str) -> None:
    """`press` would wait for the answers."""
    for key in keys:
        reader.app.post_message(events.Key(key, key))


class Slow(Library):
    """Looks words up when it is told to; any number at a time."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, clock=lambda: NOW)
        self.may_answer = threading.Event()
        self.asked: list[str] = []
        self.answers: list[Future[None]] = []

    def was_asked(self, times: int) -> bool:
        return len(self.asked) == times

    def find(self, query: Query, *, cancel: Any = None, **how: Any) -> Ids:
        if query.words and cancel is not None:
            self.asked.append(str(query))
            answer = Future[None]()
            self.answers.append(answer)
            try:
                assert self.may_answer.wait(10)
                return super().find(query, cancel=cancel, **how)
            finally:
                answer.set_result(None)
        return super().find(query, cancel=cancel, **how)


@pytest.mark.usefixtures("news")
async def test_first_rows_come_before_the_whole_answer(tmp_path: Path) -> None:
    with Slow(tmp_path) as slow:
        async with reading(slow) as reader:
            await reader.press("slash")
            answers = reader.screen._answers
            await reader.wait_for(lambda: answers._finder and answers._finder._recent)
            typed(reader, "fee")
            await reader.wait_for(lambda: "searching…" in reader.status)
            await reader.wait_for(lambda: "bridge" not in reader.text(Sidebar))
            assert "Fees fall" in reader.text(Sidebar)
            slow.may_answer.set()
            await answered(reader, 1)


@pytest.mark.usefixtures("news")
async def test_a_superseded_query_never_reaches_the_screen(tmp_path: Path) -> None:
    with Slow(tmp_path) as slow:
        async with reading(slow) as reader:
            shown: list[int] = []
            sidebar = reader.screen.query_one(Sidebar)
            show = sidebar.show

            def noting(groups: Sequence[Group], *, empty_hint: str = "") -> None:
                shown.append(sum(len(group.ids) for group in groups))
                show(groups, empty_hint=empty_hint)

            sidebar.show = noting  # type: ignore[method-assign]
            await reader.press("slash")
            for count, key in enumerate("fw", 1):
                typed(reader, key)
                await reader.wait_for(partial(slow.was_asked, count))
            await reader.pilot.press("escape")
            await reader.wait_for(lambda: "7 of 9 articles" in reader.status)
            shown.clear()
            slow.may_answer.set()
            await reader.wait_for(lambda: all(each.done() for each in slow.answers))
            await reader.settle()
            assert set(shown) <= {7}
            assert "7 of 9 articles" in reader.status


async def test_searching_leaves_no_thread_behind(news: Library) -> None:
    async with reading(news) as reader:
        await reader.press("slash")
        await reader.type_in("feeswallet")
        await answered(reader, 0)
        connections = len(news._store.engine.pool._opened)
        await reader.type_in("xyz")
        await reader.press("escape")
        await reader.press("slash")
        await reader.type_in("miners")
        await reader.press("escape")
        assert len(news._store.engine.pool._opened) <= connections + 3
    left = {each for each in threading.enumerate() if "cryptoread-search" in each.name}
    for thread in left:
        thread.join(5)
        assert not thread.is_alive()


# Closed groups.


async def close_all(reader: Reading) -> None:
    reader.screen.query_one(Sidebar).open_groups = frozenset()
    await reader.settle()


@pytest.mark.parametrize("grouping", ["", "s", "ss", "sss"])
async def test_a_search_opens_the_groups_with_results_and_gives_them_back_closed(
    news: Library, grouping: str
) -> None:
    async with reading(news) as reader:
        await reader.press(*grouping)
        await close_all(reader)
        before = reader.rows
        await reader.press("slash")
        await reader.type_in("the text of")
        await answered(reader, 7)
        for title in ("How this archive", "Northfell", "Fees", "Validators", "A bridge"):
            assert title in reader.text(Sidebar)
        await reader.press("escape")
        assert reader.rows == before


async def test_groups_opened_by_a_search_that_was_kept_close_when_it_is_dropped(
    news: Library,
) -> None:
    async with reading(news) as reader:
        await close_all(reader)
        before = reader.rows
        await reader.press("slash")
        await reader.type_in("title:limits")
        await reader.press("enter")
        assert "Validators vote on limits" in reader.text(Sidebar)
        await reader.press("1")
        await reader.press("escape")
        assert "Validators vote on limits" in reader.text(Sidebar)
        await reader.press("escape")
        assert reader.rows == before
        await reader.press("slash")
        await reader.type_in("title:limits")
        await reader.press("enter", "g")
    async with reading(news) as reader:
        assert reader.rows == ["▸ ⚑ PINNED 1/1", "▸ BTC 4/4", "▾ ETH 2/2", *reader.rows[3:]]


async def test_the_cursor_is_in_view_after_a_restart_during_a_search(tmp_path: Path) -> None:
    stories = [
        story(n, f"Story {n} {'whale' if n % 30 == 0 else ''}", category=f"C{n % 7}")
        for n in range(1, 400)
    ]
    with library(tmp_path, stories) as news:
        async with reading(news, size=SHORT) as reader:
            await close_all(reader)
            await reader.press("slash")
            await reader.type_in("whale")
            await reader.press("enter", "n", "n", "n")
            opened = reader.opened
        async with reading(news, size=SHORT) as reader:
            assert reader.opened == opened
            assert reader.cursor.startswith("▌")


async def test_a_group_that_the_user_opens_meanwhile_stays_open(news: Library) -> None:
    async with reading(news) as reader:
        await close_all(reader)
        await reader.press("slash")
        await reader.type_in("title:limits")
        await reader.press("enter", "g", "h", "l", "escape")
        assert "▾ ETH 2/2" in reader.rows
        assert "▸ BTC 4/4" in reader.rows


async def test_an_empty_search_line_opens_nothing(news: Library) -> None:
    async with reading(news) as reader:
        await close_all(reader)
        before = reader.rows
        await reader.press("slash", "a", "backspace")
        assert [row for row in reader.rows if row in before] == before
