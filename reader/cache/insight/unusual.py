"""Gather recent stories for `insight.trends`, and count exactly what it finds in them."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from pyroaring import BitMap

from reader.cache.asking.evaluation import first_id_since
from reader.cache.facets.index import ESTIMATED, Facets
from reader.cache.ids import Ids, batches
from reader.cache.insight.briefing import More, Turned
from reader.cache.mood import Pair
from reader.cache.session import Session
from reader.cache.values.told import ECHO
from reader.insight.chances import FALSE_SHARE, tail
from reader.insight.trends import FEWEST, TAGS, Item, Rise, expected, rises, turns

if TYPE_CHECKING:
    from reader.cache.engine import View

RECENT, FORMER = timedelta(days=7), timedelta(days=28)
"""The latest days, and the days before them that say what is usual."""

MOST_RECENT, MOST_FORMER = 500, 1_200
"""Maximum stories that are looked at, evenly chosen, so that a briefing is ready within a frame."""

MOST_TOLD = 8
"""Maximum tags and words, and maximum turned tags, that are told: the surest."""

_LABELS = {"POSITIVE": 1, "NEGATIVE": -1}


class Stories(NamedTuple):
    """The first articles of stories in one language, recent and former ones."""

    recent: BitMap
    former: BitMap

    @property
    def ratio(self) -> float:
        """Return how many recent stories there are to each former one."""
        return len(self.recent) / (len(self.former) or 1)


Found = tuple[Sequence[More], Sequence[Turned]]


class Unusual:
    """Finds what is unusual, and keeps the last answer. Thread-safe."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: tuple[BitMap, BitMap, object, Found] | None = None
        """The ids and echoes that the last answer is about, what else it depends on, the answer."""

    def among(self, ids: Ids, lang: str, latest: datetime) -> Found:
        """Return what there is more of than usual among the ids, and which tags have turned.

        lang: of the articles that stand for their stories. latest: the recent days end there.
        """
        with self._session.asking(ids.lang) as view:
            facets = self._session.facets_of(ids.lang)
            asked, echoes = (facets.texts, lang, latest), facets.get(view, ECHO)
        kept = self._kept
        if kept and kept[0] is ids.bits and kept[1] is echoes and kept[2] == asked:
            return kept[3]
        found = _unusual(self._session, ids, lang, latest)
        self._kept = ids.bits, echoes, asked, found
        return found


def _unusual(session: Session, ids: Ids, lang: str, latest: datetime) -> Found:
    with session.asking(ids.lang) as view:
        facets = session.facets_of(ids.lang)
        stories = _stories(ids.bits, lang, latest, facets, view)
    chosen = _chosen(stories.recent, MOST_RECENT) | _chosen(stories.former, MOST_FORMER)
    items = list(_items(chosen, stories, session, ids.lang))
    found, turned = rises(items), turns(items)
    share = len(chosen & stories.recent) / (len(stories.recent) or 1)
    with session.asking(ids.lang) as view:
        more = [_more(rise, stories, share, facets, view) for rise in found]
        sides = [_turned(turn.tag, stories, facets, view) for turn in turned[:MOST_TOLD]]
    return [each for each in more if each is not None][:MOST_TOLD], sides


def _stories(ids: BitMap, lang: str, latest: datetime, facets: Facets, view: "View") -> Stories:
    bounds = (latest - RECENT - FORMER, latest - RECENT, latest + timedelta(milliseconds=1))
    first, middle, end = (first_id_since(view, instant) for instant in bounds)
    firsts = (ids & BitMap(range(first, end))) - facets.get(view, ECHO)
    if not facets.language:
        firsts &= facets.get(view, ("lang", lang))
    return Stories(firsts & BitMap(range(middle, end)), firsts & BitMap(range(first, middle)))


def _chosen(ids: BitMap, most: int) -> BitMap:
    """Return at most so many of the ids, evenly spread."""
    count = len(ids)
    if count <= most:
        return ids
    every = list(ids)
    return BitMap([every[place * count // most] for place in range(most)])


def _items(chosen: BitMap, stories: Stories, session: Session, lang: str) -> Iterator[Item]:
    tags: dict[int, set[str]] = defaultdict(set)
    with session.beside() as view:
        rows = list(view.rows(list(chosen), lambda _: None))
        for some in batches(list(chosen & stories.recent)):
            for id, tag in view.tags(some):
                tags[id].add(tag.casefold())
    with session.asking(lang) as view:
        facets = session.facets_of(lang)
        estimated = facets.get(view, ESTIMATED)
        _add_tags(tags, chosen & stories.former, facets, view)
    for id, title, _, _, _, sentiment, source, *_ in rows:
        label = 0 if id in estimated else _LABELS.get(sentiment, 0)
        if isinstance(title, str):  # else it is damaged
            yield Item(id in stories.recent, source, title, tags[id], label)


def _add_tags(tags: dict[int, set[str]], former: BitMap, facets: Facets, view: "View") -> None:
    """Add the tags of former stories, of those that several recent ones have."""
    counts = Counter(tag for each in tags.values() for tag in each)
    several = [tag for tag, count in counts.items() if count >= FEWEST]
    facets.fetch(view, [("tag", tag) for tag in several])
    for tag in several:
        for id in facets.get(view, ("tag", tag)) & former:
            tags[id].add(tag)


def _more(rise: Rise, stories: Stories, share: float, facets: Facets, view: "View") -> More | None:
    """Return the numbers of all stories; None for a tag that is as usual among all.

    share: of the recent ones that were looked at.
    """
    if not rise.is_tag:
        return More(rise.name, False, round(rise.stories / share), rise.usual / share)
    bits = facets.get(view, ("tag", rise.name))
    recent, former = (int(bits.intersection_cardinality(each)) for each in stories)
    usual = expected(former, stories.ratio)
    if tail(recent, usual, TAGS) > FALSE_SHARE:
        return None
    return More(facets.name(view, ("tag", rise.name)), True, recent, usual)


def _turned(tag: str, stories: Stories, facets: Facets, view: "View") -> Turned:
    bits = facets.get(view, ("tag", tag)) - facets.get(view, ESTIMATED)
    positive, negative = (
        bits & facets.get(view, ("sentiment", name)) for name in ("positive", "negative")
    )
    now, was = (
        Pair(
            int(positive.intersection_cardinality(each)),
            int(negative.intersection_cardinality(each)),
        )
        for each in stories
    )
    return Turned(facets.name(view, ("tag", tag)), now, was)
