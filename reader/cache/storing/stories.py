"""Decide which story each article tells, after it was stored, and note what is known of the story.

In the order of publication, some articles per transaction, so that it may end at any moment. What
is decided is not changed; articles in another language tell what their twin in English tells.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from pyroaring import BitMap

from reader.article import SLOT_SECONDS, Sentiment
from reader.cache.facets.changes import FacetChanges
from reader.cache.facets.index import Truth
from reader.cache.session import Session
from reader.cache.values.told import Told, facets_of, number_of
from reader.insight.stories import REMEMBERED_S, Report, Stories
from reader.insight.vectors import first_paragraph, vector

if TYPE_CHECKING:
    from reader.cache.engine import Transaction, View

AT_ONCE = 1_000
"""Articles per transaction, which takes some 20 ms. What comes before is read in again for it."""

REMEMBERED = REMEMBERED_S // SLOT_SECONDS
"""The same span in ids."""

_ENGLISH = ("en", "")
_OPPOSITES = (Sentiment.POSITIVE.value, Sentiment.NEGATIVE.value)


class Deciding:
    """Decides the stories of a cache."""

    def __init__(self, session: Session, truth: Truth) -> None:
        """Use a session. truth: recounts damaged facets from the articles."""
        self._session = session
        self._truth = truth
        self._texts = -1
        self._left = BitMap()
        """Articles that are still to be decided, as of that version of the texts."""

    def run(
        self,
        stop: threading.Event | None = None,
        on_progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Decide what is left, until `stop` is set. on_progress: how many are left.

        Raises CacheError.
        """
        while not (stop and stop.is_set()) and self._step():
            on_progress(len(self._left))

    def _step(self) -> bool:
        """Decide some articles; return whether any may be left."""
        with self._session.present() as view, view.snapshot():
            self._look(view)
            some = _first(self._left)
            rows = _around(view, some)
            keys, new = _decided(view, rows, some)
        with self._session.transaction() as to:
            if to.counter("texts") != self._texts:
                return True  # ids may be those of other articles by now
            self._write(to, rows, keys, new)
            self._left -= BitMap(some)
            if not self._left:
                to.set_counter("decided", self._texts)
        return bool(self._left)

    def _look(self, view: "View") -> None:
        texts = view.counter("texts")
        if texts != self._texts:
            self._texts, self._left = texts, view.undecided(view.counter("decided"))

    def _write(
        self,
        to: "Transaction",
        rows: Mapping[int, Told],
        keys: Mapping[int, int],
        new: Mapping[int, int],
    ) -> None:
        """Store the stories of new articles. keys: numbers of stories by their first article."""
        last = to.counter("stories")
        began = sorted({first for first in new.values() if first not in keys})
        numbers = {**keys, **{first: last + n for n, first in enumerate(began, 1)}}
        to.set_counter("stories", last + len(began))
        stories: dict[int, list[Told]] = defaultdict(list)
        for story, row in to.told_in([*{numbers[first] for first in new.values()}]):
            stories[story].append(row)
        for id, first in new.items():
            stories[numbers[first]].append(rows[id])
        changes = FacetChanges()
        changed = [each for story, every in stories.items() for each in _known(story, every)]
        before = {row.id: row.told for every in stories.values() for row in every}
        for id, _, told in changed:
            changes.set(id, facets_of(before[id] & ~told), False)
            changes.set(id, facets_of(told & ~before[id]), True)
        to.tell(changed)
        if changes:
            changes.write(to, {}, self._truth)


def _first(left: BitMap) -> list[int]:
    """Return the first articles that are left, without long gaps between them."""
    some: list[int] = []
    for id in left:
        if len(some) == AT_ONCE or (some and id - some[-1] > REMEMBERED):
            break
        some.append(id)
    return some


def _around(view: "View", some: Sequence[int]) -> dict[int, Told]:
    """Return the articles from long enough before the first to the last of some."""
    if not some:
        return {}
    first = max(some[0] - REMEMBERED, 0)
    return {row.id: row for row in view.told_between(first, some[-1])}


def _decided(
    view: "View", rows: Mapping[int, Told], some: Sequence[int]
) -> tuple[dict[int, int], dict[int, int]]:
    """Decide some articles.

    Returns the numbers of known stories by their first article, and for each of the articles the
    first article of its story.
    """
    wanted = set(some)
    english = [row for row in rows.values() if row.lang in _ENGLISH]
    vectors = dict(_vectors(view, [row.id for row in english if row.story or row.id in wanted]))
    stories, keys, firsts = Stories(), dict[int, int](), dict[int, int]()
    new: dict[int, int] = {}
    for row in english:
        report = Report(row.id, row.published // 1000, row.source, vectors.get(row.id, {}))
        if row.story:
            first = firsts.setdefault(row.story, row.id)
            keys[first] = row.story
            stories.put(report, first)
        elif row.id in wanted:
            new[row.id] = stories.add(report)
    twins = {(row.source, row.external): row for row in english}
    for row in (rows[id] for id in some if id in rows and rows[id].lang not in _ENGLISH):
        twin = twins.get((row.source, row.external))
        if twin and twin.story:
            new[row.id] = firsts[twin.story]
        else:
            new[row.id] = new.get(twin.id, row.id) if twin else row.id
    return keys, new


def _vectors(view: "View", ids: Sequence[int]) -> Iterator[tuple[int, dict[str, float]]]:
    for id, title, description, body in view.texts(ids):
        yield id, vector(title, first_paragraph(body, description or ""))


def _known(story: int, told: Iterable[Told]) -> Iterator[tuple[int, int, int]]:
    """Yield article, story and what is known of it, for each that is new or known otherwise."""
    every = sorted(told)
    rated = {(row.source, row.sentiment) for row in every if row.sentiment in _OPPOSITES}
    is_split = any(
        one != other and rating != opposite for one, rating in rated for other, opposite in rated
    )
    is_told_by_several = len({row.source for row in every}) > 1
    langs: set[str] = set()
    for row in every:
        number = number_of(
            is_told_by_several=is_told_by_several,
            is_echo=row.lang in langs,
            is_split=is_split and is_told_by_several,
        )
        langs.add(row.lang)
        if (row.story, row.told) != (story, number):
            yield row.id, story, number
