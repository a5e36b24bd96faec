"""Read on with one key: a page down, and at the end of the article the next unread one.

Imported when that key is first pressed.
"""

from reader.article import ArticleId, Identity
from reader.i18n import _
from reader.ui.reading.pane import ReadingPane
from reader.ui.screen.host import Host
from reader.ui.screen.open_article import OpenArticle
from reader.ui.screen.panes import Panes
from reader.ui.screen.stepping import Stepping

KEY = "reader.read-on"

END = _("end of the article · {key} opens the next unread one")


class ReadingOn:
    """The steps of the key on one screen, whichever part of it has the focus."""

    def __init__(self, host: Host, panes: Panes, article: OpenArticle, stepping: Stepping) -> None:
        self._host = host
        self._panes = panes
        self._sidebar = panes.sidebar
        self._article = article
        self._stepping = stepping
        self._ended: Identity | None = None
        """The article whose end was announced last."""

    async def step(self) -> None:
        """Scroll the open article by a page, or go on to the next one after its end."""
        pane = self._article.pane
        if pane is None or self._article.article is None:
            await self._open_next(self._under_cursor)
        elif not self._is_shown:
            await self._bring_into_view(self._under_cursor)
        elif not pane.is_at_end:
            pane.action_page(1)
            self._tell_end(pane)
        elif self._is_told:
            await self._open_next()
        else:
            self._tell_end(pane)

    @property
    def _is_shown(self) -> bool:
        """Return whether the reading pane is visible, beside the list or alone."""
        return not self._panes.is_narrow or self._panes.is_list_hidden

    @property
    def _under_cursor(self) -> ArticleId | None:
        cursor = self._sidebar.cursor
        return cursor.article if cursor else None

    @property
    def _is_told(self) -> bool:
        article = self._article.article
        return article is not None and article.identity == self._ended

    async def _bring_into_view(self, chosen: ArticleId | None) -> None:
        """Show the reading pane in place of the list, with the article under the cursor."""
        if chosen is None or chosen == self._article.id:
            self._panes.show_article()
        else:
            await self._stepping.open(chosen)

    async def _open_next(self, chosen: ArticleId | None = None) -> None:
        """Open the chosen article, or the next unread one; say so if all of it is in view."""
        before = self._article.article
        self._host.unsay(self._message)
        if chosen is None:
            await self._stepping.to_unread(1)
        else:
            await self._stepping.show(chosen)
        pane = self._article.pane
        if pane is not None and self._article.article is not before:
            await pane.first_layout()
            self._tell_end(pane, patient=True)

    def _tell_end(self, pane: ReadingPane, *, patient: bool = False) -> None:
        """Say that the end of the article is in view, if it is."""
        if pane.is_at_end and self._article.article is not None:
            self._ended = self._article.article.identity
            self._host.say(self._message, patient=patient)

    @property
    def _message(self) -> str:
        return END.format(key=self._host.key(KEY))
