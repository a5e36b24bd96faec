"""Open an article, mark it as read, update it after a sync, save its position.

Other modules choose the article.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

from reader.article import Article, ArticleId, Identity, Row
from reader.errors import CryptoreadError
from reader.i18n import _, ngettext
from reader.library import Ids, Library
from reader.query.language import Field, Pattern, Term
from reader.ui.screen.host import Host
from reader.ui.screen.marks import Marker
from reader.ui.screen.panes import Panes
from reader.ui.textual_compat.failures import ended, in_background

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.worker import Worker

    from reader.cache.insight.telling import Telling
    from reader.ui.reading.pane import Reached, ReadingPane

NO_MATCH = _("no match")

DWELL_S = 5.0
"""How long an article is open before it counts as read, if the settings say so."""

PAINT_AT_LATEST_S = 0.01
"""How long painting waits for the mark, so that article and mark appear together."""


class OpenArticle:
    """The article in the reading pane of one screen; None until the first is opened."""

    def __init__(
        self, host: Host, library: Library, panes: Panes, marker: Marker, *, read_when: str
    ) -> None:
        self.id: ArticleId | None = None
        self.article: Article | None = None
        """The open article; None before the first one, or if it could not be read."""
        self._host = host
        self._library = library
        self._panes = panes
        self._marker = marker
        self._read_when = read_when
        self._is_to_mark = False
        """Whether the article becomes read after a while or at its end."""
        self._dwelling: Timer | None = None
        self._showing = asyncio.Lock()
        self._read_here: dict[Identity, None] = {}
        """Articles that were opened in a list of unread ones, oldest first."""
        self._position = 0
        """Scroll position at which the user left the article last time."""
        self._offered = ""
        """The last message about others that tell the same."""
        self.sought: Sequence[Term | Pattern] | None = None
        """Words that are looked for in this article; None: those of the filter are marked."""

    @property
    def pane(self) -> "ReadingPane | None":
        """Return the pane that shows it; None until the first article is opened."""
        return self._panes.pane

    async def show(self, id: ArticleId, position: int | None = None) -> bool:
        """Show the article and mark it as read; return whether it could be loaded.

        position: where to scroll to; None: where the user left it.
        """
        async with self._showing:
            return await self._show(id, marks=True, position=position)

    async def reopen(self, identity: Identity) -> bool:
        """Show the article of the last session without marking it; return whether it is shown.

        It is not if another article was opened in the meantime or if it no longer exists.
        """
        async with self._showing:
            id = None if self.id is not None else self._library.id_of(identity)
            return id is not None and await self._show(id, marks=False)

    async def _show(self, id: ArticleId, *, marks: bool, position: int | None = None) -> bool:
        self._leave()
        self.article = self.sought = None
        self._is_to_mark = False
        if self._dwelling is not None:
            self._dwelling.stop()
            self._dwelling = None
        self._is(id)
        leaves_aside = marks  # what was open in the last session stays behind what is shown
        marks = marks and not self._library.is_only_read
        try:
            article = self._library.article(id)
            (row,) = self._library.rows([id])
        except CryptoreadError as error:
            self._host.say(str(error), error=True)
            if self.pane is not None:
                self.pane.show_hint(str(error))
                self._panes.leave_aside()
            return False
        self.article = article
        self._position = self._saved_position(article)
        with self._host.app.batch_update():
            mark = None
            self._is_to_mark = marks and not row.read
            if self._is_to_mark and self._read_when == "opened":
                mark = self._mark_read(id, article)
            is_read = row.read or mark is not None
            pane = await self._panes.mounted_pane()
            place = self._position if position is None else position
            telling = self._paint(article, row, place, pane, is_read=is_read)
            if leaves_aside:
                self._panes.leave_aside()
            if mark is not None:  # usually written in time to be painted with the article
                await ended(mark, PAINT_AT_LATEST_S)
        self._panes.screen.check_idle()  # the end of a batch wakes the app, not the screen
        self._offer(telling if marks else None, id)
        if self._is_to_mark and self._read_when == "dwell":
            dwelt = partial(self._mark_now, article.identity)
            self._dwelling = self._panes.screen.set_timer(DWELL_S, dwelt)
        return True

    def end_seen(self) -> None:
        """Mark the article as read if it counts as read at its end. Raises CacheError."""
        if self._read_when == "end" and self.article is not None:
            self._mark_now(self.article.identity)

    def _mark_now(self, identity: Identity) -> None:
        """Mark the article as read if it is still the open one and unread. Raises CacheError."""
        article, id = self.article, self.id
        if not self._is_to_mark or article is None or id is None or article.identity != identity:
            return
        if not any(row.read for row in self._library.rows([id])):
            self._mark_read(id, article)
        self._is_to_mark = False

    def _mark_read(self, id: ArticleId, article: Article) -> "Worker[None]":
        self._is_to_mark = False
        self._note_read(id, article.identity)
        return self._marker.opened(id, article.title)

    def _offer(self, telling: "Telling | None", id: ArticleId) -> None:
        """Say which key marks the others that tell the same as read, if any is unread."""
        self._host.unsay(self._offered)
        self._offered = ""
        if telling is not None:
            others = telling.others(id)
            unread = len(self._library.unread(others))
            self._offered = _offer(len(others), unread, self._host.key("reader.story-read"))
        if self._offered:
            self._host.say(self._offered, patient=True)

    def kept(self, ids: Ids) -> Ids:
        """Return the ids and those of articles read since a key asked for unread articles.

        Otherwise each article would leave the list as it is opened. Raises CacheError.
        """
        if self._host.is_searching:
            return ids
        found = map(self._library.id_of, self._read_here)
        stay = [id for id in found if id is not None]
        return ids | Ids(stay, ids.lang, has_all_twins=ids.has_all_twins) if stay else ids

    def forget_read(self) -> None:
        """Let articles that were read leave the list of unread ones at the next answer."""
        self._read_here.clear()

    def _note_read(self, id: ArticleId, identity: Identity) -> None:
        if "unread" not in self._host.filter.included(Field.IS):
            return
        holds = self._panes.sidebar.holds
        if holds(id):
            self._read_here[identity] = None
        for twin in filter(holds, self._library.twins(id)):  # is marked as read with this one
            if (listed := self._library.identity(twin)) is not None:
                self._read_here[listed] = None

    def seek(self, terms: "Sequence[Term | Pattern] | None") -> None:
        """Look for these words in this article; None: mark those of the filter again."""
        self.sought = terms
        self.highlight()

    @property
    def is_sought_in(self) -> bool:
        """Return whether words are looked for in this article alone."""
        return self.sought is not None

    def highlight(self) -> None:
        """Mark the words that are looked for in this article, else those of the filter."""
        if self.pane is not None:
            self.pane.highlight(self._words)

    @property
    def _words(self) -> "Sequence[Term | Pattern]":
        return self._host.filter.sought if self.sought is None else self.sought

    @property
    def has_match_ahead(self) -> bool:
        """Return whether a word of the filter occurs further on in the open article."""
        return self.pane is not None and self.article is not None and self.pane.has_match_ahead()

    async def go_to_match(self, step: Literal[1, -1], *, at_edge: bool = False) -> "Reached":
        """Scroll to the next or previous word of the filter; return whether there is one.

        at_edge: to the first in the article, or (-1) to the last.
        """
        if self.pane is None or self.article is None:
            return "none"
        return await self.pane.go_to_match(step, at_edge=at_edge)

    async def go_round(self, step: Literal[1, -1]) -> "Reached":
        """Go to the next match, or (-1) the previous one, and from the last to the first."""
        reached = await self.go_to_match(step)
        return await self.go_to_match(step, at_edge=True) if reached == "none" else reached

    def find_again(self) -> None:
        """Look up the id again after a sync: it may have changed, or the article may be gone."""
        if self.article is not None:
            self._is(self._library.id_of(self.article.identity))

    def show_marks(self) -> None:
        """Show how the article is marked now. Raises CacheError."""
        if self.pane is not None and self.id is not None:
            for row in self._library.rows([self.id]):
                self.pane.read, self.pane.favourite = row.read, row.favourite
                self.pane.later, self.pane.own_tags = (
                    row.later,
                    self._library.marking.own_tags(row.id),
                )
                self.pane.telling = self._telling(row)

    def reread(self) -> None:
        """Show the present text at the same place. Raises CacheError."""
        if self.article is None or self.id is None or self.pane is None:
            return
        article = self._library.article(self.id)
        if article != self.article:
            self.article = article
            (row,) = self._library.rows([self.id])
            self._paint(article, row, self.pane.position, self.pane, is_read=row.read)

    def save_position(self) -> None:
        """Save the scroll position. Raises CacheError."""
        if self.article is not None and self.pane is not None:
            self._library.save_position(self.article.identity, self.pane.position)

    def _saved_position(self, article: Article) -> int:
        try:
            return int(self._library.position(article.identity))
        except CryptoreadError as error:  # the text can be read without it
            self._host.say(str(error), error=True)
            return 0

    def _is(self, id: ArticleId | None) -> None:
        self.id = self._panes.sidebar.opened_article = id

    def _leave(self) -> None:
        if self.article is None or self.pane is None or self.pane.position == self._position:
            return
        write = partial(self._library.save_position, self.article.identity, self.pane.position)
        in_background(self._host, partial(asyncio.to_thread, write), group="positions")

    def _paint(
        self, article: Article, row: Row, position: int, pane: "ReadingPane", *, is_read: bool
    ) -> "Telling | None":
        """Paint an article; return who tells its story, if several sources do."""
        telling = self._telling(row)
        pane.highlight(self._words)
        pane.show(
            article,
            read=is_read,
            favourite=row.favourite,
            now=self._library.clock(),
            position=position,
            telling=telling,
            later=row.later,
            own_tags=self._library.marking.own_tags(row.id),
        )
        return telling

    def _telling(self, row: Row) -> "Telling | None":
        return self._library.insight.telling(row) if row.story else None


def _offer(others: int, unread: int, key: str) -> str:
    """Return how many others tell the same and what marks them read; empty if all are read."""
    if not unread:
        return ""
    if unread == others:
        said = ngettext(
            "{others} other tells this · {key} marks it read",
            "{others} others tell this · {key} marks them read",
            others,
        )
    else:
        said = ngettext(
            "{others} others tell this, {unread} unread · {key} marks it read",
            "{others} others tell this, {unread} unread · {key} marks them read",
            unread,
        )
    return said.format(others=others, unread=unread, key=key)
