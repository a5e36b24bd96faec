"""What all boxes over the reader share. One file each says what is in the box."""

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.strip import Strip

from reader.config_paths import resource
from reader.ui.failures import Guarded
from reader.ui.long_view import filtered
from reader.ui.repainting import ChangesOnly

_ROOMY = [(0, "-short"), (30, "-tall")]
"""From how many lines on a box may have air."""


class Modal(Guarded, ModalScreen[ScreenResultType]):
    """Brings its own style sheet, which is read when the first box opens: start-up need not pay."""

    VERTICAL_BREAKPOINTS = _ROOMY
    CSS_PATH = resource("styles") / "50-modals.tcss"

    def __init__(self) -> None:
        super().__init__()
        self._compositor = ChangesOnly()
        self._dimmed: dict[Style | None, Style | None] = {}

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._dimmed.clear()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The screen below, dimmed.

        Textual has Rich's console print it for that, which takes longer than all the rest of a box.
        """
        stack = self.app.screen_stack
        below: Screen[object] = stack[stack.index(self) - 1]
        rows = range(crop.y, crop.bottom)
        whole = Region(0, crop.y, below.size.width, crop.height)
        chops = below._compositor._render_chops(whole, rows.__contains__)
        lines = [self._dim(chops[y].values()).crop_extend(crop.x, crop.right, None) for y in rows]
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
