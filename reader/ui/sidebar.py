"""The list on the left: groups, sub-groups and articles as one virtual list.

Rows are counted, never collected: a row is painted from the sizes of the open groups and from the
few articles that are in view. Which articles a group holds is the library's decision, what becomes
of an opened one the screen's.
"""

from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from itertools import zip_longest
from time import monotonic
from typing import ClassVar, Literal, NamedTuple, Self

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.content import Content
from textual.geometry import Region, Size, clamp
from textual.message import Message
from textual.reactive import reactive, var
from textual.strip import Strip

from reader.article import ArticleId, Row, Sentiment
from reader.library import PINNED, Group, Ids
from reader.ui.cells import fit
from reader.ui.list_rows import Part, Parts, age, article_parts, heading_parts, hour, joined
from reader.ui.long_view import LongView
from reader.ui.outline import Cursor, Heading, Key, Outline, moved

_ROWS_KEPT = 128
"""Of those that are not in view, too; more where more are in view."""


RESULTS_SHOWN = 10_000
"""Articles of a search from which on no further group is opened: counting below it takes long."""

OPENING_S = 0.005
"""How long a key may wait for groups that are opened."""

_MOVE = Binding.Group("Move")
_FOLD = Binding.Group("Open and close")


def _key(key: str, action: str, group: Binding.Group, name: str, tooltip: str) -> Binding:
    id = f"sidebar.{name.lower().replace(' ', '-')}"
    return Binding(key, action, name, tooltip=tooltip, id=id, group=group)


class Place(NamedTuple):
    """How a list stands: what is open, the cursor, and the row on top.

    wanted: what the cursor comes back to. stand_in: where it stood while the list did not have
    that; where the list has neither, it stands at `row`.
    """

    open_groups: AbstractSet[Key]
    wanted: Cursor | None
    stand_in: Cursor | None
    row: int
    top: int

    @property
    def articles(self) -> set[ArticleId]:
        """Those that the cursor may come back to."""
        cursors = (self.wanted, self.stand_in)
        return {each.article for each in cursors if each and each.article is not None}

    def followed(self, moves: Mapping[ArticleId, ArticleId | None]) -> Self:
        """The same place after ids of articles have changed."""
        return self._replace(wanted=moved(self.wanted, moves), stand_in=moved(self.stand_in, moves))


class Sidebar(LongView, inherit_bindings=False):
    """The virtual list of groups and articles, with a cursor that belongs to the article.

    `fetch` gives the rows of a few articles, in any order; one that is gone is left out.
    `open_article` shows the article that the reader chose; the next key waits until it is there.
    `now` gives the instant from which ages are counted, aware.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "sidebar--cursor",
        "sidebar--favourite",
        "sidebar--flagged",
        "sidebar--group",
        "sidebar--muted",
        "sidebar--opened",
        "sidebar--unread",
        *(f"sidebar--{sentiment.lower()}" for sentiment in Sentiment),
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("j,down", "move(1)", _MOVE, "Down", "To the next row"),
        _key("k,up", "move(-1)", _MOVE, "Up", "To the previous row"),
        _key("g,home", "top", _MOVE, "Top", "To the first row"),
        _key("G,end", "bottom", _MOVE, "Bottom", "To the last row"),
        _key("ctrl+d", "page(0.5)", _MOVE, "Half page down", "Half a page down"),
        _key("ctrl+u", "page(-0.5)", _MOVE, "Half page up", "Half a page up"),
        _key("pagedown", "page(1)", _MOVE, "Page down", "A page down"),
        _key("pageup", "page(-1)", _MOVE, "Page up", "A page up"),
        _key("h,left", "collapse", _FOLD, "Collapse", "Close the group, or go to the one around"),
        _key(
            "l,right", "expand", _FOLD, "Expand", "Open the group, then step in; open the article"
        ),
        _key("enter", "open", _FOLD, "Open", "Open the article; open or close the group"),
        _key("space", "fold", _FOLD, "Fold", "Open or close the group around the cursor"),
    ]

    ALLOW_SELECT = False

    opened_article: var[ArticleId | None] = var(None)
    """The article in the reading pane: its row is marked, wherever the cursor is."""

    show_language = reactive(False)
    """Whether rows name their language: of use where the list holds several."""

    show_time = reactive(False)
    """Whether rows tell the hour, of use where the day stands over them."""

    class CursorMoved(Message):
        """The cursor stands elsewhere, by a key or by a new answer; None in an empty list."""

        def __init__(self, cursor: Cursor | None) -> None:
            self.cursor = cursor
            super().__init__()

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Sidebar.CursorMoved)

    class GroupsChanged(Message):
        """The reader opened or closed groups: `Sidebar.open_groups` has changed."""

    def __init__(
        self,
        fetch: Callable[[Sequence[ArticleId]], Sequence[Row]],
        open_article: Callable[[ArticleId], Awaitable[None]],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._fetch = fetch
        self._show_article = open_article
        self._now = now
        self._known: LRUCache[ArticleId, Row] = LRUCache(_ROWS_KEPT)
        self._groups: Sequence[Group] = ()
        self._empty_hint = ""
        self._open: set[Key] = set()
        self.opened_for_results: set[Key] = set()
        """Open groups that the user has not opened."""
        self._outline = Outline()
        self._width = 0
        self._strips: LRUCache[tuple[Parts, Part, Parts, bool], Strip] = LRUCache(_ROWS_KEPT)
        self._row = 0
        self._line: int | None = None
        """Of the view, on which the cursor is wanted in the first layout."""
        self._wanted: Cursor | None = None
        """What the reader chose last: the cursor comes back to it when an answer has it again."""
        self._stand_in: Cursor | None = None
        """Where the cursor was put last: it stays there while no answer has what is wanted."""
        self._told: Cursor | None = None
        self._moves: Mapping[ArticleId, ArticleId | None] = {}
        """New ids of articles that the present answer still has under their old ones."""

    # What the screen asks for.

    def show(self, groups: Sequence[Group], *, empty_hint: str = "") -> None:
        """Show another answer; the cursor stays on its article and on its line of the screen.

        `empty_hint` is what an empty list says, as plain text.
        """
        top = self.scroll_offset.y
        is_cursor_in_view = top <= self._row < top + self.size.height
        held_row = self._row if is_cursor_in_view else top
        held = None if is_cursor_in_view else moved(self._at(held_row), self._moves)
        self._moves = {}
        before = self._in_view()
        self._groups, self._empty_hint = groups, empty_hint
        self._lay_out()
        self._settle()
        new_row = self._outline.row(held, held_row) if held else self._row
        self._scroll(new_row - held_row + top)
        self._repaint(before)

    @property
    def held_articles(self) -> set[ArticleId]:
        """The articles of the cursor and of the row on top, which the next answer keeps there."""
        cursors = (self._wanted, self.cursor, self._at(self.scroll_offset.y))
        return {each.article for each in cursors if each and each.article is not None}

    def follow(self, moves: Mapping[ArticleId, ArticleId | None]) -> None:
        """Ids of articles have changed; `show` is told next which articles there are.

        moves: the new ids of `held_articles`, None for one that is gone.
        """
        self._moves = moves
        self._wanted = moved(self._wanted, moves)
        self._stand_in = moved(self._stand_in, moves)

    def refresh_rows(self, changed: Container[ArticleId] | None = None) -> None:
        """Ask anew for these articles or (None) all: read or favourite is not what it was."""
        before = self._in_view()
        for article in list(self._known.keys()):
            if changed is None or article in changed:
                self._known.discard(article)
        self._repaint(before)

    @property
    def cursor(self) -> Cursor | None:
        """Where the cursor stands; None in an empty list.

        Setting it opens nothing: a cursor in a closed group stands on that group.
        """
        return self._at(self._row)

    @cursor.setter
    def cursor(self, cursor: Cursor) -> None:
        self._wanted = cursor
        self._settle()
        self._reveal()

    @property
    def line(self) -> int:
        """The line of the view that the cursor stands on; beyond it where it is out of view."""
        return self._row - round(self.scroll_offset.y)

    @line.setter
    def line(self, line: int) -> None:
        if self.size:
            self._scroll(self._row - line)
        else:
            self._line = line

    @property
    def open_groups(self) -> AbstractSet[Key]:
        """Keys of the open groups, shown at present or not. Setting them does not scroll."""
        return frozenset(self._open)

    @open_groups.setter
    def open_groups(self, keys: AbstractSet[Key]) -> None:
        self._open = set(keys)
        self._lay_out_anew()
        self._settle()

    @property
    def place(self) -> "Place":
        """How the list stands. Setting it puts the list back, as far as it shows the same."""
        top = self.scroll_offset.y
        return Place(self.open_groups, self._wanted, self._stand_in, self._row, top)

    @place.setter
    def place(self, place: "Place") -> None:
        self._open = set(place.open_groups)
        self.opened_for_results &= self._open
        self._wanted, self._stand_in, self._row = place.wanted, place.stand_in, place.row
        self._lay_out_anew()
        self._settle()
        self._scroll(place.top)

    def open_first(self) -> None:
        """Open what is pinned, and the largest group down to its articles."""
        opened: set[Key] = set()
        for group in self._groups:
            opened.add(group.key)
            if group.key == (PINNED,):
                continue
            opened |= {child.key for child in group.children[:1]}
            break
        self.open_groups = self.open_groups | opened

    def open_with_results(self) -> bool:
        """Open groups down to their articles from the top on; whether all were opened.

        Until so many articles are shown. Counting below a group may have to read it: no more is
        opened than a key can wait for, at least one group.
        """
        opened: set[Key] = set()
        left, end, is_all = RESULTS_SHOWN, monotonic() + OPENING_S, True
        for group in self._groups:
            if left <= 0:
                break
            if group.key not in self._open and opened - self._open and monotonic() > end:
                is_all = False
                break
            opened |= {group.key, *(child.key for child in group.children)}
            left -= len(group.ids)
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
        """Whether any group is open down to its articles."""
        return self._outline.has_articles

    def holds(self, article: ArticleId) -> bool:
        """Whether the article is in the present answer, in view or not."""
        return bool(self._outline.path(article))

    def group(self, key: Key) -> Group | None:
        """The group of that key in the present answer, in view or not."""
        found, groups = None, self._groups
        for depth in range(1, len(key) + 1):
            found = next((group for group in groups if group.key == key[:depth]), None)
            groups = found.children if found else ()
        return found

    def move_to(self, article: ArticleId) -> bool:
        """Put the cursor on the article, its groups open; False where no group holds it."""
        path = self._outline.path(article)
        if not path:
            return False
        if closed := {group.key for group in path} - self._open:
            self._open |= closed
            self._lay_out_anew()
            self.post_message(self.GroupsChanged())
        row = self._outline.row(Cursor(group=path[-1].key, article=article))
        if not self.scroll_offset.y <= row < self.scroll_offset.y + self.size.height:
            self._scroll(row - self.size.height // 2)
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
        """The next (1) or previous (-1) article in list order, open or not; None at the end.

        Counted from `article`; where that is None or not in the list, from the cursor, whose own
        article is the next one, or (else_first) from the top of the list. `unread_in`: gives the
        unread of a set, and only those count.
        """

        def wanted(group: Group) -> Ids:
            if unread_in is None:
                return group.ids
            return unread_in(group.ids) if group.unread else Ids()

        if article is not None and (path := self._outline.path(article)):
            start = Cursor(group=path[-1].key, article=article)
            return self._outline.neighbour(start, step, wanted)
        if else_first:
            return self._outline.neighbour(Cursor(group=()), step, wanted)
        if cursor := self.cursor:
            return self._outline.neighbour(cursor, step, wanted, is_next=True)
        return None

    # Keys and mouse.

    def action_move(self, rows: int) -> None:
        self._go(self._row + rows)

    def action_top(self) -> None:
        self._go(0)

    def action_bottom(self) -> None:
        self._go(self._outline.height - 1)

    def action_page(self, pages: float) -> None:
        rows = int(self.size.height * pages)
        self._scroll(self.scroll_offset.y + rows)
        self._go(self._row + rows)

    async def action_open(self) -> None:
        if not await self._open_article():
            self.action_fold()

    def action_fold(self) -> None:
        if self._outline.height:
            heading = self._outline.heading(self._row)
            self._fold(heading.group.key, is_open=not heading.is_open)

    async def action_expand(self) -> None:
        if await self._open_article() or not self._outline.height:
            return
        heading = self._outline.heading(self._row)
        if heading.is_open:
            self._go(self._row + 1)
        else:
            self._fold(heading.group.key, is_open=True)

    def action_collapse(self) -> None:
        if not self._outline.height:
            return
        heading = self._outline.heading(self._row)
        key = heading.group.key
        if self._row != heading.row:
            self._go(heading.row)
        elif heading.is_open:
            self._fold(key, is_open=False)
        elif heading.depth:
            self._go(self._outline.row(Cursor(group=key[:-1])))

    async def on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)
        if place is None or self.scroll_offset.y + place.y >= self._outline.height:
            return
        self._go(self.scroll_offset.y + place.y)
        await self.action_open()

    def _size_updated(
        self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True
    ) -> bool:
        """The cursor stays in view, at once: what `on_resize` does is painted a second time."""
        is_changed = super()._size_updated(size, virtual_size, container_size, layout)
        if is_changed:
            for kept in (self._known, self._strips):
                kept.grow(2 * self.size.height)
            if self._line is not None and self.size:
                self._scroll(self._row - self._line)
                self._line = None
            self._reveal()
        return is_changed

    def watch_opened_article(self, old: ArticleId | None, new: ArticleId | None) -> None:
        for article in (old, new):
            if article is not None:
                self.refresh_line(self._outline.row(Cursor(group=(), article=article)))

    async def _open_article(self) -> bool:
        cursor = self.cursor
        if not cursor or cursor.article is None:
            return False
        self._wanted = cursor
        await self._show_article(cursor.article)
        return True

    def _fold(self, key: Key, *, is_open: bool) -> None:
        """Open or close a group, with the cursor on it and the first of what it holds in view."""
        self.opened_for_results.discard(key)
        if is_open:
            self._open.add(key)
        else:
            self._open.discard(key)
        self._lay_out_anew()
        row = self._outline.row(Cursor(group=key))
        if is_open:
            below = min(self._outline.height - 1, row + self.size.height // 2)
            self._scroll(max(self.scroll_offset.y, below - self.size.height + 1))
        self._go(row)
        self.post_message(self.GroupsChanged())

    # The cursor and the rows in view.

    def _at(self, row: int) -> Cursor | None:
        return self._outline.cursor(row) if row < self._outline.height else None

    def _lay_out(self) -> None:
        self._outline = Outline(self._groups, self._open)
        self.virtual_size = Size(1, self._outline.height)

    def _lay_out_anew(self) -> None:
        self._lay_out()
        self.refresh()

    def _in_view(self) -> tuple[int, list[object]]:
        """The row at the top of the view, and what each row in view says."""
        top = self.scroll_offset.y
        says: list[object] = []
        for row in range(top, min(top + self.size.height, self._outline.height)):
            heading = self._outline.heading(row)
            group = heading.group
            if row == heading.row:
                says.append((group.key, group.unread, len(group.ids), heading.is_open))
            else:
                article = group.ids[row - heading.row - 1]
                says.append(self._known.get(article, article))
        return top, says

    def _repaint(self, before: tuple[int, list[object]]) -> None:
        """Only the rows that say something else: opening an article changes three of them."""
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
        in_view = self._outline.articles(top, top + self.size.height)
        # Looked at each time, so that what is in view is the last to be forgotten.
        if unknown := [article for article in in_view if self._known.get(article) is None]:
            for row in self._fetch(unknown):
                self._known[row.id] = row

    def _go(self, row: int) -> None:
        """The reader moves the cursor to a row, or to the nearest that there is."""
        if not self._outline.height:
            return
        self._wanted = self._outline.cursor(clamp(row, 0, self._outline.height - 1))
        self._settle()
        self._reveal()

    def _settle(self) -> None:
        """Put the cursor where it is wanted, else where it stood, or as near as the list allows."""
        if not self._wanted:
            self._wanted = self._at(0)
        if self._wanted:
            places = (self._wanted, self._stand_in)
            there = next((each for each in places if each and self._outline.has(each)), None)
            self.refresh_line(self._row)
            self._row = self._outline.row(there or self._wanted, self._row)
            self.refresh_line(self._row)
        if self.cursor:
            self._stand_in = self.cursor
        if self.cursor != self._told:
            self._told = self.cursor
            self.post_message(self.CursorMoved(self._told))

    def _reveal(self) -> None:
        """Scroll as little as brings the cursor into view."""
        bottom = self._row - self.size.height + 1
        self._scroll(clamp(self.scroll_offset.y, bottom, self._row))

    def _scroll(self, top: int) -> None:
        """Bring a row to the top of the view, as far as the list allows."""
        if self.size:  # none before the first layout, which reveals the cursor
            self.scroll_to(y=clamp(top, 0, self.max_scroll_y), animate=False, force=True)

    # Painting.

    def notify_style_update(self) -> None:
        """Theme, focus or colours are others."""
        super().notify_style_update()
        self._strips.clear()

    def render_lines(self, crop: Region) -> list[Strip]:
        self._fetch_in_view()
        width = self.scrollable_content_region.width
        if width != self._width:
            self._width = width
            self._strips.clear()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        row = self.scroll_offset.y + y
        if not self._outline.height:
            return self._paint_hint(y)
        if row >= self._outline.height:
            return Strip.blank(self._width, self.style_of(""))
        heading = self._outline.heading(row)
        if row == heading.row:
            return self._paint(row, *heading_parts(heading))
        article = heading.group.ids[row - heading.row - 1]
        mark = ("▌", "sidebar--opened") if article == self.opened_article else (" ", "")
        if known := self._known.get(article):
            when = self._when(known, heading)
            language = self.show_language
            parts = article_parts(known, heading, mark, when=when, show_language=language)
            return self._paint(row, *parts)
        return self._paint(row, (mark,), ("", ""), ())

    def _when(self, row: Row, heading: Heading) -> str:
        if self.show_time and heading.group.key != (PINNED,):
            return hour(row.published)
        return age(row.published, self._now())

    def _paint(self, row: int, left: Parts, label: Part, right: Parts) -> Strip:
        """The row as it was painted before, if it said the same."""
        says = (left, label, right, row == self._row)
        strip = self._strips.get(says)
        if strip is None:
            strip = self._strips[says] = self._painted(*says)
        return strip

    def _painted(self, left: Parts, label: Part, right: Parts, has_cursor: bool) -> Strip:
        """Left, the label, cut where it is too long, then right at the edge but for a free cell."""
        taken = sum(cell_len(text) for text, _ in (*left, *right)) + 1
        room = max(0, self._width - taken)
        name, style = label
        shown = fit(" ".join(name.split()), room)
        parts = joined((*left, (shown, style), *right, (" ", right[-1][1] if right else "")))
        segments = [Segment(text, self.style_of(name)) for text, name in parts]
        if has_cursor:
            cursor = self.style_of("sidebar--cursor")
            segments = list(Segment.apply_style(segments, post_style=cursor))
        return Strip(segments, taken + room).adjust_cell_length(self._width)

    def _component_style(self, name: str) -> Style:
        style = super()._component_style(name)
        if name == "sidebar--cursor" and not self.has_focus:
            # Its background alone, so that the row keeps its colours.
            return style.without_color + Style(bgcolor=style.bgcolor)
        return style

    def _paint_hint(self, y: int) -> Strip:
        """A line of the hint, wrapped and in the middle of an empty list."""
        width = self._width
        lines = Content(self._empty_hint).wrap(max(1, width - 4))
        k = y - max(0, (self.size.height - len(lines)) // 2)
        if not 0 <= k < len(lines):
            return Strip.blank(width, self.style_of(""))
        line = lines[k].rstrip()
        text = line.pad_left((width - line.cell_length) // 2).plain
        hint = Segment(text, self.style_of("sidebar--muted"))
        return Strip([hint]).adjust_cell_length(width, self.style_of(""))
