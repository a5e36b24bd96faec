"""The mood of articles: how many are positive and negative, by day or week. Values only, no sets.

The publisher's labels and the program's estimates are counted apart. A share is that of positive
articles among positive and negative ones.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from reader.cache.values.pair import FEWEST as FEWEST
from reader.cache.values.pair import Pair as Pair
from reader.i18n import _, grouped

COLUMNS = 35
"""Days or weeks that are counted if no other number is asked for."""

ROWS = 10
"""Tags, sources or categories that have a row."""

_EIGHTHS = "▁▂▃▄▅▆▇█"


class By(StrEnum):
    """The length of a column."""

    DAY = "day"
    WEEK = "week"


LATEST = {By.DAY: 7, By.WEEK: 4}
"""Days or weeks that `now` is about; `was` is about those before, at most."""

BEFORE = {By.DAY: 28, By.WEEK: 16}


class Per(StrEnum):
    """What has a row."""

    TAG = "tag"
    SOURCE = "source"
    CATEGORY = "category"


class Column(NamedTuple):
    """One day or week of the local calendar. end: the day after its last."""

    first: date
    end: date
    articles: int
    labels: Pair
    """By the publisher's label."""
    neutral: int
    unrated: int
    estimates: Pair
    neutral_estimates: int

    @property
    def last(self) -> date:
        """Return its last day."""
        return self.end - timedelta(days=1)


class Row(NamedTuple):
    """One tag, source or category. Each series has a pair for each column.

    articles: all that have it, rated or not.
    """

    name: str
    articles: int
    labels: Sequence[Pair]
    estimates: Sequence[Pair]


class Mood(NamedTuple):
    """Columns, oldest first, and the names of most rated articles, largest first."""

    by: By
    per: Per | None
    columns: Sequence[Column] = ()
    rows: Sequence[Row] = ()

    @property
    def labels(self) -> Pair:
        """Return the publisher's labels of all columns."""
        return summed(column.labels for column in self.columns)

    @property
    def estimates(self) -> Pair:
        """Return the estimates of all columns."""
        return summed(column.estimates for column in self.columns)


def summed(pairs: "Iterator[Pair] | Sequence[Pair]") -> Pair:
    """Return the sums of both numbers."""
    positive = negative = 0
    for pair in pairs:
        positive += pair.positive
        negative += pair.negative
    return Pair(positive, negative)


def now_and_was(series: Sequence[Pair], by: By) -> tuple[Pair, Pair]:
    """Return the sums of the latest columns and of those before them."""
    latest = LATEST[by]
    return summed(series[-latest:]), summed(series[:-latest][-BEFORE[by] :])


def rate(pair: Pair) -> str:
    """Return `▲ 21  ▼ 17  55%`, without a share of too few articles."""
    share = "" if pair.share is None else f"  {pair.share:.0%}"
    return f"▲ {grouped(pair.positive)}  ▼ {grouped(pair.negative)}{share}"


def legend(by: By) -> str:
    """Return what the words over a table of rows mean."""
    if by is By.DAY:
        text = _("now: the last {latest} days, was: up to {before} before, ·: fewer than {fewest}")
    else:
        text = _("now: the last {latest} weeks, was: up to {before} before, ·: fewer than {fewest}")
    return text.format(latest=LATEST[by], before=BEFORE[by], fewest=FEWEST)


def percent(pair: Pair) -> str:
    """Return the share of positive articles as `62%`; `·` for too few articles."""
    return "·" if pair.share is None else f"{pair.share:.0%}"


def sparkline(series: Sequence[Pair]) -> str:
    """Return a block for the share of each pair; `·` for too few articles."""
    return "".join(
        "·" if pair.share is None else _EIGHTHS[min(int(pair.share * 8), 7)] for pair in series
    )


def calendar(first: date, last: date, by: By, most: int) -> list[date]:
    """Return where the columns from `first` to `last` begin, oldest first, at most `most`.

    Weeks begin on Mondays. After them comes the day on which the last one has ended.
    """
    step = timedelta(days=7 if by is By.WEEK else 1)
    first, last = (_monday(first), _monday(last)) if by is By.WEEK else (first, last)
    columns = min((last - first) // step + 1, most)
    return [last - step * back for back in range(columns - 1, -2, -1)]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
