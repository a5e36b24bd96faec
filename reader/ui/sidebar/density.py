"""How many lines an article takes in the list, by what the user chose and by the list's width.

Pure: knows neither rows nor widgets.
"""

from enum import StrEnum

from reader.i18n import _

WIDE = 60
"""Cells of a list from which on a row on one line shows most of a title, and source and time stand
beside its second line in place of below it."""

_DESCRIBED = 2
"""Lines more for a description."""


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


def lines_of(density: Density, width: int) -> int:
    """Return how many lines each article takes in a list of `width` cells."""
    if density is Density.COMPACT:
        return 1
    return (2 if width >= WIDE else 3) + _DESCRIBED * (density is Density.DESCRIBED)
