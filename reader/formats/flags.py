"""Flags: sentences about what was corrected in an article.

They are stored with it, in English whatever the language of the interface: an article stays the
same in another language, and rules look for some of them. `in_words` translates one when it is
shown.
"""

import re
from functools import cache

from reader.i18n import ENGLISH, _, english, spoken
from reader.text import REPLACED


class Sentence(str):
    """A sentence with places for values, in English."""

    __slots__ = ()

    def of(self, **values: object) -> str:
        """Return the sentence with its values."""
        return self.format(**values)


class Flag:
    """All sentences of flags, and below them those that a `reason` in one may be."""

    NOT_A_TEXT = Sentence(english("{field} is not a text"))
    NOT_WHOLE = Sentence(english("{field} is not a whole number: {text}"))
    NOT_A_NUMBER = Sentence(english("{field} is not a number: {text}"))
    NEITHER_TRUE_NOR_FALSE = Sentence(english("{field} is neither true nor false: {text}"))
    NOT_A_DATE = Sentence(english("{field} is not a date: {text}"))
    OUT_OF_RANGE = Sentence(english("{field} is out of range: {text} became {date}"))
    NOT_A_MAPPING = Sentence(english("{field} is not a mapping"))
    NOT_A_LANGUAGE = Sentence(english("{field} is not a language code: {text}"))
    NOT_A_SOURCE = Sentence(english("{field} has neither key nor name"))
    UNKNOWN = Sentence(english("{field} is unknown: {text}"))
    HOLDS_NO_TEXT = Sentence(english("{field} holds something that is not a text"))
    TOO_MANY = Sentence(english("{field} are too many: the first {number} of {count} count"))

    UPDATE_STANDS_IN = Sentence(english("publishedAt is missing: updatedAt stands in"))
    CHANGE_STANDS_IN = Sentence(
        english("publishedAt is missing: the time of the file's last change stands in")
    )
    EARLIEST_STANDS_IN = Sentence(english("publishedAt is missing: the earliest date stands in"))
    SYNC_STANDS_IN = Sentence(english("publishedAt is missing: the time of the sync stands in"))
    IMPOSSIBLE_DATE = Sentence(english("publishedAt cannot be right: {text}"))

    HEADING_STANDS_IN = Sentence(english("title is missing: the first heading stands in"))
    LINE_STANDS_IN = Sentence(english("title is missing: the first line stands in"))
    FILE_STANDS_IN = Sentence(english("title is missing: the file's name stands in"))
    UNTITLED_STANDS_IN = Sentence(english("title is missing: the word Untitled stands in"))
    WORDS_STAND_IN = Sentence(english("title is missing: the first words stand in"))

    DAMAGED_TEXT = Sentence(REPLACED)
    OTHER_ENCODING = Sentence(english("not UTF-8: read as {encoding}"))
    BROKEN = Sentence(english("the front matter is broken at line {line}: {reason}"))
    NO_CLOSING = Sentence(english("the front matter has no closing {mark}"))
    LOOSE_JSON = Sentence(english("the front matter is JSON with comments or commas left over"))
    REPEATED = Sentence(english("given more than once, the first one counts: {names}"))
    AS_WRITTEN = Sentence(english("taken as written, though YAML would read it otherwise: {names}"))

    ANCHORS = Sentence(english("anchors and aliases are not accepted"))
    GOES_ON = Sentence(english("something follows its end"))
    LONG_NAME = Sentence(english("a field's name is longer than {number} characters"))
    NAME_IS_NO_TEXT = Sentence(english("a field's name is not a text"))
    NO_OBJECT = Sentence(english("it is not an object"))
    NO_TOML = Sentence(english("it is not TOML"))
    NO_YAML = Sentence(english("it is not YAML"))
    TOO_DEEP = Sentence(english("it is nested deeper than {number}"))
    TOO_MANY_DOTS = Sentence(english("a line has too many dots"))

    # What the parsers of YAML, JSON and TOML say most often.
    YAML_TOKEN = Sentence(english("found character that cannot start any token"))
    YAML_COLON = Sentence(english("could not find expected ':'"))
    YAML_SEQUENCE = Sentence(english("block sequence entries are not allowed in this context"))
    YAML_KEYS = Sentence(english("mapping keys are not allowed in this context"))
    YAML_VALUES = Sentence(english("mapping values are not allowed in this context"))
    YAML_QUOTED = Sentence(english("found unexpected end of stream while scanning a quoted scalar"))
    YAML_END = Sentence(english("found unexpected end of stream"))
    YAML_ESCAPE = Sentence(english("found unknown escape character"))
    YAML_TAB = Sentence(english("found a tab character that violates indentation"))
    YAML_DOCUMENT = Sentence(english("did not find expected <document start>"))
    YAML_KEY = Sentence(english("did not find expected key"))
    YAML_NODE = Sentence(english("did not find expected node content"))
    YAML_EXPECTED = Sentence(english("did not find expected {text}"))
    JSON_VALUE = Sentence(english("Expecting value"))
    JSON_NAME = Sentence(english("Expecting property name enclosed in double quotes"))
    JSON_DELIMITER = Sentence(english("Expecting {text} delimiter"))
    JSON_STRING = Sentence(english("Unterminated string starting at"))
    JSON_CONTROL = Sentence(english("Invalid control character at"))
    JSON_ESCAPE = Sentence(english("Invalid \\escape{text}"))
    JSON_UNICODE = Sentence(english("Invalid \\uXXXX escape"))
    JSON_EXTRA = Sentence(english("Extra data"))
    JSON_COMMA = Sentence(english("Illegal trailing comma before end of object"))
    JSON_COMMA_OF_ARRAY = Sentence(english("Illegal trailing comma before end of array"))
    TOML_VALUE = Sentence(english("Invalid value"))
    TOML_STATEMENT = Sentence(english("Invalid statement"))
    TOML_EQUALS = Sentence(english("Expected '=' after a key in a key/value pair"))
    TOML_TWICE = Sentence(english("Cannot overwrite a value"))
    TOML_END = Sentence(english("Expected newline or end of document after a statement"))
    TOML_STRING = Sentence(english("Unterminated string"))
    TOML_CHARACTER = Sentence(english("Illegal character {text}"))
    TOML_ARRAY = Sentence(english("Unclosed array"))


_VALUES = {"field": r"[\w.]+", "number": "[0-9]+", "count": "[0-9]+", "line": "[0-9]+"}
"""What values look like that are not any text."""


def in_words(flag: str) -> str:
    """Return a flag in the language of the interface; one that is not known as it is."""
    if spoken() == ENGLISH:
        return flag
    for template, pattern in _patterns():
        if found := pattern.fullmatch(flag):
            values = found.groupdict()
            if "reason" in values:
                values["reason"] = in_words(values["reason"])
            return _(template).format(**values)
    return flag


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    every = [each for each in vars(Flag).values() if isinstance(each, Sentence)]
    return [(each, re.compile(_pattern(each), re.DOTALL)) for each in every]


def _pattern(template: str) -> str:
    def place(found: re.Match[str]) -> str:
        return f"(?P<{found[1]}>{_VALUES.get(found[1], '.*')})"

    return re.sub(r"\\\{(\w+)\\\}", place, re.escape(template))
