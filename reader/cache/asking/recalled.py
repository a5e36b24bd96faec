"""The answer that was shown when the screen was closed, so that the next start shows it at once.

It holds counts; the articles are looked up when a group is opened.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from pyroaring import BitMap

from reader.cache.answers import PINNED, Group, TagCount
from reader.cache.asking.grouping import Ask, Counted, Sentiments, counted
from reader.cache.facets.index import PINNED as PINNED_FACET
from reader.cache.facets.index import Facets
from reader.cache.files.checksums import text_sum
from reader.cache.ids import Ids, LazyIds
from reader.i18n import _

if TYPE_CHECKING:
    from reader.cache.values.facet_rows import Facet


class Later(LazyIds):
    """Ids whose number is known; they are looked up on first use."""

    __slots__ = ("_find",)

    def __init__(self, size: int, find: Callable[[], BitMap], lang: str = "") -> None:
        super().__init__(size, lang)
        self._find = find

    def _look(self) -> BitMap:
        return self._find()


class Recalled(Later):
    """The ids of an answer, with its groups by category and the tags of the bar.

    These hold for the version of the cache that they were counted in. is_split: by which rule the
    tags were chosen.
    """

    __slots__ = ("groups", "is_split", "tags", "version")

    def __init__(
        self,
        size: int,
        find: Callable[[], BitMap],
        lang: str,
        version: int,
        groups: Iterable[Group],
        tags: Iterable[TagCount],
        *,
        is_split: bool,
        has_all_twins: bool,
    ) -> None:
        super().__init__(size, find, lang)
        self.is_split = is_split
        self.has_all_twins = has_all_twins
        self.version = version
        self.groups = tuple(groups)
        self.tags = list(tags)


def written(size: int, groups: Sequence[Group], tags: Sequence[TagCount], *, is_split: bool) -> str:
    """Return an answer as `recalled` reads it."""
    counts = [(group.key[0], len(group.ids), group.unread, group.twins) for group in groups]
    answer = json.dumps([size, counts, tags, is_split], ensure_ascii=False)
    return f"{text_sum(answer)} {answer}"


def recalled(
    written: str,
    find: Callable[[], BitMap],
    lang: str,
    facets: Facets,
    ask: Ask,
    *,
    has_all_twins: bool,
) -> Recalled | None:
    """Return the stored answer for the version of the facets; None if it is damaged.

    find: returns its ids. lang: their language, empty if unknown. has_all_twins: as for `Ids`.
    """
    checksum, _space, answer = written.partition(" ")
    if checksum != str(text_sum(answer)):
        return None
    size, counts, tags, *rule = json.loads(answer)  # earlier versions stored no rule
    find = cache(find)  # the groups must not hold the answer that holds them
    every = Later(size, find, lang)
    every.has_all_twins = has_all_twins
    groups = _groups(counts, every, facets, ask)
    return Recalled(
        *(size, find, lang, facets.version, groups),
        (TagCount(*tag) for tag in tags),
        is_split=rule == [True],
        has_all_twins=has_all_twins,
    )


def _groups(
    counts: Sequence[tuple[str, int, int, int]], every: Ids, facets: Facets, ask: Ask
) -> Iterator[Group]:
    def of(facet: "Facet") -> BitMap:
        with ask() as view:
            return facets.get(view, facet)

    def ids() -> BitMap:
        return every.bits

    @cache
    def parts() -> Counted:
        return counted(every, facets, ask)

    def pinned() -> BitMap:
        return ids() & of(PINNED_FACET)

    def category(label: str) -> Callable[[], BitMap]:
        return lambda: (ids() & of(("category", label.casefold()))) - pinned()

    for label, size, unread, twins in counts:
        if label == PINNED:
            yield Group((PINNED,), _("PINNED"), Later(size, pinned), unread, twins=twins)
            continue
        below = Sentiments(label, parts, facets, ask)
        shown = Later(size, category(label))
        yield Group((label,), label, shown, unread, children=below, twins=twins)
