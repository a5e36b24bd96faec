"""What cryptoread keeps on disk: articles behind an engine, and marks in a file beside them.

`Store` opens a data folder and its parts. `engine` says what another engine than SQLite has to
answer. SQL is known here alone.
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
