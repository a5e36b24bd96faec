"""The whole reader beside other programs, with locks, errors and hostile text."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from reader.article import Ai, Article, ArticleId, Cover, Identity, Row, Source
from reader.cache.files import schema
from reader.cache.store import Store
from reader.config.settings import Settings
from reader.errors import CacheError, CacheLocked
from reader.library import Change, Group, Grouping, Ids, Library, Mark, Marked
from reader.query.language import Field, Query, parse
from reader.ui.app import CryptoreadApp
from reader.ui.bars.status_line import StatusLine
from reader.ui.modals.links import LinkList, LinksScreen
from reader.ui.modals.tag_picker import TagList
from reader.ui.reading.pane import ReadingPane
from reader.ui.screen import answers, host_screen
from reader.ui.sidebar.widget import Sidebar
from tests.builders import NOW, library
from tests.ui.screen import SHORT, archive, bring, reading, story


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path, archive()) as made:
        yield made


@pytest.fixture(autouse=True)
def looks_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test says when the screen looks for what other programs changed."""
    monkeypatch.setattr(host_screen, "LOOK_FOR_CHANGES_S", 3600)


# Other programs, and what goes wrong.


async def test_articles_of_another_program_appear_and_nothing_moves(tmp_path: Path) -> None:
    stories = [story(n, f"Story {n}", "POSITIVE") for n in range(1, 61)]
    with library(tmp_path, stories) as news:
        async with reading(news, size=SHORT) as reader:
            await reader.press(*"GGkkk")
            cursor, rows = reader.cursor, reader.rows
            line = reader.lines.index(next(text for text in reader.lines if "Story 57" in text))
            bring(news, story(0, "Just in", "POSITIVE"), story(62, "Of old", category="ETH"))
            reader.screen._look_for_changes()
            await reader.wait_for(lambda: "62 articles" in reader.status)
            assert reader.cursor == cursor
            assert "Story 57" in reader.lines[line]
            assert rows[0] in reader.rows
            await reader.press("g", "j", "j")
            assert "Just in" in reader.text(Sidebar)


async def test_a_key_is_answered_as_of_before_another_program_s_changes(news: Library) -> None:
    async with reading(news) as reader:
        bring(news, story(99, "Just in", "POSITIVE"))
        await reader.press("+", "0", "s", "s", "s", "s")
        assert "7 of 9 articles" in reader.status
        reader.screen._look_for_changes()
        await reader.settle()
        assert "8 of 10 articles" in reader.status


async def test_nothing_moves_while_filters_follow_each_other(
    news: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "REST_S", 60)
    monkeypatch.setattr(answers, "LATEST_S", 60)
    async with reading(news) as reader:
        reader.screen._look_now_and_then()
        bring(news, story(99, "Just in", "POSITIVE"))
        await reader.press("+", "0")
        reader.screen._look_now_and_then()
        await reader.settle()
        assert "Just in" not in reader.text(Sidebar)
        monkeypatch.setattr(answers, "LATEST_S", 0)
        reader.screen._look_now_and_then()
        await reader.settle()
        assert "Just in" in reader.text(Sidebar)


async def test_marks_of_another_program_are_shown(news: Library) -> None:
    async with reading(news) as reader:
        with Library(news.folder) as other:
            other.mark(other.find(parse("tag:fees")), Mark.READ, True, "")
        reader.screen._look_for_changes()
        await reader.wait_for(lambda: "▾ BTC 3/4" in reader.rows)
        assert "Fees fall for a third week 09:00" in reader.rows


@pytest.mark.parametrize("key", ["m", "f", "enter"])
async def test_a_change_right_before_a_mark_is_not_missed(news: Library, key: str) -> None:
    async with reading(news) as reader:
        await reader.go_to("Fees fall")
        bring(news, story(99, "Just in", "POSITIVE"))
        await reader.press(key)
        reader.screen._look_for_changes()
        await reader.settle()
        assert "8 of 10 articles" in reader.status


def just_before(seconds: int, title: str) -> list[Article]:
    """An article right before each one of the archive."""
    return [
        replace(
            each,
            title=title,
            external_id=f"{seconds} {each.external_id}",
            published=each.published - timedelta(seconds=seconds),
        )
        for each in archive()
    ]


@pytest.fixture
def crowded(news: Library) -> Library:
    """Articles with no free id between them and those before them."""
    bring(news, *just_before(8, "A neighbour"))
    return news


def shift_ids(news: Library) -> None:
    """Store an article between each of these: it takes an id that was another's."""
    bring(news, *just_before(5, "In the way"))


@pytest.mark.parametrize("is_known", [False, True])
async def test_the_article_under_the_cursor_is_the_one_that_opens(
    crowded: Library, is_known: bool
) -> None:
    async with reading(crowded) as reader:
        await reader.go_to("Fees fall")
        shift_ids(crowded)
        if is_known:
            reader.screen._look_for_changes()
            await reader.settle()
            assert "In the way" in reader.text(Sidebar)
        assert "Fees fall" in reader.cursor
        await reader.press("enter")
        assert "Fees fall" in reader.text(ReadingPane)
        await reader.settle()
        assert "Fees fall" in reader.cursor
    assert [row.title for row in crowded.rows(crowded.find(parse("is:read")))] == [
        "Fees fall for a third week"
    ]


@pytest.mark.parametrize("key", ["m", "f"])
async def test_a_mark_is_for_the_article_under_the_cursor(crowded: Library, key: str) -> None:
    async with reading(crowded) as reader:
        await reader.go_to("Fees fall")
        shift_ids(crowded)
        await reader.press(key)
        assert "Fees fall" in reader.cursor
    with Library(crowded.folder) as other:
        marked = other.find(parse("is:read" if key == "m" else "is:favourite"))
        assert [row.title for row in other.rows(marked)] == ["Fees fall for a third week"]


async def test_a_search_shows_what_it_found_while_ids_move(crowded: Library) -> None:
    async with reading(crowded) as reader:
        await reader.press("slash")
        await reader.type_in("fees")
        await reader.press("enter", "g")
        shift_ids(crowded)
        reader.screen._look_for_changes()
        await reader.settle()
        await reader.go_to("Fees fall")
        await reader.press("enter")
        assert "Fees fall" in reader.text(ReadingPane)


async def test_leaving_a_search_goes_back_to_the_article_even_if_its_id_changed(
    crowded: Library,
) -> None:
    async with reading(crowded) as reader:
        await reader.go_to("A wallet learns")
        await reader.press("slash")
        await reader.type_in("fees")
        shift_ids(crowded)
        reader.screen._look_for_changes()
        await reader.settle()
        await reader.press("escape")
        assert "A wallet learns" in reader.cursor


def forget(folder: Path, identity: Identity) -> None:
    """Lose an article, as a rebuilt cache may."""
    with Store(folder) as store:
        id = store.texts.with_identity(identity)
        assert id is not None
        with store.intake.writing(store.intake.begin_run()) as writer:
            writer._gathered._delete([id])


async def test_an_article_that_vanishes_while_it_is_open_stays_on_the_screen(
    tmp_path: Path,
) -> None:
    with library(tmp_path, archive()) as news:
        async with reading(news) as reader:
            await reader.go_to("Fees fall")
            await reader.press("enter")
            forget(tmp_path, Identity("block_ledger", "3", "en"))
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

    def find(self, query: Query, **how: Any) -> Ids:
        self._may("find")
        return super().find(query, **how)

    def rows(self, ids: Any, *, described: bool = False) -> list[Row]:
        self._may("rows")
        return super().rows(ids, described=described)

    def unread(self, ids: Ids) -> Ids:
        self._may("unread")
        return super().unread(ids)

    def id_of(self, identity: Identity) -> ArticleId | None:
        self._may("id_of")
        return super().id_of(identity)

    def names(self, field: Field) -> dict[str, int]:
        self._may("names")
        return super().names(field)

    def set_marks(self, *how: Any) -> Marked:
        self._may("mark")
        return super().set_marks(*how)

    def groups(self, ids: Ids, by: Grouping = Grouping.CATEGORY) -> tuple[Group, ...]:
        self._may("groups")
        return super().groups(ids, by)

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
        ("groups", "s"),
        ("unread", "n"),
        ("id_of", "f"),
        ("names", "L"),
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
        await reader.wait_for(lambda: "Just in" in reader.text(Sidebar))


@pytest.mark.parametrize("what", ["save_position", "save_state", "rows"])
async def test_leaving_never_fails(failing: Failing, what: str) -> None:
    async with reading(failing) as reader:
        await reader.press("n")
        failing.failing = what
        await reader.pilot.press("q")
    assert reader.app.crash is None


async def test_an_error_before_the_first_screen_ends_the_program(
    news: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def groups(*_: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(news, "groups", groups)
    app = CryptoreadApp(news, Settings(), Query())
    with pytest.raises(RuntimeError, match="a defect"):
        async with app.run_test(notifications=True, tooltips=True):
            pass
    assert isinstance(app.crash, RuntimeError)


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
        before, _, _ = reader.tag_bar.partition(" [/FOO]")
        await reader.press(before[-1])
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


async def test_hostile_links_and_errors_are_literal(hostile: Library) -> None:
    async with reading(hostile) as reader:
        await reader.press("n", "o")
        assert isinstance(reader.app.screen, LinksScreen)
        assert HOSTILE[:20] in reader.text(LinkList)
        await reader.press("escape", "i")
        assert "[/foo] is not opened" in reader.status
        page = await reader.help()
        assert "[BTC][" in page
        reader.screen.query_one(StatusLine).say(str(CacheError(HOSTILE)), error=True)
        await reader.settle()
        assert HOSTILE in reader.status


async def test_hostile_text_is_literal_in_the_rest_of_the_reader(hostile: Library) -> None:
    async with reading(hostile) as reader:
        await reader.press("n", "f", "m", "u", "U", "Y", "L", "s", "z", "<", ">", "?", "escape")
        await reader.palette()
        assert HOSTILE in reader.app.clipboard
        assert not reader.app._exit


# Marks that another program has locked.


@contextmanager
def locked_marks(folder: Path) -> Iterator[None]:
    """What another program does that writes for long."""
    with closing(sqlite3.connect(folder / "marks.db", isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("ROLLBACK")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "BUSY_TIMEOUT_MS", 100)


LOCKED = "marks.db is in use by another program"


@pytest.mark.usefixtures("impatient")
async def test_enter_keeps_a_search_while_the_marks_are_locked(tmp_path: Path) -> None:
    with library(tmp_path, archive()) as news, locked_marks(tmp_path):
        async with reading(news) as reader:
            await reader.press("slash")
            await reader.type_in("fees")
            await reader.press("enter")
            assert "search kept, history not saved: " in reader.status
            assert reader.filter == "lang:en fees*"
            assert reader.screen.focused is reader.screen.query_one(Sidebar)
            await reader.press("escape", "slash", "up")
            assert reader.screen.query_one(Input).value == "fees"


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("keys", ["n", "nJK", "nfm", "nMu", "n1x", "L", "s"])
async def test_reading_goes_on_while_the_marks_are_locked(tmp_path: Path, keys: str) -> None:
    with library(tmp_path, archive()) as news, locked_marks(tmp_path):
        async with reading(news) as reader:
            await reader.press(*keys)
            assert keys[0] != "n" or LOCKED in reader.status or "1" in keys
            await reader.press("J")
            assert reader.opened is not None
            assert "The text of story" in reader.text(ReadingPane)
            await reader.pilot.press("q")
        assert reader.app.crash is None


async def test_an_article_opens_where_its_place_cannot_be_read(failing: Failing) -> None:
    async with reading(failing) as reader:
        failing.failing = "position"
        await reader.go_to("Fees fall")
        await reader.press("enter")
        assert "[BTC].db is in use by another program" in reader.status
        assert "The text of story 3." in reader.text(ReadingPane)
