"""Hold painting back while the terminal shows the kept picture of the first screen.

Meanwhile everything is laid out and answered as usual. The screen then paints all of itself once:
the same picture, unless a key has changed it.
"""

from typing import Any

from rich.console import RenderableType
from textual.app import ReturnType
from textual.screen import Screen

from reader.ui.textual_compat.failures import GuardedApp


class CoveredApp(GuardedApp[ReturnType]):
    """An application that paints when it is told to."""

    is_covered = False
    """Whether painting is held back."""

    # Private: `App.batch_update` holds back the layout, too; a public hook for painting would do.
    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if not self.is_covered:
            super()._display(screen, renderable)

    def uncover(self) -> None:
        """Paint the whole screen next, and from now on every change."""
        if self.is_covered:
            self.is_covered = False
            self.screen.refresh()
