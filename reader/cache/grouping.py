"""Sets of ids under headings: by category and sentiment, day, source, or not at all."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta

from pyroaring import BitMap

from reader.article import EPOCH, NO_CATEGORY, Sentiment
from reader.cache.answers import PINNED, Group, Grouping, TagCount
from reader.cache.evaluation import first_id_since
from reader.cache.facets import PINNED as PINNED_FACET
from reader.cache.facets import READ, Facets
from reader.cache.ids import Ids

Unread = Callable[[BitMap], int]


def group(ids: BitMap, by: Grouping, facets: Facets, db: sqlite3.Connection) -> tuple[Group, ...]:
    """The ids under headings, each under one; pinned ones in a group of their own on top."""
    read = facets.get(db, READ)

    def unread(bits: BitMap) -> int:
        return len(bits) - int(bits.intersection_cardinality(read))

    pinned = ids & facets.get(db, PINNED_FACET)
    rest = ids - pinned if pinned else ids
    groups = list(_GROUPINGS[by](rest, unread, facets, db))
    if pinned:
        groups.insert(0, _leaf((PINNED,), PINNED, pinned, unread))
    return tuple(groups)


def _leaf(
    key: tuple[str, ...],
    label: str,
    bits: BitMap,
    unread: Unread,
    sentiment: Sentiment | None = None,
) -> Group:
    return Group(key=key, label=label, ids=Ids(bits), unread=unread(bits), sentiment=sentiment)


def _by_category(
    ids: BitMap, unread: Unread, facets: Facets, db: sqlite3.Connection
) -> list[Group]:
    """Largest first, OTHER last; below each its sentiments."""
    children: dict[str, list[Group]] = {}
    for value, bits in facets.every(db, "group").items():
        if shown := bits & ids:
            category, word = facets.label(("group", value)).split("\t")
            sentiment = Sentiment(word)
            leaf = _leaf((category, word), word.lower(), shown, unread, sentiment)
            children.setdefault(category, []).append(leaf)
    groups = [_with_children(category, leaves) for category, leaves in children.items()]
    return sorted(groups, key=lambda g: (g.label == NO_CATEGORY, -len(g.ids), g.label))


def _with_children(category: str, leaves: list[Group]) -> Group:
    order = list(Sentiment)
    leaves.sort(key=lambda leaf: order.index(leaf.sentiment or Sentiment.UNRATED))
    return Group(
        key=(category,),
        label=category,
        ids=Ids(BitMap.union(*(leaf.ids.bits for leaf in leaves))),
        unread=sum(leaf.unread for leaf in leaves),
        children=tuple(leaves),
    )


def _by_day(
    ids: BitMap, unread: Unread, _facets: Facets, db: sqlite3.Connection
) -> Iterator[Group]:
    """Days of the local calendar that have articles, latest first."""
    rest = ids
    while rest:
        newest = EPOCH + timedelta(seconds=int(rest.max()))
        start = datetime.combine(newest.astimezone().date(), time()).astimezone()
        first = min(first_id_since(db, start), int(rest.max()))
        day = rest.copy()
        day.remove_range(0, first)
        rest = rest - day
        yield _leaf((f"{start:%Y-%m-%d}",), f"{start:%a %d %b %Y}", day, unread)


def _by_source(ids: BitMap, unread: Unread, facets: Facets, db: sqlite3.Connection) -> list[Group]:
    """Largest first."""
    groups = [
        _leaf((value,), facets.label(("source", value)) or "no source", shown, unread)
        for value, bits in facets.every(db, "source").items()
        if (shown := bits & ids)
    ]
    return sorted(groups, key=lambda g: (-len(g.ids), g.label))


def _ungrouped(
    ids: BitMap, unread: Unread, _facets: Facets, _db: sqlite3.Connection
) -> list[Group]:
    return [_leaf(("ALL",), "ALL", ids, unread)] if ids else []


def most_frequent(ids: BitMap, most: int, facets: Facets, db: sqlite3.Connection) -> list[TagCount]:
    """The tags that most of the ids have, ties by name.

    No tag occurs more often among the ids than in all: once the tags to come are smaller than the
    last of the best so far, they need not be looked at.
    """
    best: list[TagCount] = []
    for facet, size in facets.by_size(db, "tag"):
        if len(best) == most and size < best[-1].articles:
            break
        if count := facets.get(db, facet).intersection_cardinality(ids):
            best.append(TagCount(facets.label(facet), count))
            best.sort(key=lambda tag: (-tag.articles, tag.tag))
            del best[most:]
    return best


_GROUPINGS = {
    Grouping.CATEGORY: _by_category,
    Grouping.DAY: _by_day,
    Grouping.SOURCE: _by_source,
    Grouping.NONE: _ungrouped,
}
