"""Rows of the articles in view and of some around, fetched when they are first needed."""

from collections.abc import Callable, Container, Sequence

from textual.cache import LRUCache

from reader.article import ArticleId, Row

ROWS_KEPT = 128
"""Rows kept in addition to those in view."""

Fetch = Callable[[Sequence[ArticleId]], Sequence[Row]]
"""Returns the rows of articles, in any order; an article that no longer exists is left out."""


class RowCache:
    """Rows by article; the least recently used are dropped."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._rows: LRUCache[ArticleId, Row] = LRUCache(ROWS_KEPT)

    def fetch_by(self, fetch: Fetch) -> None:
        """Fetch by another function from now on; known rows are dropped."""
        self._fetch = fetch
        self._rows.clear()

    def get(self, article: ArticleId) -> Row | None:
        """Return the row if it is known."""
        return self._rows.get(article)

    def need(self, articles: Sequence[ArticleId]) -> None:
        """Fetch the unknown rows among these, in one call. Raises CacheError."""
        # All are looked up, so that what is in view is dropped last.
        if unknown := [article for article in articles if self._rows.get(article) is None]:
            for row in self._fetch(unknown):
                self._rows[row.id] = row

    def forget(self, changed: Container[ArticleId] | None) -> None:
        """Drop the rows of these articles; None: of all."""
        for article in list(self._rows.keys()):
            if changed is None or article in changed:
                self._rows.discard(article)

    def grow(self, rows: int) -> None:
        """Keep at least `rows` rows."""
        self._rows.grow(rows)
