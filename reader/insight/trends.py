"""What recent stories are about more than usual, and where their mood has turned. No cache.

Counts of the recent stories are compared with those of the stories before them, so that neither a
busy week nor a market that falls as a whole is remarkable in itself.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence, Set
from functools import cache
from itertools import chain
from math import sqrt
from pkgutil import get_data
from typing import NamedTuple

from reader.insight.chances import discoveries, tail, two_sided
from reader.insight.terms import term

TAGS, WORDS = 15.0, 4.0
"""Dispersion of tags and of words of titles, which come in larger bursts."""

FEWEST, FEWEST_SOURCES = 6, 2
"""Least recent stories, and sources of these, for something to be told more than usual."""

FEWEST_LABELS = 12
"""Least labels of a tag on each side for a change of their share."""

OVERLAP = 0.8
"""Share of the smaller of two sets of stories that makes both one alarm."""

MOST_CHARS = 500
"""Characters of a title that are looked at."""

_WORD = re.compile(r"[^\W\d_]\w{2,}(?:'\w+)*")
"""A word of a title; shorter ones say nothing."""

_PART = re.compile(r"\w+")
_CONTRACTION = re.compile(r"(?:n't|'(?:re|ll|ve|d|m))$")


class Item(NamedTuple):
    """A story by its first article. label: 1 positive, -1 negative, 0 neither or unknown."""

    is_recent: bool
    source: str
    title: str
    tags: Set[str]
    """Folded. Former stories may lack those that fewer than FEWEST recent ones have."""
    label: int = 0


class Rise(NamedTuple):
    """A tag or word that more recent stories have than usual. usual: the expected number."""

    name: str
    is_tag: bool
    stories: int
    usual: float


class Turn(NamedTuple):
    """A tag whose share of positive labels has changed. Positive and negative ones, each."""

    tag: str
    now: tuple[int, int]
    was: tuple[int, int]


_Sides = tuple[list[int], list[int]]
"""Positive and negative labels of recent and of former stories."""


class _Alarm(NamedTuple):
    name: str
    items: Collection[int]
    """Places of the recent items that have it."""
    chance: float


def rises(items: Sequence[Item]) -> list[Rise]:
    """Return the tags and words that are told more than usual, tags first, the surest first."""
    now = sum(item.is_recent for item in items)
    before = len(items) - now
    if before < now or not before:  # too few to know what is usual
        return []
    found: list[Rise] = []
    kept: list[_Alarm] = []
    for names, dispersion in ((_tags, TAGS), (_words, WORDS)):
        counts = _counted(items, names)
        alarms = _alarms(counts, now / before, dispersion)
        for alarm in _unlike(alarms, kept):
            usual = expected(counts[alarm.name].before, now / before)
            found.append(Rise(alarm.name, names is _tags, len(alarm.items), usual))
            kept.append(alarm)
    return found


class _Count(NamedTuple):
    """Recent stories that have a tag or a word, by their places, and how many former ones have."""

    recent: Sequence[int]
    before: int


def _counted(items: Sequence[Item], names: Callable[[Item], Set[str]]) -> dict[str, _Count]:
    """Return the counts of what enough recent stories of enough sources have."""
    every = [names(item) for item in items]
    recent = [place for place, item in enumerate(items) if item.is_recent]
    often = _often((every[place] for place in recent), FEWEST)
    before = Counter(
        chain.from_iterable(
            often & each for item, each in zip(items, every, strict=True) if not item.is_recent
        )
    )
    places: dict[str, list[int]] = {name: [] for name in often}
    for place in recent:
        for name in often & every[place]:
            places[name].append(place)
    return {
        name: _Count(own, before[name])
        for name, own in places.items()
        if len({items[place].source for place in own}) >= FEWEST_SOURCES
    }


def _often(names: Iterable[Set[str]], least: int) -> frozenset[str]:
    """Return the names that occur so often and say something."""
    counts = Counter(chain.from_iterable(names))
    return frozenset(
        name for name, count in counts.items() if count >= least and not _is_plain(name)
    )


def expected(before: int, ratio: float) -> float:
    """Return what the number of stories before lets one expect. ratio: of recent to former ones."""
    return (before + 0.5) * ratio


def _alarms(counts: dict[str, _Count], ratio: float, dispersion: float) -> list[_Alarm]:
    tested = sorted(counts.items())
    chances = [
        tail(len(count.recent), expected(count.before, ratio), dispersion) for _, count in tested
    ]
    return [
        _Alarm(tested[place][0], tested[place][1].recent, chances[place])
        for place in discoveries(chances)
    ]


def turns(items: Sequence[Item]) -> list[Turn]:
    """Return the tags whose labels have turned more than those of all stories, the surest first."""
    labelled = [item for item in items if item.label]
    often = _often((item.tags for item in labelled if item.is_recent), FEWEST_LABELS)
    sides: dict[str, _Sides] = {tag: ([0, 0], [0, 0]) for tag in often}
    recent: dict[str, list[int]] = defaultdict(list)
    whole = [0, 0], [0, 0]
    for place, item in enumerate(labelled):
        side, sign = not item.is_recent, item.label < 0
        whole[side][sign] += 1
        for tag in often & item.tags:
            sides[tag][side][sign] += 1
            if item.is_recent:
                recent[tag].append(place)
    shift = _odds(whole[0]) / _odds(whole[1])
    tested = [tag for tag, (_, was) in sorted(sides.items()) if sum(was) >= FEWEST_LABELS]
    found = [deviation(*sides[tag], shift) for tag in tested]
    chances = [two_sided(each) for each in found]
    alarms = [
        _Alarm(tested[place], recent[tested[place]], chances[place])
        for place in discoveries(chances)
        if _has_moved(*sides[tested[place]], found[place])
    ]
    pairs = ((alarm.name, *sides[alarm.name]) for alarm in _unlike(alarms, []))
    return [Turn(tag, (now[0], now[1]), (was[0], was[1])) for tag, now, was in pairs]


def deviation(now: Sequence[int], was: Sequence[int], shift: float) -> float:
    """Return by how many standard deviations the positive labels differ from what is expected.

    now, was: positive and negative labels. shift: by what the odds of all labels have changed.
    """
    odds = _odds(was) * shift
    share = odds / (1 + odds)
    total, before = sum(now), sum(was)
    spread = share * (1 - share) * (total + total * total / before)
    return (now[0] - share * total) / sqrt(spread)


def _has_moved(now: Sequence[int], was: Sequence[int], deviation: float) -> bool:
    """Return whether the share itself has changed in that direction, not that of all others."""
    return (now[0] * sum(was) - was[0] * sum(now)) * deviation > 0


def _odds(pair: Sequence[int]) -> float:
    """Return positive to negative, never 0 or infinite."""
    return (pair[0] + 0.5) / (pair[1] + 0.5)


def _unlike(alarms: Iterable[_Alarm], known: Sequence[_Alarm]) -> list[_Alarm]:
    """Return the alarms without those that say the same as a known one or one of more stories."""
    found = sorted(alarms, key=lambda alarm: (-len(alarm.items), alarm.name))
    kept: list[_Alarm] = []
    for alarm in found:
        if not any(_is_same(alarm, other) for other in (*known, *kept)):
            kept.append(alarm)
    return sorted(kept, key=lambda alarm: (alarm.chance, alarm.name))


def _is_same(one: _Alarm, other: _Alarm) -> bool:
    shared = len({*one.items} & {*other.items})
    if shared >= OVERLAP * min(len(one.items), len(other.items)):
        return True
    names = _terms(one.name), _terms(other.name)
    return names[0] <= names[1] or names[1] <= names[0]


def _terms(name: str) -> frozenset[str]:
    return frozenset(map(term, _PART.findall(name))) or frozenset([name])


def _tags(item: Item) -> Set[str]:
    return item.tags


def _words(item: Item) -> Set[str]:
    """Return the words of a title in lower case and Latin letters, without `'s`.

    Other scripts have no list of plain words; names are often in Latin letters there, too.
    """
    text = item.title[:MOST_CHARS].lower().replace("’", "'").replace("'s", "")
    return {word for word in _WORD.findall(text) if word.isascii()}


@cache
def _plain_words() -> frozenset[str]:
    return frozenset((get_data("reader.insight", "plain_words.txt") or b"").decode().split())


def _is_plain(name: str) -> bool:
    """Return whether a tag or a word says nothing, such as `crypto news` or `won't`."""
    words = name.replace("-", " ").split()
    plain = _plain_words()
    return all(word in plain or _CONTRACTION.search(word) for word in words)
