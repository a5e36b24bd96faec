"""Sets and counts of ten and of a hundred million articles, and what an insert moves.

The sets are made up: ids at random, with the shares that categories and tags have in the archive.
Counting is the program's own. Nothing of it depends on the archive that is measured.
"""

import random
import statistics
import struct
import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from pyroaring import BitMap

from reader.cache.answers import MOST_TAGS
from reader.cache.facets.counts import Counts
from reader.cache.storing.placing import places
from reader.cache.values.slots import DAY_S, Slots, of_name
from tests.benchmarks.figures import Budget, Figure
from tests.benchmarks.subject import Subject
from tests.builders import NOW, article, put

YEARS = 10
SCALES = ((10_000_000, "16s"), (30_000_000, "4s"), (100_000_000, "1s"))
CATEGORIES, TAGS = 55, 64
POOL = 16
"""Containers of one density that are made; a set has each of them many times."""
FILLS = {0.25: 400, 0.5: 400, 0.75: 400, 0.9: 400, 1.2: 20}
"""Inserts at each fill."""
DAYS = 30
MOVED = 500
"""Articles that make room on a server."""


def measure_scale(subject: Subject) -> list[Figure]:
    """Sizes and counts at each scale, then moves at each fill, then what a move costs a server."""
    figures = [figure for scale in SCALES for figure in _of_scale(subject, *scale)]
    figures += [figure for fill, inserts in FILLS.items() for figure in _moves(fill, inserts)]
    return [*figures, *_moves_of_a_date(), *_on_a_server(subject)]


# Sets and counts.


class _Sets(NamedTuple):
    all: BitMap
    language: BitMap
    passed: BitMap
    """Read articles."""
    pinned: BitMap
    categories: list[BitMap]
    groups: list[BitMap]
    tags: list[BitMap]

    def bytes(self) -> int:
        """What they take as they are stored and sent."""
        every = [self.all, self.language, *self.categories, *self.groups, *self.tags]
        return sum(len(bits.serialize()) for bits in every)


def _of_scale(subject: Subject, articles: int, width: str) -> Iterator[Figure]:
    slots = of_name(width)
    sets = _made_up(articles, slots)
    size = f"{articles // 1_000_000}m"
    for name, bits in (
        ("all ids", sets.all),
        ("a tag on 1 %", _set(articles // 100, slots)),
    ):
        yield Figure(
            name=f"a set of {name}, slots of {width}",
            unit="MB",
            samples=[len(bits.serialize()) / 1e6],
            size=size,
        )
    yield Figure(
        name=f"the sets of {CATEGORIES} categories, their sentiments, {TAGS} tags",
        unit="MB",
        samples=[sets.bytes() / 1e6],
        size=size,
    )
    rounds = subject.times(9)
    # Another filter each time: counts of the last ones are kept.
    filters = [sets.tags[1 + n % 8] & sets.language for n in range(rounds)]
    counts = Counts(lambda: sets.language)
    samples = [_timed(lambda ids=ids: _count(counts, sets, ids)) for ids in filters]
    yield Figure(
        name=f"counts of a filter: {CATEGORIES} categories, all and unread; top tags",
        unit="ms",
        samples=samples,
        size=size,
        budget=Budget("p95", 20) if articles == SCALES[0][0] else None,
    )
    yield Figure(
        name="one count: a category among the articles of a filter",
        unit="ms",
        samples=[
            _timed(lambda ids=ids: sets.categories[0].intersection_cardinality(ids))
            for ids in filters
        ],
        size=size,
    )


def _count(counts: Counts, sets: _Sets, ids: BitMap) -> None:
    passed = sets.passed & ids
    for bits in sets.categories:
        counts.meet(bits, ids, sets.pinned)
        bits.intersection_cardinality(passed)
    best: list[int] = []
    for bits in sets.tags:  # the most frequent first, until none can be more frequent
        if len(best) == MOST_TAGS and len(bits) < best[-1]:
            break
        best = sorted([*best, counts.shared(bits, ids)], reverse=True)[:MOST_TAGS]


def _timed(work: Any, clock: Callable[[], float] = time.thread_time) -> float:
    """Milliseconds of work: of this thread, as counting waits for nothing, or by another clock."""
    start = clock()
    work()
    return (clock() - start) * 1000


def _made_up(articles: int, slots: Slots) -> _Sets:
    shares = [1 / (n + 1.3) for n in range(CATEGORIES)]
    of_category = [articles * share / sum(shares) for share in shares]
    return _Sets(
        _set(articles, slots),
        _set(articles // 2, slots),
        _set(articles // 10, slots),
        _set(40, slots),
        [_set(round(count), slots) for count in of_category],
        [_set(round(count / 4), slots) for count in of_category for _ in range(4)],
        [_set(round(articles * 0.3 / (n + 1)), slots) for n in range(TAGS)],
    )


def _set(count: int, slots: Slots) -> BitMap:
    """A set of about so many ids at random times of the last years, in the format of Roaring."""
    last = slots.of(int(NOW.timestamp() * 1000)) >> 16
    chunks = range(last - slots.within(YEARS * 365 * DAY_S) // (1 << 16), last)
    number = max(1, round(count / len(chunks)))
    keys = random.sample(chunks, min(len(chunks), count))
    contents = [random.choice(_containers(number)) for _ in keys]
    head = struct.pack("<II", 12346, len(keys))
    place = 8 + 8 * len(keys)
    offsets = []
    for _, content in contents:
        offsets.append(place)
        place += len(content)
    kinds = [
        struct.pack("<HH", key, size - 1)
        for key, (size, _) in zip(sorted(keys), contents, strict=True)
    ]
    whole = [head, *kinds, struct.pack(f"<{len(keys)}I", *offsets), *(one for _, one in contents)]
    return BitMap.deserialize(b"".join(whole))


@cache
def _containers(count: int) -> list[tuple[int, bytes]]:
    """Containers of about so many ids: their number, and an array or bits."""
    return [_container(count) for _ in range(POOL)]


def _container(count: int) -> tuple[int, bytes]:
    ids = sorted(random.sample(range(1 << 16), count))
    if count <= 4096:
        return count, array("H", ids).tobytes()
    bits = bytearray(1 << 13)
    for id in ids:
        bits[id >> 3] |= 1 << (id & 7)
    return count, bytes(bits)


# Inserts.


class _Placed:
    """A view of ids and instants in order, as placing articles asks for them."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.ids: list[int] = []
        self.published: list[int] = []

    def last_until(self, instant: int) -> int | None:
        place = bisect_right(self.published, instant)
        return self.ids[place - 1] if place else None

    def first_after(self, id: int) -> tuple[int, int] | None:
        return next(self.published_from(id + 1), None)

    def published_from(self, id: int) -> Iterator[tuple[int, int]]:
        place = bisect_left(self.ids, id)
        while place < len(self.ids):
            yield self.ids[place], self.published[place]
            place += 1


def _archive(published: Sequence[int]) -> _Placed:
    empty: Any = _Placed(of_name("16s"))
    made = _Placed(empty.slots)
    made.published = sorted(published)
    made.ids = places(empty, made.published).ids
    return made


def _inserted(view: Any, instants: Sequence[int]) -> list[float]:
    """How many articles each insert would move."""
    return [float(len(places(view, [instant]).moves)) for instant in instants]


def _moves(fill: float, inserts: int) -> Iterator[Figure]:
    start, span = int(NOW.timestamp() * 1000), DAYS * DAY_S * 1000
    count = round(fill * of_name("16s").within(DAYS * DAY_S))
    view = _archive([start + random.randrange(span) for _ in range(count)])
    moved = _inserted(view, [start + random.randrange(span) for _ in range(inserts)])
    yield Figure(
        name=f"articles that an insert moves, mean of {inserts}, {fill} of the slots taken",
        unit="articles",
        samples=[statistics.mean(moved)],
    )
    yield Figure(
        name=f"articles that an insert moves, {fill} of the slots taken",
        unit="articles",
        samples=moved,
    )


def _moves_of_a_date() -> Iterator[Figure]:
    """Half of a window: most of it of one date without a time, the rest at random times."""
    slots = of_name("16s")
    start, span = int(NOW.timestamp() * 1000), slots.window * 16_000
    dated = [start + span // 4] * (slots.window * 3 // 8)
    others = [start + random.randrange(span) for _ in range(slots.window // 8)]
    view = _archive([*dated, *others])
    yield Figure(
        name="articles that an insert moves, three quarters of those of a window of one date",
        unit="articles",
        samples=_inserted(view, [start + random.randrange(span) for _ in range(FILLS[0.5])]),
    )


def _on_a_server(subject: Subject) -> Iterator[Figure]:
    from tests.postgres import missing, running

    if missing():
        return
    import tests.postgres as postgres

    with running() as server, TemporaryDirectory(dir=subject.scratch) as folder:
        postgres._servers.append(server)
        try:
            yield _cost_of_moves(Path(folder), subject.times(5))
        finally:
            postgres._servers.remove(server)


def _cost_of_moves(folder: Path, rounds: int) -> Figure:
    from tests.postgres import shared_store

    samples = []
    with shared_store(folder / "data") as store:
        long = "Fees fell for a third week as blocks had room again. " * 60
        put(store, [article(n, published=NOW, body=long) for n in range(MOVED)])
        for n in range(rounds):
            before = article(MOVED + n, published=NOW.replace(hour=11, minute=59, second=59))
            took = _timed(lambda before=before: put(store, [before]), time.perf_counter)
            samples.append(took / MOVED)
    return Figure(
        name=f"an article of {len(long)} letters that makes room, on a server, one of {MOVED}",
        unit="ms",
        samples=samples,
    )
