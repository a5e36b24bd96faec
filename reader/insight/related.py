"""Which English articles are about the same as another: pure functions."""

import re
from collections.abc import Iterable, Mapping
from operator import itemgetter

from reader.insight.stories import dot
from reader.insight.terms import MOST_CHARS, terms
from reader.insight.vectors import UNKNOWN, weights

LEAST = 0.2
"""Cosine from which two articles are related; below it, most pairs only share common words."""

MOST_WORDS = 6

_WORD = re.compile(r"[^\W\d_]\w+")


def rarest_words(title: str) -> dict[str, float]:
    """Return the rarest words of a title and their weights, the rarest first."""
    known = weights()
    found: dict[str, float] = {}
    for word in _WORD.findall(title[:MOST_CHARS].lower()):
        weight = max((known.get(term, UNKNOWN) for term in terms(word)), default=0.0)
        if weight:
            found[word] = weight
    rarest = sorted(found.items(), key=itemgetter(1), reverse=True)
    return dict(rarest[:MOST_WORDS])


def nearest(
    vector: Mapping[str, float], others: Iterable[tuple[int, Mapping[str, float]]]
) -> list[int]:
    """Return those of the others that are related, the most alike first; ties: the higher id."""
    cosines = [(dot(vector, other), id) for id, other in others]
    return [id for cosine, id in sorted(cosines, reverse=True) if cosine >= LEAST]
