"""Repaint only the widgets that a change touches, and read what a screen has painted.

Textual renders every widget within the bounding box of all changes. Where a key changes the first
line, the last line and some between, that is the whole screen.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import RenderableType

# Private: the compositor cannot be chosen; a public `Screen.compositor_class` would replace it.
from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from reader.ui.textual_compat.failures import Guarded


class Covered(Guarded, Widget, inherit_bindings=False):
    """A container that its children cover: its own cells are never seen."""

    BLANK = True


class ChangesOnly(Compositor):
    """A compositor whose partial updates render only those widgets that a change touches."""

    _changed: Collection[Region] = ()

    is_held = False
    """Whether nothing is painted."""

    is_covered = False
    """Whether the terminal shows a picture of the screen that was kept."""

    def render_update(
        self,
        full: bool = False,
        screen_stack: list[Screen[Any]] | None = None,
        simplify: bool = False,
    ) -> RenderableType | None:
        """Return what is to be painted, None while painting is held."""
        return None if self.is_held else super().render_update(full, screen_stack, simplify)

    def release(self, screen: Screen[Any], *, but: str) -> None:
        """Paint the screen, and from now on every change.

        but: id of a widget that is not painted over a picture that was kept.
        """
        self.is_held = False
        if not self.is_covered:
            paint_whole(screen, self)
            return
        self._dirty_regions.clear()  # private: as in `render_partial_update`
        for widget in screen.walk_children():
            if widget.id != but:
                widget.refresh()

    def render_partial_update(self) -> ChopsUpdate | None:
        """Return the changed cells of the screen, None if nothing changed."""
        _ = self.cuts  # computed when first read, from all visible widgets
        # Private: `Compositor.render_partial_update(regions)` would replace it.
        self._changed = tuple(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._changed = ()

    @property
    def visible_widgets(self) -> dict[Widget, tuple[Region, Region]]:
        """Return regions and clips; while an update is rendered, those that it touches."""
        visible = super().visible_widgets
        if not self._changed:
            return visible
        return {
            widget: (region, clip)
            for widget, (region, clip) in visible.items()
            if any(region.overlaps(changed) for changed in self._changed)
            and not isinstance(widget, Covered)
        }


def repaint_changes_only(screen: Screen[Any], *, is_held: bool = False) -> ChangesOnly:
    """Let a new screen render only the widgets that a change touches; return what does so.

    is_held: whether to paint nothing until `release`.
    """
    # Private: Textual makes its own compositor; `Screen.compositor_class` would replace it.
    screen._compositor = compositor = ChangesOnly()
    compositor.is_held = is_held
    return compositor


@contextmanager
def painted_once(screen: Screen[Any], compositing: ChangesOnly) -> Iterator[None]:
    """Paint nothing of a new screen within, and all of it at the end.

    Textual paints it five times, some a sixtieth of a second apart. compositing: that of the
    screen.
    """
    compositing.is_held = True
    try:
        yield
    finally:
        screen._refresh_layout()  # private: a public `Screen.paint` would replace it
        compositing.is_held = False
        paint_whole(screen, compositing)


def paint_whole(screen: Screen[Any], compositing: ChangesOnly) -> None:
    """Paint all of a screen as it is laid out, at once. compositing: that of the screen."""
    if not screen.is_current:
        screen.refresh()
        return
    # Private, as are the next: a public `Screen.paint` would replace them.
    below = screen.app._background_screens
    for each in (screen, *below):
        each._repaint_required = False
        each._dirty_widgets.clear()
    screen.app._display(screen, compositing.render_update(full=True, screen_stack=below))


def painted_rows(screen: Screen[Any], rows: range) -> list[list[Strip]]:
    """Return the strips of each row of a screen, left to right, whatever covers it."""
    region = Region(0, rows.start, screen.size.width, len(rows))
    # Private: a public `Screen.render_lines` that includes the widgets would replace it.
    chops = screen._compositor._render_chops(region, rows.__contains__)
    return [list(chops[y].values()) for y in rows]
