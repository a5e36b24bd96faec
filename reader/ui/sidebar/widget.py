"""The list on the left: what keys and clicks do to its groups and its cursor.

The library decides which articles a group holds, the screen what happens to an opened one.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import ClassVar, Literal

from textual import events
from textual.binding import Binding, BindingType

from reader.article import ArticleId
from reader.i18n import _
from reader.library import Group, Ids
from reader.ui.sidebar.cursor import Moves
from reader.ui.sidebar.neighbours import neighbour
from reader.ui.sidebar.opening import first_opened, opened_for_results
from reader.ui.sidebar.outline import Cursor, Heading, Key, moved
from reader.ui.sidebar.painted_list import PaintedList
from reader.ui.sidebar.row_cache import Fetch

_MOVE = Binding.Group(_("Move"))
_FOLD = Binding.Group(_("Open and close"))
_SELECT = Binding.Group(_("Select"))


def _key(key: str, action: str, group: Binding.Group, id: str, name: str, tooltip: str) -> Binding:
    return Binding(key, action, name, tooltip=tooltip, id=f"sidebar.{id}", group=group)


class Sidebar(PaintedList, inherit_bindings=False):
    """The list that answers keys.

    open_article: shows the article that the user chose; the next key waits until it returns.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("j,down", "move(1)", _MOVE, "down", _("Down"), _("To the next row")),
        _key("k,up", "move(-1)", _MOVE, "up", _("Up"), _("To the previous row")),
        _key("g,home", "top", _MOVE, "top", _("Top"), _("To the first row")),
        _key("G,end", "bottom", _MOVE, "bottom", _("Bottom"), _("To the last row")),
        _key(
            "ctrl+d",
            "page(0.5)",
            _MOVE,
            "half-page-down",
            _("Half page down"),
            _("Half a page down"),
        ),
        _key("ctrl+u", "page(-0.5)", _MOVE, "half-page-up", _("Half page up"), _("Half a page up")),
        _key("pagedown", "page(1)", _MOVE, "page-down", _("Page down"), _("A page down")),
        _key("pageup", "page(-1)", _MOVE, "page-up", _("Page up"), _("A page up")),
        _key(
            "h,left",
            "collapse",
            _FOLD,
            "collapse",
            _("Collapse"),
            _("Close the group, or go to its parent"),
        ),
        _key(
            "l,right",
            "expand",
            _FOLD,
            "expand",
            _("Expand"),
            _("Open the group, then step in; open the article"),
        ),
        _key(
            "enter",
            "open",
            _FOLD,
            "open",
            _("Open"),
            _("Open the article; open or close the group"),
        ),
        _key(
            "backspace",
            "fold",
            _FOLD,
            "fold",
            _("Fold"),
            _("Open or close the group around the cursor"),
        ),
        _key(
            "v",
            "select",
            _SELECT,
            "select",
            _("Select"),
            _("Select the article or the group, or not"),
        ),
        _key(
            "V",
            "select_to",
            _SELECT,
            "select-to-here",
            _("Select to here"),
            _("Select all rows from the last selected"),
        ),
    ]

    def __init__(
        self,
        fetch: Fetch,
        open_article: Callable[[ArticleId], Awaitable[None]],
        *,
        fetch_described: Fetch | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(fetch, fetch_described=fetch_described, now=now, id=id, classes=classes)
        self._show_article = open_article
        self._selected_last: Cursor | None = None
        """Where a row was selected or dropped last."""

    @property
    def rest_of_group(self) -> Ids:
        """Return the articles below the cursor in its group; on a heading, all of the group."""
        cursor, heading = self.cursor, self._heading
        if cursor is None or heading is None:
            return Ids()
        ids = heading.group.ids
        return ids if cursor.article is None else ids.part(ids.place(cursor.article) + 1, len(ids))

    # Selected rows.

    def follow(self, moves: Moves) -> None:
        """Follow articles whose ids have changed."""
        super().follow(moves)
        self._selected_last = moved(self._selected_last, moves)

    def action_select(self) -> None:
        """Select the article or the group under the cursor; drop it if it is selected."""
        cursor = self.cursor
        if cursor is None:
            return
        self._selected_last = cursor
        if cursor.article is None:
            group = self._outline.group(cursor.group)
            self._select(group.ids if group else Ids(), cursor.group)
        else:
            self._select(Ids([cursor.article]), None)

    def _select(self, ids: Ids, whole: Key | None) -> None:
        is_on = whole in self._selected_groups if whole is not None else ids[0] in self.selected
        kept = self.selected - ids if is_on else self.selected | ids
        groups = {whole} if whole is not None and not is_on else set()
        if is_on:  # the group above is no longer selected as a whole
            changed = self.cursor.group if self.cursor else ()
            groups -= {changed[:n] for n in range(len(changed) + 1)}
            self._selected_groups -= {changed[:n] for n in range(len(changed) + 1)}
        self.select(kept, self._selected_groups | groups)

    def action_select_to(self) -> None:
        """Select the articles in the rows from the last selected one to the cursor."""
        if self._selected_last is None or not self.selected:
            self.action_select()
            return
        rows = sorted((self._outline.row(self._selected_last), self._cursor.row))
        ids = self._outline.among(rows[0], rows[1] + 1)
        self.select(self.selected | ids, self._selected_groups)

    def open_first(self) -> None:
        """Open what is pinned, and the largest group down to its articles."""
        self.open_groups = self.open_groups | first_opened(self._outline.groups)

    def go_to_first_article(self) -> None:
        """Put the cursor on the first article that is in a row, if any is."""
        row = self._outline.first_article
        if row is not None:
            self._go(row)

    def open_with_results(self) -> bool:
        """Open groups from the top, so that results show; return whether none is left to open."""
        opened, is_all = opened_for_results(self._outline.groups, self._open)
        self.opened_for_results |= opened - self._open
        self.open_groups = self.open_groups | opened
        return is_all

    def close_results(self) -> None:
        """Close the groups that were opened for results alone."""
        if self.opened_for_results:
            self.open_groups = self.open_groups - self.opened_for_results
            self.opened_for_results.clear()

    @property
    def shows_articles(self) -> bool:
        """Return whether any group is open down to its articles."""
        return self._outline.has_articles

    def holds(self, article: ArticleId) -> bool:
        """Return whether the present answer has the article, in view or not."""
        return bool(self._outline.path(article))

    def group(self, key: Key) -> Group | None:
        """Return the group of that key in the present answer, in view or not."""
        return self._outline.group(key)

    def move_to(self, article: ArticleId) -> bool:
        """Put the cursor on the article and open its groups; return False if no group holds it."""
        path = self._outline.path(article)
        if not path:
            return False
        if closed := {group.key for group in path} - self._open:
            self._open |= closed
            self._brought.see(closed)
            self._lay_out_anew()
        row = self._outline.row(Cursor(group=path[-1].key, article=article))
        line = self._outline.first_line(row)
        if not self.scroll_offset.y <= line < self.scroll_offset.y + self.size.height:
            self._scroll(line - self.size.height // 2)
        self._go(row)
        return True

    def neighbour(
        self,
        article: ArticleId | None,
        step: Literal[1, -1],
        *,
        unread_in: Callable[[Ids], Ids] | None = None,
        else_first: bool = False,
    ) -> ArticleId | None:
        """Return the next (1) or previous (-1) article in list order, open or not; None at the end.

        Counts from `article`; if that is None or not in the list, from the cursor, whose own
        article is the next one, or (else_first) from the top of the list. unread_in: returns the
        unread of a set; only those count.
        """

        def wanted(group: Group) -> Ids:
            if unread_in is None:
                return group.ids
            return unread_in(group.ids) if group.unread else Ids()

        groups = self._outline.groups
        if article is not None and (path := self._outline.path(article)):
            start = Cursor(group=path[-1].key, article=article)
            return neighbour(groups, start, step, wanted)
        if else_first:
            return neighbour(groups, Cursor(group=()), step, wanted)
        if cursor := self.cursor:
            return neighbour(groups, cursor, step, wanted, is_next=True)
        return None

    def action_move(self, rows: int) -> None:
        """Move the cursor down by `rows`; negative: up."""
        self._go(self._cursor.row + rows)

    def action_top(self) -> None:
        """Move the cursor to the first row."""
        self._go(0)

    def action_bottom(self) -> None:
        """Move the cursor to the last row."""
        self._go(self._outline.height - 1)

    def action_page(self, pages: float) -> None:
        """Scroll down by `pages`, with the cursor; negative: up."""
        if not self._outline.height:
            return
        each = self._outline.article_lines
        lines = int(self.size.height * abs(pages)) // each * each or each
        lines = lines if pages > 0 else -lines
        self._scroll(self.scroll_offset.y + lines)
        self._go(self._outline.row_at(self._line_of_cursor + lines))

    async def action_open(self) -> None:
        """Open the article, or fold the group."""
        if not await self._open_article():
            self.action_fold()

    def action_fold(self) -> None:
        """Open or close the group that the cursor is in."""
        if (heading := self._heading) and not heading.group.is_divider:
            self._fold(heading.group.key, is_open=not heading.is_open)

    async def action_expand(self) -> None:
        """Open the article or the group; step into a group that is open."""
        if await self._open_article() or not (heading := self._heading):
            return
        if heading.is_open:
            self.action_move(1)
        else:
            self._fold(heading.group.key, is_open=True)

    def action_collapse(self) -> None:
        """Go to the heading, close its group, then go to the group above."""
        if not (heading := self._heading):
            return
        key = heading.group.key
        if self._cursor.row != heading.row:
            self._go(heading.row)
        elif heading.is_open and not heading.group.is_divider:
            self._fold(key, is_open=False)
        elif heading.depth:
            self._go(self._outline.row(Cursor(group=key[:-1])))

    async def on_click(self, event: events.Click) -> None:
        """Open the clicked article or fold the clicked group."""
        place = event.get_content_offset(self)
        if place is None or self.scroll_offset.y + place.y >= self._outline.lines:
            return
        self._go(self._outline.row_at(self.scroll_offset.y + place.y))
        await self.action_open()

    async def _open_article(self) -> bool:
        cursor = self.cursor
        if not cursor or cursor.article is None:
            return False
        self._cursor.wanted = cursor
        await self._show_article(cursor.article)
        return True

    @property
    def _heading(self) -> Heading | None:
        """Return the heading at or over the cursor; None in an empty list."""
        return self._outline.heading(self._cursor.row) if self._outline.height else None

    def _fold(self, key: Key, *, is_open: bool) -> None:
        """Open or close a group, with the cursor on it and the first of what it holds in view."""
        self.opened_for_results.discard(key)
        if is_open:
            self._open.add(key)
            self._brought.see({key})
        else:
            self._open.discard(key)
        self._lay_out_anew()
        row = self._outline.row(Cursor(group=key))
        if is_open:
            first = self._outline.first_line(row)
            below = min(self._outline.lines - 1, first + self.size.height // 2)
            self._scroll(max(self.scroll_offset.y, below - self.size.height + 1))
        self._go(row)
