"""The screen on a shared archive: the same keys, other writers, and a connection that is lost."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reader.library import RECENT, Library
from reader.query.language import parse
from reader.ui.screen.finder import Finder
from tests.builders import NOW, article, put
from tests.counting_proxy import Proxy, proxy
from tests.postgres import join, server, shared_store
from tests.ui.screen import Reading, archive, reading


@pytest.fixture
def far(tmp_path: Path) -> Iterator[tuple[Library, Proxy, Path]]:
    """A library through a proxy, and the folder of another user."""
    address = server().new_archive()
    join(tmp_path / "other", address)
    with shared_store(tmp_path / "other", clock=lambda: NOW) as other:
        put(other, archive())
    with proxy(server().port) as between:
        join(tmp_path / "far", address.replace(str(server().port), str(between.port)))
        with Library(tmp_path / "far", clock=lambda: NOW) as library:
            yield library, between, tmp_path / "other"


def counts(status: str) -> list[int]:
    """The numbers of the status line: unread, found, all."""
    return [int(number) for number in re.findall(r"\d+", status)][:3]


async def look(reader: Reading) -> None:
    reader.screen._look_for_changes()
    await reader.settle()


async def test_articles_are_filtered_opened_and_marked(far: tuple[Library, Proxy, Path]) -> None:
    async with reading(far[0]) as reader:
        before = reader.status
        await reader.press("n", "f", "1")
        await look(reader)
        assert "tag:" in reader.filter
        assert reader.status != before
        await reader.press("x")
        await reader.type_in("/is:favourite")
        await reader.settle()
        await reader.press("enter")
        assert reader.status.startswith("0 unread · 1 of")


async def test_what_another_writer_brings_is_shown_within_a_look(
    far: tuple[Library, Proxy, Path],
) -> None:
    async with reading(far[0]) as reader:
        before = reader.status
        with shared_store(far[2], clock=lambda: NOW) as other:
            put(other, [article(500, published=NOW, title="Lanterns are lit")])
        await look(reader)
        assert counts(reader.status) == [count + 1 for count in counts(before)]


async def test_a_lost_connection_is_said_and_comes_back_by_itself(
    far: tuple[Library, Proxy, Path],
) -> None:
    library, between, folder = far
    async with reading(library) as reader:
        rows, before = reader.rows, reader.status
        between.is_refusing = True
        between.cut()
        await look(reader)
        await look(reader)
        assert "cannot be reached" in reader.status
        assert reader.rows == rows
        with shared_store(folder, clock=lambda: NOW) as other:
            put(other, [article(501, published=NOW, title="Lanterns are lit")])
        between.is_refusing = False
        await look(reader)
        await look(reader)
        assert "can be reached again" in reader.status
        await reader.press("n")
        assert counts(reader.status) == [counts(before)[0], *(n + 1 for n in counts(before)[1:])]


class Slow(Library):
    """A library whose whole answers wait until `may_end` is set."""

    may_end = threading.Event()

    def find(self, *query: Any, **how: Any) -> Any:
        if not how.get("among"):
            self.may_end.wait(60)
        return super().find(*query, **how)


async def test_the_newest_of_many_that_match_are_shown_before_all_are_found(tmp_path: Path) -> None:
    join(tmp_path, server().new_archive(tmp_path))
    with Slow(tmp_path, clock=lambda: NOW) as library:
        made = [article(n) for n in range(RECENT + 9)]
        made[-2:] = [article(n, body="A lantern is lit.") for n in (RECENT + 7, RECENT + 8)]
        put(library._store, made)
        library.may_end.set()
        finder = Finder(library)
        await finder.prepare(parse(""))
        library.may_end.clear()
        found = []
        async for answer in finder.answers(parse('"lantern is"')):
            found.append((len(answer.ids), answer.is_whole))
            if answer.ids:
                library.may_end.set()
        finder.close()
    assert found == [(0, False), (2, False), (2, True)]
