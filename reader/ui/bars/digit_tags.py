"""Assign tags to the digits of the tag bar. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from reader.library import TagCount
from reader.query.language import Term

_DIGITS = range(1, 10)


class DigitTag(NamedTuple):
    """A tag under its digit. state: True if the query includes it, False if it excludes it."""

    digit: int
    tag: str
    articles: int | None
    """Number of articles, None while they are being counted."""
    state: bool | None = None


def assign_digits(
    named: Sequence[Term], counts: Sequence[TagCount], previous: Sequence[DigitTag] = ()
) -> tuple[DigitTag, ...]:
    """Return the tags of the bar, in order of their digits.

    named: the tag terms of the query, in the order in which they were added. Each keeps the digit
    that it had in the `previous` bar; one that had none takes the highest free digit. The other
    digits go, from 1 up, to the tags of `counts`, which come the best first. Tags compare
    without case; a tenth tag is left out.
    """
    had = {tag.tag.casefold(): tag.digit for tag in previous}
    names = {term.value: not term.exclude for term in named}
    counted = {entry.tag.casefold(): entry for entry in counts}
    places = {had[name]: name for name in names if name in had}
    free = [digit for digit in _DIGITS if digit not in places]
    for name in names:
        if name not in had and free:
            places[free.pop()] = name
    places |= zip(free, (name for name in counted if name not in names), strict=False)
    entries = (
        (digit, counted.get(name) or TagCount(name.upper(), 0), names.get(name))
        for digit, name in sorted(places.items())
    )
    return tuple(
        DigitTag(digit=digit, tag=entry.tag, articles=entry.articles, state=state)
        for digit, entry, state in entries
    )
