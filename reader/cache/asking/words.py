"""Look up words and expressions of a query: cached sets of ids, lookups that can be cancelled.

The engine does the lookup itself; SQLite's is in `cache.engines.sqlite.fulltext`.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from pyroaring import BitMap

from reader.cache.asking.evaluation import Wanted
from reader.cache.ids import weight
from reader.errors import Superseded
from reader.query.language import Field, Pattern, Query, Term

if TYPE_CHECKING:
    from reader.cache.engine import View
from reader.cache.values.cancel import Cancel

KEPT = 64
"""Cached sets of ids; one for a million articles takes some hundred kilobytes at most."""

KEPT_BYTES = 1024 * 1024
"""Sets that stay in memory when they are not on the screen."""

READ_AT_ONCE = 64
"""Articles that are read from the cache together, to search them for a regular expression."""

TITLES_AT_ONCE = 1024
"""Titles that are read together."""

MOST_CARRIED = 300
"""Changed articles up to which words are looked up in these alone, where that is quicker."""

NOTED_EACH = 4096
"""Articles after which it is noted how far a search has come."""

MOST_PATTERNS = 8
"""Expressions whose matches are cached."""

_Word = tuple[bool, str, bool]
"""Whether only titles are searched, the text, and whether it is a prefix."""


_Searched = tuple[bool, str]
"""Whether only titles are searched, and the expression."""


class Lookup(Protocol):
    """Looks up what no facet tells. Raises Superseded."""

    def ids(self, term: Term) -> BitMap:
        """Return the ids that have a word or phrase, whether or not the term excludes it."""

    def scan(self, pattern: Pattern, bits: BitMap) -> BitMap:
        """Return those of the ids whose texts match an expression, excluded or not."""


def settled(wanted: Wanted, lookup: Lookup, among: BitMap | None = None) -> BitMap:
    """Return the ids that a query finds. among: these only. Raises Superseded.

    Expressions come last: they are searched for in what all else has left.
    """
    bits = wanted.bits if among is None else wanted.bits & among
    for term in wanted.words:
        found = lookup.ids(term)
        bits = bits - found if term.exclude else bits & found
    for exclude, branches in wanted.groups:
        left = bits
        for branch in sorted(branches, key=lambda each: each.reads_texts):
            left = left - settled(branch, lookup, left)
        bits = left if exclude else bits - left
    for pattern in wanted.patterns:
        found = lookup.scan(pattern, bits)
        bits = bits - found if pattern.exclude else found
    return bits


class Words:
    """Caches the ids that have a word, as of the last change of any text. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._texts = -1
        self._known: dict[_Word, BitMap] = {}
        self._scanned: dict[_Searched, tuple[BitMap, BitMap]] = {}
        """The ids that were searched for an expression, and those of them that match."""

    def look_up(self, terms: Iterable[Term], view: "View", by: Cancel, before: "Words") -> None:
        """Look the words up, for a later query. Raises Superseded.

        before: the words of an earlier version; those that were looked up are carried on.
        """
        for term in terms:
            self.ids(term, view, by, before)

    def settled(self, wanted: Wanted, view: "View", by: Cancel) -> BitMap:
        """Return the ids that a query finds. Raises Superseded."""
        return settled(wanted, _InView(self, view, by))

    def settled_newest(self, wanted: Wanted, count: int, view: "View", by: Cancel) -> BitMap:
        """Return the ids that a query finds among the newest. Raises Superseded.

        count: of the articles that are looked at. Their words are not cached.
        """
        bits = wanted.bits
        newest = BitMap(bits[max(0, len(bits) - count) :])
        return settled(wanted, _Among(self, view, by, newest), newest)

    def drop_unused(self, shown: Query) -> list[BitMap]:
        """Drop the least recently used sets beyond `KEPT_BYTES`, and return them.

        shown: the query that is on the screen; its sets stay.
        """
        words = {_word(term) for term in shown.lookups}
        patterns = {_searched(each) for each in shown.each() if isinstance(each, Pattern)}
        with self._lock:
            unused = [key for key in self._scanned if key not in patterns]
            dropped = [each for key in unused for each in self._scanned.pop(key)]
            left = sum(map(weight, self._known.values()))
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

    def ids(self, term: Term, view: "View", by: Cancel, before: "Words | None" = None) -> BitMap:
        """Return the ids that have the words of a term. Raises Superseded."""
        texts, word = view.counter("texts"), _word(term)
        with self._lock:
            self._forget_before(texts)
            if word in self._known:
                self._known[word] = found = self._known.pop(word)  # most recently used
                return found
        carried = before.carried(term, view, by) if before else None
        found = view.match(term, by) if carried is None else carried
        with self._lock:
            if texts == self._texts:
                self._known[word] = found
                if len(self._known) > KEPT:
                    del self._known[next(iter(self._known))]
        return found

    def carried(self, term: Term, view: "View", by: Cancel) -> BitMap | None:
        """Return the ids that have the words of a term in a later version. Raises Superseded.

        None if looking them up again is as quick.
        """
        with self._lock:
            since, known = self._texts, self._known.get(_word(term))
        if known is None or not view.matches_few:
            return None
        changed = view.texts_changed(since)
        if changed is None or len(changed) > MOST_CARRIED:
            return None
        return (known - changed) | view.match(term, by, changed)

    def _forget_before(self, texts: int) -> None:
        if texts != self._texts:
            self._texts = texts
            self._known.clear()
            self._scanned.clear()

    def scan(self, pattern: Pattern, bits: BitMap, view: "View", by: Cancel) -> BitMap:
        """Return the ids whose texts match, the newest searched first. Raises Superseded.

        What was searched is cached, also by a search that was cancelled.
        """
        texts = view.counter("texts")
        with self._lock:
            self._forget_before(texts)
            searched, matched = self._pair(pattern)
        found = BitMap()
        left = sorted(bits - searched, reverse=True)
        step = TITLES_AT_ONCE if pattern.in_titles else READ_AT_ONCE
        for start in range(0, len(left), step):
            end = start + step
            found |= BitMap(_matching(pattern, left[start:end], view, by))
            if end % NOTED_EACH == 0 or end >= len(left):
                noted = BitMap(left[max(0, end - NOTED_EACH) : end])
                self._note(pattern, noted, found, texts)
        return bits & (matched | found)

    def _note(self, pattern: Pattern, searched: BitMap, matched: BitMap, texts: int) -> None:
        with self._lock:
            if texts == self._texts:
                before = self._pair(pattern)
                self._scanned[_searched(pattern)] = before[0] | searched, before[1] | matched
                if len(self._scanned) > MOST_PATTERNS:
                    del self._scanned[next(iter(self._scanned))]

    def _pair(self, pattern: Pattern) -> tuple[BitMap, BitMap]:
        """Return what was searched for the expression, and what matched; it is used last."""
        key = _searched(pattern)
        pair = self._scanned.pop(key, (BitMap(), BitMap()))
        self._scanned[key] = pair
        return pair


class _InView:
    """Looks up in one view, for one query that may be cancelled."""

    def __init__(self, words: Words, view: "View", by: Cancel) -> None:
        self._words, self._view, self._by = words, view, by

    def ids(self, term: Term) -> BitMap:
        return self._words.ids(term, self._view, self._by)

    def scan(self, pattern: Pattern, bits: BitMap) -> BitMap:
        return self._words.scan(pattern, bits, self._view, self._by)


class _Among(_InView):
    """Looks up among some articles alone."""

    def __init__(self, words: Words, view: "View", by: Cancel, among: BitMap) -> None:
        super().__init__(words, view, by)
        self._among = among

    def ids(self, term: Term) -> BitMap:
        return self._view.match(term, self._by, self._among)


def _matching(pattern: Pattern, ids: Sequence[int], view: "View", by: Cancel) -> Iterator[int]:
    """Yield the articles whose texts match. Raises Superseded."""
    texts = view.titles(ids) if pattern.in_titles else view.texts(ids)
    for id, *parts in texts:
        if by.is_cancelled:
            raise Superseded
        if pattern.matches(parts):
            yield id


def _searched(pattern: Pattern) -> _Searched:
    return pattern.in_titles, pattern.value


def _word(term: Term) -> _Word:
    return term.field is Field.TITLE, term.value, term.prefix
