"""Split the text of a query into terms, parentheses and `OR`. Never raises."""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from reader.i18n import _
from reader.query.terms import NAME, Field, Pattern, Term

BEGUN_PATTERN = r"-?(?i:title:)?/(?![\s/])(?:\\.|[^\\/])*+\\?"
"""Matches all of a word that may become a regular expression."""

_LONGEST_PATTERN = 400
"""Characters and escapes of a regular expression; it may be refused for its length later."""

# Strings, compiled on first use. A slash ends an expression if the term ends behind it.
_OPEN = r"(-?)\("
_OR = r"OR(?=[\s()]|$)"
# Each place matches in one way alone, and none is possessive: early releases of Python 3.11 match
# possessive repetitions in groups wrongly.
_PATTERN = (
    r"(-?)(?i:(title):)?/(?![\s/])"
    r"((?:\\.|[^\\/]|/(?!\s|$%(end)s)|(?<=\s)/(?=\s|$%(end)s)){1,%(longest)d})/(?=\s|$%(end)s)"
)
_TERM = rf'(-?)(?:{NAME})?(?:"((?:[^"]+|"")*+)"?(\*?)|(%s))'
_WORD = r"\S*"
_WORD_IN_GROUP = r"(?:[^\s()]|\([^\s()]*+\))*+"  # it may have pairs of parentheses of its own


class Kind(Enum):
    """Kind of a token."""

    OPEN = auto()
    CLOSE = auto()
    OR = auto()
    TERM = auto()


class Token(NamedTuple):
    """A part of a query as it was typed, and its meaning."""

    kind: Kind
    typed: str
    exclude: bool = False
    """Whether a minus stands before a parenthesis."""
    term: Term | Pattern | None = None
    reason: str = ""
    """Why a term is not what it seems."""


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a cleaned text; terms that are not typed yet are left out."""
    depth = place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        token = _token(text, place, depth > 0)
        depth += (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE)
        place += len(token.typed)
        if token.kind is not Kind.TERM or token.term or token.reason:
            yield token


def _token(text: str, place: int, in_group: bool) -> Token:
    if opened := re.compile(_OPEN).match(text, place):
        return Token(Kind.OPEN, opened[0], bool(opened[1]))
    if in_group and text[place] == ")":
        return Token(Kind.CLOSE, ")")
    if re.compile(_OR).match(text, place):
        return Token(Kind.OR, "OR")
    end = r"|\)" if in_group else ""
    wanted = _PATTERN % {"end": end, "longest": _LONGEST_PATTERN}
    found = re.compile(wanted).match(text, place)
    if found:
        return _pattern(found)
    return _term(text, place, in_group)


def _pattern(found: "re.Match[str]") -> Token:
    minus, title, source = found.groups()
    try:
        return Token(Kind.TERM, found[0], term=Pattern(source, bool(title), bool(minus)))
    except ValueError as error:
        return Token(Kind.TERM, found[0], term=_words(source, bool(minus)), reason=str(error))


def _words(text: str, exclude: bool) -> Term | None:
    try:
        return Term(None, text, exclude)
    except ValueError:
        return None


def _term(text: str, place: int, in_group: bool) -> Token:
    found = re.compile(_TERM % (_WORD_IN_GROUP if in_group else _WORD)).match(text, place)
    assert found is not None  # noqa: S101 - the expression matches any text
    minus, name, quoted, star, word = found.groups()
    typed = found[0]
    value = word if quoted is None else quoted.replace('""', '"')
    stem = value.removesuffix("*") if quoted is None else value
    if not name and not stem:  # "-", "*" or a pair of quotes: not typed yet
        return Token(Kind.TERM, typed)
    try:
        term = Term(_field(name), stem, bool(minus), bool(star) or stem != value)
        return Token(Kind.TERM, typed, term=term)
    except ValueError as error:
        plain = Term(None, f"{name}:{value}", bool(minus)) if name else None
        return Token(Kind.TERM, typed, term=plain, reason=str(error))


def _field(name: str | None) -> Field | None:
    if name is None:
        return None
    try:
        return Field(name.lower())
    except ValueError:
        from reader.nearest import did_you_mean

        raise ValueError(
            _("no field `{name}`{hint}").format(
                name=name, hint=did_you_mean(name, Field, form="{}:")
            )
        ) from None
