"""What cryptoread keeps on disk, behind a few questions and changes (`Store`).

SQLite is known here alone. Another engine has to answer what `Store` answers, no more.
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
from reader.cache.fulltext import Recent
from reader.cache.ids import Ids
from reader.cache.marks import Mark
from reader.cache.store import Store
from reader.cache.words import Cancel

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
