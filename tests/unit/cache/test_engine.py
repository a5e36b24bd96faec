"""The code above the engine protocol makes few requests, and the same of any engine."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reader.cache import engine
from reader.cache.engines.postgres.engine import PostgresEngine
from reader.cache.engines.postgres.feed_memory import PostgresFeedMemory
from reader.cache.engines.postgres.transaction import PostgresTransaction
from reader.cache.engines.postgres.upkeep import PostgresUpkeep
from reader.cache.engines.postgres.view import PostgresView
from reader.cache.engines.sqlite.engine import SqliteEngine
from reader.cache.engines.sqlite.feed_memory import SqliteFeedMemory
from reader.cache.engines.sqlite.transaction import SqliteTransaction
from reader.cache.engines.sqlite.upkeep import SqliteUpkeep
from reader.cache.engines.sqlite.view import SqliteView
from reader.cache.shared.engine import SharedEngine
from reader.query.language import parse
from tests.builders import NOW, article, put
from tests.engines import chooses_engine
from tests.memory_engine import (
    MemoryEngine,
    MemoryStore,
    MemoryTransaction,
    MemoryUpkeep,
    MemoryView,
)
from tests.memory_feeds import MemoryFeedMemory

pytestmark = chooses_engine("requests to an engine in memory are counted")

ASKED = ("facets", "facets_of", "largest", "wholes", "chunks")
"""Questions about facets, each of which is a round trip where the engine is remote."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions that an engine in memory has been asked."""
    log: list[str] = []

    def noted(name: str) -> Any:
        real = getattr(MemoryView, name)

        def ask(self: MemoryView, *values: Any) -> Any:
            log.append(name)
            return real(self, *values)

        return ask

    for name in ASKED:
        monkeypatch.setattr(MemoryView, name, noted(name))
    return log


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MemoryStore]:
    with MemoryStore(tmp_path) as made:
        tags = [f"TAG {n}" for n in range(20)]
        put(made, [article(n, tags=(*tags, f"OWN {n}")) for n in range(5)])  # type: ignore[arg-type]
        yield made


def test_a_filter_of_many_tags_takes_a_few_requests(store: MemoryStore, asked: list[str]) -> None:
    store.questions.recall_nothing()
    query = parse(" ".join(f'tag:"tag {n}"' for n in range(20)) + " -tag:none lang:en is:unread")
    assert len(store.questions.find(query, NOW)) == 5
    assert len(asked) <= 7, asked
    asked.clear()
    assert len(store.questions.find(query, NOW)) == 5
    assert asked == []


@pytest.mark.parametrize(
    ("protocol", "kind"),
    [
        (engine.View, SqliteView),
        (engine.View, MemoryView),
        (engine.FeedMemory, SqliteFeedMemory),
        (engine.FeedMemory, MemoryFeedMemory),
        (engine.Upkeep, SqliteUpkeep),
        (engine.Upkeep, MemoryUpkeep),
        (engine.Transaction, SqliteTransaction),
        (engine.Transaction, MemoryTransaction),
        (engine.Engine, SqliteEngine),
        (engine.Engine, MemoryEngine),
        (engine.View, PostgresView),
        (engine.FeedMemory, PostgresFeedMemory),
        (engine.Upkeep, PostgresUpkeep),
        (engine.Transaction, PostgresTransaction),
        (engine.Engine, PostgresEngine),
        (engine.Engine, SharedEngine),
    ],
)
def test_an_engine_has_every_method_of_the_protocol(protocol: type, kind: type) -> None:
    members = inspect.getmembers(
        protocol, lambda it: inspect.isfunction(it) or isinstance(it, property)
    )
    named = {name for name, _ in members if not name.startswith("_")}
    assert {name for name in named if not hasattr(kind, name)} == set()
