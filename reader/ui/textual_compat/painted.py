"""Base class of widgets that paint their own lines, with cached component styles."""

from typing import Any

from rich.style import Style
from textual.widget import Widget

from reader.ui.textual_compat.failures import Guarded


class Painted(Guarded, Widget, inherit_bindings=False):
    """Caches its styles until the theme, the focus or the style sheets change.

    Textual computes them for every paint, which takes longer than the painting.
    """

    def __init__(self, *children: Widget, **options: Any) -> None:
        super().__init__(*children, **options)
        self._styles: dict[str, Style] = {}

    def notify_style_update(self) -> None:
        """Forget styles: the theme has changed."""
        super().notify_style_update()
        self._styles.clear()

    def style_of(self, name: str) -> Style:
        """Return the style of a component class, or (empty) the widget's own."""
        style = self._styles.get(name)
        if style is None:
            style = self._styles[name] = self._component_style(name)
        return style

    def _component_style(self, name: str) -> Style:
        return self.get_component_rich_style(name) if name else self.rich_style
