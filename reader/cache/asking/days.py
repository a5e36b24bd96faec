"""Split sets of ids by day of the local calendar."""

import time as clock
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from pyroaring import BitMap

from reader.ages import day_name, month_name
from reader.cache.answers import Group, Tally
from reader.cache.asking.evaluation import first_ids_since
from reader.cache.ids import Span
from reader.cache.values.instants import END, from_milliseconds

if TYPE_CHECKING:
    from reader.cache.engine import View

AT_ONCE = 100
"""Days in a row whose beginnings are looked up together."""


class _Day(NamedTuple):
    key: tuple[str]
    label: str
    first: int
    """Lowest id of the day."""


class Days:
    """Caches where days begin, until a text or the time zone changes."""

    def __init__(self) -> None:
        self._of: object = None
        self._days: list[_Day] = []

    def groups(
        self,
        ids: BitMap,
        read: BitMap,
        twins: BitMap,
        sentiments: tuple[BitMap, BitMap],
        view: "View",
    ) -> Iterator[Group]:
        """Yield the ids by day, latest first.

        twins: the ids among them that count with their twin. read: those that are read, without
        twins.
        sentiments: all positive ids, and all negative ones.
        """
        end, left, left_twins = END, len(ids), len(twins)
        for day in self._all(view):
            if not left:
                return
            older = _before(day.first, ids)
            if found := left - older:
                older_twins = _before(day.first, twins) if left_twins else 0
                twin, left_twins = left_twins - older_twins, older_twins
                unread = found - twin - int(read.range_cardinality(day.first, end))
                span = Span(ids, day.first, end, found)
                tally = Tally(ids, twins, *sentiments, day.first, end)
                yield Group(day.key, day.label, span, unread, twins=twin, tally=tally)
            end, left = day.first, older

    def _all(self, view: "View") -> list[_Day]:
        texts = view.counter("texts")
        if self._of != (texts, clock.tzname):
            self._days = list(_days(view))
            self._of = texts, clock.tzname
        return self._days


def _before(id: int, ids: BitMap) -> int:
    """Return how many of the ids are lower: counted in half the time of those in a range."""
    return int(ids.rank(id - 1)) if id else 0


def _days(view: "View") -> Iterator[_Day]:
    """Yield all days that have articles, latest first."""
    first = END
    while (published := view.published_before(first)) is not None:
        latest = from_milliseconds(published).astimezone().date()
        days = [latest - timedelta(n) for n in range(max(1, min(AT_ONCE, latest.toordinal() - 2)))]
        for day, its_first in zip(days, first_ids_since(view, map(start_of, days)), strict=True):
            if its_first < first:  # others have no articles
                first = its_first
                yield _Day((f"{day:%Y-%m-%d}",), _label(day), first)


def _label(day: date) -> str:
    """Return `Sat 14 Mar 2026`."""
    return f"{day_name(day.weekday())} {day.day:02} {month_name(day.month)} {day:%Y}"


def start_of(day: date) -> datetime:
    """Return when the day begins in the local time zone."""
    return datetime.combine(day, time()).astimezone()
