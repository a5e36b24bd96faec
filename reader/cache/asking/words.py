"""Look up the words of a query: cached sets of ids, and lookups that can be cancelled.

The engine does the lookup itself; SQLite's is in `cache.engines.sqlite.fulltext`.
"""

import threading
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from pyroaring import BitMap

from reader.cache.ids import weight
from reader.query.language import Field, Term

if TYPE_CHECKING:
    from reader.cache.engine import View
from reader.cache.values.cancel import Cancel

KEPT = 64
"""Cached sets of ids; one for a million articles takes some hundred kilobytes at most."""

KEPT_BYTES = 1024 * 1024
"""Sets that stay in memory when they are not on the screen."""

_Word = tuple[bool, str, bool]
"""Whether only titles are searched, the text, and whether it is a prefix."""


class Words:
    """Caches the ids that have a word, as of the last change of any text. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._texts = -1
        self._known: dict[_Word, BitMap] = {}

    def keep(self, bits: BitMap, terms: Iterable[Term], view: "View", by: Cancel) -> BitMap:
        """Return the ids that the terms allow. Raises Superseded."""
        for term in terms:
            found = self._ids(term, view, by)
            bits = bits - found if term.exclude else bits & found
        return bits

    def drop_unused(self, wanted: Collection[Term]) -> list[BitMap]:
        """Drop the least recently used sets beyond `KEPT_BYTES`, and return them.

        wanted: terms whose sets stay, as they are on the screen.
        """
        words = {_word(term) for term in wanted}
        with self._lock:
            left = sum(map(weight, self._known.values()))
            dropped = []
            for word in [word for word in self._known if word not in words]:
                if left <= KEPT_BYTES:
                    break
                dropped.append(self._known.pop(word))
                left -= weight(dropped[-1])
        return dropped

    def knows(self, terms: Iterable[Term], view: "View") -> bool:
        """Return whether the answer is cached."""
        texts = view.counter("texts")
        with self._lock:
            known = self._known if texts == self._texts else {}
            return all(_word(term) in known for term in terms)

    def _ids(self, term: Term, view: "View", by: Cancel) -> BitMap:
        texts, word = view.counter("texts"), _word(term)
        with self._lock:
            if texts != self._texts:
                self._texts = texts
                self._known.clear()
            if word in self._known:
                self._known[word] = found = self._known.pop(word)  # most recently used
                return found
        found = view.match(term, by)
        with self._lock:
            if texts == self._texts:
                self._known[word] = found
                if len(self._known) > KEPT:
                    del self._known[next(iter(self._known))]
        return found


def _word(term: Term) -> _Word:
    return term.field is Field.TITLE, term.value, term.prefix
