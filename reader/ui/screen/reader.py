"""The main screen: what each key does, and each message of a widget.

Every action calls one of the screen's parts.
"""

from typing import TYPE_CHECKING, ClassVar, Literal

from textual import events
from textual.binding import BindingType

from reader.library import MOST_TAGS, Ids, TagCount
from reader.query.language import Field, Query
from reader.ui.bars.status_line import KeyLine
from reader.ui.bars.tag_bar import TagBar
from reader.ui.screen.actions.telling import TellingScreen
from reader.ui.screen.filtering import stepped_back
from reader.ui.screen.host_screen import HostScreen
from reader.ui.screen.keys import NEXT, READER_KEYS
from reader.ui.screen.reported import reported

if TYPE_CHECKING:
    from reader.ui.bars.search_line import SearchLine
    from reader.ui.bars.view_bar import ViewBar
    from reader.ui.modals.tag_picker import TagPicker
    from reader.ui.reading.pane import ReadingPane
    from reader.ui.screen.languages import Twins
    from reader.ui.screen.reading.finding import Finding
    from reader.ui.screen.reading.reading_on import ReadingOn
    from reader.ui.screen.sync import Syncing


class ReaderScreen(TellingScreen, HostScreen):
    """The main screen with the actions that keys, clicks and the palette ask for."""

    BINDINGS: ClassVar[list[BindingType]] = READER_KEYS

    _picker: "TagPicker | None" = None
    """The box of tags, once it was opened."""

    _other_languages: "Twins | None" = None
    """The steps to other languages, once there was one."""

    _finding: "Finding | None" = None
    """The searches in articles, once there was one."""

    _reading_on: "ReadingOn | None" = None
    """The steps of the key that reads on, once it was pressed."""

    # The query and its answer.

    def action_cycle_digit(self, digit: int) -> None:
        """Cycle the tag of this digit: off, +, −."""
        self._tag_bar.cycle(digit)

    @reported
    async def action_views(self) -> None:
        """Ask for a saved view and show it, or remove it."""
        await self.saved_views.pick(self.marker)

    @reported
    async def action_save_view(self) -> None:
        """Save the filter as a view."""
        await self.saved_views.save()

    @reported
    def on_view_bar_view_chosen(self, event: "ViewBar.ViewChosen") -> None:
        """Show the clicked view."""
        self.saved_views.show_view(event.name)

    @reported
    def action_open_view(self, name: str) -> None:
        """Show the view of that name."""
        self.saved_views.show_view(name)

    def _name_filter(self, query: Query) -> None:
        super()._name_filter(query)
        if "saved_views" in vars(self):
            self.saved_views.refresh()

    def on_tag_bar_query_changed(self, event: TagBar.QueryChanged) -> None:
        """Show the changed query."""
        self.show(event.query)

    def action_sentiment(self, sentiment: str | None) -> None:
        """Show this sentiment only; None: all."""
        self.show(self.filter.with_only(Field.SENTIMENT, sentiment))

    @reported
    async def action_next_language(self) -> None:
        """Show the next language, of the open article or of the list."""
        from reader.ui.screen.languages import next_language

        if await next_language(self, self._library, self._sidebar, self._article, self._twins()):
            self._show_keys()

    @reported
    async def action_twin(self) -> None:
        """Open the same article in the next of its languages, at the same block."""
        article = self._of_article()
        if article is not None and await self._twins().go_on(article):
            self._panes.show_article()
            self._show_keys()

    def _twins(self) -> "Twins":
        from reader.ui.screen.languages import Twins

        if self._other_languages is None:
            self._other_languages = Twins(self, self._library, self._sidebar, self._article)
        return self._other_languages

    async def action_search(self) -> None:
        """Open the search line."""
        await self._searching.begin()

    @reported
    async def action_find(self) -> None:
        """Open the line that finds words in the open article."""
        if self._finding is None:
            from reader.ui.screen.reading.finding import Finding

            self._finding = Finding(self, self._panes, self._article, self._show_keys)
        await self._finding.begin()

    def on_search_line_typed(self, event: "SearchLine.Typed") -> None:
        """Search for what is typed so far."""
        self._searching.typed(event.query)

    @reported
    def on_search_line_kept(self, event: "SearchLine.Kept") -> None:
        """Keep the search and close the line."""
        self._searching.keep(event.text)
        self._sidebar.keep_selected(self._listing.ids)

    def on_search_line_given_up(self) -> None:
        """Return to the query from before the search."""
        self._searching.give_up()

    def action_clear(self) -> None:
        """Return to the query of the start."""
        self.show(self._start)

    def action_back(self) -> None:
        """End the search in the article, leave the pane that is shown alone, or drop a filter."""
        if self._finding is not None and self._article.is_sought_in:
            self._finding.end()
        elif self._panes.is_list_hidden:
            self._panes.show_list()
        elif self._sidebar.selected:
            self._sidebar.select(Ids())
        elif self.filter != self._start:
            self.show(stepped_back(self.filter, self._start))

    @reported
    async def action_pick_tags(self) -> None:
        """Open the list of all tags."""
        from reader.ui.modals.modal import open_box
        from reader.ui.modals.tag_picker import TagPicker

        most = MOST_TAGS + len(self.filter.tags)
        first = self._library.tags_at_once(self._listing.ids, most) or ()
        if self._picker is None:
            close = self.key("tag_picker.close")
            self._picker = TagPicker(self.filter, self._counted_tags, first, close_key=close)
            self.app.install_screen(self._picker, "tags")  # keeps its widgets when it is closed
        elif self._picker.is_current:
            return
        else:
            self._picker.begin_again(self.filter, first)
        await open_box(self.app, self._picker)

    def _counted_tags(self, query: Query) -> list[TagCount]:
        """Return the tags of what matches, counted as of one version. Thread-safe."""
        while True:
            version = self._library.version
            counts = self._library.tag_counts(self._library.find(query))
            if version == self._library.version:
                return counts

    def on_tag_picker_query_changed(self, event: "TagPicker.QueryChanged") -> None:
        """Show the changed query."""
        self.show(event.query)

    def on_reading_pane_tag_clicked(self, event: "ReadingPane.TagClicked") -> None:
        """Cycle the clicked tag."""
        self.show(self.filter.cycle_tag(event.tag))

    # The article.

    @reported
    async def action_neighbour(self, step: Literal[1, -1], unread: bool = False) -> None:
        """Open the next article; unread: the next unread one, match or result of a search."""
        if unread:
            if self.filter.sought:  # matches are in the article
                self._panes.leave_aside()
            await self._stepping.to_unread_or_match(step)
        else:
            await self._stepping.to_neighbour(step)

    @reported
    async def action_read_on(self) -> None:
        """Scroll the open article by a page; after its end, open the next unread one."""
        if self._reading_on is None:
            from reader.ui.screen.reading.reading_on import ReadingOn

            self._reading_on = ReadingOn(self, self._panes, self._article, self._stepping)
        await self._reading_on.step()

    @reported
    def action_heading(self, step: Literal[1, -1]) -> None:
        """Go to the next heading of the open article, or (-1) the previous one."""
        from reader.ui.screen.reading import outline

        outline.step(self, self._article, step)

    @reported
    def action_headings(self) -> None:
        """Choose a heading of the open article."""
        from reader.ui.screen.reading import outline

        outline.choose(self, self._article, self._panes)

    def on_reading_pane_matches_passed(self) -> None:
        """Update the keys: the next match is another one."""
        self._show_keys()

    def on_reading_pane_matches_found(self, event: "ReadingPane.MatchesFound") -> None:
        """Say how many matches the article has."""
        self._stepping.tell_matches(event, self.key(NEXT))
        if self._finding is not None:
            self._finding.tell(event)

    def action_cover(self) -> None:
        """Open the cover image of the article."""
        if article := self._of_article():
            self._doors.cover(article)

    def action_original(self) -> None:
        """Open the article in the browser."""
        if article := self._of_article():
            self._doors.original(article)

    def action_own_command(self, name: str) -> None:
        """Call a command of the settings with the article."""
        from reader.ui.screen.own.commands import call

        if article := self._of_article():
            call(self, self._settings.commands, name, article)

    def action_copy_link(self) -> None:
        """Copy the link of the article, or those of all that are selected."""
        if self._sidebar.selected:
            self._doors.copy_links(self._library, self._sidebar.selected)
        elif article := self._of_article():
            self._doors.copy_link(article)

    def action_copy_markdown(self) -> None:
        """Copy the article as Markdown."""
        if article := self._of_article():
            self._doors.copy_markdown(article)

    @reported
    def on_reading_pane_end_seen(self) -> None:
        """Mark the article as read if it counts as read at its end."""
        self._article.end_seen()

    def on_text_selected(self) -> None:
        """Copy what was selected with the mouse."""
        self._doors.copy_selected(self)

    def on_reading_pane_cover_clicked(self) -> None:
        """Open the cover image."""
        self.action_cover()

    def on_reading_pane_link_clicked(self, event: "ReadingPane.LinkClicked") -> None:
        """Open the clicked link."""
        self._doors.link(event.url, event.label)

    # Panes and keys.

    def action_other_pane(self) -> None:
        """Move the focus to the other pane."""
        self._panes.change()

    def action_to_list(self) -> None:
        """Move the focus to the list."""
        self._panes.show_list()

    def action_zoom(self) -> None:
        """Show the focused pane alone, or both again."""
        self._panes.zoom()

    def action_resize(self, steps: int) -> None:
        """Widen the list by `steps`; negative: narrow it."""
        self._panes.widen(steps)

    def action_column(self) -> None:
        """Choose the next width of the lines of text."""
        self._panes.next_column()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the panes to the new width."""
        self._panes.fit(event.size.width)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Show the keys of the pane that has the focus."""
        if event.widget in (self._sidebar, self._panes.right):
            self._show_keys()

    def on_key_line_action_chosen(self, event: KeyLine.ActionChosen) -> None:
        """Do what the key does, after the keys that the pane has not handled yet."""
        name = event.action.partition("(")[0]
        target = self.focused if hasattr(self.focused, f"action_{name}") else self
        if target is not None:
            target.call_later(target.run_action, event.action)

    async def action_help(self) -> None:
        """Show the keys that work now."""
        from reader.ui.modals.help import HelpScreen
        from reader.ui.modals.modal import open_box
        from reader.ui.screen.palette import help_groups

        groups = help_groups(self.keymap, self.keys_at_present)
        shared = self._library.shared
        place = shared.name if shared else str(self._library.folder)
        await open_box(self.app, HelpScreen(groups, place))

    # Live news.

    @reported
    def action_sync(self) -> None:
        """Fetch all sources now."""
        self._article.forget_read()
        if self.filter.is_about_marks:
            self._answers.ask()
        self._mounted_syncing().begin()

    def on_syncing_progressed(self, event: "Syncing.Progressed") -> None:
        """Show how far the sync has come."""
        self._status.progress("sync", event.text)

    def action_full_text(self) -> None:
        """Fetch the full text of the article from its page."""
        if self._originals is None:
            from reader.ui.screen.full_text import Originals

            self._originals = Originals(self, self._library, self._look_for_changes)
        if article := self._of_article():
            self._originals.fetch(article)

    @reported
    async def action_sources(self) -> None:
        """Show the sources and how each is doing."""
        await self._mounted_syncing().show_sources()
