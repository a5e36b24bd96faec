"""The cursor of the list: it belongs to an article or a group, and finds its row in every answer.

Pure: knows rows and keys, no widget.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple, Self

from reader.article import ArticleId
from reader.ui.sidebar.outline import Cursor, Key, Outline, moved

Moves = Mapping[ArticleId, ArticleId | None]
"""New ids of articles by their old ones; None for an article that no longer exists."""


class Place(NamedTuple):
    """The state of the list: open groups, cursor, and the row on top.

    wanted: what the cursor returns to. stand_in: where it stood while the list lacked that;
    where the list has neither, it is at `row`.
    """

    open_groups: AbstractSet[Key]
    wanted: Cursor | None
    stand_in: Cursor | None
    row: int
    top: int

    @property
    def articles(self) -> set[ArticleId]:
        """Return the articles that the cursor may return to."""
        cursors = (self.wanted, self.stand_in)
        return {each.article for each in cursors if each and each.article is not None}

    def followed(self, moves: Moves) -> Self:
        """Return the same place after ids of articles have changed."""
        return self._replace(wanted=moved(self.wanted, moves), stand_in=moved(self.stand_in, moves))


class ListCursor:
    """The wanted place of the cursor, and its row in the present answer."""

    def __init__(self) -> None:
        self.row = 0
        self.wanted: Cursor | None = None
        """What the user chose last: the cursor returns to it when an answer has it again."""
        self.stand_in: Cursor | None = None
        """Where the cursor was put last: it stays there while no answer has what is wanted."""

    def at(self, outline: Outline) -> Cursor | None:
        """Return where the cursor is; None in an empty list."""
        return outline.cursor(self.row) if self.row < outline.height else None

    def settle(self, outline: Outline) -> None:
        """Go to the wanted row, else to the last one, else to the nearest."""
        if not self.wanted:
            self.wanted = outline.cursor(0) if outline.height else None
        if self.wanted:
            places = (self.wanted, self.stand_in)
            there = next((each for each in places if each and outline.has(each)), None)
            self.row = outline.row(there or self.wanted, self.row)
        if here := self.at(outline):
            self.stand_in = here

    def follow(self, moves: Moves) -> None:
        """Stay on the same articles after their ids have changed."""
        self.wanted = moved(self.wanted, moves)
        self.stand_in = moved(self.stand_in, moves)

    def place(self, open_groups: AbstractSet[Key], top: int) -> Place:
        """Return the state of the list, with these open groups and this row on top."""
        return Place(open_groups, self.wanted, self.stand_in, self.row, top)

    def put_back(self, place: Place) -> None:
        """Restore the wanted place of the cursor."""
        self.wanted, self.stand_in, self.row = place.wanted, place.stand_in, place.row
