"""Values that the cache returns: groups, counts, outcomes. No SQL."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from reader.article import Sentiment
from reader.cache.ids import Ids, Span

if TYPE_CHECKING:
    from pyroaring import BitMap


class Grouping(StrEnum):
    """How a list of articles is cut into groups."""

    CATEGORY = "category"
    LATEST = "latest"
    SOURCE = "source"
    STORY = "story"
    NONE = "none"


PINNED = "PINNED"
"""Key of the group of pinned articles, which comes before all others."""


MOST_TAGS = 9
"""Number of tags stored with an answer: those under the digits."""


class Tally(NamedTuple):
    """Counts sentiments from one id to before another, when it is asked: most days are not seen."""

    ids: "BitMap"
    twins: "BitMap"
    """Those of the ids that are not counted."""
    positive: "BitMap"
    negative: "BitMap"
    first: int
    end: int

    @property
    def counts(self) -> tuple[int, int]:
        """Return how many articles are positive, and how many negative."""
        counted = Span(self.ids, self.first, self.end).bits - self.twins
        positive, negative = map(counted.intersection_cardinality, (self.positive, self.negative))
        return int(positive), int(negative)


class Group(NamedTuple):
    """Articles under one heading, newest first; a group has children or shows its articles.

    `key` is the path of headings, such as ("BTC",) or ("BTC", "POSITIVE"): it stays the same
    whatever the filter. Groups without articles do not exist.
    """

    key: tuple[str, ...]
    label: str
    ids: Ids
    unread: int
    """Twins as one."""
    sentiment: Sentiment | None = None
    """Set on the groups of the second level of a grouping by category."""
    children: "Sequence[Group]" = ()
    twins: int = 0
    """How many are there in a language before theirs as well, and do not count."""
    sources: int = 0
    """Set on stories of a grouping by story: how many sources tell it."""
    is_split: bool = False
    """Whether one of them calls it positive and another negative."""
    tally: Tally | None = None
    """Set on days, which only divide a list and are always open."""

    @property
    def counts(self) -> tuple[int, int]:
        """Return how many articles of a day are positive, and how many negative."""
        return self.tally.counts if self.tally is not None else (0, 0)

    @property
    def is_divider(self) -> bool:
        """Return whether it is always open."""
        return self.tally is not None

    @property
    def articles(self) -> int:
        """Return how many there are, twins as one."""
        return len(self.ids) - self.twins


class TagCount(NamedTuple):
    """How many articles have a tag."""

    tag: str
    articles: int


class Stats(NamedTuple):
    """Numbers of articles by property, most frequent first."""

    articles: int
    languages: Mapping[str, int]
    sources: Mapping[str, int]
    tags: Mapping[str, int]
    categories: Mapping[str, Mapping[Sentiment, int]]


class Outcome(StrEnum):
    """The result of storing an article."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SUPERSEDED = "superseded"


class Stamp(NamedTuple):
    """A file's state, to tell whether it changed. mtime in nanoseconds; `digest` of its bytes."""

    where: str
    size: int
    mtime_ns: int
    digest: bytes


class Marked(NamedTuple):
    """The result of setting a mark: its new value, and how many articles changed, of how many."""

    value: bool
    changed: int
    among: int
