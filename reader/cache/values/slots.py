"""How an archive turns the time of publication into an id, and how many articles a time can have.

An id is the number of a slot of time, so that a set of ids is in the order of publication. The
width of a slot belongs to an archive for as long as it exists: narrow slots have room for more
articles a day, wide ones make smaller sets. All else that depends on the width asks this module.
"""

from datetime import UTC, datetime
from typing import NamedTuple

from reader.article import EPOCH
from reader.cache.values.facet_rows import CHUNK_BITS
from reader.cache.values.instants import END
from reader.errors import CacheError
from reader.i18n import _

DAY_S = 24 * 3600
_SPARE = 1 << 16
"""Ids after the latest instant, for articles that have to make room."""


class Slots(NamedTuple):
    """The slots of an archive. Instants are Unix milliseconds."""

    name: str
    """What `archive init --slots` calls the width."""
    quarters: int
    """The width in quarters of a second."""
    epoch: int
    """Unix seconds at which ids begin; older articles come first."""
    bits: int
    """Ids are below 2**bits."""
    most: int
    """Articles that a window may have: half of its slots, unless it has no limit."""

    def of(self, published: int) -> int:
        """Return the preferred id of an article; 0 before the epoch."""
        number = (published - self.epoch * 1000) // (self.quarters * 250)
        return min(max(0, number), (1 << self.bits) - _SPARE)

    def start(self, id: int) -> int:
        """Return the instant at which a slot begins."""
        return self.epoch * 1000 + id * self.quarters * 250

    def within(self, seconds: int) -> int:
        """Return how many slots a span of time has."""
        return 4 * seconds // self.quarters

    @property
    def is_limited(self) -> bool:
        """Return whether a time can be too full for more articles."""
        return self.most < END

    @property
    def narrower(self) -> "Slots | None":
        """Return the next narrower slots of a shared archive; None if there are none."""
        return next((each for each in WIDTHS if each.quarters < self.quarters), None)

    def window_of(self, published: int) -> int:
        """Return the number of the window of an article's preferred id."""
        return self.of(published) // self.window

    @property
    def window(self) -> int:
        """Return in how many slots in a row articles are counted: a day, or a chunk if longer.

        Articles that have a date and no time all take the slots after midnight. In a window as
        long as this one, days without articles make up for them.
        """
        return max(self.within(DAY_S), 1 << CHUNK_BITS)


def _limited(name: str, quarters: int, epoch: datetime, bits: int) -> Slots:
    slots = Slots(name, quarters, int(epoch.timestamp()), bits, 0)
    return slots._replace(most=slots.window // 2)


_MIDNIGHT = EPOCH.replace(hour=0, minute=0, second=0)

LOCAL = Slots("16s", 64, int(EPOCH.timestamp()), 28, END)
"""Of every local archive: 5,400 a day, until 2145. Without a limit, as making room for an article
costs this machine alone."""

WIDTHS = (
    LOCAL._replace(most=LOCAL.window // 2),
    _limited("4s", 16, _MIDNIGHT, 30),
    _limited("1s", 4, _MIDNIGHT, 32),
    # 34 years of these fit 32 bits.
    _limited("250ms", 1, datetime(2013, 1, 1, tzinfo=UTC), 32),
)
"""Of shared archives, the widest first."""


def of_name(name: str) -> Slots:
    """Return the slots of a shared archive. name: of the width. Raises KeyError."""
    return {each.name: each for each in WIDTHS}[name]


def of_width(quarters: int) -> Slots:
    """Return the slots of a shared archive. quarters: of a second. Raises CacheError."""
    for each in WIDTHS:
        if each.quarters == quarters:
            return each
    text = _("the archive has slots of a width that this version does not know; update cryptoread")
    raise CacheError(text)
