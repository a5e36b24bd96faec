"""Assign ids to new articles, in the order of publication.

Room is made once per transaction, so that an article moves at most once, whatever the order of the
new ones.
"""

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from reader.cache.values.instants import END
from reader.cache.values.slots import Slots
from reader.errors import CacheFull

if TYPE_CHECKING:
    from reader.cache.engine import View


class Places(NamedTuple):
    """Ids for new articles, and the moves that make room for them."""

    ids: list[int]
    """Ids of the new articles, in their order."""
    moves: list[tuple[int, int]]
    """Old and new ids of articles that make room, in the order of ids."""


def places(view: "View", published: Sequence[int]) -> Places:
    """Return ids for new articles. published: Unix milliseconds, ascending.

    Of equal instants, stored articles come first, then the new ones in their order. Raises
    CacheFull if the ids after the latest instant are used up.
    """
    made = Places([], [])
    slots = view.slots
    last = -1
    while len(made.ids) < len(published):
        last = _fill_gap(view, published, slots, made, last)
    if made.ids and max(made.ids[-1], made.moves[-1][1] if made.moves else 0) >> slots.bits:
        raise CacheFull
    return made


def _fill_gap(view: "View", published: Sequence[int], slots: Slots, made: Places, last: int) -> int:
    """Place the next new articles between two stored ones; return the last id used."""
    start = len(made.ids)
    last_before = view.last_until(published[start])
    before = -1 if last_before is None else last_before
    after, later = view.first_after(before) or (END, None)
    end = start + 1
    while end < len(published) and (later is None or published[end] < later):
        end += 1
    first = max(before, last) + 1
    room = after - first
    if end - start <= room:
        made.ids.extend(_spread(published[start:end], slots, first, after))
        return made.ids[-1]
    made.ids.extend(range(first, first + room))
    return _push(view, published, slots, made, first + room)


def _spread(published: Sequence[int], slots: Slots, first: int, end: int) -> list[int]:
    """Return ids from `first` to below `end`, each at its time if there is room."""
    ids: list[int] = []
    free = first
    for moment in published:
        ids.append(max(slots.of(moment), free))
        free = ids[-1] + 1
    limit = end - 1
    for place in range(len(ids) - 1, -1, -1):
        if ids[place] <= limit:
            break
        ids[place] = limit
        limit -= 1
    return ids


def _push(view: "View", published: Sequence[int], slots: Slots, made: Places, place: int) -> int:
    """Assign ids from `place` on without a gap, until no stored article has to move any more."""
    stored = view.published_from(place)
    here = next(stored, None)
    pushed: deque[tuple[int, int]] = deque()
    while True:
        if here and here[0] == place:
            pushed.append(here)
            here = next(stored, None)
        number = len(made.ids)
        is_new = number < len(published) and (not pushed or published[number] < pushed[0][1])
        if not pushed and not (is_new and _is_next(published[number], slots, here, place)):
            return place - 1
        if is_new:
            made.ids.append(place)
        else:
            id, _ = pushed.popleft()
            if id != place:
                made.moves.append((id, place))
        place += 1


def _is_next(published: int, slots: Slots, here: tuple[int, int] | None, place: int) -> bool:
    """Return whether a new article belongs here: its own slot is passed, `here` is later."""
    return slots.of(published) < place and (here is None or published < here[1])
