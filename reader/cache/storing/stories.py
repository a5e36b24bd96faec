"""Decide which story each article tells, after it was stored, and note what is known of the story.

In the order of publication, some articles per transaction, so that it may end at any moment. What
is decided is not changed; articles in another language tell what their twin in English tells, and
without one they are compared within their language. What is known of a story is noted again
whenever one of its articles changes.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING

from pyroaring import BitMap

from reader.article import Sentiment
from reader.cache.facets.changes import FacetChanges
from reader.cache.facets.index import Truth
from reader.cache.ids import batches
from reader.cache.session import Session
from reader.cache.values.slots import DAY_S, LOCAL
from reader.cache.values.told import Original, Told, facets_of, number_of
from reader.errors import CacheError
from reader.insight.others import OtherStories, Written
from reader.insight.stories import REMEMBERED_S, Report, Stories
from reader.insight.vectors import first_paragraph, vector

if TYPE_CHECKING:
    from reader.cache.engine import Transaction, View

AT_ONCE = 1_000
"""Articles per transaction, which takes some 20 ms."""

MOST_REMEMBERED = 20_000
"""Maximum articles before the first that are read again: a million in three years have 8,000."""

APART_S = DAY_S
"""How far apart in time twins may be."""

_ENGLISH = ("en", "")
_OPPOSITES = {Sentiment.POSITIVE.value, Sentiment.NEGATIVE.value}


class Deciding:
    """Decides the stories of a cache."""

    def __init__(self, session: Session, truth: Truth) -> None:
        """Use a session. truth: recounts damaged facets from the articles."""
        self._session = session
        self._truth = truth
        self._slots = LOCAL
        """Those of the archive, from the first step on."""
        self._texts = -1
        self._left = BitMap()
        """Articles that are to be looked at, as of that version of the texts."""
        self._stories: Stories | None = None
        """The stories before the next article, if they are those up to that id."""
        self._others: dict[str, OtherStories] = {}
        """The same of articles without an English twin, by language."""
        self._up_to = -1

    def run(self, on_progress: Callable[[int], None] = lambda _: None) -> None:
        """Decide what is left. on_progress: called with how many are left. Raises CacheError."""
        while self._step():
            on_progress(len(self._left))

    def run_if_few(self, most: int) -> int:
        """Decide what is left unless that is more; return how many stay left. Raises CacheError."""
        with self._session.present() as view, view.snapshot():
            self._look(view)
        if len(self._left) <= most:
            self.run()
        return len(self._left)

    def run_in_passing(self) -> None:
        """Decide what an import or a sync has brought, or leave it to the next if that fails."""
        with suppress(CacheError):
            self.run()

    def is_behind(self) -> bool:
        """Return whether articles came or changed since all was decided. Raises CacheError."""
        with self._session.present() as view, view.snapshot():
            return view.counter("decided") != view.counter("texts")

    def _step(self) -> bool:
        """Decide some articles; return whether any may be left."""
        with self._session.present() as view, view.snapshot():
            self._look(view)
            last = view.counter("stories")
            some = _first(self._left, self._slots.within(APART_S))
            told, beside = self._decided(view, some, last) if some else ([], set())
        with self._session.transaction() as to:
            if (to.counter("texts"), to.counter("stories")) != (self._texts, last):
                self._stories = None
                return True  # ids may be those of other articles by now
            self._write(to, told, beside, last)
            self._left -= BitMap(some)
            if not self._left:
                to.set_counter("decided", self._texts)
        return bool(self._left)

    def _look(self, view: "View") -> None:
        texts, decided = view.counter("texts"), view.counter("decided")
        if self._texts < 0:
            self._slots = view.slots
        if texts != self._texts:
            left = BitMap() if decided == texts else view.undecided(decided)
            self._texts, self._left = texts, left
            self._stories = None

    def _decided(self, view: "View", some: Sequence[int], last: int) -> tuple[list[Told], set[int]]:
        """Return some articles with their stories, and the stories of their twins.

        last: the number of the last story.
        """
        apart = self._slots.within(APART_S)
        rows = {row.id: row for row in view.told_between(some[0] - apart, some[-1] + apart)}
        stories, others = self._before(view, rows[some[0]], rows.values())
        within = [row for row in rows.values() if some[0] <= row.id <= some[-1]]
        english = [row for row in within if row.lang in _ENGLISH]
        for row, report in _reports(view, english):
            if row.story:
                stories.put(report, row.story)
                continue
            story = stories.add(report, last + 1)
            last = max(last, story)
            rows[row.id] = row._replace(story=story)
        self._stories, self._others, self._up_to = stories, others, some[-1]
        twins = {row.original: row.story for row in rows.values() if row.lang in _ENGLISH}
        for row in within:
            if not row.story and twins.get(row.original) and row.lang not in _ENGLISH:
                rows[row.id] = row._replace(story=twins[row.original])
        known = {row.original: row.story for row in rows.values() if row.story}
        for row, article in _written(view, [*_without_twin(within, twins)]):
            if story := row.story or known.get(row.original, 0):
                others[row.lang].put(article, story)
            else:
                story = others[row.lang].add(article, last + 1)
                last = max(last, story)
            known[row.original] = story
            rows[row.id] = row._replace(story=story)
        told = [rows[id] for id in some]
        originals = {row.original for row in told}
        beside = {row.story for row in rows.values() if row.story and row.original in originals}
        return told, beside

    def _before(
        self, view: "View", first: Told, rows: Iterable[Told]
    ) -> tuple[Stories, dict[str, OtherStories]]:
        """Return the stories that are known before an article: English ones, others by language.

        rows: the articles about it, which may be twins of those before it.
        """
        stories, others = self._stories, self._others
        start = self._slots.of(first.published - REMEMBERED_S * 1000)
        if stories is None or first.id <= self._up_to:
            stories, others = Stories(), defaultdict(OtherStories)
        else:
            start = max(start, self._up_to + 1)
        before = view.told_between(start, first.id - 1, latest=MOST_REMEMBERED)
        known = [row for row in before if row.story]
        for row, report in _reports(view, [row for row in known if row.lang in _ENGLISH]):
            stories.put(report, row.story)
        twins = {row.original for row in chain(before, rows) if row.lang in _ENGLISH}
        for row, article in _written(view, [*_without_twin(known, twins)]):
            others[row.lang].put(article, row.story)
        return stories, others

    def _write(self, to: "Transaction", told: Sequence[Told], beside: set[int], last: int) -> None:
        new = {row.id: row for row in told}
        before = to.told_in([number for number in beside if number <= last])
        stories: dict[int, list[Told]] = defaultdict(list)
        for row in [*(row for row in before if row.id not in new), *told]:
            stories[row.story].append(row)
        twins = _twins(to, chain.from_iterable(stories.values()))
        changes, changed = FacetChanges(), []
        for row, known in chain.from_iterable(_known(every, twins) for every in stories.values()):
            if known != row.told or row.id in new:
                changes.set(row.id, facets_of(row.told & ~known), False)
                changes.set(row.id, facets_of(known & ~row.told), True)
                changed.append((row.id, row.story, known))
        to.tell(changed)
        if told:
            to.set_counter("stories", max(last, *(row.story for row in told)))
        if changes:
            changes.write(to, {}, self._truth)
        elif told:
            to.count_up("version")  # `story:` finds more than before


def _first(left: BitMap, apart: int) -> list[int]:
    """Return the first articles that are left, without a gap of more than `apart` between them.

    Those of one moment stay together, as there may be twins among them.
    """
    some: list[int] = []
    for id in left:
        gap = id - some[-1] if some else 0
        if gap > apart or (len(some) >= AT_ONCE and gap > 1) or len(some) == 2 * AT_ONCE:
            break
        some.append(id)
    return some


def _without_twin(rows: Iterable[Told], twins: Container[Original]) -> Iterator[Told]:
    """Yield the articles in other languages than English that have no English twin."""
    return (row for row in rows if row.lang not in _ENGLISH and row.original not in twins)


def _reports(view: "View", rows: Sequence[Told]) -> Iterator[tuple[Told, Report]]:
    """Yield articles in order, each as a report: without terms if it is damaged."""
    for some in batches(rows):
        vectors = {
            id: vector(title, first_paragraph(body, description or ""))
            for id, title, description, body in view.texts([row.id for row in some])
        }
        for row in some:
            terms = vectors.get(row.id, {})
            yield row, Report(row.id, row.published // 1000, row.source, terms)


def _written(view: "View", rows: Sequence[Told]) -> Iterator[tuple[Told, Written]]:
    """Yield articles in order, each with its words: none if it is damaged."""
    for some in batches(rows):
        words = {
            id: (title, first_paragraph(body, description or ""))
            for id, title, description, body in view.texts([row.id for row in some])
        }
        for row in some:
            published = row.published // 1000
            yield row, Written(row.id, published, row.source, *words.get(row.id, ("", "")))


def _twins(view: "View", rows: Iterable[Told]) -> BitMap:
    """Return the articles that have a twin in a language before theirs, alike but for the text."""
    alike: list[tuple[int, int]] = []
    first: dict[Original, Told] = {}
    for row in sorted(rows, key=lambda row: row.lang):
        before = first.setdefault(row.original, row)
        if before.lang != row.lang and row.is_alike(before):
            alike.append((row.id, before.id))
    tags: dict[int, set[str]] = defaultdict(set)
    for id, tag in view.tags(sorted(chain.from_iterable(alike))):
        tags[id].add(tag.casefold())
    return BitMap([twin for twin, first in alike if tags[twin] == tags[first]])


def _known(story: Iterable[Told], twins: BitMap) -> Iterator[tuple[Told, int]]:
    """Yield the articles of a story, each with what is known of it now, in each language apart."""
    of_lang: dict[str, list[Told]] = defaultdict(list)
    for row in sorted(story):
        of_lang[row.lang].append(row)
    for every in of_lang.values():
        firsts = {row.source: row.sentiment for row in reversed(every)}
        told = {"is_told_by_several": len(firsts) > 1, "is_split": {*firsts.values()} >= _OPPOSITES}
        for row in every:
            yield row, number_of(**told, is_echo=row is not every[0], is_twin=row.id in twins)
