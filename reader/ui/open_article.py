"""The open article and the pane that shows it: opened, marked, changed by a sync, left.

Which article is next, and what stands beside it on the screen, is the screen's affair.
"""

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Literal

from reader.article import Article, ArticleId, Identity, Row
from reader.errors import CryptoreadError
from reader.library import Ids, Library
from reader.query import Field
from reader.ui.failures import ended, in_background
from reader.ui.marking import Marker
from reader.ui.sidebar import Sidebar

if TYPE_CHECKING:
    from reader.ui.reader_screen import ReaderScreen
    from reader.ui.reading_pane import ReadingPane

PAINT_AT_LATEST_S = 0.01
"""How long an article waits for its mark to be written, to be painted with it."""


class OpenArticle:
    """One screen's. All is None until the first article is opened."""

    def __init__(
        self, screen: "ReaderScreen", library: Library, sidebar: Sidebar, marker: Marker
    ) -> None:
        self.id: ArticleId | None = None
        self.article: Article | None = None
        """None, too, where it could not be read."""
        self.pane: ReadingPane | None = None
        self._screen = screen
        self._library = library
        self._sidebar = sidebar
        self._marker = marker
        self._showing = asyncio.Lock()
        self._read_here: dict[Identity, None] = {}
        """Articles of a list of unread ones that were opened there, in turn."""
        self._position = 0
        """Where it was left the last time."""

    async def show(self, id: ArticleId) -> bool:
        """Show the article and mark it as read; whether it could be read."""
        async with self._showing:
            return await self._show(id, marks=True)

    async def reopen(self, identity: Identity) -> bool:
        """Show what was open at the last session's end, marked as it is; whether it is shown.

        It is not where another has been opened in the meantime, or where it is gone.
        """
        async with self._showing:
            id = None if self.id is not None else self._library.id_of(identity)
            return id is not None and await self._show(id, marks=False)

    async def _show(self, id: ArticleId, *, marks: bool) -> bool:
        self._leave()
        self.article = None
        self._is(id)
        marks = marks and not self._library.is_only_read
        try:
            article = self._library.article(id)
            (row,) = self._library.rows([id])
        except CryptoreadError as error:
            self._screen.say(str(error), error=True)
            if self.pane is not None:
                self.pane.show_hint(str(error))
            return False
        self.article = article
        self._position = self._saved_position(article)
        with self._screen.app.batch_update():
            mark = None
            if marks and not row.read:
                self._note_read(id, article.identity)
                mark = self._marker.opened(id, article.title)
            is_read = row.read or marks
            pane = await self._mounted_pane()
            self._paint(article, row, self._position, pane, is_read=is_read)
            if mark is not None:  # most disks are fast enough for the two to be painted together
                await ended(mark, PAINT_AT_LATEST_S)
        self._screen.check_idle()  # the end of a batch wakes the application, not who paints
        return True

    def kept(self, ids: Ids) -> Ids:
        """Return the ids with what was read since a key asked for a list of unread articles.

        Else each would vanish from the list as it is opened. Raises CacheError.
        """
        if self._screen.has_class("-searching"):
            return ids
        found = map(self._library.id_of, self._read_here)
        stay = [id for id in found if id is not None]
        return ids | Ids(stay, ids.lang) if stay else ids

    def forget_read(self) -> None:
        """Keep none of them any more: the list is asked anew."""
        self._read_here.clear()

    def _note_read(self, id: ArticleId, identity: Identity) -> None:
        is_of_unread = "unread" in self._screen.filter.included(Field.IS)
        if is_of_unread and self._sidebar.holds(id):
            self._read_here[identity] = None

    def highlight(self) -> None:
        """Show where the words of the screen's filter stand."""
        if self.pane is not None:
            self.pane.highlight(self._screen.filter.words)

    @property
    def has_match_ahead(self) -> bool:
        """Whether a word of the filter stands ahead in the open article."""
        return self.pane is not None and self.article is not None and self.pane.has_match_ahead()

    async def go_to_match(self, step: Literal[1, -1], *, at_edge: bool = False) -> bool:
        """Go to where the filter's words stand; False where they do not, that way.

        at_edge: to the first such place or (-1) to the last.
        """
        if self.pane is None or self.article is None:
            return False
        return await self.pane.go_to_match(step, at_edge=at_edge)

    def find_again(self) -> None:
        """Articles are not what they were: this one may have another id, or none."""
        if self.article is not None:
            self._is(self._library.id_of(self.article.identity))

    def show_marks(self) -> None:
        if self.pane is not None and self.id is not None:
            for row in self._library.rows([self.id]):
                self.pane.read, self.pane.favourite = row.read, row.favourite

    def reread(self) -> None:
        """Show it as it is now, at the same place."""
        if self.article is None or self.id is None or self.pane is None:
            return
        article = self._library.article(self.id)
        if article != self.article:
            self.article = article
            (row,) = self._library.rows([self.id])
            self._paint(article, row, self.pane.position, self.pane, is_read=row.read)

    def save_position(self) -> None:
        """Write down how far it was read. Raises CacheError."""
        if self.article is not None and self.pane is not None:
            self._library.save_position(self.article.identity, self.pane.position)

    def _saved_position(self, article: Article) -> int:
        try:
            return int(self._library.position(article.identity))
        except CryptoreadError as error:  # the text can be read for all that
            self._screen.say(str(error), error=True)
            return 0

    def _is(self, id: ArticleId | None) -> None:
        self.id = self._sidebar.opened_article = id

    def _leave(self) -> None:
        if self.article is None or self.pane is None or self.pane.position == self._position:
            return
        write = partial(self._library.save_position, self.article.identity, self.pane.position)
        in_background(self._screen, partial(asyncio.to_thread, write), group="positions")

    def _paint(
        self, article: Article, row: Row, position: int, pane: "ReadingPane", *, is_read: bool
    ) -> None:
        pane.highlight(self._screen.filter.words)
        pane.show(
            article,
            read=is_read,
            favourite=row.favourite,
            now=self._library.clock(),
            position=position,
        )

    async def _mounted_pane(self) -> "ReadingPane":
        """The pane. It takes the place of the hint with the first article, not before."""
        if self.pane is not None:
            return self.pane
        from reader.ui.reading_pane import ReadingPane

        self.pane = pane = ReadingPane()
        pane.column_width = self._screen.settings.column_width
        await self._screen.query_one("#hint").remove()
        await self._screen.mount(pane, after=self._sidebar)
        return pane
