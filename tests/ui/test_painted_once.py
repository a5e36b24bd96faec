"""The first screen is painted when all of it is there, and at once."""

from pathlib import Path

from rich.console import RenderableType
from textual.screen import Screen

from reader.config.settings import Settings
from reader.library import Library
from reader.query.language import Query
from reader.ui.app import CryptoreadApp
from tests.builders import article, library


class Watched(CryptoreadApp):
    """Notes what it paints, as text; a part of the screen is empty."""

    def __init__(self, library: Library) -> None:
        super().__init__(library, Settings(), Query())
        self.painted: list[str] = []

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if renderable is not None:
            rows = getattr(renderable, "strips", ())
            self.painted.append("\n".join("".join(part.text for part in row) for row in rows))
        super()._display(screen, renderable)


async def painted(archive: Library) -> list[str]:
    app = Watched(archive)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
    return app.painted


async def test_the_first_thing_painted_is_the_whole_screen(tmp_path: Path) -> None:
    with library(tmp_path, [article(n) for n in range(1, 4)]) as archive:
        first = (await painted(archive))[0]
    assert "Story 1" in first
    assert "3 unread" in first
    assert "? help" in first


async def test_after_a_visit_it_says_that_nothing_is_new(tmp_path: Path) -> None:
    with library(tmp_path, [article(n) for n in range(1, 4)]) as archive:
        archive.insight.save_visit(archive.insight.present())
        first = (await painted(archive))[0]
    assert "Story 1" in first
    assert "Nothing new since" in first
