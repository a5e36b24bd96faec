"""A `Query` to the set of ids that match it: bitmaps for the facets, SQLite for words and time."""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime

from pyroaring import BitMap

from reader.article import EPOCH
from reader.cache.facets import ALL, DRAFT, FAVOURITE, PINNED, READ, Facet, Facets
from reader.query import Field, Query, Term

_SINGLE_VALUED = (Field.CATEGORY, Field.SENTIMENT, Field.SOURCE, Field.LANG)
_STATES = {"read": READ, "favourite": FAVOURITE, "draft": DRAFT, "pinned": PINNED}
_ALL_IDS = 1 << 32


def evaluate(query: Query, facets: Facets, db: sqlite3.Connection, now: datetime) -> BitMap:
    """Ids that match. Drafts only where `is:draft` asks. now: aware; ages count back from it."""
    bits = facets.get(db, ALL)
    if "draft" not in query.included(Field.IS):
        bits = bits - facets.get(db, DRAFT)
    bits = _facet_terms(bits, query, facets, db)
    bits = _within(bits, query.period(now), db)
    return _with_words(bits, query.words, db)


def _facet_terms(bits: BitMap, query: Query, facets: Facets, db: sqlite3.Connection) -> BitMap:
    for field in _SINGLE_VALUED:
        if wanted := query.included(field):
            bits = bits & BitMap.union(*(facets.get(db, (field, value)) for value in wanted))
        for value in query.excluded(field):
            bits = bits - facets.get(db, (field, value))
    for term in query.tags:
        bits = _keep(bits, facets.get(db, (Field.TAG, term.value)), not term.exclude)
    for value in query.included(Field.IS):
        state = facets.get(db, _state(value))
        bits = _keep(bits, state, value != "unread")
    for value in query.excluded(Field.IS):
        bits = bits - facets.get(db, _state(value))
    return bits


def _state(value: str) -> Facet:
    return READ if value == "unread" else _STATES[value]


def _keep(bits: BitMap, facet: BitMap, include: bool) -> BitMap:
    return bits & facet if include else bits - facet


def _within(
    bits: BitMap, period: tuple[datetime | None, datetime | None], db: sqlite3.Connection
) -> BitMap:
    first, end = period
    if first is None and end is None:
        return bits
    bits = bits.copy()
    if first is not None:
        bits.remove_range(0, first_id_since(db, first))
    if end is not None:
        bits.remove_range(first_id_since(db, end), _ALL_IDS)
    return bits


def first_id_since(db: sqlite3.Connection, instant: datetime) -> int:
    """The id of the first article published at that instant or later; past all ids where none is.

    Asked of the table, as an id alone may have been bumped over the bound.
    """
    row = db.execute(
        "SELECT id FROM articles WHERE published >= ? ORDER BY published, id LIMIT 1",
        (milliseconds(instant),),
    ).fetchone()
    return int(row[0]) if row else _ALL_IDS


def milliseconds(instant: datetime) -> int:
    """Since 1970, as the tables keep instants."""
    return int(instant.timestamp()) * 1000 + instant.microsecond // 1000


def from_milliseconds(value: int) -> datetime:
    return datetime.fromtimestamp(value // 1000, UTC).replace(microsecond=value % 1000 * 1000)


def id_second(published: int) -> int:
    """The id that milliseconds since 1970 would have, were it free."""
    return published // 1000 - int(EPOCH.timestamp())


def _with_words(bits: BitMap, words: Iterable[Term], db: sqlite3.Connection) -> BitMap:
    wanted = [match_phrase(term) for term in words if not term.exclude]
    if wanted:
        bits = bits & _matches(db, " AND ".join(wanted))
    for term in words:
        if term.exclude:
            bits = bits - _matches(db, match_phrase(term))
    return bits


def match_phrase(term: Term) -> str:
    """A term in FTS5's grammar: always one quoted phrase, so that nothing in it is an operator."""
    column = "title : " if term.field is Field.TITLE else ""
    phrase = term.value.replace('"', '""')
    return f'{column}"{phrase}"{" *" if term.prefix else ""}'


def _matches(db: sqlite3.Connection, expression: str) -> BitMap:
    found = db.execute("SELECT rowid FROM fulltext WHERE fulltext MATCH ?", (expression,))
    return BitMap([id for (id,) in found])
