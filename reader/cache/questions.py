"""Find the articles that match a query, group them and count them and their tags.

Bitmaps and counts only; `texts` reads the articles.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from pyroaring import BitMap

from reader.article import ArticleId, Sentiment
from reader.cache.answers import MOST_TAGS, Group, Grouping, Stats, TagCount
from reader.cache.asking.evaluation import filtered, has_all_twins, language_of, wanted
from reader.cache.asking.grouping import Lookups, TooManyReads, group, most_frequent
from reader.cache.asking.recalled import Recalled, recalled, written
from reader.cache.facets.counts import SETS_KEPT
from reader.cache.facets.index import ALL, DRAFT, READ, Facets
from reader.cache.ids import NONE, Ids, batches
from reader.cache.session import Held, Session
from reader.cache.values.cancel import Cancel
from reader.cache.values.told import TWIN
from reader.errors import CacheLocked
from reader.query.language import Field, Query, Term

if TYPE_CHECKING:
    from reader.cache.engine import View
    from reader.cache.mood import By, Mood, Per
    from reader.cache.recent import Recent
    from reader.cache.values.facet_rows import Facet

Asked = tuple[Query, int, int | None]
"""Key of a cached answer: the query, the version of articles, and that of marks or None."""

TAGS_AT_ONCE = 100

READS_AT_ONCE = 40
"""Tags that may be read from disk for an immediate answer, some 5 ms; there may be hundreds."""

TRIES = 3
"""How often the newest articles are looked up while articles keep changing."""


class Questions:
    """Answers queries with sets of ids and counts, as of the moment held. Raises CacheError."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._once: list[tuple[BitMap, BitMap, BitMap]] = []
        """The last sets that have twins, the twins of all, and the sets without them."""
        self._kept: dict[Asked, Ids] = {}
        """Cached answers, the least recently used first."""
        self._split: list[tuple[BitMap, tuple[frozenset[str], int], list[TagCount]]] = []
        """The last sets whose tags were chosen, with the named ones and the version, and these."""
        self._lookups = Lookups()
        self._recalls = True
        self.splits_tags = True
        """Whether the tags of the bar are those that split the articles, else the most frequent."""

    def find(
        self,
        query: Query,
        now: datetime,
        *,
        among: "Recent | None" = None,
        newest: int | None = None,
        cancel: Cancel | None = None,
    ) -> Ids:
        """Return ids that match, newest first; drafts only if the query asks for them. now: aware.

        among: match only among these, which is fast. newest: look words up only among so many
        articles. Raises Superseded.
        """
        if among is None and (recalled := self._recalled(query, now)):
            return recalled
        lang = language_of(query)
        with self._session.asking(lang) as view:
            if among is None and not query.is_looked_up and not query.is_about_time:
                return self._found(query, lang, view, now)
            left = wanted(query, self._session.facets_of(lang), view, now)
            if among is not None:
                return Ids(among.settled(left), lang)
            held = self._session.lease()
        # Without the lock: a word may take a second.
        with self._session.searching(held) as (view, words):
            by = cancel or Cancel()
            if newest is None:
                found = words.settled(left, view, by)
            else:
                found = words.settled_newest(left, newest, view, by)
        return Ids(found, lang, has_all_twins=has_all_twins(query))

    def _found(self, query: Query, lang: str, view: "View", now: datetime) -> Ids:
        """Return the cached set if nothing has changed, so that its counts stay valid."""
        facets = self._session.facets_of(lang)
        key = _asked(query, facets)
        ids = self._kept.pop(key, None)
        if ids is None:
            bits = filtered(query, facets, view, now)
            ids = Ids(bits, lang, has_all_twins=has_all_twins(query))
            self._kept = {kept: ids for kept, ids in self._kept.items() if kept[1] == key[1]}
            self._note_rest(query, ids, facets)
        self._kept[key] = ids  # most recently used
        if len(self._kept) > SETS_KEPT:
            del self._kept[next(iter(self._kept))]
        return ids

    def _note_rest(self, query: Query, ids: Ids, facets: Facets) -> None:
        """Record that an excluded tag leaves the rest of a set, so counts can be subtracted."""
        tag = query.terms[-1] if query.terms else None
        if not isinstance(tag, Term) or tag.field is not Field.TAG or not tag.exclude:
            return
        without = query.without(tag)
        whole = self._kept.get(_asked(without, facets))
        included = without.with_term(replace(tag, exclude=False))
        part = self._kept.get(_asked(included, facets))
        if whole and part:
            facets.counts.note_rest(*map(self._counting_once, (ids, whole, part)))

    def finds_at_once(self, query: Query) -> bool:
        """Return whether all words of the query are cached, and no text has to be read."""
        return self._session.knows(query)

    def recent(self, query: Query, now: datetime, count: int) -> "Recent":
        """Return the newest articles that match, for `find` among them."""
        held, version, newest = self._newest(query, now, count)
        with self._session.searching(held) as (view, _):
            from reader.cache.recent import Recent

            return Recent(view.texts(newest), version)

    def _newest(
        self, query: Query, now: datetime, count: int
    ) -> "tuple[Held | None, int, Sequence[ArticleId]]":
        """Return a moment, leased, with the newest articles that match in it.

        Words are looked up without the lock, which the screen may wait for: again, if articles
        have changed meanwhile; none are returned if they do so again and again.
        """
        newest: Sequence[ArticleId] = ()
        for _ in range(TRIES):
            texts = self._session.texts()
            newest = self.find(query, now)[:count]
            with self._session.lock:
                if self._session.facets.texts == texts:
                    return self._session.lease(), texts, newest
        with self._session.lock:
            return self._session.lease(), self._session.facets.texts, ()

    def is_current(self, recent: "Recent") -> bool:
        """Return whether no text has changed since the newest articles were read."""
        return recent.texts == self._session.facets.texts

    # The answer that the last session stored.

    def remember(self, query: Query, now: datetime) -> None:
        """Store the answer to the query, for `find` to return at the next start if nothing changes.

        Skipped while another program writes: leaving the screen does not wait for it.
        """
        if self._session.is_only_read or query.is_looked_up or query.is_about_time:
            return
        ids = self.find(query, now)
        groups, tags = self.groups(ids, Grouping.CATEGORY), self.bar_tags(ids) or []
        stored = written(len(ids), groups, tags, is_split=self.splits_tags)
        answer = (str(query), self._session.facets.version, stored)
        with suppress(CacheLocked), self._session.changing_own(wait=False) as to:
            to.keep_answer(*answer)

    def recall_nothing(self) -> None:
        """Stop using the stored answer."""
        self._recalls = False

    def warm_up(self, query: Query, now: datetime) -> None:
        """Load what a further filter would need; stop using the stored answer."""
        self.recall_nothing()
        ids = self.find(query, now)
        self.groups(ids, Grouping.CATEGORY)
        self.bar_tags(ids)
        self.groups(ids, Grouping.LATEST)

    def _recalled(self, query: Query, now: datetime) -> Recalled | None:
        if not self._recalls:
            return None

        lang = language_of(query)
        facets, ask = self._session.facets_of(lang), partial(self._session.asking, lang)

        def find() -> BitMap:
            with ask() as view:
                return filtered(query, facets, view, now)

        with ask() as view:
            kept = view.answer(str(query), facets.version)
        if kept is None:
            return None
        return recalled(kept, find, lang, facets, ask, has_all_twins=has_all_twins(query))

    def _holds(self, answer: Recalled) -> bool:
        """Return whether the stored answer is still right: marks change counts, but not the set."""
        return answer.version == self._session.version()

    # Counts.

    def total(self, ids: Ids | None = None) -> int:
        """Return the number of articles, without drafts; twins as one if they do in `ids`."""
        facets = self._session.facets
        with self._session.asking() as view:
            twins = facets.size(view, TWIN) if ids is not None and ids.has_all_twins else 0
            return facets.size(view, ALL) - facets.size(view, DRAFT) - twins

    def unread(self, ids: Ids) -> Ids:
        """Return the unread ones of the ids."""
        with self._session.asking() as view:
            unread = ids.bits - self._session.facets.get(view, READ)
            return Ids(unread, ids.lang, has_all_twins=ids.has_all_twins)

    def distinct(self, ids: Ids) -> Ids:
        """Return the ids without those whose twin counts for them."""
        return Ids(self._counting_once(ids), ids.lang)

    def count_unread(self, query: Query, now: datetime) -> int:
        """Return how many articles that match are unread, twins as one; keeps nothing in memory."""
        if query.is_looked_up:
            ids = self.find(query, now)
            facets = self._session.facets_of(ids.lang)
            with self._session.asking(ids.lang) as view:
                return len(ids.bits) - ids.bits.intersection_cardinality(facets.get(view, READ))
        lang = language_of(query)
        facets = self._session.facets_of(lang)
        with self._session.asking(lang) as view:
            bits = filtered(query, facets, view, now)
            if has_all_twins(query):
                bits = bits - facets.get(view, TWIN)
            return len(bits) - bits.intersection_cardinality(facets.get(view, READ))

    def _counting_once(self, ids: Ids) -> BitMap:
        """Return the ids without those whose twin counts for them."""
        facets = self._session.facets_of(ids.lang)
        with self._session.asking(ids.lang) as view:
            twins = facets.get(view, TWIN) if ids.has_all_twins else NONE
            if ids.bits.isdisjoint(twins):
                return ids.bits
            for bits, of, once in self._once:
                if bits is ids.bits and of is twins:
                    return once
            self._once = [*self._once[1 - SETS_KEPT :], (ids.bits, twins, ids.bits - twins)]
            return self._once[-1][-1]

    def groups(self, ids: Ids, by: Grouping) -> tuple[Group, ...]:
        """Return the groups of the ids, the pinned ones first. Empty groups are left out."""
        if by is Grouping.CATEGORY and isinstance(ids, Recalled) and self._holds(ids):
            return ids.groups
        ask = partial(self._session.asking, ids.lang)
        return group(ids, by, self._session.facets_of(ids.lang), self._lookups, ask)

    def tag_counts(self, ids: Ids, most: int | None = None) -> list[TagCount]:
        """Return tags of the ids, most frequent first, ties by name; at most `most`."""
        if most is not None:
            return list(islice(self._most_frequent(ids), most))
        once = self._counting_once(ids)
        counts = [each for some in self._tags() for each in self._tag_counts(some, once, ids.lang)]
        return sorted(counts, key=lambda tag: (-tag.articles, tag.tag))

    def tags_at_once(self, ids: Ids, most: int) -> list[TagCount] | None:
        """Return the same as `tag_counts`; None if many tags would have to be read."""
        with suppress(TooManyReads):
            return list(islice(self._most_frequent(ids, READS_AT_ONCE), most))
        return None

    def bar_tags(
        self, ids: Ids, named: Collection[str] = (), *, at_once: bool = False
    ) -> list[TagCount] | None:
        """Return nine tags of the ids, the best first, and those named, folded.

        at_once: None if many tags would have to be read.
        """
        if isinstance(ids, Recalled) and not named and self._holds(ids):  # noqa: SIM102
            if ids.is_split == self.splits_tags:
                return ids.tags
        with suppress(TooManyReads):
            return self._bar_tags(ids, named, READS_AT_ONCE if at_once else None)
        return None

    def _bar_tags(self, ids: Ids, named: Collection[str], reads: int | None) -> list[TagCount]:
        """Return tags of the ids by the rule that is set. Raises TooManyReads."""
        if not self.splits_tags:
            return list(islice(self._most_frequent(ids, reads), MOST_TAGS + len(named)))
        once, facets = self._counting_once(ids), self._session.facets_of(ids.lang)
        asked = frozenset(named), facets.texts
        for bits, of, tags in self._split:
            if bits is once and of == asked:
                return tags
        from reader.cache.asking.splitting import splitting

        frequent, ask = self._most_frequent(ids, reads), partial(self._session.asking, ids.lang)
        found = splitting(once, frequent, named, MOST_TAGS, facets, ask)
        self._split = [*self._split[1 - SETS_KEPT :], (once, asked, found)]
        return found

    def _most_frequent(self, ids: Ids, reads: int | None = None) -> Iterator[TagCount]:
        ask = partial(self._session.asking, ids.lang)
        return most_frequent(
            self._counting_once(ids), self._session.facets_of(ids.lang), ask, reads
        )

    def _tags(self) -> "Iterator[Sequence[Facet]]":
        """Yield all tags, some at a time: painting does not wait until thousands are read."""
        with self._session.asking() as view:
            every = [facet for facet, size in self._session.facets.by_size(view, "tag") if size]
        return batches(every, TAGS_AT_ONCE)

    def _tag_counts(self, tags: "Iterable[Facet]", ids: BitMap, lang: str) -> Iterator[TagCount]:
        facets = self._session.facets_of(lang)
        with self._session.asking(lang) as view:
            dense = facets.counts.dense(ids)
            for tag in tags:
                if count := facets.get(view, tag).intersection_cardinality(dense):
                    yield TagCount(facets.label(tag), count)

    def names(self, field: Field) -> dict[str, int]:
        """Return values of tag, mytag, category, source or lang with their numbers of articles.

        Drafts included, most frequent first; own tags count twins as one.
        """
        facets = self._session.facets
        with self._session.asking() as view:
            if field is Field.MYTAG:
                twins = facets.get(view, TWIN)
                own = {tag: len(ids - twins) for tag, ids in facets.every(view, field).items()}
                ranked = sorted(own.items(), key=lambda each: (-each[1], each[0]))
                return {tag: count for tag, count in ranked if count}
            sizes = facets.by_size(view, field)
            return {facets.label(facet): size for facet, size in sizes if size}

    def stats(self, ids: Ids) -> Stats:
        """Return the numbers of articles by language, source, tag, category and sentiment."""
        facets = self._session.facets_of(ids.lang)
        with self._session.asking(ids.lang) as view:
            categories: dict[str, dict[Sentiment, int]] = {}
            for value, bits in facets.every(view, "group").items():
                name, sentiment = facets.label(("group", value)).split("\t")
                counts = categories.setdefault(name, dict.fromkeys(Sentiment, 0))
                counts[Sentiment(sentiment)] = bits.intersection_cardinality(ids.bits)
        ranked = sorted(categories.items(), key=lambda item: (-sum(item[1].values()), item[0]))
        return Stats(
            articles=len(ids),
            languages=self._counts("lang", ids),
            sources=self._counts("source", ids),
            tags=self._counts("tag", ids),
            categories={name: counts for name, counts in ranked if any(counts.values())},
        )

    def mood(self, ids: Ids, by: "By", per: "Per | None", most: int, now: datetime) -> "Mood":
        """Return how many of the ids are positive and negative by day or week, and by name."""
        from reader.cache.asking.mood import mood

        ask = partial(self._session.asking, ids.lang)
        return mood(ids.bits, by, per, most, now, self._session.facets_of(ids.lang), ask)

    def _counts(self, field: str, ids: Ids) -> dict[str, int]:
        """Return counts by name, most frequent first, ties by name."""
        facets = self._session.facets_of(ids.lang)
        with self._session.asking(ids.lang) as view:
            every = facets.every(view, field)
            counts = {
                facets.label((field, value)): bits.intersection_cardinality(ids.bits)
                for value, bits in every.items()
            }
        found = ((name, count) for name, count in counts.items() if count)
        return dict(sorted(found, key=lambda item: (-item[1], item[0])))


def _asked(query: Query, facets: Facets) -> Asked:
    """Return the key of a cached answer; few queries depend on more than the texts."""
    return query, facets.texts, facets.version if query.is_about_marks else None
