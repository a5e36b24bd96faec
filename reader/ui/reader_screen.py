"""The main screen: one `Query` and one selected article, and everything they show.

It mediates: widgets tell it what happened, it asks the library and hands values to widgets.
"""

import asyncio
import gc
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import wraps
from inspect import iscoroutinefunction
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from textual import events, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

from reader.article import Article, ArticleId, Row
from reader.config import Settings
from reader.errors import CryptoreadError, Superseded
from reader.library import MOST_TAGS, PINNED, Group, Grouping, Ids, Library, TagCount
from reader.query import Field, Query
from reader.ui.keys import LIST_KEYS, READER_KEYS, READING_KEYS
from reader.ui.marking import Marker, counted
from reader.ui.opening import Doors
from reader.ui.outline import Cursor
from reader.ui.repainting import ChangesOnly
from reader.ui.sidebar import Place, Sidebar
from reader.ui.status_line import KeyLine, StatusLine
from reader.ui.tag_bar import DigitTag, TagBar, assign_digits, chip
from reader.ui.view import View

if TYPE_CHECKING:
    from reader.ui.finding import Finder
    from reader.ui.originals import Originals
    from reader.ui.reading_pane import ReadingPane
    from reader.ui.search_line import SearchLine
    from reader.ui.searching import Searching
    from reader.ui.syncing import Syncing
    from reader.ui.tag_picker import TagPicker

WARM_UP_AFTER_S = 0.25
"""By then the first screen is there, and few readers have opened an article."""

PAINT_AT_LATEST_S = 0.01
"""How long an article waits for its mark to be written, to be painted with it."""

FIRST_ANSWER_S = 0.25
"""How long the first picture waits for the words of the query that it begins with."""

TYPING_S = 0.2
"""After so long without another letter, whoever searches looks at what was found."""

FIRST_SYNC_AFTER_S = 2.0
"""A sync that nobody asked for loads much: by then the reader has what he came for."""

LOOK_FOR_CHANGES_S = 1.0
"""How often the screen asks whether another program has changed the cache."""

NARROW = 100
"""Columns below which one pane is shown at a time."""

WIDTH_STEP = 4
LEAST_WIDTH = 24

SAMPLE_BANNER = "Sample articles. r brings news; your own: quit and run cryptoread import"
READING_HINT = (
    "l or Enter opens the article under the cursor, n the next unread one. ? shows all keys."
)
EMPTY = "No articles."
EMPTY_SEARCH = "No article matches. Esc gives the list back as it was."
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
            self.say(str(error), error=True)

    @wraps(handler)
    def report_at_once(self: "ReaderScreen", *arguments: Any) -> None:
        try:
            handler(self, *arguments)
        except CryptoreadError as error:
            self.say(str(error), error=True)

    return report if iscoroutinefunction(handler) else report_at_once


class ReaderScreen(Screen[None]):
    """Sidebar and reading pane, side by side or (narrow) one at a time."""

    BLANK = True  # behind the widgets, which cover it
    BINDINGS: ClassVar[list[BindingType]] = READER_KEYS

    def __init__(
        self,
        library: Library,
        settings: Settings,
        query: Query,
        start: Query,
        config: Path | None = None,
    ) -> None:
        """query: what to show first. start: what `x` returns to. config: of the settings."""
        super().__init__()
        self._compositor = ChangesOnly()
        self.filter = query
        """What the list shows."""
        self.settings = settings
        self._library = library
        self._config = config
        self._start = start
        self._view = View.parse(library.state("view"))
        self._version = -1
        self._ids = Ids()
        self._is_whole = True
        self._is_restored = False
        self._groups: tuple[Group, ...] = ()
        self._digits: tuple[DigitTag, ...] = ()
        self._opened: Article | None = None
        self._opened_id: ArticleId | None = None
        self._position = 0
        """Where the open article was left the last time."""
        self._list_width: int | None = None
        self._pane: ReadingPane | None = None
        self._finder: Finder | None = None
        self._searching: Searching | None = None
        self._syncing: Syncing | None = None
        self._originals: Originals | None = None
        self._tags_timer: Timer | None = None

    def compose(self) -> ComposeResult:
        if self._library.is_sample:
            self.add_class("-sample")
            yield Static(Content(SAMPLE_BANNER), id="banner")
        yield TagBar()
        yield Sidebar(self._library.rows, self._open_and_enter, now=self._library.clock)
        yield Static(Content(READING_HINT), id="hint")
        yield StatusLine()
        yield KeyLine()

    async def on_mount(self) -> None:
        self._sidebar = self.query_one(Sidebar)
        self._status = self.query_one(StatusLine)
        self.query_one(KeyLine).show(LIST_KEYS)
        await self._first_answer()
        self.set_focus(self._sidebar)
        self.set_interval(LOOK_FOR_CHANGES_S, self._look_for_changes)
        self.set_timer(WARM_UP_AFTER_S, self._warm_up)
        if minutes := self.settings.sync_every:
            self.set_timer(FIRST_SYNC_AFTER_S, lambda: self._mounted_syncing().keep_on(minutes))
        self._doors = Doors(self, self.say)
        self._marker = Marker(self, self._library, self.say, self._marks_changed)
        if notices := self._library.notices:
            self.say("; ".join(notices))

    def say(self, text: str, *, error: bool = False) -> None:
        """Tell the reader something, for a while, as plain text."""
        self._status.say(text, error=error)

    def show_progress(self, text: str) -> None:
        """What goes on in the background; empty: nothing."""
        self._status.progress(text)

    # The query and its answer.

    @reported
    def show(self, query: Query, place: Place | None = None) -> None:
        """Show what the query matches; place: where the list stood when it showed that before."""
        self.filter = query
        if place is not None:
            self._sidebar.place = place
        self._answer()
        if place is not None:
            self._sidebar.place = place

    @property
    def list_place(self) -> Place:
        return self._sidebar.place

    def _answer(self) -> None:
        """Ask the library what the query matches, and show it."""
        if self._library.finds_at_once(self.filter):
            if self._finder is not None:
                self._finder.stop()
            self._show_answer(self._library.find(self.filter))
        else:
            self._look_up(self.filter)

    async def _first_answer(self) -> None:
        """A list that is there from the first picture on, unless its words take long to find."""
        if self._library.finds_at_once(self.filter):
            self._answer()
            return
        search = asyncio.ensure_future(self._look_up(self.filter).wait())
        done, _ = await asyncio.wait({search}, timeout=FIRST_ANSWER_S)
        if not done:
            self._show_answer(Ids(), is_whole=False)

    @work(exclusive=True, group="find", exit_on_error=False)
    async def _look_up(self, query: Query) -> None:
        """Words may take a while: first rows as soon as there are any, then the whole answer."""
        try:
            async for answer in self._mounted_finder().answers(query):
                if query is self.filter:
                    self._show_answer(answer.ids, is_whole=answer.is_whole)
        except Superseded:
            return
        except CryptoreadError as error:
            self.say(str(error), error=True)

    @work(exclusive=True, group="look-ahead", exit_on_error=False)
    async def look_ahead(self, query: Query) -> None:
        """What a search among the articles of the query will need."""
        with suppress(CryptoreadError):
            await self._mounted_finder().prepare(query)

    def _mounted_finder(self) -> "Finder":
        if self._finder is None:
            from reader.ui.finding import Finder

            self._finder = Finder(self._library)
        return self._finder

    def _show_answer(self, ids: Ids, *, is_whole: bool = True) -> None:
        self._version = self._library.version
        self._ids = self._kept(ids)
        self._is_whole = is_whole
        if self._pane is not None:
            self._pane.highlight(self.filter.words)
        self._show_groups()
        if is_whole and not self._is_restored:
            self._restore()
        if self.has_class("-searching") and not self._sidebar.shows_articles:
            self._open_first_group()
        if self.has_class("-searching"):
            self._show_tags_soon(self._ids)
        else:
            self._show_tags(self._count_tags(self._ids))

    def _count_tags(self, ids: Ids) -> list[TagCount]:
        # Named tags take places among the most frequent, but not in the nine of the bar.
        return self._library.tag_counts(ids, most=MOST_TAGS + len(self.filter.tags))

    def _show_tags(self, counts: Sequence[TagCount]) -> None:
        self._digits = assign_digits(self.filter.tags, counts, self._digits)
        self.query_one(TagBar).show([chip(term) for term in self.filter.terms], self._digits)

    def _show_tags_soon(self, ids: Ids) -> None:
        """While one types, the rows come first: few articles have any of thousands of tags."""
        self.query_one(TagBar).show([chip(term) for term in self.filter.terms], self._digits)
        if self._tags_timer is not None:
            self._tags_timer.stop()
        self._tags_timer = self.set_timer(TYPING_S, lambda: self._show_tags_of(ids))

    @work(group="tags", exit_on_error=False)
    async def _show_tags_of(self, ids: Ids) -> None:
        with suppress(CryptoreadError):
            counts = await asyncio.to_thread(self._count_tags, ids)
            if ids is self._ids:
                self._show_tags(counts)

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
        if not self._is_whole:
            return "Searching…"
        if self.has_class("-searching"):
            return EMPTY_SEARCH
        return EMPTY_FILTERED if self.filter else EMPTY

    def _show_status(self, unread: int) -> None:
        if not self._is_whole:
            self._status.show("searching…", GROUPINGS[self._view.grouping])
            return
        shown, total = len(self._ids), self._library.total
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
    def _marks_changed(self, ids: Ids) -> None:
        """Read or favourite is not what it was: which articles match may still be the same."""
        self._sidebar.refresh_rows(ids)
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
                self.show(self.filter.cycle_tag(tag.tag))

    def action_sentiment(self, sentiment: str | None) -> None:
        self.show(self.filter.with_only(Field.SENTIMENT, sentiment))

    @reported
    def action_next_language(self) -> None:
        """Each language in turn, the most frequent first, then all of them."""
        languages = list(self._library.names(Field.LANG))
        now = self.filter.included(Field.LANG)
        place = languages.index(now[0]) + 1 if now and now[0] in languages else 0
        following = languages[place] if place < len(languages) else None
        self.show(self.filter.with_only(Field.LANG, following))

    async def action_search(self) -> None:
        """Open the line on which a search is typed."""
        if self._searching is None:
            from reader.ui.searching import Searching

            self._searching = Searching(self, self._library)
        await self._searching.begin()

    def on_search_line_typed(self, event: "SearchLine.Typed") -> None:
        if self._searching is not None:
            self._searching.typed(event.query)

    @reported
    def on_search_line_kept(self, event: "SearchLine.Kept") -> None:
        if self._searching is not None:
            self._searching.keep(event.text)

    def on_search_line_given_up(self) -> None:
        if self._searching is not None:
            self._searching.give_up()

    def action_clear(self) -> None:
        self.show(self._start)

    def action_back(self) -> None:
        """Out of the reading pane where it stands alone, else one filter less."""
        if self._is_list_hidden:
            self._show_list()
        elif self.filter:
            self.show(self.filter.drop_last())

    @reported
    def action_regroup(self) -> None:
        groupings = list(Grouping)
        place = groupings.index(self._view.grouping) + 1
        self._view.grouping = groupings[place % len(groupings)]
        self._answer()
        if self._view.grouping is not Grouping.CATEGORY:
            self._open_first_group()

    @reported
    async def action_pick_tags(self) -> None:
        from reader.ui.tag_picker import TagPicker

        await self.app.push_screen(
            TagPicker(
                self.filter,
                lambda query: self._library.tag_counts(self._library.find(query)),
                self._count_tags(self._ids),
            )
        )

    def on_tag_picker_query_changed(self, event: "TagPicker.QueryChanged") -> None:
        self.show(event.query)

    def on_tag_bar_tag_cycled(self, event: TagBar.TagCycled) -> None:
        self.show(self.filter.cycle_tag(event.tag))

    def on_tag_bar_chip_removed(self, event: TagBar.ChipRemoved) -> None:
        self.show(self.filter.without(event.term))

    def on_reading_pane_tag_clicked(self, event: "ReadingPane.TagClicked") -> None:
        self.show(self.filter.cycle_tag(event.tag))

    # The article.

    async def _open_and_enter(self, id: ArticleId) -> None:
        if await self._open(id):
            self._show_pane()
            if self._pane is not None:
                await self._pane.first_layout()  # a key typed ahead may ask for the next page

    @reported
    async def action_neighbour(self, step: Literal[1, -1], unread: bool = False) -> None:
        if unread and self._go_to_match(step):
            return
        unread_in = self._library.unread if unread else None
        found = self._sidebar.neighbour(self._opened_id, step, unread_in=unread_in)
        if found is None:
            what = "unread article" if unread else "article"
            self.say(f"no {'next' if step > 0 else 'previous'} {what} in this list")
            return
        self._sidebar.move_to(found)
        if await self._open(found) and self.has_class("-narrow"):
            self._show_pane()

    def _go_to_match(self, step: Literal[1, -1]) -> bool:
        """While words are searched for, `n` goes through them in the open article."""
        if self._pane is None or self._opened is None or not self.filter.words:
            return False
        return self._pane.go_to_match(step)

    def on_reading_pane_matches_found(self, event: "ReadingPane.MatchesFound") -> None:
        if event.current:
            self.say(f"match {event.current} of {event.count}")
        elif event.count:
            what = "1 match" if event.count == 1 else f"{event.count} matches"
            self.say(f"{what} · n goes to the next")

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
            self.say(str(error), error=True)
            if self._pane is not None:
                self._pane.show_hint(str(error))
            return False
        self._opened, self._position = article, int(position)
        with self.app.batch_update():
            mark = None if row.read else self._marker.opened(Ids([id]))
            self._show_article(row, int(position), await self._mounted_pane())
            if mark is not None:  # most disks are fast enough for the two to be painted together
                await asyncio.wait({asyncio.ensure_future(mark.wait())}, timeout=PAINT_AT_LATEST_S)
        self.check_idle()  # the end of a batch wakes the application, not the screen that paints
        return True

    def _show_article(self, row: Row, position: int, pane: "ReadingPane") -> None:
        if self._opened is not None:
            pane.highlight(self.filter.words)
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
            self.say(str(error), error=True)
            return None
        if article is None:
            self.say("no article is open or under the cursor")
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
            self._marker.toggle_read(ids, name)

    def action_all_read(self) -> None:
        self._marker.read(self._ids)

    @reported
    def action_toggle_favourite(self) -> None:
        if article := self._of_article():
            self._marker.toggle_favourite(article)

    def _marked(self) -> tuple[Ids, str]:
        """What `m` is about, and its name: an article, or the group under the cursor."""
        cursor = self._sidebar.cursor
        if self.focused is self._sidebar and cursor and cursor.article is None:
            group = self._sidebar.group(cursor.group)
            return (group.ids, counted(group.ids)) if group else (Ids(), "")
        article = self._of_article()
        id = self._library.id_of(article.identity) if article else None
        return (Ids(), "") if id is None else (Ids([id]), "article")

    def action_undo(self) -> None:
        self._marker.undo()

    def action_redo(self) -> None:
        self._marker.redo()

    # Panes.

    @property
    def _is_list_hidden(self) -> bool:
        return self.has_class("-zoomed") or (
            self.has_class("-narrow") and self.has_class("-reading")
        )

    def _show_pane(self) -> None:
        if self._pane is None:
            self.say("no article is open yet")
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

    async def action_help(self) -> None:
        from reader.ui.commands import help_groups
        from reader.ui.help_screen import HelpScreen

        groups = help_groups(self.settings.keys)
        await self.app.push_screen(HelpScreen(groups, str(self._library.folder)))

    # Live news.

    def _mounted_syncing(self) -> "Syncing":
        if self._syncing is None:
            from reader.ui.syncing import Syncing

            self._syncing = Syncing(self, self._library, self._config, self._look_for_changes)
        return self._syncing

    def action_sync(self) -> None:
        self._mounted_syncing().begin()

    def action_full_text(self) -> None:
        if self._originals is None:
            from reader.ui.originals import Originals

            self._originals = Originals(self, self._library, self._look_for_changes)
        if article := self._of_article():
            self._originals.fetch(article)

    @reported
    async def action_sources(self) -> None:
        await self._mounted_syncing().show_sources()

    # What is remembered.

    def _restore(self) -> None:
        """Groups and cursor as they were left; at first, the top of the list stands open."""
        self._is_restored = True
        if self._view.open_groups is None:
            self._open_first_group()
            return
        self._sidebar.open_groups = self._view.open_groups
        if self._view.group:
            article = self._library.id_of(self._view.article) if self._view.article else None
            self._sidebar.cursor = Cursor(group=self._view.group, article=article)

    def on_unmount(self) -> None:
        if self._finder is not None:
            self._finder.close()
        for each in (self._syncing, self._originals):
            if each is not None:
                each.end()
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
        self._library.remember(self._start)

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
        self._in_background(self._warm_up_list)
        self._in_background(_warm_up_reading)

    def _warm_up_list(self) -> None:
        """What the list shows, if it was remembered, as it is found; in a thread."""
        with suppress(CryptoreadError):
            self._library.warm_up(self._start)
            self.call_later(self._show_what_is_found)

    @reported
    def _show_what_is_found(self) -> None:
        if self._library.finds_at_once(self.filter):
            self._answer()

    @work(thread=True, group="background", exit_on_error=False)
    def _in_background(self, task: Callable[..., object], *arguments: object) -> None:
        task(*arguments)


def _warm_up_reading() -> None:
    import reader.ui.reading_pane
    import reader.ui.searching  # noqa: F401
    from reader.ui.prose import warm_up

    warm_up()
