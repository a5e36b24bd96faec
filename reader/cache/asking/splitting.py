"""Choose the tags that split a set of articles best, for the digits of the tag bar."""

from collections.abc import Callable, Collection, Iterator, Sequence

from pyroaring import BitMap

from reader.cache.answers import TagCount
from reader.cache.asking.grouping import Ask
from reader.cache.facets.index import Facets

POOLS = (16, 48)
"""How many of the most frequent tags the best are chosen among: of more if few are enough."""

Frequent = Callable[[int], list[TagCount] | None]
"""Returns that many of the most frequent tags; None if many would have to be read."""

ALIKE = 0.9
"""Part of a tag's articles that another one must have for both to say the same."""


def splitting(
    ids: BitMap,
    frequent: Frequent,
    named: Collection[str],
    most: int,
    facets: Facets,
    ask: Ask,
) -> list[TagCount] | None:
    """Return up to `most` tags that split the ids, the best first, then those that are named.

    The best has the highest coverage × (1 − coverage). Left out are tags on more than half of the
    ids, tags that say which category the article is in, and tags that say what a better one says.

    Return None if `frequent` does. named: folded tags that are counted anyway.
    """
    half, best = len(ids) // 2, list[TagCount]()
    for size in POOLS:
        pool = frequent(size + len(named))
        if pool is None:
            return None
        # Below a half, coverage × (1 − coverage) grows with coverage: the pool is in order.
        some = [each for each in pool if each.articles <= half and each.tag.casefold() not in named]
        best = _distinct(ids, some, most, facets, ask)
        if len(best) == most or len(pool) < size:
            break
    return [*best, *_counted(ids, named, facets, ask)]


def _found(field: str, tags: Sequence[TagCount], facets: Facets, ask: Ask) -> list[BitMap]:
    wanted = [(field, each.tag.casefold()) for each in tags]
    with ask() as view:
        facets.fetch(view, wanted)
        return [facets.get(view, each) for each in wanted]


def _distinct(
    ids: BitMap, tags: Sequence[TagCount], most: int, facets: Facets, ask: Ask
) -> list[TagCount]:
    """Return the first tags that say neither the category nor what an earlier one says."""
    found = _found("tag", tags, facets, ask)
    categories = _found("category", tags, facets, ask)
    told: list[BitMap] = []
    distinct: list[TagCount] = []
    for tag, bits, category in zip(tags, found, categories, strict=True):
        enough = ALIKE * tag.articles
        if any(each.intersection_cardinality(bits) >= enough for each in told):
            continue
        shown = bits & ids
        told.append(shown)
        if 2 * shown.intersection_cardinality(category) <= tag.articles:
            distinct.append(tag)
        if len(distinct) == most:
            break
    return distinct


def _counted(ids: BitMap, named: Collection[str], facets: Facets, ask: Ask) -> Iterator[TagCount]:
    for tag in named:
        with ask() as view:
            bits = facets.get(view, ("tag", tag))
            if articles := facets.counts.shared(bits, ids):
                yield TagCount(facets.label(("tag", tag)), articles)
