"""Choose the tags that split a set of articles best, for the digits of the tag bar."""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property, partial
from itertools import islice
from typing import Self

from pyroaring import BitMap

from reader.cache.answers import TagCount
from reader.cache.asking.grouping import Ask
from reader.cache.facets.counts import Counts
from reader.cache.facets.index import Facets

POOL = 48
"""How many of the most frequent tags the best are chosen among."""

AT_ONCE = 10
"""How many of them are looked at together: nine of ten mostly say something new."""

DECIDES = 4
"""Part of the ids, a quarter, that mostly shows that two tags do not say the same."""

ALIKE = 0.9
"""Part of a tag's articles that another one must have for both to say the same."""


def splitting(
    ids: BitMap,
    frequent: Iterator[TagCount],
    named: Collection[str],
    most: int,
    facets: Facets,
    ask: Ask,
) -> list[TagCount]:
    """Return up to `most` tags that split the ids, the best first, then those that are named.

    The best has the highest coverage × (1 − coverage). Left out are tags on more than half of the
    ids, tags that say which category the article is in, and tags that say what a better one says.

    frequent: the tags of the ids, the most frequent first; no more are taken than needed. named:
    folded tags that are counted anyway.
    """
    # Below a half, coverage × (1 − coverage) grows with coverage: they come in order.
    halving = (
        each for each in islice(frequent, POOL + len(named)) if 2 * each.articles <= len(ids)
    )
    others = (each for each in halving if each.tag.casefold() not in named)
    best = list(islice(_distinct(ids, others, facets, ask), most))
    return [*best, *_counted(ids, named, facets, ask)]


def _distinct(
    ids: BitMap, tags: Iterator[TagCount], facets: Facets, ask: Ask
) -> Iterator[TagCount]:
    """Yield the tags that say neither the category nor what an earlier one says."""
    told: list[_Shown] = []
    newest = ids & BitMap(range(ids[-len(ids) // DECIDES], ids[-1] + 1)) if ids else ids
    shown_of = partial(_Shown, ids=ids, part=newest, counts=facets.counts)
    while some := list(islice(tags, AT_ONCE)):
        found = _found("tag", some, shown_of, facets, ask)
        categories = _found("category", some, shown_of, facets, ask)
        for tag, shown, category in zip(some, found, categories, strict=True):
            if any(shown.shares(each, ALIKE * tag.articles, tag.articles) for each in told):
                continue
            told.append(shown)
            if not shown.shares(category, tag.articles // 2 + 1, tag.articles):
                yield tag


def _found(
    field: str,
    tags: Sequence[TagCount],
    shown: Callable[[BitMap], "_Shown"],
    facets: Facets,
    ask: Ask,
) -> "list[_Shown]":
    wanted = [(field, each.tag.casefold()) for each in tags]
    with ask() as view:
        facets.fetch(view, wanted)
        return [shown(facets.get(view, each)) for each in wanted]


class _Shown:
    """A facet's ids among those that are shown, looked up where nothing cheaper decides."""

    def __init__(self, bits: BitMap, ids: BitMap, part: BitMap, counts: Counts) -> None:
        """Look nothing up yet. part: of the ids."""
        self._bits, self._ids, self._counts = bits, ids, counts
        self._of_part = part

    @cached_property
    def _shown(self) -> BitMap:
        return self._bits & self._ids

    @cached_property
    def _part(self) -> BitMap:
        return self._bits & self._of_part

    def shares(self, other: Self, enough: float, articles: int) -> bool:
        """Return whether at least so many ids are in both. articles: how many it has of the ids.

        What the facets have in common among all articles is cached, and mostly not enough. A part
        of the ids mostly shows that too many of its own are not in the other.
        """
        if self._counts.common(self._bits, other._bits) < enough:
            return False
        apart = len(self._part) - self._part.intersection_cardinality(other._part)
        if articles - apart < enough:
            return False
        return self._shown.intersection_cardinality(other._shown) >= enough


def _counted(ids: BitMap, named: Collection[str], facets: Facets, ask: Ask) -> Iterator[TagCount]:
    for tag in named:
        with ask() as view:
            bits = facets.get(view, ("tag", tag))
            if articles := facets.counts.shared(bits, ids):
                yield TagCount(facets.label(("tag", tag)), articles)
