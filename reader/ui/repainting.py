"""What of the screen is painted again when something on it changes.

Textual renders every widget within the bounding box of all changes. Where a key changes the first
line, the last line and some between, that is the whole screen.
"""

from collections.abc import Collection

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.widget import Widget


class ChangesOnly(Compositor):
    """A compositor whose partial updates render only those widgets that a change touches."""

    _changed: Collection[Region] = ()

    def render_partial_update(self) -> ChopsUpdate | None:
        _ = self.cuts  # worked out when they are asked for, from all that is visible
        self._changed = tuple(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._changed = ()

    @property
    def visible_widgets(self) -> dict[Widget, tuple[Region, Region]]:
        """Regions and clips; while an update is rendered, those that it touches."""
        visible = super().visible_widgets
        if not self._changed:
            return visible
        return {
            widget: (region, clip)
            for widget, (region, clip) in visible.items()
            if any(region.overlaps(changed) for changed in self._changed)
        }
