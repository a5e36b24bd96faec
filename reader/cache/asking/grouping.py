"""Group sets of ids: by category and sentiment, day, source, story, or not at all."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from heapq import heappop, heappush
from itertools import count, islice
from typing import TYPE_CHECKING, NamedTuple, overload

from pyroaring import BitMap

from reader.article import NO_CATEGORY, Sentiment
from reader.cache.answers import PINNED, Group, Grouping, TagCount
from reader.cache.asking.days import Days
from reader.cache.facets.index import PINNED as PINNED_FACET
from reader.cache.facets.index import READ, Facets
from reader.cache.ids import NONE, Ids, batches, less
from reader.cache.values.told import TWIN
from reader.i18n import _

if TYPE_CHECKING:
    from reader.cache.asking.story_groups import KnownStories
    from reader.cache.engine import View

TAGS_AT_ONCE = 16

_SENTIMENTS = ("positive", "negative")
"""Those that are counted by day."""

FEW = 128
"""Maximum articles whose tags are counted one by one: takes 2 ms and reads no other tags."""

SEVERAL = 16
"""How many times as many are counted one by one where 30 ms do not matter: thousands of tags may be
too rare among them to be ruled out by their sizes."""

Ask = Callable[[], "AbstractContextManager[View]"]
"""Gives a view, with the session's lock held."""


class Counted(NamedTuple):
    """Articles to group. without: a facet to leave out.

    twins: those among the rest that count with their twin. read: those that are read, without
    twins: few of many, which are counted fast.
    """

    ids: BitMap
    without: BitMap
    read: BitMap
    twins: BitMap

    def group(self, key: tuple[str, ...], label: str, ids: Ids, bits: BitMap) -> Group:
        """Return the group of `ids`, which `bits` has, with others or without."""
        twins = int(bits.intersection_cardinality(self.twins)) if self.twins else 0
        unread = len(ids) - twins - int(bits.intersection_cardinality(self.read))
        return Group(key, label, ids, unread, twins=twins)


def counted(ids: Ids, facets: Facets, ask: Ask) -> Counted:
    """Return what is needed to group the ids, without those on top."""
    with ask() as view:
        on_top, read = (facets.get(view, facet) for facet in (PINNED_FACET, READ))
        twins = NONE
        if ids.has_all_twins and (every := facets.get(view, TWIN)):
            twins = less(ids.bits & every, on_top)
        read = less(less(ids.bits & read, on_top), twins)
    return Counted(ids.bits, on_top, read, twins)


class Lookups:
    """What groupings look up and keep for the next one."""

    def __init__(self) -> None:
        self.days = Days()

    @cached_property
    def stories(self) -> "KnownStories":
        """Return what is known of stories; few screens show them."""
        from reader.cache.asking.story_groups import KnownStories

        return KnownStories()


def group(ids: Ids, by: Grouping, facets: Facets, kept: Lookups, ask: Ask) -> tuple[Group, ...]:
    """Return the ids under headings, each under one; pinned ones in a group of their own on top."""
    with ask() as view:
        of = counted(ids, facets, ask)
        if by is Grouping.LATEST:
            rest = less(of.ids, of.without)
            both = tuple(facets.get(view, ("sentiment", name)) for name in _SENTIMENTS)
            groups = list(kept.days.groups(rest, of.read, of.twins, (both[0], both[1]), view))
        else:
            groups = _GROUPINGS[by](of, facets, kept, ask)
        if pinned := ids.bits & of.without:
            groups.insert(0, _pinned(Ids(pinned, has_all_twins=ids.has_all_twins), facets, view))
    return tuple(groups)


def _pinned(ids: Ids, facets: Facets, view: "View") -> Group:
    twins = ids.bits & facets.get(view, TWIN) if ids.has_all_twins else NONE
    unread = len(ids.bits - facets.get(view, READ) - twins)
    return Group((PINNED,), _("PINNED"), ids, unread, twins=len(twins))


def _by_category(of: Counted, facets: Facets, _kept: Lookups, ask: Ask) -> list[Group]:
    """Return categories, the largest first and OTHER last; below each its sentiments."""
    groups = []
    with ask() as view:
        for value, bits in facets.every(view, "category").items():
            if shown := facets.counts.meet(bits, of.ids, of.without):
                label = facets.label(("category", value))
                below = Sentiments(label, lambda: of, facets, ask)
                groups.append(of.group((label,), label, shown, bits)._replace(children=below))
    return sorted(groups, key=lambda g: (g.label == NO_CATEGORY, -g.articles, g.label))


class Sentiments(Sequence[Group]):
    """The groups below a category, counted on first use: most stay closed."""

    def __init__(
        self,
        category: str,
        of: Callable[[], Counted],
        facets: Facets,
        ask: Ask,
    ) -> None:
        """Count nothing yet. of: of all categories."""
        self._of = category, of, facets, ask
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
        of = find()
        for sentiment in Sentiment:
            with ask() as view:
                bits = facets.get(view, ("group", f"{category}\t{sentiment.value}".casefold()))
                shown = facets.counts.meet(bits, of.ids, of.without)
            if shown:
                key = (category, sentiment.value)
                group = of.group(key, sentiment.of_many, shown, bits)
                yield group._replace(sentiment=sentiment)


def _by_source(of: Counted, facets: Facets, _kept: Lookups, ask: Ask) -> list[Group]:
    """Return sources, the largest first."""
    with ask() as view:
        groups = [
            of.group((value,), facets.label(("source", value)) or _("no source"), shown, bits)
            for value, bits in facets.every(view, "source").items()
            if (shown := facets.counts.meet(bits, of.ids, of.without))
        ]
    return sorted(groups, key=lambda g: (-g.articles, g.label))


def _ungrouped(of: Counted, _facets: Facets, _kept: Lookups, _ask: Ask) -> list[Group]:
    rest = less(of.ids, of.without)
    unread = len(rest) - len(of.read) - len(of.twins)
    everything = Group(("ALL",), _("ALL"), Ids(rest), unread, twins=len(of.twins))
    return [everything] if rest else []


class TooManyReads(Exception):
    """More tags would have to be read from disk than an immediate answer may."""


def most_frequent(
    ids: BitMap, facets: Facets, ask: Ask, reads: int | None = None
) -> Iterator[TagCount]:
    """Yield the tags of the ids, the most frequent first, ties by name; count few in advance.

    A tag occurs among the ids at most as often as in total: what is rarer in total than the next
    tag is among the ids need not be read, nor counted. reads: how many tags may be read
    from disk for it. Raises TooManyReads.
    """
    if len(ids) <= (FEW if reads is not None else SEVERAL * FEW):
        yield from _tags_of_few(ids, facets, ask)
        return
    bounds: list[_Bound] = []
    for place in count(step=TAGS_AT_ONCE):
        with ask() as view:  # a few at a time, so that another thread can answer a key
            some = list(islice(facets.by_size(view, "tag"), place, place + TAGS_AT_ONCE))
            for facet, _size in some:
                if reads is not None and not facets.is_loaded(view, facet):
                    if not reads:
                        raise TooManyReads
                    reads -= 1
                bits = facets.get(view, facet)
                heappush(bounds, _Bound(-len(bits), False, facets.label(facet), bits))
        following = some[-1][1] if some else 0
        while tag := _highest(bounds, following, ids, facets, ask):
            yield tag
        if not some:
            return


class _Bound(NamedTuple):
    """How often a tag occurs among some ids at most, or exactly. The highest sorts first."""

    negated: int
    is_exact: bool
    name: str
    bits: BitMap


def _highest(
    bounds: list[_Bound], above: int, ids: BitMap, facets: Facets, ask: Ask
) -> TagCount | None:
    """Remove and return the most frequent tag if it occurs more often than `above`."""
    with ask():
        while bounds and -bounds[0].negated > above:
            _, is_exact, name, bits = bound = heappop(bounds)
            if is_exact:
                return TagCount(name, -bound.negated)
            found = facets.counts.shared(bits, ids)
            heappush(bounds, _Bound(-found, True, name, bits))
    return None


def _tags_of_few(ids: BitMap, facets: Facets, ask: Ask) -> list[TagCount]:
    """Count the tags of a few articles one by one: they have few of the thousands in use."""
    counts: Counter[str] = Counter()
    with ask() as view:
        at_once = view.tags_at_once
    for some in batches(list(ids), at_once):
        with ask() as view:  # a few at a time, so that another thread can answer a key
            found = {(id, tag.casefold()) for id, tag in view.tags(some)}
            counts.update(tag for _id, tag in found)
    with ask() as view:
        facets.look_up(view, [("tag", tag) for tag in counts])
        # A tag without a facet is damage: skip it.
        named = [
            TagCount(facets.name(view, ("tag", tag)), n)
            for tag, n in counts.items()
            if facets.has(view, ("tag", tag))
        ]
    return sorted(named, key=_rank)


def _rank(tag: TagCount) -> tuple[int, str]:
    return -tag.articles, tag.tag


def _by_story(of: Counted, facets: Facets, kept: Lookups, ask: Ask) -> list[Group]:
    """Return the newest stories, then a group of all other articles."""
    from reader.cache.asking.story_groups import by_story

    return by_story(less(of.ids, of.without), of.read, of.twins, facets, kept.stories, ask)


_GROUPINGS = {
    Grouping.CATEGORY: _by_category,
    Grouping.SOURCE: _by_source,
    Grouping.STORY: _by_story,
    Grouping.NONE: _ungrouped,
}
