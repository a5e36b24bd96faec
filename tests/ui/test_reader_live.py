"""Live news on the screen: syncing while the user reads, and the state of each source."""

import asyncio
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from reader.cache.source_states import SourceState
from reader.config.alerts import Rule
from reader.config.settings import Settings
from reader.insight.firsts import Firsts
from reader.library import Library, utc_now
from reader.samples import sample_library
from reader.subscriptions import SourceResult, Status, Subscription
from reader.ui.bars.status_line import StatusLine
from reader.ui.modals.sources import SourcesScreen, SourcesText, entries, firsts_lines, lay_out
from reader.ui.reading.pane import ReadingPane
from reader.ui.screen.sync import Syncing, summary
from reader.ui.sidebar.widget import Sidebar
from tests.builders import NOW, article, library
from tests.news_server import FAULTS, NewsServer, Request, feed
from tests.ui.screen import Reading, archive, bring, reading, story
from tests.unit.live.test_fulltext import LONG, page

SCROLLBAR = " ▁▂▃▄▅▆▇█"
HOSTILE = "[/foo] [BTC] [@click=app.quit]x[/]"


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path / "data", archive()) as made:
        yield made


LOST = SourceResult("A", Status.UNREACHABLE, is_unreachable=True)
NO_NETWORK = "no network: none of the 2 sources can be reached"


def follow(*urls: str, **values: int) -> Settings:
    """Settings that subscribe to the addresses, under the names `Ledger 1` and so on."""
    followed = [Subscription(f"Ledger {n}", url) for n, url in enumerate(urls, 1)]
    return Settings(subscriptions=tuple(followed), **values)  # type: ignore[arg-type]


def toasts(reader: Reading) -> list[str]:
    return [toast.message for toast in reader.app._notifications]


def titles(reader: Reading) -> list[str]:
    """The rows of the list without the scrollbar."""
    return [row.rstrip(SCROLLBAR) for row in reader.rows]


class Held:
    """A feed that is served when the test says so."""

    def __init__(self, server: NewsServer, path: str, body: bytes) -> None:
        self.asked, self.go = threading.Event(), threading.Event()
        self.body = body
        self.url = server.url(path)
        server.routes[path] = self

    def __call__(self, request: Request) -> None:
        self.asked.set()
        while not (self.go.wait(0.01) or request.server.ended.is_set()):
            pass
        request.answer(200, self.body)


# New articles.


async def test_a_sync_brings_articles_and_tells_how_many(news: Library, server: NewsServer) -> None:
    one = server.serve("/one", feed("Blocks fill", "Miners rest"))
    two = server.serve("/two", feed("Tokens rise", name="Other"))
    async with reading(news, settings=follow(one, two)) as reader:
        await reader.press("r")
        assert toasts(reader) == ["3 new articles from 2 sources"]
        assert reader.status == "10 unread · 10 of 12 articles 3 new (A) · by category"
        await reader.press("r")
        assert "nothing new" in reader.status
        assert len(toasts(reader)) == 1


async def test_an_alert_is_a_toast_and_the_list_stays(
    tmp_path: Path, news: Library, server: NewsServer
) -> None:
    one = server.serve("/one", feed("Blocks fill"))
    out = tmp_path / "out"
    program = tmp_path / "told"
    program.write_text(f'#!/bin/sh\necho "$1" > {out}\nexit 4\n')
    program.chmod(0o755)
    rule = Rule(name="larkspur", query="larkspur", command=(str(program), "{title}"))
    followed = replace(follow(one), alerts=(rule,))
    async with reading(news, settings=followed) as reader:
        await reader.press("r")
        assert len(toasts(reader)) == 1
        server.serve("/one", feed("Blocks fill", "[/foo] Larkspur drained"))
        cursor = reader.app.screen.query_one(Sidebar).cursor
        await reader.press("r")
        assert toasts(reader)[1:] == [
            "larkspur: [/foo] Larkspur drained",
            "1 new article from 1 source",
        ]
        assert out.read_text() == "[/foo] Larkspur drained\n"
        assert reader.app.screen.query_one(Sidebar).cursor == cursor
        assert "ended with exit code 4" in reader.status


async def test_the_command_of_an_alert_does_not_outlive_the_screen(
    tmp_path: Path, news: Library, server: NewsServer
) -> None:
    one = server.serve("/one", feed("Blocks fill"))
    program, pid = tmp_path / "hangs", tmp_path / "pid"
    program.write_text(
        f'#!/bin/sh\nsleep 600 &\necho "$$ $!" > {pid}.part\nmv {pid}.part {pid}\nwait\n'
    )
    program.chmod(0o755)
    rule = Rule(name="larkspur", query="larkspur", command=(str(program), "{title}"))
    async with reading(news, settings=replace(follow(one), alerts=(rule,))) as reader:
        await reader.press("r")
        server.serve("/one", feed("Blocks fill", "Larkspur drained"))
        reader.hit("r")
        await reader.wait_for(pid.exists)
        assert all(map(is_running, pid.read_text().split()))
    end = time.monotonic() + 10  # a killed process takes a moment to end
    while any(map(is_running, pid.read_text().split())):
        assert time.monotonic() < end


def is_running(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] not in "ZX"
    except OSError:
        return False


async def test_new_articles_move_neither_cursor_nor_scroll(
    tmp_path: Path, server: NewsServer
) -> None:
    url = server.serve("/feed", feed(*(f"BTC news {n}" for n in range(1, 6))))
    stories = [article(n) for n in range(10, 200)]
    with library(tmp_path, stories) as news:
        async with reading(news, settings=follow(url)) as reader:
            await reader.go_to("Story 100")
            before, cursor = titles(reader), reader.cursor.rstrip(SCROLLBAR)
            top = reader.screen.query_one(Sidebar).scroll_offset.y
            await reader.press("r")
            assert toasts(reader) == ["5 new articles from 1 source"]
            assert reader.cursor.rstrip(SCROLLBAR) == cursor
            assert titles(reader) == before
            assert reader.screen.query_one(Sidebar).scroll_offset.y > top


async def test_the_line_shows_how_far_it_is_and_the_screen_goes_on(
    news: Library, server: NewsServer
) -> None:
    held = Held(server, "/held", feed("Blocks fill"))
    quick = server.serve("/quick", feed("Tokens rise"))
    async with reading(news, settings=follow(held.url, quick)) as reader:
        reader.hit("r")
        await reader.wait_for(lambda: "⟳ 1/2 · by category" in reader.status)
        reader.hit("j")
        await reader.wait_for(lambda: reader.cursor.startswith("▾ BTC") or reader.cursor)
        reader.hit("r")
        await reader.wait_for(lambda: "1 of 2 sources answered" in reader.status)
        assert len(server.asked("/quick")) == 1
        held.go.set()
        await reader.wait_for(lambda: toasts(reader))
        await reader.settle()
        assert "⟳" not in reader.status
        assert toasts(reader) == ["2 new articles from 2 sources"]


async def test_a_source_that_fails_is_named_and_says_what_to_do(
    news: Library, server: NewsServer
) -> None:
    good = server.serve("/good", feed("Blocks fill"))
    async with reading(news, settings=follow(good, server.url("/403"))) as reader:
        await reader.press("r")
        expected = "1 new article from 1 source; 1 of 2 sources failed · S shows why"
        assert toasts(reader) == [expected]
        await reader.press("S")
        shown = reader.text(SourcesText)
        assert "2 followed, 1 failing" in shown
        assert "Ledger 1" in shown
        assert "the server answered 403" in shown
        assert "the site refuses programs like this one" in shown
        await reader.press("escape")
        assert reader.app.screen is reader.screen


async def test_advice_is_kept_after_a_restart(news: Library, server: NewsServer) -> None:
    settings = follow(server.url("/403"))
    async with reading(news, settings=settings) as reader:
        await reader.press("r")
    async with reading(news, settings=settings) as reader:
        await reader.press("S")
        shown = reader.text(SourcesText)
        assert "failing" in shown
        assert "the server answered 403" in shown
        assert "the site refuses programs like this one" in shown


async def test_the_list_of_sources_asks_those_that_rest_too(
    news: Library, server: NewsServer
) -> None:
    news.clock = utc_now  # by which the program that syncs writes down how long it rests
    url = server.url("/held-back")
    server.routes["/held-back"] = FAULTS["429"]
    async with reading(news, settings=follow(url)) as reader:
        await reader.press("r")
        server.serve("/held-back", feed("Blocks fill"))
        await reader.press("S")
        assert "resting" in reader.text(SourcesText)
        assert "cryptoread sync 'Ledger 1'" in reader.text(SourcesText)
        await reader.press("escape", "r")
        assert len(server.asked("/held-back")) == 1
        await reader.press("S", "r")
        assert reader.app.screen is reader.screen
        assert toasts(reader) == ["1 new article from 1 source"]


async def test_the_status_line_says_if_all_sources_fail(news: Library, server: NewsServer) -> None:
    async with reading(news, settings=follow(server.url("/500"))) as reader:
        await reader.press("r")
        assert "! 1 of 1 source failed · S shows why" in reader.status
        assert not toasts(reader)


async def test_leaving_waits_for_no_source(news: Library, server: NewsServer) -> None:
    held = Held(server, "/held", feed("Blocks fill"))
    async with reading(news, settings=follow(held.url)) as reader:
        reader.hit("r")
        await reader.wait_for(held.asked.is_set)
        syncing = reader.screen._syncing
        assert isinstance(syncing, Syncing)
        stop = syncing._stop
        assert stop is not None
        reader.hit("q")
        assert await asyncio.to_thread(stop.wait, 5)
        for thread in threading.enumerate():
            if thread.name.startswith("storing"):
                await asyncio.to_thread(thread.join, 5)
                assert not thread.is_alive()
        assert not held.go.is_set()


# By itself.


async def test_it_syncs_by_itself_every_so_many_minutes(
    news: Library, server: NewsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.ui.screen.host_screen.FIRST_SYNC_AFTER_S", 0.01)
    monkeypatch.setattr("reader.ui.screen.host_screen.MINUTE_S", 0.01)
    url = server.serve("/feed", feed("Blocks fill"))
    async with reading(news, settings=follow(url, sync_every=5)) as reader:
        await reader.wait_for(lambda: len(server.asked("/feed")) > 2)
        assert toasts(reader) == ["1 new article from 1 source"]
        assert "nothing new" not in reader.status


async def test_without_the_setting_nothing_is_asked_before_the_key(
    news: Library, server: NewsServer
) -> None:
    async with reading(news, settings=follow(server.url("/feed"))) as reader:
        assert reader.screen._syncing is None
        await reader.press("r")
        assert len(server.asked("/feed")) == 1


# Subscriptions.


async def test_the_first_sync_subscribes_and_says_so(
    news: Library, server: NewsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = (Subscription("Usual", server.serve("/feed", feed("Blocks fill"))),)
    monkeypatch.setattr("reader.config.subscriptions_file.DEFAULTS", usual)
    config = tmp_path / "config.toml"
    async with reading(news, config=config) as reader:
        await reader.press("S")
        assert "No subscriptions yet. The first sync" in reader.text(SourcesText)
        await reader.press("escape", "r")
        assert "no subscriptions yet: 1 source of news was written" in reader.status
        assert toasts(reader) == ["1 new article from 1 source"]
        assert "Usual = " in config.read_text()


async def test_subscriptions_of_another_program_are_fetched(
    news: Library, server: NewsServer, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[subscriptions]\n")
    async with reading(news, config=config) as reader:
        await reader.press("r")
        assert "no subscriptions; `cryptoread subscribe URL` adds one" in reader.status
        url = server.serve("/feed", feed("Blocks fill"))
        config.write_text(f'[subscriptions]\nNew = "{url}"\n')
        await reader.press("r")
        assert toasts(reader) == ["1 new article from 1 source"]
        config.write_text("[subscriptions\n")
        for key in ("r", "S"):
            await reader.press(key)
            assert reader.status.startswith(f"! {tmp_path}"[:60])
            reader.screen.say("")
        assert reader.app.screen is reader.screen


async def test_a_sync_from_the_samples_fills_the_user_s_library_and_replaces_them(
    server: NewsServer, tmp_path: Path
) -> None:
    url = server.serve("/feed", feed("Blocks fill"))
    with sample_library(clock=lambda: NOW) as samples:
        samples.home = tmp_path / "data"
        count = samples.total
        async with reading(samples, settings=follow(url)) as reader:
            assert "r brings news" in reader.text("#banner")
            reader.hit("r")
            await reader.wait_for(lambda: reader.app._exit)
            assert reader.app.return_value is True
        assert samples.total == count
    with Library(tmp_path / "data") as news:
        assert news.total == 1


async def test_the_samples_stay_if_no_news_comes(server: NewsServer, tmp_path: Path) -> None:
    with sample_library(clock=lambda: NOW) as samples:
        samples.home = tmp_path / "data"
        async with reading(samples, settings=follow(server.url("/403"))) as reader:
            await reader.press("r")
            assert "1 of 1 source failed · S shows why" in reader.status
            await reader.press("S")
            assert "the server answered 403" in reader.text(SourcesText)


async def test_names_from_outside_are_inert(news: Library, server: NewsServer) -> None:
    followed = Subscription(f"{HOSTILE}\x1b[2J\u202e", server.url("/404"))
    async with reading(news, settings=Settings(subscriptions=(followed,))) as reader:
        await reader.press("r", "S")
        assert isinstance(reader.app.screen, SourcesScreen)
        assert HOSTILE in reader.text(SourcesText)
        assert not {"\x1b", "\u202e"} & set("".join(reader.lines))


async def test_a_long_list_scrolls(news: Library) -> None:
    followed = tuple(Subscription(f"Ledger {n}", f"https://n{n}.example/") for n in range(1, 60))
    settings = Settings(subscriptions=followed)
    async with reading(news, settings=settings, size=(60, 24)) as reader:
        await reader.press("S")
        assert "Ledger 59" not in reader.text(SourcesText)
        await reader.press("G")
        await reader.wait_for(lambda: "Ledger 59" in reader.text(SourcesText))


# In words.


@pytest.mark.parametrize("width", [20, 36, 60, 96])
def test_no_line_is_wider_than_the_box(width: int) -> None:
    followed = [Subscription("Ledger " * 9, "https://news.example/" + "long/" * 30)]
    state = SourceState(
        url=followed[0].url, last_status="gone", last_error="it is gone", next_try=2**32
    )
    rows = entries(followed, {state.url: state}, NOW)
    lines = ["".join(text for text, _ in line) for line in lay_out(rows, True, width)]
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize(
    ("results", "words"),
    [
        ([], "no subscriptions; `cryptoread subscribe URL` adds one"),
        ([SourceResult("A", Status.UNCHANGED)], "nothing new"),
        (
            [SourceResult("A", Status.OK, new=1200), SourceResult("B", Status.OK, new=1)],
            "1,201 new articles from 2 sources",
        ),
        (
            [SourceResult("A", Status.OK, updated=3), SourceResult("B", Status.GONE)],
            "nothing new; 1 of 2 sources failed · S shows why",
        ),
        ([LOST, LOST._replace(name="B", status=Status.PAUSED)], NO_NETWORK),
        (
            [LOST, LOST, SourceResult("A", Status.UNCHANGED, is_local=True)],
            "nothing new; " + NO_NETWORK,
        ),
        (
            [LOST, LOST, SourceResult("A", Status.OK, new=2, is_local=True)],
            f"2 new articles from 1 source; {NO_NETWORK}",
        ),
        ([LOST], "1 of 1 source failed · S shows why"),
        (
            [LOST, SourceResult("B", Status.UNCHANGED)],
            "nothing new; 1 of 2 sources failed · S shows why",
        ),
        (
            [LOST, SourceResult("B", Status.GONE)],
            "2 of 2 sources failed · S shows why",
        ),
    ],
)
def test_the_end_of_a_sync_in_words(results: list[SourceResult], words: str) -> None:
    assert summary(results) == words


# Without a network.


async def test_no_network_is_one_line_in_the_status_and_in_the_sources(
    news: Library,
) -> None:
    gone = [f"http://127.0.0.1:{port}/feed" for port in closed_ports(3)]
    async with reading(news, settings=follow(*gone)) as reader:
        await reader.press("r")
        assert "no network: none of the 3 sources can be reached" in reader.status
        assert not toasts(reader)
        await reader.press("S")
        shown = reader.text(SourcesText)
        assert shown.count("can be reached") == 1
        assert "cannot be reached" not in shown
        assert [f"Ledger {n}" in shown for n in (1, 2, 3)] == [True] * 3
        assert "No network: none of the 3 sources can be reached." in shown


def closed_ports(count: int) -> list[int]:
    """Ports of this machine at which nothing listens."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


# What a sync brought.


async def test_a_closed_group_shows_what_a_sync_brought_until_it_is_opened(
    news: Library, server: NewsServer
) -> None:
    one = server.serve("/one", feed("A first one", "A second one"))
    async with reading(news, settings=follow(one)) as reader:
        await reader.press("r")
        assert "▸ OTHER +2 2/2" in reader.rows
        await reader.press("G", "enter")
        assert "▾ OTHER 2/2" in reader.rows
        await reader.press("h")
        assert "▸ OTHER 2/2" in reader.rows
        server.serve("/one", feed("A first one", "A second one", "A third one"))
        await reader.press("r")
        assert "▸ OTHER +1 3/3" in reader.rows
        await reader.press("r")
        assert "▸ OTHER 3/3" in reader.rows, "the next sync brought nothing"


async def test_a_key_goes_to_what_a_sync_brought_one_after_the_other(
    news: Library, server: NewsServer
) -> None:
    one = server.serve("/one", feed("Blocks fill", "Miners rest"))
    async with reading(news, settings=follow(one)) as reader:
        await reader.press("r")
        assert "2 new (A)" in reader.status
        seen = []
        for _ in range(3):
            await reader.press("A")
            seen.append(reader.cursor)
        assert "Blocks fill" in " ".join(seen)
        assert "Miners rest" in " ".join(seen)
        assert seen[0] == seen[2] != seen[1]
        assert "1 of 2 new in this list" in reader.status
        assert "new (A)" not in reader.status
        await reader.press("1", "A")
        assert "nothing that the last sync brought is in this list" in reader.status


async def test_a_click_on_the_message_goes_to_what_a_sync_brought(
    news: Library, server: NewsServer
) -> None:
    one = server.serve("/one", feed("Blocks fill"))
    async with reading(news, settings=follow(one)) as reader:
        await reader.press("r")
        await reader.click("unread", StatusLine)
        assert "Blocks fill" not in reader.cursor
        await reader.click("1 new (A)", StatusLine)
        assert "Blocks fill" in reader.cursor


# Full texts.


def with_original(news: Library, url: str) -> None:
    bring(news, story(9, "A story with an original", url=url, body="Only a summary."))


async def test_the_full_text_of_an_open_article_appears_where_it_is_being_read(
    news: Library, server: NewsServer
) -> None:
    pytest.importorskip("trafilatura")
    with_original(news, server.serve("/original", page(*LONG), Content_Type="text/html"))
    async with reading(news) as reader:
        await reader.go_to("A story with an original")
        await reader.press("enter", "F")
        assert "The second paragraph goes on" in reader.text(ReadingPane)
        assert "full text: A story with an original" in reader.status
        await reader.press("F")
        assert "the original has no more text" in reader.status


async def test_an_original_that_cannot_be_fetched_is_reported(
    news: Library, server: NewsServer
) -> None:
    pytest.importorskip("trafilatura")
    with_original(news, server.url("/404"))
    async with reading(news) as reader:
        await reader.go_to("A story with an original")
        await reader.press("F")
        assert "! 127.0.0.1: the server answered 404; o opens it" in reader.status
        await reader.go_to("Fees fall")
        await reader.press("F")
        assert "the publisher gave no link" in reader.status


async def test_leaving_waits_for_no_original(news: Library, server: NewsServer) -> None:
    pytest.importorskip("trafilatura")
    held = Held(server, "/original", b"")
    with_original(news, held.url)
    async with reading(news) as reader:
        await reader.go_to("A story with an original")
        reader.hit("F")
        await reader.wait_for(held.asked.is_set)
        originals = reader.screen._originals
        assert originals is not None
        stop = originals._stop
        assert stop is not None
        reader.hit("F")
        await reader.wait_for(lambda: "fetched already" in reader.status)
        reader.hit("q")
        assert await asyncio.to_thread(stop.wait, 5)


async def test_without_the_extra_the_line_says_how_to_get_it(
    news: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.formats.html.full_text.find_spec", lambda _name: None)
    with_original(news, "https://news.example/")
    async with reading(news) as reader:
        await reader.go_to("A story with an original")
        await reader.press("F")
        assert 'pip install "cryptoread[fulltext]"' in reader.status


# Who is first.


def test_who_is_first_is_a_table_at_every_width() -> None:
    rows = [
        Firsts("block_ledger", 1_200, 700, 500, 4.4 * 3600),
        Firsts("[/foo] 名前" * 9, 30, 30, 10, None),
    ]
    assert firsts_lines([], 80) == []
    for width in (20, 36, 60, 110):
        lines = ["".join(text for text, _ in line) for line in firsts_lines(rows, width)]
        assert max(map(cell_len, lines)) <= width
    wide = [line.split() for line in lines[-3:]]
    assert wide[0] == ["source", "stories", "first", "chance", "behind"]
    assert wide[1] == ["block_ledger", "1,200", "58", "%", "42", "%", "4.4", "h"]
    assert wide[2][-5:] == ["100", "%", "33", "%", "–"]


async def test_the_box_of_sources_shows_who_is_first_once_it_is_counted(tmp_path: Path) -> None:
    words = "Larkspur drained forged oracle vaults"
    articles = [
        article(100 * n + later, title=f"{words} {n}", source=source)
        for n in range(1, 32)
        for later, source in ((5, "ledgerpost"), (3, "coinharbour"))
    ]
    with library(tmp_path / "data", articles) as news:
        news.deciding.run()
        async with reading(news) as reader:
            await reader.press("S")
            shown = reader.text(SourcesText)
            assert "First with a story" in shown
            assert re.search(r"ledgerpost +31 +100 % +50 % +–", shown)
            assert re.search(r"coinharbour +31 +0 % +50 % +2.0 h", shown)
