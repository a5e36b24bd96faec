"""The engines that the laws of the cache are tested on.

A test of `tests/unit/cache/` that takes `opened` runs on every engine, one that takes `kept` on
those whose articles outlast a process. One that opens a `cache.db` by itself has to say why.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reader.cache.engines.sqlite.engine import SqliteEngine
from reader.cache.store import SHARED, Store
from tests.memory_engine import MemoryStore
from tests.postgres import join, server, shared_store

Opens = Callable[..., Any]
"""Opens a data folder, which may be new, and returns its store."""

Kept = Callable[[Path], Path]
"""Prepares a data folder that any program can open, and returns it."""

ENGINES: dict[str, Opens] = {"sqlite": Store, "memory": MemoryStore, "postgres": shared_store}


def in_files(folder: Path) -> Path:
    """Return the folder: its articles will be in it."""
    return folder


def on_server(folder: Path) -> Path:
    """Make the folder that of a user of a new archive."""
    if not (folder / SHARED).exists():
        join(folder, server().new_archive(folder))
    return folder


KEPT: dict[str, Kept] = {"sqlite": in_files, "postgres": on_server}

MARK = "chooses_engine"

EVERY = {"opened": ENGINES, "kept": KEPT}
"""Arguments of tests, each with its values by the name of an engine."""


def chooses_engine(why: str) -> pytest.MarkDecorator:
    """Mark a test that would prove nothing on other engines, or that chooses its own."""
    return pytest.mark.chooses_engine(why)


@contextmanager
def no_cache_file() -> Iterator[None]:
    """Fail where a `cache.db` is opened."""

    def refuse(*_: object) -> None:
        pytest.fail(
            "take `opened` or `kept` to run on every engine, or say why not: chooses_engine"
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqliteEngine, "__init__", refuse)
        yield
