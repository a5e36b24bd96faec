"""The bars: how a query looks, which digit a tag gets, what fits on a line, what a click means."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style
from textual import on
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget

from reader.library import MOST_TAGS, Ids, TagCount
from reader.query.language import Field, Query, Term, parse
from reader.ui.bars.chips import ChipKind, chip
from reader.ui.bars.digit_tags import DigitTag, assign_digits
from reader.ui.bars.status_line import KeyHint, KeyLine, StatusLine
from reader.ui.bars.tag_bar import TagBar
from tests.examples import examples

STYLES = Path(__file__).parents[3] / "styles"


class Counts:
    """Tags as a library counts them, set by a test."""

    def __init__(self) -> None:
        self.tags: list[TagCount] = []

    def bar_tags(
        self, _ids: Ids, named: Collection[str] = (), *, at_once: bool = False
    ) -> list[TagCount]:
        del at_once
        return self.tags[: MOST_TAGS + len(named)]


class BarsApp(App[None]):
    CSS_PATH = STYLES / "10-bars.tcss"

    def __init__(self, linger: float) -> None:
        super().__init__()
        self.linger = linger
        self.counts = Counts()
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        yield TagBar(self.counts, Query())
        yield StatusLine(linger=self.linger)
        yield KeyLine()

    @on(TagBar.QueryChanged)
    @on(KeyLine.ActionChosen)
    def record(self, message: Message) -> None:
        self.said.append(message)


@asynccontextmanager
async def bars(width: int = 80, linger: float = 60) -> AsyncIterator[tuple[BarsApp, Pilot[None]]]:
    app = BarsApp(linger)
    async with app.run_test(size=(width, 5), notifications=True, tooltips=True) as pilot:
        yield app, pilot


async def resize(pilot: Pilot[None], bar: Widget, width: int) -> None:
    """Resize the terminal until the bar has that width: a busy machine loses some of the news."""
    for _ in range(100):
        await pilot.resize_terminal(width, 5)
        if bar.outer_size.width == width:
            return
    raise AssertionError(f"the bar never became {width} cells wide")


def line(bar: Widget) -> str:
    (strip,) = bar.render_lines(Region(0, 0, *bar.outer_size))
    assert sum(cell_len(segment.text) for segment in strip) == bar.outer_size.width
    return strip.text


def counts(*tags: str) -> list[TagCount]:
    return [TagCount(tag=tag, articles=100 - k) for k, tag in enumerate(tags)]


NINE = ("BTC", "ETH", "XRP", "SOL", "MARKET", "DEFI", "ETF", "NFT", "BITCOIN NEWS")


# Chips.


@pytest.mark.parametrize(
    ("query", "text", "kind"),
    [
        ("tag:xrp", "+XRP", ChipKind.INCLUDED),
        ("-tag:market", "−MARKET", ChipKind.EXCLUDED),
        ('tag:"bitcoin news"', "+BITCOIN NEWS", ChipKind.INCLUDED),
        ("sentiment:positive", "▲", ChipKind.POSITIVE),
        ("sentiment:negative", "▼", ChipKind.NEGATIVE),
        ("sentiment:neutral", "■", ChipKind.NEUTRAL),
        ("sentiment:unrated", "·", ChipKind.UNRATED),
        ("-sentiment:negative", "−▼", ChipKind.EXCLUDED),
        ("lang:en", "en", ChipKind.OTHER),
        ("-lang:uk", "−uk", ChipKind.EXCLUDED),
        ('"spot etf"', '"spot etf"', ChipKind.OTHER),
        ("-halv*", '−"halv"*', ChipKind.EXCLUDED),
        ("after:7d", "after:7d", ChipKind.OTHER),
        ('-category:"a b"', '−category:"a b"', ChipKind.EXCLUDED),
        ("title:[/foo]", "title:[/foo]", ChipKind.OTHER),
        ("(tag:a OR [b])", "(tag:a OR [b])", ChipKind.OTHER),
        ("-(tag:a OR b)", "−(tag:a OR b)", ChipKind.EXCLUDED),
        ("-title:/[a]+/", "−title:/[a]+/", ChipKind.EXCLUDED),
    ],
)
def test_a_term_is_shown_in_short_form(query: str, text: str, kind: ChipKind) -> None:
    (term,) = parse(query).terms
    shown = chip(term)
    assert (shown.text, shown.kind, shown.term) == (text, kind, term)


# Digits.


def asked(*names: str) -> list[Term]:
    return [Term(Field.TAG, name.lstrip("-"), exclude=name.startswith("-")) for name in names]


def by_digit(tags: tuple[DigitTag, ...]) -> dict[int, str]:
    return {tag.digit: tag.tag for tag in tags}


def test_the_most_frequent_tags_get_the_digits_in_order() -> None:
    tags = assign_digits([], counts(*NINE, "TENTH"))
    assert by_digit(tags) == dict(enumerate(NINE, start=1))
    assert [tag.articles for tag in tags] == list(range(100, 91, -1))
    assert {tag.state for tag in tags} == {None}


def test_a_tag_keeps_its_digit_while_the_filter_names_it() -> None:
    first = assign_digits([], counts(*NINE))
    included = assign_digits(asked("xrp"), counts("XRP", *NINE[:2], "NEW"), first)
    assert by_digit(included) == {1: "BTC", 2: "ETH", 3: "XRP", 4: "NEW"}
    excluded = assign_digits(asked("-xrp"), counts("NEW", "BTC"), included)
    assert by_digit(excluded) == {1: "NEW", 2: "BTC", 3: "XRP"}
    assert [tag.state for tag in excluded] == [None, None, False]
    off = assign_digits([], counts(*NINE), excluded)
    assert by_digit(off) == dict(enumerate(NINE, start=1))


def test_tags_from_the_picker_take_the_highest_free_digits() -> None:
    first = assign_digits([], counts(*NINE))
    one = assign_digits(asked("rare"), counts("RARE", *NINE), first)
    assert by_digit(one) == {**dict(enumerate(NINE[:8], start=1)), 9: "RARE"}
    two = assign_digits(asked("rare", "-odd"), counts("RARE", *NINE), one)
    assert by_digit(two)[9] == "RARE"
    assert by_digit(two)[8] == "ODD"
    assert two[7].state is False


def test_a_tenth_tag_in_the_filter_has_no_digit() -> None:
    named = asked(*(f"T{k}" for k in range(10)))
    tags = assign_digits(named, counts("BTC"))
    assert by_digit(tags) == {9 - k: f"T{k}" for k in range(9)}


NAMES = st.sampled_from([f"TAG {k}" for k in range(14)])


@examples(100)
@given(
    st.lists(
        st.tuples(
            st.lists(NAMES, unique=True, max_size=11), st.lists(NAMES, unique=True, max_size=12)
        ),
        min_size=1,
        max_size=5,
    )
)
def test_digits_are_unique_kept_and_assigned_in_order_after_any_presses(
    steps: list[tuple[list[str], list[str]]],
) -> None:
    bar: tuple[DigitTag, ...] = ()
    for named, frequent in steps:
        previous, bar = bar, assign_digits(asked(*named), counts(*frequent), bar)
        digits = by_digit(bar)

        assert list(digits) == sorted(set(digits))
        assert set(digits) <= set(range(1, 10))
        assert len(set(digits.values())) == len(bar)
        kept = {tag.digit: tag.tag for tag in previous if tag.tag in named}
        assert kept.items() <= digits.items()
        assert len(set(named) & set(digits.values())) == min(9, len(named))
        others = [tag for tag in frequent if tag not in named]
        shown = [tag for tag in digits.values() if tag not in named]
        assert shown == others[: 9 - min(9, len(named))]


# The tag bar.


def shown(app: BarsApp, query: str, frequent: list[TagCount]) -> TagBar:
    bar = app.query_one(TagBar)
    app.counts.tags = frequent
    bar.show_query(parse(query))
    bar.show(Ids())
    return bar


async def test_the_bar_shows_what_filters_and_then_the_numbered_tags() -> None:
    async with bars() as (app, pilot):
        query = 'tag:xrp -tag:market sentiment:negative lang:en "spot etf"'
        bar = shown(app, query, counts("XRP", "BTC"))
        await pilot.pause()
        assert " ".join(line(bar).split()) == (
            '+XRP −MARKET ▼ en "spot etf" │ 1 BTC 99 8 −MARKET 9 +XRP 100'
        )


async def test_without_a_filter_the_bar_says_so() -> None:
    async with bars() as (app, pilot):
        bar = shown(app, "", counts("BTC"))
        await pilot.pause()
        assert line(bar).strip() == "all articles │ 1 BTC 100"
        shown(app, "", [])
        await pilot.pause()
        assert line(bar).strip() == "all articles"


async def test_tags_that_do_not_fit_are_left_out_whole() -> None:
    whole = "all articles │ " + "  ".join(
        f"{k} {tag} {101 - k}" for k, tag in enumerate(NINE, start=1)
    )
    async with bars() as (app, pilot):
        bar = shown(app, "", counts(*NINE))
        for width in (*range(16, 120, 11), len(whole) + 1, len(whole) + 2):
            await resize(pilot, bar, width)
            cut, more, rest = line(bar).strip().partition(" …")
            assert rest == ""
            assert whole.startswith(cut)
            assert bool(more) == (width < len(whole) + 2)
            assert cut == whole or whole[len(cut) :].startswith(("  ", " │"))


async def test_a_bar_of_no_width_works() -> None:
    async with bars(1) as (app, pilot):
        shown(app, "tag:xrp", counts(*NINE))
        app.query_one(StatusLine).show("left", "right")
        app.query_one(KeyLine).show(KEYS)
        await pilot.pause()
        assert app.is_running


async def test_a_click_on_a_tag_or_a_chip_and_a_digit_ask_for_another_query() -> None:
    async with bars() as (app, pilot):
        bar = shown(app, "tag:xrp lang:en", counts("[/foo]", "BITCOIN NEWS"))
        await pilot.pause()
        for text in ("[/foo]", "NEWS", "en ", "│"):
            await pilot.click(TagBar, offset=(line(bar).index(text), 0))
        for digit in (2, 9, 5):  # no tag is under the last
            bar.cycle(digit)
        await pilot.pause()
        assert [str(m.query) for m in app.said if isinstance(m, TagBar.QueryChanged)] == [
            "tag:xrp lang:en tag:[/foo]",
            'tag:xrp lang:en tag:"bitcoin news"',
            "tag:xrp",
            'tag:xrp lang:en tag:"bitcoin news"',
            "-tag:xrp lang:en",
        ]


async def test_states_are_told_apart_without_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with bars() as (app, pilot):
        bar = shown(app, "tag:xrp -tag:market", counts("XRP", "BTC"))
        await pilot.pause()
        (strip,) = bar.render_lines(Region(0, 0, *bar.outer_size))
        styles = {segment.text: segment.style or Style.null() for segment in strip}
        assert styles["−MARKET"].strike
        assert styles["+XRP"].bold
        assert not styles["BTC"].bold


# The status line.


async def test_the_status_line_shows_where_the_reader_is() -> None:
    async with bars(50) as (app, pilot):
        status = app.query_one(StatusLine)
        status.show("312 of [5,438]", "category · en")
        await pilot.pause()
        assert line(status) == f" {'312 of [5,438]':<35}{'category · en'} "


async def test_a_message_is_shown_in_the_middle_or_replaces_the_left_text() -> None:
    async with bars(50) as (app, pilot):
        status = app.query_one(StatusLine)
        status.show("312 of 5,438", "category · en")
        status.say("[/foo]\nexample.org")
        await pilot.pause()
        assert line(status) == " 312 of 5,438  [/foo] example.org   category · en "
        status.say("the address of this link is copied", error=True)
        await pilot.pause()
        assert line(status).strip().startswith("! the address of this link is copied")
        assert "312" not in line(status)
        status.say("x" * 100)
        await pilot.pause()
        assert line(status).strip() == "x" * 47 + "…"
        status.say("")
        await pilot.pause()
        assert line(status).split() == ["312", "of", "5,438", "category", "·", "en"]


async def test_work_in_the_background_leaves_room_between_it_and_what_is_cut() -> None:
    async with bars(40) as (app, pilot):
        status = app.query_one(StatusLine)
        status.show("8,357 of 16,718 articles", "by source")
        status.progress("stories", "2 selected · 2,940 left")
        await pilot.pause()
        assert line(status) == " 8,357 of 16,…  2 selected · 2,940 left "
        status.say("the last mark was not kept: the disk is full")
        await pilot.pause()
        assert line(status) == " the last mark was not kept: the disk … "
        status.say("marked")
        await pilot.pause()
        assert line(status) == f" {'marked':<15}2 selected · 2,940 left "
        status.progress("stories", "x" * 50)
        status.say("")
        await pilot.pause()
        assert line(status) == f" {'x' * 37}… "


async def test_a_message_has_its_own_time_to_disappear() -> None:
    async with bars(linger=0.02) as (app, pilot):
        status = app.query_one(StatusLine)
        status.show("left", "right")
        status.say("first")
        status._linger = 60
        status.say("second")
        await pilot.pause(0.05)
        assert "second" in line(status)
        status._linger = 0.01
        status.say("third")
        while "third" in line(status):
            await pilot.pause(0.01)
        assert line(status).split() == ["left", "right"]


async def test_a_message_that_does_not_answer_a_key_waits_until_the_last_was_read() -> None:
    async with bars() as (app, pilot):
        status = app.query_one(StatusLine)
        status._reading = 60
        status.say("opened example.org")
        status.say("3 matches", patient=True)
        status.say("the sync failed", error=True, patient=True)
        await pilot.pause()
        assert "opened example.org" in line(status)
        status._reading = 0.01
        status.say("copied the link")
        await pilot.pause()
        status.unsay("3 matches")
        while "the sync failed" not in line(status):
            assert "3 matches" not in line(status)
            await pilot.pause(0.01)
        assert "! the sync failed" in line(status)


async def test_an_outdated_message_is_removed() -> None:
    async with bars() as (app, pilot):
        status = app.query_one(StatusLine)
        status._reading = 60
        status.say("3 matches")
        status.say("2 new articles", patient=True)
        status.unsay("something else")
        await pilot.pause()
        assert "3 matches" in line(status)
        status.unsay("3 matches")
        await pilot.pause()
        assert "2 new articles" in line(status)
        status.unsay("2 new articles")
        await pilot.pause()
        assert not line(status).strip()


async def test_a_narrow_status_line_keeps_the_left() -> None:
    async with bars(12) as (app, pilot):
        status = app.query_one(StatusLine)
        status.show("312 of 5,438 articles", "category")
        await pilot.pause()
        assert line(status) == " 312 of 5,… "


# The keys.

KEYS = [
    KeyHint("j/k", "move"),
    KeyHint("l", "open", "open"),
    KeyHint("1-9", "tags"),
    KeyHint("?", "help", "help"),
]


async def test_keys_that_do_not_fit_are_left_out_whole_but_never_the_help() -> None:
    async with bars() as (app, pilot):
        keys = app.query_one(KeyLine)
        keys.show(KEYS)
        for width, text in [
            (40, "j/k move  l open  1-9 tags  ? help"),
            (36, "j/k move  l open  1-9 tags  ? help"),
            (35, "j/k move  l open  ? help"),
            (20, "j/k move  ? help"),
            (17, "? help"),
            (5, "? h"),
        ]:
            await resize(pilot, keys, width)
            assert line(keys).strip() == text


async def test_a_click_on_a_key_asks_for_its_action() -> None:
    async with bars() as (app, pilot):
        keys = app.query_one(KeyLine)
        keys.show(KEYS)
        await pilot.pause()
        for text in ("move", "open", "help"):
            await pilot.click(KeyLine, offset=(line(keys).index(text), 0))
        chosen = [m.action for m in app.said if isinstance(m, KeyLine.ActionChosen)]
        assert chosen == ["open", "help"]
