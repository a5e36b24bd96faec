"""The single conditions of a query: fields and their values in their normal forms, expressions."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Self

from reader.article import Sentiment
from reader.i18n import _
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


OF_STORIES = ("story", "echo", "split", "twin")
"""Values of `is:` that are decided after an article was stored."""

STATES = (
    *("unread", "read", "favourite", "later", "draft", "pinned", "estimated"),
    *OF_STORIES,
)
"""Values of `is:`."""

NAMED = (Field.TAG, Field.MYTAG, Field.CATEGORY, Field.SOURCE, Field.LANG)
"""Fields whose values come from the articles."""

ALTERNATIVES = (Field.CATEGORY, Field.SENTIMENT, Field.SOURCE, Field.LANG, Field.STORY)
"""Fields whose included values are alternatives."""

SENTIMENTS = tuple(sentiment.lower() for sentiment in Sentiment)
"""Values of `sentiment:`."""

_HOURS = {"h": 1, "d": 24, "w": 7 * 24}
_STORY_DIGITS = 18
"""A longer number does not fit into the cache."""

_OPPOSITE_STATE = {"read": "unread", "unread": "read"}
_OPPOSITE_BOUND = {Field.AFTER: Field.BEFORE, Field.BEFORE: Field.AFTER}

# `name:` is a field unless `//` follows: an address is a plain word.
NAME = r"([A-Za-z]+):(?!//)"
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
        field, value = self.field, clean(self.value)
        if field not in (None, Field.TITLE):
            value = clean(value.casefold())
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
        if self.value.endswith("*") or self.value.startswith(('"', "-", "//")):
            return False
        if any(char in self.value for char in " ()"):
            return False
        if self.field in (None, Field.TITLE) and self.value.startswith("/"):
            return False
        return self.field is not None or not (self.value == "OR" or re.match(NAME, self.value))

    @property
    def is_words(self) -> bool:
        """Return whether the value is looked up in the full-text index."""
        return self.field in (None, Field.TITLE)

    @property
    def subject(self) -> object:
        """Return what the term is about: two terms with the same one contradict each other."""
        return self.field, self.value, self.prefix

    @property
    def inverse(self) -> Self:
        """Return the term that finds all other articles."""
        return replace(self, exclude=not self.exclude)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression, searched for in title, description and body, or in titles alone.

    Raises ValueError, with a sentence, for one that cannot be searched for.
    """

    value: str
    in_titles: bool = False
    exclude: bool = False

    def __post_init__(self) -> None:
        value = re.sub(r"\\(.)", _without_slash, clean(self.value), flags=re.DOTALL)
        if not value or value != value.strip():
            raise ValueError(_("a regular expression begins and ends with other than a space"))
        from reader.query.patterns import compiled

        compiled(value)
        object.__setattr__(self, "value", value)

    def matches(self, texts: Iterable[str | None]) -> bool:
        """Return whether any of an article's texts has a match, whether or not it is excluded."""
        from reader.query.patterns import compiled

        return compiled(self.value)(texts)

    def __str__(self) -> str:
        name = f"{Field.TITLE}:" if self.in_titles else ""
        source = re.sub(r"\\.|/", _with_slash, self.value)
        return f"{'-' * self.exclude}{name}/{source}/"

    @property
    def subject(self) -> object:
        """Return what the pattern is about: two with the same one contradict each other."""
        return Pattern, self.in_titles, self.value

    @property
    def inverse(self) -> Self:
        """Return the pattern that finds all other articles."""
        return replace(self, exclude=not self.exclude)


def _without_slash(escape: "re.Match[str]") -> str:
    return "/" if escape[1] == "/" else escape[0]


def _with_slash(found: "re.Match[str]") -> str:
    return r"\/" if found[0] == "/" else found[0]


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


def _checked(field: Field | None, value: str, prefix: bool) -> str:
    """Return the value in the field's own words. Raises ValueError for an impossible value."""
    if field in (None, Field.TITLE):
        if not has_words(value):
            raise ValueError(
                _("`{value}` has no letter or digit to search for").format(value=value)
            )
        return value
    if not value:
        raise ValueError(_("`{field}:` has no value").format(field=field))
    if prefix:
        raise ValueError(_("`{field}:` takes no `*`").format(field=field))
    if field in (Field.AFTER, Field.BEFORE):
        return _time(value)
    if field is Field.SENTIMENT and value not in SENTIMENTS:
        raise ValueError(
            _("`{value}` is not a sentiment{hint}").format(
                value=value, hint=_meant(value, SENTIMENTS)
            )
        )
    if field is Field.IS:
        value = "favourite" if value == "favorite" else value
        if value not in STATES:
            raise ValueError(
                _("`{value}` is not a state{hint}").format(value=value, hint=_meant(value, STATES))
            )
    return _story(value) if field is Field.STORY else value


def _meant(value: str, values: tuple[str, ...]) -> str:
    """Return the nearest of the values in parentheses, or all of them."""
    from reader.nearest import did_you_mean

    return did_you_mean(value, values) or f" ({', '.join(values)})"


def _story(value: str) -> str:
    """Return the number of a story without leading zeros."""
    number = value.lstrip("0")
    if not (number.isascii() and number.isdecimal() and len(number) <= _STORY_DIGITS):
        raise ValueError(
            _("`{value}` is not the number of a story (`cryptoread stories` lists them)").format(
                value=value
            )
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
            _(
                "`{value}` is not a date, time or age (2025-11-01, 2025-11-01T10:00, 24h, 7d, 3w)"
            ).format(value=value)
        ) from None
    zone = "Z" if when.tzinfo else ""
    if not (zone or when.hour or when.minute or when.second):
        return when.date().isoformat()
    time = when.replace(tzinfo=None).isoformat(timespec="seconds").removesuffix(":00")
    return f"{time}{zone}"


def _is_age(value: str) -> bool:
    number, unit = value[:-1], value[-1:]
    return unit in _HOURS and number.isascii() and number.isdecimal()


def clean(text: str) -> str:
    """Return the text in NFC, without controls, bidi overrides and lone surrogates."""
    text = text.translate(_UNWANTED)
    if text.isascii():
        return text
    from unicodedata import normalize

    return normalize("NFC", text.encode("utf-8", "ignore").decode())
