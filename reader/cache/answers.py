"""What the cache answers with: groups, counts, outcomes. Values only, no SQL."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from reader.article import Sentiment
from reader.cache.ids import Ids


class Grouping(StrEnum):
    """How a list of articles is cut into groups."""

    CATEGORY = "category"
    DAY = "day"
    SOURCE = "source"
    NONE = "none"


PINNED = "PINNED"
"""Key of the group of pinned articles, which stands above all others."""


MOST_TAGS = 9
"""Tags that are remembered of an answer: those under the digits."""


class Group(NamedTuple):
    """Articles under one heading, newest first; a group has children or shows its articles.

    `key` is the path of headings, such as ("BTC",) or ("BTC", "POSITIVE"): it stays the same
    whatever the filter. Groups without articles do not exist.
    """

    key: tuple[str, ...]
    label: str
    ids: Ids
    unread: int
    sentiment: Sentiment | None = None
    """Set on the groups of the second level of a grouping by category."""
    children: "Sequence[Group]" = ()


class TagCount(NamedTuple):
    """How many articles have a tag."""

    tag: str
    articles: int


class Stats(NamedTuple):
    """How many articles there are of what, most frequent first."""

    articles: int
    languages: Mapping[str, int]
    sources: Mapping[str, int]
    tags: Mapping[str, int]
    categories: Mapping[str, Mapping[Sentiment, int]]


class Outcome(StrEnum):
    """What became of an article that was put into the cache."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SUPERSEDED = "superseded"


class Stamp(NamedTuple):
    """What tells that a file has not changed. `digest` is of its bytes, mtime in nanoseconds."""

    where: str
    size: int
    mtime_ns: int
    digest: bytes


class Marked(NamedTuple):
    """What setting a mark came to: what it became, and of how many articles."""

    value: bool
    changed: int


class Change(NamedTuple):
    """One step of the undo journal: what was done, in words, and to how many articles."""

    label: str
    articles: int
    ids: Ids
