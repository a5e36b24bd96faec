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
        """Return the articles that have changed since a version of the texts; negative: all.

        If that is too long ago, those without a story.
        """

    def told_between(self, first: int, last: int, *, latest: int = -1) -> "Sequence[Told]":
        """Return the articles from one id to another, in order. latest: at most so many."""

    def told_in(self, stories: Sequence[int], *, first: int = -1) -> "Iterator[Told]":
        """Yield the articles of stories, in any order. first: at most so many of each."""

    def ids_told(self, stories: Sequence[int]) -> BitMap:
        """Return the articles of stories, also those that cannot be read."""

    def told_of(self, ids: Sequence[int]) -> "Iterator[Told]":
        """Yield those of the articles that exist, in any order."""

    def stories_of(self, ids: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield id and story of those of the articles that exist, in any order."""

    def count_stories(self, ids: BitMap) -> int:
        """Return how many stories the articles tell; each undecided one counts as one."""

    # Arrivals. Instants are Unix milliseconds.

    def arrived(self, since: int) -> BitMap:
        """Return the articles that came after a version of the texts, without those updated."""

    def has_arrived(self, since: int) -> bool:
        """Return whether any article came after a version of the texts."""

    def written(self, since: int, first: int) -> BitMap:
        """Return the articles from an id on that were stored or changed by later runs than one."""

    def texts_at(self, instant: int) -> int:
        """Return the version of the texts at an instant, or of up to a minute before."""

    def noted_for(self, texts: int) -> int:
        """Return the last instant that is noted for that version of the texts or before."""
