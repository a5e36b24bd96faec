"""The list of segments of an FTS5 index, to and from the row in which FTS5 stores it."""

from collections.abc import Iterable, Iterator
from itertools import chain, count

MAX_BYTES = 9
"""Maximum bytes of one number."""


class SegmentList:
    """The segments of an index: of each the number, its first and its last page.

    By level, small segments first; within a level the oldest first.
    """

    def __init__(self, cookie: bytes, written: int) -> None:
        self._cookie = cookie
        self._written = written
        """Pages that count towards the next automatic merge."""
        self._levels: list[tuple[int, list[tuple[int, int, int]]]] = []
        """The number of segments that an unfinished merge reads, and the segments."""

    @classmethod
    def of(cls, row: bytes) -> "SegmentList":
        """Return the list that is in a row. Raises ValueError for other bytes."""
        rest = numbers(row[4:])
        try:
            levels, segments, written = (next(rest) for _ in range(3))
            found = cls(row[:4], written)
            for _ in range(levels):
                merging, size = next(rest), next(rest)
                level = [(next(rest), next(rest), next(rest)) for _ in range(size)]
                found._levels.append((merging, level))
        except (RuntimeError, StopIteration, TypeError) as error:
            raise ValueError("a list of segments that ends early") from error  # not shown
        if next(rest, None) is not None or len(list(found)) != segments:
            raise ValueError("a list of segments of another format")  # not shown
        return found

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        return chain.from_iterable(level for _, level in self._levels)

    @property
    def newest(self) -> list[tuple[int, int, int]]:
        """Return the segments of the first level."""
        return self._levels[0][1] if self._levels else []

    def free_numbers(self) -> Iterator[int]:
        """Yield numbers that no segment has."""
        taken = {number for number, _, _ in self}
        return (number for number in count(1) if number not in taken)

    def add(self, number: int, first: int, last: int) -> None:
        """Add a segment that is newer than all others."""
        if not self._levels:
            self._levels.append((0, []))
        self._levels[0][1].append((number, first, last))

    def row(self) -> bytes:
        """Return the row that has the list."""
        values = [len(self._levels), len(list(self)), self._written]
        for merging, level in self._levels:
            values += [merging, len(level), *chain.from_iterable(level)]
        return self._cookie + varints(values)


def varints(values: Iterable[int]) -> bytes:
    """Return numbers as SQLite writes them."""
    return b"".join(map(_varint, values))


def _varint(value: int) -> bytes:
    """Return a number of up to 56 bits: seven bits a byte, the highest first."""
    if not 0 <= value < 1 << 56:
        raise ValueError(f"not a number of 56 bits: {value}")  # not shown
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(value & 0x7F | 0x80)
    return bytes(reversed(groups))


def numbers(data: bytes) -> Iterator[int]:
    """Yield the numbers of such bytes. Raises ValueError if the last one is cut off."""
    value, size = 0, 0
    for byte in data:
        value, size = value << 7 | byte & 0x7F, size + 1
        if size == MAX_BYTES:
            raise ValueError("a number of more than 56 bits")  # not shown
        if byte < 0x80:
            yield value
            value, size = 0, 0
    if size:
        raise ValueError("a number that is cut off")  # not shown
