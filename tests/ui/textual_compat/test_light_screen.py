"""The first screen shows what Textual would have prepared for it."""

from pathlib import Path

from textual.widgets._toast import Toast

from tests.builders import library
from tests.ui.screen import archive, reading


async def test_a_toast_is_shown_on_the_first_screen(tmp_path: Path) -> None:
    with library(tmp_path / "data", archive()) as news:
        async with reading(news) as reader:
            reader.app.notify("sources are ready", markup=False)
            await reader.wait_for(lambda: "sources are ready" in "".join(reader.lines))
            assert len(reader.screen.query(Toast)) == 1
            reader.app.notify("and another one", markup=False)
            await reader.wait_for(lambda: "and another one" in "".join(reader.lines))


async def test_a_toast_of_a_box_stays_when_the_box_is_closed(tmp_path: Path) -> None:
    with library(tmp_path / "data", archive()) as news:
        async with reading(news) as reader:
            await reader.press("?")
            reader.app.notify("said over the help", markup=False)
            await reader.wait_for(lambda: len(reader.app.screen.query(Toast)) == 1)
            await reader.press("escape")
            assert reader.app.screen is reader.screen
            await reader.wait_for(lambda: len(reader.screen.query(Toast)) == 1)
