"""The view of the list: groups, sub-groups and articles as rows, with a cursor.

Rows are computed from the sizes of the open groups; only those in view are fetched and painted.
A subclass defines what keys do.
"""

from collections.abc import Callable, Container, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import zip_longest
from typing import ClassVar

from rich.style import Style
from textual.geometry import Region, Size, clamp
from textual.message import Message
from textual.reactive import reactive, var
from textual.strip import Strip

from reader.ages import short_age
from reader.article import ArticleId, Row, Sentiment
from reader.library import PINNED, Group, Ids
from reader.ui.sidebar.cursor import ListCursor, Moves, Place
from reader.ui.sidebar.outline import Cursor, Heading, Key, Outline, moved
from reader.ui.sidebar.painting import CURSOR, SELECTED, SELECTION_MARK, RowPainter
from reader.ui.sidebar.row_cache import Fetch, RowCache
from reader.ui.sidebar.rows import article_parts, heading_parts, hour
from reader.ui.textual_compat.long_view import LongView


class GroupList(LongView, inherit_bindings=False):
    """A virtual list of groups and articles; its cursor belongs to the article, not to the row.

    fetch: returns the rows of articles. now: the instant from which ages are counted, aware.
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
    """Whether rows show the hour: useful under the heading of a day."""

    def __init__(
        self,
        fetch: Fetch,
        *,
        now: Callable[[], datetime],
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._now = now
        self._rows = RowCache(fetch)
        self._painter = RowPainter(self.style_of)
        self._empty_hint = ""
        self._open: set[Key] = set()
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
        top, row = self.scroll_offset.y, self._cursor.row
        is_cursor_in_view = top <= row < top + self.size.height
        held_row = row if is_cursor_in_view else top
        held = None if is_cursor_in_view else moved(self._at(held_row), self._moves)
        self._moves = {}
        before = self._in_view()
        self._empty_hint = empty_hint
        self._lay_out(groups)
        self._selected_groups = self._whole_among(self.selected)
        self._settle()
        new_row = self._outline.row(held, held_row) if held else self._cursor.row
        self._scroll(new_row - held_row + top)
        self._repaint(before)

    @property
    def held_articles(self) -> set[ArticleId]:
        """Return the articles of the cursor and the top row, which the next answer keeps there."""
        cursors = (self._cursor.wanted, self.cursor, self._at(self.scroll_offset.y))
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
        return self._cursor.row - round(self.scroll_offset.y)

    @line.setter
    def line(self, line: int) -> None:
        if self.size:
            self._scroll(self._cursor.row - line)
        else:
            self._line = line

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
        if self._line is not None and self.size:
            self._scroll(self._cursor.row - self._line)
            self._line = None
        self._reveal()

    def watch_opened_article(self, old: ArticleId | None, new: ArticleId | None) -> None:
        """Repaint the rows of the closed and the opened article."""
        for article in (old, new):
            if article is not None:
                self.refresh_line(self._outline.row(Cursor(group=(), article=article)))

    # The cursor and the rows in view.

    @property
    def articles_in_view(self) -> list[ArticleId]:
        """Return the articles whose rows are in view."""
        top = self.scroll_offset.y
        return self._outline.articles(top, top + self.size.height)

    def _at(self, row: int) -> Cursor | None:
        return self._outline.cursor(row) if row < self._outline.height else None

    def _lay_out(self, groups: Sequence[Group]) -> None:
        self._outline = Outline(groups, self._open)
        self.virtual_size = Size(1, self._outline.height)

    def _lay_out_anew(self) -> None:
        self._lay_out(self._outline.groups)
        self.refresh()

    def _in_view(self) -> tuple[int, list[object]]:
        """Return the row at the top of the view, and what each row in view says."""
        top = self.scroll_offset.y
        says: list[object] = []
        for row in range(top, min(top + self.size.height, self._outline.height)):
            heading = self._outline.heading(row)
            group = heading.group
            if row == heading.row:
                says.append((group.key, group.unread, group.articles, heading.is_open))
            else:
                article = group.ids[row - heading.row - 1]
                says.append(self._rows.get(article) or article)
        return top, says

    def _repaint(self, before: tuple[int, list[object]]) -> None:
        """Repaint changed rows only: opening an article changes three of them."""
        self._fetch_in_view()
        (old_top, old), (top, new) = before, self._in_view()
        if top != old_top or not old or not new:
            self.refresh()
            return
        pairs = enumerate(zip_longest(old, new))
        if changed := [y for y, (was, now) in pairs if was != now]:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def _fetch_in_view(self) -> None:
        top = self.scroll_offset.y
        self._rows.need(self._outline.articles(top, top + self.size.height))

    def _go(self, row: int) -> None:
        """Move the cursor to a row, or to the nearest one."""
        if not self._outline.height:
            return
        self._cursor.wanted = self._outline.cursor(clamp(row, 0, self._outline.height - 1))
        self._settle()
        self._reveal()

    def _settle(self) -> None:
        """Put the cursor on the wanted row."""
        self.refresh_line(self._cursor.row)
        self._cursor.settle(self._outline)
        self.refresh_line(self._cursor.row)

    def _reveal(self) -> None:
        """Scroll as little as brings the cursor into view."""
        row = self._cursor.row
        self._scroll(clamp(self.scroll_offset.y, row - self.size.height + 1, row))

    def _scroll(self, top: int) -> None:
        """Bring a row to the top of the view, as far as the list allows."""
        if self.size:  # none before the first layout, which reveals the cursor
            self.scroll_to(y=clamp(top, 0, self.max_scroll_y), animate=False, force=True)

    # Painting.

    def notify_style_update(self) -> None:
        """Forget painted rows: the theme has changed."""
        super().notify_style_update()
        self._painter.forget()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Fetch all rows in view at once, then render them."""
        self._fetch_in_view()
        self._painter.fit(self.scrollable_content_region.width)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Return the heading or article at `y` of what is in view."""
        row = self.scroll_offset.y + y
        if not self._outline.height:
            return self._painter.hint(self._empty_hint, y, self.size.height)
        if row >= self._outline.height:
            return self._painter.blank()
        heading, has_cursor = self._outline.heading(row), row == self._cursor.row
        if row == heading.row:
            mark = SELECTION_MARK if heading.group.key in self._selected_groups else (" ", "")
            return self._painter.row(*heading_parts(heading, mark), has_cursor=has_cursor)
        article = heading.group.ids[row - heading.row - 1]
        mark = ("▌", "sidebar--opened") if article == self.opened_article else (" ", "")
        mark = SELECTION_MARK if article in self.selected else mark
        known = self._rows.get(article)
        if known is None:
            return self._painter.row((mark,), ("", ""), (), has_cursor=has_cursor)
        when, language = self._when(known, heading), self.show_language
        parts = article_parts(known, heading, mark, when=when, show_language=language)
        return self._painter.row(*parts, has_cursor=has_cursor)

    def ages_in_view(self) -> Iterator[tuple[int, datetime]]:
        """Yield the line of each article in view whose age is shown, and when it was published."""
        top = self.scroll_offset.y
        for line in range(min(self.size.height, self._outline.height - top)):
            heading = self._outline.heading(top + line)
            if top + line > heading.row and not self._shows_hour(heading):
                article = heading.group.ids[top + line - heading.row - 1]
                if (row := self._rows.get(article)) is not None:
                    yield line, row.published

    def _shows_hour(self, heading: Heading) -> bool:
        return self.show_time and heading.group.key != (PINNED,)

    def _when(self, row: Row, heading: Heading) -> str:
        if self._shows_hour(heading):
            return hour(row.published)
        return short_age(row.published.timestamp(), self._now().timestamp())

    def _component_style(self, name: str) -> Style:
        style = super()._component_style(name)
        if name == CURSOR and not self.has_focus:
            # Its background alone, so that the row keeps its colours.
            return style.without_color + Style(bgcolor=style.bgcolor)
        return style
