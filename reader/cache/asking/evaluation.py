"""Evaluate the filters of a `Query`, except words, with bitmaps and time bounds."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

from pyroaring import BitMap

from reader.cache.facets.index import DRAFT, ESTIMATED, FAVOURITE, LATER, PINNED, READ, Facets
from reader.query.language import Field, Query

if TYPE_CHECKING:
    from reader.cache.engine import View
    from reader.cache.values.facet_rows import Facet
from reader.cache.values.instants import END, milliseconds
from reader.cache.values.told import TOLD

_OF_ONE_LANGUAGE = {"estimated", *(facet[1] for facet in TOLD)}
"""States that an article may have without its twin."""

_SINGLE_VALUED = (Field.CATEGORY, Field.SENTIMENT, Field.SOURCE, Field.LANG)

_STATES = {
    "read": READ,
    "favourite": FAVOURITE,
    "later": LATER,
    "draft": DRAFT,
    "pinned": PINNED,
    "estimated": ESTIMATED,
    **{facet[1]: facet for facet in TOLD},
}


def filtered(query: Query, facets: Facets, view: "View", now: datetime) -> BitMap:
    """Return the ids that match all terms except words, which `words` evaluates.

    Drafts match only with `is:draft`. facets: of the query's language, if it has one. now: aware;
    ages count back from it.
    """
    facets.fetch(view, _facets_of(query))
    alternatives = [
        reduce(or_, (facets.get(view, (field, value)) for value in wanted))
        for field in _SINGLE_VALUED
        if (wanted := query.included(field))
        and not (field is Field.LANG and facets.language)  # the facets are restricted to it already
    ]
    if stories := query.included(Field.STORY):
        alternatives.append(_of_stories(stories, view) & facets.all(view))
    asks_for_drafts = "draft" in query.included(Field.IS)
    if alternatives:  # the set of all articles is large, and not needed
        bits = reduce(and_, alternatives)
        drafts = facets.get(view, DRAFT)
        bits = bits if asks_for_drafts or bits.isdisjoint(drafts) else bits - drafts
    else:
        bits = facets.all(view) if asks_for_drafts else facets.visible(view)
    bits = _facet_terms(bits, query, facets, view)
    return _within(bits, query.period(now), view)


def _facets_of(query: Query) -> "Iterator[Facet]":
    """Yield the facets that a query names, and the drafts, which most queries exclude."""
    yield DRAFT
    for field in _SINGLE_VALUED:
        for value in (*query.included(field), *query.excluded(field)):
            yield field, value
    for field, value, _ in _tags(query):
        yield field, value
    for value in (*query.included(Field.IS), *query.excluded(Field.IS)):
        yield _state(value)


def _tags(query: Query) -> Iterator[tuple[Field, str, bool]]:
    """Yield the tags that all must be there, and those that must not: field, name, excluded."""
    for term in query.terms:
        if term.field in (Field.TAG, Field.MYTAG):
            yield term.field, term.value, term.exclude


def language_of(query: Query) -> str:
    """Return the folded language of all matches, empty if they may have several."""
    languages = query.included(Field.LANG)
    return languages[0] if len(languages) == 1 else ""


def has_all_twins(query: Query) -> bool:
    """Return whether the query matches the first of each of the twins that it matches.

    Twins differ in language and words, and in what is known of their stories.
    """
    return not query.words and all(
        term.field not in (Field.LANG, Field.STORY)
        and not (term.field is Field.IS and term.value in _OF_ONE_LANGUAGE)
        for term in query.terms
    )


def _facet_terms(bits: BitMap, query: Query, facets: Facets, view: "View") -> BitMap:
    for field in _SINGLE_VALUED:
        for value in query.excluded(field):
            bits = bits - facets.get(view, (field, value))
    if stories := query.excluded(Field.STORY):
        bits = bits - _of_stories(stories, view)
    for field, value, is_excluded in _tags(query):
        bits = _keep(bits, facets.get(view, (field, value)), not is_excluded)
    for value in query.included(Field.IS):
        state = facets.get(view, _state(value))
        bits = _keep(bits, state, value != "unread")
    for value in query.excluded(Field.IS):
        bits = bits - facets.get(view, _state(value))
    return bits


def _of_stories(stories: Sequence[str], view: "View") -> BitMap:
    """Return the articles of stories, which have no facets: there are too many of them."""
    return view.ids_told([*map(int, stories)])


def _state(value: str) -> "Facet":
    return READ if value == "unread" else _STATES[value]


def _keep(bits: BitMap, facet: BitMap, include: bool) -> BitMap:
    return bits & facet if include else bits - facet


def _within(
    bits: BitMap,
    period: tuple[datetime | None, datetime | None],
    view: "View",
) -> BitMap:
    first, end = period
    if first is None and end is None:
        return bits
    bits = bits.copy()
    if first is not None:
        bits.remove_range(0, first_id_since(view, first))
    if end is not None:
        bits.remove_range(first_id_since(view, end), END)
    return bits


def first_id_since(view: "View", instant: datetime) -> int:
    """Return the lowest possible id of an article published at the instant or later."""
    last = view.last_before(milliseconds(instant))
    return 0 if last is None else last + 1
