"""Articles about the same as another: found by the rarest words of its title, ranked by terms."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from pyroaring import BitMap

from reader.article import ArticleId
from reader.cache.questions import Questions
from reader.cache.session import Session
from reader.cache.twins import twins
from reader.cache.values.told import Told
from reader.insight.related import nearest, rarest_words
from reader.insight.vectors import first_paragraph, vector
from reader.query.language import Field, Query, Term

if TYPE_CHECKING:
    from reader.cache.engine import View

MOST = 5
"""Related articles of one article."""

NEWEST = 2_000
"""Articles with any of the words that are looked at, the newest."""

RANKED = 100
"""Those of them whose texts are read: the ones with the most and the rarest of the words."""

_ENGLISH = ("en", "")


def related(
    session: Session, questions: Questions, id: ArticleId, now: datetime
) -> list[ArticleId]:
    """Return at most `MOST` articles about the same, the most alike first, one of each story.

    Not those of its own story. Terms are English: for another language they are found for the
    English twin, and returned as twins in that language where there are any.
    """
    with session.asking() as view:
        told = {row.id: row for row in view.told_of([id, *_twins(view, [id])])}
        if id not in told:
            return []
        lang = told[id].lang
        english = [row for row in told.values() if row.lang in _ENGLISH]
        one = told[id] if lang in _ENGLISH else next(iter(english), None)
    if one is None:
        return []
    found = _related(session, questions, one, now)
    if one.id == id:
        return found
    with session.asking() as view:
        in_language = {one: twin for one, twin, of in _twins_in(view, found) if of == lang}
    return [in_language.get(each, each) for each in found]


def _twins(view: "View", ids: Sequence[int]) -> list[int]:
    return [twin for _, twin in twins(view, ids)]


def _twins_in(view: "View", ids: Sequence[int]) -> Iterator[tuple[int, ArticleId, str]]:
    """Yield each article with a twin and its language."""
    pairs = twins(view, ids)
    langs = {row.id: row.lang for row in view.told_of([twin for _, twin in pairs])}
    for one, twin in pairs:
        yield one, ArticleId(twin), langs.get(twin, "")


def _related(session: Session, questions: Questions, one: Told, now: datetime) -> list[ArticleId]:
    with session.asking() as view:
        own = {one.id, *(row.id for row in view.told_in([one.story]) if one.story)}
        titles = [title for _, title, _, _ in view.texts([one.id])]
    words = rarest_words(titles[0]) if titles else {}
    lang = (Term(Field.LANG, one.lang),) if one.lang else ()
    having: dict[str, BitMap] = {}
    every = BitMap()
    for word in words:
        having[word] = questions.find(Query((*lang, Term(None, word))), now).bits - BitMap(own)
        every |= having[word]
        if len(every) >= NEWEST:  # the words that are left are frequent, and slow to look up
            break
    some = _likely(every, having, words)
    with session.asking() as view:
        vectors = dict(_vectors(view, [one.id, *some]))
        wanted = vectors.pop(one.id, {})
        found = nearest(wanted, vectors.items())
        story = dict(view.stories_of(found))
    return [ArticleId(id) for id in islice(_one_of_each(found, story), MOST)]


def _likely(every: BitMap, having: Mapping[str, BitMap], weights: Mapping[str, float]) -> list[int]:
    """Return the articles that have the most and the rarest of the words, the newest first."""
    newest = sorted(every[-NEWEST:], reverse=True)
    newest.sort(key=lambda id: -sum(weights[word] for word, bits in having.items() if id in bits))
    return newest[:RANKED]


def _vectors(view: "View", ids: Sequence[int]) -> Iterator[tuple[int, dict[str, float]]]:
    for id, title, description, body in view.texts(ids):
        yield id, vector(title, first_paragraph(body, description or ""))


def _one_of_each(ids: Iterable[int], story: Mapping[int, int]) -> Iterator[int]:
    """Yield the first article of each story, and each without a story."""
    seen: set[int] = set()
    for id in ids:
        number = story.get(id, 0)
        if not number or number not in seen:
            seen.add(number)
            yield id
