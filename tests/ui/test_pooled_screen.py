"""The screen and the commands through PgBouncer in transaction mode, with few connections."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from operator import attrgetter
from pathlib import Path

import pytest

from reader.cache.engines.postgres.pool import MOST
from reader.library import Library
from reader.query.language import parse
from reader.subscriptions import Subscription
from tests.builders import NOW, article, markdown, put
from tests.news_server import NewsServer, feed
from tests.pooler import pooler
from tests.postgres import join, shared_store
from tests.postgres import server as postgres
from tests.ui.screen import archive, reading
from tests.ui.test_shared_screen import counts

ROOT = Path(__file__).parents[2]

POOL = MOST
"""Connections of PgBouncer to the database: as many as the manual says for each screen."""


@pytest.fixture
def pooled(tmp_path: Path) -> Iterator[str]:
    """The address of an archive with articles, through PgBouncer."""
    address = postgres().new_archive()
    join(tmp_path / "near", address)
    with shared_store(tmp_path / "near", clock=lambda: NOW) as near:
        put(near, archive())
    with pooler(postgres(), POOL) as port:
        yield address.replace(f":{postgres().port}/", f":{port}/")


async def test_a_screen_reads_marks_searches_and_catches_up(pooled: str, tmp_path: Path) -> None:
    join(tmp_path / "far", pooled)
    with Library(tmp_path / "far", clock=lambda: NOW) as library:
        async with reading(library) as reader:
            await reader.press("n", "f", "1", "x")
            await reader.type_in("/is:favourite")
            await reader.settle()
            await reader.press("enter")
            assert reader.status.startswith("0 unread · 1 of")
            await reader.press("x")
            await reader.type_in("/story")
            await reader.press("enter")
            found = counts(reader.status)
            with shared_store(tmp_path / "near", clock=lambda: NOW) as near:
                put(near, [article(500, published=NOW, title="A story of lanterns")])
            reader.screen._look_for_changes()
            await reader.settle()
            assert counts(reader.status) == [number + 1 for number in found]
            await reader.press("M", "u")
            assert counts(reader.status) == [number + 1 for number in found]
            assert "cannot be reached" not in reader.status
            # Nothing is heard through it, and nobody waits for that.
            names = partial(map, attrgetter("name"), threading.enumerate())
            await reader.wait_for(lambda: "listening" not in names())
            assert library.shared is not None
            assert not library.shared.is_heard


def test_news_is_imported_synced_and_listed(
    pooled: str, tmp_path: Path, server: NewsServer
) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    for n in range(30):
        text = markdown(title=f"Lantern {n}", publishedAt=f"2026-03-{n % 28 + 1:02}", tags="[XRP]")
        (folder / f"{n}.en.md").write_text(text)
    command = [sys.executable, "-c", "from reader.main import main; main()", "--data", pooled]
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "share"), "PATH": ""}
    for arguments, said in (
        (["import", str(folder)], "30 new"),
        (["list", "lantern", "tag:xrp"], "Lantern 7"),
        (["doctor"], "can be reached"),
    ):
        done = subprocess.run(
            [*command, *arguments], capture_output=True, text=True, cwd=ROOT, env=home, timeout=120
        )
        assert said in done.stdout + done.stderr
    join(tmp_path / "far", pooled)
    with Library(tmp_path / "far", clock=lambda: NOW) as library:
        library.hold()
        url = server.serve("/feed", feed("Blocks fill", "Blocks are full"))
        assert [each.new for each in library.sync([Subscription("Ledger", url)])] == [2]
        assert len(library.find(parse("lantern"))) == 30
