"""The main screen: one `Query` and one selected article, and everything they show.

It mediates: widgets tell it what happened, it asks the library and hands values to widgets.
"""

import asyncio
import gc
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from reader.article import Article, ArticleId, Identity
from reader.config import Settings
from reader.errors import CryptoreadError
from reader.library import Grouping, Ids, Library, TagCount
from reader.query import Field, Query
from reader.ui.answers import Answers
from reader.ui.failures import Guarded, in_background
from reader.ui.filtering import stepped_back
from reader.ui.keys import (
    LIST_KEYS,
    NEXT,
    PREVIOUS,
    READER_KEYS,
    READING_KEYS,
    as_bound,
    key_of,
)
from reader.ui.list_cursor import Place
from reader.ui.marking import Marker
from reader.ui.numbered_tags import NumberedTags
from reader.ui.open_article import OpenArticle
from reader.ui.opening import Doors
from reader.ui.outline import Cursor
from reader.ui.panes import Panes
from reader.ui.repainting import repaint_changes_only
from reader.ui.reported import reported
from reader.ui.sidebar import Sidebar
from reader.ui.status_line import KeyLine, StatusLine
from reader.ui.tag_bar import TagBar
from reader.ui.view import View

if TYPE_CHECKING:
    from reader.ui.originals import Originals
    from reader.ui.reading_pane import ReadingPane
    from reader.ui.search_line import SearchLine
    from reader.ui.searching import Searching
    from reader.ui.syncing import Syncing
    from reader.ui.tag_picker import TagPicker

WARM_UP_AFTER_S = 0.25
"""By then the first screen is there, and few readers have opened an article."""

FIRST_SYNC_AFTER_S = 2.0
"""A sync that nobody asked for loads much: by then the reader has what he came for."""

OPEN_MORE_AFTER_S = 0.05
"""Pause between groups that are opened for results, in which keys are answered."""

COPY_EVERY_S = 3600.0
"""How often a screen that stays open looks whether today's copy of the marks is there."""

LOOK_FOR_CHANGES_S = 1.0
"""How often the screen asks whether another program has changed the cache."""

SAMPLE_BANNER = "Sample articles. {sync} brings news; your own: quit and run cryptoread import"
READING_HINT = (
    "{expand} or {open} opens the article under the cursor, {next} the next unread one. "
    "{help} shows all keys."
)
EMPTY = "No articles. {sync} brings news; your own: quit and run cryptoread import"
EMPTY_SEARCH = "No article matches. Esc gives the list back as it was."
EMPTY_FILTERED = "No article matches. {drop} drops the last filter, {clear} all of them."

GROUPINGS = {
    Grouping.CATEGORY: "by category",
    Grouping.DAY: "by day",
    Grouping.SOURCE: "by source",
    Grouping.NONE: "newest first",
}


class ReaderScreen(Guarded, Screen[None]):
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
        repaint_changes_only(self)
        self.filter = query
        """What the list shows."""
        self.settings = settings
        self._library = library
        self._config = config
        self._start = start
        self._view = View.parse(library.state("view"))
        self._ids = Ids()
        self._is_whole = True
        self._is_restored = False
        self._said_of_matches = ""
        self._searching: Searching | None = None
        self._syncing: Syncing | None = None
        self._originals: Originals | None = None
        self.marker = Marker(
            self,
            library,
            self.say,
            query=lambda: self.filter,
            show_changes=self._show_changes,
            undo_key=self.key("reader.undo"),
        )
        """What writes this screen's marks."""

    def compose(self) -> ComposeResult:
        if self._library.is_sample:
            self.add_class("-sample")
            banner = SAMPLE_BANNER.format(sync=self.key("reader.sync"))
            yield Static(Content(banner), id="banner")
        yield TagBar()
        yield Sidebar(self._library.rows, self._open_and_enter, now=self._library.clock)
        # Without the text where an article is going to take its place.
        yield Static(Content("" if self._view.opened else self._reading_hint), id="hint")
        yield StatusLine()
        yield KeyLine()

    async def on_mount(self) -> None:
        self._sidebar = self.query_one(Sidebar)
        self._status = self.query_one(StatusLine)
        self._doors = Doors(self, self.say, self.key("reader.copy-markdown"))
        self._article = OpenArticle(self, self._library, self._sidebar, self.marker)
        self._tags = NumberedTags(self, self._library, self.query_one(TagBar))
        self._answers = Answers(self, self._library, self._show_answer)
        self._panes = Panes(self, self._sidebar, self._article, self._view)
        self.query_one(KeyLine).show(as_bound(LIST_KEYS, self.settings.keys, self._next_label))
        self._library.hold()  # a key waits for nothing that other programs do
        self._library.announce()
        await self._answers.ask_first()
        self.set_focus(self._sidebar)
        self.set_interval(LOOK_FOR_CHANGES_S, self._look_now_and_then)
        self.set_timer(WARM_UP_AFTER_S, self._warm_up)
        self.set_interval(COPY_EVERY_S, self._keep_copy)
        if minutes := self.settings.sync_every:
            self.set_timer(FIRST_SYNC_AFTER_S, lambda: self._mounted_syncing().keep_on(minutes))
        if notices := self._library.notices:
            self.say("; ".join(notices), patient=True)
        self._library.tell_of_damage(self._tell_of_damage)

    def _tell_of_damage(self, sentence: str) -> None:
        """From any thread."""
        self.call_later(self.say, sentence, error=True)

    def say(self, text: str, *, error: bool = False, patient: bool = False) -> None:
        """Tell the reader something, for a while, as plain text; patient: it answers no key."""
        if error:
            from reader.redaction import redacted

            text = redacted(text)
        self._status.say(text, error=error, patient=patient)

    def unsay(self, text: str) -> None:
        """Take back what is not true any more."""
        self._status.unsay(text)

    def show_progress(self, text: str) -> None:
        """What goes on in the background; empty: nothing."""
        self._status.progress(text)

    # The query and its answer.

    @reported
    def show(self, query: Query, place: Place | None = None) -> None:
        """Show what the query matches; place: where the list stood when it showed that before."""
        before = self.filter
        if place is None and not self.has_class("-searching"):
            self._article.forget_read()
        if self._searching is not None and not self._searching.narrows(query):
            self._sidebar.close_results()
        self.filter_by(query)
        if place is not None:
            self._sidebar.place = place
        try:
            self._answers.ask()
        except Exception:
            self.filter_by(before)  # which the list still shows
            raise
        if place is not None:
            self._sidebar.place = place

    def forget_read(self) -> None:
        """Keep no read article in a list of unread ones any longer than the present answer."""
        self._article.forget_read()

    def filter_by(self, query: Query) -> None:
        """Name another filter in the bar; the list follows."""
        self.filter = query
        self._tags.show_filter()
        self._show_keys()

    @property
    def list_place(self) -> Place:
        return self._sidebar.place

    def _show_answer(self, ids: Ids, is_whole: bool) -> None:
        self._ids = self._article.kept(ids)
        self._is_whole = is_whole
        self._article.highlight()
        self._show_groups()
        if is_whole and not self._is_restored:
            self._is_restored = True
            self._view.put_back(self._sidebar, self._library)
            self.call_after_refresh(self._reopen)
        if not self.has_class("-searching"):
            self._tags.show(self._ids)
            return
        self._open_results()
        self._tags.show_soon(self._ids)

    def _open_results(self) -> None:
        """Open the groups that a search has found something in, some at a time."""
        searching = self._searching
        if searching is None or not (searching.is_on and searching.narrows(self.filter)):
            return
        if not self._sidebar.open_with_results():
            self.set_timer(OPEN_MORE_AFTER_S, self._open_results)

    def _show_groups(self) -> None:
        groups = self._library.groups(self._ids, self._view.grouping)
        self._sidebar.show_language = len(self.filter.included(Field.LANG)) != 1
        self._sidebar.show_time = self._view.grouping is Grouping.DAY
        self._sidebar.show(groups, empty_hint=self._empty_hint())
        self._show_status(sum(group.unread for group in groups))

    def _empty_hint(self) -> str:
        if not self._is_whole:
            return "Searching…"
        if self.has_class("-searching"):
            return EMPTY_SEARCH
        if not self.filter.terms:
            return EMPTY.format(sync=self.key("reader.sync"))
        drop, clear = self.key("reader.drop-last-filter"), self.key("reader.clear-filters")
        return EMPTY_FILTERED.format(drop=drop, clear=clear)

    def _show_status(self, unread: int) -> None:
        if not self._is_whole:
            self._status.show("searching…", GROUPINGS[self._view.grouping])
            return
        shown, total = len(self._ids), self._library.total
        articles = f"{shown:,} articles" if shown >= total else f"{shown:,} of {total:,} articles"
        grouping = GROUPINGS[self._view.grouping]
        self._status.show(f"{unread:,} unread · {articles}", grouping)

    def _look_now_and_then(self) -> None:
        self.marker.tell_notices()
        if self._answers.may_change():
            self._look_for_changes()

    @reported
    def _look_for_changes(self) -> None:
        """Show what another program has changed."""
        if not self._library.renew():
            self._answers.catch_up(self._show_changes)
        elif self._answers.has_failed:
            self._answers.ask()

    def _show_changes(self) -> None:
        """Go on to the moment that has been read: the list, its rows and what is open together.

        Not while a mark is on its way: what it is about has the ids of the moment before.
        """
        if self.marker.is_writing:
            return  # when it is written, changes are looked for again
        if not self._library.is_prepared_for(self.filter):
            self._answers.catch_up(self._show_changes)
            return
        texts = self._library.texts
        moves = self._library.catch_up(self._held_articles())
        if self._library.texts == texts:
            self._marks_changed()
            return
        self._sidebar.follow(moves)
        if self._searching is not None:
            self._searching.follow(moves)
        self._article.find_again()
        self._sidebar.refresh_rows()
        self._answers.ask()
        self._article.show_marks()
        self._article.reread()

    def _held_articles(self) -> set[ArticleId]:
        """Those that stay what they are on the screen when their ids change."""
        searching = self._searching.held_articles if self._searching else set()
        return self._sidebar.held_articles | searching

    def _marks_changed(self) -> None:
        """Read or favourite is not what it was: which articles match may still be the same."""
        self._sidebar.refresh_rows()
        if self.filter.included(Field.IS) or self.filter.excluded(Field.IS):
            self._answers.ask()
        else:
            self._show_groups()
        self._article.show_marks()

    def action_cycle_digit(self, digit: int) -> None:
        query = self._tags.cycled(digit)
        if query is not None:
            self.show(query)

    def action_sentiment(self, sentiment: str | None) -> None:
        self.show(self.filter.with_only(Field.SENTIMENT, sentiment))

    @reported
    async def action_next_language(self) -> None:
        """Each language in turn, the most frequent first, then all of them.

        Cursor and pane go to the same story in that language, where there is one.
        """
        languages = list(self._library.names(Field.LANG))
        now = self.filter.included(Field.LANG)
        place = languages.index(now[0]) + 1 if now and now[0] in languages else 0
        following = languages[place] if place < len(languages) else None
        cursor, opened = self._sidebar.cursor, self._article.article
        at_cursor = self._library.identity(cursor.article) if cursor and cursor.article else None
        twin = self._twin(at_cursor, following)
        opened_twin = self._twin(opened.identity if opened else None, following)
        query = self.filter.with_only(Field.LANG, following)
        self.show(query)
        if self.filter is not query:  # it could not be found
            return
        if cursor and twin is not None and not self._sidebar.move_to(twin):
            self._sidebar.cursor = Cursor(group=cursor.group, article=twin)
        if opened_twin not in (None, self._article.id):
            await self._article.show(opened_twin)
            self._show_keys()

    def _twin(self, story: Identity | None, lang: str | None) -> ArticleId | None:
        """The article that says the same in the language."""
        if story is None or lang is None:
            return None
        return self._library.id_of(story._replace(lang=lang))

    async def action_search(self) -> None:
        """Open the line on which a search is typed."""
        if self._searching is None:
            from reader.ui.searching import Searching

            self._searching = Searching(self, self._library, self._answers)
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
        if self._panes.is_list_hidden:
            self._panes.show_list()
        elif self.filter != self._start:
            self.show(stepped_back(self.filter, self._start))

    @reported
    def action_regroup(self) -> None:
        groupings = list(Grouping)
        place = groupings.index(self._view.grouping) + 1
        self._view.grouping = groupings[place % len(groupings)]
        self._show_groups()
        if self._view.grouping is not Grouping.CATEGORY:
            self._sidebar.open_first()

    @reported
    async def action_pick_tags(self) -> None:
        from reader.ui.tag_picker import TagPicker

        await self.app.push_screen(
            TagPicker(
                self.filter,
                self._counted_tags,
                self._tags.at_once(self._ids) or (),
            )
        )

    def _counted_tags(self, query: Query) -> list[TagCount]:
        """Return the tags of what matches, counted as of one moment. For any thread."""
        while True:
            version = self._library.version
            counts = self._library.tag_counts(self._library.find(query))
            if version == self._library.version:
                return counts

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
        if await self._article.show(id):
            self._panes.show_article()
            self._show_keys()
            if self._article.pane is not None:
                await self._article.pane.first_layout()  # a key typed ahead may ask for a page

    @reported
    async def action_neighbour(self, step: Literal[1, -1], unread: bool = False) -> None:
        """Open the next article; unread: the next that is, or after a search what it found."""
        if unread and self._is_searched:
            await self._go_to_match_or_result(step)
            return
        unread_in = self._library.unread if unread else None
        found = self._sidebar.neighbour(self._article.id, step, unread_in=unread_in)
        await self._go_to(found, step, "unread article" if unread else "article")

    async def _go_to_match_or_result(self, step: Literal[1, -1]) -> None:
        """Go through the matches of the open article, then to the next one that was found."""
        if await self._article.go_to_match(step):
            return
        found = self._sidebar.neighbour(self._article.id, step, else_first=True)
        if await self._go_to(found, step, "result") and self._article.pane is not None:
            await self._article.pane.first_layout()
            await self._article.go_to_match(step, at_edge=True)

    async def _go_to(self, article: ArticleId | None, step: Literal[1, -1], what: str) -> bool:
        """Open it in the pane, with the cursor on it; whether there is one that can be read."""
        if article is None:
            self.say(f"no {'next' if step > 0 else 'previous'} {what} in this list")
            return False
        self._sidebar.move_to(article)
        if not await self._article.show(article):
            return False
        if self._panes.is_narrow:
            self._panes.show_article()
        self._show_keys()
        return True

    @property
    def _is_searched(self) -> bool:
        """Whether the filter asks for words, which stand somewhere in what it found."""
        return any(not term.exclude for term in self.filter.words)

    @property
    def _next_label(self) -> str:
        """What `n` does at present."""
        if not self._is_searched:
            return "next unread"
        return "next match" if self._article.has_match_ahead else "next result"

    @property
    def keys_at_present(self) -> dict[str, str]:
        """Return what those keys do at present that do not always do the same, by binding id."""
        if not self._is_searched:
            return {}
        label = self._next_label
        return {
            NEXT: f"Go to the {label}; after the last match, to the next result",
            PREVIOUS: "Go to the previous match; before the first, to the previous result",
        }

    def _show_keys(self) -> None:
        """Show the keys of what has the focus, as the user has bound them."""
        hints = LIST_KEYS if isinstance(self.focused, Sidebar) else READING_KEYS
        shown = as_bound(hints, self.settings.keys, self._next_label)
        self.query_one(KeyLine).show(shown)

    def key(self, id: str) -> str:
        """Return the first key of a binding, as the user has bound it."""
        return key_of(id, self.settings.keys)

    @property
    def _reading_hint(self) -> str:
        return READING_HINT.format(
            expand=self.key("sidebar.expand"),
            open=self.key("sidebar.open"),
            next=self.key(NEXT),
            help=self.key("reader.help"),
        )

    def on_reading_pane_matches_passed(self) -> None:
        self._show_keys()

    def on_reading_pane_matches_found(self, event: "ReadingPane.MatchesFound") -> None:
        self.unsay(self._said_of_matches)
        self._said_of_matches = ""
        count = f"{event.count}" if event.is_to_end else f"{event.count}+"
        if event.current and event.is_from_start:
            self._said_of_matches = f"match {event.current} of {count}"
        elif event.current:
            self._said_of_matches = "a match, not counted: the text above is long"
        elif event.count:
            what = "1 match" if count == "1" else f"{count} matches"
            self._said_of_matches = f"{what} · {self.key(NEXT)} goes to the next"
        if event.count:
            self.say(self._said_of_matches, patient=not event.current)
        self._show_keys()

    def _of_article(self) -> Article | None:
        """The article that a key is about: the open one while it is read, else the cursor's."""
        cursor = self._sidebar.cursor
        article = self._article.article
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
        """Mark the group under the cursor, else the article."""
        cursor = self._sidebar.cursor
        if self.focused is self._sidebar and cursor and cursor.article is None:
            if group := self._sidebar.group(cursor.group):
                self.marker.toggle_all_read(group.ids)
            return
        article = self._of_article()
        id = self._library.id_of(article.identity) if article else None
        if id is not None:
            self.marker.toggle_read(id)

    def action_all_read(self) -> None:
        self.marker.read(self._ids)

    @reported
    def action_toggle_favourite(self) -> None:
        article = self._of_article()
        id = self._library.id_of(article.identity) if article else None
        if id is not None:
            self.marker.toggle_favourite(id)

    def action_undo(self) -> None:
        self.marker.undo()

    def action_redo(self) -> None:
        self.marker.redo()

    # Panes.

    def action_other_pane(self) -> None:
        self._panes.change()

    def action_to_list(self) -> None:
        self._panes.show_list()

    def action_zoom(self) -> None:
        self._panes.zoom()

    def action_resize(self, steps: int) -> None:
        self._panes.widen(steps)

    def on_resize(self, event: events.Resize) -> None:
        self._panes.resize(event.size.width)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if isinstance(event.widget, Sidebar):
            self.remove_class("-reading")  # a click gives the list the focus, as keys do
            self._show_keys()
        elif event.widget is self._article.pane:
            self.add_class("-reading")
            self._show_keys()

    def on_key_line_action_chosen(self, event: KeyLine.ActionChosen) -> None:
        """What the key does, behind the keys that the pane has still to act on."""
        name = event.action.partition("(")[0]
        target = self.focused if hasattr(self.focused, f"action_{name}") else self
        if target is not None:
            target.call_later(target.run_action, event.action)

    async def action_help(self) -> None:
        from reader.ui.commands import help_groups
        from reader.ui.help_screen import HelpScreen

        groups = help_groups(self.settings.keys, self.keys_at_present)
        await self.app.push_screen(HelpScreen(groups, str(self._library.folder)))

    # Live news.

    def _mounted_syncing(self) -> "Syncing":
        if self._syncing is None:
            from reader.ui.syncing import Syncing

            self._syncing = Syncing(self, self._library, self._config, self._look_for_changes)
        return self._syncing

    @reported
    def action_sync(self) -> None:
        self._article.forget_read()
        if Field.IS in {term.field for term in self.filter.terms}:
            self._answers.ask()
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

    def on_unmount(self) -> None:
        self._answers.end()
        for each in (self._syncing, self._originals):
            if each is not None:
                each.end()
        with suppress(CryptoreadError):  # nobody is there any more to be told
            self._save()

    def _reopen(self) -> None:
        """Show the article that was open at the end of the last session."""
        if self._view.opened is not None:
            in_background(self, partial(self._reopen_article, self._view.opened), group="reopen")

    async def _reopen_article(self, identity: Identity) -> None:
        await asyncio.to_thread(_import_reading_pane)  # keys are answered meanwhile
        if await self._article.reopen(identity):
            self._show_keys()
        elif self._article.pane is None:
            self.query_one("#hint", Static).update(Content(self._reading_hint))

    def _save(self) -> None:
        """Write down how the screen is left."""
        self._library.hurry()
        self._view.note(self._sidebar, self._library)
        self._view.opened = self._article.article.identity if self._article.article else None
        self._library.save_state("view", str(self._view))
        self._article.save_position()
        self._library.remember(self._start)

    def _warm_up(self) -> None:
        """What the first opened article needs, while nobody waits."""
        gc.collect()  # what start-up left behind would stay for ever
        gc.freeze()
        gc.enable()
        work = partial(asyncio.to_thread, self._warm_up_list_and_reading)
        in_background(self, work, group="warm-up")

    def _warm_up_list_and_reading(self) -> None:
        """What the list shows, if it was remembered, as it is found; then what reading needs.

        One after the other: a second thread would have connections and memory of its own.
        """
        try:
            self._library.warm_up(self._start)
            self.call_later(self._show_what_is_found)
        finally:
            _warm_up_reading()
        self._library.keep_copy_of_marks()
        self.call_later(self.marker.tell_notices)

    def _keep_copy(self) -> None:
        work = partial(asyncio.to_thread, self._library.keep_copy_of_marks)
        in_background(self, work, group="copy")

    @reported
    def _show_what_is_found(self) -> None:
        self._answers.ask_at_once()


def _import_reading_pane() -> None:
    import reader.ui.reading_pane  # noqa: F401


def _warm_up_reading() -> None:
    import reader.ui.reading_pane
    import reader.ui.searching
    import reader.ui.tag_picker  # noqa: F401
    from reader.ui.prose import warm_up

    warm_up()
