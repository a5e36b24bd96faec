"""Queries: terms that an article must all meet, and the steps by which a screen changes them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import NamedTuple, Self

from reader.query.terms import ALTERNATIVES, OF_STORIES, Field, Pattern, Term, instant


class Hint(NamedTuple):
    """A term that made no sense, as it was typed, and the reason, as a sentence."""

    term: str
    reason: str


@dataclass(frozen=True, slots=True)
class Group:
    """Queries in parentheses: an article must meet any of them, or none if `exclude`.

    `grouped` makes them in their normal form.
    """

    branches: tuple["Query", ...]
    exclude: bool = False

    def __str__(self) -> str:
        return f"{'-' * self.exclude}({' OR '.join(map(str, self.branches))})"

    @property
    def subject(self) -> object:
        """Return what the group is about: two with the same one contradict each other."""
        return Group, self.branches


Condition = Term | Pattern | Group


def grouped(branches: Iterable["Query"], *, exclude: bool = False) -> tuple[Condition, ...]:
    """Return the conditions that are met by what meets any of the queries, or by all others.

    Empty queries are left out, and parentheses that change nothing.
    """
    parts: dict[Query, None] = {}
    for branch in branches:
        match branch.terms:
            case ():
                continue
            case (Group(exclude=False) as only,):
                parts |= dict.fromkeys(only.branches)
            case _:
                parts[replace(branch, hints=())] = None
    if len(parts) == 1:
        (only_part,) = parts
        if exclude and len(only_part.terms) == 1:
            alone = _inverse(only_part.terms[0])
        else:
            alone = () if exclude else only_part.terms
        if alone and not any(map(_has_alternatives, alone)):
            return alone
    return (Group(tuple(parts), exclude),) if parts else ()


def _inverse(condition: Condition) -> tuple[Condition, ...]:
    if isinstance(condition, Group):
        return grouped(condition.branches, exclude=not condition.exclude)
    return (condition.inverse,)


def _has_alternatives(condition: Condition) -> bool:
    """Return whether beside another value of its field the condition would mean less."""
    return isinstance(condition, Term) and condition.field in ALTERNATIVES and not condition.exclude


@dataclass(frozen=True, slots=True)
class Query:
    """Terms that an article must all meet, in the order in which they were added.

    Several included values of category, sentiment, source, lang or story are alternatives; several
    tags must all be present, and own tags, too. No term occurs twice: of two terms that contradict
    each other (`tag:xrp -tag:xrp`) the later one replaces the earlier. Every method returns a new
    query, without the hints, which belong to the text that was parsed.
    """

    terms: tuple[Condition, ...] = ()
    hints: tuple[Hint, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        latest = {term.subject: term for term in self.terms}
        object.__setattr__(self, "terms", tuple(latest.values()))

    def __str__(self) -> str:
        """Return the normal form, which parses back to this query."""
        return " ".join(map(str, self.terms))

    # For evaluation.

    def included(self, field: Field) -> tuple[str, ...]:
        """Return the included values of a field."""
        return tuple(t.value for t in self._plain if t.field is field and not t.exclude)

    def excluded(self, field: Field) -> tuple[str, ...]:
        """Return the excluded values of a field."""
        return tuple(t.value for t in self._plain if t.field is field and t.exclude)

    @property
    def _plain(self) -> Iterator[Term]:
        return (term for term in self.terms if isinstance(term, Term))

    @property
    def words(self) -> tuple[Term, ...]:
        """Return the terms for full text: free text and titles, without those of groups."""
        return tuple(t for t in self._plain if t.is_words)

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """Return the regular expressions, without those of groups."""
        return tuple(t for t in self.terms if isinstance(t, Pattern))

    @property
    def groups(self) -> tuple[Group, ...]:
        """Return the groups, without those within groups."""
        return tuple(t for t in self.terms if isinstance(t, Group))

    @property
    def tags(self) -> tuple[Term, ...]:
        """Return the tag terms, included and excluded."""
        return tuple(t for t in self._plain if t.field is Field.TAG)

    def each(self) -> Iterator[Term | Pattern]:
        """Yield all terms and expressions, those of groups too; inverted if a group excludes."""
        for term in self.terms:
            if isinstance(term, Group):
                every = chain.from_iterable(branch.each() for branch in term.branches)
                yield from (each.inverse for each in every) if term.exclude else every
            else:
                yield term

    @property
    def is_about_marks(self) -> bool:
        """Return whether a mark, or a story that was decided, may change which articles match."""
        return self._names(Field.IS, Field.MYTAG, Field.STORY)

    @property
    def is_about_stories(self) -> bool:
        """Return whether which articles match depends on decided stories."""
        return any(
            isinstance(term, Term)
            and (term.field is Field.STORY or (term.field is Field.IS and term.value in OF_STORIES))
            for term in self.each()
        )

    @property
    def is_about_time(self) -> bool:
        """Return whether which articles match may change with the time."""
        return self._names(Field.AFTER, Field.BEFORE)

    def _names(self, *fields: Field) -> bool:
        return any(isinstance(t, Term) and t.field in fields for t in self.each())

    def asks_for(self, field: Field) -> bool:
        """Return whether a value of the field is included, in groups too."""
        terms = (term for term in self.each() if isinstance(term, Term))
        return any(term.field is field and not term.exclude for term in terms)

    @property
    def finds_drafts(self) -> bool:
        """Return whether the query asks for drafts, anywhere."""
        return Term(Field.IS, "draft") in self.each()

    @property
    def lookups(self) -> tuple[Term, ...]:
        """Return all words that have to be looked up, those of groups too, excluded or not."""
        return tuple(t for t in self.each() if isinstance(t, Term) and t.is_words)

    @property
    def sought(self) -> tuple[Term | Pattern, ...]:
        """Return the words and expressions an article may have to match, those of groups too."""
        asked = (t for t in self.each() if isinstance(t, Pattern) or t.is_words)
        return tuple(term for term in asked if not term.exclude)

    @property
    def has_patterns(self) -> bool:
        """Return whether texts have to be read, for a regular expression."""
        return any(isinstance(each, Pattern) for each in self.each())

    @property
    def is_looked_up(self) -> bool:
        """Return whether words or texts have to be looked up."""
        return bool(self.lookups) or self.has_patterns

    def period(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """Return the first instant that matches and the first after it that does not; None if open.

        now: aware; ages count back from it.
        """
        after = [instant(value, now) for value in self.included(Field.AFTER)]
        before = [instant(value, now) for value in self.included(Field.BEFORE)]
        return max(after, default=None), min(before, default=None)

    # For key presses.

    def tag_state(self, name: str) -> bool | None:
        """Return True for an included tag, False for an excluded one, None for any other."""
        value = Term(Field.TAG, name).value
        return next((not term.exclude for term in self.tags if term.value == value), None)

    def cycle_tag(self, name: str) -> Self:
        """Return the query with the tag absent, then included, then excluded, then absent."""
        term = Term(Field.TAG, name)
        match self.tag_state(name):
            case None:
                return self.with_term(term)
            case True:
                return self.with_term(replace(term, exclude=True))
            case False:
                return self.without(replace(term, exclude=True))

    def with_term(self, term: Condition) -> Self:
        """Return the query with the term added, replacing one that it contradicts."""
        return type(self)((*self.terms, term))

    def with_only(self, field: Field, value: str | None) -> Self:
        """Return the query with one value of the field; None: with all that are not excluded."""
        rest = tuple(
            t for t in self.terms if not isinstance(t, Term) or t.field is not field or t.exclude
        )
        return type(self)(rest if value is None else (*rest, Term(field, value)))

    def without(self, term: Condition) -> Self:
        """Return the query without a term; the same query if it has no such term."""
        return type(self)(tuple(t for t in self.terms if t != term))

    def drop_last(self) -> Self:
        """Return the query without its last term; an empty query stays empty."""
        return type(self)(self.terms[:-1])
