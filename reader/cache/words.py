"""Words of a query to sets of ids: which answers are known, and questions that are cut short.

How an engine looks a word up belongs to it; SQLite's way is in `fulltext`.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pyroaring import BitMap

from reader.errors import Superseded
from reader.query import Field, Term

if TYPE_CHECKING:
    from reader.cache.engine import View

KEPT = 64
"""Answers that are kept; one for a million articles takes some hundred kilobytes at most."""

_Word = tuple[bool, str, bool]
"""Whether titles alone are asked, the text, and whether it is a beginning."""


class Cancel:
    """Ends a question that another thread asks: it then raises Superseded."""

    def __init__(self) -> None:
        self.is_cancelled = False
        self._lock = threading.Lock()
        self._interrupt: Callable[[], object] | None = None

    def cancel(self) -> None:
        """Interrupt the question that runs, and have later ones fail. Thread-safe."""
        with self._lock:
            self.is_cancelled = True
            if self._interrupt is not None:
                self._interrupt()

    @contextmanager
    def guarding(self, interrupt: Callable[[], object]) -> Iterator[None]:
        """Have `cancel` call this while a question runs. Raises Superseded if it was called."""
        with self._lock:
            if self.is_cancelled:
                raise Superseded
            self._interrupt = interrupt
        try:
            yield
        finally:
            with self._lock:
                self._interrupt = None


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
