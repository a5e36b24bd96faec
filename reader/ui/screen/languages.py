"""The next language: the filter, the cursor and the open article change to it together."""

from reader.article import ArticleId, Identity
from reader.library import Library
from reader.query.language import Field
from reader.ui.screen.host import Host
from reader.ui.screen.open_article import OpenArticle
from reader.ui.sidebar.outline import Cursor
from reader.ui.sidebar.widget import Sidebar


async def next_language(
    host: Host, library: Library, sidebar: Sidebar, article: OpenArticle
) -> bool:
    """Filter by the next language, the most frequent first; after the last one, show all.

    Cursor and reading pane go to the same story in that language, if there is one. Return whether
    another article was opened. Raises CacheError.
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
    await article.show(opened_twin)
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
