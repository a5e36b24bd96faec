"""Words of a query to sets of ids: which answers are known, and questions that are cut short.

How an engine looks a word up belongs to it; SQLite's way is in `cache.engines.sqlite.fulltext`.
"""

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pyroaring import BitMap

from reader.query.language import Field, Term

if TYPE_CHECKING:
    from reader.cache.engine import View
from reader.cache.values.cancel import Cancel

KEPT = 64
"""Answers that are kept; one for a million articles takes some hundred kilobytes at most."""

_Word = tuple[bool, str, bool]
"""Whether titles alone are asked, the text, and whether it is a beginning."""


class Words:
    """Which ids have which words, as of the last change of any text. Thread-safe."""

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

    def knows(self, terms: Iterable[Term], view: "View") -> bool:
        """Return whether the answer is there at once."""
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
                self._known[word] = found = self._known.pop(word)  # the last to be forgotten
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
