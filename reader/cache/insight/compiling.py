"""Compile a briefing: what has arrived since a visit, and which stories it tells."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from pyroaring import BitMap

from reader.article import ArticleId, Sentiment
from reader.cache.answers import Grouping
from reader.cache.asking.evaluation import first_id_since
from reader.cache.facets.index import ESTIMATED, Facets
from reader.cache.ids import Ids
from reader.cache.insight.briefing import DAYS, MOST_STORIES, Briefing, Headline, Visit
from reader.cache.insight.visits import texts_of
from reader.cache.mood import BEFORE, LATEST, By, Pair, now_and_was
from reader.cache.questions import Questions
from reader.cache.session import Session
from reader.cache.values.instants import from_milliseconds
from reader.cache.values.told import SPLIT, STORY, Told
from reader.query.language import Query

if TYPE_CHECKING:
    from reader.cache.engine import View
    from reader.cache.insight.unusual import Unusual

_DAY = timedelta(days=1)


class Compiler:
    """Compiles briefings. Thread-safe. Raises CacheError."""

    def __init__(self, session: Session, questions: Questions) -> None:
        self._session = session
        self._questions = questions

    @cached_property
    def _unusual(self) -> "Unusual":
        from reader.cache.insight.unusual import Unusual

        return Unusual(self._session)

    def briefing(
        self, query: Query, since: Visit | None, now: datetime, days: int = 1, *, few: int = 0
    ) -> Briefing:
        """Return what arrived since a visit, or was published on the newest days.

        now: aware. few: what is remarkable about less than so many articles is left out.
        """
        every = self._questions.distinct(self._questions.find(query, now))
        new = self._arrived(since)
        with self._session.asking(every.lang) as view:
            latest = _latest(every.bits, now, view)
            if new is None:
                new = _days_before(latest, days, now, view)
            ids = Ids(every.bits & new, every.lang)
            lang = every.lang or _commonest(ids.bits or every.bits, self._session.facets, view)
        several, told, listed = self._told_by_several(ids, lang, new)
        with self._session.beside() as view:
            stories = view.count_stories(ids.bits)
        found = Briefing(
            since=since.at if since else None,
            ids=ids,
            stories=stories,
            told_by_several=told,
            rest=self._questions.groups(Ids(ids.bits - listed, ids.lang), Grouping.CATEGORY),
            several=several,
        )
        return found if len(ids) < few else self._with_remarkable(found, every, lang, latest, now)

    def _with_remarkable(
        self, found: Briefing, every: Ids, lang: str, latest: datetime | None, now: datetime
    ) -> Briefing:
        """Return the briefing with its mood, and what is unusual among all articles."""
        with self._session.asking(found.ids.lang) as view:
            labels = _labels(found.ids.bits, self._session.facets_of(found.ids.lang), view)
        more, turned = self._unusual.among(every, lang, latest) if latest else ((), ())
        columns = self._questions.mood(every, By.DAY, None, LATEST[By.DAY] + BEFORE[By.DAY], now)
        series = [column.labels for column in columns.columns]
        return found._replace(
            labels=labels,
            usual=now_and_was(series, By.DAY)[1],
            series=series[-DAYS:],
            more=more,
            turned=turned,
        )

    def _arrived(self, since: Visit | None) -> BitMap | None:
        """Return all that arrived since a visit, whatever the query; None without a visit."""
        if since is None:
            return None
        with self._session.beside() as view:
            return view.arrived(texts_of(since, view))

    def _told_by_several(
        self, ids: Ids, lang: str, new: BitMap
    ) -> tuple[int, Sequence[Headline], BitMap]:
        """Return how many there are, the newest of them, and the articles of these.

        new: all that arrived, whatever the query.
        """
        facets = self._session.facets_of(ids.lang)
        with self._session.asking(ids.lang) as view:
            told = Ids(ids.bits & facets.get(view, STORY), ids.lang)
        with self._session.beside() as view:
            several = view.count_stories(told.bits)
        newest = self._newest_stories(told)
        with self._session.asking(ids.lang) as view:
            every = _by_story(view.told_in(newest))
            shown = facets.visible(view)
            tellers = [
                _in_language([row for row in rows if row.id in shown], lang)
                for rows in every.values()
            ]
            split = facets.get(view, SPLIT)
            titles = {id: title for id, title, *_ in view.rows(_firsts(tellers), lambda _: None)}
        lines = []
        for rows in tellers:
            if rows and rows[0].id in titles:
                with suppress(ValueError, TypeError, OverflowError):  # a damaged row
                    lines.append(_headline(rows, titles[rows[0].id], new, split))
        lines.sort(key=lambda line: (line.published, line.id), reverse=True)
        listed = BitMap([row.id for line in lines for row in every[line.story]])
        return several, lines, listed

    def _newest_stories(self, ids: Ids) -> list[int]:
        """Return the stories of the newest articles, at most MOST_STORIES."""
        found: dict[int, None] = {}
        for place in range(0, len(ids), _AT_ONCE):
            some = ids[place : place + _AT_ONCE]
            with self._session.asking(ids.lang) as view:
                story = dict(view.stories_of(some))
            found |= dict.fromkeys(story[id] for id in some if id in story)
            if len(found) >= MOST_STORIES:
                break
        return [*found][:MOST_STORIES]


_AT_ONCE = 200
"""Articles whose stories are looked up together."""


def _latest(ids: BitMap, now: datetime, view: "View") -> datetime | None:
    """Return when the latest article was published that is not dated in the future."""
    end = first_id_since(view, now)
    past = int(ids.rank(end - 1)) if end else 0
    published = view.published_before(ids[past - 1] + 1) if past else None
    return None if published is None else from_milliseconds(published)


def _days_before(latest: datetime | None, days: int, now: datetime, view: "View") -> BitMap:
    """Return the places of so many days up to the latest article, and of what is newer."""
    if latest is None:
        return BitMap()
    return BitMap(range(first_id_since(view, latest - days * _DAY), first_id_since(view, now)))


def _labels(ids: BitMap, facets: Facets, view: "View") -> Pair:
    rated = ids - facets.get(view, ESTIMATED)
    positive, negative = (
        int(rated.intersection_cardinality(facets.get(view, ("sentiment", name))))
        for name in ("positive", "negative")
    )
    return Pair(positive, negative)


def _commonest(ids: BitMap, facets: Facets, view: "View") -> str:
    """Return the language of most of the articles, folded."""
    every = facets.every(view, "lang").items()
    counts = {lang: int(bits.intersection_cardinality(ids)) for lang, bits in every}
    return max(sorted(counts), key=lambda lang: counts[lang], default="")


def _by_story(rows: Iterator[Told]) -> dict[int, list[Told]]:
    found: dict[int, list[Told]] = {}
    for row in sorted(rows):
        found.setdefault(row.story, []).append(row)
    return found


def _in_language(rows: Sequence[Told], lang: str) -> Sequence[Told]:
    """Return the rows of that language if several sources tell it there, else of another."""
    found: dict[str, list[Told]] = {}
    for row in rows:
        found.setdefault(row.lang.casefold(), []).append(row)
    own = found.get(lang, [])
    return own if _sources(own) > 1 else max(found.values(), key=_sources, default=[])


def _sources(rows: Sequence[Told]) -> int:
    return len({row.source for row in rows})


def _firsts(tellers: Sequence[Sequence[Told]]) -> list[int]:
    return [rows[0].id for rows in tellers if rows]


def _headline(rows: Sequence[Told], title: str, new: BitMap, split: BitMap) -> Headline:
    first = rows[0]
    return Headline(
        story=first.story,
        id=ArticleId(first.id),
        title=title,
        published=from_milliseconds(first.published),
        source=first.source,
        sources=_sources(rows),
        sentiment=Sentiment(first.sentiment),
        is_split=first.id in split,
        began_before=any(row.id not in new for row in rows),
    )
