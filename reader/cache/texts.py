"""Read rows of a list and whole articles, and look up articles by id and identity.

`questions` finds the articles that match a query.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pyroaring import BitMap

from reader.article import CHECK, Article, ArticleId, Identity, Row, Sentiment, check_digits
from reader.cache.facets.index import ESTIMATED, FAVOURITE, LATER, READ
from reader.cache.ids import Ids, batches
from reader.cache.marking import own_tags
from reader.cache.repair.mending import Mending
from reader.cache.session import Session
from reader.cache.twins import twins
from reader.cache.values.instants import END, from_milliseconds
from reader.cache.values.told import MOST, is_split, is_told_by_several
from reader.errors import ArticleAmbiguous, ArticleDamaged, ArticleNotFound, CacheDamaged

if TYPE_CHECKING:
    from reader.cache.values.told import Told

NEAR = 1_000
"""Distance from its former id within which an article is searched before all others."""

FIRST_TO_SEARCH = 100_000
"""Lower ids (early 2009) are not searched for: such a number is likelier an external id."""


class Texts:
    """Reads articles of the held moment. Raises CacheError."""

    def __init__(self, session: Session, damage: Mending) -> None:
        self._session = session
        self._damage = damage

    def rows(self, ids: Sequence[ArticleId], *, described: bool = False) -> list[Row]:
        """Return a row for each existing id, in the order of the ids.

        described: with the beginnings of their descriptions, where these can be read.
        """
        rows = self._rows(ids)
        if described:
            rows = self._described(rows)
        stories = {row.story for row in rows if row.story}
        if not stories:
            return rows
        found: list[Told] = []
        with suppress(CacheDamaged), self._session.asking() as view:  # can be listed without
            found += view.told_in(list(stories), first=MOST)
        return [*with_sources(rows, found)]

    def _described(self, rows: list[Row]) -> list[Row]:
        from reader.text import clean_line

        with self._session.asking() as view:
            texts = dict(view.descriptions([row.id for row in rows]))
        return [row._replace(description=clean_line(texts.get(row.id, ""))) for row in rows]

    def _rows(self, ids: Sequence[ArticleId]) -> list[Row]:
        """Return the same without the numbers of sources."""
        found: dict[ArticleId, Row] = {}
        failed: list[int] = []
        with self._session.asking() as view:
            facets = self._session.facets
            states = [facets.get(view, state) for state in (READ, FAVOURITE, LATER, ESTIMATED)]
            for values in view.rows(ids, failed.append):
                try:
                    found[values[0]] = _row(values, *states)
                except (ValueError, TypeError, OverflowError):
                    failed.append(values[0])
            if failed:
                from reader.cache.values.stored import row_values

                for values in row_values(view.documents(failed, lambda _: None)):
                    found[values[0]] = _row(values, *states)
        if failed:
            self._damage.mend_rows(
                [found[id].identity for id in map(ArticleId, failed) if id in found]
            )
            self._damage.note_unreadable({id for id in failed if id not in found})
        return [found[id] for id in ids if id in found]

    def article(self, id: ArticleId) -> Article | None:
        """Return the whole article; None for an unknown id. Raises ArticleDamaged."""
        found = self.whole(id)
        return found[1] if found else None

    def whole(self, id: ArticleId) -> tuple[Row, Article] | None:
        """Return the article with its row; None for an unknown id. Raises ArticleDamaged."""
        for found in self._articles([id], lambda _: None):
            return found
        for row in self.rows([id]):
            raise ArticleDamaged(row.reference, row.title)
        return None

    def articles(self, ids: Iterable[ArticleId]) -> Iterator[tuple[Row, Article]]:
        """Yield whole articles in the order of the ids, a few in memory at a time.

        Damaged articles are left out and reported to `Mending.tell`.
        """
        return self._articles(ids, self._damage.tell)

    def _articles(
        self, ids: Iterable[ArticleId], on_damage: Callable[[str], None]
    ) -> Iterator[tuple[Row, Article]]:
        for some in batches(list(ids)):
            rows = {row.id: self._with_own_tags(row) for row in self._rows(some)}
            with self._session.asking() as view:
                documents = view.documents(some, self._damage.note_broken)
            damaged = [rows[id] for id in some if id in rows and documents.get(id) is None]
            for row in self._damage.forgotten(damaged):
                on_damage(str(ArticleDamaged(row.reference, row.title)))
            for id in some:
                document = documents.get(id)
                if id in rows and document is not None:
                    yield self._damage.agreed(rows[id], document.article())

    def _with_own_tags(self, row: Row) -> Row:
        tags = own_tags(self._session, row.id)
        return row._replace(own_tags=tags) if tags else row

    # Lookups by reference, external id and identity.

    def resolve(self, wanted: str) -> ArticleId:
        """Return the article with a reference, or with an external id that only one article has.

        Raises ArticleNotFound, ArticleAmbiguous.
        """
        number = (
            int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) <= 16 else -1
        )
        if (id := self.with_reference(number, near=True)) is not None:
            return id
        found = self.with_external_id(wanted)
        if len(found) == 1:
            return found[0]
        if found:
            references = tuple(row.reference for row in self.rows(found))
            raise ArticleAmbiguous(wanted, references)
        if (id := self.with_reference(number)) is not None:
            return id
        raise ArticleNotFound(wanted)

    def with_external_id(self, external: str) -> Ids:
        """Return articles of that external id, in any language and of any source."""
        with self._session.asking() as view:
            return Ids(view.with_external(external))

    def with_reference(self, reference: int, *, near: bool = False) -> ArticleId | None:
        """Return the present id of the article with a reference; None if it is deleted.

        near: search only articles of about the same time, where it usually is.
        """
        id, digits = divmod(reference, CHECK)
        if id < (0 if near else FIRST_TO_SEARCH):
            return None
        first, last = (id - NEAR, id + NEAR) if near else (0, END)
        with self._session.asking() as view:
            about = view.between(first, last)
            found = [place for place, identity in about if check_digits(identity) == digits]
        return ArticleId(min(found, key=lambda place: abs(place - id))) if found else None

    def identity(self, id: ArticleId) -> Identity | None:
        """Return the identity of an article; None for an unknown id."""
        with self._session.asking() as view:
            return view.identities([id]).get(id)

    def with_identity(self, identity: Identity) -> ArticleId | None:
        """Return the present id of an article, also by a former identity; None if it is deleted."""
        with self._session.asking() as view:
            id = view.ids([identity]).get(identity)
            if id is None:
                id = view.former(identity)
            return None if id is None else ArticleId(id)

    def twins(self, id: ArticleId) -> list[ArticleId]:
        """Return the same article in other languages."""
        with self._session.asking() as view:
            return [ArticleId(twin) for _, twin in twins(view, [id])]


def with_sources(rows: Iterable[Row], told: "Iterable[Told]") -> Iterator[Row]:
    """Yield the rows, each with how many sources tell its story in its language.

    told: the articles of their stories. A row is without its story if one source at most tells it.
    """
    sources: dict[tuple[int, str], set[str]] = defaultdict(set)
    for each in told:
        sources[each.story, each.lang].add(each.source)
    for row in rows:
        count = len(sources[row.story, row.lang]) if row.story else 0
        if count > 1:
            yield row._replace(sources=count)
        else:
            yield row._replace(story=0, is_split=False) if row.story else row


def _row(
    values: tuple[Any, ...], read: BitMap, favourite: BitMap, later: BitMap, estimated: BitMap
) -> Row:
    id, title, published, lang, category, sentiment, source = values[:7]
    pinned, draft, flagged = map(bool, values[7:10])
    story, told = values[10:12]
    has_story = isinstance(story, int) and story > 0 and is_told_by_several(told)
    return Row(
        id=id,
        title=title,
        published=from_milliseconds(published),
        lang=lang,
        category=category,
        sentiment=Sentiment(sentiment),
        source=source,
        read=id in read,
        favourite=id in favourite,
        later=id in later,
        pinned=pinned,
        draft=draft,
        flagged=flagged,
        identity=Identity(*values[12:]),
        estimated=id in estimated,
        story=story if has_story else 0,
        is_split=has_story and is_split(told),
    )
