"""The virtual list: rows, cursor, keys, fetching and painting."""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip

from reader.ages import short_time
from reader.article import EPOCH, ArticleId, Row, Sentiment
from reader.library import PINNED, Group, Ids
from reader.ui.sidebar.neighbours import neighbour
from reader.ui.sidebar.outline import Cursor, Outline
from reader.ui.sidebar.widget import Sidebar
from tests.examples import examples

STYLES = Path(__file__).parents[3] / "styles"
NOW = datetime(2025, 11, 14, 12, tzinfo=UTC)
SIZE = (44, 12)
DATE = short_time(EPOCH.timestamp(), NOW.timestamp()).split()


def row(id: int, **fields: Any) -> Row:
    values: dict[str, Any] = {
        "title": f"Title {id}",
        "published": EPOCH + timedelta(seconds=id),
        "lang": "en",
        "category": "BTC",
        "sentiment": Sentiment.POSITIVE,
        "source": "wire",
        "read": False,
        "favourite": False,
        "pinned": False,
        "draft": False,
        "flagged": False,
    }
    return Row(id=ArticleId(id), **values | fields)


def leaf(*key: str, ids: Sequence[int], unread: int | None = None) -> Group:
    sentiment = Sentiment(key[1]) if len(key) > 1 else None
    count = len(ids) if unread is None else unread
    return Group(key=key, label=key[-1], ids=Ids(ids), unread=count, sentiment=sentiment)


def branch(key: str, *children: Group) -> Group:
    ids = Ids()
    for child in children:
        ids = ids | child.ids
    unread = sum(child.unread for child in children)
    return Group(key=(key,), label=key, ids=ids, unread=unread, children=children)


def archive() -> tuple[Group, ...]:
    """Two pinned, BTC with three positive and two negative, ETH with two neutral articles."""
    return (
        leaf(PINNED, ids=[90, 80]),
        branch(
            "BTC",
            leaf("BTC", "POSITIVE", ids=[70, 60, 50]),
            leaf("BTC", "NEGATIVE", ids=[65, 45]),
        ),
        branch("ETH", leaf("ETH", "NEUTRAL", ids=[40, 30])),
    )


ALL_KEYS = frozenset(
    {(PINNED,), ("BTC",), ("BTC", "POSITIVE"), ("BTC", "NEGATIVE"), ("ETH",), ("ETH", "NEUTRAL")}
)


class ListApp(App[None]):
    CSS_PATH = STYLES / "20-sidebar.tcss"

    def __init__(self, rows: Callable[[int], Row]) -> None:
        super().__init__()
        self.rows = rows
        self.gone: set[ArticleId] = set()
        self.asked: list[ArticleId] = []
        self.opened_articles: list[ArticleId] = []

    def compose(self) -> ComposeResult:
        yield Sidebar(self.fetch, self.open_article, now=lambda: NOW)

    async def open_article(self, id: ArticleId) -> None:
        self.opened_articles.append(id)

    def fetch(self, ids: Sequence[ArticleId]) -> list[Row]:
        self.asked += ids
        return [self.rows(id) for id in ids if id not in self.gone]


@asynccontextmanager
async def showing(
    groups: Sequence[Group],
    open_groups: frozenset[tuple[str, ...]] = ALL_KEYS,
    *,
    rows: Callable[[int], Row] = row,
    size: tuple[int, int] = SIZE,
) -> AsyncIterator[tuple[Sidebar, Pilot[None], ListApp]]:
    app = ListApp(rows)
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        sidebar = app.query_one(Sidebar)
        sidebar.open_groups = open_groups
        sidebar.show(groups)
        await pilot.pause()
        yield sidebar, pilot, app


def strips(sidebar: Sidebar) -> list[Strip]:
    return sidebar.render_lines(Region(0, 0, *sidebar.outer_size))


def lines(sidebar: Sidebar) -> list[str]:
    return [strip.text for strip in strips(sidebar)]


def line_of_cursor(sidebar: Sidebar) -> int:
    (line,) = [y for y, text in enumerate(lines(sidebar)) if cursor_text(sidebar) in text]
    return line


def cursor_text(sidebar: Sidebar) -> str:
    assert sidebar.cursor
    article = sidebar.cursor.article
    return f"Title {article} " if article is not None else f"{sidebar.cursor.group[-1]} "


def flat(groups: Sequence[Group], open_groups: frozenset[tuple[str, ...]]) -> list[Cursor]:
    """Return the rows of the open groups, listed one by one."""
    found = []
    for group in groups:
        found.append(Cursor(group=group.key))
        if group.key in open_groups:
            found += flat(group.children, open_groups)
            if not group.children:
                found += [Cursor(group=group.key, article=id) for id in group.ids]
    return found


def leaves(groups: Sequence[Group]) -> list[Group]:
    return [leaf for group in groups for leaf in (leaves(group.children) or [group])]


Answer = tuple[tuple[Group, ...], frozenset[tuple[str, ...]]]


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Any groups over the articles 0 to 29, each article in one place at most; any of them open."""
    places = draw(st.dictionaries(st.integers(0, 29), st.sampled_from(["A", "B", "C1", "C2"])))
    held = {place: [id for id, at in places.items() if at == place] for place in places.values()}
    groups = [leaf(name, ids=held[name]) for name in ("A", "B") if name in held]
    names = (("C1", "POSITIVE"), ("C2", "NEGATIVE"))
    if children := [leaf("C", name, ids=held[at]) for at, name in names if at in held]:
        groups.append(branch("C", *children))
    keys = [("A",), ("B",), ("C",), ("C", "POSITIVE"), ("C", "NEGATIVE")]
    return tuple(draw(st.permutations(groups))), draw(st.frozensets(st.sampled_from(keys)))


@examples(70)
@given(answers(), st.integers(0, 40), st.integers(0, 40))
def test_every_row_is_what_a_plain_list_of_the_open_groups_has_there(
    answer: Answer, start: int, stop: int
) -> None:
    groups, open_groups = answer
    rows = flat(groups, open_groups)
    outline = Outline(groups, open_groups)

    assert [outline.cursor(k) for k in range(outline.height)] == rows
    assert [outline.row(cursor) for cursor in rows] == list(range(len(rows)))
    wanted = [cursor.article for cursor in rows[start:stop] if cursor.article is not None]
    assert outline.articles(start, stop) == wanted


@examples(120)
@given(answers(), answers(), st.data())
def test_the_cursor_stays_on_its_article_or_the_nearest_thing_to_it(
    before: Answer, after: Answer, data: st.DataObject
) -> None:
    rows, later = flat(*before), flat(*after)
    if not rows or not later:
        return
    near = data.draw(st.integers(0, len(rows) - 1))
    cursor = rows[near]
    now = later[Outline(*after).row(cursor, near)]

    if cursor in later:
        assert now == cursor
        return
    homes = [leaf.key for leaf in leaves(after[0]) if cursor.article in leaf.ids]
    group = homes[0] if homes and cursor.article is not None else cursor.group
    companions = [c.article for c in later if c.group == group and c.article is not None]
    if cursor.article is not None and companions:
        older = [article for article in companions if article <= cursor.article]
        assert now == Cursor(group=group, article=(older or companions[-1:])[0])
    elif around := [c for c in later if c.article is None and c.group == group[: len(c.group)]]:
        assert now == around[-1]
    else:
        assert now == later[min(near, len(later) - 1)]


@examples(70)
@given(answers(), st.sampled_from([1, -1]), st.frozensets(st.integers(0, 29)))
def test_neighbours_follow_the_list_through_closed_groups_too(
    answer: Answer, step: Literal[1, -1], unread: frozenset[int]
) -> None:
    groups, open_groups = answer
    outline = Outline(groups, open_groups)
    homes = [(id, leaf.key) for leaf in leaves(groups) for id in leaf.ids]
    order = [id for id, _ in homes]

    for place, (article, home) in enumerate(homes):
        ahead = order[place + 1 :] if step > 0 else order[:place][::-1]
        start = Cursor(group=home, article=article)
        assert neighbour(outline.groups, start, step, lambda group: group.ids) == next(
            iter(ahead), None
        )
        wanted = next((id for id in ahead if id in unread), None)
        assert neighbour(outline.groups, start, step, lambda g: Ids(set(g.ids) & unread)) == wanted


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (timedelta(), " 12:00"),
        (timedelta(hours=2, minutes=55), " 09:05"),
        (timedelta(hours=-3), " 15:00"),
        (timedelta(hours=13), "13 Nov"),
        (timedelta(days=7), " 7 Nov"),
        (timedelta(days=334), "15 Dec"),
        (timedelta(days=335), "14 Dec 2024"),
        (timedelta(days=-3), "17 Nov"),
        (timedelta(days=-365 * 80), "26 Oct 2105"),
        (timedelta(days=365 * 120), "14 Dec 1905"),
    ],
)
def test_today_has_a_time_another_day_a_date_and_another_year_its_year_too(
    monkeypatch: pytest.MonkeyPatch, before: timedelta, text: str
) -> None:
    try:
        monkeypatch.setenv("TZ", "UTC")
        time.tzset()
        assert short_time((NOW - before).timestamp(), NOW.timestamp()) == text
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_day_is_the_readers_own(monkeypatch: pytest.MonkeyPatch) -> None:
    published = datetime(2024, 12, 31, 20, tzinfo=UTC)
    try:
        for zone, day in [("Asia/Tokyo", " 1 Jan"), ("UTC", "31 Dec")]:
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            assert (
                short_time(published.timestamp(), datetime(2025, 6, 1, tzinfo=UTC).timestamp())
                == day
            )
    finally:
        monkeypatch.undo()
        time.tzset()


async def test_groups_sub_groups_and_articles_are_listed_with_counts() -> None:
    groups = (
        leaf(PINNED, ids=[90], unread=0),
        branch("BTC", leaf("BTC", "POSITIVE", ids=[70, 60], unread=1)),
        branch("ETH", leaf("ETH", "NEUTRAL", ids=[40])),
    )
    rows = {90: row(90, sentiment=Sentiment.NEGATIVE), 60: row(60, read=True), 70: row(70)}
    opened = frozenset({(PINNED,), ("BTC",), ("BTC", "POSITIVE")})
    async with showing(groups, opened, rows=rows.__getitem__) as (sidebar, _, _):
        shown = [line.split() for line in lines(sidebar)]
        assert shown[:6] == [
            ["▾", "⚑", "PINNED", "0/1"],
            ["•", "▼", "Title", "90", *DATE],
            ["▾", "BTC", "1/2"],
            ["▾", "▲", "POSITIVE", "1/2"],
            ["•", "Title", "70", *DATE],
            ["Title", "60", *DATE],
        ]
        assert shown[6] == ["▸", "ETH", "1/1"]
        assert not any(shown[7:])


async def test_an_estimate_is_marked_and_moves_nothing() -> None:
    rows = {2: row(2, estimated=True), 1: row(1)}
    day = leaf("2025-11-14", ids=[2, 1])
    both = branch("BTC", leaf("BTC", "POSITIVE", ids=[2, 1]))
    opened = frozenset({("2025-11-14",), ("BTC",), ("BTC", "POSITIVE")})
    async with showing((day, both), opened, rows=rows.__getitem__) as (sidebar, _, _):
        shown = lines(sidebar)
        assert "•~▲ Title 2" in shown[1]
        assert "• ▲ Title 1" in shown[2]
        assert shown[1].index("Title") == shown[2].index("Title")
        assert "• Title 2" in shown[5]
        assert " ~▲ " in shown[5]
        assert shown[5].index("Title") == shown[6].index("Title")
        assert len(shown[5]) == len(shown[6])


async def test_marks_and_the_language_come_before_the_age() -> None:
    fresh = NOW - timedelta(hours=3)
    marked = row(1, favourite=True, draft=True, flagged=True, lang="uk", published=fresh)
    groups = (leaf("2025-11-14", ids=[1]),)
    async with showing(groups, frozenset({("2025-11-14",)}), rows=lambda _: marked) as shown:
        sidebar, pilot, _ = shown
        assert (
            lines(sidebar)[1]
            .rstrip()
            .endswith(f" ★ ✎ ! {short_time(fresh.timestamp(), NOW.timestamp())}")
        )
        sidebar.show_language = True
        await pilot.pause()
        assert (
            lines(sidebar)[1]
            .rstrip()
            .endswith(f" ★ ✎ ! uk {short_time(fresh.timestamp(), NOW.timestamp())}")
        )


HOSTILE = [
    "[/foo] [BTC] [@click=app.quit]x[/] [red]",
    "line\nbreak\tand   tab",
    "比特幣價格上漲" * 8,
    "🐂🚀 👩‍👩‍👧‍👦 🇺🇦 ✈️" * 5,
    "e\u0301" * 60,
    "a\u200bb\u200d",
    "",
]


async def test_any_title_fills_its_line_exactly() -> None:
    groups = (leaf("A", ids=range(len(HOSTILE))),)

    def hostile(id: int) -> Row:
        return row(id, title=HOSTILE[id])

    async with showing(groups, frozenset({("A",)}), rows=hostile) as (sidebar, pilot, _):
        for width in (1, 7, 20, 43):
            sidebar.styles.width = width
            await pilot.pause()
            for strip in strips(sidebar):
                assert sum(cell_len(segment.text) for segment in strip) == width
                assert "\n" not in strip.text


async def test_markup_in_titles_and_labels_is_shown_as_it_is_and_does_nothing() -> None:
    groups = (leaf("[/foo]", ids=[1]),)
    title = "[BTC] [@click=quit]x[/]"
    async with showing(
        groups, frozenset({("[/foo]",)}), rows=lambda id: row(id, title=title)
    ) as shown:
        sidebar, pilot, app = shown
        assert "[/foo]" in lines(sidebar)[0]
        assert "[BTC] [@click=quit]x[" in lines(sidebar)[1]
        await pilot.click(Sidebar, offset=(12, 1))
        assert app.opened_articles == [1]
        assert app.is_running


async def test_a_million_articles_are_never_asked_for_beyond_what_is_in_view() -> None:
    groups = (leaf("ALL", ids=range(1_000_000)), leaf("B", ids=[2_000_000]))
    async with showing(groups, frozenset({("ALL",), ("B",)})) as (sidebar, pilot, app):
        height = SIZE[1]
        assert set(app.asked) <= set(range(999_999, 999_999 - height, -1))
        app.asked.clear()
        await pilot.press("G")
        assert set(app.asked) <= {2_000_000, *range(height)}
        app.asked.clear()
        assert sidebar.move_to(ArticleId(500_000))
        await pilot.pause()
        assert 500_000 in app.asked
        assert len(app.asked) <= height
        app.asked.clear()
        await pilot.press("j")
        assert app.asked == []
        assert "Title 499999" in "\n".join(lines(sidebar))


async def test_a_list_higher_than_the_row_cache_shows_all_rows() -> None:
    height = 300
    groups = [leaf("ALL", ids=range(1, 400))]
    async with showing(groups, frozenset({("ALL",)}), size=(44, height)) as (sidebar, _, app):
        assert all(f"Title {400 - n}" in lines(sidebar)[n] for n in range(1, height))
        app.asked.clear()
        strips(sidebar)
        assert app.asked == []


async def test_no_row_stays_empty_after_scrolling_far_and_back() -> None:
    groups = [leaf("ALL", ids=range(1, 1000))]
    async with showing(groups, frozenset({("ALL",)}), size=(44, 40)) as (sidebar, pilot, _):
        far_and_back = ("pagedown", "pagedown", "pagedown", "home")
        for key in (*far_and_back, "end", "pageup", "home", "pagedown"):
            await pilot.press(key)
            await pilot.pause()
            assert all("Title" in line or "ALL" in line for line in lines(sidebar)), key


async def test_rows_are_fetched_again_only_when_they_may_have_changed() -> None:
    async with showing(archive()) as (sidebar, pilot, app):
        app.asked.clear()
        sidebar.show(archive())
        await pilot.pause()
        assert app.asked == []
        app.rows = lambda id: row(id, read=True)
        sidebar.refresh_rows()
        await pilot.pause()
        assert app.asked
        assert "•" not in "".join(lines(sidebar))


async def test_an_article_that_is_gone_leaves_an_empty_row() -> None:
    async with showing(archive()) as (sidebar, pilot, app):
        app.gone = {ArticleId(90)}
        sidebar.refresh_rows()
        await pilot.pause()
        assert lines(sidebar)[1].strip() == ""
        assert "Title 80" in lines(sidebar)[2]


CLOSED = frozenset({(PINNED,), ("BTC",)})
ON_GROUP = Cursor(group=("BTC",))
ON_CHILD = Cursor(group=("BTC", "POSITIVE"))
ON_ARTICLE = Cursor(group=("BTC", "POSITIVE"), article=ArticleId(60))
TOP = Cursor(group=(PINNED,))
TOP_ARTICLE = Cursor(group=(PINNED,), article=ArticleId(90))
FIRST_OF_CHILD = Cursor(group=("BTC", "POSITIVE"), article=ArticleId(70))
LATE_GROUP = Cursor(group=("ETH", "NEUTRAL"))
LAST = Cursor(group=("ETH", "NEUTRAL"), article=ArticleId(30))


MOVES = [
    (ON_GROUP, "j", ON_CHILD),
    (ON_GROUP, "down", ON_CHILD),
    (ON_CHILD, "k", ON_GROUP),
    (ON_CHILD, "up", ON_GROUP),
    (ON_ARTICLE, "g", TOP),
    (ON_ARTICLE, "home", TOP),
    (ON_GROUP, "G", LAST),
    (ON_GROUP, "end", LAST),
    (ON_ARTICLE, "h", ON_CHILD),
    (ON_ARTICLE, "left", ON_CHILD),
    (ON_GROUP, "l", ON_CHILD),
    (ON_CHILD, "right", FIRST_OF_CHILD),
    (TOP, "k", TOP),
    (LAST, "j", LAST),
    (TOP, "ctrl+d", ON_ARTICLE),
    (FIRST_OF_CHILD, "ctrl+u", TOP),
    (ON_ARTICLE, "ctrl+u", TOP),
    (TOP, "pagedown", LATE_GROUP),
    (LATE_GROUP, "pageup", TOP),
]


async def test_keys_move_the_cursor() -> None:
    async with showing(archive()) as (sidebar, pilot, _app):
        sidebar.focus()
        for start, key, end in MOVES:
            sidebar.cursor = start
            opened = sidebar.open_groups
            await pilot.press(key)
            assert (key, sidebar.cursor) == (key, end)
            assert (key, sidebar.open_groups) == (key, opened)


FOLDS = [
    (ON_GROUP, "h", CLOSED - {("BTC",)}, ON_GROUP),
    (ON_GROUP, "backspace", CLOSED - {("BTC",)}, ON_GROUP),
    (ON_GROUP, "enter", CLOSED - {("BTC",)}, ON_GROUP),
    (ON_CHILD, "h", CLOSED, ON_GROUP),
    (ON_CHILD, "l", CLOSED | {("BTC", "POSITIVE")}, ON_CHILD),
    (ON_CHILD, "right", CLOSED | {("BTC", "POSITIVE")}, ON_CHILD),
    (ON_CHILD, "backspace", CLOSED | {("BTC", "POSITIVE")}, ON_CHILD),
    (ON_CHILD, "enter", CLOSED | {("BTC", "POSITIVE")}, ON_CHILD),
    (TOP_ARTICLE, "backspace", {("BTC",)}, TOP),
    (Cursor(group=("ETH",)), "h", CLOSED, Cursor(group=("ETH",))),
]


async def test_keys_open_and_close_groups() -> None:
    async with showing(archive(), CLOSED) as (sidebar, pilot, _app):
        sidebar.focus()
        for start, key, opened, end in FOLDS:
            sidebar.open_groups = CLOSED
            sidebar.cursor = start
            await pilot.press(key)
            assert (key, sidebar.open_groups) == (key, opened)
            assert (key, sidebar.cursor) == (key, end)


async def test_enter_and_right_open_the_article() -> None:
    async with showing(archive()) as (sidebar, pilot, app):
        sidebar.focus()
        sidebar.cursor = ON_ARTICLE
        await pilot.press("enter", "l", "right")
        assert app.opened_articles == [60, 60, 60]
        assert sidebar.cursor == ON_ARTICLE


def bindings() -> list[Binding]:
    found = [binding for binding in Sidebar.BINDINGS if isinstance(binding, Binding)]
    assert len(found) == len(Sidebar.BINDINGS)
    return found


async def test_no_key_does_anything_in_an_empty_list() -> None:
    async with showing(()) as (sidebar, pilot, app):
        sidebar.focus()
        await pilot.press(*(key for binding in bindings() for key in binding.key.split(",")))
        await pilot.click(Sidebar, offset=(3, 3))
        assert sidebar.cursor is None
        assert sidebar.neighbour(None, 1) is None
        assert not app.opened_articles
        assert sidebar.open_groups == ALL_KEYS


async def test_every_key_has_a_name_and_a_tooltip_for_the_help() -> None:
    for binding in bindings():
        assert binding.id
        assert binding.id.startswith("sidebar.")
        assert binding.description
        assert binding.tooltip
        assert binding.group
        assert not binding.priority


async def test_a_click_opens_an_article_and_folds_a_group_and_none_acts_below_the_list() -> None:
    async with showing(archive(), CLOSED) as (sidebar, pilot, app):
        await pilot.click(Sidebar, offset=(5, 2))
        assert app.opened_articles == [80]
        assert sidebar.cursor == Cursor(group=(PINNED,), article=ArticleId(80))
        await pilot.click(Sidebar, offset=(5, 3))
        assert sidebar.open_groups == {(PINNED,)}
        await pilot.click(Sidebar, offset=(5, 11))
        assert sidebar.cursor == ON_GROUP
        assert app.opened_articles == [80]


async def test_the_wheel_scrolls_and_changes_nothing_else() -> None:
    groups = (leaf("A", ids=range(100)),)
    async with showing(groups, frozenset({("A",)})) as (sidebar, pilot, app):
        turn = events.MouseScrollDown(sidebar, 5, 5, 0, 1, 0, False, False, False)
        sidebar.post_message(turn)
        await pilot.pause()
        assert sidebar.scroll_offset.y > 0
        assert sidebar.cursor == Cursor(group=("A",))
        assert sidebar.open_groups == {("A",)}
        assert not app.opened_articles


async def test_a_step_without_scrolling_repaints_two_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with showing(archive()) as (sidebar, pilot, _):
        sidebar.focus()
        await pilot.pause()
        painted: list[int] = []
        paint = sidebar.render_line

        def noting(y: int) -> Strip:
            painted.append(y)
            return paint(y)

        monkeypatch.setattr(sidebar, "render_line", noting)
        await pilot.press("j")
        assert sorted(set(painted)) == [0, 1]


async def test_another_answer_keeps_the_cursor_on_its_article_and_on_its_line() -> None:
    many = leaf("A", ids=range(0, 400, 2))
    async with showing((many,), frozenset({("A",), ("NEW",)})) as (sidebar, pilot, _):
        sidebar.move_to(ArticleId(200))
        await pilot.pause()
        line = line_of_cursor(sidebar)
        sidebar.show((leaf("NEW", ids=range(1000, 1020)), leaf("A", ids=range(400))))
        await pilot.pause()
        assert sidebar.cursor == Cursor(group=("A",), article=ArticleId(200))
        assert line_of_cursor(sidebar) == line


async def test_the_cursor_comes_back_when_the_article_does() -> None:
    async with showing(archive()) as (sidebar, _pilot, _app):
        sidebar.move_to(ArticleId(60))
        sidebar.show((leaf("BTC", "POSITIVE", ids=[70, 50]),))
        assert sidebar.cursor == Cursor(group=("BTC", "POSITIVE"), article=ArticleId(50))
        sidebar.show(())
        assert sidebar.cursor is None
        sidebar.show(archive())
        assert sidebar.cursor == ON_ARTICLE


async def test_the_article_in_place_of_the_wanted_one_keeps_the_cursor() -> None:
    """Groups and articles that come in above it do not move the cursor to another row."""
    is_open = frozenset({("A",), ("B",)})
    async with showing((leaf("A", ids=[60]), leaf("B", ids=[50, 40])), is_open) as it:
        sidebar, _, _ = it
        sidebar.move_to(ArticleId(60))
        sidebar.show((leaf("B", ids=[50, 40]),))
        assert sidebar.cursor == Cursor(group=("B",), article=ArticleId(50))
        sidebar.show((leaf("C", ids=[90]), leaf("B", ids=[50, 40])))
        assert sidebar.cursor == Cursor(group=("B",), article=ArticleId(50))
        sidebar.show((leaf("C", ids=[90]), leaf("B", ids=[70, 50, 40])))
        assert sidebar.cursor == Cursor(group=("B",), article=ArticleId(50))
        sidebar.show((leaf("A", ids=[60]), leaf("B", ids=[70, 50, 40])))
        assert sidebar.cursor == Cursor(group=("A",), article=ArticleId(60))


async def test_the_article_in_place_of_the_wanted_one_is_followed_when_its_id_changes() -> None:
    is_open = frozenset({("A",), ("B",)})
    async with showing((leaf("A", ids=[60]), leaf("B", ids=[50, 40])), is_open) as it:
        sidebar, _, _ = it
        sidebar.move_to(ArticleId(60))
        sidebar.show((leaf("B", ids=[50, 40]),))
        assert sidebar.held_articles >= {ArticleId(60), ArticleId(50)}
        sidebar.follow({ArticleId(50): ArticleId(51)})
        sidebar.show((leaf("B", ids=[51, 50, 40]),))
        assert sidebar.cursor == Cursor(group=("B",), article=ArticleId(51))


async def test_a_list_that_was_scrolled_away_from_its_cursor_stays_where_it_is() -> None:
    groups = (leaf("A", ids=range(200)),)
    async with showing(groups, frozenset({("A",)})) as (sidebar, pilot, _):
        sidebar.scroll_to(y=100, animate=False)
        await pilot.pause()
        top = lines(sidebar)[0]
        sidebar.show((leaf("A", ids=range(210)),))
        await pilot.pause()
        assert lines(sidebar)[0] == top


async def test_setting_the_open_groups_does_not_scroll() -> None:
    groups = (leaf("A", ids=range(200)), leaf("B", ids=[300]))
    async with showing(groups, frozenset({("A",)})) as (sidebar, pilot, _app):
        sidebar.scroll_to(y=100, animate=False)
        await pilot.pause()
        sidebar.open_groups = frozenset({("A",), ("B",)})
        await pilot.pause()
        assert sidebar.scroll_offset.y == 100


async def test_moving_to_an_article_opens_its_groups_and_brings_it_into_view() -> None:
    groups = (
        leaf("A", ids=range(100, 200)),
        branch("BTC", leaf("BTC", "POSITIVE", ids=range(50))),
    )
    async with showing(groups, frozenset({("A",)})) as (sidebar, pilot, _app):
        assert sidebar.move_to(ArticleId(7))
        await pilot.pause()
        assert sidebar.open_groups == {("A",), ("BTC",), ("BTC", "POSITIVE")}
        assert any("Title 7 " in line for line in lines(sidebar))
        assert not sidebar.move_to(ArticleId(12345))
        assert sidebar.cursor == Cursor(group=("BTC", "POSITIVE"), article=ArticleId(7))


async def test_a_group_is_found_by_its_key_open_or_not() -> None:
    groups = archive()
    async with showing(groups, frozenset()) as (sidebar, _, _):
        assert sidebar.group(("BTC", "NEGATIVE")) is groups[1].children[1]
        assert sidebar.group(("ETH",)) is groups[2]
        assert sidebar.group(("BTC", "NEUTRAL")) is None
        assert sidebar.group(("GONE", "NEUTRAL")) is None
        assert sidebar.group(()) is None


async def test_opening_a_group_at_the_bottom_shows_some_of_it() -> None:
    groups = tuple(leaf(f"G{k:02}", ids=range(k * 100, k * 100 + 50)) for k in range(30))
    async with showing(groups, frozenset()) as (sidebar, pilot, _):
        sidebar.focus()
        await pilot.press("pagedown", "k", "l")
        bottom = [line for line in lines(sidebar) if "Title" in line]
        assert len(bottom) >= 5
        assert "G11" in "".join(lines(sidebar))


async def test_the_opened_article_is_marked_wherever_the_cursor_is() -> None:
    async with showing(archive()) as (sidebar, pilot, _):
        sidebar.opened_article = ArticleId(80)
        await pilot.pause()
        assert [line for line in lines(sidebar) if "▌" in line] == [lines(sidebar)[2]]
        sidebar.opened_article = ArticleId(70)
        await pilot.pause()
        (marked,) = [line for line in lines(sidebar) if "▌" in line]
        assert "Title 70" in marked
        assert sidebar.cursor == Cursor(group=(PINNED,))


async def test_the_next_article_counts_from_the_opened_one_else_from_the_cursor() -> None:
    async with showing(archive(), frozenset()) as (sidebar, _, _):
        assert sidebar.neighbour(ArticleId(80), 1) == 70
        assert sidebar.neighbour(ArticleId(50), 1) == 65
        assert sidebar.neighbour(ArticleId(90), -1) is None
        assert sidebar.neighbour(ArticleId(30), 1) is None
        sidebar.cursor = ON_GROUP
        assert sidebar.neighbour(None, 1) == 70
        assert sidebar.neighbour(None, -1) == 80
        assert sidebar.neighbour(ArticleId(12345), 1) == 70
        sidebar.move_to(ArticleId(60))
        assert sidebar.neighbour(None, 1) == 60
        assert sidebar.neighbour(None, -1) == 70


async def test_the_next_unread_skips_groups_that_have_none_without_asking() -> None:
    groups = (leaf("A", ids=[9, 8]), leaf("B", ids=[7, 6], unread=0), leaf("C", ids=[5, 4]))
    asked: list[Ids] = []

    def unread_in(ids: Ids) -> Ids:
        asked.append(ids)
        return ids - Ids([9, 8, 7, 6, 5])

    async with showing(groups, frozenset()) as (sidebar, _, _):
        assert sidebar.neighbour(ArticleId(9), 1, unread_in=unread_in) == 4
        assert groups[1].ids not in asked
        assert sidebar.neighbour(ArticleId(4), 1, unread_in=unread_in) is None


async def test_an_empty_list_says_why_wrapped_and_without_markup() -> None:
    hint = "No article has [XRP] and [/foo]: x shows all of them again, as they were before"
    async with showing(()) as (sidebar, pilot, _):
        sidebar.show((), empty_hint=hint)
        await pilot.pause()
        said = [line.strip() for line in lines(sidebar) if line.strip()]
        assert len(said) > 1
        assert " ".join(said) == hint


def is_all(sidebar: Sidebar, line: int, attribute: str) -> bool:
    width = sidebar.scrollable_content_region.width
    segments = strips(sidebar)[line].crop(0, width)
    return all(getattr(segment.style, attribute) for segment in segments)


def is_any_reversed(sidebar: Sidebar, line: int) -> bool:
    return any(segment.style and segment.style.reverse for segment in strips(sidebar)[line])


async def test_the_cursor_is_seen_without_colours_with_and_without_the_focus(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with showing(archive()) as (sidebar, pilot, app):
        sidebar.focus()
        await pilot.pause()
        assert is_all(sidebar, 0, "reverse")
        assert not is_any_reversed(sidebar, 1)
        app.set_focus(None)
        await pilot.pause()
        assert is_all(sidebar, 0, "underline")
        assert not is_any_reversed(sidebar, 0)


async def test_a_window_of_one_cell_works() -> None:
    async with showing(archive(), size=(1, 1)) as (sidebar, pilot, app):
        sidebar.focus()
        await pilot.press("j", "j", "G", "g", "l", "backspace", "ctrl+d", "pageup")
        assert sidebar.cursor
        assert app.is_running
