"""Turn samples into figures and figures into a table. Knows nothing about what is measured."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

GROWTH = 1.5
"""What a figure may grow by from the smallest archive to the largest."""


class Budget(NamedTuple):
    """`of`: "p95", "median", or what a ratio is to."""

    of: str
    limit: float


A_KEY = Budget("p95", 25)
"""Milliseconds: the design's for a tag key, and for every other key that it does not name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Samples of one thing, in `unit`, at one size of archive.

    `ratios`: its median to that of something else, by the name of that. `peer`: what newsboat
    calls the same, where it is not the figure's own name. `may_grow`: with the archive.
    """

    name: str
    unit: str
    samples: Sequence[float]
    size: str = ""
    budget: Budget | None = None
    ratios: Mapping[str, float] = field(default_factory=dict)
    peer: str = ""
    may_grow: bool = False
    more_is_better: bool = False

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    @property
    def p95(self) -> float:
        """The sample that 95 % of them are no worse than (nearest rank, nothing interpolated)."""
        best_first = sorted(self.samples, reverse=self.more_is_better)
        return best_first[math.ceil(0.95 * len(best_first)) - 1]

    @property
    def is_kept(self) -> bool | None:
        """Whether it is within its budget; None without one, or where that was not measured."""
        if not self.budget:
            return None
        values = {"median": self.median, "p95": self.p95, **self.ratios}
        value = values.get(self.budget.of)
        if value is None:
            return None
        limit = self.budget.limit
        return value >= limit if self.more_is_better else value <= limit

    def cells(self, growth: float | None) -> list[str]:
        return [
            self.name,
            self.size,
            str(len(self.samples)),
            f"{_short(self.median)} {self.unit}",
            f"{_short(self.p95)} {self.unit}",
            ", ".join(f"{_short(ratio)} × {to}" for to, ratio in self.ratios.items()),
            self._budget_text() + _sign(self.is_kept),
            self._growth_text(growth),
        ]

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "size": self.size,
            "unit": self.unit,
            "median": self.median,
            "p95": self.p95,
            "ratios": dict(self.ratios),
            "budget": self._budget_text(),
            "within budget": self.is_kept,
            "samples": list(self.samples),
        }

    def _budget_text(self) -> str:
        if not self.budget:
            return ""
        of, limit = self.budget
        sign = "≥" if self.more_is_better else "≤"
        if of in ("p95", "median"):
            return f"{of} {sign} {limit:,g} {self.unit}"
        return f"{sign} {limit:g} × {of}"

    def _growth_text(self, growth: float | None) -> str:
        if growth is None:
            return ""
        return f"{growth:.2f} ×" + _sign(None if self.may_grow else growth <= GROWTH)


def compared(figures: Sequence[Figure]) -> list[Figure]:
    """Those of one size, with the ratio to newsboat where it did the same."""
    medians = {figure.name: figure.median for figure in figures}
    return [
        replace(figure, ratios={**figure.ratios, "newsboat": figure.median / peer})
        if (peer := medians.get(f"newsboat: {figure.peer or figure.name}"))
        else figure
        for figure in figures
    ]


def growths(figures: Sequence[Figure]) -> dict[int, float]:
    """How much a median grew from the smallest size to the largest, by the `id` of the largest."""
    by_name: dict[str, list[Figure]] = {}
    for figure in figures:
        by_name.setdefault(figure.name, []).append(figure)
    return {
        id(same[-1]): same[-1].median / same[0].median
        for same in by_name.values()
        if len(same) > 1 and not same[-1].more_is_better and same[0].median
    }


HEAD = ["what", "articles", "n", "median", "p95", "ratio", "budget", "growth"]
_NUMBERS = {2, 3, 4, 7}


def plain_table(figures: Sequence[Figure]) -> str:
    rows = [HEAD, *_rows(figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(_aligned(row, widths)).rstrip() for row in rows)


def markdown_table(figures: Sequence[Figure]) -> str:
    rules = ["--:" if place in _NUMBERS else "---" for place in range(len(HEAD))]
    return "\n".join(f"| {' | '.join(row)} |" for row in [HEAD, rules, *_rows(figures)])


def _rows(figures: Sequence[Figure]) -> list[list[str]]:
    """Group what was measured at several sizes."""
    grown = growths(figures)
    order = {name: place for place, name in enumerate(dict.fromkeys(f.name for f in figures))}
    return [
        figure.cells(grown.get(id(figure)))
        for figure in sorted(figures, key=lambda figure: order[figure.name])
    ]


def _aligned(row: list[str], widths: list[int]) -> list[str]:
    """Numbers to the right, the rest to the left."""
    return [
        cell.rjust(width) if place in _NUMBERS else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]


def _sign(is_kept: bool | None) -> str:
    return {None: "", True: " ✓", False: " ✗"}[is_kept]


def _short(value: float) -> str:
    """Three significant digits at least."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
