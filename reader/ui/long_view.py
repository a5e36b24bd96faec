"""What the list and the reading pane share: views whose length changes without a new layout."""

from rich.color import Color
from rich.style import Style
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip
from textual.widget import Widget

from reader.ui.painted import Painted


class LongView(ScrollView, Painted, inherit_bindings=False):
    """A scroll view with a scroll bar that is always there, and without border or padding.

    In Textual a new virtual size, or a scroll bar that appears, lays the whole screen out and
    paints it again, which takes longer than all else that a keystroke does. And a line goes
    through all that a style sheet can do to a widget, which takes longer than to make it.
    """

    virtual_size = Reactive(Size(0, 0), layout=False)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines_painted: dict[int, Strip] = {}
        """Lines in view that have not changed since they were painted."""
        self.set_reactive(LongView.show_vertical_scrollbar, True)

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = bar = _Bar(thickness=self.scrollbar_size_vertical)
            bar.display = False  # until it is laid out, as in Textual
            self.app._start_widget(self, bar)
        return self._vertical_scrollbar

    def watch_virtual_size(self, size: Size) -> None:
        if self.container_size:  # none before the first layout, which does the same
            self._scroll_update(size)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines as `paint_line` makes them, through the filters of the application."""
        changed = [y for y in crop.line_range if y not in self._lines_painted]
        width, _ = self.outer_size  # the scroll bar lies over the last cells
        lines = [self.paint_line(y).extend_cell_length(width, self.style_of("")) for y in changed]
        strips = filtered(self, lines)
        self._lines_painted |= zip(changed, strips, strict=True)
        return _cropped([self._lines_painted[y] for y in crop.line_range], crop)

    def paint_line(self, y: int) -> Strip:
        """A line as it is shown; `render_line` may say more of it, to whoever asks."""
        return self.render_line(y)

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
        shown = [segments[y] for y in crop.line_range]
        kinds = list(dict.fromkeys(shown))  # a handful, of which the bar is made
        strips = filtered(self, [Strip([segment], width) for segment in kinds])
        painted = dict(zip(kinds, _cropped(strips, crop), strict=True))
        return [painted[segment] for segment in shown]


def filtered(widget: Widget, strips: list[Strip]) -> list[Strip]:
    """Through the filters of the application, such as for NO_COLOR."""
    _, background = widget.background_colors
    for line_filter in widget.get_line_filters():
        strips = [strip.apply_filter(line_filter, background) for strip in strips]
    return strips


def _cropped(strips: list[Strip], crop: Region) -> list[Strip]:
    first, last = crop.column_span
    return [strip.crop(first, last) for strip in strips] if first else strips
