"""Whether list and article stand side by side: what titles and text need decides, not the width."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from reader.config.settings import Settings
from reader.library import Library
from reader.ui.reading.pane import ReadingPane
from reader.ui.sidebar.density import Density, columns_beside_article, usual
from reader.ui.sidebar.widget import Sidebar
from tests.builders import library
from tests.ui.screen import Reading, archive, reading

COMPACT, TWO_LINES, DESCRIBED = Density


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path, archive()) as made:
        yield made


@pytest.mark.parametrize(
    ("columns", "compact", "on_two_lines"),
    [
        (20, None, None),
        (80, None, None),
        (90, None, None),
        (100, None, None),
        (108, None, None),
        (109, None, 44),
        (110, None, 44),
        (112, None, 44),
        (113, 48, 45),
        (120, 48, 48),
        (132, 52, 52),
        (200, 80, 80),
    ],
)
def test_the_list_stands_beside_an_article_where_titles_and_text_can_be_read(
    columns: int, compact: int | None, on_two_lines: int | None
) -> None:
    assert columns_beside_article(columns, COMPACT) == compact
    for density in (TWO_LINES, DESCRIBED, None):
        assert columns_beside_article(columns, density) == on_two_lines


@pytest.mark.parametrize("density", [*Density, None])
def test_a_wider_terminal_never_narrows_list_or_article(density: Density | None) -> None:
    widths = [(columns, columns_beside_article(columns, density)) for columns in range(1, 400)]
    both = [(columns, beside) for columns, beside in widths if beside is not None]
    assert all(beside is None for _, beside in widths[: 399 - len(both)])
    for (before, narrower), (after, wider) in pairwise(both):
        assert narrower <= wider
        assert before - narrower <= after - wider
    assert all(columns - beside >= 65 for columns, beside in both)


@pytest.mark.parametrize("columns", range(60, 200, 7))
def test_a_list_in_its_usual_density_has_the_columns_that_this_density_needs(columns: int) -> None:
    beside = columns_beside_article(columns, None)
    if beside is not None:
        assert columns_beside_article(columns, usual(beside)) == beside


def has_two(reader: Reading) -> bool:
    parts = (reader.screen.query_one(Sidebar), reader.screen.query_one(ReadingPane))
    return all(part.region for part in parts)


async def test_the_key_for_lines_of_a_row_brings_the_second_pane_and_takes_it_away(
    news: Library,
) -> None:
    async with reading(news, size=(112, 30)) as reader:
        await reader.press("J")
        assert not has_two(reader)
        await reader.press("h", "c")
        assert has_two(reader)
        await reader.press("c")
        assert has_two(reader)
        await reader.press("c")
        assert not has_two(reader)
        assert reader.shown(Sidebar)


async def test_an_article_with_the_focus_stays_when_the_second_pane_goes(news: Library) -> None:
    async with reading(news, size=(112, 30), density=Density.DESCRIBED) as reader:
        await reader.press("J", "tab")
        assert has_two(reader)
        await reader.press("c")
        assert not has_two(reader)
        assert reader.shown(ReadingPane)
        await reader.press("tab")
        assert reader.shown(Sidebar)


@pytest.mark.parametrize(("columns", "is_beside"), [(99, False), (100, True), (112, True)])
async def test_a_width_of_the_settings_keeps_two_panes_from_a_hundred_columns_on(
    news: Library, columns: int, is_beside: bool
) -> None:
    settings = Settings(sidebar_width=30, tags="frequent")
    async with reading(news, size=(columns, 30), settings=settings) as reader:
        await reader.press("J")
        assert has_two(reader) == is_beside
        if is_beside:
            assert reader.screen.query_one(Sidebar).outer_size.width == 30


async def test_a_terminal_that_grows_shows_both_and_one_that_shrinks_shows_one(
    news: Library,
) -> None:
    async with reading(news, size=(90, 30), density=None) as reader:
        await reader.press("J")
        assert not has_two(reader)
        await reader.pilot.resize_terminal(110, 30)
        await reader.settle()
        assert has_two(reader)
        await reader.pilot.resize_terminal(100, 30)
        await reader.settle()
        assert not has_two(reader)
