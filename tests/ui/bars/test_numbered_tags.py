"""The tags under the digits: while their counts come late, and when they never come."""

import random
import threading
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from reader.article import Article
from reader.config.settings import Settings
from reader.errors import CacheLocked
from reader.library import Ids, Library, TagCount
from reader.query.language import Query
from reader.ui.bars.chips import MINUS
from reader.ui.bars.digit_tags import DigitTag
from reader.ui.bars.tag_bar import TagBar
from tests.builders import NOW, library
from tests.ui.screen import Reading, archive, reading, story


def many() -> list[Article]:
    """Articles with more tags than are read at once: two of many articles, thousands of few."""
    shuffled = random.Random(7)
    rare = [f"RARE {k}" for k in range(2000)]
    return [
        story(
            n,
            f"Story {n}",
            "POSITIVE" if n % 5 else "NEGATIVE",
            tags=",".join(["EVEN"] * (n % 2 == 0) + ["THIRD"] * (n % 3 == 0))
            + "".join(f",{tag}" for tag in shuffled.sample(rare, 3)),
        )
        for n in range(1, 1001)
    ]


def bar(reader: Reading) -> Sequence[DigitTag]:
    return reader.screen.query_one(TagBar).tags


def as_counted(reader: Reading) -> bool:
    """Whether every digit and count of the bar is what the library says of the filter."""
    ids = reader.library.find(reader.screen.filter)
    counts = {each.tag: each.articles for each in reader.library.tag_counts(ids)}
    shown = {each.tag: each.articles for each in bar(reader)}
    frequent = [each.tag for each in bar(reader) if each.state is None]
    named = {term.value.upper() for term in reader.screen.filter.tags}
    best = [tag for tag in counts if tag not in named][: len(frequent)]
    return frequent == best and all(shown[tag] == counts.get(tag, 0) for tag in shown)


class Counting(Library):
    """Counts tags late, and each time when the test says so."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, clock=lambda: NOW)
        self.is_late = True
        self.waiting: list[threading.Event] = []
        self.ended: list[threading.Event] = []

    def bar_tags(
        self, ids: Ids, named: Collection[str] = (), *, at_once: bool = False
    ) -> list[TagCount] | None:
        if self.is_late and at_once:
            return None
        go, ended = threading.Event(), threading.Event()
        if not self.is_late:
            return super().bar_tags(ids, named, at_once=at_once)
        self.ended.append(ended)
        self.waiting.append(go)
        try:
            assert go.wait(10)
            return super().bar_tags(ids, named)
        finally:
            ended.set()


@pytest.fixture
def late(tmp_path: Path) -> Iterator[Counting]:
    library(tmp_path, archive()).close()
    with Counting(tmp_path) as made:
        made.is_late = False
        yield made
        for go, ended in zip(made.waiting, made.ended, strict=True):
            go.set()
            assert ended.wait(10)


async def pressed(reader: Reading, key: str) -> None:
    """A digit, without waiting for the counts that it asks for."""
    library = reader.library
    assert isinstance(library, Counting)
    before = len(library.waiting)
    reader.hit(key)
    await reader.wait_for(lambda: len(library.waiting) > before)


async def test_digits_in_a_row_on_a_cold_archive_leave_the_bar_as_it_is_counted(
    tmp_path: Path,
) -> None:
    library(tmp_path, many()).close()
    for keys in ("112", "123", "1111", "12x", "1+2", "9L1"):
        with Library(tmp_path, clock=lambda: NOW) as cold:
            async with reading(cold) as reader:
                for key in keys:
                    reader.hit(key)
                await reader.settle()
                await reader.wait_for(partial(as_counted, reader))
                await reader.pilot.press("q")
            assert reader.app.crash is None


async def test_a_digit_cycles_the_tag_that_is_painted_while_counts_come_late(
    late: Counting,
) -> None:
    async with reading(late) as reader:
        late.is_late = True
        await pressed(reader, "1")
        assert reader.filter == "lang:en tag:btc"
        assert "1 +BTC …" in reader.tag_bar
        painted = {each.digit: each.tag for each in bar(reader)}
        await pressed(reader, "1")
        assert reader.filter == "lang:en -tag:btc"
        assert "1 −BTC" in reader.tag_bar
        await pressed(reader, "3")
        assert reader.filter == f"lang:en -tag:btc tag:{painted[3].lower()}"
        assert all(each.articles is None for each in bar(reader))
        late.is_late = False
        for go in late.waiting:
            go.set()
        await reader.settle()
        assert as_counted(reader)


async def test_superseded_counts_never_reach_the_bar(late: Counting) -> None:
    async with reading(late) as reader:
        late.is_late = True
        await pressed(reader, "1")
        await pressed(reader, "2")
        first = late.waiting[0]

        def is_counted() -> bool:
            for go in late.waiting[1:]:
                go.set()
            return all(each.articles is not None for each in bar(reader))

        await reader.wait_for(is_counted)
        shown = bar(reader)
        first.set()
        late.is_late = False
        await reader.settle()
        assert bar(reader) == shown
        assert as_counted(reader)


async def test_immediate_counts_supersede_late_ones(late: Counting) -> None:
    async with reading(late) as reader:
        late.is_late = True
        await pressed(reader, "1")
        late.is_late = False
        reader.hit("x")
        await reader.wait_for(lambda: reader.filter == "lang:en")
        for go in late.waiting:
            go.set()
        await reader.settle()
        assert as_counted(reader)
        assert "1 BTC 4" in reader.tag_bar


async def test_failed_counts_are_reported_and_repeated_with_the_next_filter(
    late: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, at_once: bool = False) -> None:
        if not at_once:
            raise CacheLocked(late.folder / "cache.db")

    async with reading(late) as reader:
        monkeypatch.setattr(late, "bar_tags", locked)
        await reader.press("1")
        assert "is in use by another program" in reader.status
        assert "1 +BTC …" in reader.tag_bar
        monkeypatch.undo()
        await reader.press("1", "1")
        assert reader.filter == "lang:en"
        assert as_counted(reader)


async def test_the_bar_names_the_filter_before_its_words_are_found(
    late: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, find = threading.Event(), late.find

    def slow(query: Query, **how: Any) -> Ids:
        if query.words and how.get("among") is None:
            assert go.wait(10)
        return find(query, **how)

    async with reading(late, "fees") as reader:
        monkeypatch.setattr(late, "find", slow)
        monkeypatch.setattr(late, "finds_at_once", lambda query: not query.words)
        reader.hit("1")
        await reader.wait_for(lambda: "tag:btc" in reader.filter)
        await reader.wait_for(lambda: '"fees" +BTC' in reader.tag_bar)
        go.set()
        await reader.settle()
        assert as_counted(reader)


async def test_the_digits_go_to_tags_that_split_what_is_shown(tmp_path: Path) -> None:
    news = [
        story(n, f"Story {n}", tags=",".join(["ALL"] + ["SOME"] * (n < 5) + ["FEW"] * (n == 7)))
        for n in range(1, 11)
    ]
    with library(tmp_path, news) as made:
        async with reading(made, settings=Settings()) as reader:
            assert reader.tag_bar.endswith("│ 1 SOME 4 2 FEW 1")
            await reader.press("1")
            assert reader.tag_bar.endswith("│ 1 +SOME 4")
            await reader.press("1")
            assert reader.filter == "lang:en -tag:some"
            assert reader.tag_bar.endswith(f"│ 1 {MINUS}SOME 2 FEW 1")
            await reader.press("t")
            picker = " ".join(reader.lines)
            assert "ALL" in picker
            assert "FEW" in picker
        async with reading(made, settings=Settings(tags="frequent")) as reader:
            assert reader.tag_bar.endswith("│ 1 ALL 10 2 SOME 4 3 FEW 1")
