"""Check whether a file has the tables, columns and counters of its version."""

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from reader.i18n import _

if TYPE_CHECKING:
    from reader.cache.files.migrations import Schema

_COLUMNS = (
    "SELECT tables.name, columns.name FROM sqlite_schema tables, "
    "pragma_table_info(tables.name) columns WHERE tables.type IN ('table', 'view')"
)
_NAMES = "SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"


def misshapen(db: sqlite3.Connection, schema: "Schema", version: int) -> str:
    """Return what a file of that version lacks, empty if nothing."""
    from reader.cache.files.migrations import apply_all

    with closing(sqlite3.connect(":memory:", isolation_level=None)) as right:
        apply_all(right, schema, version)
        for find in (_NAMES, _COLUMNS, "SELECT name FROM meta"):
            there = set(db.execute(find))
            lacking = [each for each in right.execute(find) if each not in there]
            if lacking:
                return _("{what} is missing").format(what=".".join(map(str, lacking[0])))
    wrong = "SELECT count(*) FROM meta WHERE typeof(value) != 'integer'"
    return _("a counter is not a number") if db.execute(wrong).fetchone()[0] else ""
