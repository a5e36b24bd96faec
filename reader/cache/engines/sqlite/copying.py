"""Read and write whole rows of `cache.db`, to copy an archive."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from reader.cache.values.tables import Table


def rows_after(
    db: sqlite3.Connection, table: Table, after: Sequence[Any] | None, count: int
) -> Iterator[tuple[Any, ...]]:
    """Yield rows in the order of their key, those after a key alone."""
    columns = [
        f"CAST({name} AS BLOB)" if kind == "utf8" else f'"{name}"'
        for name, kind in table.columns.items()
    ]
    key = ", ".join(table.key)
    where = "" if after is None else f"WHERE ({key}) > ({', '.join('?' * len(after))})"
    find = f"SELECT {', '.join(columns)} FROM {table.name} {where} ORDER BY {key} LIMIT ?"
    yield from db.execute(find, (*(after or ()), count))


def last_key(db: sqlite3.Connection, table: Table) -> tuple[Any, ...] | None:
    """Return the last key of a table; None if it is empty."""
    key = ", ".join(table.key)
    down = ", ".join(f"{name} DESC" for name in table.key)
    row: tuple[Any, ...] | None = db.execute(
        f"SELECT {key} FROM {table.name} ORDER BY {down} LIMIT 1"
    ).fetchone()
    return row


def put_rows(db: sqlite3.Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows, within a transaction."""
    columns = ", ".join(f'"{name}"' for name in table.columns)
    places = ["CAST(? AS TEXT)" if kind == "utf8" else "?" for kind in table.columns.values()]
    put = f"INSERT OR REPLACE INTO {table.name} ({columns}) VALUES ({', '.join(places)})"
    db.executemany(put, rows)
