"""The painting of the list: what each line of the view shows.

A subclass defines what keys do.
"""

from collections.abc import Iterator
from datetime import datetime

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from reader.ui.sidebar.composing import Shown, lines_of_article, shows_clock, when
from reader.ui.sidebar.group_list import GroupList
from reader.ui.sidebar.painting import CURSOR, SELECTION_MARK
from reader.ui.sidebar.rows import Line, heading_parts


class PaintedList(GroupList, inherit_bindings=False):
    """The list as it is painted."""

    _composed: "dict[int, list[Line]] | None" = None
    """The lines of each article, by row, while all that are in view are painted."""

    def notify_style_update(self) -> None:
        """Forget painted rows: the theme has changed."""
        super().notify_style_update()
        self._painter.forget()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Fetch all rows in view at once, then render them."""
        self._fetch_in_view()
        self._painter.fit(self.scrollable_content_region.width)
        self._composed = {}
        try:
            return super().render_lines(crop)
        finally:
            self._composed = None

    def render_line(self, y: int) -> Strip:
        """Return the line of a heading or article at `y` of what is in view."""
        line = self.scroll_offset.y + y
        if not self._outline.height:
            return self._painter.hint(self._empty_hint, y, self.size.height)
        if line >= self._outline.lines:
            return self._painter.blank()
        row = self._outline.row_at(line)
        heading, has_cursor = self._outline.heading(row), row == self._cursor.row
        if row == heading.row:
            mark = SELECTION_MARK if heading.group.key in self._selected_groups else (" ", "")
            parts = heading_parts(heading, mark, self._new_in(heading))
            return self._painter.row(*parts, has_cursor=has_cursor)
        article = heading.group.ids[row - heading.row - 1]
        mark = ("▌", "sidebar--opened") if article == self.opened_article else (" ", "")
        mark = SELECTION_MARK if article in self.selected else mark
        known = self._rows.get(article)
        if known is None:
            return self._painter.row((mark,), ("", ""), (), has_cursor=has_cursor)
        lines = None if self._composed is None else self._composed.get(row)
        if lines is None:
            lines, _ = lines_of_article(known, heading, mark, self._shown)
            if self._composed is not None:
                self._composed[row] = lines
        part = lines[line - self._outline.first_line(row)]
        return self._painter.row(*part, has_cursor=has_cursor)

    @property
    def _shown(self) -> Shown:
        return Shown(
            language=self.show_language,
            time=self.show_time,
            now=self._now().timestamp(),
            width=self._width,
            lines=self._outline.article_lines,
        )

    def times_in_view(self) -> Iterator[tuple[int, datetime, int]]:
        """Yield line, instant and cells of each time in view that is another text on other days."""
        shown = self._shown
        for row in self._rows_in_view:
            heading = self._outline.heading(row)
            if row == heading.row or shows_clock(heading, shown):
                continue
            known = self._rows.get(heading.group.ids[row - heading.row - 1])
            if known is None:
                continue
            _, line = lines_of_article(known, heading, ("", ""), shown)
            line += self._outline.first_line(row) - self.scroll_offset.y
            if 0 <= line < self.size.height:
                yield line, known.published, len(when(known, heading, shown))

    def _component_style(self, name: str) -> Style:
        style = super()._component_style(name)
        if name == CURSOR and not self.has_focus:
            # Its background alone, so that the row keeps its colours.
            return style.without_color + Style(bgcolor=style.bgcolor)
        return style
