"""Laid-out lines in parts, laid out in any order.

The number of lines of other parts is estimated from the length of their text, so that the end of
the longest text is reached at once. Estimates change the numbers of lines; a `Spot` does not move.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from time import monotonic
from typing import Literal, NamedTuple

from reader.ui.prose.growing_lines import GrowingLines
from reader.ui.prose.wrap import Line

_FIRST_RATE = 1 / 50
"""Lines a place before any is laid out."""


class Part(NamedTuple):
    """A section of a text, laid out when it is needed."""

    start: int
    """Place at which the part begins; 0 for the first."""
    size: int
    """Number of places of its text."""
    lay_out: Callable[[], Iterator[Line]]
    above: int = 0
    """Places before those of its text; they do not count in estimates."""


class Spot(NamedTuple):
    """A line by its part; stays the same while lines are laid out above it."""

    part: int
    offset: int


class Run(NamedTuple):
    """Laid-out lines with no gap between them."""

    part: int
    """Index of the first part."""
    first: int
    """Number of the first line."""
    size: int
    """Number of lines."""
    is_to_end: bool
    """Whether the run includes the last line of the text."""


class SectionedLines:
    """The lines of all parts, numbered: exactly when all are laid out, else by estimate."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self._starts = [part.start for part in parts]
        self._grown: list[GrowingLines | None] = [None] * len(parts)
        self._total = 0
        self._firsts: list[int] | None = None
        """Number of the first line of each part; None after a change."""

    def __len__(self) -> int:
        self._count()
        return self._total

    @property
    def laid_out(self) -> int:
        """Return how many lines are laid out, in all parts."""
        return sum(len(each) for each in self._grown if each)

    @property
    def is_complete(self) -> bool:
        """Return whether every part is laid out to its end."""
        return all(each is not None and each.is_complete for each in self._grown)

    def get(self, index: int) -> Line | None:
        """Return the line of that number; None if it is not laid out."""
        part, offset = self.spot(index)
        grown = self._grown[part]
        return grown[offset] if grown and 0 <= offset < len(grown) else None

    def __iter__(self) -> Iterator[Line]:
        """Yield the laid-out lines, in order."""
        return self._from(0)

    def texts(self, run: "Run") -> Iterator[str]:
        """Yield the text of each line of a run."""
        return (line.text for line in islice(self._from(run.part), run.size))

    def _from(self, part: int) -> Iterator[Line]:
        for grown in self._grown[part:]:
            if grown:
                yield from (grown[offset] for offset in range(len(grown)))

    def spot(self, index: int) -> Spot:
        """Return the line of that number."""
        firsts = self._count()
        part = max(0, bisect_right(firsts, index, hi=len(self._parts)) - 1)
        return Spot(part, index - firsts[part])

    def number(self, spot: Spot) -> int:
        """Return the number of that line, by the present estimate."""
        part, offset = spot
        grown = self._grown[part]
        if grown and grown.is_complete:
            offset = min(offset, len(grown) - 1)
        return max(0, self._count()[part] + offset)

    def spot_of(self, place: int) -> Spot | None:
        """Return the line that includes the place; None if it is not laid out."""
        part = self._part_of(place)
        grown = self._grown[part]
        if grown is None or not grown.goes_beyond(place):
            return None
        return Spot(part, grown.index(place))

    def reach(self, place: int, seconds: float) -> Spot | None:
        """Lay out a part up to the place and return its line; None if time ran out."""
        self._grow(self._part_of(place), 0, place, seconds)
        return self.spot_of(place)

    def spread(self, spot: Spot, above: int, below: int, seconds: float) -> None:
        """Lay out `below` lines from the spot on, then `above` above it, within `seconds`."""
        deadline = monotonic() + seconds
        part, needed = spot.part, spot.offset + below
        while needed > 0 and part < len(self._parts):
            grown = self._grow(part, needed, 0, deadline - monotonic())
            if not grown.is_complete:
                break
            needed -= len(grown)
            part += 1
        part, needed = spot.part - 1, above - spot.offset
        while needed > 0 and part >= 0 and monotonic() <= deadline:
            needed -= len(self._grow_whole(part, deadline - monotonic()))
            part -= 1

    def fill(self, most: int, seconds: float) -> None:
        """Lay out missing lines from the top until there are `most` in all, or time runs out."""
        deadline = monotonic() + seconds
        have = self.laid_out
        for part, grown in enumerate(self._grown):
            if grown is None or not grown.is_complete:
                if have >= most or monotonic() > deadline:
                    return
                before = len(grown) if grown else 0
                more = self._grow(part, before + most - have, 0, deadline - monotonic())
                have += len(more) - before

    def extend(self, spot: Spot, step: Literal[1, -1], seconds: float) -> bool:
        """Lay out more below, or (-1) above, the run at the spot; return False at the end."""
        part = spot.part
        while 0 <= part < len(self._parts):
            grown = self._grown[part]
            if grown is None or not grown.is_complete:
                self._grow_whole(part, seconds)
                return True
            part += step
        return False

    def run(self, spot: Spot) -> Run:
        """Return the laid-out lines around the spot."""
        first = last = spot.part
        while first > 0 and self._is_whole(first - 1):
            first -= 1
        while self._is_whole(last) and last + 1 < len(self._parts) and self._grown[last + 1]:
            last += 1
        laid_out = (self._grown[part] for part in range(first, last + 1))
        size = sum(len(each) for each in laid_out if each)
        is_to_end = last + 1 == len(self._parts) and self._is_whole(last)
        return Run(first, self._count()[first], size, is_to_end)

    def last(self) -> Spot:
        """Return a spot in the last part."""
        return Spot(len(self._parts) - 1, 0)

    def _part_of(self, place: int) -> int:
        return max(0, bisect_right(self._starts, place) - 1)

    def _is_whole(self, part: int) -> bool:
        grown = self._grown[part]
        return grown is not None and grown.is_complete

    def _grow(self, part: int, lines: int, place: int, seconds: float) -> GrowingLines:
        grown = self._grown[part]
        if grown is None:
            grown = self._grown[part] = GrowingLines(self._parts[part].lay_out())
        before = len(grown), grown.is_complete
        grown.grow(lines, place, max(0, seconds))
        if before != (len(grown), grown.is_complete):
            self._firsts = None
        return grown

    def _grow_whole(self, part: int, seconds: float) -> GrowingLines:
        return self._grow(part, _ALL, 0, seconds)

    def _count(self) -> list[int]:
        """Return the number of the first line of each part."""
        if self._firsts is not None:
            return self._firsts
        exact = self.laid_out
        left = [self._left(part) for part in range(len(self._parts))]
        unknown = sum(left)
        self._total = self._expected(exact, unknown)
        rate = (self._total - exact) / unknown if unknown else 0.0
        self._firsts, above = [], 0.0
        for grown, places in zip(self._grown, left, strict=True):
            self._firsts.append(int(above + 1e-6))
            above += (len(grown) if grown else 0) + places * rate
        return self._firsts

    def _left(self, part: int) -> int:
        """Return how many places of the part are not laid out."""
        grown, (start, size, _, above) = self._grown[part], self._parts[part]
        if grown is None or not len(grown):
            return size
        end = start + above + size
        return 0 if grown.is_complete else max(1, min(size, end - grown[len(grown) - 1].at))

    def _expected(self, exact: int, unknown: int) -> int:
        """Return the estimate of all lines; it changes rarely, to keep the scroll bar still."""
        if not unknown:
            return exact
        known = sum(part.size for part in self._parts) - unknown
        rate = exact / known if known > 0 and exact else _FIRST_RATE
        expected = exact + max(1, round(unknown * rate))
        if exact >= self._total or abs(expected - self._total) > expected // 10:
            return expected
        return self._total


_ALL = 2**62
