"""What `doctor` finds out about a shared archive: whether it can be used, and what is in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reader.cache.opened import open_store
from reader.cache.repairing import Check
from reader.cache.values.instants import utc_now


def checks(folder: Path) -> Iterator[Check]:
    """Yield what was found: connection, articles, facets. Raises CacheError."""
    view: Any
    with open_store(folder, clock=utc_now) as store, store.session.present() as view:
        name = store.engine.name
        yield Check("archive", f"{name} can be reached; your own files are in {folder}")
        with view.snapshot():
            found = view.health()
        yield Check("articles", f"{found.articles:,} articles, {found.documents:,} texts")
        if found.in_facet != found.articles:
            text = f"the set of all articles has {found.in_facet:,}"
            yield Check("facets", text, is_well=False, advice="the next start counts the articles")
