"""What a query was answered with when the reader was left, for the next start to show at once.

It is counts; which articles they count is looked up when somebody looks at them.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from pyroaring import BitMap

from reader.cache.answers import PINNED, Group, TagCount
from reader.cache.facets import PINNED as PINNED_FACET
from reader.cache.facets import READ, Facet, Facets
from reader.cache.grouping import Ask, Sentiments
from reader.cache.ids import LazyIds


class Later(LazyIds):
    """So many ids, to be found when they are looked at."""

    __slots__ = ("_find",)

    def __init__(self, size: int, find: Callable[[], BitMap]) -> None:
        super().__init__(size)
        self._find = find

    def _look(self) -> BitMap:
        return self._find()


class Recalled(Later):
    """The ids of an answer, with its groups by category and its most frequent tags.

    These hold for the version of the cache that they were counted in.
    """

    __slots__ = ("groups", "tags", "version")

    def __init__(self, size: int, find: Callable[[], BitMap], version: int) -> None:
        super().__init__(size, find)
        self.version = version
        self.groups: tuple[Group, ...] = ()
        self.tags: list[TagCount] = []


def written(size: int, groups: Sequence[Group], tags: Sequence[TagCount]) -> str:
    """An answer as `recalled` reads it."""
    counts = [(group.label, len(group.ids), group.unread) for group in groups]
    return json.dumps([size, counts, tags], ensure_ascii=False)


def recalled(answer: str, find: Callable[[], BitMap], facets: Facets, ask: Ask) -> Recalled:
    """The answer as it was, in the version that the facets have. find: the ids that it is about."""
    size, counts, tags = json.loads(answer)
    ids = Recalled(size, find, facets.version)
    ids.groups = tuple(_groups(counts, lambda: ids.bits, facets, ask))
    ids.tags = [TagCount(*tag) for tag in tags]
    return ids


def _groups(
    counts: Sequence[tuple[str, int, int]], ids: Callable[[], BitMap], facets: Facets, ask: Ask
) -> Iterator[Group]:
    def of(facet: Facet) -> BitMap:
        with ask() as db:
            return facets.get(db, facet)

    pinned = cache(lambda: ids() & of(PINNED_FACET))
    rest = cache(lambda: ids() - pinned() if pinned() else ids())
    read = cache(lambda: rest() & of(READ))

    def category(label: str) -> Callable[[], BitMap]:
        return lambda: rest() & of(("category", label.casefold()))

    for label, size, unread in counts:
        if label == PINNED:
            yield Group((PINNED,), PINNED, Later(size, pinned), unread)
            continue
        below = Sentiments(label, rest, read, facets, ask)
        yield Group((label,), label, Later(size, category(label)), unread, children=below)
