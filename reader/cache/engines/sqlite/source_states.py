"""The table of live sources: how the SQLite engine stores their states."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import fields

from reader.cache.source_states import SourceState

_COLUMNS = tuple(field.name for field in fields(SourceState))


def source_states(db: sqlite3.Connection) -> Iterator[SourceState]:
    """Yield the state of every source; a damaged one is as if new."""
    for row in db.execute(f"SELECT {', '.join(_COLUMNS)} FROM sources"):
        values = dict(zip(_COLUMNS, row, strict=True))
        try:
            values["pending"] = tuple(json.loads(values["pending"]))
        except (ValueError, TypeError):  # damaged: start with an empty state
            yield SourceState(url=str(values["url"]))
            continue
        yield SourceState(**values)


def note_source(db: sqlite3.Connection, state: SourceState) -> None:
    """Store the state of a source, over the one before."""
    values = {name: getattr(state, name) for name in _COLUMNS}
    values["pending"] = json.dumps(state.pending)
    places = ", ".join(f":{name}" for name in _COLUMNS)
    db.execute(f"INSERT OR REPLACE INTO sources ({', '.join(_COLUMNS)}) VALUES ({places})", values)
