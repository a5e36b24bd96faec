"""The part of the protocol `engine.View` that is about stories, and about when articles arrived."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from pyroaring import BitMap

if TYPE_CHECKING:
    from reader.cache.values.told import Told


class Telling(Protocol):
    """Reads which stories articles tell, and which version of the texts brought them first."""

    # Stories.

    def undecided(self, since: int) -> BitMap:
        """Return the articles without a story. since: all had one in that version of the texts."""

    def told_between(self, first: int, last: int, *, latest: int = -1) -> "Sequence[Told]":
        """Return the articles from one id to another, in order. latest: at most so many."""

    def told_in(self, stories: Sequence[int]) -> "Iterator[Told]":
        """Yield the articles of stories, in any order."""

    def told_of(self, ids: Sequence[int]) -> "Iterator[Told]":
        """Yield those of the articles that exist, in any order."""

    def count_stories(self, ids: BitMap) -> int:
        """Return how many stories the articles tell; each undecided one counts as one."""

    # Arrivals. Instants are Unix milliseconds.

    def arrived(self, since: int) -> BitMap:
        """Return the articles that came after a version of the texts, without those updated."""

    def texts_at(self, instant: int) -> int:
        """Return the version of the texts at an instant, or of up to a minute before."""

    def noted_for(self, texts: int) -> int:
        """Return the last instant that is noted for that version of the texts or before."""
