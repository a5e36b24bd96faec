"""The query language: text to `Query` and back.

Any text is a query: nothing raises, and a term that makes no sense is searched for as plain text
and named in a hint. The cache finds the articles, the screen paints the query.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from reader.i18n import _
from reader.query.queries import Condition as Condition
from reader.query.queries import Group as Group
from reader.query.queries import Hint as Hint
from reader.query.queries import Query as Query
from reader.query.queries import grouped
from reader.query.terms import NAME, clean
from reader.query.terms import NAMED as NAMED
from reader.query.terms import SENTIMENTS as SENTIMENTS
from reader.query.terms import STATES as STATES
from reader.query.terms import Field as Field
from reader.query.terms import Pattern as Pattern
from reader.query.terms import Term as Term
from reader.query.terms import instant as instant

if TYPE_CHECKING:
    from reader.query.lexing import Token

MOST_DEPTH = 8
"""Groups within groups; further parentheses are left out."""


def parse(text: str) -> Query:
    """Parse any text. Never raises; the query's hints name terms that made no sense.

    A `"` inside quotes is written twice. A missing closing quote or parenthesis is taken to be at
    the end. Words without a letter or digit cannot be searched for and are left out.
    """
    from reader.query.lexing import tokens

    return _built(tokens(clean(text)))


def parse_typed(text: str, is_known: Callable[[Field, str], bool]) -> Query:
    """Parse a line that is being typed: its last term is incomplete.

    A last word is a prefix. A last `field:value` counts once such a value exists: half a tag or
    half a date does not empty the list; a regular expression, and what follows it, counts once it
    is closed. is_known: whether any article has that value of tag, category, source or lang.
    """
    from reader.query.lexing import Kind, tokens

    every = list(tokens(clean(text)))
    read = list(takewhile(lambda token: not _begins_pattern(token), every))
    if not read or len(read) < len(every):
        return _built(read)
    if read[-1].kind is not Kind.TERM or not text.endswith(read[-1].typed):
        return _built(read)  # after a space, after a parenthesis, or after a lone minus
    return _built([*read[:-1], *_typed_so_far(read[-1], is_known)])


def _begins_pattern(token: "Token") -> bool:
    from reader.query.lexing import BEGUN_PATTERN

    is_word = isinstance(token.term, Term) and token.term.is_words
    return is_word and re.fullmatch(BEGUN_PATTERN, token.typed) is not None


def _typed_so_far(last: "Token", is_known: Callable[[Field, str], bool]) -> "Iterator[Token]":
    """Yield what is known of the last term while it is typed, if anything."""
    term = last.term
    typed = last.typed.removeprefix("-")
    begins_field = re.match(NAME, typed)
    if begins_field and last.reason and begins_field[1].lower() in set(Field):
        return
    if isinstance(term, Term):
        if term.field in NAMED and not is_known(term.field, term.value):
            return
        if term.is_words and not typed.endswith(('"', "*")):
            term = replace(term, prefix=True)
    yield last._replace(term=term)


class _Open:
    """A group that is being read; the outermost one is the query."""

    def __init__(self, exclude: bool = False) -> None:
        self.exclude = exclude
        self._branches: list[list[Condition]] = [[]]

    def add(self, *conditions: Condition) -> None:
        """Add to what stands after the last `OR`."""
        self._branches[-1] += conditions

    def begin_branch(self) -> None:
        """Begin what stands after an `OR`."""
        self._branches.append([])

    def close(self) -> tuple[Condition, ...]:
        """Return the conditions of the group."""
        return grouped(map(Query, map(tuple, self._branches)), exclude=self.exclude)

    def query(self, hints: Iterable[Hint]) -> Query:
        """Return the query, of the outermost group."""
        some = [conditions for conditions in self._branches if conditions]
        return Query(tuple(some[0]) if len(some) == 1 else self.close(), tuple(hints))


class _Groups:
    """The groups that are open at a place of the text, the outermost first."""

    def __init__(self) -> None:
        self._opened = [_Open()]
        self._too_deep = 0
        """Parentheses that are left out."""

    @property
    def innermost(self) -> _Open:
        """Return the group that a term belongs to."""
        return self._opened[-1]

    def open(self, exclude: bool) -> bool:
        """Open a group; return False for the first that would be too deep."""
        if len(self._opened) <= MOST_DEPTH:
            self._opened.append(_Open(exclude))
            return True
        self._too_deep += 1
        return self._too_deep > 1

    def close(self) -> None:
        """Close the innermost group."""
        if self._too_deep:
            self._too_deep -= 1
        else:
            closed = self._opened.pop()
            self.innermost.add(*closed.close())

    def query(self, hints: Iterable[Hint]) -> Query:
        """Close all groups and return the query."""
        self._too_deep = 0
        while len(self._opened) > 1:
            self.close()
        return self.innermost.query(hints)


def _built(read: "Iterable[Token]") -> Query:
    from reader.query.lexing import Kind

    groups, hints = _Groups(), list[Hint]()
    for token in read:
        match token.kind:
            case Kind.OPEN:
                if not groups.open(token.exclude):
                    hints.append(
                        Hint(
                            token.typed,
                            _("groups stand at most {number} deep").format(number=MOST_DEPTH),
                        )
                    )
            case Kind.CLOSE:
                groups.close()
            case Kind.OR:
                groups.innermost.begin_branch()
            case Kind.TERM if token.term:
                groups.innermost.add(token.term)
        if token.reason:
            hints.append(Hint(token.typed, token.reason))
    return groups.query(hints)
