"""Which facets in memory were used last, and which are dropped: a search reads thousands."""

from collections.abc import Mapping

from pyroaring import BitMap

from reader.cache.ids import weight

KEPT_BYTES = 4 * 1024 * 1024
"""Facets that stay in memory unused: at a million articles, those of the first screens."""


class Recency:
    """The order in which the facets of a `Facets` were used, by their keys."""

    def __init__(self) -> None:
        self._uses = 0
        self._last: dict[int, int] = {}
        """Number of the last use."""
        self._before = 0
        """Number of the last use when `unused` was called."""

    def use(self, key: int) -> None:
        """Note that a facet is used."""
        self._uses += 1
        self._last[key] = self._uses

    def unused(self, loaded: Mapping[int, BitMap]) -> list[int]:
        """Return the keys of those to drop, as the others take no more than `KEPT_BYTES`.

        What was used since the last call stays, whatever it takes.
        """
        before, self._before = self._before, self._uses
        self._last = {key: use for key, use in self._last.items() if key in loaded}
        weights = {key: weight(bits) for key, bits in loaded.items()}
        left, dropped = sum(weights.values()), []
        for key in sorted(loaded, key=lambda key: self._last.get(key, 0)):
            if left <= KEPT_BYTES or self._last.get(key, 0) > before:
                break
            left -= weights[key]
            dropped.append(key)
        return dropped
