"""Base class of the boxes over the main screen. Each box has a module of its own."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.geometry import Region
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.strip import Strip

from reader.config.paths import resource
from reader.ui.textual_compat.compositor import painted_once, painted_rows, repaint_changes_only
from reader.ui.textual_compat.light_screen import Light
from reader.ui.textual_compat.long_view import filtered

_ROOMY = [(0, "-short"), (30, "-tall")]
"""Minimum height of the screen, in lines, for each class of a box."""


class Modal(Light[ScreenResultType], ModalScreen[ScreenResultType]):
    """A box over the main screen, which is dimmed. Open it with `open_box`.

    The style sheet is read when the first box opens, so that start-up does not wait for it.
    """

    VERTICAL_BREAKPOINTS = _ROOMY
    CSS_PATH = resource("styles") / "50-modals.tcss"

    def __init__(self) -> None:
        super().__init__()
        self.compositing = repaint_changes_only(self)
        """Paints it."""
        self._dimmed: dict[Style | None, Style | None] = {}

    def notify_style_update(self) -> None:
        """Forget dimmed strips: the theme has changed."""
        super().notify_style_update()
        self._dimmed.clear()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the screen below, dimmed.

        Textual prints it through Rich's console, which takes longer than painting the box.
        """
        stack = self.app.screen_stack
        below: Screen[object] = stack[stack.index(self) - 1]
        rows = range(crop.y, crop.bottom)
        painted = painted_rows(below, rows)
        lines = [self._dim(row).crop_extend(crop.x, crop.right, None) for row in painted]
        return filtered(self, lines)

    def _dim(self, parts: Iterable[Strip]) -> Strip:
        return Strip(
            Segment(text, self._dim_style(style)) for part in parts for text, style, _ in part
        )

    def _dim_style(self, style: Style | None) -> Style | None:
        if style not in self._dimmed:
            plain = [Segment("", style)]
            color = self.styles.background
            (dimmed,) = BackgroundScreen.process_segments(plain, color)
            self._dimmed[style] = dimmed.style
        return self._dimmed[style]


async def open_box(
    app: App[Any],
    box: Modal[ScreenResultType],
    closed: Callable[[ScreenResultType | None], None] | None = None,
) -> None:
    """Show a box in one picture. closed: called with its result."""
    with painted_once(box, box.compositing):
        await app.push_screen(box, closed)
        await asyncio.sleep(0)  # the widgets have got their sizes: they go first
