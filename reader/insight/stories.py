"""Stories: which articles report one event, decided in the order of publication.

An article joins the story whose articles it resembles most, by the mean over all of them: a story
of many does not grow along a chain of resemblances. What was decided is never changed.
"""

from collections import deque
from collections.abc import Mapping
from math import sqrt
from typing import NamedTuple

LEAST_MEAN = 0.26
"""Mean resemblance to the articles of a story from which an article joins it."""

CANDIDATE = 0.5
"""Share of `LEAST_MEAN` that one article of a story has to reach for it to be looked at."""

PRUNED = 0.9
"""Share of `LEAST_MEAN` that terms still to be looked up must be able to add."""

LATEST_S, FIRST_S = 36 * 3600, 96 * 3600
"""Maximum seconds to the last and to the first article of a story."""

SAME_SOURCE, REPUBLISHED = 0.6, 0.6
"""How much the resemblance to an article of the same source counts, unless it is as high as the
second number: then it was published again."""


REMEMBERED_S = 2 * FIRST_S
"""How far back decided articles have to be put in before others are added: an article within
`FIRST_S` may belong to a story that is older."""

MOST_REPORTS, MOST_HAVING = 100, 1_000
"""Maximum articles of a story, and of a term in memory, the latest: a hostile archive may have a
million articles of one title."""


class Report(NamedTuple):
    """One article as `Stories` sees it."""

    id: int
    published: int
    """In seconds; never smaller than that of the report before."""
    source: str
    vector: Mapping[str, float]
    """Weights of its terms, a vector of unit length."""


class Stories:
    """Stories of the last days, to which articles are added one by one."""

    def __init__(self) -> None:
        self._active: deque[Report] = deque()
        """Reports of the last `FIRST_S`, the oldest first."""
        self._having: dict[str, list[Report]] = {}
        """The same by term; most terms have one, and a deque takes five times as much memory."""
        self._story: dict[int, int] = {}
        self._reports: dict[int, list[Report]] = {}
        """Reports of each story that an article may still join, the oldest first."""

    def __len__(self) -> int:
        """Return the number of articles that are held in memory."""
        return len(self._active)

    def add(self, report: Report, new: int) -> int:
        """Return the story of an article. new: the number of its story if it begins one."""
        self._forget(report.published - FIRST_S)
        story = self._joined(report)
        if story is None:
            story = new
        self.put(report, story)
        return story

    def put(self, report: Report, story: int) -> None:
        """Add an article whose story was decided before, in the order of publication."""
        self._active.append(report)
        self._story[report.id] = story
        self._reports.setdefault(story, []).append(report)
        for term in report.vector:
            having = self._having.setdefault(term, [])
            having.append(report)
            if len(having) > MOST_HAVING:
                del having[0]

    def _joined(self, report: Report) -> int | None:
        """Return the story that an article joins; the older one of two that are alike."""
        best, most = None, LEAST_MEAN
        for story in sorted(self._candidates(report.vector)):
            reports = self._reports[story]
            if len(reports) >= MOST_REPORTS or not _is_in_time(report, reports):
                continue
            mean = sum(_resemblance(report, each) for each in reports) / len(reports)
            if mean > most or (best is None and mean == most):
                best, most = story, mean
        return best

    def _candidates(self, vector: Mapping[str, float]) -> set[int]:
        """Return stories with an article that is near enough, by the rarest terms first."""
        rarest = sorted(
            (len(self._having[term]), term, weight)
            for term, weight in vector.items()
            if term in self._having
        )
        left = sum(weight * weight for _, _, weight in rarest)
        found: dict[int, float] = {}
        for _, term, weight in rarest:
            if left < (PRUNED * LEAST_MEAN) ** 2:
                break
            left -= weight * weight
            for other in self._having[term]:
                found[other.id] = found.get(other.id, 0.0) + weight * other.vector[term]
        return {self._story[id] for id, near in found.items() if near >= CANDIDATE * LEAST_MEAN}

    def _forget(self, before: int) -> None:
        while self._active and self._active[0].published < before:
            report = self._active.popleft()
            for term in report.vector:
                if (having := self._having.get(term)) and having[0] is report:
                    del having[0]
                    if not having:
                        del self._having[term]
            # Its story keeps it: whether others join depends on all of its articles.
            story = self._story.pop(report.id)
            if self._reports[story][-1] is report:
                del self._reports[story]


def _is_in_time(report: Report, reports: list[Report]) -> bool:
    since_latest = report.published - reports[-1].published
    return since_latest <= LATEST_S and report.published - reports[0].published <= FIRST_S


def _resemblance(report: Report, other: Report) -> float:
    """Return the cosine of two articles, less of it within one source."""
    cosine = dot(report.vector, other.vector)
    is_same = report.source == other.source and cosine < REPUBLISHED
    return cosine * SAME_SOURCE if is_same else cosine


def dot(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Return the product of two vectors: their cosine if both are of unit length."""
    return sum(weight * other[term] for term, weight in one.items() if term in other)


def unit(weights: Mapping[str, float], most: int) -> dict[str, float]:
    """Return the heaviest terms as a vector of unit length; ties in the order given."""
    heaviest = sorted(weights.items(), key=_weight, reverse=True)[:most]
    length = sqrt(sum(weight * weight for _, weight in heaviest))
    return {term: weight / length for term, weight in heaviest} if length else {}


def _weight(item: tuple[str, float]) -> float:
    return item[1]
