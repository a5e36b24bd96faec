"""Open a data folder, whether its articles are in it or in a shared archive."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from reader.cache.store import SHARED, Store


def open_store(folder: Path, *, clock: Callable[[], datetime]) -> Store:
    """Open a data folder. Raises CacheError."""
    if not (folder / SHARED).exists():
        return Store(folder, clock=clock)
    from reader.cache.shared.folders import address_of

    address_of(folder)  # says what is missing before it is imported
    from reader.cache.shared.store import SharedStore

    return SharedStore(folder, clock=clock)
