"""What is done once in a process instead of in each test.

Programs that tests start take none of these: `tests/e2e/` runs what a user runs.
"""

import gc
import os
import sqlite3
import ssl
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest
from textual.css import stylesheet
from textual.css.model import RuleSet
from textual.css.parse import parse
from textual.css.tokenize import tokenize_values
from textual.css.tokenizer import Token

from reader.cache.files import schema as files
from reader.cache.files.connections import Connection
from reader.cache.files.migrations import Schema, apply_all
from reader.cache.repair import opening
from reader.sources.http import client

Migrate = Callable[[sqlite3.Connection, Schema, int], None]
Tokens = dict[str, list[Token]]


def take(patch: pytest.MonkeyPatch, at_end: ExitStack) -> None:
    """Take the shortcuts in this process until the patch is undone. at_end: closes what is open."""
    gc.freeze()  # pytest, the tests and hypothesis are then not searched for garbage
    # Each sync asks for this number, for which Python counts all frozen objects: 60 ms.
    patch.setattr(gc, "get_freeze_count", lambda: 1)
    patch.setattr(opening, "apply_all", copying(apply_all, at_end))
    patch.setattr(files, "Connection", Hasty)
    patch.setattr(os, "fsync", lambda _: None)
    patch.setattr(client, "_trusted", _loaded_once(client._trusted))
    patch.setattr(stylesheet, "tokenize_values", _tokenized_once(tokenize_values))
    patch.setattr(stylesheet, "parse", _parsed_once(parse))


class Hasty(Connection):
    """A connection that does not wait until what it wrote is on the disk."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        is_wait = sql.startswith("PRAGMA synchronous")
        return super().execute("PRAGMA synchronous = OFF" if is_wait else sql, parameters)


def copying(migrate: Migrate, at_end: ExitStack) -> Migrate:
    """Return a migration that copies a new file from one that was migrated before."""

    @cache
    def made(schema: Schema) -> sqlite3.Connection:
        db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        at_end.callback(db.close)
        migrate(db, schema, len(schema.migrations))
        return db

    def bring_up(db: sqlite3.Connection, schema: Schema, version: int) -> None:
        is_new = db.execute("SELECT 1 FROM sqlite_master").fetchone() is None
        if is_new and version == len(schema.migrations):
            made(schema).backup(db)
        else:
            migrate(db, schema, version)

    return bring_up


def _loaded_once(load: Callable[[], ssl.SSLContext]) -> Callable[[], ssl.SSLContext]:
    """Return a function that loads the certificates once, which takes 24 ms."""

    @cache
    def loaded(*_: str | None) -> ssl.SSLContext:
        return load()

    return lambda: loaded(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


def _tokenized_once(tokenize: Callable[[dict[str, str]], Tokens]) -> Callable[..., Tokens]:
    """Return a function that turns the variables of a theme into tokens once."""
    known: dict[frozenset[tuple[str, str]], Tokens] = {}

    def tokenized(values: dict[str, str]) -> Tokens:
        key = frozenset(values.items())
        if key not in known:
            known[key] = tokenize(values)
        return known[key]

    return tokenized


def _parsed_once(parse_sheet: Callable[..., Iterable[RuleSet]]) -> Callable[..., Iterable[RuleSet]]:
    """Return a function that parses a style sheet once for each theme, for all apps."""
    known: dict[tuple[Any, ...], tuple[RuleSet, ...]] = {}

    def parsed(*sheet: Any, variable_tokens: Tokens, **how: Any) -> Iterable[RuleSet]:
        # The tokens of each theme are kept, so that no other tokens get their `id`.
        key = (*sheet, id(variable_tokens), *how.items())
        if key not in known:
            known[key] = tuple(parse_sheet(*sheet, variable_tokens=variable_tokens, **how))
        return known[key]

    return parsed
