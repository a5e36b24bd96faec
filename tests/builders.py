"""Small builders: properties that a test does not name get default values."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from reader.article import Article, Source
from reader.cache.answers import Outcome
from reader.cache.opened import open_store
from reader.cache.store import Store
from reader.cache.values.incoming import Incoming
from reader.library import Library

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)

TAR_MODES: dict[str, Literal["w", "w:gz", "w:xz"]] = {".tar": "w", ".gz": "w:gz", ".xz": "w:xz"}
"""The mode in which `tarfile.open` writes a file of that suffix."""


def article(n: int = 1, **values: Any) -> Article:
    """The n-th of a series: each an hour older than the one before. `source` may be a key."""
    published = values.pop("published", NOW - timedelta(hours=n))
    source = values.pop("source", "block_ledger")
    if isinstance(source, str):
        source = Source(key=source, name=source.replace("_", " ").title()) if source else None
    plain: dict[str, Any] = {
        "title": f"Story {n}",
        "external_id": str(n),
        "published": published,
        "updated": values.pop("updated", published),
        "lang": "en",
        "body": f"The text of story {n}.",
        "origin": f"2026/03/story-{n}.en.md",
        "category": "BTC",
    }
    return Article(source=source, **(plain | values))


def put(store: Store, articles: Sequence[Article], run: int | None = None) -> list[Outcome]:
    """Store the articles in one transaction; what became of each."""
    number = store.intake.begin_run() if run is None else run
    with store.intake.writing(number) as writer:
        return [writer.put(Incoming.of(each)) for each in articles]


def library(folder: Path, articles: Sequence[Article] = ()) -> Library:
    """A library of these articles, whose clock is fixed at NOW."""
    made = Library(folder, clock=lambda: NOW)
    with open_store(folder, clock=lambda: NOW) as store:
        put(store, articles)
    return made


def markdown(**fields: Any) -> str:
    """A file of the archive: front matter as it is given, then a body."""
    body = fields.pop("body", "## Overview\n\nA short text.")
    lines = ["---", *(f"{name}: {value}" for name, value in fields.items()), "---", body, ""]
    return "\n".join(lines)
