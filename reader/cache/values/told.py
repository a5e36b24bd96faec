"""What is known of the story that an article tells, as bits of a number and as facets."""

from collections.abc import Iterator
from typing import NamedTuple

from reader.cache.values.facet_rows import Facet

MOST = 1_000
"""Articles of one story that are looked at to show it: real stories have some twenty."""


Original = tuple[str, str, str]
"""What an article has in common with its twins: feed, source and external id."""


class Told(NamedTuple):
    """An article as one that tells a story. published: in Unix milliseconds."""

    id: int
    published: int
    source: str
    external: str
    lang: str
    sentiment: str
    story: int
    told: int
    category: str
    is_pinned: bool
    is_draft: bool
    feed: str

    @property
    def original(self) -> Original:
        """Return what it has in common with its twins."""
        return self.feed, self.source, self.external

    def is_alike(self, twin: "Told") -> bool:
        """Return whether whatever finds one by its properties finds its twin, except by tags."""
        return (
            (self.published, self.category, self.sentiment, self.is_pinned)
            == (twin.published, twin.category, twin.sentiment, twin.is_pinned)
        ) and not (self.is_draft or twin.is_draft or self.feed)


STORY: Facet = ("state", "story")
"""Articles of stories that several sources tell, in the language of the article."""

ECHO: Facet = ("state", "echo")
"""Articles that were not the first to tell their story."""

SPLIT: Facet = ("state", "split")
"""Articles of stories that are positive in one source's first article, negative in another's."""

TWIN: Facet = ("state", "twin")
"""Articles that have a twin in a language before theirs, alike in all but the texts."""

TOLD = (STORY, ECHO, SPLIT, TWIN)
"""In the order of the bits, the lowest first."""


def told_of(number: int) -> Iterator[bool]:
    """Yield whether each of `TOLD` holds."""
    return (bool(number >> bit & 1) for bit in range(len(TOLD)))


def is_told_by_several(number: object) -> bool:
    """Return whether `STORY` holds; False if the number is damaged."""
    return isinstance(number, int) and bool(number & 1)


def is_split(number: object) -> bool:
    """Return whether `SPLIT` holds; False if the number is damaged."""
    return isinstance(number, int) and bool(number & 4)


def facets_of(number: int) -> list[Facet]:
    """Return those of `TOLD` that hold."""
    return [facet for facet, holds in zip(TOLD, told_of(number), strict=True) if holds]


def number_of(*, is_told_by_several: bool, is_echo: bool, is_split: bool, is_twin: bool) -> int:
    """Return what is known as a number."""
    return is_told_by_several | is_echo << 1 | is_split << 2 | is_twin << 3
