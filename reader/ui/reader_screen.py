"""The main screen: one `Query` and one selected article, and everything they show.

It mediates: widgets tell it what happened, it asks the library and hands values to widgets.
"""

import asyncio
import gc
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import events, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from reader.article import Article, ArticleId
from reader.config import Settings
from reader.errors import CryptoreadError
from reader.library import PINNED, Change, Group, Grouping, Ids, Library, Mark
from reader.query import Field, Query
from reader.ui.keys import LIST_KEYS, READER_KEYS, READING_KEYS
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


class ReaderScreen(Screen[None]):
    """Sidebar and reading pane, side by side or (narrow) one at a time."""

    BINDINGS: ClassVar[list[BindingType]] = READER_KEYS

    def __init__(self, library: Library, settings: Settings, query: Query, start: Query) -> None:
        """query: what to show first. start: what `x` returns to."""
        super().__init__()
        self.filter = query
        """What the list shows."""
        self._library = library
        self._settings = settings
        self._start = start
        self._view = View.parse(library.state("view"))
        self._version = -1
        self._ids = Ids()
        self._groups: tuple[Group, ...] = ()
        self._digits: tuple[DigitTag, ...] = ()
        self._opened: Article | None = None
        self._opened_id: ArticleId | None = None
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
        for notice in self._library.notices:
            self._status.say(notice)

    # The query and its answer.

    def _show(self, query: Query) -> None:
        self.filter = query
        self._answer()

    def _answer(self) -> None:
        """Ask the library what the query matches, and show it."""
        self._version = self._library.version
        self._ids = self._kept(self._library.find(self.filter))
        self._groups = self._library.groups(self._ids, self._view.grouping)
        self._sidebar.show_language = len(self.filter.included(Field.LANG)) != 1
        self._sidebar.show(self._groups, empty_hint=self._empty_hint())
        # Named tags take places among the most frequent, but not in the nine of the bar.
        counts = self._library.tag_counts(self._ids, most=9 + len(self.filter.tags))
        self._digits = assign_digits(self.filter.tags, counts, self._digits)
        self.query_one(TagBar).show([chip(term) for term in self.filter.terms], self._digits)
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

    def _look_for_changes(self) -> None:
        if self._library.version != self._version:
            self._changed()

    def _changed(self) -> None:
        """The articles or the marks are not what they were."""
        if self._opened is not None:
            self._opened_id = self._library.id_of(self._opened.identity)
            self._sidebar.opened_article = self._opened_id
            for row in self._library.rows([self._opened_id] if self._opened_id else []):
                if self._pane is not None:
                    self._pane.read, self._pane.favourite = row.read, row.favourite
        self._sidebar.refresh_rows()
        self._answer()

    def action_cycle_digit(self, digit: int) -> None:
        for tag in self._digits:
            if tag.digit == digit:
                self._show(self.filter.cycle_tag(tag.tag))

    def action_sentiment(self, sentiment: str | None) -> None:
        self._show(self.filter.with_only(Field.SENTIMENT, sentiment))

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
        await self._open(event.id)
        self._show_pane()

    async def action_neighbour(self, step: Literal[1, -1], unread: bool = False) -> None:
        unread_in = self._library.unread if unread else None
        found = self._sidebar.neighbour(self._opened_id, step, unread_in=unread_in)
        if found is None:
            what = "unread article" if unread else "article"
            self._status.say(f"no {'next' if step > 0 else 'previous'} {what} in this list")
            return
        self._sidebar.move_to(found)
        await self._open(found)
        if self.has_class("-narrow"):
            self._show_pane()

    async def _open(self, id: ArticleId) -> None:
        """Show the article in the reading pane and mark it as read."""
        self._leave_article()
        try:
            article = self._library.article(id)
            (row,) = self._library.rows([id])
            position = self._library.position(article.identity)
        except CryptoreadError as error:
            self._status.say(str(error), error=True)
            return
        self._opened, self._opened_id = article, id
        self._sidebar.opened_article = id
        pane = self._pane or await self._mount_pane()
        pane.show(
            article,
            read=True,
            favourite=row.favourite,
            now=self._library.clock(),
            position=int(position),
        )
        if not row.read:
            self._mark(Ids([id]), Mark.READ, True)

    async def _mount_pane(self) -> "ReadingPane":
        """The reading pane in the place of the hint: the first screen does not wait for it."""
        from reader.ui.reading_pane import ReadingPane

        self._pane = pane = ReadingPane()
        pane.column_width = self._settings.column_width
        await self.query_one("#hint").remove()
        await self.mount(pane, after=self._sidebar)
        return pane

    def _leave_article(self) -> None:
        if self._opened is not None and self._pane is not None:
            self._in_background(
                self._library.save_position, self._opened.identity, self._pane.position
            )

    @property
    def _chosen(self) -> Article | None:
        """The article that a key is about: the open one while it is read, else the cursor's."""
        cursor = self._sidebar.cursor
        if self.focused is not self._sidebar or cursor is None or cursor.article is None:
            return self._opened
        if cursor.article == self._opened_id:
            return self._opened
        try:
            return self._library.article(cursor.article)
        except CryptoreadError as error:
            self._status.say(str(error), error=True)
            return None

    def _of_article(self) -> Article | None:
        article = self._chosen
        if article is None:
            self._status.say("no article is open or under the cursor")
        return article

    def action_cover(self) -> None:
        if article := self._of_article():
            url = article.cover.best if article.cover else ""
            if url:
                self.browse(url)
            else:
                self._status.say("this article has no cover image")

    def on_reading_pane_cover_clicked(self) -> None:
        self.action_cover()

    def action_original(self) -> None:
        article = self._of_article()
        if article is None:
            return
        if article.url:
            self.browse(article.url)
            return
        from reader.ui.prose import Prose

        links = Prose(article.body).links()
        if not links:
            self._status.say("this article names no original and holds no links")
            return
        from reader.ui.links_screen import LinksScreen

        self.app.push_screen(LinksScreen(links), self._link_chosen)

    def _link_chosen(self, url: str | None) -> None:
        if url:
            self.browse(url)

    def on_reading_pane_link_clicked(self, event: "ReadingPane.LinkClicked") -> None:
        self.browse(event.url, event.label)

    @work(group="browser", exit_on_error=False)
    async def browse(self, url: str, label: str = "") -> None:
        """Open a URL in the browser, after a question where its label names another host."""
        from reader.browser import BrowserFailed, deceives
        from reader.ui.opening import open_in_browser

        try:
            question = deceives(label, url)
            if question and not await self._confirmed(question):
                return
            self._status.say(await open_in_browser(self.app, url))
        except BrowserFailed as error:
            self.app.copy_to_clipboard(error.url)
            self._status.say(f"{error} (copied)", error=True)
        except CryptoreadError as error:
            self._status.say(str(error), error=True)

    async def _confirmed(self, question: str) -> bool:
        from reader.ui.links_screen import ConfirmScreen

        answer: bool | None = await self.app.push_screen_wait(ConfirmScreen(question))
        return bool(answer)

    def action_copy_link(self) -> None:
        if article := self._of_article():
            if article.url:
                self._copy(article.url, "the link")
            else:
                self._status.say("the publisher gave no link; Y copies the text")

    def action_copy_markdown(self) -> None:
        if article := self._of_article():
            self._copy(f"# {article.title}\n\n{article.body}\n", "the article as Markdown")

    def _copy(self, text: str, what: str) -> None:
        self.app.copy_to_clipboard(text)
        self._status.say(f"copied {what}")

    # Marks.

    def action_toggle_read(self) -> None:
        ids, name = self._marked()
        if ids:
            unread = self._library.unread(ids)
            value = bool(unread)
            self._mark(ids, Mark.READ, value, f"{name} {'read' if value else 'unread'}")

    def action_all_read(self) -> None:
        self._mark(self._ids, Mark.READ, True, f"{len(self._ids):,} articles read")

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
            return (group.ids, f"{len(group.ids):,} articles") if group else (Ids(), "")
        article = self._of_article()
        id = self._library.id_of(article.identity) if article else None
        return (Ids(), "") if id is None else (Ids([id]), "article")

    @work(group="marks", exit_on_error=False)
    async def _mark(self, ids: Ids, mark: Mark, value: bool, label: str = "") -> None:
        """Without a label the mark is the program's own and no step of the undo journal."""
        try:
            changed = await asyncio.to_thread(self._library.mark, ids, mark, value, label)
        except CryptoreadError as error:
            self._status.say(str(error), error=True)
            return
        if changed:
            self._changed()
        if label:
            self._status.say(f"{label} · u undoes" if changed else f"already {label}")

    def action_undo(self) -> None:
        self._replay(self._library.undo, "undone")

    def action_redo(self) -> None:
        self._replay(self._library.redo, "redone")

    @work(group="marks", exit_on_error=False)
    async def _replay(self, replay: Callable[[], Change | None], word: str) -> None:
        try:
            change = await asyncio.to_thread(replay)
        except CryptoreadError as error:
            self._status.say(str(error), error=True)
            return
        if change is None:
            self._status.say(f"nothing to be {word}")
            return
        self._changed()
        self._status.say(f"{word}: {change.label}")

    # Panes.

    @property
    def _is_list_hidden(self) -> bool:
        return self.has_class("-zoomed") or (
            self.has_class("-narrow") and self.has_class("-reading")
        )

    def _show_pane(self) -> None:
        if self._pane is None:
            self._status.say("no article is open yet")
            return
        self.add_class("-reading")
        self._pane.focus()

    def _show_list(self) -> None:
        self.remove_class("-zoomed", "-reading")
        self._sidebar.focus()

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
        width = self._sidebar.outer_size.width + steps * WIDTH_STEP
        self._view.sidebar_width = min(widest, max(LEAST_WIDTH, width))
        self._fit_list(self.size.width)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < NARROW, "-narrow")
        self._fit_list(event.size.width)

    def _fit_list(self, columns: int) -> None:
        """The width that the reader chose; where one pane is shown at a time, all there is."""
        chosen = self._view.sidebar_width or self._settings.sidebar_width
        width = chosen if columns >= NARROW else None
        if width != self._list_width:  # setting it lays the screen out anew
            self._list_width = width
            self._sidebar.styles.width = width

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        is_list = isinstance(event.widget, Sidebar)
        self.query_one(KeyLine).show(LIST_KEYS if is_list else READING_KEYS)

    async def on_key_line_action_chosen(self, event: KeyLine.ActionChosen) -> None:
        await self.run_action(event.action)

    def action_help(self) -> None:
        from reader.ui.commands import help_groups
        from reader.ui.help_screen import HelpScreen

        groups = help_groups(self._settings.keys)
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
        """Write down how the screen is left."""
        if self._opened is not None and self._pane is not None:
            self._library.save_position(self._opened.identity, self._pane.position)
        cursor = self._sidebar.cursor
        article = cursor.article if cursor else None
        rows = self._library.articles([article]) if article is not None else iter(())
        self._view.open_groups = self._sidebar.open_groups
        self._view.group = cursor.group if cursor else ()
        self._view.article = next((each.identity for _, each in rows), None)
        with suppress(CryptoreadError):  # nobody is there any more to be told
            self._library.save_state("view", str(self._view))

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


def _warm_up_reading() -> None:
    from reader.ui import reading_pane
    from reader.ui.prose import warm_up

    warm_up()
    assert reading_pane
