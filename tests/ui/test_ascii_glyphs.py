"""`glyphs = "ascii"`: the screen needs no signs but those of ASCII, and nothing moves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from reader.config.settings import Settings
from reader.library import Library
from reader.ui.sidebar.widget import Sidebar
from reader.ui.textual_compat.ascii_glyphs import GLYPHS
from tests.builders import library
from tests.ui.screen import archive, reading, told_by_several


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    articles = [each for each in (*archive(), *told_by_several()) if each.title.isascii()]
    with library(tmp_path, articles) as made:
        yield made


def test_each_sign_takes_as_many_cells_as_before() -> None:
    for sign, stands in GLYPHS.items():
        assert isinstance(stands, str)
        assert stands.isascii()
        assert cell_len(chr(sign)) == len(stands), chr(sign)


@pytest.mark.parametrize(
    "keys", ["", "1 1", "n", "w", "d", "s s s", "?", "S", "t", "slash x", "n o", "n e", "ctrl+p"]
)
@pytest.mark.parametrize("size", [(80, 24), (160, 40)])
async def test_nothing_but_ascii_is_painted(
    news: Library, keys: str, size: tuple[int, int]
) -> None:
    async with reading(news, settings=Settings(glyphs="ascii"), size=size) as reader:
        await reader.press(*keys.split())
        painted = "\n".join(reader.lines).replace("\xa0", " ")
        assert painted.isascii(), {sign for sign in painted if not sign.isascii()}


async def test_signs_stand_where_they_stood(news: Library) -> None:
    async with reading(news) as reader:
        usual = reader.shown(Sidebar)
        assert usual[0].strip().startswith("▾ ⚑ PINNED")
    async with reading(news, settings=Settings(glyphs="ascii")) as reader:
        assert reader.shown(Sidebar) == [line.translate(GLYPHS) for line in usual]
        assert reader.shown(Sidebar)[0].strip().startswith("- ! PINNED")
