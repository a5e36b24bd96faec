"""Read and write whole rows on a server, to copy an archive."""

from collections.abc import Iterator, Sequence
from typing import Any

from reader.cache.engines.postgres.connections import Connection
from reader.cache.values.facet_rows import CHUNK_BITS
from reader.cache.values.tables import ARTICLES, DOCUMENTS, Table

_TYPES = {"integer": "bigint", "text": "text", "bytes": "bytea", "utf8": "bytea"}
_COLLATED = {"text": ' COLLATE "C"'}
"""The order of bytes, as SQLite has it, whatever that of the database is."""


def rows_after(
    db: Connection, table: Table, after: Sequence[Any] | None, count: int
) -> Iterator[tuple[Any, ...]]:
    """Yield rows in the order of their key, those after a key alone."""
    columns, key = ", ".join(_quoted(name) for name in table.columns), ", ".join(_key(table))
    where = "" if after is None else f"WHERE ({key}) > ({', '.join(['%s'] * len(after))})"
    find = f"SELECT {columns} FROM cryptoread.{table.name} {where} ORDER BY {key} LIMIT %s"
    yield from db.execute(find, (*(after or ()), count), binary=True)


def last_key(db: Connection, table: Table) -> tuple[Any, ...] | None:
    """Return the last key of a table; None if it is empty."""
    names, down = ", ".join(table.key), ", ".join(f"{name} DESC" for name in _key(table))
    find = f"SELECT {names} FROM cryptoread.{table.name} ORDER BY {down} LIMIT 1"
    row: tuple[Any, ...] | None = db.execute(find, binary=True).fetchone()
    return row


def put_rows(db: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows, within a transaction, by one statement."""
    if not rows:
        return
    names = [_quoted(name) for name in table.columns]
    arrays = ", ".join(f"%s::{_TYPES[kind]}[]" for kind in table.columns.values())
    others = [name for name in names if name.strip('"') not in table.key]
    columns, values, key = ", ".join(names), "new.*", ", ".join(table.key)
    if table in (ARTICLES, DOCUMENTS):
        columns, values = f"{columns}, chunk", f"{values}, new.id >> {CHUNK_BITS}"
        key = f"{key}, chunk"
    db.execute(
        f"INSERT INTO cryptoread.{table.name} ({columns}) "
        f"SELECT {values} FROM unnest({arrays}) AS new ({names[0]}) "
        f"ON CONFLICT ({key}) DO UPDATE SET "
        f"{', '.join(f'{name} = excluded.{name}' for name in others)}",
        [[*each] for each in zip(*rows, strict=True)],
    )


def set_sequences(db: Connection) -> None:
    """Let the numbers that come next be after those that were copied."""
    for table, column in (("entries", "entry"), ("tellings", "telling")):
        db.execute(
            f"SELECT setval(pg_get_serial_sequence('cryptoread.{table}', '{column}'), "
            f"(SELECT coalesce(max({column}), 0) + 1 FROM cryptoread.{table}), false)"
        )


def _key(table: Table) -> list[str]:
    return [f"{name}{_COLLATED.get(table.columns[name], '')}" for name in table.key]


def _quoted(name: str) -> str:
    return f'"{name}"'
