"""The view of the list: groups, sub-groups and articles as rows, with a cursor.

Rows are computed from the sizes of the open groups; only those in view are fetched and painted.
Subclasses define how they are painted and what keys do.
"""

from collections.abc import Callable, Container, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import zip_longest
from typing import ClassVar

from textual.geometry import Region, Size, clamp
from textual.message import Message
from textual.reactive import reactive, var

from reader.article import ArticleId, Sentiment
from reader.library import Group, Ids
from reader.ui.sidebar import density
from reader.ui.sidebar.brought import Brought
from reader.ui.sidebar.cursor import ListCursor, Moves, Place
from reader.ui.sidebar.density import Density
from reader.ui.sidebar.outline import Cursor, Heading, Key, Outline, moved
from reader.ui.sidebar.painting import CURSOR, SELECTED, RowPainter
from reader.ui.sidebar.row_cache import Fetch, RowCache
from reader.ui.textual_compat.long_view import LongView


class GroupList(LongView, inherit_bindings=False):
    """A virtual list of groups and articles; its cursor belongs to the article, not to the row.

    fetch: returns the rows of articles; those of fetch_described have their descriptions. now: the
    present instant, aware.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        CURSOR,
        SELECTED,
        "sidebar--favourite",
        "sidebar--flagged",
        "sidebar--group",
        "sidebar--later",
        "sidebar--muted",
        "sidebar--opened",
        "sidebar--unread",
        *(f"sidebar--{sentiment.lower()}" for sentiment in Sentiment),
    }

    ALLOW_SELECT = False

    class SelectionChanged(Message):
        """Other articles are selected."""

    opened_article: var[ArticleId | None] = var(None)
    """The article in the reading pane: its row is marked, wherever the cursor is."""

    show_language = reactive(False)
    """Whether rows name their language: useful if the list has several."""

    show_time = reactive(False)
    """Whether rows show their time even on other days: useful under the heading of a day."""

    def __init__(
        self,
        fetch: Fetch,
        *,
        fetch_described: Fetch | None = None,
        now: Callable[[], datetime],
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._now = now
        self._fetches = {True: fetch_described or fetch, False: fetch}
        """Functions that fetch rows, with descriptions or without."""
        self._rows = RowCache(fetch)
        self._chosen: Density | None = Density.COMPACT
        self._painter = RowPainter(self.style_of)
        self._empty_hint = ""
        self._article_lines = 1
        self._open: set[Key] = set()
        self._brought = Brought()
        self.opened_for_results: set[Key] = set()
        """Open groups that the user has not opened."""
        self._outline = Outline()
        self._cursor = ListCursor()
        self._line: int | None = None
        """Line of the view on which the first layout puts the cursor."""
        self.selected = Ids()
        """The articles that the user has selected; the next marks are about them."""
        self._selected_groups: set[Key] = set()
        """Keys of groups that were selected as a whole, for their headings."""
        self._moves: Moves = {}
        """New ids of articles that the present answer still has under their old ones."""

    # What the screen asks for.

    def show(self, groups: Sequence[Group], *, empty_hint: str = "") -> None:
        """Show another answer; the cursor stays on its article and on its line of the screen.

        empty_hint: plain text that an empty list shows.
        """
        held_row, line = self._held()
        is_cursor_in_view = held_row == self._cursor.row
        held = None if is_cursor_in_view else moved(self._at(held_row), self._moves)
        self._moves = {}
        before = self._in_view()
        self._empty_hint = empty_hint
        self._brought.forget_counts()
        self._lay_out(groups)
        self._selected_groups = self._whole_among(self.selected)
        self._settle()
        new_row = self._outline.row(held, held_row) if held else self._cursor.row
        self._scroll(self._outline.first_line(new_row) - line)
        self._repaint(before)

    def _held(self) -> tuple[int, int]:
        """Return the row that stays on its line of the view, and that line."""
        return self._outline.held(self._cursor.row, self.scroll_offset.y, self.size.height)

    @property
    def held_articles(self) -> set[ArticleId]:
        """Return the articles of the cursor and the top row, which the next answer keeps there."""
        top = self._at(self._outline.row_at(self.scroll_offset.y))
        cursors = (self._cursor.wanted, self.cursor, top)
        return {each.article for each in cursors if each and each.article is not None}

    def select(self, ids: Ids, groups: AbstractSet[Key] = frozenset()) -> None:
        """Select these articles and no others. groups: those whose headings are marked."""
        self.selected, self._selected_groups = ids, set(groups)
        self.refresh()
        self.post_message(self.SelectionChanged())

    def keep_selected(self, among: Ids) -> None:
        """Keep what is selected and still in the list."""
        kept = self.selected & among
        if len(kept) != len(self.selected):
            self.select(kept, self._whole_among(kept))

    def _whole_among(self, selected: Ids) -> set[Key]:
        """Return those of the selected groups that are still selected as a whole."""
        found = map(self._outline.group, self._selected_groups)
        return {group.key for group in found if group and not group.ids.bits - selected.bits}

    def follow(self, moves: Moves) -> None:
        """Follow articles whose ids have changed; call `show` next.

        moves: the new ids of `held_articles` and of selected ones.
        """
        self._moves = moves
        self._cursor.follow(moves)
        if self.selected:
            was = [id for id in moves if id in self.selected]
            now = [id for id in map(moves.get, was) if id is not None]
            self.selected = (self.selected - Ids(was)) | Ids(now)

    def show_brought(self, articles: Sequence[ArticleId]) -> None:
        """Show in closed groups how many of these they hold, until they are opened."""
        self._brought = Brought(articles, self._open)
        self.refresh()

    def _new_in(self, heading: Heading) -> int:
        return self._brought.count(heading.group, is_open=heading.is_open)

    def refresh_rows(self, changed: Container[ArticleId] | None = None) -> None:
        """Fetch these articles or (None) all again: read or favourite has changed."""
        before = self._in_view()
        self._rows.forget(changed)
        self._repaint(before)

    @property
    def cursor(self) -> Cursor | None:
        """Return where the cursor is; None in an empty list.

        Setting it opens nothing: a cursor in a closed group is on that group.
        """
        return self._cursor.at(self._outline)

    @cursor.setter
    def cursor(self, cursor: Cursor) -> None:
        self._cursor.wanted = cursor
        self._settle()
        self._reveal()

    @property
    def line(self) -> int:
        """Return the line of the view with the cursor; outside the view if scrolled away."""
        return self._line_of_cursor - round(self.scroll_offset.y)

    @line.setter
    def line(self, line: int) -> None:
        if self.size:
            self._scroll(self._line_of_cursor - line)
        else:
            self._line = line

    @property
    def _line_of_cursor(self) -> int:
        return self._outline.first_line(self._cursor.row)

    @property
    def density(self) -> Density:
        """Return what rows show at present."""
        return self._chosen or density.usual(self._width)

    @property
    def chosen_density(self) -> Density | None:
        """Return what rows show, as the user chose it."""
        return self._chosen

    def choose_density(self, chosen: Density | None) -> None:
        """Show this of each row; None: what the width is usually good for."""
        was = self.density
        self._chosen = chosen
        if self.density is not was:
            self._rows.fetch_by(self._fetches[self.density is Density.DESCRIBED])
            if self.size:
                self._fit_lines()

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    def _fit_lines(self) -> None:
        """Give articles the lines that the density takes at this width; hold a row in its place."""
        self._painter.forget()
        lines = density.lines_of(self.density, self._width)
        if lines == self._outline.article_lines:
            self.refresh()
            return
        row, line = self._held()
        self._article_lines = lines
        self._lay_out_anew()
        self._scroll(self._outline.first_line(row) - line)
        self._reveal()

    @property
    def open_groups(self) -> AbstractSet[Key]:
        """Return the keys of open groups, shown at present or not. Setting them does not scroll."""
        return frozenset(self._open)

    @open_groups.setter
    def open_groups(self, keys: AbstractSet[Key]) -> None:
        self._open = set(keys)
        self._lay_out_anew()
        self._settle()

    @property
    def place(self) -> Place:
        """Return the state of the list. Setting it restores the list where the rows still exist."""
        return self._cursor.place(self.open_groups, self.scroll_offset.y)

    @place.setter
    def place(self, place: Place) -> None:
        self._open = set(place.open_groups)
        self.opened_for_results &= self._open
        self._cursor.put_back(place)
        self._lay_out_anew()
        self._settle()
        self._scroll(place.top)

    def size_changed(self) -> None:
        """Keep the cursor in view."""
        for kept in (self._rows, self._painter):
            kept.grow(2 * self.size.height)
        if self.size:
            self._fit_lines()
        if self._line is not None and self.size:
            self._scroll(self._line_of_cursor - self._line)
            self._line = None
        self._reveal()

    def watch_opened_article(self, old: ArticleId | None, new: ArticleId | None) -> None:
        """Repaint the rows of the closed and the opened article."""
        for article in (old, new):
            if article is not None:
                self._refresh_row(self._outline.row(Cursor(group=(), article=article)))

    # The cursor and the rows in view.

    @property
    def articles_in_view(self) -> list[ArticleId]:
        """Return the articles whose rows are in view."""
        rows = self._rows_in_view
        return self._outline.articles(rows.start, rows.stop)

    @property
    def _rows_in_view(self) -> range:
        """Return the rows with a line in view."""
        top = self.scroll_offset.y
        return self._outline.rows_on(top, top + self.size.height)

    def _lines_in_view(self, row: int) -> range:
        """Return those lines of the view that the row takes."""
        lines, top = self._outline.lines_of(row), self.scroll_offset.y
        return range(max(lines.start - top, 0), min(lines.stop - top, self.size.height))

    def _refresh_row(self, row: int) -> None:
        lines = self._outline.lines_of(row)
        self.refresh_lines(lines.start, len(lines))

    def _at(self, row: int) -> Cursor | None:
        return self._outline.cursor(row) if row < self._outline.height else None

    def _lay_out(self, groups: Sequence[Group]) -> None:
        self._outline = Outline(groups, self._open, self._article_lines)
        self.virtual_size = Size(1, self._outline.lines)

    def _lay_out_anew(self) -> None:
        self._lay_out(self._outline.groups)
        self.refresh()

    def _in_view(self) -> tuple[int, list[object]]:
        """Return the line at the top of the view, and what each line in view says."""
        says: list[object] = []
        for row in self._rows_in_view:
            heading = self._outline.heading(row)
            group = heading.group
            if row == heading.row:
                says.append(
                    (group.key, group.unread, group.articles, heading.is_open, group.counts)
                )
            else:
                article = group.ids[row - heading.row - 1]
                says += [self._rows.get(article) or article] * len(self._lines_in_view(row))
        return self.scroll_offset.y, says

    def _repaint(self, before: tuple[int, list[object]]) -> None:
        """Repaint changed lines only: opening an article changes three rows."""
        self._fetch_in_view()
        (old_top, old), (top, new) = before, self._in_view()
        if top != old_top or not old or not new:
            self.refresh()
            return
        pairs = enumerate(zip_longest(old, new))
        if changed := [y for y, (was, now) in pairs if was != now]:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def _fetch_in_view(self) -> None:
        self._rows.need(self.articles_in_view)

    def _go(self, row: int) -> None:
        """Move the cursor to a row, or to the nearest one."""
        if not self._outline.height:
            return
        self._cursor.wanted = self._outline.cursor(clamp(row, 0, self._outline.height - 1))
        self._settle()
        self._reveal()

    def _settle(self) -> None:
        """Put the cursor on the wanted row."""
        self._refresh_row(self._cursor.row)
        self._cursor.settle(self._outline)
        self._refresh_row(self._cursor.row)

    def _reveal(self) -> None:
        """Scroll as little as brings the cursor into view."""
        lines = self._outline.lines_of(self._cursor.row)
        least = min(lines.stop - self.size.height, lines.start)
        self._scroll(clamp(self.scroll_offset.y, least, lines.start))

    def _scroll(self, top: int) -> None:
        """Bring a line to the top of the view, as far as the list allows."""
        if self.size:  # none before the first layout, which reveals the cursor
            self.scroll_to(y=clamp(top, 0, self.max_scroll_y), animate=False, force=True)
