"""Open a data folder, whether its articles are in it or in a shared archive."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reader.cache.store import SHARED, Store

if TYPE_CHECKING:
    from reader.cache.source_states import SourceState


def open_store(folder: Path, *, clock: Callable[[], datetime]) -> Store:
    """Open a data folder. Raises CacheError."""
    if not (folder / SHARED).exists():
        return Store(folder, clock=clock)
    from reader.cache.shared.folders import address_of

    address_of(folder)  # says what is missing before it is imported
    from reader.cache.shared.store import SharedStore

    return SharedStore(folder, clock=clock)


def states_of(folder: Path) -> "Mapping[str, SourceState]":
    """Return the stored state of each live source of a folder. Raises CacheError."""
    if not (folder / SHARED).exists():
        from reader.cache.repair.checking import sources

        return sources(folder)
    from reader.cache.values.instants import utc_now

    with open_store(folder, clock=utc_now) as store:
        return store.intake.source_states()
