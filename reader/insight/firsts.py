"""How often each source is the first to tell a story: pure functions."""

from collections import defaultdict
from collections.abc import Iterable
from statistics import median
from typing import NamedTuple

from reader.i18n import _, decimal

LEAST_STORIES = 30
"""Stories from which a source is compared: with fewer, the shares are chance."""


class Firsts(NamedTuple):
    """How often a source was first, of the stories that it and others told."""

    source: str
    stories: int
    first: float
    """Stories in which it was first; one that several began at the same instant counts in part."""
    by_chance: float
    """In how many it would be first if all of a story's sources were equally fast."""
    median_lag_s: float | None
    """Median seconds behind the first, of the stories in which it was not; None: always first."""

    @property
    def share(self) -> float:
        """Return the share of its stories in which it was first."""
        return self.first / self.stories

    @property
    def chance(self) -> float:
        """Return the share that chance gives."""
        return self.by_chance / self.stories

    @property
    def lag(self) -> str:
        """Return the median time behind the first in hours, `2.4 h`; empty if it has none."""
        lag = self.median_lag_s
        return "" if lag is None else _("{number} h").format(number=decimal(lag / 3600, 1))


def firsts(stories: Iterable[Iterable[tuple[float, str]]]) -> list[Firsts]:
    """Return the sources that told enough stories, best compared with chance first.

    stories: time in seconds and source of each article of a story, in any order. Articles without
    a source and stories of one source are left out.
    """
    told: dict[str, int] = defaultdict(int)
    first: dict[str, float] = defaultdict(float)
    chance: dict[str, float] = defaultdict(float)
    lags: dict[str, list[float]] = defaultdict(list)
    for story in stories:
        times: dict[str, float] = {}
        for when, source in story:
            if source:
                times[source] = min(when, times.get(source, when))
        if len(times) < 2:
            continue
        begun = min(times.values())
        earliest = sum(when == begun for when in times.values())
        for source, when in times.items():
            told[source] += 1
            chance[source] += 1 / len(times)
            if when == begun:
                first[source] += 1 / earliest
            else:
                lags[source].append(when - begun)
    found = [
        Firsts(source, count, first[source], chance[source], _median(lags[source]))
        for source, count in told.items()
        if count >= LEAST_STORIES
    ]
    return sorted(found, key=_rank)


def _median(lags: list[float]) -> float | None:
    return median(lags) if lags else None


def _rank(one: Firsts) -> tuple[float, str]:
    return -one.first / one.by_chance, one.source
