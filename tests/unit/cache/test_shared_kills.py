"""A shared archive whose server, or whose writers, are killed at any moment."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any

import pytest

from reader.cache.engines.postgres.address import parse
from reader.cache.engines.postgres.setup import init
from reader.errors import CacheGone
from reader.library import Library
from reader.query.language import parse as query
from tests.builders import NOW, article, markdown, put
from tests.news_server import NewsServer, feed
from tests.postgres import Server, join, running, server, shared_store
from tests.ui.screen import archive, reading
from tests.ui.test_shared_screen import counts, look
from tests.unit.cache.test_shared_archive import check_whole, titles

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def mortal() -> Iterator[Server]:
    """A server whose commits are on disk when it says so, and which may be killed."""
    server()  # skips where there can be none
    with running(synchronous_commit="on") as started:
        yield started


@pytest.fixture
def address(mortal: Server) -> str:
    address = mortal.new_database()
    init(parse(address))
    return address


def user(folder: Path, address: str) -> Any:
    join(folder, address)
    return shared_store(folder, clock=lambda: NOW)


def kill(server: Server) -> None:
    """Stop it as a power cut does, and start it again, which recovers from its log."""
    server.stop(signal.SIGQUIT)
    server.start()


class Writer(Thread):
    """Stores articles, five at a time, until the server is gone. `stored`: what was committed."""

    def __init__(self, store: Any, first: int) -> None:
        super().__init__()
        self.store = store
        self.first = first
        self.stored = 0
        self.said = ""
        self.moved = Event()

    def run(self) -> None:
        try:
            while True:
                put(self.store, some(self.first + self.stored))
                self.stored += 5
                self.moved.set()
        except CacheGone as error:
            self.said = str(error)
        finally:
            self.store.session.release()


def some(first: int) -> list[Any]:
    return [article(n, published=NOW, title=f"Story {n}") for n in range(first, first + 5)]


def test_what_was_stored_outlives_the_server_and_nothing_is_stored_twice(
    mortal: Server, address: str, tmp_path: Path
) -> None:
    random = Random(15)
    with user(tmp_path / "writer", address) as store:
        first = 0
        for _ in range(3):
            writer = Writer(store, first)
            writer.start()
            for _ in range(random.randrange(1, 5)):
                writer.moved.wait()
                writer.moved.clear()
            mortal.stop(signal.SIGQUIT)
            writer.join()
            mortal.start()
            assert "cannot be reached: " in writer.said
            first += writer.stored
            there = len(titles(store))
            assert there in (first, first + 5)  # the last may be stored, and not be told of
            assert put(store, some(first)) == ["new" if there == first else "unchanged"] * 5
            first += 5
        assert sorted(titles(store)) == sorted(f"Story {n}" for n in range(first))
        check_whole(store)


def test_an_import_that_loses_the_server_says_so_and_goes_on_where_it_was(
    mortal: Server, address: str, tmp_path: Path
) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    for n in range(40):
        text = markdown(title=f"Story {n}", publishedAt=f"2026-03-{n % 28 + 1:02}")
        (folder / f"{n}.en.md").write_text(text)
    join(tmp_path / "importer", address)
    with Library(tmp_path / "importer", clock=lambda: NOW) as library:
        killed = False

        def at_once(_done: int, _of: int | None) -> None:
            nonlocal killed
            if not killed:
                killed = True
                mortal.stop(signal.SIGQUIT)

        with pytest.raises(CacheGone, match="cannot be reached"):
            library.bring_in([folder], on_progress=at_once)
        mortal.start()
        library.bring_in([folder])
        assert len(library.find(query("story"))) == 40
        with user(tmp_path / "importer", address) as store:
            check_whole(store)


def test_a_sync_that_repeats_outlives_the_server(
    mortal: Server, address: str, tmp_path: Path, server: NewsServer
) -> None:
    url = server.serve("/feed", feed("Blocks fill"))
    (tmp_path / "config.toml").write_text(f'[subscriptions]\nLedger = "{url}"\n')
    environ = {
        **os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "share"),
        "CRYPTOREAD_CONFIG": str(tmp_path / "config.toml"),
    }  # fmt: skip
    program = subprocess.Popen(
        [sys.executable, "-c", "from reader.main import main; main()", "--data", address,
         "sync", "--watch", "0.001"],
        stderr=subprocess.PIPE, text=True, env=environ, cwd=tmp_path,
    )  # fmt: skip
    with program:
        assert program.stderr is not None
        wait_for(program, "1 new")
        mortal.stop(signal.SIGQUIT)
        wait_for(program, "cannot be reached")
        server.serve("/feed", feed("Blocks fill", "Blocks are full"))
        mortal.start()
        wait_for(program, "1 new")
        program.send_signal(signal.SIGTERM)
        program.stderr.read()
        assert program.wait(60) == 0
    with user(tmp_path / "reader", address) as store:
        assert sorted(titles(store)) == ["Blocks are full", "Blocks fill"]


def wait_for(program: "subprocess.Popen[str]", words: str) -> None:
    """Read what it says until a line has the words."""
    assert program.stderr is not None
    assert any(words in line for line in program.stderr), words


async def test_a_screen_outlives_the_server(mortal: Server, address: str, tmp_path: Path) -> None:
    with user(tmp_path / "other", address) as other:
        put(other, archive())
        join(tmp_path / "reader", address)
        with Library(tmp_path / "reader", clock=lambda: NOW) as library:
            async with reading(library) as reader:
                rows, before = reader.rows, reader.status
                mortal.stop(signal.SIGQUIT)
                await look(reader)
                await look(reader)
                assert "cannot be reached" in reader.status
                assert reader.rows == rows
                await reader.press("j", "k", "1", "x")
                assert reader.rows == rows
                mortal.start()
                put(other, [article(500, published=NOW, title="Lanterns are lit")])
                await look(reader)
                await look(reader)
                assert "can be reached again" in reader.status
                await reader.press("n", "x")
                found = [n + 1 for n in counts(before)]
                assert counts(reader.status) == [found[0] - 1, *found[1:]]
                assert len({*reader.rows}) == len(reader.rows)


_WRITER = """
import sys
from pathlib import Path
from tests.builders import NOW, put
from tests.unit.cache.test_shared_kills import some
from reader.cache.opened import open_store
first = int(sys.argv[2])
with open_store(Path(sys.argv[1]), clock=lambda: NOW) as store:
    while True:
        put(store, some(first))
        first += 5
        print(first, flush=True)
"""


def test_writers_that_are_killed_at_any_moment_leave_all_or_nothing(tmp_path: Path) -> None:
    random = Random(15)
    address = server().new_archive()
    join(tmp_path / "killed", address)
    first = 0
    with user(tmp_path / "reader", address) as store:
        for _ in range(3):
            program = subprocess.Popen(
                [sys.executable, "-c", _WRITER, tmp_path / "killed", str(first)],
                stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": "."},
            )  # fmt: skip
            with program:
                assert program.stdout is not None
                told = [int(program.stdout.readline()) for _ in range(random.randrange(1, 6))]
                program.send_signal(signal.SIGKILL)
                told += [int(line) for line in program.stdout if line.endswith("\n")]
            with store.engine.transaction():  # waits for the server to notice
                pass
            found = len(titles(store))
            assert found % 5 == 0
            assert found >= max(told)
            first = found
        assert sorted(titles(store)) == sorted(f"Story {n}" for n in range(first))
        check_whole(store)
