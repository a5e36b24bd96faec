"""How many articles are positive and how many negative."""

from typing import NamedTuple

FEWEST = 3
"""Articles below which a share says nothing and is not shown."""


class Pair(NamedTuple):
    """Numbers of positive and negative articles."""

    positive: int = 0
    negative: int = 0

    @property
    def total(self) -> int:
        """Return the number of both."""
        return self.positive + self.negative

    @property
    def share(self) -> float | None:
        """Return the share of positive ones, 0 to 1; None for fewer than FEWEST."""
        return self.positive / self.total if self.total >= FEWEST else None
