"""Choose the groups that open by themselves: at the first start and for search results.

Pure: functions of the groups and of what is open.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from time import monotonic

from reader.library import PINNED, Group
from reader.ui.sidebar.outline import Key

RESULTS_SHOWN = 10_000
"""Stop opening groups after this many articles of a search: counting in a group takes long."""

OPENING_S = 0.005
"""How long a key may wait for groups to open."""


def first_opened(groups: Sequence[Group]) -> set[Key]:
    """Return the keys of the pinned group and of the largest one, down to its articles."""
    opened: set[Key] = set()
    for group in groups:
        if group.is_divider:
            break
        opened.add(group.key)
        if group.key != (PINNED,):
            return opened | {child.key for child in group.children[:1]}
    return opened


def opened_for_results(
    groups: Sequence[Group], already_open: AbstractSet[Key]
) -> tuple[set[Key], bool]:
    """Return the keys to open so that results show, from the top, and whether these are all.

    Counting below a group may have to read it, so this opens no more than a key can wait for, but
    at least one group. Call it again for the rest.
    """
    opened: set[Key] = set()
    left, end = RESULTS_SHOWN, monotonic() + OPENING_S
    for group in groups:
        if left <= 0 or group.is_divider:
            break
        if group.key not in already_open and opened - already_open and monotonic() > end:
            return opened, False
        opened |= {group.key, *(child.key for child in group.children)}
        left -= len(group.ids)
    return opened, True
