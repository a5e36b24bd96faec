"""The few connections of one program to a shared archive."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from reader.cache.engines.postgres import pool
from reader.cache.marks.kinds import Mark
from reader.cache.values.cancel import Cancel
from reader.errors import CacheGone
from reader.query.language import Term, parse
from tests.builders import NOW, article, put
from tests.postgres import join, server, shared_store
from tests.unit.cache.test_shared_archive import titles


@pytest.fixture
def stores(tmp_path: Path) -> Any:
    """The store of a screen, and that of another writer."""
    address = server().new_archive()
    for name in ("screen", "other"):
        join(tmp_path / name, address)
    with (
        shared_store(tmp_path / "screen", clock=lambda: NOW) as screen,
        shared_store(tmp_path / "other", clock=lambda: NOW) as other,
    ):
        put(other, [article(n, tags=(f"T{n % 3}",)) for n in range(30)])
        screen.session.hold()
        yield screen, other


def opened(store: Any) -> int:
    """How many connections it has, as the server counts them."""
    database = store.engine.archive.address.parameters["dbname"]
    find = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND application_name = %s"
    with psycopg.connect(server().address()) as db:
        row = db.execute(find, (database, "cryptoread")).fetchone()
    assert row is not None
    return int(row[0])


def test_searches_marks_and_changes_at_once_share_three_connections(stores: Any) -> None:
    screen, other = stores
    held = opened(other)

    def search(place: int) -> None:
        for n in range(15):
            query = parse(f"story {n + place}")
            screen.questions.find(query, NOW)
            screen.questions.recent(parse("story"), NOW, 5)

    def mark(_place: int) -> None:
        for n in range(15):
            ids = screen.questions.find(parse(f"tag:t{n % 3}"), NOW)
            screen.marking.mark(ids, Mark.READ, n % 2 == 0, "changed")

    def move(_place: int) -> None:
        for n in range(15):
            put(other, [article(100 + n, published=NOW)])
            screen.session.prepare(parse(f"story {n}"))
            screen.session.catch_up()

    work: list[Callable[[int], None]] = [search, search, search, search, mark, move, move]
    with ThreadPoolExecutor(len(work)) as threads:
        running = [threads.submit(each, place) for place, each in enumerate(work)]
        most = 0
        while not all(each.done() for each in running):
            most = max(most, opened(screen))
        for each in running:
            each.result()
    assert most - held <= pool.MOST
    screen.session.prepare(parse(""))
    screen.session.catch_up()
    assert len(titles(screen, "story")) == 45


def test_a_search_of_a_moment_that_is_over_waits_for_nothing(stores: Any) -> None:
    screen, other = stores
    leased = []
    for n in range(pool.MOST):  # each keeps the connection of its moment
        with screen.session.lock:
            leased.append(screen.session.lease())
        put(other, [article(100 + n, published=NOW)])
        if n < pool.MOST - 1:
            assert screen.session.prepare(parse(""))
            screen.session.catch_up()
    for n, held in enumerate(leased):
        with screen.session.searching(held) as (view, words):
            assert len(words.ids(Term(None, "story"), view, Cancel())) == 30 + n
    assert screen.session.prepare(parse(""))


def test_a_search_may_begin_when_its_moment_is_over(stores: Any) -> None:
    screen, other = stores
    with screen.session.lock:
        held = screen.session.lease()
    with screen.session.searching(held) as (view, words):
        put(other, [article(100, published=NOW)])
        assert screen.session.prepare(parse(""))
        screen.session.catch_up()
        assert len(words.ids(Term(None, "story"), view, Cancel())) == 30


def test_a_program_that_waits_too_long_for_a_connection_says_so(
    stores: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen, _ = stores
    monkeypatch.setattr(pool, "LOCK_S", 0.05)
    shared = screen.engine.archive
    lent = [shared.pool.lend() for _ in range(pool.MOST - 1)]
    with pytest.raises(CacheGone, match="all of its 3 connections are in use"):
        shared.begin()
    for each in lent:
        shared.pool.give_back(each)
    assert not screen.session.prepare(parse(""))


def test_a_search_that_was_cancelled_leaves_a_connection_that_can_be_used(stores: Any) -> None:
    screen, _ = stores
    asleep = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND query LIKE '%%sleep(9)%%'"
    for _ in range(3):
        with screen.session.lock:
            held = screen.session.lease()
        cancel = Cancel()
        with screen.session.searching(held) as (view, _words), ThreadPoolExecutor(1) as beside:
            view.db.execute("SELECT 1")  # begins its transaction

            def interrupt(pid: int, cancel: Cancel) -> None:
                with psycopg.connect(server().address(), autocommit=True) as db:
                    while not db.execute(asleep, (pid,)).fetchone():
                        pass
                cancel.cancel()

            beside.submit(interrupt, view.db.info.backend_pid, cancel)
            guarding = cancel.guarding(partial(view.db.cancel_safe, timeout=5))
            with pytest.raises(psycopg.errors.QueryCanceled), guarding:
                view.db.execute("SELECT pg_sleep(9)")
    assert len(titles(screen, "story 7")) == 1
