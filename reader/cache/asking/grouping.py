"""Group sets of ids: by category and sentiment, day, source, story, or not at all."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import count, islice
from typing import TYPE_CHECKING, overload

from pyroaring import BitMap

from reader.article import NO_CATEGORY, Sentiment
from reader.cache.answers import PINNED, Group, Grouping, TagCount
from reader.cache.asking.days import Days
from reader.cache.facets.index import PINNED as PINNED_FACET
from reader.cache.facets.index import READ, Facets
from reader.cache.ids import Ids, batches

if TYPE_CHECKING:
    from reader.cache.engine import View

TAGS_AT_ONCE = 32

FEW = 128
"""Maximum articles whose tags are counted one by one: takes 2 ms and reads no other tags."""

SEVERAL = 16
"""How many times as many are counted one by one where 30 ms do not matter: thousands of tags may be
too rare among them to be ruled out by their sizes."""

Ask = Callable[[], "AbstractContextManager[View]"]
"""Gives a view, with the session's lock held."""


def group(ids: BitMap, by: Grouping, facets: Facets, days: Days, ask: Ask) -> tuple[Group, ...]:
    """Return the ids under headings, each under one; pinned ones in a group of their own on top."""
    with ask() as view:
        on_top = facets.get(view, PINNED_FACET)
        read = (ids & facets.get(view, READ)) - on_top
        if by is Grouping.DAY:
            groups = list(days.groups(ids - on_top, read, view))
        else:
            groups = list(_GROUPINGS[by](ids, on_top, read, facets, ask))
        if pinned := ids & on_top:
            unread = len(pinned - facets.get(view, READ))
            groups.insert(0, Group(key=(PINNED,), label=PINNED, ids=Ids(pinned), unread=unread))
    return tuple(groups)


# Each takes the ids, a facet to leave out, the read ones among the rest, and what it needs to
# count deeper.


def _by_category(
    ids: BitMap, without: BitMap, read: BitMap, facets: Facets, ask: Ask
) -> list[Group]:
    """Return categories, the largest first and OTHER last; below each its sentiments."""
    groups = []
    with ask() as view:
        for value, bits in facets.every(view, "category").items():
            if shown := facets.counts.meet(bits, ids, without):
                label = facets.label(("category", value))
                below = Sentiments(label, lambda: (ids, without, read), facets, ask)
                unread = len(shown) - int(bits.intersection_cardinality(read))
                groups.append(Group((label,), label, shown, unread, children=below))
    return sorted(groups, key=lambda g: (g.label == NO_CATEGORY, -len(g.ids), g.label))


class Sentiments(Sequence[Group]):
    """The groups below a category, counted on first use: most stay closed."""

    def __init__(
        self,
        category: str,
        ids: Callable[[], tuple[BitMap, BitMap, BitMap]],
        facets: Facets,
        ask: Ask,
    ) -> None:
        """Count nothing yet. ids: all, a facet to leave out, the read ones among the rest."""
        self._of = category, ids, facets, ask
        self._groups: tuple[Group, ...] | None = None

    def __bool__(self) -> bool:
        return True

    def __len__(self) -> int:
        return len(self._counted())

    @overload
    def __getitem__(self, place: int) -> Group: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Group]: ...
    def __getitem__(self, place: int | slice) -> Group | Sequence[Group]:
        return self._counted()[place]

    def _counted(self) -> tuple[Group, ...]:
        if self._groups is None:
            self._groups = tuple(self._count())
        return self._groups

    def _count(self) -> Iterator[Group]:
        category, find, facets, ask = self._of
        ids, without, read = find()
        for sentiment in Sentiment:
            with ask() as view:
                bits = facets.get(view, ("group", f"{category}\t{sentiment.value}".casefold()))
                shown = facets.counts.meet(bits, ids, without)
            if shown:
                unread = len(shown) - int(bits.intersection_cardinality(read))
                key = (category, sentiment.value)
                yield Group(key, sentiment.lower(), shown, unread, sentiment)


def _by_source(ids: BitMap, without: BitMap, read: BitMap, facets: Facets, ask: Ask) -> list[Group]:
    """Return sources, the largest first."""
    with ask() as view:
        groups = [
            Group(
                key=(value,),
                label=facets.label(("source", value)) or "no source",
                ids=shown,
                unread=len(shown) - int(bits.intersection_cardinality(read)),
            )
            for value, bits in facets.every(view, "source").items()
            if (shown := facets.counts.meet(bits, ids, without))
        ]
    return sorted(groups, key=lambda g: (-len(g.ids), g.label))


def _ungrouped(
    ids: BitMap, without: BitMap, read: BitMap, _facets: Facets, _ask: Ask
) -> list[Group]:
    rest = ids - without
    everything = Group(key=("ALL",), label="ALL", ids=Ids(rest), unread=len(rest) - len(read))
    return [everything] if rest else []


def most_frequent(
    ids: BitMap, most: int, facets: Facets, ask: Ask, reads: int | None = None
) -> list[TagCount] | None:
    """Return the tags that occur most often among the ids, ties by name.

    A tag occurs among the ids at most as often as in total: once the next tags are smaller than the
    last of the best so far, the rest is skipped. reads: how many tags may be read from
    disk for it; None if that is not enough.
    """
    if len(ids) <= (FEW if reads is not None else SEVERAL * FEW):
        return _tags_of_few(ids, facets, ask)[:most]
    best: list[TagCount] = []
    for place in count(step=TAGS_AT_ONCE):
        with ask() as view:  # a few at a time, so that another thread can answer a key
            some = list(islice(facets.by_size(view, "tag"), place, place + TAGS_AT_ONCE))
            for facet, size in some:
                least = best[-1].articles if len(best) == most else 0
                if size < least:
                    return best
                if reads is not None and not facets.knows(view, facet, least):
                    if not reads:
                        return None
                    reads -= 1
                bits = facets.get_many(view, facet, least)
                if bits and (found := facets.counts.shared(bits, ids)):
                    best.append(TagCount(facets.label(facet), found))
                    best.sort(key=_rank)
                    del best[most:]
        if not some:
            break
    return best


def _tags_of_few(ids: BitMap, facets: Facets, ask: Ask) -> list[TagCount]:
    """Count the tags of a few articles one by one: they have few of the thousands in use."""
    counts: Counter[str] = Counter()
    for some in batches(list(ids), FEW or 1):
        with ask() as view:  # a few at a time, so that another thread can answer a key
            found = {(id, tag.casefold()) for id, tag in view.tags(some)}
            counts.update(tag for _, tag in found)
    with ask() as view:
        # A tag without a facet is damage: skip it.
        named = [
            TagCount(facets.name(view, ("tag", tag)), n)
            for tag, n in counts.items()
            if facets.has(view, ("tag", tag))
        ]
    return sorted(named, key=_rank)


def _rank(tag: TagCount) -> tuple[int, str]:
    return -tag.articles, tag.tag


def _by_story(ids: BitMap, without: BitMap, read: BitMap, facets: Facets, ask: Ask) -> list[Group]:
    """Return the newest stories, then a group of all other articles."""
    from reader.cache.asking.story_groups import by_story

    return by_story(ids - without, read, facets, ask)


_GROUPINGS = {
    Grouping.CATEGORY: _by_category,
    Grouping.SOURCE: _by_source,
    Grouping.STORY: _by_story,
    Grouping.NONE: _ungrouped,
}
