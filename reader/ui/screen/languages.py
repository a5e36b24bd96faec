"""Other languages of the list, and of an article: its twins.

A twin is the same article in another language. It is opened at the same block.
"""

from reader.article import Article, ArticleId, Identity
from reader.i18n import _
from reader.library import Library
from reader.query.language import Field
from reader.ui.reading.twin_places import twin_place
from reader.ui.screen.host import Host
from reader.ui.screen.open_article import OpenArticle
from reader.ui.sidebar.outline import Cursor
from reader.ui.sidebar.widget import Sidebar


class Twins:
    """Opens twins on one screen; knows the way back to where the user came from."""

    def __init__(
        self, host: Host, library: Library, sidebar: Sidebar, article: OpenArticle
    ) -> None:
        self._host = host
        self._library = library
        self._sidebar = sidebar
        self._article = article
        self._places: dict[Identity, int] = {}
        """Places at which the versions of the article were left by this key."""
        self._arrived = 0
        """The place at which the last of them was opened."""

    async def go_on(self, article: Article) -> bool:
        """Open the article in the next of its languages; return whether one was opened.

        The cursor follows if the list has that one, too; the list stays as it is.
        """
        id = self._library.id_of(article.identity)
        twin = None if id is None else self._next(id, article.lang)
        if twin is None:
            self._host.say(_("this article is here in no other language"))
            return False
        cursor = self._sidebar.cursor
        if cursor and cursor.article == id:
            self._sidebar.move_to(twin)
        return await self.show(article, twin)

    def _next(self, id: ArticleId, lang: str) -> ArticleId | None:
        """Return the twin in the language after this one, in the order of their codes."""
        twins = sorted((row.lang, row.id) for row in self._library.rows(self._library.twins(id)))
        later = [each for each in twins if each[0] > lang]
        return (later or twins)[0][1] if twins else None

    async def show(self, article: Article, twin: ArticleId) -> bool:
        """Show the twin at the block at which the article is or was left; return whether it is."""
        other = self._library.article(twin)
        place = self._place(article)
        known = self._places.get(other.identity)
        if place != self._arrived or known is None or article.identity not in self._places:
            known = twin_place(place, article.body, other.body)
            self._places.clear()
        self._places |= {article.identity: place, other.identity: known}
        self._arrived = known
        return await self._article.show(twin, known)

    def _place(self, article: Article) -> int:
        opened, pane = self._article.article, self._article.pane
        if opened is not None and opened.identity == article.identity and pane is not None:
            return pane.position
        return int(self._library.position(article.identity))


async def next_language(
    host: Host, library: Library, sidebar: Sidebar, article: OpenArticle, twins: Twins
) -> bool:
    """Filter by the next language, the most frequent first; after the last one, show all.

    Cursor and reading pane go to the same story in that language, if there is one, the pane at the
    same block. Return whether another article was opened. Raises CacheError.
    """
    following = _following(host, library)
    cursor, opened = sidebar.cursor, article.article
    at_cursor = library.identity(cursor.article) if cursor and cursor.article else None
    twin = _twin(library, at_cursor, following)
    opened_twin = _twin(library, opened.identity if opened else None, following)
    query = host.filter.with_only(Field.LANG, following)
    host.show(query)
    if host.filter is not query:  # the answer could not be found
        return False
    if cursor and twin is not None and not sidebar.move_to(twin):
        sidebar.cursor = Cursor(group=cursor.group, article=twin)
    if opened_twin is None or opened_twin == article.id:
        return False
    if opened is not None:
        await twins.show(opened, opened_twin)
    return True


def _following(host: Host, library: Library) -> str | None:
    languages = list(library.names(Field.LANG))
    now = host.filter.included(Field.LANG)
    place = languages.index(now[0]) + 1 if now and now[0] in languages else 0
    return languages[place] if place < len(languages) else None


def _twin(library: Library, story: Identity | None, lang: str | None) -> ArticleId | None:
    """Return the same story in the language; None if there is none."""
    if story is None or lang is None:
        return None
    return library.id_of(story._replace(lang=lang))
