"""Go through the articles that tell one story, and mark the others as read."""

from typing import Literal

from reader.article import ArticleId, Identity
from reader.cache.insight.telling import Telling
from reader.i18n import _
from reader.library import Library
from reader.ui.screen.host import Host
from reader.ui.screen.marks import Marker
from reader.ui.screen.open_article import OpenArticle
from reader.ui.sidebar.widget import Sidebar

NO_OTHER = _("no other source tells this")


class Tellers:
    """The steps of one screen through a story, in the language of its article."""

    def __init__(
        self,
        host: Host,
        library: Library,
        sidebar: Sidebar,
        article: OpenArticle,
        marker: Marker,
    ) -> None:
        self._host = host
        self._library = library
        self._sidebar = sidebar
        self._article = article
        self._marker = marker

    async def step(self, id: ArticleId, step: Literal[1, -1]) -> bool:
        """Open the article after (1) or before (-1) this one; return whether one was opened.

        The list stays as it is; the cursor follows if the list has the article. Raises CacheError.
        """
        telling = self._telling(id)
        if telling is None:
            self._host.say(NO_OTHER)
            return False
        place, count = telling.place(id) + step, len(telling.articles)
        if not 0 <= place < count:
            edge = (
                _("{place} of {count}, the last that tells this")
                if step > 0
                else _("{place} of {count}, the first that tells this")
            )
            self._host.say(edge.format(place=place - step + 1, count=count))
            return False
        said = _("{place} of {count} that tell this")
        self._host.say(said.format(place=place + 1, count=count))
        return await self._show(telling.articles[place].id)

    async def show(self, identity: Identity) -> bool:
        """Open an article of the story; return whether it was opened. Raises CacheError."""
        id = self._library.id_of(identity)
        if id is None:
            self._host.say(_("this article was deleted"))
            return False
        return await self._show(id)

    def mark_others(self, id: ArticleId) -> None:
        """Mark all others that tell the same as read; one step in the journal."""
        telling = self._telling(id)
        if telling is None:
            self._host.say(NO_OTHER)
        else:
            self._marker.read(telling.others(id))

    async def _show(self, id: ArticleId) -> bool:
        self._sidebar.move_to(id)
        return await self._article.show(id)

    def _telling(self, id: ArticleId) -> Telling | None:
        rows = self._library.rows([id])
        return self._library.insight.telling(rows[0]) if rows else None
