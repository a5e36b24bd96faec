"""Bring the sets of marked articles to the version of the texts that is read.

Another writer may give an article another id at any time. Which ids have changed between two
versions is known to the archive; of these, the marks are looked up again by identity.
"""

import threading
from collections.abc import Callable, Iterable
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from pyroaring import BitMap

from reader.cache.marks.journal import Marks
from reader.cache.shared.own_file import OwnFile, OwnSets
from reader.cache.values.facet_rows import Facet

if TYPE_CHECKING:
    from reader.article import Identity
    from reader.cache.engine import View

AT_ONCE = 5_000
"""Marked articles that are looked up together."""

VERSIONS = 16
"""Versions whose sets stay in memory, to tell what has changed since."""


class Own:
    """The sets of one user. Thread-safe."""

    def __init__(self, file: OwnFile, marks: Callable[[], Marks]) -> None:
        """Read nothing yet. marks: gives this thread's connection to `marks.db`."""
        self.file = file
        self._marks = marks
        self._lock = threading.RLock()
        self._seen: list[OwnSets] = []
        """The last sets, in the order in which this process has seen them."""
        self._of_version: dict[int, OwnSets] = {}
        """Sets by the version of archive and marks that they were read in."""

    def at(self, view: "View", *, is_locked: bool = False) -> OwnSets:
        """Return the sets for the texts that a view of one moment shows.

        is_locked: the caller holds the lock of the file, in this thread.
        """
        texts, before = view.counter("texts"), self._stored()
        known = self._known(texts, before.marks)
        if known is not None:
            return known
        # Without the lock: marks are written with the file locked, and then read here.
        now = self._followed(before, view, texts)
        if now.texts > before.texts:
            (self.file.write if is_locked else self.file.follow)(now, before)
        self.note(now)
        return now

    def _stored(self) -> OwnSets:
        versions = self.file.versions()
        known = self._known(*versions)
        if known is None:
            known = self.file.read()
            self.note(known)
        return known

    def _known(self, texts: int, marks: int) -> OwnSets | None:
        wanted = texts, marks
        return next((own for own in reversed(self._seen) if (own.texts, own.marks) == wanted), None)

    def note(self, own: OwnSets) -> None:
        """Keep sets in memory, after all others."""
        with self._lock:
            self._seen = [*(each for each in self._seen if each is not own), own][-VERSIONS:]

    def note_version(self, version: int, own: OwnSets) -> None:
        """Note that a version of archive and marks was read with these sets."""
        with self._lock:
            self._of_version.pop(version, None)
            self._of_version[version] = own
            if len(self._of_version) > VERSIONS:
                del self._of_version[next(iter(self._of_version))]

    def differing(self, facet: Facet, since: int, now: OwnSets) -> BitMap | None:
        """Return ids that were added to a facet or removed since a version; None if unknown."""
        with self._lock:
            seen, before = self._seen, self._of_version.get(since)
        places = [n for n, own in enumerate(seen) if own is before or own is now]
        if before is None or not places or seen[places[0]] is not before:
            return None
        sets = [own.sets.get(facet, BitMap()) for own in seen[places[0] : places[-1] + 1]]
        return BitMap.union(BitMap(), *(one ^ other for one, other in pairwise(sets)))

    def _followed(self, before: OwnSets, view: "View", texts: int) -> OwnSets:
        changed = view.texts_changed(before.texts) if 0 <= before.texts < texts else None
        if changed is None:
            return self._counted(view, texts, before.marks)
        added: dict[Facet, list[int]] = {}
        marks = self._marks()
        if changed and not marks.is_empty():
            for id, identity in view.identities(list(changed)).items():
                for mark in marks.of(identity):
                    added.setdefault(mark.facet, []).append(id)
        sets = dict(before.sets)
        for facet in {*sets, *added}:
            bits = sets.get(facet, BitMap())
            new = BitMap(added.get(facet, ()))
            if new or not bits.isdisjoint(changed):
                sets[facet] = (bits - changed) | new
        return OwnSets(texts, before.marks, sets)

    def _counted(self, view: "View", texts: int, counter: int) -> OwnSets:
        """Look up all marked articles."""
        marks = self._marks()
        sets = {mark.facet: _ids(view, marks.every(mark)) for mark in marks.kinds()}
        return OwnSets(texts, counter, sets)


def _ids(view: "View", articles: "Iterable[Identity]") -> BitMap:
    found, left = BitMap(), iter(articles)
    while some := [*islice(left, AT_ONCE)]:
        found.update(list(view.ids(some).values()))
    return found
