"""Find twins: the same article in other languages, of one source and external id.

Articles of feeds have none: their identity has no language.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader.cache.values.facet_rows import Damaged

if TYPE_CHECKING:
    from reader.cache.engine import View

MOST_LANGUAGES = 24
"""Languages in which twins are looked for, the most frequent first: each costs one lookup."""


def twins(view: "View", ids: Sequence[int]) -> list[tuple[int, int]]:
    """Return pairs of an article and a twin of it, in any order."""
    try:
        languages = [row.label for row in view.largest("lang", 0, MOST_LANGUAGES)]
    except Damaged:  # recounted elsewhere; until then an article is opened and marked alone
        return []
    return view.twins(ids, languages) if len(languages) > 1 else []
