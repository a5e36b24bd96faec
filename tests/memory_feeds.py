"""The memory of a feed in dictionaries, for the engine of `memory_engine`."""

from collections.abc import Iterable, Iterator, Sequence

from reader.cache.sameness.law import ALIKE_AT_MOST, MAX_NAMES, Item, Known
from reader.cache.sameness.tellings import REPUBLISHED_WITHIN_MS, Name, Telling, retold


class Remembered:
    """What is stored of all feeds."""

    def __init__(self) -> None:
        self.names: dict[tuple[str, Name], tuple[int, int]] = {}
        """Entry (0: of distinct items) and run, by feed and name."""
        self.entries: dict[int, Known] = {}
        self.tellings: list[tuple[int, str, Telling]] = []
        """Entry, feed and version, in the order of being stored."""

    def copy(self) -> "Remembered":
        new = Remembered()
        for name, value in vars(self).items():
            setattr(new, name, value.copy())
        return new


class MemoryFeedMemory:
    """The remembered items of one feed. See `engine.FeedMemory`."""

    def __init__(self, of: Remembered, feed: str, run: int) -> None:
        self._of = of
        self._feed = feed
        self._run = run

    def shared(self) -> list[Name]:
        found = self._of.names.items()
        return [name for (feed, name), (entry, _) in found if feed == self._feed and not entry]

    def is_shared(self, name: Name) -> bool:
        return self._entry(name) == 0

    def named(self, name: Name) -> Known | None:
        return self._of.entries.get(self._entry(name) or 0)

    def _entry(self, name: Name) -> int | None:
        found = self._of.names.get((self._feed, name))
        return found[0] if found else None

    def alike(self, telling: Telling) -> Iterator[Known]:
        if telling.length:
            near = [*self._near(telling, "text"), *self._near(telling, "title")]
            for entry in dict.fromkeys(entry for entry, each in near if retold(telling, each)):
                yield self._of.entries[entry]

    def _near(self, telling: Telling, column: str) -> Iterator[tuple[int, Telling]]:
        """Yield the versions with that text or title, on each side the nearest in time."""
        value = getattr(telling, column)
        same = [
            (entry, each)
            for entry, feed, each in self._of.tellings
            if value and feed == self._feed and getattr(each, column) == value
        ]
        dated = [
            (each.published - (telling.published or 0), entry, each)
            for entry, each in same
            if each.published is not None
        ]
        if telling.published is None:  # all of them are before it
            sides = [sorted(dated, key=lambda found: -found[0]), []]
        else:
            dated = [found for found in dated if abs(found[0]) <= REPUBLISHED_WITHIN_MS]
            newest = reversed(dated)  # of those of one moment, what was stored last comes first
            before = sorted((found for found in newest if found[0] <= 0), key=lambda it: -it[0])
            after = sorted((found for found in dated if found[0] > 0), key=lambda it: it[0])
            sides = [before, after]
        for side in sides:
            yield from ((entry, each) for _, entry, each in side[:ALIKE_AT_MOST])
        undated = [found for found in same if found[1].published is None]
        yield from undated[: -ALIKE_AT_MOST - 1 : -1]

    def tellings(self, entry: int) -> Sequence[Telling]:
        return [each for number, _, each in self._of.tellings if number == entry]

    def begin(self, item: Item, names: Sequence[Name]) -> int:
        entry = len(self._of.entries) + 1
        self.go_on(entry, item, names)
        return entry

    def go_on(self, entry: int, item: Item, names: Sequence[Name]) -> None:
        self._of.entries[entry] = Known(entry, item.id if item.id in names else b"", item.link)

    def note(self, entry: int, item: Item, names: Sequence[Name]) -> None:
        for name in names or [item.words_name]:
            is_own = self._entry(name) in (None, entry)
            self._put(name, entry if is_own else 0)

    def prune(self, entry: int) -> None:
        own = [
            (run, key)
            for key, (number, run) in self._of.names.items()
            if key[0] == self._feed and number == entry
        ]
        for _, key in sorted(own, reverse=True)[MAX_NAMES:]:
            del self._of.names[key]

    def share(self, names: Iterable[Name]) -> None:
        for name in names:
            self._put(name, 0)

    def _put(self, name: Name, entry: int) -> None:
        self._of.names[self._feed, name] = entry, self._run

    def tell(self, entry: int, tellings: Sequence[Telling], *, again: bool) -> None:
        every = self._of.tellings
        if not again:
            own = [place for place, (number, _, _) in enumerate(every) if number == entry]
            for place in own[-1:]:
                del every[place]
        every.extend((entry, self._feed, each) for each in reversed(tellings))
