"""The shortcuts of the tests spare work and change nothing that is seen."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from reader.cache.files.migrations import CACHE, MARKS, Schema, apply_all
from tests.shortcuts import copying

PRAGMAS = ("application_id", "user_version", "page_size", "auto_vacuum", "encoding")


def contents(db: sqlite3.Connection) -> dict[str, Any]:
    """All that a file holds: its pragmas, its schema, and the rows of each table."""
    of = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
    made = db.execute(of).fetchall()
    tables = [name for kind, name, _ in made if kind == "table"]
    rows = {name: sorted(map(str, db.execute(f"SELECT * FROM {name}"))) for name in tables}
    return {name: db.execute(f"PRAGMA {name}").fetchone() for name in PRAGMAS} | rows | {"": made}


@pytest.fixture
def at_end() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.mark.parametrize("schema", [CACHE, MARKS], ids=["cache", "marks"])
def test_a_copied_file_is_what_the_migrations_make(schema: Schema, at_end: ExitStack) -> None:
    found = []
    copied = copying(apply_all, at_end)
    for bring_up in (apply_all, copied, copied):
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
            bring_up(db, schema, len(schema.migrations))
            found.append(contents(db))
    assert len(found[0]) > len(PRAGMAS) + 1
    assert found == found[:1] * 3
