"""Two machines that follow the same sources, and fill one archive."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from platform import node

import pytest

from reader.cache.values import slots as widths
from reader.cache.values.slots import WIDTHS
from reader.library import Library
from reader.live import sync
from reader.query.language import parse
from reader.subscriptions import Status, Subscription
from reader.ui.screen.sync import summary
from tests.builders import NOW
from tests.news_server import NewsServer, feed, with_etag
from tests.postgres import join
from tests.postgres import server as postgres

TITLES = [f"Blocks fill in epoch {n}" for n in range(12)]


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[list[Library]]:
    """Libraries of two machines on one archive."""
    address = postgres().new_archive()
    with ExitStack() as at_end:
        made = []
        for name in ("one", "other"):
            join(tmp_path / name, address)
            made.append(at_end.enter_context(Library(tmp_path / name, clock=lambda: NOW)))
        yield made


def titles(library: Library) -> list[str]:
    return sorted(row.title for row in library.rows(library.find(parse(""))))


def test_what_one_machine_has_stored_is_not_new_to_the_other(
    machines: list[Library], server: NewsServer
) -> None:
    url = server.serve("/feed", feed(*TITLES[:5]))
    one, other = machines
    assert [each.new for each in one.sync([Subscription("Ledger", url)])] == [5]
    assert [each.new for each in other.sync([Subscription("The Ledger", url)])] == [0]
    server.serve("/feed", feed(*TITLES[2:7]))
    assert [each.new for each in other.sync([Subscription("The Ledger", url)], force=True)] == [2]
    assert [each.new for each in one.sync([Subscription("Ledger", url)], force=True)] == [0]
    assert titles(one) == titles(other) == sorted(TITLES[:7])


def test_two_machines_that_sync_at_once_store_each_article_once(
    machines: list[Library], server: NewsServer
) -> None:
    urls = [server.serve(f"/{n}", feed(*TITLES, name=f"Feed {n}")) for n in range(3)]
    followed = [Subscription(f"Ledger {n}", url) for n, url in enumerate(urls)]
    with ThreadPoolExecutor(2) as threads:
        done = [threads.submit(machine.sync, followed) for machine in machines]
        new = sum(each.new for results in done for each in results.result())
    assert new == 3 * len(TITLES)
    assert titles(machines[0]) == sorted(3 * TITLES)


def test_news_that_has_no_room_is_asked_for_again_although_the_feed_has_not_changed(
    machines: list[Library], server: NewsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = machines
    monkeypatch.setattr(widths, "WIDTHS", [each._replace(most=8) for each in WIDTHS])
    server.routes["/feed"] = with_etag(feed(*TITLES))
    followed = [Subscription("Ledger", server.url("/feed"))]
    (result,) = one.sync(followed)
    assert (result.new, len(result.refusals)) == (8, 4)
    assert "room for no more articles" in result.refusals[0].reason
    monkeypatch.undo()
    assert [each.new for each in one.sync(followed)] == [4]
    assert titles(one) == sorted(TITLES)
    assert [(each.status, each.new) for each in one.sync(followed)] == [(Status.UNCHANGED, 0)]


def test_a_source_that_another_machine_has_just_asked_is_left_to_it(
    machines: list[Library], server: NewsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = machines
    followed = [Subscription("Ledger", server.serve("/feed", feed(*TITLES[:3])))]
    one.sync(followed)
    server.serve("/feed", feed(*TITLES[:5]))
    asked = len(server.seen)
    [result] = other.sync(followed)
    assert (result.status, result.new, result.status.is_problem) == (Status.LEFT, 0, False)
    assert re.fullmatch(
        rf"Ledger: {re.escape(node())} has just asked it, and has it until \d\d:\d\d", str(result)
    )
    assert summary([result]) == str(result)
    assert len(server.seen) == asked
    assert [each.new for each in one.sync(followed)] == [2]  # its own lease
    server.serve("/feed", feed(*TITLES[:6]))
    assert [each.new for each in other.sync(followed, force=True)] == [1]
    monkeypatch.setattr(sync, "LEASE_S", -1)
    one.sync(followed)
    server.serve("/feed", feed(*TITLES[:7]))
    assert [each.new for each in other.sync(followed)] == [1]


def test_the_state_of_a_source_is_seen_by_every_machine(
    machines: list[Library], server: NewsServer
) -> None:
    one, other = machines
    missing = server.url("/missing")
    one.sync([Subscription("Gone", missing)])
    state = other.source_states()[missing]
    assert state.failures == 1
    assert state.last_error
