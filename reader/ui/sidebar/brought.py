"""How many of some articles are in each closed group that was not opened since they came.

Pure: knows groups and ids, no widget.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from reader.article import ArticleId
from reader.library import Group
from reader.ui.sidebar.outline import Key


class Brought:
    """Counts the articles of the last sync by group, each group when it is first painted."""

    def __init__(
        self, articles: Sequence[ArticleId] = (), seen: AbstractSet[Key] = frozenset()
    ) -> None:
        """Count these. seen: the groups that are open at that moment."""
        self.articles = articles
        self._seen = set(seen)
        self._counts: dict[Key, int] = {}

    def forget_counts(self) -> None:
        """Count again: the groups have other articles."""
        self._counts.clear()

    def see(self, keys: AbstractSet[Key]) -> None:
        """Count nothing in groups that are opened now."""
        self._seen |= keys

    def count(self, group: Group, *, is_open: bool) -> int:
        """Return how many are in a closed group; 0 if it is open, or was."""
        if not self.articles or is_open or group.key in self._seen:
            return 0
        if group.key not in self._counts:
            self._counts[group.key] = sum(each in group.ids for each in self.articles)
        return self._counts[group.key]
