"""The stories that several sources tell, of a set of articles."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pyroaring import BitMap

from reader.article import ArticleId
from reader.cache.facets.index import Facets
from reader.cache.ids import Ids, batches
from reader.cache.session import Session
from reader.cache.values.told import SPLIT, STORY, Told


class Story(NamedTuple):
    """A story that several sources tell, in one language."""

    number: int
    ids: Sequence[ArticleId]
    """The first article of each source, in the order of publication."""
    is_split: bool
    """Whether one source calls it positive and another negative."""


def stories(session: Session, ids: Ids, *, oldest_first: bool = False) -> Iterator[Story]:
    """Yield the stories of articles, that with the newest of these articles first.

    Articles beside these belong to a story as well, in the language of the article that is met
    first.
    """
    with session.asking() as view:
        facets: Facets = session.facets
        told, split = (facets.get(view, facet) for facet in (STORY, SPLIT))
        wanted = Ids(ids.bits & told)
    seen: set[int] = set()
    for some in batches(sorted(wanted) if oldest_first else list(wanted)):
        with session.asking() as view:
            rows = {row.id: row for row in view.told_of(some)}
            first = {rows[id].story: rows[id] for id in reversed(some) if id in rows}
            new = [rows[id].story for id in some if id in rows and rows[id].story not in seen]
            every: dict[int, list[Told]] = {}
            for row in sorted(view.told_in([*set(new)])):
                if row.lang == first[row.story].lang:
                    every.setdefault(row.story, []).append(row)
        for number in dict.fromkeys(new):
            seen.add(number)
            yield _story(number, every[number], split)


def _story(number: int, rows: Sequence[Told], split: BitMap) -> Story:
    firsts = {row.source: ArticleId(row.id) for row in reversed(rows)}
    return Story(number, sorted(firsts.values()), rows[0].id in split)
