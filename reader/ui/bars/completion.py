"""Complete the last term of a search line: names of fields, and values that occur. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from reader.query.language import NAMED, SENTIMENTS, STATES, Field, Term

TIMES = ("24h", "7d", "30d", "3w")
MOST = 8

Names = Callable[[Field], Mapping[str, int]]
"""Returns the values of a field and how many articles have each, most frequent first."""


class Completion(NamedTuple):
    """A completed term, and how many articles have it, if known."""

    term: str
    articles: int | None = None


def completions(line: str, names: Names, views: Iterable[str] = ()) -> list[Completion]:
    """Return completions of the last term, the best first; none for a word or after a space.

    views: names that are completed after `@`.
    """
    typed = last_term(line).removeprefix("-")
    if typed.startswith("@"):
        begun = typed[1:].casefold()
        found = (f"@{each}" for each in views if each.casefold().startswith(begun))
        return [Completion(each) for _, each in zip(range(MOST), found, strict=False)]
    name, colon, value = typed.partition(":")
    terms = _values(name.lower(), value, names) if colon else _fields(typed.lower())
    return [each for _, each in zip(range(MOST), terms, strict=False)]


def completed(line: str, term: str) -> str:
    """Return the line with the term in place of its last one, ready for the next."""
    last = last_term(line)
    minus = "-" if last.startswith("-") else ""
    return line[: len(line) - len(last)] + minus + term + ("" if term.endswith(":") else " ")


def last_term(line: str) -> str:
    """Return the last term with its minus and field; an open quote includes spaces.

    The parentheses that are opened before it do not belong to it.
    """
    start, is_quoted = 0, False
    for place, char in enumerate(line):
        if char == '"':
            is_quoted = not is_quoted
        elif is_quoted:
            continue
        elif char.isspace() or (char == "(" and line[start:place] in ("", "-")):
            start = place + 1
    return line[start:]


def _fields(typed: str) -> Iterator[Completion]:
    if typed:
        yield from (Completion(f"{field}:") for field in Field if field.startswith(typed))


def _values(name: str, value: str, names: Names) -> Iterator[Completion]:
    if name not in set(Field):
        return
    field, wanted = Field(name), value.strip('"').casefold()
    known: Mapping[str, int | None]
    if field in NAMED:
        known = names(field)
    else:
        fixed = {Field.IS: STATES, Field.SENTIMENT: SENTIMENTS}
        times = TIMES if field in (Field.AFTER, Field.BEFORE) else ()
        known = dict.fromkeys(fixed.get(field, times))
    folded = [(each.casefold(), each) for each in known]
    begin = [each for fold, each in folded if fold.startswith(wanted)]
    within = [each for fold, each in folded if wanted in fold and not fold.startswith(wanted)]
    for each in (*begin, *within):
        if each.casefold() != wanted:
            yield Completion(str(Term(field, each)), known[each])
