"""The screen on a shared archive: the same keys, other writers, and a connection that is lost."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reader.cache.marks.kinds import Mark
from reader.library import RECENT, Library
from reader.query.language import Query, parse
from reader.ui.screen import catching_up
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


async def test_a_change_is_shown_when_the_archive_tells_of_it(
    far: tuple[Library, Proxy, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "HEARD_S", 3600)
    library = far[0]
    async with reading(library) as reader:
        assert library.shared is not None
        await reader.wait_for(lambda: library.shared and library.shared.is_heard)
        await reader.settle()
        found = counts(reader.status)
        with shared_store(far[2], clock=lambda: NOW) as other:
            for n in range(3):
                put(other, [article(500 + n, published=NOW, title="Lanterns are lit")])
                found = [count + 1 for count in found]
                await reader.wait_for(lambda: counts(reader.status) == found)  # noqa: B023


async def test_the_archive_is_asked_rarely_while_it_tells_of_changes(
    far: tuple[Library, Proxy, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each second of the screen's clock looks; that of this test passes without waiting."""
    monkeypatch.setattr(catching_up, "HEARD_S", 3600)
    library = far[0]
    prepare, looks = library.prepare, []

    def counted(query: Query) -> bool:
        looks.append(query)
        return prepare(query)

    async with reading(library) as reader:
        await reader.wait_for(lambda: library.shared and library.shared.is_heard)
        await look(reader)
        monkeypatch.setattr(library, "prepare", counted)
        for _ in range(20):
            reader.screen._look_now_and_then()
            await reader.settle()
        assert not looks
        monkeypatch.setattr(catching_up, "HEARD_S", 0)
        reader.screen._look_now_and_then()
        await reader.settle()
        assert looks


async def test_marks_of_another_screen_are_seen_without_the_archive_telling(
    far: tuple[Library, Proxy, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "HEARD_S", 3600)
    library = far[0]
    async with reading(library) as reader:
        await reader.wait_for(lambda: library.shared and library.shared.is_heard)
        unread, *others = counts(reader.status)
        with Library(library.folder, clock=lambda: NOW) as other:
            other.mark(other.find(parse("lang:en is:unread")), Mark.READ, True, "read")
        reader.screen._look_now_and_then()
        await reader.settle()
        assert unread
        assert counts(reader.status) == [0, *others]


async def test_keys_show_what_is_there_while_the_network_stands_still(
    far: tuple[Library, Proxy, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.cache.engines.postgres.moments.ANSWER_S", 0.2)
    library, between, _ = far
    async with reading(library) as reader:
        await reader.wait_for(lambda: library.shared and library.shared.is_heard)
        rows = reader.rows
        between.is_silent = True
        await reader.press("enter")  # an article that was not read yet
        assert "cannot be reached" in reader.status
        assert reader.screen._article.article is None
        await reader.press("j", "k", "1", "x")
        assert [row.strip("▌ •") for row in reader.rows] == [row.strip("▌ •") for row in rows]
        between.is_silent = False
        await look(reader)
        await look(reader)
        await reader.press("n")
        assert reader.screen._article.article is not None


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
