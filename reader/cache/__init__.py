"""Store cryptoread's data on disk: articles behind an engine, and marks in a file beside them.

`Store` opens a data folder and its parts. `engine` is the protocol that a storage engine
implements. All SQL is in this package.
"""

from reader.cache.answers import (
    MOST_TAGS,
    PINNED,
    Change,
    Group,
    Grouping,
    Marked,
    Outcome,
    Stamp,
    Stats,
    TagCount,
)
from reader.cache.engines.sqlite.fulltext import Recent
from reader.cache.ids import Ids
from reader.cache.marks.journal import Mark
from reader.cache.store import Store
from reader.cache.values.cancel import Cancel

__all__ = [
    "MOST_TAGS",
    "PINNED",
    "Cancel",
    "Change",
    "Group",
    "Grouping",
    "Ids",
    "Mark",
    "Marked",
    "Outcome",
    "Recent",
    "Stamp",
    "Stats",
    "Store",
    "TagCount",
]
