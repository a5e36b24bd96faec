"""The next or previous article in list order, whether its group is open or not.

Pure: reads the groups of an answer; groups that it does not pass are not counted.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from reader.article import ArticleId
from reader.library import Group, Ids
from reader.ui.sidebar.outline import Cursor, Key


def neighbour(
    groups: Sequence[Group],
    start: Cursor,
    step: Literal[1, -1],
    wanted: Callable[[Group], Ids],
    *,
    is_next: bool = False,
) -> ArticleId | None:
    """Return the nearest article after (1) or before (-1) `start`; None at the end.

    start: an article with the group that holds it, or a group, whose articles follow it.
    wanted: the articles of a group that count. is_next: the article at `start` counts as well.
    """
    leaves = _leaves_from(groups, start.group, step)
    leaf = next(leaves, None)
    if leaf is not None and start.article is not None:
        ids = wanted(leaf)
        place = ids.place(start.article)
        if step < 0:
            place -= 1
        elif start.article in ids and not is_next:
            place += 1
        if 0 <= place < len(ids):
            return ids[place]
    if leaf is not None and (start.article is not None or step < 0):
        leaf = next(leaves, None)
    while leaf is not None:
        if ids := wanted(leaf):
            return ids[0 if step > 0 else -1]
        leaf = next(leaves, None)
    return None


def _leaves_from(groups: Sequence[Group], key: Key, step: Literal[1, -1]) -> Iterator[Group]:
    """Yield the groups that show articles, from the named group on, in list order or back.

    Groups are counted below only when they are reached. Starts at the top if no group has the key.
    """
    place = next((k for k, group in enumerate(groups) if group.key == key[:1]), 0)
    here = list(_leaves(groups[place : place + 1]))
    first = next((k for k, leaf in enumerate(here) if leaf.key[: len(key)] == key), 0)
    if step > 0:
        yield from here[first:]
        yield from _leaves(groups[place + 1 :])
    else:
        yield from reversed(here[: first + 1])
        for group in reversed(groups[:place]):
            yield from reversed(list(_leaves([group])))


def _leaves(groups: Sequence[Group]) -> Iterator[Group]:
    """Yield the groups that show articles, in list order."""
    for group in groups:
        if group.children:
            yield from _leaves(group.children)
        else:
            yield group
