"""The query language: text to `Query` and back, and the steps by which a screen changes a `Query`.

Any text is a query: nothing raises, and a term that makes no sense is searched for as plain text
and named in a hint. The cache finds the articles, the screen paints the query.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Self

from reader.article import Sentiment
from reader.query.folding import has_words


class Field(StrEnum):
    """What a term may be about, in the words of the language."""

    TAG = "tag"
    MYTAG = "mytag"
    CATEGORY = "category"
    SENTIMENT = "sentiment"
    SOURCE = "source"
    LANG = "lang"
    IS = "is"
    STORY = "story"
    AFTER = "after"
    BEFORE = "before"
    TITLE = "title"


STATES = (
    *("unread", "read", "favourite", "later", "draft", "pinned", "estimated"),
    *("story", "echo", "split", "twin"),
)
"""Values of `is:`."""

NAMED = (Field.TAG, Field.MYTAG, Field.CATEGORY, Field.SOURCE, Field.LANG)
"""Fields whose values come from the articles."""

SENTIMENTS = tuple(sentiment.lower() for sentiment in Sentiment)
"""Values of `sentiment:`."""

_HOURS = {"h": 1, "d": 24, "w": 7 * 24}
_STORY_DIGITS = 18
"""A longer number does not fit into the cache."""

_OPPOSITE_STATE = {"read": "unread", "unread": "read"}
_OPPOSITE_BOUND = {Field.AFTER: Field.BEFORE, Field.BEFORE: Field.AFTER}

# `name:` is a field unless `//` follows: an address is a plain word.
_NAME = r"([A-Za-z]+):(?!//)"
_TERM = rf'(?=\S)(-?)(?:{_NAME})?(?:"((?:[^"]+|"")*+)"?(\*?)|(\S*))'  # compiled on first use
_CONTROLS = (*range(0x20), *range(0x7F, 0xA0))
_FORMATS = (*range(0x202A, 0x202F), *range(0x2066, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC))
_TAG_CHARACTERS = range(0xE0000, 0xE0080)
_NO_CHARACTERS = (
    *range(0xFDD0, 0xFDF0),
    *(plane | end for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF)),
)
_BREAKS = "\t\n\v\f\r\x85\u2028\u2029"
_UNWANTED = dict.fromkeys(
    (*_CONTROLS, *_FORMATS, *_TAG_CHARACTERS, *_NO_CHARACTERS)
) | dict.fromkeys(map(ord, _BREAKS), " ")
"""Characters that `text.clean` removes from every text: a query with one would find nothing."""


@dataclass(frozen=True, slots=True)
class Term:
    """One condition, in its normal form: terms that mean the same are equal.

    Values have no control characters and single spaces only; those of tag, mytag, category,
    sentiment, source, lang and is are case-folded; a story is its number; dates are local, or UTC
    if they end in `Z`. An excluded
    bound is the opposite bound and an unread article is one that is not read, so `after`, `before`
    and `is:read` are never excluded. prefix: in words and titles, the last word of `value` may go
    on.

    Raises ValueError, with a sentence, for a value that makes no sense for the field.
    """

    field: Field | None
    """None: free text, searched for in title, description and body."""
    value: str
    exclude: bool = False
    prefix: bool = False

    def __post_init__(self) -> None:
        field, value = self.field, _clean(self.value)
        if field not in (None, Field.TITLE):
            value = _clean(value.casefold())
        value = _checked(field, " ".join(value.split()), self.prefix)
        exclude = self.exclude
        if exclude and field is Field.IS and value in _OPPOSITE_STATE:
            value, exclude = _OPPOSITE_STATE[value], False
        elif exclude and field in _OPPOSITE_BOUND:
            field, exclude = _OPPOSITE_BOUND[field], False
        object.__setattr__(self, "field", field)
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "exclude", exclude)

    def __str__(self) -> str:
        name = f"{self.field}:" if self.field else ""
        value = self.value
        if not self._is_bare:
            value = '"' + value.replace('"', '""') + '"'
        return f"{'-' * self.exclude}{name}{value}{'*' * self.prefix}"

    @property
    def _is_bare(self) -> bool:
        """Return whether the value parses back to itself without quotes."""
        if " " in self.value or self.value.endswith("*") or self.value.startswith(('"', "-", "//")):
            return False
        return self.field is not None or not re.match(_NAME, self.value)


class Hint(NamedTuple):
    """A term that made no sense, as it was typed, and the reason, as a sentence."""

    term: str
    reason: str


@dataclass(frozen=True, slots=True)
class Query:
    """Terms that an article must all meet, in the order in which they were added.

    Several included values of category, sentiment, source, lang or story are alternatives; several
    tags must all be present, and own tags, too. No term occurs twice: of two terms that contradict
    each other (`tag:xrp -tag:xrp`) the later one replaces the earlier. Every method returns a new
    query, without the hints, which belong to the text that was parsed.
    """

    terms: tuple[Term, ...] = ()
    hints: tuple[Hint, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        latest = {(term.field, term.value, term.prefix): term for term in self.terms}
        object.__setattr__(self, "terms", tuple(latest.values()))

    def __str__(self) -> str:
        """Return the normal form, which parses back to this query."""
        return " ".join(map(str, self.terms))

    # For evaluation.

    def included(self, field: Field) -> tuple[str, ...]:
        """Return the included values of a field."""
        return tuple(t.value for t in self.terms if t.field is field and not t.exclude)

    def excluded(self, field: Field) -> tuple[str, ...]:
        """Return the excluded values of a field."""
        return tuple(t.value for t in self.terms if t.field is field and t.exclude)

    @property
    def words(self) -> tuple[Term, ...]:
        """Return the terms for full text: free text and titles."""
        return tuple(t for t in self.terms if t.field in (None, Field.TITLE))

    @property
    def tags(self) -> tuple[Term, ...]:
        """Return the tag terms, included and excluded."""
        return tuple(t for t in self.terms if t.field is Field.TAG)

    @property
    def is_about_marks(self) -> bool:
        """Return whether a mark, or a story that was decided, may change which articles match."""
        return any(t.field in (Field.IS, Field.MYTAG, Field.STORY) for t in self.terms)

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

    def with_term(self, term: Term) -> Self:
        """Return the query with the term added, replacing one that it contradicts."""
        return type(self)((*self.terms, term))

    def with_only(self, field: Field, value: str | None) -> Self:
        """Return the query with one value of the field; None: with all that are not excluded."""
        rest = tuple(t for t in self.terms if t.field is not field or t.exclude)
        return type(self)(rest if value is None else (*rest, Term(field, value)))

    def without(self, term: Term) -> Self:
        """Return the query without a term; the same query if it has no such term."""
        return type(self)(tuple(t for t in self.terms if t != term))

    def drop_last(self) -> Self:
        """Return the query without its last term; an empty query stays empty."""
        return type(self)(self.terms[:-1])


def parse(text: str) -> Query:
    """Parse any text. Never raises; the query's hints name terms that made no sense.

    A `"` inside quotes is written twice. A missing closing quote is taken to be at the end. Words
    without a letter or digit cannot be searched for and are left out.
    """
    terms: list[Term] = []
    hints: list[Hint] = []
    for typed, term, reason in _read(_clean(text)):
        if term:
            terms.append(term)
        if reason:
            hints.append(Hint(typed, reason))
    return Query(tuple(terms), tuple(hints))


def parse_typed(text: str, is_known: Callable[[Field, str], bool]) -> Query:
    """Parse a line that is being typed: its last term is incomplete.

    A last word is a prefix. A last `field:value` counts once such a value exists: half a tag or
    half a date does not empty the list. is_known: whether any article has that value of tag,
    category, source or lang.
    """
    read = list(_read(_clean(text)))
    if not read or not text.endswith(read[-1][0]):  # after a space, or after a lone minus
        return parse(text)
    typed, term, reason = read.pop()
    terms = [each for _, each, _ in read if each]
    hints = [Hint(each, why) for each, _, why in read if why]
    begins_field = re.match(_NAME, typed.removeprefix("-"))
    if begins_field and reason and begins_field[1].lower() in set(Field):
        term = None
    elif reason:
        hints.append(Hint(typed, reason))
    if term and term.field in NAMED and not is_known(term.field, term.value):
        term = None
    if term and term.field in (None, Field.TITLE) and not typed.endswith(('"', "*")):
        term = replace(term, prefix=True)
    return Query((*terms, term) if term else tuple(terms), tuple(hints))


def instant(value: str, now: datetime) -> datetime:
    """Return the instant of an `after` or `before` value, aware and UTC.

    now: aware; an age counts back from it. A date is in the system's time zone unless it ends in
    `Z`.
    """
    if not _is_age(value):
        return _in_utc(datetime.fromisoformat(value))
    try:
        age = timedelta(hours=int(value[:-1]) * _HOURS[value[-1]])
        return now.astimezone(UTC) - age
    except (OverflowError, ValueError):  # more digits than a date has, or than int() accepts
        return datetime.min.replace(tzinfo=UTC)


def _in_utc(when: datetime) -> datetime:
    """Return a naive local time as UTC; the first one of a time that clocks show twice.

    A time that clocks skip is moved on by the length of the skip.
    """
    try:
        instant = when.astimezone(UTC)
        if when.tzinfo or instant.astimezone().replace(tzinfo=None) == when:
            return instant
        # Which of the two a fold of 1 gives depends on the version of Python.
        return max(instant, when.replace(fold=1).astimezone(UTC))
    except (OverflowError, OSError, ValueError):  # within a day of the calendar's ends
        return when.replace(tzinfo=UTC)


def _read(text: str) -> Iterator[tuple[str, Term | None, str]]:
    """Yield each term as typed, its meaning, if any, and the reason if it is not what it seems."""
    for match in re.finditer(_TERM, text):
        minus, name, quoted, star, word = match.groups()
        exclude = bool(minus)
        value = word if quoted is None else quoted.replace('""', '"')
        stem = value.removesuffix("*") if quoted is None else value
        if not name and not stem:  # "-", "*" or a pair of quotes: not typed yet
            continue
        try:
            yield match[0], Term(_field(name), stem, exclude, bool(star) or stem != value), ""
        except ValueError as error:
            plain = Term(None, f"{name}:{value}", exclude) if name else None
            yield match[0], plain, str(error)


def _field(name: str | None) -> Field | None:
    if name is None:
        return None
    try:
        return Field(name.lower())
    except ValueError:
        raise ValueError(f"no field `{name}`") from None


def _checked(field: Field | None, value: str, prefix: bool) -> str:
    """Return the value in the field's own words. Raises ValueError for an impossible value."""
    if field in (None, Field.TITLE):
        if not has_words(value):
            raise ValueError(f"`{value}` has no letter or digit to search for")
        return value
    if not value:
        raise ValueError(f"`{field}:` has no value")
    if prefix:
        raise ValueError(f"`{field}:` takes no `*`")
    if field in (Field.AFTER, Field.BEFORE):
        return _time(value)
    if field is Field.SENTIMENT and value not in SENTIMENTS:
        raise ValueError(f"`{value}` is not a sentiment ({', '.join(SENTIMENTS)})")
    if field is Field.IS:
        value = "favourite" if value == "favorite" else value
        if value not in STATES:
            raise ValueError(f"`{value}` is not a state ({', '.join(STATES)})")
    return _story(value) if field is Field.STORY else value


def _story(value: str) -> str:
    """Return the number of a story without leading zeros."""
    number = value.lstrip("0")
    if not (number.isascii() and number.isdecimal() and len(number) <= _STORY_DIGITS):
        raise ValueError(
            f"`{value}` is not the number of a story (`cryptoread stories` lists them)"
        )
    return number


def _time(value: str) -> str:
    """Return an age without leading zeros, or a date with its time unless that is midnight.

    A time with an offset is written in UTC with a `Z`; others stay local.
    """
    if _is_age(value):
        return value.lstrip("0").rjust(2, "0")
    try:
        when = datetime.fromisoformat(value.upper())
        when = when.astimezone(UTC) if when.tzinfo else when
    except (ValueError, OverflowError):
        raise ValueError(
            f"`{value}` is not a date, time or age (2025-11-01, 2025-11-01T10:00, 24h, 7d, 3w)"
        ) from None
    zone = "Z" if when.tzinfo else ""
    if not (zone or when.hour or when.minute or when.second):
        return when.date().isoformat()
    time = when.replace(tzinfo=None).isoformat(timespec="seconds").removesuffix(":00")
    return f"{time}{zone}"


def _is_age(value: str) -> bool:
    number, unit = value[:-1], value[-1:]
    return unit in _HOURS and number.isascii() and number.isdecimal()


def _clean(text: str) -> str:
    """Return the text in NFC, without controls, bidi overrides and lone surrogates."""
    text = text.translate(_UNWANTED)
    if text.isascii():
        return text
    from unicodedata import normalize

    return normalize("NFC", text.encode("utf-8", "ignore").decode())
