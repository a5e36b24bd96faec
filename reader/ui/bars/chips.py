"""Format a term of the query for the tag bar. Pure."""

from enum import StrEnum
from typing import NamedTuple

from reader.article import Sentiment
from reader.query.language import Condition, Field, Term

MINUS = "\N{MINUS SIGN}"


class ChipKind(StrEnum):
    """Kind of a term, which decides the colour of its chip."""

    INCLUDED = "included"
    EXCLUDED = "excluded"
    POSITIVE = "positive"
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    UNRATED = "unrated"
    OTHER = "other"


class Chip(NamedTuple):
    """A term of the query as it is shown."""

    text: str
    kind: ChipKind
    term: Condition


def chip(term: Condition) -> Chip:
    """Return `+XRP`, `−MARKET`, `▼`, `en`, `"spot etf"`; other terms as they are typed."""
    sign = MINUS if term.exclude else ""
    if not isinstance(term, Term):
        text = sign + str(term).removeprefix("-")
        return Chip(text, ChipKind.EXCLUDED if term.exclude else ChipKind.OTHER, term)
    kind = ChipKind.OTHER
    match term.field:
        case Field.TAG:
            kind = ChipKind.INCLUDED
            text = (sign or "+") + term.value.upper()
        case Field.SENTIMENT:
            kind = ChipKind(term.value)
            text = sign + Sentiment(term.value.upper()).glyph
        case Field.LANG:
            text = sign + term.value
        case None:
            text = f'{sign}"{term.value}"{"*" * term.prefix}'
        case _:
            text = sign + str(term).removeprefix("-")
    return Chip(text=text, kind=ChipKind.EXCLUDED if term.exclude else kind, term=term)
