"""The engines that the laws of the cache are tested on."""

from collections.abc import Callable
from typing import Any

import pytest

from reader.cache.store import Store
from tests.memory_engine import MemoryStore
from tests.postgres import shared_store

Opens = Callable[..., Any]

ENGINES: dict[str, Opens] = {"sqlite": Store, "memory": MemoryStore, "postgres": shared_store}

on_every_engine = pytest.mark.parametrize("opened", ENGINES.values(), ids=ENGINES)
