"""How many lines an article takes in the list, and how many columns the list needs for that.

Pure: knows neither rows nor widgets.
"""

from enum import StrEnum

from reader.i18n import _

WIDE = 60
"""Cells of a list from which on a row on one line shows most of a title, and source and time stand
beside its second line in place of below it."""

_DESCRIBED = 2
"""Lines more for a description."""

_ON_ONE_LINE = 32 + 16
"""Columns of a list that shows five words of a title between indent, sign, time and scroll bar."""

_ON_TWO_LINES = 37 + 7
"""Columns of a list that shows a title of 71 characters, the median of English news, whole."""

_TEXT = 60 + 5
"""Columns of a reading pane with a comfortable line of text between margins and scroll bar."""

_SHARE = 0.4
"""Of the terminal, for the list."""


class Density(StrEnum):
    """What a row shows of an article."""

    COMPACT = "compact"
    TWO_LINES = "two-lines"
    DESCRIBED = "described"

    @property
    def label(self) -> str:
        """Return what a message calls it."""
        return _LABELS[self]

    @property
    def next(self) -> "Density":
        """Return the next one, in a circle."""
        every = list(Density)
        return every[(every.index(self) + 1) % len(every)]


_LABELS = {
    Density.COMPACT: _("one line"),
    Density.TWO_LINES: _("titles on two lines"),
    Density.DESCRIBED: _("titles on two lines, and descriptions"),
}


def usual(width: int) -> Density:
    """Return the density of a list of `width` cells, where the user has chosen none."""
    return Density.COMPACT if width >= WIDE else Density.TWO_LINES


def columns_beside_article(columns: int, density: Density | None) -> int | None:
    """Return the columns of the list where it stands beside an article; None if it has no room.

    columns: of the terminal. density: as the user chose it; None: the usual one of each width,
    which is on two lines in a narrow list.
    """
    needed = _ON_ONE_LINE if density is Density.COMPACT else _ON_TWO_LINES
    if columns < needed + _TEXT:
        return None
    return max(needed, int(columns * _SHARE))


def lines_of(density: Density, width: int) -> int:
    """Return how many lines each article takes in a list of `width` cells."""
    if density is Density.COMPACT:
        return 1
    return (2 if width >= WIDE else 3) + _DESCRIBED * (density is Density.DESCRIBED)
