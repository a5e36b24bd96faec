"""The tag picker: finding a tag, cycling it, and counts that never arrive late."""

import asyncio
from collections.abc import Callable, Sequence
from threading import Event
from typing import Any

import pytest
from textual.app import App
from textual.events import MouseScrollDown
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Static

from reader.cache.answers import TagCount
from reader.errors import CacheError
from reader.query.language import Field, Query, parse
from reader.ui.modals.tag_picker import TagList, TagPicker

Counts = Callable[[Query], Sequence[TagCount]]


def tag_counts(**counts: int) -> list[TagCount]:
    frequent = sorted(counts.items(), key=lambda each: -each[1])
    return [TagCount(tag=tag.replace("_", " "), articles=n) for tag, n in frequent]


class Below(Screen[None]):
    """A reader that only writes down which queries it was told to show."""

    def __init__(self) -> None:
        super().__init__()
        self.queries: list[str] = []

    def on_tag_picker_query_changed(self, message: TagPicker.QueryChanged) -> None:
        self.queries.append(str(message.query))


class PickerApp(App[None]):
    def __init__(self, query: str, counts: Counts, first: Sequence[TagCount] = ()) -> None:
        super().__init__()
        self.animation_level = "none"
        self.below = Below()
        self.picker = TagPicker(parse(query), counts, first)

    async def on_mount(self) -> None:
        await self.push_screen(self.below)
        await self.push_screen(self.picker)

    def report(self, error: Exception) -> None:
        self.notify(str(error), severity="error", markup=False)

    @property
    def tags(self) -> TagList:
        return self.picker.query_one(TagList)

    def lines(self) -> list[str]:
        """The rows in view as they are painted, without empty ones."""
        tags = self.tags
        painted = (tags.render_line(y).text.rstrip() for y in range(tags.size.height))
        return [line for line in painted if line]

    def words(self) -> list[str]:
        return [" ".join(line.split()) for line in self.lines()]

    def matches(self) -> str:
        return str(self.picker.query_one("#tag-matches", Static).content)


async def counted(picker: PickerApp, pilot: Pilot[None]) -> None:
    """Every count that was asked for has arrived."""
    await pilot.pause()
    await picker.workers.wait_for_complete()
    await pilot.pause()


def app(query: str = "", counts: Counts | None = None, first: Sequence[TagCount] = ()) -> PickerApp:
    some = tag_counts(ETF=30, XRP=200, BITCOIN_NEWS=1500, SOLANA=0)
    return PickerApp(query, counts or (lambda _: some), first)


RUN: dict[str, Any] = {"notifications": True, "tooltips": True}


async def test_all_tags_are_listed_with_their_counts_most_frequent_first() -> None:
    async with (picker := app()).run_test(**RUN) as pilot:
        await counted(picker, pilot)
        assert picker.words() == ["› BITCOIN NEWS 1,500", "XRP 200", "ETF 30", "SOLANA 0"]
        assert picker.matches() == "4"


async def test_counts_stand_right_aligned_under_one_another() -> None:
    async with (picker := app()).run_test(**RUN) as pilot:
        await counted(picker, pilot)
        assert len({len(line) for line in picker.lines()}) == 1


async def test_typing_finds_tags_and_puts_the_cursor_on_the_best() -> None:
    async with (picker := app()).run_test(**RUN) as pilot:
        await counted(picker, pilot)
        await pilot.press("down", "down", "n", "e", "w")
        assert picker.words() == ["› BITCOIN NEWS 1,500"]
        assert picker.matches() == "1 of 4"
        await pilot.press("q")
        assert picker.words() == ["No such tag here. Esc closes this."]
        await pilot.press("enter")
        assert picker.below.queries == []


async def test_enter_cycles_the_tag_and_the_picker_stays_for_the_next() -> None:
    async with (picker := app()).run_test(**RUN) as pilot:
        await counted(picker, pilot)
        await pilot.press("x", "enter")
        assert picker.words() == ["›+ XRP 200"]
        await pilot.press("enter")
        assert picker.words() == ["›− XRP 200"]
        await pilot.press("enter")
        assert picker.words() == ["› XRP 200"]
        await pilot.press("ctrl+u", "e", "enter", "escape")
        assert picker.below.queries == ["tag:xrp", "-tag:xrp", "", "tag:etf"]
        assert picker.screen is picker.below


async def test_the_rest_of_the_query_is_kept() -> None:
    query = 'lang:en "spot etf"'
    async with (picker := app(query)).run_test(**RUN) as pilot:
        await counted(picker, pilot)
        await pilot.press("enter")
        assert picker.below.queries == [f'{query} tag:"bitcoin news"']


async def test_tags_of_the_filter_are_on_top_even_if_no_article_is_left() -> None:
    async with (picker := app("-tag:etf tag:gone")).run_test(**RUN) as pilot:
        await counted(picker, pilot)
        assert picker.words()[:3] == ["›− ETF 30", "+ GONE 0", "BITCOIN NEWS 1,500"]


async def test_the_cursor_stays_on_the_tag_when_its_row_moves() -> None:
    def counts(
        query: Query,
    ) -> list[TagCount]:
        return (
            tag_counts(ETF=9, XRP=5, SOLANA=1)
            if query.terms
            else tag_counts(XRP=9, SOLANA=5, ETF=1)
        )

    async with (picker := app(counts=counts)).run_test(**RUN) as pilot:
        await counted(picker, pilot)
        await pilot.press("down", "down", "enter")
        await counted(picker, pilot)
        assert picker.words() == ["›+ ETF 9", "XRP 5", "SOLANA 1"]
        await pilot.press("enter", "enter")
        await counted(picker, pilot)
        assert picker.words() == ["XRP 9", "SOLANA 5", "› ETF 1"]


async def test_the_cursor_stays_near_when_its_tag_is_gone() -> None:
    async with (picker := app("tag:xrp -tag:gone")).run_test(**RUN) as pilot:
        await counted(picker, pilot)
        await pilot.press("down", "enter")
        assert picker.words()[:3] == ["+ XRP 200", "› BITCOIN NEWS 1,500", "ETF 30"]


async def test_hostile_names_are_shown_and_cycled_as_they_are() -> None:
    names = ["[/foo]", "[BTC]", "[@click=app.quit]x[/]", "比特币🚀", "e\u0301" * 80, "$(id)"]
    hostile = [TagCount(tag=name, articles=99 - n) for n, name in enumerate(names)]
    async with (picker := app(counts=lambda *_: hostile)).run_test(size=(80, 24), **RUN) as pilot:
        await counted(picker, pilot)
        await pilot.press("[", "slash", "enter")
        assert picker.words()[0] == "›+ [/foo] 99"
        await pilot.press("ctrl+u")
        shown = "\n".join(picker.lines())
        assert all(name[:20] in shown for name in names)
        assert picker.below.queries == ["tag:[/foo]"]


async def test_a_long_name_is_cut_before_its_count() -> None:
    long = [TagCount(tag="比特币" * 40, articles=12345)]
    async with (picker := app(counts=lambda *_: long)).run_test(size=(40, 12), **RUN) as pilot:
        await counted(picker, pilot)
        (line,) = picker.lines()
        assert line.endswith(("… 12,345", "…  12,345"))


async def test_superseded_counts_are_never_shown() -> None:
    first_may_end, first_ended = Event(), Event()

    def counts(
        query: Query,
    ) -> list[TagCount]:
        if query.excluded(Field.TAG):
            return tag_counts(XRP=0, NEW=2)
        first_may_end.wait(30)
        first_ended.set()
        return tag_counts(XRP=7, OLD=1)

    async with (picker := PickerApp("tag:xrp", counts)).run_test(**RUN) as pilot:
        await pilot.pause()
        assert picker.words() == ["›+ XRP …"]
        await pilot.press("enter")
        await picker.workers.wait_for_complete()
        newest = ["›− XRP 0", "NEW 2"]
        assert picker.words() == newest
        first_may_end.set()
        await asyncio.to_thread(first_ended.wait, 30)
        await pilot.pause(0.05)
        assert picker.words() == newest


async def test_known_tags_are_shown_before_all_are_counted() -> None:
    may_count_all = Event()
    every = [TagCount(tag=f"T{n:03}", articles=1000 - n) for n in range(300)]

    def counts(_: Query) -> list[TagCount]:
        may_count_all.wait(30)
        return every

    async with (picker := app(counts=counts, first=every[:9])).run_test(**RUN) as pilot:
        await pilot.pause()
        assert picker.words()[0].endswith("T000 1,000")
        assert len(picker.words()) == 9
        assert "300" not in str(picker.screen.query_one("#tag-matches", Static).content)
        may_count_all.set()
        await counted(picker, pilot)
        assert picker.screen.query_one("#tag-matches", Static).content == "300"


async def test_a_better_match_that_is_counted_later_takes_the_cursor() -> None:
    may_count_all = Event()

    def counts(_: Query) -> list[TagCount]:
        may_count_all.wait(30)
        return tag_counts(BITCOIN_CASH=1500, BCH=7)

    async with (picker := app(counts=counts, first=tag_counts(BITCOIN_CASH=1500))).run_test(
        **RUN
    ) as pilot:
        await pilot.press(*"bch")
        assert picker.words() == ["› BITCOIN CASH 1,500"]
        may_count_all.set()
        await counted(picker, pilot)
        assert picker.words() == ["› BCH 7", "BITCOIN CASH 1,500"]
        await pilot.press("enter")
        assert picker.below.queries == ["tag:bch"]


async def test_the_cursor_stays_on_a_worse_match_that_was_chosen_before_all_are_counted() -> None:
    may_count_all = Event()

    def counts(_: Query) -> list[TagCount]:
        may_count_all.wait(30)
        return tag_counts(BITCOIN_CASH=1500, BCHAIN=9, BCH=7)

    first = tag_counts(BITCOIN_CASH=1500, BCHAIN=9)
    async with (picker := app(counts=counts, first=first)).run_test(**RUN) as pilot:
        await pilot.press(*"bch", "down")
        may_count_all.set()
        await counted(picker, pilot)
        assert "› BITCOIN CASH 1,500" in picker.words()


async def test_enter_twice_stays_on_an_excluded_tag_that_is_recounted_in_between() -> None:
    may_count = Event()

    def counts(query: Query) -> list[TagCount]:
        if "bch" in query.excluded(Field.TAG):
            return tag_counts(BITCOIN_CASH=1500)
        may_count.wait(30)
        return tag_counts(BITCOIN_CASH=1500, BCH=7)

    async with (picker := app("-tag:bch", counts)).run_test(**RUN) as pilot:
        await counted(picker, pilot)
        await pilot.press(*"bch", "enter")
        assert picker.words() == ["› BCH …", "BITCOIN CASH 1,500"]
        may_count.set()
        await counted(picker, pilot)
        assert picker.words() == ["› BCH 7", "BITCOIN CASH 1,500"]
        await pilot.press("enter")
        assert picker.below.queries == ["", "tag:bch"]


async def test_failed_counts_are_reported_and_the_tags_stay() -> None:
    def counts(
        query: Query,
    ) -> list[TagCount]:
        if query.terms:
            raise CacheError("the cache [/foo] is in use")
        return tag_counts(XRP=7)

    async with (picker := app(counts=counts)).run_test(**RUN) as pilot:
        await counted(picker, pilot)
        await pilot.press("enter")
        await counted(picker, pilot)
        assert [toast.message for toast in picker._notifications] == ["the cache [/foo] is in use"]
        assert picker.words() == ["›+ XRP 7"]


async def test_a_click_cycles_the_tag_and_the_wheel_changes_nothing() -> None:
    many = [TagCount(tag=f"T{n:03}", articles=1000 - n) for n in range(300)]
    async with (picker := app(counts=lambda *_: many)).run_test(**RUN) as pilot:
        await counted(picker, pilot)
        await pilot.click(TagList, offset=(5, 3))
        assert picker.below.queries == ["tag:t003"]
        assert picker.tags.current is not None
        assert picker.tags.current.name == "T003"
        wheel = MouseScrollDown(picker.tags, 1, 1, 0, 1, 0, False, False, False, 1, 1)
        picker.tags.post_message(wheel)
        await pilot.pause()
        assert picker.tags.scroll_offset.y > 0
        assert picker.tags.current.name == "T003"
        assert picker.below.queries == ["tag:t003"]


async def test_counts_that_arrive_late_do_not_take_back_what_was_scrolled() -> None:
    many = [TagCount(tag=f"T{n:03}", articles=1000 - n) for n in range(300)]
    may_count = Event()

    def counts(query: Query) -> Sequence[TagCount]:
        if query.tags:
            assert may_count.wait(30)
        return many

    async with (picker := app(counts=counts)).run_test(**RUN) as pilot:
        await counted(picker, pilot)
        await pilot.click(TagList, offset=(5, 3))  # T003 goes to the top, and the cursor with it
        picker.tags.scroll_to(y=100, animate=False, immediate=True)
        may_count.set()
        await counted(picker, pilot)
        assert picker.tags.scroll_offset.y == 100
        await pilot.press("x", "backspace")
        await counted(picker, pilot)
        assert picker.tags.scroll_offset.y == 0


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (20, 6)])
async def test_the_cursor_is_always_in_view(size: tuple[int, int]) -> None:
    many = [TagCount(tag=f"T{n:03}", articles=1000 - n) for n in range(300)]
    async with (picker := app(counts=lambda *_: many)).run_test(size=size, **RUN) as pilot:
        await counted(picker, pilot)
        for keys, place in (
            ("down", 1),
            ("ctrl+n", 2),
            ("pagedown", 1 + picker.tags.size.height),
            ("up", picker.tags.size.height),
            ("pageup", 1),
            ("pageup", 0),
        ):
            await pilot.press(keys)
            assert picker.tags.cursor == place
            assert f"T{place:03}" in next(line for line in picker.lines() if line[0] == "›")


async def test_keys_of_the_search_line_do_not_reach_the_list() -> None:
    async with (picker := app()).run_test(**RUN) as pilot:
        await counted(picker, pilot)
        await pilot.press("j", "k", "q", "question_mark", "home", "tab", "1")
        assert picker.screen is picker.picker
        assert picker.picker.query_one(Input).value == "1jkq?"


async def test_tags_that_are_still_being_counted_are_not_called_missing() -> None:
    may_end = Event()

    def counts(_: Query) -> list[TagCount]:
        may_end.wait(30)
        raise CacheError("the cache is in use")

    async with (picker := app(counts=counts)).run_test(**RUN) as pilot:
        await pilot.pause()
        assert picker.words() == ["Counting…"]
        may_end.set()
        await counted(picker, pilot)
        assert picker.words() == ["No tags here. Esc closes this."]
