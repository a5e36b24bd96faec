"""Groups laid out as rows: which heading or article is in which row, and on which lines.

A heading takes one line, each article as many as the others. Pure: computed from the sizes of
groups; nothing is painted or fetched here.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import NamedTuple

from textual.geometry import clamp

from reader.article import ArticleId
from reader.library import Group, Ids

Key = tuple[str, ...]
"""The path of headings that names a group, as in `Group.key`."""


class Cursor(NamedTuple):
    """Where the cursor is: on an article of a group, or (None) on the group's own row."""

    group: Key
    article: ArticleId | None = None


def moved(cursor: Cursor | None, moves: Mapping[ArticleId, ArticleId | None]) -> Cursor | None:
    """Return the cursor on the same article after ids have changed; on its place if it is gone.

    moves: new ids of articles, None for an article that no longer exists.
    """
    if cursor is None or cursor.article is None:
        return cursor
    return cursor._replace(article=moves.get(cursor.article) or cursor.article)


class Heading(NamedTuple):
    """A group's own row, on its line. depth: 0 for a group, 1 for a sub-group."""

    group: Group
    row: int
    line: int
    depth: int
    is_open: bool


class Outline:
    """Groups as rows: each heading and, if it is open, its children or articles below it.

    Takes time in proportion to the headings, whatever the number of articles. article_lines: how
    many lines each article takes.
    """

    def __init__(
        self,
        groups: Sequence[Group] = (),
        open_groups: AbstractSet[Key] = frozenset(),
        article_lines: int = 1,
    ) -> None:
        self.height = 0
        """Number of rows."""
        self.lines = 0
        """Number of lines."""
        self.article_lines = article_lines
        self.groups = groups
        """All groups, from the top, in view or not."""
        self._headings: list[Heading] = []
        self._lay(groups, 0, open_groups)
        self._rows = [heading.row for heading in self._headings]
        self._lines = [heading.line for heading in self._headings]
        self._by_key = {heading.group.key: heading for heading in self._headings}

    def _lay(self, groups: Sequence[Group], depth: int, open_groups: AbstractSet[Key]) -> None:
        for group in groups:
            is_open = group.is_divider or group.key in open_groups
            self._headings.append(Heading(group, self.height, self.lines, depth, is_open))
            self.height += 1
            self.lines += 1
            if is_open and group.children:
                self._lay(group.children, depth + 1, open_groups)
            elif is_open:
                articles = len(group.ids)
                self.height += articles
                self.lines += articles * self.article_lines

    @property
    def has_articles(self) -> bool:
        """Return whether any row is an article."""
        return self.height > len(self._headings)

    @property
    def first_article(self) -> int | None:
        """Return the first row with an article; None if no row has one."""
        headings = pairwise((*self._rows, self.height))
        return next((row + 1 for row, below in headings if below > row + 1), None)

    def group(self, key: Key) -> Group | None:
        """Return the group of that key, in view or not."""
        found, groups = None, self.groups
        for depth in range(1, len(key) + 1):
            found = next((group for group in groups if group.key == key[:depth]), None)
            groups = found.children if found else ()
        return found

    def heading(self, row: int) -> Heading:
        """Return the heading in that row, or the heading over the article in it."""
        return self._headings[bisect_right(self._rows, row) - 1]

    def first_line(self, row: int) -> int:
        """Return the first line of a row; in an empty list, 0."""
        if not self.height:
            return 0
        heading = self.heading(row)
        if row == heading.row:
            return heading.line
        return heading.line + 1 + (row - heading.row - 1) * self.article_lines

    def lines_of(self, row: int) -> range:
        """Return the lines of a row; in an empty list, none."""
        if not self.height:
            return range(0)
        first = self.first_line(row)
        return range(first, first + (1 if self.heading(row).row == row else self.article_lines))

    def rows_on(self, start: int, stop: int) -> range:
        """Return the rows that have a line from start to before stop."""
        stop = min(stop, self.lines)
        return range(self.row_at(start), self.row_at(stop - 1) + 1) if start < stop else range(0)

    def held(self, row: int, top: int, height: int) -> tuple[int, int]:
        """Return the row that stays on its line of a view, and that line.

        It is `row`, or the top one if the view shows another part. top: first line of the view.
        """
        line = self.first_line(row) - top
        if 0 <= line < height or not self.height:
            return row, line
        row = self.row_at(top)
        return row, self.first_line(row) - top

    def row_at(self, line: int) -> int:
        """Return the row that a line belongs to; beyond the end, as if articles went on.

        In an empty list, 0.
        """
        if not self.height:
            return 0
        heading = self._headings[max(0, bisect_right(self._lines, line) - 1)]
        if line <= heading.line:
            return heading.row
        return heading.row + 1 + (line - heading.line - 1) // self.article_lines

    def cursor(self, row: int) -> Cursor:
        """Return what is in that row."""
        heading = self.heading(row)
        if row == heading.row:
            return Cursor(group=heading.group.key)
        return Cursor(group=heading.group.key, article=heading.group.ids[row - heading.row - 1])

    def articles(self, start: int, stop: int) -> list[ArticleId]:
        """Return the articles in the rows from start to before stop, in order."""
        found: list[ArticleId] = []
        while start < min(stop, self.height):
            k = bisect_right(self._rows, start)
            end = min(stop, self._rows[k] if k < len(self._rows) else self.height)
            heading = self._headings[k - 1]
            found += heading.group.ids[max(0, start - heading.row - 1) : end - heading.row - 1]
            start = end
        return found

    def among(self, start: int, stop: int) -> Ids:
        """Return the articles in the rows from start to before stop, as a set."""
        found = Ids()
        while start < min(stop, self.height):
            k = bisect_right(self._rows, start)
            end = min(stop, self._rows[k] if k < len(self._rows) else self.height)
            heading = self._headings[k - 1]
            found |= heading.group.ids.part(start - heading.row - 1, end - heading.row - 1)
            start = end
        return found

    def path(self, article: ArticleId, likely: Key = ()) -> list[Group]:
        """Return the group that holds the article and its sub-group, open or not; else nothing.

        likely: the group to search first; others may not have been counted yet.
        """
        path: list[Group] = []
        groups = self.groups
        while group := _holder(groups, article, likely):
            path.append(group)
            groups = group.children
        return path

    def has(self, cursor: Cursor) -> bool:
        """Return whether these groups hold the cursor's article or group, open or not."""
        if cursor.article is None:
            return any(group.key == cursor.group[:1] for group in self.groups)
        return bool(self.path(cursor.article, cursor.group))

    def row(self, cursor: Cursor, near: int = 0) -> int:
        """Return the cursor's row in these groups.

        The row of its article; else of the article's neighbour in the same group; else of the
        group; else, if that is gone or closed, of the group around it; else `near` or the row
        nearest to it.
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


def _holder(groups: Sequence[Group], article: ArticleId, likely: Key) -> Group | None:
    for group in groups:
        if group.key == likely[: len(group.key)] and article in group.ids:
            return group
    return next((group for group in groups if article in group.ids), None)
