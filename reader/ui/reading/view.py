"""The view of an article: header and text in one scroll, painted line by line.

What is seen is laid out at once, the rest in slices while nothing else happens. The place on the
top line belongs to the text, not to the line: it survives any number of layouts. What keys, clicks
and searched words do is defined in the class below this one.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from textual.geometry import Size
from textual.reactive import var
from textual.strip import Strip
from textual.timer import Timer

from reader.article import Article
from reader.ui.prose.sectioned_lines import Part, SectionedLines, Spot
from reader.ui.prose.text import Prose
from reader.ui.reading.layout import END, Marks, article_parts, hint_parts, margins
from reader.ui.reading.painting import LinePainter, restyled
from reader.ui.textual_compat.long_view import LongView

if TYPE_CHECKING:
    from reader.cache.insight.telling import Telling

SCREENFUL_S = 0.08
"""How long painting waits for all visible lines before it paints those laid out so far."""

AT_ONCE_S = 0.03
"""How long painting, or a slice that the user waits for, may be delayed by lines not seen yet."""

SLICE_S = 0.006
"""How long a slice may take."""

PAUSE_S = 0.03
"""Pause between slices, in which keys and clicks are handled."""

FIRST_LAYOUT_S = 0.25
"""How long to wait for the first layout; on a terminal of one line it never comes."""

ALL_LAID_OUT_S = 0.6
"""How long to wait for the layout of a long article."""

AHEAD = 5_000
"""Lines that are laid out below those that are seen."""

MOST_IN_ADVANCE = 20_000
"""Lines that are laid out before they are seen, so that no text can fill the memory."""


class ArticleView(LongView, can_focus=True, inherit_bindings=False):
    """Shows an article, or a hint without one."""

    ALLOW_SELECT = True

    column_width: var[int] = var(88, init=False)
    """Maximum cells of a line; the column is in the middle."""

    read: var[bool] = var(False, init=False)
    favourite: var[bool] = var(False, init=False)
    later: var[bool] = var(False, init=False)
    own_tags: "var[tuple[str, ...]]" = var((), init=False)
    """Marks of the article."""

    telling: "var[Telling | None]" = var(None, init=False)
    """Who tells the story of the article, if several sources do."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._article: Article | None = None
        self._prose = Prose("")
        self._now: datetime | None = None
        self._hint = ""
        self._lines = SectionedLines([Part(0, 0, lambda: iter(()))])
        self._width = 0
        """Cells for which the lines were laid out, margins included."""
        self._left = 0
        """Cells of the left margin."""
        self._anchor = 0
        """The place on the top line as the user chose it."""
        self._wish: int | None = None
        """A place to scroll to once it is laid out."""
        self._placing = False
        self._painter = LinePainter(self)
        self._strips: dict[Spot, Strip] = {}
        self._slices: Timer | None = None
        self._has_size = asyncio.Event()
        self._at_rest = asyncio.Event()
        """Set while nothing is laid out or searched in slices."""

    def show(
        self,
        article: Article,
        *,
        read: bool,
        favourite: bool,
        now: datetime,
        position: int = 0,
        telling: "Telling | None" = None,
        later: bool = False,
        own_tags: tuple[str, ...] = (),
    ) -> None:
        """Show the article, scrolled to its earlier `position`. now: aware."""
        self._article, self._prose, self._now = article, Prose(article.body), now
        self.set_reactive(ArticleView.read, read)
        self.set_reactive(ArticleView.favourite, favourite)
        self.set_reactive(ArticleView.telling, telling)
        self.set_reactive(ArticleView.later, later)
        self.set_reactive(ArticleView.own_tags, own_tags)
        self.article_changed()
        self._lay_out(position)

    def show_hint(self, text: str) -> None:
        """Show no article, but plain text in the middle."""
        self._article, self._prose, self._hint = None, Prose(""), text
        self._lay_out(0)

    @property
    def position(self) -> int:
        """Return the place of the top line, the same text at any width; for `show`. 0: the top."""
        return self._anchor

    @property
    def widest_column(self) -> int:
        """Return how many cells of a line the view has room for."""
        return margins(self._seen.width, self._seen.width).width

    @property
    def is_at_end(self) -> bool:
        """Return whether the last line of the article is in view."""
        run = self._lines.run(self._on_top)
        below = round(self.scroll_y) + self._seen.height
        return run.is_to_end and run.first + run.size <= below + 1  # the last line is blank

    async def first_layout(self) -> None:
        """Wait until the size of the view is known, for a moment at most."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._has_size.wait(), FIRST_LAYOUT_S)

    async def laid_out(self) -> None:
        """Wait until the scroll bar is right, for a moment at most: lines are no longer added."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._at_rest.wait(), ALL_LAID_OUT_S)

    # What the class below adds.

    def article_changed(self) -> None:
        """Handle another article, before it is laid out; a hook for subclasses."""

    def layout_began(self) -> None:
        """Handle a new layout of all lines; a hook for subclasses."""

    def lines_added(self, view: Spot, *, is_first: bool, is_completed: bool) -> None:
        """Handle new lines; a hook for subclasses.

        view: the line on top. is_first: these are the first lines.
        """

    def is_searching(self) -> bool:
        """Return whether something in the text is still searched for; a hook for subclasses."""
        return False

    def search_on(self, seconds: float) -> None:
        """Search on for at most `seconds`; a hook for subclasses."""

    def scrolled(self) -> None:
        """Handle a scroll by the user; a hook for subclasses."""

    def with_marks(self, strip: Strip, _index: int) -> Strip:
        """Return the strip of the line of that number with what is marked in it."""
        return strip

    # Layout.

    @property
    def _seen(self) -> Size:
        """Return the width in cells and the height in lines in which the text is seen."""
        return self.scrollable_content_region.size

    def watch_column_width(self) -> None:
        """Lay the article out again, with the same text on top."""
        self._lay_out(self._anchor)

    def watch_read(self) -> None:
        """Lay the header out again with the new mark."""
        self._lay_out(self._anchor)

    def watch_favourite(self) -> None:
        """Lay the header out again with the new mark."""
        self._lay_out(self._anchor)

    def watch_later(self) -> None:
        """Lay the header out again with the new mark."""
        self._lay_out(self._anchor)

    def watch_own_tags(self) -> None:
        """Lay the header out again with the tags."""
        self._lay_out(self._anchor)

    def watch_telling(self) -> None:
        """Lay the header out again with those who tell the story."""
        self._lay_out(self._anchor)

    def on_mount(self) -> None:
        """Make the timer that lays out long articles slice by slice."""
        self._slices = self.set_interval(PAUSE_S, self._lay_out_slice, pause=True)

    def on_resize(self) -> None:
        """Lay out everything if the width has changed, else what came into view."""
        self._has_size.set()
        if self._article is None or self._seen.width != self._width:
            self._lay_out(self._anchor)
        else:
            self._lay_out_more(AT_ONCE_S)

    def _lay_out(self, place: int) -> None:
        """Begin a new layout, with `place` on the top line as soon as it is laid out."""
        self._anchor = self._wish = place
        self._width = self._seen.width
        if not self._width:
            return
        self._left, column = margins(self._width, self.column_width)
        self._strips.clear()
        self._lines = SectionedLines(self._parts(column), self._prose.size)
        self.layout_began()
        self._lay_out_more(AT_ONCE_S)
        if self._wish is not None:
            self._place(0)
        self.refresh()

    def _parts(self, width: int) -> Iterable[Part]:
        if self._article is None or self._now is None:
            return hint_parts(self._hint, width, self._seen.height)
        marks = Marks(self.read, self.favourite, self.telling, self.later, self.own_tags)
        return article_parts(self._article, self._prose, marks, self._now, width)

    def _lay_out_more(self, seconds: float, ahead: int = 0) -> None:
        """Lay out what is seen, a page around it, and `ahead` lines; then scroll to the wish."""
        lines, height = self._lines, self._seen.height
        before, was_complete, was_all_there = lines.laid_out, lines.is_complete, self._is_painted
        view = None if self._wish is None else lines.reach(self._wish, seconds)
        is_granted = view is not None
        if view is None:
            view = self._on_top
        lines.spread(view, height if self._wish == END else 0, height, SCREENFUL_S)
        lines.spread(view, height, 2 * height + ahead, seconds)
        if ahead:
            lines.fill(min(round(self.scroll_y) + ahead, MOST_IN_ADVANCE), seconds)
        self._measure()
        self._stay_at(view, is_granted)
        is_completed = lines.is_complete and not was_complete
        self.lines_added(view, is_first=before == 0, is_completed=is_completed)
        if not was_all_there:
            self.refresh()
        self.go_on_in_slices()

    @property
    def _on_top(self) -> Spot:
        """Return the line on top of the view."""
        return self._lines.spot(round(self.scroll_y))

    @property
    def _is_painted(self) -> bool:
        """Return whether every line that is seen is laid out."""
        top = round(self.scroll_y)
        seen = range(top, min(top + self._seen.height, len(self._lines)))
        return bool(seen) and all(self._lines.get(index) for index in seen)

    @property
    def _is_enough(self) -> bool:
        """Return whether no more lines need to be laid out before the user scrolls."""
        wanted = round(self.scroll_y) + AHEAD
        run = self._lines.run(self._on_top)
        is_below = run.first + run.size >= wanted or run.is_to_end
        return is_below and self._lines.laid_out >= min(wanted, MOST_IN_ADVANCE)

    def _lay_out_slice(self) -> None:
        if self._is_idle and self.is_searching():
            self.search_on(SLICE_S)
            self.go_on_in_slices()
        else:
            self._lay_out_more(SLICE_S if self._wish is None else AT_ONCE_S, AHEAD)

    def go_on_in_slices(self) -> None:
        """Start the timer of slices while there is anything to lay out or search, else stop it."""
        if self._slices:
            is_done = self._is_idle and not self.is_searching()
            (self._slices.pause if is_done else self._slices.resume)()
            (self._at_rest.set if is_done else self._at_rest.clear)()

    @property
    def _is_idle(self) -> bool:
        """Return whether nothing needs to be laid out before the user scrolls."""
        return self._lines.is_complete or (self._wish is None and self._is_enough)

    def _stay_at_top(self, view: Spot) -> None:
        """Keep the line on top after lines were laid out elsewhere."""
        self._measure()
        self._stay_at(view, is_granted=False)

    # Scrolling.

    def _measure(self) -> None:
        """Tell the scroll bar how many lines there are, or how many are expected."""
        if self.virtual_size != (size := Size(self._width, len(self._lines))):
            self._placing = True
            self.virtual_size = size
            self._placing = False

    def _stay_at(self, view: Spot, is_granted: bool) -> None:
        """Keep the same line on top when others were laid out above it, or grant the wish."""
        if is_granted and self._wish is not None:
            self._grant(self._wish)
        elif (line := self._lines.number(view)) != round(self.scroll_y):
            self._place(line)

    def _grant(self, wish: int) -> None:
        self._wish = None
        self._place(self._lines.number(self._lines.spot_of(wish) or self._lines.last()))
        if wish == END:
            self._anchor = self._place_on_top()

    def _go_to(self, wish: int) -> None:
        """Scroll to a place as soon as it is laid out."""
        self._wish = wish
        self._lay_out_more(AT_ONCE_S)

    def _show_line(self, spot: Spot) -> None:
        """Scroll to a line that is laid out, with some of those above it."""
        height = self._seen.height
        self._lines.spread(spot, height, height, SCREENFUL_S)
        self._measure()
        self._scroll_to_line(self._lines.number(spot) - height // 3)

    def _place(self, line: int) -> None:
        """Scroll without forgetting the place that the user chose."""
        self._placing = True
        self._scroll_to_line(line)
        self._placing = False

    def _scroll_to_line(self, line: int) -> None:
        self.scroll_to(y=line, animate=False, force=True)

    def _place_on_top(self) -> int:
        top = min(round(self.scroll_y), len(self._lines) - 1)
        line = self._lines.get(top) if top > 0 else None
        return line.at if line else 0

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Lay out what came into view and note which text is on top."""
        super().watch_scroll_y(old_value, new_value)
        if self._placing or round(old_value) == round(new_value):
            return
        self._wish = None
        self._lay_out_more(AT_ONCE_S)
        self._anchor = self._place_on_top()
        self.scrolled()

    # Painting.

    def notify_style_update(self) -> None:
        """Forget painted lines: the theme has changed."""
        super().notify_style_update()
        self._painter.forget()
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """Return the line with the places of its characters, by which Textual selects text.

        Each segment then has a style of its own, and Rich and Textual cache thousands of them: so
        the view itself is painted by `paint_line`.
        """
        return self.paint_line(y).apply_offsets(0, round(self.scroll_y) + y)

    def paint_line(self, y: int) -> Strip:
        """Return line `y` of the view; blank where nothing is laid out yet."""
        index = round(self.scroll_y) + y
        if self._lines.get(index) is None:
            return Strip.blank(self._width, self.rich_style)
        selection = self.text_selection
        span = selection.get_span(index) if selection else None
        if span is not None:
            return self._strip(index, span)
        spot = self._lines.spot(index)
        if (strip := self._strips.get(spot)) is None:
            if len(self._strips) > AHEAD:
                self._strips.clear()
            strip = self._strips[spot] = self._strip(index)
        return strip

    def _strip(self, index: int, selected: tuple[int, int] | None = None) -> Strip:
        """Return the line with its margins. selected: its first and last character, -1 for all."""
        strip = self.with_marks(self._painter.line(self._lines.get(index), self._left), index)
        if selected:
            look = self.screen.get_component_rich_style("screen--selection")
            strip = restyled(strip, *selected, look)
        return strip.crop_extend(0, self._width, self._painter.base)
