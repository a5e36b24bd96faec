"""A list of laid-out lines that grows on demand: by number, by place, or for some time."""

from bisect import bisect_right
from collections.abc import Iterator
from time import monotonic

from reader.ui.prose.wrap import Line

_LINES_A_LOOK = 16
"""Lines between two checks of the time."""


class GrowingLines:
    """The first lines of `source`, whose places (`Line.at`) never fall."""

    def __init__(self, source: Iterator[Line]) -> None:
        self._lines: list[Line] = []
        self._source: Iterator[Line] | None = source

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, index: int) -> Line:
        return self._lines[index]

    @property
    def is_complete(self) -> bool:
        """Return whether all lines of the source are laid out."""
        return self._source is None

    def grow(self, lines: int, place: int = 0, seconds: float | None = None) -> None:
        """Take lines from the source until there are `lines` of them and they pass the place.

        Stop after `seconds` in any case.
        """
        deadline = None if seconds is None else monotonic() + seconds
        while self._source and not (len(self) >= lines and self.goes_beyond(place)):
            if (line := next(self._source, None)) is None:
                self._source = None
                return
            self._lines.append(line)
            if deadline and len(self) % _LINES_A_LOOK == 0 and monotonic() > deadline:
                return

    def goes_beyond(self, place: int) -> bool:
        """Return whether `index(place)` is final."""
        return self.is_complete or bool(self._lines and self._lines[-1].at > place)

    def index(self, place: int) -> int:
        """Return the index of the line with the place, or of the last line so far."""
        return max(0, bisect_right(self._lines, place, key=lambda line: line.at) - 1)

    def expected(self, first: int, last: int) -> int:
        """Return how many lines to expect from the density of places so far.

        first, last: places of the text.
        """
        if self.is_complete:
            return len(self)
        before = bisect_right(self._lines, first, key=lambda line: line.at)
        done = self._lines[-1].at - first if self._lines else 0
        if done <= 0:
            return len(self)
        return before + (len(self) - before) * max(last - first, done) // done
