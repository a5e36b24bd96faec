"""The briefing on the screen: computed in a thread, shown in place of the article, kept up to date.

Also decides when the last visit moves: at the end of a session that showed something new, or when
the user says so.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.worker import Worker

from reader.article import Article, ArticleId
from reader.errors import CryptoreadError
from reader.i18n import _, grouped, ngettext
from reader.library import Ids, Library
from reader.query.language import Field, Query, Term
from reader.ui.screen.host import Host
from reader.ui.screen.marks import Marker
from reader.ui.screen.open_article import OpenArticle
from reader.ui.screen.panes import Panes
from reader.ui.textual_compat.failures import ended, in_background

if TYPE_CHECKING:
    from reader.cache.insight.briefing import Briefing, Visit
    from reader.ui.briefing.pane import BriefingPane
    from reader.ui.briefing.parts import Target

HINT_AFTER_S = 0.3
"""How long the pane is empty at the start before it shows a hint instead of the briefing."""

AT_LATEST_S = 60.0

WAITS_S = 0.025
"""How long a key waits for the briefing before the pane is shown without it."""

WEEK = 7
"""Days that a first briefing is about if the newest has few articles."""

ONLY_READ = _("the data folder cannot be written: the visit is not saved")
TAKEN_BACK = _("no longer caught up to here")


class Read(NamedTuple):
    """A briefing, and of what it is."""

    briefing: "Briefing"
    query: Query
    since: "Visit | None"
    texts: int
    """The version of the articles whose ids it has."""
    version: int
    """The version of all that it tells: stories may be decided later."""
    visit: "Visit"
    """The moment at which it was computed, as a visit."""
    days: int
    """Of how many days it is where there was no visit."""


class CaughtUp(NamedTuple):
    """What the key to catch up did, to take it back. steps: of marking, when it was done."""

    before: "Visit | None"
    visit: "Visit"
    steps: int
    are_marked: bool = False


def new_pane(library: Library, hint: str) -> "BriefingPane":
    """Return a pane for the briefings of a library."""
    from reader.ui.briefing.pane import BriefingPane

    return BriefingPane(library.rows, now=library.clock, hint=hint)


class Briefings:
    """The briefings of one screen.

    open_article: opens an article of the list. hint: says what keys do where nothing is new.
    """

    def __init__(
        self,
        host: Host,
        library: Library,
        panes: Panes,
        article: OpenArticle,
        marker: Marker,
        *,
        open_article: Callable[[ArticleId], Awaitable[None]],
        hint: str,
    ) -> None:
        self._host = host
        self._library = library
        self._panes = panes
        self._article = article
        self._marker = marker
        self._open = open_article
        self._hint = hint
        self._read: Read | None = None
        self._asked: Query | None = None
        """The query of the last briefing that was asked for."""
        self._reading = asyncio.Lock()
        self._since: Visit | None = None
        """The visit from which the briefing counts."""
        self._knows_visit = False
        self._has_shown_new = False
        self._caught_up: CaughtUp | None = None
        self._was_on_list = True
        """Whether the list had the focus before the briefing."""

    @property
    def pane(self) -> "BriefingPane | None":
        """Return the pane that shows it; None until it is first shown."""
        return cast("BriefingPane | None", self._panes.aside)

    @property
    def has_focus(self) -> bool:
        """Return whether keys go to the briefing."""
        return self.pane is not None and self.pane.has_focus

    # At the start, on a key, after news.

    def begin_at_once(self) -> None:
        """Show before the first paint that nothing is new, if so; else `begin` shows what is."""
        query, insight = self._query, self._library.insight
        with suppress(CryptoreadError):  # told when the briefing is read
            since = insight.visit()
            if nothing := insight.nothing_new(since):
                version, texts = self._library.version, self._library.texts
                self._read = Read(nothing, query, since, texts, version, insight.present(), 1)
                self._since, self._knows_visit, self._asked = since, True, query
                self._show_read()

    async def begin(self) -> None:
        """Show the briefing where no article is, unless there is nothing to tell."""
        if self._read is not None:
            return
        reading = self._refresh()
        await ended(reading, HINT_AFTER_S)
        if not reading.is_finished:
            self._show_hint()
            await ended(reading, AT_LATEST_S)
        if self._read is None or self._is_empty(self._read.briefing):
            self._show_hint()
        elif self._panes.is_narrow:
            self._panes.show_hint(self._hint)  # seen if the terminal grows
        elif self._panes.right is None:
            await self._show()

    def _show_hint(self) -> None:
        self._panes.show_hint(self._hint)
        if self.pane is not None:
            self.pane.show_hint()

    def toggle(self) -> Awaitable[None]:
        """Show the briefing and move the focus there; if it is there, go back."""
        return self.leave() if self.has_focus else self._enter()

    async def _enter(self) -> None:
        self._was_on_list = self._panes.screen.focused is self._panes.sidebar
        await ended(self._refresh(), WAITS_S)
        await self._show()
        self._panes.show_article()

    async def leave(self) -> None:
        """Go back to what was shown before; what was caught up with is then no longer listed."""
        if self._caught_up is not None and self._since != self._caught_up.visit:
            self._since = self._caught_up.visit
            self._refresh()
        self._panes.leave_aside()
        if self._was_on_list or self._panes.pane is None:
            self._panes.show_list()
        else:
            self._panes.show_article()

    def renew(self) -> None:
        """Show what has changed: articles have come or gone, or were marked."""
        if self._asked is not None:
            self._refresh()

    def _refresh(self) -> Worker[None]:
        self._asked = self._query
        return in_background(self._host, self._renew, group="briefing")

    async def _renew(self) -> None:
        await self._current()
        self._show_read()
        self._note_what_is_new()

    def _show_read(self) -> None:
        if self._read is not None and self.pane is not None:
            self.pane.show(self._read.briefing, self._read.days)

    def _is_empty(self, briefing: "Briefing") -> bool:
        return briefing.since is None and not briefing.ids

    async def _show(self) -> None:
        """Show what was read last in place of the article."""
        pane = self.pane or new_pane(self._library, self._hint)
        if self._read is not None:
            pane.show(self._read.briefing, self._read.days)
        await self._panes.show_aside(pane)
        self._note_what_is_new()

    async def _current(self) -> Read:
        """Return the briefing of what the screen holds now."""
        async with self._reading:
            query = self._query
            read = self._read
            wanted = query, self._since, self._library.version
            if read is None or (read.query, read.since, read.version) != wanted:
                read = self._read = await asyncio.to_thread(self._compute, query)
            return read

    @property
    def _query(self) -> Query:
        """Return the languages of the list: a briefing tells of all that arrived in them."""
        terms = self._host.filter.terms
        return Query(tuple(t for t in terms if isinstance(t, Term) and t.field is Field.LANG))

    def _compute(self, query: Query) -> Read:
        """Compute as of one version. Thread-safe."""
        import reader.ui.briefing.pane  # noqa: F401 - in this thread, while keys are answered
        from reader.ui.briefing.parts import FEW

        insight = self._library.insight
        if not self._knows_visit:
            self._since, self._knows_visit = insight.visit(), True
        while True:
            version, texts = self._library.version, self._library.texts
            visit = insight.present()
            found = insight.nothing_new(self._since)
            briefing, days = found or insight.briefing(query, self._since, few=FEW), 1
            if self._since is None and len(briefing.ids) < FEW:
                briefing, days = insight.briefing(query, None, WEEK, few=FEW), WEEK
            if version == self._library.version:
                return Read(briefing, query, self._since, texts, version, visit, days)

    def right_until(self) -> datetime | None:
        """Return until when the moments in the briefing are right; None if it is not shown."""
        pane = self.pane if self._panes.shows_aside else None
        return pane.right_until() if pane is not None else None

    # What was chosen.

    async def choose(self, target: "Target") -> None:
        """Open a story or an article, or filter the list by a tag or a word."""
        from reader.ui.briefing.parts import Kind

        if target.kind in (Kind.STORY, Kind.ARTICLE):
            await self._open_article(target)
            return
        field = Field.TITLE if target.kind is Kind.WORD else Field.TAG
        self._host.show(self._host.filter.with_term(Term(field, target.name)))
        self._panes.show_list()

    async def _open_article(self, target: "Target") -> None:
        """Open it; the cursor of the list follows if the list has it."""
        await self._current()
        id = self._in_briefing(target)
        if id is None:
            self._host.say(_("this article is no longer there"))
            return
        self._panes.sidebar.move_to(id)
        await self._open(id)

    def _in_briefing(self, target: "Target") -> ArticleId | None:
        """Return the article, or the first of the story. Raises CacheError."""
        if target.article is not None:
            return self._library.id_of(target.article)
        told = self._read.briefing.told_by_several if self._read else ()
        return next((each.id for each in told if target.story == each.story), None)

    def article(self) -> Article | None:
        """Return the article under the cursor, or the first of the story. Raises CacheError."""
        target = self.pane.target if self.pane is not None else None
        is_present = self._read is not None and self._read.texts == self._library.texts
        id = self._in_briefing(target) if target is not None and is_present else None
        return self._library.article(id) if id is not None else None

    # The last visit.

    def look(self) -> None:
        """Follow the languages of the list, and note whether something new is on the screen.

        Call it every second.
        """
        is_in_view = self._asked is None or self._panes.shows_aside
        if is_in_view and self._asked != self._query:
            self._refresh()
        else:
            self._note_what_is_new()

    def _note_what_is_new(self) -> None:
        if self._read is not None and not self._has_shown_new:
            self._has_shown_new = self._is_in_view(self._read.briefing.ids)

    def _is_in_view(self, new: Ids) -> bool:
        panes, is_alone = self._panes, self._panes.is_narrow
        is_right_seen = not is_alone or panes.is_list_hidden
        if is_right_seen and panes.shows_aside:
            return bool(new)
        if is_right_seen and self._article.id in new:
            return True
        rows = () if panes.is_list_hidden else panes.sidebar.articles_in_view
        return any(id in new for id in rows)

    def save_visit(self) -> None:
        """Move the last visit if this session has shown something new. Raises CacheError."""
        self._note_what_is_new()
        if self._read is not None and self._has_shown_new and not self._library.is_only_read:
            self._save(self._now(self._read))

    def _now(self, read: Read) -> "Visit":
        """Return a visit that ends now and has seen what was read."""
        return read.visit._replace(at=self._library.clock())

    async def catch_up(self) -> None:
        """Move the last visit to now; a second time, mark what is listed as read."""
        read = await self._current()
        done = self._caught_up
        if done is not None and done.steps == self._marker.steps:
            if done.are_marked:
                self._host.say(_("caught up already: all of it is marked as read"))
                return
            unread = self._library.unread(read.briefing.ids)
            self._caught_up = done._replace(steps=done.steps + 1, are_marked=bool(unread))
            self._marker.read(read.briefing.ids)
            return
        if not read.briefing.ids:
            self._host.say(_("nothing new to catch up with"))
            return
        if self._library.is_only_read:
            self._host.say(ONLY_READ, error=True)
            return
        visit = self._now(read)
        await asyncio.to_thread(self._save, visit)
        self._caught_up = CaughtUp(self._since, visit, self._marker.steps)
        count = len(read.briefing.ids)
        said = ngettext(
            "caught up to here · {again} again marks its {number} article as read · {undo} undoes",
            "caught up to here · {again} again marks its {number} articles as read · {undo} undoes",
            count,
        )
        again, undo = self._host.key("briefing.caught-up"), self._host.key("reader.undo")
        self._host.say(said.format(again=again, number=grouped(count), undo=undo))

    async def undo(self) -> bool:
        """Take back what `catch_up` did, if that was last; return whether marks are left to undo.

        Raises CacheError.
        """
        done = self._caught_up
        if done is None or done.steps != self._marker.steps:
            return True
        self._caught_up = None
        await asyncio.to_thread(self._save, done.before)
        if self._since != done.before:
            self._since = done.before
            self._refresh()
        self._host.say(TAKEN_BACK)
        return done.are_marked

    def _save(self, visit: "Visit | None") -> None:
        from reader.cache.insight.visits import STATE

        if visit is None:
            self._library.save_state(STATE, "")
        else:
            self._library.insight.save_visit(visit)
