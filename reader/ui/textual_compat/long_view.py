"""Base class of the list and the reading pane: a scroll view that changes length cheaply."""

from rich.color import Color
from rich.style import Style
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip
from textual.widget import Widget

from reader.ui.textual_compat.painted import Painted


class LongView(ScrollView, Painted, inherit_bindings=False):
    """A scroll view with a scroll bar that is always there, and without border or padding.

    In Textual a new virtual size, or a scroll bar that appears, lays out and paints the whole
    screen again, which costs more than the rest of a keystroke. And each line passes through every
    effect that a style sheet can have on a widget, which costs more than making the line.
    """

    virtual_size = Reactive(Size(0, 0), layout=False)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines_painted: dict[int, Strip] = {}
        """Lines in view that have not changed since they were painted, by their place."""
        self.set_reactive(LongView.show_vertical_scrollbar, True)

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """Return the scroll bar, made on the first call."""
        # Private: the scroll bar has no public setter; `Widget.scrollbar_class` would replace it.
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = bar = _Bar(thickness=self.scrollbar_size_vertical)
            bar.display = False  # until it is laid out, as in Textual
            self.app._start_widget(self, bar)  # private: `Widget.mount` is for children only
        return self._vertical_scrollbar

    def watch_virtual_size(self, size: Size) -> None:
        """Fit the scroll bars to the new size without a layout."""
        if self.container_size:  # none before the first layout, which does the same
            # Private: `Widget.refresh(layout=False)` would replace it, if it fitted scroll bars.
            self._scroll_update(size)

    # Private: what `on_resize` changes is painted a second time; else it would replace this.
    def _size_updated(
        self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True
    ) -> bool:
        is_changed = super()._size_updated(size, virtual_size, container_size, layout)
        if is_changed:
            self.size_changed()
        return is_changed

    def size_changed(self) -> None:
        """Adapt to another size before it is painted. Does nothing here."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines as `paint_line` makes them, through the filters of the application."""
        changed = [y for y in crop.line_range if y not in self._lines_painted]
        width, _ = self.outer_size  # the scroll bar lies over the last cells
        lines = [self.paint_line(y).extend_cell_length(width, self.style_of("")) for y in changed]
        strips = filtered(self, lines)
        self._lines_painted |= zip(changed, strips, strict=True)
        return _cropped([self._lines_painted[y] for y in crop.line_range], crop)

    def paint_line(self, y: int) -> Strip:
        """Return a line as it is shown; `render_line` may add metadata to it."""
        return self.render_line(y)

    # Private: `Widget.refresh(*regions)` would replace it, but Textual itself calls this one, too.
    def _set_dirty(self, *regions: Region) -> None:
        super()._set_dirty(*regions)
        if not regions:
            self._lines_painted.clear()
        for region in regions:
            for y in region.line_range:
                self._lines_painted.pop(y, None)


class _Bar(ScrollBar):
    """Textual's scroll bar, painted without the machinery of a Rich console."""

    def render_lines(self, crop: Region) -> list[Strip]:
        render = self.render()
        if not isinstance(render, ScrollBarRender) or not isinstance(render.style, Style):
            return super().render_lines(crop)
        width, height = self.size
        if not height:
            return super().render_lines(crop)
        bar = render.render_bar(
            size=height,
            virtual_size=render.virtual_size,
            window_size=render.window_size,
            position=render.position,
            thickness=width,
            vertical=True,
            back_color=render.style.bgcolor or Color.default(),
            bar_color=render.style.color or Color.default(),
        )
        segments = list(bar.segments)
        # Textual may paint a new region before the size follows, when it lays out for a scroll.
        shown = [segments[min(y, height - 1)] for y in crop.line_range]
        kinds = list(dict.fromkeys(shown))  # the bar consists of a handful
        strips = filtered(self, [Strip([segment], width) for segment in kinds])
        painted = dict(zip(kinds, _cropped(strips, crop), strict=True))
        return [painted[segment] for segment in shown]


def filtered(widget: Widget, strips: list[Strip]) -> list[Strip]:
    """Return the strips after the filters of the application, such as that for NO_COLOR."""
    _, background = widget.background_colors
    for line_filter in widget.get_line_filters():
        strips = [strip.apply_filter(line_filter, background) for strip in strips]
    return strips


def _cropped(strips: list[Strip], crop: Region) -> list[Strip]:
    first, last = crop.column_span
    return [strip.crop(first, last) for strip in strips] if first else strips
