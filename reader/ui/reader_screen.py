"""The main screen: one `Query` and one selected article, and everything they show.

It mediates: widgets tell it what happened, it asks the library and hands values to widgets.
"""

import asyncio
import gc
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from textual import events, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from reader.article import Article, ArticleId, Row
from reader.config import Settings
from reader.errors import CryptoreadError
from reader.library import PINNED, Change, Group, Grouping, Ids, Library, Mark
from reader.query import Field, Query
from reader.ui.keys import LIST_KEYS, READER_KEYS, READING_KEYS
from reader.ui.opening import Doors
from reader.ui.outline import Cursor
from reader.ui.sidebar import Sidebar
from reader.ui.status_line import KeyLine, StatusLine
from reader.ui.tag_bar import DigitTag, TagBar, assign_digits, chip
from reader.ui.view import View

if TYPE_CHECKING:
    from reader.ui.reading_pane import ReadingPane
    from reader.ui.tag_picker import TagPicker

WARM_UP_AFTER_S = 0.25
"""By then the first screen is there, and few readers have opened an article."""

LOOK_FOR_CHANGES_S = 1.0
"""How often the screen asks whether another program has changed the cache."""

NARROW = 100
"""Columns below which one pane is shown at a time."""

WIDTH_STEP = 4
LEAST_WIDTH = 24

SAMPLE_BANNER = "Sample articles. For your own, quit and run: cryptoread import PATH"
READING_HINT = (
    "l or Enter opens the article under the cursor, n the next unread one. ? shows all keys."
)
EMPTY = "No articles."
EMPTY_FILTERED = "No article matches. Esc drops the last filter, x all of them."

GROUPINGS = {
    Grouping.CATEGORY: "by category",
    Grouping.DAY: "by day",
    Grouping.SOURCE: "by source",
    Grouping.NONE: "newest first",
}


def reported(handler: Callable[..., Any]) -> Callable[..., Any]:
    """A handler that says what the library cannot do, where Textual would end the program."""

    @wraps(handler)
    async def report(self: "ReaderScreen", *arguments: Any) -> None:
        try:
            await handler(self, *arguments)
        except CryptoreadError as error:
            self._say(str(error), error=True)

    @wraps(handler)
    def report_at_once(self: "ReaderScreen", *arguments: Any) -> None:
        try:
            handler(self, *arguments)
        except CryptoreadError as error:
            self._say(str(error), error=True)

    return report if iscoroutinefunction(handler) else report_at_once


class ReaderScreen(Screen[None]):
    """Sidebar and reading pane, side by side or (narrow) one at a time."""

    BINDINGS: ClassVar[list[BindingType]] = READER_KEYS

    def __init__(self, library: Library, settings: Settings, query: Query, start: Query) -> None:
        """query: what to show first. start: what `x` returns to."""
        super().__init__()
        self.filter = query
        """What the list shows."""
        self.settings = settings
        self._library = library
        self._start = start
        self._view = View.parse(library.state("view"))
        self._version = -1
        self._ids = Ids()
        self._groups: tuple[Group, ...] = ()
        self._digits: tuple[DigitTag, ...] = ()
        self._opened: Article | None = None
        self._opened_id: ArticleId | None = None
        self._position = 0
        """Where the open article was left the last time."""
        self._list_width: int | None = None
        self._pane: ReadingPane | None = None

    def compose(self) -> ComposeResult:
        if self._library.is_sample:
            self.add_class("-sample")
            yield Static(Content(SAMPLE_BANNER), id="banner")
        yield TagBar()
        yield Sidebar(self._library.rows, now=self._library.clock)
        yield Static(Content(READING_HINT), id="hint")
        yield StatusLine()
        yield KeyLine()

    def on_mount(self) -> None:
        self._sidebar = self.query_one(Sidebar)
        self._status = self.query_one(StatusLine)
        self.query_one(KeyLine).show(LIST_KEYS)
        self._answer()
        self._restore()
        self._sidebar.focus()
        self.set_interval(LOOK_FOR_CHANGES_S, self._look_for_changes)
        self.set_timer(WARM_UP_AFTER_S, self._warm_up)
        self._doors = Doors(self, self._say)
        if notices := self._library.notices:
            self._say("; ".join(notices))

    def _say(self, text: str, *, error: bool = False) -> None:
        self._status.say(text, error=error)

    # The query and its answer.

    @reported
    def _show(self, query: Query) -> None:
        self.filter = query
        self._answer()

    def _answer(self) -> None:
        """Ask the library what the query matches, and show it."""
        self._version = self._library.version
        self._ids = self._kept(self._library.find(self.filter))
        self._show_groups()
        # Named tags take places among the most frequent, but not in the nine of the bar.
        counts = self._library.tag_counts(self._ids, most=9 + len(self.filter.tags))
        self._digits = assign_digits(self.filter.tags, counts, self._digits)
        self.query_one(TagBar).show([chip(term) for term in self.filter.terms], self._digits)

    def _show_groups(self) -> None:
        self._groups = self._library.groups(self._ids, self._view.grouping)
        self._sidebar.show_language = len(self.filter.included(Field.LANG)) != 1
        self._sidebar.show(self._groups, empty_hint=self._empty_hint())
        self._show_status(sum(group.unread for group in self._groups))

    def _kept(self, ids: Ids) -> Ids:
        """With the open article, which `is:unread` would take away at the moment it is opened."""
        opened = self._opened_id
        if (
            opened is None
            or opened not in self._ids
            or "unread" not in self.filter.included(Field.IS)
        ):
            return ids
        return ids | Ids([opened])

    def _empty_hint(self) -> str:
        return EMPTY_FILTERED if self.filter else EMPTY

    def _show_status(self, unread: int) -> None:
        shown, total = len(self._ids), len(self._library.find(Query()))
        articles = f"{shown:,} articles" if shown >= total else f"{shown:,} of {total:,} articles"
        grouping = GROUPINGS[self._view.grouping]
        self._status.show(f"{unread:,} unread · {articles}", grouping)

    @reported
    def _look_for_changes(self) -> None:
        """Another program may have changed the articles or the marks."""
        if self._library.version != self._version:
            self._changed()
            self._reread()

    @reported
    def _changed(self) -> None:
        """The articles are not what they were."""
        if self._opened is not None:
            self._opened_id = self._library.id_of(self._opened.identity)
            self._sidebar.opened_article = self._opened_id
        self._sidebar.refresh_rows()
        self._answer()
        self._show_marks()

    @reported
    def _marks_changed(self) -> None:
        """Read or favourite is not what it was: which articles match may still be the same."""
        self._sidebar.refresh_rows()
        if self.filter.included(Field.IS) or self.filter.excluded(Field.IS):
            self._answer()
        else:
            self._version = self._library.version
            self._show_groups()
        self._show_marks()

    def _show_marks(self) -> None:
        if self._pane is not None and self._opened_id is not None:
            for row in self._library.rows([self._opened_id]):
                self._pane.read, self._pane.favourite = row.read, row.favourite

    def _reread(self) -> None:
        """Show the open article as it is now, at the same place."""
        if self._opened is None or self._opened_id is None or self._pane is None:
            return
        article = self._library.article(self._opened_id)
        if article != self._opened:
            self._opened = article
            (row,) = self._library.rows([self._opened_id])
            self._show_article(row, self._pane.position, self._pane)

    def action_cycle_digit(self, digit: int) -> None:
        for tag in self._digits:
            if tag.digit == digit:
                self._show(self.filter.cycle_tag(tag.tag))

    def action_sentiment(self, sentiment: str | None) -> None:
        self._show(self.filter.with_only(Field.SENTIMENT, sentiment))

    @reported
    def action_next_language(self) -> None:
        """Each language in turn, the most frequent first, then all of them."""
        languages = list(self._library.languages())
        now = self.filter.included(Field.LANG)
        place = languages.index(now[0]) + 1 if now and now[0] in languages else 0
        following = languages[place] if place < len(languages) else None
        self._show(self.filter.with_only(Field.LANG, following))

    def action_clear(self) -> None:
        self._show(self._start)

    def action_back(self) -> None:
        """Out of the reading pane where it stands alone, else one filter less."""
        if self._is_list_hidden:
            self._show_list()
        elif self.filter:
            self._show(self.filter.drop_last())

    @reported
    def action_regroup(self) -> None:
        groupings = list(Grouping)
        place = groupings.index(self._view.grouping) + 1
        self._view.grouping = groupings[place % len(groupings)]
        self._answer()
        if self._view.grouping is not Grouping.CATEGORY:
            self._open_first_group()

    def action_pick_tags(self) -> None:
        from reader.ui.tag_picker import TagPicker

        self.app.push_screen(
            TagPicker(
                self.filter, lambda query: self._library.tag_counts(self._library.find(query))
            )
        )

    def on_tag_picker_query_changed(self, event: "TagPicker.QueryChanged") -> None:
        self._show(event.query)

    def on_tag_bar_tag_cycled(self, event: TagBar.TagCycled) -> None:
        self._show(self.filter.cycle_tag(event.tag))

    def on_tag_bar_chip_removed(self, event: TagBar.ChipRemoved) -> None:
        self._show(self.filter.without(event.term))

    def on_reading_pane_tag_clicked(self, event: "ReadingPane.TagClicked") -> None:
        self._show(self.filter.cycle_tag(event.tag))

    # The article.

    async def on_sidebar_article_opened(self, event: Sidebar.ArticleOpened) -> None:
        if await self._open(event.id):
            self._show_pane()

    @reported
    async def action_neighbour(self, step: Literal[1, -1], unread: bool = False) -> None:
        unread_in = self._library.unread if unread else None
        found = self._sidebar.neighbour(self._opened_id, step, unread_in=unread_in)
        if found is None:
            what = "unread article" if unread else "article"
            self._say(f"no {'next' if step > 0 else 'previous'} {what} in this list")
            return
        self._sidebar.move_to(found)
        if await self._open(found) and self.has_class("-narrow"):
            self._show_pane()

    async def _open(self, id: ArticleId) -> bool:
        """Show the article in the reading pane and mark it as read; whether it could be read."""
        self._leave_article()
        self._opened, self._opened_id = None, id
        self._sidebar.opened_article = id
        try:
            article = self._library.article(id)
            (row,) = self._library.rows([id])
            position = self._library.position(article.identity)
        except CryptoreadError as error:
            self._say(str(error), error=True)
            if self._pane is not None:
                self._pane.show_hint(str(error))
            return False
        self._opened, self._position = article, int(position)
        self._show_article(row, int(position), await self._mounted_pane())
        if not row.read:
            self._mark(Ids([id]), Mark.READ, True)
        return True

    def _show_article(self, row: Row, position: int, pane: "ReadingPane") -> None:
        if self._opened is not None:
            pane.show(
                self._opened,
                read=True,
                favourite=row.favourite,
                now=self._library.clock(),
                position=position,
            )

    async def _mounted_pane(self) -> "ReadingPane":
        """The reading pane. It takes the place of the hint with the first article, not before."""
        if self._pane is not None:
            return self._pane
        from reader.ui.reading_pane import ReadingPane

        self._pane = pane = ReadingPane()
        pane.column_width = self.settings.column_width
        await self.query_one("#hint").remove()
        await self.mount(pane, after=self._sidebar)
        return pane

    def _leave_article(self) -> None:
        if self._opened is not None and self._pane is not None:
            position = self._pane.position
            if position != self._position:
                self._in_background(self._library.save_position, self._opened.identity, position)

    def _of_article(self) -> Article | None:
        """The article that a key is about: the open one while it is read, else the cursor's."""
        cursor = self._sidebar.cursor
        article = self._opened
        try:
            if self.focused is self._sidebar and cursor and cursor.article is not None:
                article = self._library.article(cursor.article)
        except CryptoreadError as error:
            self._say(str(error), error=True)
            return None
        if article is None:
            self._say("no article is open or under the cursor")
        return article

    def action_cover(self) -> None:
        if article := self._of_article():
            self._doors.cover(article)

    def action_original(self) -> None:
        if article := self._of_article():
            self._doors.original(article)

    def action_copy_link(self) -> None:
        if article := self._of_article():
            self._doors.copy_link(article)

    def action_copy_markdown(self) -> None:
        if article := self._of_article():
            self._doors.copy_markdown(article)

    def on_reading_pane_cover_clicked(self) -> None:
        self.action_cover()

    def on_reading_pane_link_clicked(self, event: "ReadingPane.LinkClicked") -> None:
        self._doors.link(event.url, event.label)

    # Marks.

    @reported
    def action_toggle_read(self) -> None:
        ids, name = self._marked()
        if ids:
            unread = self._library.unread(ids)
            value = bool(unread)
            self._mark(ids, Mark.READ, value, f"{name} {'read' if value else 'unread'}")

    def action_all_read(self) -> None:
        self._mark(self._ids, Mark.READ, True, f"{_articles(self._ids)} read")

    @reported
    def action_toggle_favourite(self) -> None:
        article = self._of_article()
        id = self._library.id_of(article.identity) if article else None
        if id is not None:
            (row,) = self._library.rows([id])
            value = not row.favourite
            self._mark(Ids([id]), Mark.FAVOURITE, value, f"{'' if value else 'no '}favourite")

    def _marked(self) -> tuple[Ids, str]:
        """What `m` is about, and its name: an article, or the group under the cursor."""
        cursor = self._sidebar.cursor
        if self.focused is self._sidebar and cursor and cursor.article is None:
            group = self._sidebar.group(cursor.group)
            return (group.ids, _articles(group.ids)) if group else (Ids(), "")
        article = self._of_article()
        id = self._library.id_of(article.identity) if article else None
        return (Ids(), "") if id is None else (Ids([id]), "article")

    @work(group="marks", exit_on_error=False)
    async def _mark(self, ids: Ids, mark: Mark, value: bool, label: str = "") -> None:
        """Without a label the mark is the program's own and no step of the undo journal."""
        try:
            changed = await asyncio.to_thread(self._library.mark, ids, mark, value, label)
        except CryptoreadError as error:
            self._say(str(error), error=True)
            return
        if changed:
            self._marks_changed()
        if label:
            self._say(f"{label} · u undoes" if changed else f"already {label}")

    def action_undo(self) -> None:
        self._replay(self._library.undo, "undone")

    def action_redo(self) -> None:
        self._replay(self._library.redo, "redone")

    @work(group="marks", exit_on_error=False)
    async def _replay(self, replay: Callable[[], Change | None], word: str) -> None:
        try:
            change = await asyncio.to_thread(replay)
        except CryptoreadError as error:
            self._say(str(error), error=True)
            return
        if change is None:
            self._say(f"nothing to be {word}")
            return
        self._marks_changed()
        self._say(f"{word}: {change.label}")

    # Panes.

    @property
    def _is_list_hidden(self) -> bool:
        return self.has_class("-zoomed") or (
            self.has_class("-narrow") and self.has_class("-reading")
        )

    def _show_pane(self) -> None:
        if self._pane is None:
            self._say("no article is open yet")
            return
        self.add_class("-reading")
        self.set_focus(self._pane)  # at once: keys may have been typed ahead

    def _show_list(self) -> None:
        self.remove_class("-zoomed", "-reading")
        self.set_focus(self._sidebar)

    def action_other_pane(self) -> None:
        if self.focused is self._pane:
            self._show_list()
        else:
            self._show_pane()

    def action_to_list(self) -> None:
        self._show_list()

    def action_zoom(self) -> None:
        if self._is_list_hidden:
            self._show_list()
        elif self._pane is not None:
            self.add_class("-zoomed")
            self._show_pane()

    def action_resize(self, steps: int) -> None:
        widest = max(LEAST_WIDTH, self.size.width - LEAST_WIDTH)
        width = (self._list_width or self._sidebar.outer_size.width) + steps * WIDTH_STEP
        self._view.sidebar_width = min(widest, max(LEAST_WIDTH, width))
        self._fit_list(self.size.width)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < NARROW, "-narrow")
        self._fit_list(event.size.width)

    def _fit_list(self, columns: int) -> None:
        """The width that the reader chose; where one pane is shown at a time, all there is."""
        chosen = self._view.sidebar_width or self.settings.sidebar_width
        width = chosen if columns >= NARROW else None
        if width != self._list_width:  # setting it lays the screen out anew
            self._list_width = width
            self._sidebar.styles.width = width

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        is_list = isinstance(event.widget, Sidebar)
        self.query_one(KeyLine).show(LIST_KEYS if is_list else READING_KEYS)

    def on_key_line_action_chosen(self, event: KeyLine.ActionChosen) -> None:
        """What the key does, behind the keys that the pane has still to act on."""
        name = event.action.partition("(")[0]
        target = self.focused if hasattr(self.focused, f"action_{name}") else self
        if target is not None:
            target.call_later(target.run_action, event.action)

    def action_help(self) -> None:
        from reader.ui.commands import help_groups
        from reader.ui.help_screen import HelpScreen

        groups = help_groups(self.settings.keys)
        self.app.push_screen(HelpScreen(groups, str(self._library.folder)))

    # What is remembered.

    def _restore(self) -> None:
        """Groups and cursor as they were left; at first, the top of the list stands open."""
        if self._view.open_groups is None:
            self._open_first_group()
            return
        self._sidebar.open_groups = self._view.open_groups
        if self._view.group:
            article = self._library.id_of(self._view.article) if self._view.article else None
            self._sidebar.cursor = Cursor(group=self._view.group, article=article)

    def on_unmount(self) -> None:
        with suppress(CryptoreadError):  # nobody is there any more to be told
            self._save()

    def _save(self) -> None:
        """Write down how the screen is left."""
        cursor = self._sidebar.cursor
        self._view.open_groups = self._sidebar.open_groups
        self._view.group = cursor.group if cursor else ()
        self._view.article = None
        if cursor and cursor.article is not None:
            self._view.article = self._library.identity(cursor.article)
        self._library.save_state("view", str(self._view))
        if self._opened is not None and self._pane is not None:
            self._library.save_position(self._opened.identity, self._pane.position)

    def _open_first_group(self) -> None:
        """What is pinned, and the largest group down to its articles."""
        opened: set[tuple[str, ...]] = set()
        for group in self._groups:
            opened.add(group.key)
            if group.key == (PINNED,):
                continue
            opened |= {child.key for child in group.children[:1]}
            break
        self._sidebar.open_groups = self._sidebar.open_groups | opened

    def _warm_up(self) -> None:
        """What the first opened article needs, while nobody waits."""
        gc.freeze()
        gc.enable()
        self._in_background(_warm_up_reading)

    @work(thread=True, group="background", exit_on_error=False)
    def _in_background(self, task: Callable[..., object], *arguments: object) -> None:
        task(*arguments)


def _articles(ids: Ids) -> str:
    return "1 article" if len(ids) == 1 else f"{len(ids):,} articles"


def _warm_up_reading() -> None:
    import reader.ui.reading_pane  # noqa: F401
    from reader.ui.prose import warm_up

    warm_up()
