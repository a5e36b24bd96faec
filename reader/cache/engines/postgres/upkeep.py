"""Upkeep of a shared archive: the server does its own; facets are written as wholes."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING

from reader.cache.facets.changes import settle
from reader.errors import CacheError

if TYPE_CHECKING:
    from reader.cache.engines.postgres.transaction import PostgresTransaction

FEW = 256
"""Facets with newer chunks that are left as they are: small changes write few of them."""


class PostgresUpkeep:
    """Keeps a shared archive quick. See `engine.Upkeep`."""

    def __init__(
        self, transaction: "Callable[..., AbstractContextManager[PostgresTransaction]]"
    ) -> None:
        self._transaction = transaction

    @contextmanager
    def during_import(self, _is_screen_open: Callable[[], bool]) -> Iterator[Callable[[], None]]:
        """Give a callback that does nothing: the server writes its log itself."""
        yield lambda: None

    def tidy(self, *, entirely: bool = False) -> None:
        """Write facets as wholes, if many have newer chunks. entirely: all of them."""
        # Where another program writes, or this user may not, it is only slower.
        with suppress(CacheError), self._transaction(wait=False) as to:
            if entirely or len(to.unsettled()) > FEW:
                settle(to)

    def keep_words(self) -> None:
        """Do nothing: the server finds frequent words quickly enough."""

    def lacks_words(self) -> bool:
        """Return False: no sets of words are kept."""
        return False
