"""The main screen without its keys: one `Query`, one open article, and the parts that show them.

Makes the parts and implements their `Host`. A subclass defines what keys do.
"""

import asyncio
from contextlib import suppress
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from reader.article import ArticleId
from reader.config.settings import Settings
from reader.errors import CryptoreadError
from reader.library import Ids, Library
from reader.query.language import Query
from reader.ui.bars.status_line import KeyLine, StatusLine
from reader.ui.bars.tag_bar import TagBar
from reader.ui.screen.answers import Answers
from reader.ui.screen.catching_up import CatchingUp
from reader.ui.screen.doors import Doors
from reader.ui.screen.keys import as_bound, key_of, keys_of_pane, reading_hint, sample_banner
from reader.ui.screen.listing import Listing, sidebar_of
from reader.ui.screen.marks import Marker
from reader.ui.screen.open_article import OpenArticle
from reader.ui.screen.panes import NARROW, Panes
from reader.ui.screen.reported import reported
from reader.ui.screen.saved_view import View
from reader.ui.screen.search import Searching
from reader.ui.screen.stepping import Stepping
from reader.ui.screen.warming_up import WarmUp
from reader.ui.sidebar.cursor import Place
from reader.ui.textual_compat.compositor import repaint_changes_only
from reader.ui.textual_compat.failures import in_background
from reader.ui.textual_compat.light_screen import LightScreen
from reader.ui.textual_compat.quick_keys import QuickKeys

if TYPE_CHECKING:
    from reader.ui.briefing.pane import BriefingPane
    from reader.ui.screen.full_text import Originals
    from reader.ui.screen.insight.briefing import Briefings
    from reader.ui.screen.own.views import Views
    from reader.ui.screen.sync import Syncing

FIRST_SYNC_AFTER_S = 2.0  # it loads many modules: it waits until the user reads the screen
MINUTE_S = 60.0
OPEN_MORE_AFTER_S = 0.02  # pause between opening groups for results, in which keys are answered
LOOK_FOR_CHANGES_S = 1.0  # how often the screen asks whether another program has changed the cache
READING_PANE = "reader.ui.reading.pane"


class HostScreen(QuickKeys, LightScreen):
    """List and reading pane between the bars."""

    BLANK = True  # covered by the widgets

    class Settled(Message):
        """The first screen shows all that it will show before a key: the open article, too."""

    def __init__(
        self,
        library: Library,
        settings: Settings,
        query: Query,
        start: Query,
        config: Path | None = None,
    ) -> None:
        """Make the screen. query: shown first. start: what `x` returns to. config: settings."""
        super().__init__()
        self._compositing = repaint_changes_only(self, is_held=True)  # until it is laid out
        self._filter = query
        self.keymap, self.own_commands = settings.keys, settings.commands
        """Keys that the user has chosen, by binding id, and programs of the user's own."""
        self._settings = settings
        self._library = library
        self._config = config
        self._start = start
        self._view = View.parse(library.state("view"))
        self._is_restored = False
        self._syncing: Syncing | None = None
        self._originals: Originals | None = None
        self._briefings: Briefings | None = None
        undo = self.key("reader.undo")
        self.marker = Marker(self, library, show_changes=self._show_changes, undo_key=undo)
        """Writes the marks of this screen."""

    def compose(self) -> ComposeResult:
        """Yield the bars and the two panes."""
        library, settings = self._library, self._settings
        if library.is_sample:
            self.add_class("-sample")
            yield Static(Content(sample_banner(self.keymap)), id="banner")
        self._tag_bar = TagBar(library, self._filter)
        self._status, self._key_line = StatusLine(), KeyLine()
        self._sidebar = sidebar_of(library, self._view, self._open)
        self._panes = Panes(
            self._sidebar,
            settings=settings,
            width=self._view.sidebar_width,
            column=self._view.column_width,
            hint=reading_hint(self.keymap) if library.is_empty else "",  # empty: more will follow
            say=self.say,
            aside=self._first_aside(),
        )
        if settings.views:
            yield self.saved_views.bar
        yield from (self._tag_bar, self._panes, self._status, self._key_line)

    def _first_aside(self) -> "BriefingPane | None":
        """Return the pane of the briefing if the first paint has it beside the list."""
        is_beside = self.app.size.width >= NARROW and self._view.opened is None
        if not is_beside or self._compositing.is_covered or not self._library.state("visit"):
            return None
        from reader.ui.screen.insight.briefing import new_pane

        return new_pane(self._library, reading_hint(self.keymap))

    async def on_mount(self) -> None:
        """Hold the present moment, show the first answer and start the timers."""
        self._panes.fit(self.app.size.width)
        self._make_parts()
        self._show_keys()
        self._library.hold()  # keys do not wait for what other programs do
        await self._answers.ask_first()
        if self._panes.aside is not None:
            self._mounted_briefings().begin_at_once()
        self.set_focus(self._sidebar)
        self._begin()
        if not self._compositing.is_covered:
            self.call_after_refresh(self.uncover)

    def _begin(self) -> None:
        """Start timers and background work."""
        self._catching_up.begin(self._look_if_due)
        self.set_interval(LOOK_FOR_CHANGES_S, self._look_now_and_then)
        self._warm_up.start(self.set_timer, self.set_interval)
        if self._settings.sync_every:
            self.set_timer(FIRST_SYNC_AFTER_S, self._sync_by_itself)
        if notices := self._library.notices:
            self.say("; ".join(notices), patient=True)
        self._library.tell_of_damage(self._tell_of_damage)

    def _make_parts(self) -> None:
        library, panes, sidebar = self._library, self._panes, self._sidebar
        self._doors = Doors(self, self.key("reader.copy-markdown"))
        self._article = OpenArticle(
            self, library, panes, self.marker, read_when=self._settings.read_when
        )
        self._listing = Listing(
            self, library, sidebar, self._status, view=self._view, keymap=self.keymap
        )
        self._answers = Answers(self, library, self._show_answer, self._name_filter)
        forget_read = self._article.forget_read
        self._searching = Searching(self, library, self._answers, panes, forget_read)
        self._stepping = Stepping(self, library, panes, self._article, self._show_keys)
        self._catching_up = CatchingUp(
            *(self, library),
            answers=self._answers,
            article=self._article,
            listing=self._listing,
            marker=self.marker,
            searching=self._searching,
            sidebar=sidebar,
            changed=self._show_arrived,
        )
        progress, found = partial(self._status.progress, "stories"), self._show_what_is_found
        self._warm_up = WarmUp(
            *(self, library, self.marker), start=self._start, found=found, progress=progress
        )

    def _tell_of_damage(self, sentence: str) -> None:
        """Say what was damaged and repaired. Thread-safe."""
        self.call_later(self.say, sentence, error=True)

    # What the parts ask of the screen: `Host`.

    @property
    def filter(self) -> Query:
        """Return the query that the list shows."""
        return self._filter

    @property
    def views(self) -> dict[str, str]:
        """Return the saved views: queries by name."""
        return self.saved_views.queries

    @cached_property
    def saved_views(self) -> "Views":
        """Return the views of this screen; what they need is imported by the first use."""
        from reader.ui.screen.own.views import Views

        return Views(self, self._library, self._settings.views, self._config, self._start)

    def cover(self) -> None:
        """Paint nothing for now: the terminal shows the first screen as it was kept."""
        self._compositing.is_covered = True

    def uncover(self) -> None:
        """Paint the first screen, or over the picture of it that was kept, and all changes after.

        Over a picture the open article is painted when it is there; until then its picture stays.
        """
        if not self._compositing.is_held:
            return
        if not any(child.size for child in self.children):  # a key came before the layout
            self.call_after_refresh(self.uncover)
            return
        self._compositing.release(self, but="hint")

    @property
    def is_searching(self) -> bool:
        """Return whether the search line is open."""
        return self._searching.is_on

    def say(self, text: str, *, error: bool = False, patient: bool = False) -> None:
        """Show plain text for a while. patient: it does not answer a key and may wait."""
        if error:
            from reader.safety.redaction import redacted

            text = redacted(text)
        self._status.say(text, error=error, patient=patient)

    def unsay(self, text: str) -> None:
        """Take back a message that no longer holds."""
        self._status.unsay(text)

    @reported
    def show(self, query: Query, place: Place | None = None) -> None:
        """Show what the query matches. place: where the list stood when it showed that before."""
        before = self.filter
        if place is None and not self.is_searching:
            self._article.forget_read()
        if not self._searching.narrows(query):
            self._sidebar.close_results()
        self._name_filter(query)
        if place is not None:
            self._sidebar.place = place
        try:
            self._answers.ask()
        except Exception:
            self._name_filter(before)  # which the list still shows
            raise
        if place is not None:
            self._sidebar.place = place

    # The query and its answer.

    def _name_filter(self, query: Query) -> None:
        """Show another filter in the bar, before the list shows its results."""
        self._filter = query
        self._tag_bar.show_query(query)
        self._show_keys()

    def _show_answer(self, ids: Ids, is_whole: bool) -> None:
        kept = self._article.kept(ids)
        self._article.highlight()
        self._listing.show(kept, is_whole)
        if is_whole and self._sidebar.selected and not self.is_searching:
            self._sidebar.keep_selected(kept)
        if is_whole and not self._is_restored:
            self._is_restored = True
            self._view.put_back(self._sidebar, self._library)
            self.call_after_refresh(self._reopen)
        if not self.is_searching:
            self._tag_bar.show(kept)
            return
        self._open_results()
        self._tag_bar.show_soon(kept)

    def _open_results(self) -> None:
        """Open the groups that a search has found something in, a few at a time."""
        if not (self.is_searching and self._searching.narrows(self.filter)):
            return
        if not self._sidebar.open_with_results():
            self.set_timer(OPEN_MORE_AFTER_S, self._open_results)

    def _look_now_and_then(self) -> None:
        self.marker.tell_notices()
        self._mounted_briefings().look()
        self._look_if_due()

    def _look_if_due(self) -> None:
        if self._answers.may_change() and self._catching_up.is_due():
            self._look_for_changes()

    @reported
    def _look_for_changes(self) -> None:
        """Show what another program has changed."""
        self._catching_up.look()

    def _show_changes(self) -> None:
        self._catching_up.show()

    @reported
    def _show_what_is_found(self) -> None:
        self._answers.ask_at_once()

    async def _open(self, id: ArticleId) -> None:
        await self._stepping.open(id)

    # Keys.

    def _show_keys(self) -> None:
        """Show the keys of what has the focus, as the user has bound them."""
        is_on_list = self.focused is None or self.focused is self._sidebar
        hints = keys_of_pane(is_list=is_on_list, is_briefing=self._panes.shows_aside)
        self._key_line.show(as_bound(hints, self.keymap, self._stepping.next_label))

    def key(self, id: str) -> str:
        """Return the first key of a binding, as the user has bound it."""
        return key_of(id, self.keymap)

    @property
    def keys_at_present(self) -> dict[str, str]:
        """Return what keys with a varying action do now, by binding id."""
        return self._stepping.keys_at_present

    # Live news.

    def _mounted_syncing(self) -> "Syncing":
        if self._syncing is None:
            from reader.ui.screen.sync import Syncing

            self._syncing = Syncing(
                *(self, self._library, self._settings, self._config, self._panes),
                changed=self._look_for_changes,
            )
        return self._syncing

    def _sync_by_itself(self) -> None:
        """Sync now, then at the interval of the settings."""
        sync, minutes = self._mounted_syncing().by_itself, self._settings.sync_every or 0
        sync()
        self.set_interval(max(1, minutes) * MINUTE_S, sync)

    # The briefing.

    def _mounted_briefings(self) -> "Briefings":
        if self._briefings is None:
            from reader.ui.screen.insight.briefing import Briefings

            self._briefings = Briefings(
                *(self, self._library, self._panes, self._article, self.marker),
                open_article=self._open,
                hint=reading_hint(self.keymap),
            )
        return self._briefings

    def _show_arrived(self) -> None:
        if self._briefings is not None:
            self._briefings.renew()
        if self._syncing is not None:
            self._syncing.brought.look()

    # The view and the open article, saved for the next start.

    def _reopen(self) -> None:
        in_background(self, self._show_right, group="reopen")

    async def _show_right(self) -> None:
        """Show the article that was open at the end of the last session, else the briefing."""
        try:
            if self._view.opened is not None:
                await asyncio.to_thread(import_module, READING_PANE)  # keys are answered meanwhile
                if await self._article.reopen(self._view.opened):
                    self._show_keys()
                    pane = await self._panes.mounted_pane()
                    await pane.laid_out()  # the picture has its length
            if self._panes.pane is None:
                await self._mounted_briefings().begin()
        finally:
            self.call_after_refresh(self.post_message, self.Settled())

    def on_unmount(self) -> None:
        """End what runs in the background and save the view."""
        self._answers.end()
        for each in (self._syncing, self._originals, self._warm_up):
            if each is not None:
                each.end()
        with suppress(CryptoreadError):  # the screen is closed and cannot show it
            self._save()

    def _save(self) -> None:
        """Save the view for the next start. Raises CacheError."""
        self._library.wait_briefly()
        self._view.note(self._sidebar, self._library)
        self._view.sidebar_width = self._panes.chosen_width
        self._view.column_width = self._panes.chosen_column
        self._view.opened = self._article.article.identity if self._article.article else None
        self._library.save_state("view", str(self._view))
        self._article.save_position()
        if self._briefings is not None:
            self._briefings.save_visit()
        self._library.remember(self._start)
