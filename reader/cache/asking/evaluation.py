"""Evaluate the filters of a `Query` with bitmaps and time bounds; words and texts come later."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, NamedTuple

from pyroaring import BitMap

from reader.cache.facets.index import DRAFT, ESTIMATED, FAVOURITE, LATER, PINNED, READ, Facets
from reader.query.language import Field, Pattern, Query, Term

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


class Wanted(NamedTuple):
    """What the facets leave of a query, and what has to be looked up among these articles."""

    bits: BitMap
    words: tuple[Term, ...] = ()
    groups: tuple[tuple[bool, tuple["Wanted", ...]], ...] = ()
    """Whether each is excluded, and its branches."""
    patterns: tuple[Pattern, ...] = ()

    @property
    def reads_texts(self) -> bool:
        """Return whether texts have to be read, for a regular expression."""
        branches = (branch for _, branches in self.groups for branch in branches)
        return bool(self.patterns) or any(branch.reads_texts for branch in branches)


def filtered(query: Query, facets: Facets, view: "View", now: datetime) -> BitMap:
    """Return the ids that match a query without words and expressions, else some more of them.

    facets: of the query's language, if it has one. now: aware; ages count back from it.
    """
    return wanted(query, facets, view, now).bits


def wanted(query: Query, facets: Facets, view: "View", now: datetime) -> Wanted:
    """Return the ids that match all terms except words and expressions, and those.

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
    asks_for_drafts = query.finds_drafts
    if alternatives:  # the set of all articles is large, and not needed
        bits = reduce(and_, alternatives)
        drafts = facets.get(view, DRAFT)
        bits = bits if asks_for_drafts or bits.isdisjoint(drafts) else bits - drafts
    else:
        bits = facets.all(view) if asks_for_drafts else facets.visible(view)
    return _narrowed(bits, query, facets, view, now)


def _branch(bits: BitMap, query: Query, facets: Facets, view: "View", now: datetime) -> Wanted:
    """Evaluate a query of a group among some ids."""
    for field in _SINGLE_VALUED:
        if values := query.included(field):
            bits = bits & reduce(or_, (facets.get(view, (field, value)) for value in values))
    if stories := query.included(Field.STORY):
        bits = bits & _of_stories(stories, view)
    return _narrowed(bits, query, facets, view, now)


def _narrowed(bits: BitMap, query: Query, facets: Facets, view: "View", now: datetime) -> Wanted:
    bits = _within(_facet_terms(bits, query, facets, view), query.period(now), view)
    looked_up: list[tuple[bool, tuple[Wanted, ...]]] = []
    for group in query.groups:
        branches = tuple(_branch(bits, each, facets, view, now) for each in group.branches)
        if any(branch.words or branch.groups or branch.patterns for branch in branches):
            looked_up.append((group.exclude, branches))
        else:
            found = BitMap.union(BitMap(), *(branch.bits for branch in branches))
            bits = _keep(bits, found, not group.exclude)
    looked_up.sort(key=lambda each: any(branch.reads_texts for branch in each[1]))
    return Wanted(bits, query.words, tuple(looked_up), query.patterns)


def _facets_of(query: Query) -> "Iterator[Facet]":
    """Yield the facets that a query names, and the drafts, which most queries exclude."""
    yield DRAFT
    for term in query.each():
        if not isinstance(term, Term) or term.field is None:
            continue
        if term.field in _SINGLE_VALUED or term.field in (Field.TAG, Field.MYTAG):
            yield term.field, term.value
        elif term.field is Field.IS:
            yield _state(term.value)


def _tags(query: Query) -> Iterator[tuple[Field, str, bool]]:
    """Yield the tags that all must be there, and those that must not: field, name, excluded."""
    for term in query.terms:
        if isinstance(term, Term) and term.field in (Field.TAG, Field.MYTAG):
            yield term.field, term.value, term.exclude


def language_of(query: Query) -> str:
    """Return the folded language of all matches, empty if they may have several."""
    languages = query.included(Field.LANG)
    return languages[0] if len(languages) == 1 else ""


def has_all_twins(query: Query) -> bool:
    """Return whether the query matches the first of each of the twins that it matches.

    Twins differ in language and words, and in what is known of their stories.
    """
    return not query.is_looked_up and all(
        isinstance(term, Term)
        and term.field not in (Field.LANG, Field.STORY)
        and not (term.field is Field.IS and term.value in _OF_ONE_LANGUAGE)
        for term in query.each()
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


def first_ids_since(view: "View", instants: Iterable[datetime]) -> list[int]:
    """Return the same for several instants, in their order."""
    found = view.last_before_each([milliseconds(instant) for instant in instants])
    return [0 if last is None else last + 1 for last in found]
