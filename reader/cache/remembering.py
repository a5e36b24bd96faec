"""The protocol of a memory of one feed's items, part of a storage engine (`engine`)."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from reader.cache.sameness.law import Item, Memory

if TYPE_CHECKING:
    from reader.cache.sameness.tellings import Name, Telling


class FeedMemory(Memory, Protocol):
    """Remembers the items of one feed, for one transaction, so that they are told apart.

    `sameness.law` decides which stored article an item is.
    """

    def shared(self) -> "list[Name]":
        """Return every name of the feed that distinct items have had."""

    def begin(self, item: Item, names: "Sequence[Name]") -> int:
        """Add an entry and return its number. names: the names that distinguish it."""

    def go_on(self, entry: int, item: Item, names: "Sequence[Name]") -> None:
        """Set the id and link of a known entry to those of this item."""

    def note(self, entry: int, item: Item, names: "Sequence[Name]") -> None:
        """Store the present names of an entry; a name that another entry has becomes shared."""

    def prune(self, entry: int) -> None:
        """Delete the least recent names of an entry beyond `law.MAX_NAMES`."""

    def share(self, names: "Iterable[Name]") -> None:
        """Store that distinct items have those names."""

    def tell(self, entry: int, tellings: "Sequence[Telling]", *, again: bool) -> None:
        """Store the versions of an entry, the present one first.

        again: add it as another publication; otherwise it replaces the last version.
        """
