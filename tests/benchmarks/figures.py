"""Samples to figures and figures to a table. What was measured, and how, is the parts' business."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Samples of one thing, in `unit`. `ratio`: its median to that of the same thing elsewhere."""

    name: str
    unit: str
    samples: Sequence[float]
    budget: str = ""
    ratio: float | None = None
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
    def cells(self) -> list[str]:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f} ×"
        return [
            self.name,
            str(len(self.samples)),
            f"{_short(self.median)} {self.unit}",
            f"{_short(self.p95)} {self.unit}",
            ratio,
            self.budget,
        ]

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "unit": self.unit,
            "median": self.median,
            "p95": self.p95,
            "ratio": self.ratio,
            "budget": self.budget,
            "samples": list(self.samples),
        }


HEAD = ["what", "n", "median", "p95", "ratio", "budget"]


def plain_table(figures: Sequence[Figure]) -> str:
    rows = [HEAD, *(figure.cells for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(_aligned(row, widths)).rstrip() for row in rows)


def markdown_table(figures: Sequence[Figure]) -> str:
    rows = [HEAD, ["---", *["--:"] * 4, "---"], *(figure.cells for figure in figures)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _aligned(row: list[str], widths: list[int]) -> list[str]:
    """Names and budgets to the left, numbers to the right."""
    last = len(row) - 1
    return [
        cell.ljust(width) if place in (0, last) else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]


def _short(value: float) -> str:
    """Three significant digits at least."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
