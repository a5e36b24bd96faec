"""Laid-out lines in parts, laid out in any order.

The number of lines of other parts is estimated from the length of their text, so that the end of
the longest text is reached at once. Estimates change the numbers of lines; a `Spot` does not move.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from time import monotonic
from typing import NamedTuple

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
    source: Callable[[], str] | None = None
    """Text that has every word of the part; None if some words are not in it."""


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

    def __init__(self, parts: Iterable[Part], size: int = 0) -> None:
        """Begin with no line. size: places of all parts, if these shall be asked for lazily."""
        self._size = size
        self._uncut: Iterator[Part] | None = iter(parts)
        """The parts after those that are known; None if there are none."""
        self._parts: list[Part] = []
        self._starts: list[int] = []
        self._grown: list[GrowingLines | None] = []
        self._known = 0
        """Places of the parts that are known."""
        self._total = 0
        self._firsts: list[int] | None = None
        """Number of the first line of each part, and of what is not cut; None after a change."""
        if not size:
            self._cut_all()

    def has(self, part: int) -> bool:
        """Return whether there is a part of that number."""
        while part >= len(self._parts) and self._cut_next():
            pass
        return 0 <= part < len(self._parts)

    def _cut_next(self) -> bool:
        """Cut off one more part; return False if all are known."""
        part = next(self._uncut, None) if self._uncut else None
        self._firsts = None
        if part is None:
            self._uncut = None
            return False
        self._parts.append(part)
        self._starts.append(part.start)
        self._grown.append(None)
        self._known += part.size
        return True

    def _cut_up_to(self, size: int) -> None:
        """Cut off parts until they have `size` places."""
        while self._known < size and self._cut_next():
            pass

    def _cut_all(self) -> None:
        while self._cut_next():
            pass

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
        return all(map(self.is_whole, self.parts)) and not self.has(len(self._parts))

    def get(self, index: int) -> Line | None:
        """Return the line of that number; None if it is not laid out."""
        part, offset = self.spot(index)
        grown = self._grown[part]
        return grown[offset] if grown and 0 <= offset < len(grown) else None

    def __iter__(self) -> Iterator[Line]:
        """Yield the laid-out lines, in order."""
        for part in self.parts:
            yield from self.lines_of(part)

    @property
    def is_cut(self) -> bool:
        """Return whether all parts are known."""
        return self._uncut is None

    @property
    def parts(self) -> range:
        """Return the numbers of the parts that are known."""
        return range(len(self._parts))

    def size_of(self, part: int) -> int:
        """Return how many lines of a part are laid out."""
        grown = self._grown[part]
        return len(grown) if grown else 0

    def is_whole(self, part: int) -> bool:
        """Return whether a part is laid out to its end."""
        grown = self._grown[part]
        return grown is not None and grown.is_complete

    def lines_of(self, part: int) -> Iterator[Line]:
        """Yield the laid-out lines of a part."""
        if grown := self._grown[part]:
            yield from (grown[offset] for offset in range(len(grown)))

    def source(self, part: int) -> str | None:
        """Return text that has every word of a part; empty for a part that does not exist."""
        if not self.has(part):
            return ""
        source = self._parts[part].source
        return source() if source else None

    def spot(self, index: int) -> Spot:
        """Return the line of that number."""
        firsts = self._count()
        while self._uncut and index >= firsts[-1]:
            left = self._total - firsts[-1]
            share = (index - firsts[-1]) / left if left > 0 else 1
            self._cut_up_to(self._known + 1 + round(share * self._left_uncut()))
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
        while needed > 0 and self.has(part):
            grown = self._grow(part, needed, 0, deadline - monotonic())
            if not grown.is_complete:
                break
            needed -= len(grown)
            part += 1
        part, needed = spot.part - 1, above - spot.offset
        while needed > 0 and part >= 0 and monotonic() <= deadline:
            needed -= self.grow_whole(part, deadline - monotonic())
            part -= 1

    def fill(self, most: int, seconds: float) -> None:
        """Lay out missing lines from the top until there are `most` in all, or time runs out."""
        deadline = monotonic() + seconds
        have = self.laid_out
        for part in count():
            if not self.has(part):
                return
            grown = self._grown[part]
            if grown is None or not grown.is_complete:
                if have >= most or monotonic() > deadline:
                    return
                before = len(grown) if grown else 0
                more = self._grow(part, before + most - have, 0, deadline - monotonic())
                have += len(more) - before

    def run(self, spot: Spot) -> Run:
        """Return the laid-out lines around the spot."""
        first = last = spot.part
        while first > 0 and self.is_whole(first - 1):
            first -= 1
        while self.is_whole(last) and self.has(last + 1) and self._grown[last + 1]:
            last += 1
        laid_out = (self._grown[part] for part in range(first, last + 1))
        size = sum(len(each) for each in laid_out if each)
        is_to_end = self.is_whole(last) and not self.has(last + 1)
        return Run(first, self._count()[first], size, is_to_end)

    def last(self) -> Spot:
        """Return a spot in the last part."""
        self._cut_all()
        return Spot(len(self._parts) - 1, 0)

    def _part_of(self, place: int) -> int:
        while self.has(0) and place >= self._end_of_known and self._cut_next():
            pass
        return max(0, bisect_right(self._starts, place) - 1)

    @property
    def _end_of_known(self) -> int:
        last = self._parts[-1]
        return last.start + last.above + last.size

    def _left_uncut(self) -> int:
        """Return how many places are not cut into parts yet."""
        return max(1, self._size - self._known) if self._uncut else 0

    def _grow(self, part: int, lines: int, place: int, seconds: float) -> GrowingLines:
        grown = self._grown[part]
        if grown is None:
            grown = self._grown[part] = GrowingLines(self._parts[part].lay_out())
        before = len(grown), grown.is_complete
        grown.grow(lines, place, max(0, seconds))
        if before != (len(grown), grown.is_complete):
            self._firsts = None
        return grown

    def grow_whole(self, part: int, seconds: float) -> int:
        """Lay out a part to its end or until time is up; return its number of lines."""
        return len(self._grow(part, _ALL, 0, seconds))

    def _count(self) -> list[int]:
        """Return the number of the first line of each part."""
        if self._firsts is not None:
            return self._firsts
        exact = self.laid_out
        left = [*map(self._left, self.parts), self._left_uncut()]
        unknown = sum(left)
        self._total = self._expected(exact, unknown)
        rate = (self._total - exact) / unknown if unknown else 0.0
        self._firsts, above = [], 0.0
        for grown, places in zip([*self._grown, None], left, strict=True):
            self._firsts.append(int(above + 1e-6))
            above += (len(grown) if grown else 0) + places * rate
        return self._firsts

    def _left(self, part: int) -> int:
        """Return how many places of the part are not laid out."""
        grown, whole = self._grown[part], self._parts[part]
        if grown is None or not len(grown):
            return whole.size
        left = whole.start + whole.above + whole.size - grown[len(grown) - 1].at
        return 0 if grown.is_complete else max(1, min(whole.size, left))

    def _expected(self, exact: int, unknown: int) -> int:
        """Return the estimate of all lines; it changes rarely, to keep the scroll bar still."""
        if not unknown:
            return exact
        known = max(self._size, self._known) - unknown
        rate = exact / known if known > 0 and exact else _FIRST_RATE
        expected = exact + max(1, round(unknown * rate))
        if exact >= self._total or abs(expected - self._total) > expected // 10:
            return expected
        return self._total


_ALL = 2**62
