"""Groups laid out as rows, and back: where in the list which heading and which article stands.

Pure arithmetic on the sizes of groups: nothing is painted or fetched here.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal, NamedTuple

from textual.geometry import clamp

from reader.article import ArticleId
from reader.library import Group, Ids

Key = tuple[str, ...]
"""The path of headings that names a group, as in `Group.key`."""


class Cursor(NamedTuple):
    """Where the cursor stands: on an article of a group, or (None) on the group's own row."""

    group: Key
    article: ArticleId | None = None


def moved(cursor: Cursor | None, moves: Mapping[ArticleId, ArticleId | None]) -> Cursor | None:
    """Return the cursor on the same article, whose id has changed; where it is gone, on its place.

    moves: new ids of articles, None for those that are gone.
    """
    if cursor is None or cursor.article is None:
        return cursor
    return cursor._replace(article=moves.get(cursor.article) or cursor.article)


class Heading(NamedTuple):
    """A group's own row. `depth`: 0 for groups, 1 for their sub-groups."""

    group: Group
    row: int
    depth: int
    is_open: bool


class Outline:
    """Groups laid out as rows: every heading, below it, where open, its children or articles.

    Costs a step for each heading in view, whatever the number of articles.
    """

    def __init__(
        self, groups: Sequence[Group] = (), open_groups: AbstractSet[Key] = frozenset()
    ) -> None:
        self.height = 0
        """Number of rows."""
        self._groups = groups
        self._headings: list[Heading] = []
        self._lay(groups, 0, open_groups)
        self._rows = [heading.row for heading in self._headings]
        self._by_key = {heading.group.key: heading for heading in self._headings}

    def _lay(self, groups: Sequence[Group], depth: int, open_groups: AbstractSet[Key]) -> None:
        for group in groups:
            is_open = group.key in open_groups
            self._headings.append(
                Heading(group=group, row=self.height, depth=depth, is_open=is_open)
            )
            self.height += 1
            if is_open and group.children:
                self._lay(group.children, depth + 1, open_groups)
            elif is_open:
                self.height += len(group.ids)

    @property
    def has_articles(self) -> bool:
        """Whether any row is an article."""
        return self.height > len(self._headings)

    def heading(self, row: int) -> Heading:
        """The heading in that row, or the one that the row's article stands under."""
        return self._headings[bisect_right(self._rows, row) - 1]

    def cursor(self, row: int) -> Cursor:
        """What stands in that row."""
        heading = self.heading(row)
        if row == heading.row:
            return Cursor(group=heading.group.key)
        return Cursor(group=heading.group.key, article=heading.group.ids[row - heading.row - 1])

    def articles(self, start: int, stop: int) -> list[ArticleId]:
        """The articles in the rows from start to before stop, in order."""
        found: list[ArticleId] = []
        while start < min(stop, self.height):
            k = bisect_right(self._rows, start)
            end = min(stop, self._rows[k] if k < len(self._rows) else self.height)
            heading = self._headings[k - 1]
            found += heading.group.ids[max(0, start - heading.row - 1) : end - heading.row - 1]
            start = end
        return found

    def path(self, article: ArticleId, likely: Key = ()) -> list[Group]:
        """The group that holds the article, and the sub-group, open or not; empty where none.

        likely: where to look first, as others may not have been looked into yet.
        """
        path: list[Group] = []
        groups = self._groups
        while group := _holder(groups, article, likely):
            path.append(group)
            groups = group.children
        return path

    def has(self, cursor: Cursor) -> bool:
        """Whether these groups hold the cursor's article, or have its group; open or not."""
        if cursor.article is None:
            return any(group.key == cursor.group[:1] for group in self._groups)
        return bool(self.path(cursor.article, cursor.group))

    def row(self, cursor: Cursor, near: int = 0) -> int:
        """The cursor's row in these groups.

        The row of its article; if that is gone, of the article's neighbour in the same group, else
        of the group; if that is gone too, or is folded away, of what stands around it; else `near`,
        or the nearest row that there is.
        """
        if cursor.article is None:
            return self._heading_row(cursor.group, near)
        if path := self.path(cursor.article, cursor.group):
            return self._article_row(path[-1].key, cursor.article, near)
        return self._article_row(cursor.group, cursor.article, near)

    def _article_row(self, group: Key, article: ArticleId, near: int) -> int:
        heading = self._by_key.get(group)
        if not heading or not heading.is_open or heading.group.children:
            return self._heading_row(group, near)
        ids = heading.group.ids
        return heading.row + 1 + min(ids.place(article), len(ids) - 1)

    def _heading_row(self, group: Key, near: int) -> int:
        while group and group not in self._by_key:
            group = group[:-1]
        return self._by_key[group].row if group else clamp(near, 0, max(0, self.height - 1))

    def neighbour(
        self,
        start: Cursor,
        step: Literal[1, -1],
        wanted: Callable[[Group], Ids],
        *,
        is_next: bool = False,
    ) -> ArticleId | None:
        """The nearest article after or before `start`, in list order, open or not; None at the end.

        `start`: an article with the group that holds it, or a group, which its articles follow.
        `wanted`: those of a group that count. `is_next`: the article at `start` counts too.
        """
        leaves = _leaves_from(self._groups, start.group, step)
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


def _holder(groups: Sequence[Group], article: ArticleId, likely: Key) -> Group | None:
    for group in groups:
        if group.key == likely[: len(group.key)] and article in group.ids:
            return group
    return next((group for group in groups if article in group.ids), None)


def _leaves_from(groups: Sequence[Group], key: Key, step: Literal[1, -1]) -> Iterator[Group]:
    """The groups that show articles, from the first of the named group on, in list order or back.

    Below the other groups nothing is counted before it is asked for. From the beginning where
    there is no group of that name.
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
    """The groups that show articles, in list order."""
    for group in groups:
        if group.children:
            yield from _leaves(group.children)
        else:
            yield group
