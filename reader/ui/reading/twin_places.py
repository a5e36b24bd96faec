"""The place in one language of an article that is the same as a place in the other.

Pure: reads two texts.
"""

from bisect import bisect_right

from reader.ui.prose.text import Prose
from reader.ui.reading.header import HEADER_PLACES

MOST_COMPARED = 200_000
"""Characters of a text whose blocks are counted; the place in a longer one is proportional."""

MOST_BLOCKS = 20_000


def twin_place(place: int, body: str, other: str) -> int:
    """Return the place of the same block in the other text, proportional if their blocks differ.

    place: as `ReadingPane.position` has it. A place in the header is the same in both.
    """
    if place < HEADER_PLACES:
        return place
    at = min(place - HEADER_PLACES, len(body))
    if max(len(body), len(other)) <= MOST_COMPARED:
        blocks, others = (Prose(text).blocks(MOST_BLOCKS) for text in (body, other))
        if len(blocks) == len(others):
            return HEADER_PLACES + others[max(0, bisect_right(blocks, at) - 1)] if others else 0
    return HEADER_PLACES + at * len(other) // max(1, len(body))
