"""Count the mood of a set of articles by day or week: bitmaps and ranges of ids, no texts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from itertools import islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

from pyroaring import BitMap

from reader.cache.asking.days import start_of
from reader.cache.asking.evaluation import first_id_since, first_ids_since
from reader.cache.asking.grouping import Ask, most_frequent
from reader.cache.facets.index import ESTIMATED, Facets
from reader.cache.mood import ROWS, By, Column, Mood, Pair, Per, Row, calendar
from reader.cache.values.instants import from_milliseconds

if TYPE_CHECKING:
    from reader.cache.engine import View

_SENTIMENTS = ("positive", "negative", "neutral", "unrated")


class _Sets(NamedTuple):
    """Ids of the columns by sentiment, and where each column begins; the last bound is the end."""

    ids: BitMap
    bounds: Sequence[int]
    labels: Mapping[str, BitMap]
    estimates: Mapping[str, BitMap]


def mood(
    ids: BitMap, by: By, per: Per | None, most: int, now: datetime, facets: Facets, ask: Ask
) -> Mood:
    """Return at most `most` columns up to the latest article, but for articles dated in the future.

    Columns before the first article are left out. per: what has a row; None: nothing. now: aware.
    """
    with ask() as view:
        days = _days(ids, by, most, now, view)
        if not days:
            return Mood(by, per)
        bounds = first_ids_since(view, map(start_of, days))
        sets = _sets(ids, bounds, facets, view)
    return Mood(by, per, _columns(days, sets), tuple(_rows(per, sets, facets, ask)) if per else ())


def _days(ids: BitMap, by: By, most: int, now: datetime, view: "View") -> list[date]:
    """Return where columns begin, and where the last one ends; none without articles."""
    if not ids:
        return []
    past = int(ids.rank(end - 1)) if (end := first_id_since(view, now)) else 0
    first, last = (_day(ids[place], view) for place in (0, past - 1))  # the latest if none is past
    return calendar(first, last, by, most)


def _day(id: int, view: "View") -> date:
    published = view.published_before(id + 1) or 0  # there is one, as the id is of this view
    return from_milliseconds(published).astimezone().date()


def _sets(ids: BitMap, bounds: Sequence[int], facets: Facets, view: "View") -> _Sets:
    shown = ids & BitMap(range(bounds[0], bounds[-1]))
    facets.fetch(view, [ESTIMATED, *(("sentiment", name) for name in _SENTIMENTS)])
    estimated = shown & facets.get(view, ESTIMATED)
    found = {name: shown & facets.get(view, ("sentiment", name)) for name in _SENTIMENTS}
    labels = {name: bits - estimated for name, bits in found.items()}
    estimates = {name: bits & estimated for name, bits in found.items()}
    return _Sets(shown, bounds, labels, estimates)


def _columns(days: Sequence[date], sets: _Sets) -> tuple[Column, ...]:
    labels, estimates = (
        {name: _split(bits, sets.bounds) for name, bits in each.items()}
        for each in (sets.labels, sets.estimates)
    )
    articles = _split(sets.ids, sets.bounds)
    return tuple(
        Column(
            first=first,
            end=end,
            articles=articles[k],
            labels=Pair(labels["positive"][k], labels["negative"][k]),
            neutral=labels["neutral"][k],
            unrated=labels["unrated"][k] + estimates["unrated"][k],
            estimates=Pair(estimates["positive"][k], estimates["negative"][k]),
            neutral_estimates=estimates["neutral"][k],
        )
        for k, (first, end) in enumerate(pairwise(days))
    )


def _split(bits: BitMap, bounds: Sequence[int]) -> list[int]:
    """Return how many ids are in each column."""
    if not bits:
        return [0] * (len(bounds) - 1)
    before = [int(bits.rank(bound - 1)) if bound else 0 for bound in bounds]
    return [end - start for start, end in pairwise(before)]


def _rows(per: Per, sets: _Sets, facets: Facets, ask: Ask) -> Iterator[Row]:
    """Yield the names of most articles with the publisher's label; of estimates if none has one."""
    rated = _rated(sets.labels) or _rated(sets.estimates)
    frequent = _frequent_tags if per is Per.TAG else partial(_values, per)
    for name, bits in frequent(rated, facets, ask):
        own = sets.ids & bits
        labels, estimates = (
            _series(own, each, sets.bounds) for each in (sets.labels, sets.estimates)
        )
        yield Row(name, len(own), labels, estimates)


def _rated(by_sentiment: Mapping[str, BitMap]) -> BitMap:
    return by_sentiment["positive"] | by_sentiment["negative"]


def _series(own: BitMap, by_sentiment: Mapping[str, BitMap], bounds: Sequence[int]) -> list[Pair]:
    positive, negative = (
        _split(own & by_sentiment[name], bounds) for name in ("positive", "negative")
    )
    return list(map(Pair, positive, negative))


def _values(per: Per, ids: BitMap, facets: Facets, ask: Ask) -> list[tuple[str, BitMap]]:
    """Return the sources or categories with most of the ids, largest first, ties by name."""
    with ask() as view:
        every = facets.every(view, per)
        names = {value: facets.label((per, value)) for value in every}
    counts = [
        (-count, names[value], bits)
        for value, bits in every.items()
        if value and (count := int(bits.intersection_cardinality(ids)))
    ]
    return [(name, bits) for _, name, bits in sorted(counts, key=lambda each: each[:2])[:ROWS]]


def _frequent_tags(ids: BitMap, facets: Facets, ask: Ask) -> list[tuple[str, BitMap]]:
    """Return the tags of most of the ids, largest first, ties by name."""
    names = [each.tag for each in islice(most_frequent(ids, facets, ask), ROWS)]
    tags = [("tag", name.casefold()) for name in names]
    with ask() as view:
        facets.fetch(view, tags)
        return [(name, facets.get(view, tag)) for name, tag in zip(names, tags, strict=True)]
