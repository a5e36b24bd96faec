"""Rules of the table `[alerts]`: which news to tell the user of, and by which command."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reader.config.arguments import problems
from reader.query.language import parse
from reader.text import clean_line

SOURCES = range(2, 51)
"""Allowed numbers of sources."""

LONGEST_S = 96 * 3600
"""Maximum of `within`: a story is not told for longer."""

MOST_RULES, LONGEST_NAME = 50, 60

KEYS = ("query", "sources", "within", "once_per", "command")
PLACEHOLDERS = ("title", "source", "url", "rule", "count")

_UNITS_S = {"m": 60, "h": 3600, "d": 24 * 3600}
_INSTEAD = "read the matches from stdin instead"
"""What to do where a headline would be run as a program."""


class OncePer(StrEnum):
    """What a rule tells of once."""

    STORY = "story"
    ARTICLE = "article"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One table `[alerts.NAME]`: which news it tells of, and how."""

    name: str
    query: str = ""
    """What an article must match, in the language of queries; empty: any."""
    sources: int = 0
    """How many sources must tell the story; 0: any."""
    within_s: int = LONGEST_S
    """Maximum seconds from the story's first article to that of the last of these sources."""
    once_per: OncePer = OncePer.STORY
    command: tuple[str, ...] = ()
    """The program to call and its arguments; empty: none."""


def from_table(table: Mapping[str, Any]) -> tuple[Rule, ...]:
    """Return the rules of the table, in its order.

    Raises ValueError with a sentence that names the rule and the key.
    """
    if len(table) > MOST_RULES:
        raise ValueError(f"[alerts] has {len(table)} rules; at most {MOST_RULES} are possible")
    return tuple(_rule(name, values) for name, values in table.items())


def _rule(name: str, values: Any) -> Rule:
    if not name or clean_line(name) != name or len(name) > LONGEST_NAME:
        raise ValueError(f"{name!r} in [alerts] must be a name of 1 to {LONGEST_NAME} characters")
    if not isinstance(values, dict):
        raise ValueError(
            f"{name!r} in [alerts] must be a table [alerts.{name}] with query or sources, "
            f"not {values!r}"
        )
    for problem in _problems(values):
        raise ValueError(f"{problem} (in [alerts.{name}])")
    return Rule(
        name=name,
        query=values.get("query", ""),
        sources=values.get("sources", 0),
        within_s=_seconds(values.get("within", "")) or LONGEST_S,
        once_per=OncePer(values.get("once_per", OncePer.STORY)),
        command=tuple(values.get("command", ())),
    )


def _problems(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a rule, as sentences."""
    for key in values:
        if key not in KEYS:
            yield f"unknown setting {key!r}; valid settings: {', '.join(KEYS)}"
    if not values.keys() & {"query", "sources"}:
        yield "an alert needs 'query' or 'sources'"
    yield from _query_problems(values.get("query", "any"))
    sources = values.get("sources", SOURCES[0])
    if type(sources) is not int or sources not in SOURCES:
        yield (
            f"'sources' must be a whole number from {SOURCES[0]} to {SOURCES[-1]}, not {sources!r}"
        )
    yield from _within_problems(values)
    once_per = values.get("once_per", OncePer.STORY)
    if once_per not in [*OncePer]:
        yield f"'once_per' must be 'story' or 'article', not {once_per!r}"
    yield from problems(values.get("command", ["any"]), PLACEHOLDERS, _INSTEAD)


def _query_problems(query: Any) -> Iterator[str]:
    """Yield what is wrong with a query. On the screen it would be a hint; here no one reads it."""
    if not isinstance(query, str):
        yield f"'query' must be a text in quotes, not {query!r}"
        return
    parsed = parse(query)
    for hint in parsed.hints:
        yield f"'query' has {hint.term!r}: {hint.reason}"
    if not parsed.terms:
        yield f"'query' must be a text in quotes with a word or a filter, not {query!r}"


def _within_problems(values: Mapping[str, Any]) -> Iterator[str]:
    within = values.get("within")
    if within is None:
        return
    if not 0 < _seconds(within) <= LONGEST_S:
        yield f"'within' must be a time up to '4d' such as '30m' or '6h', not {within!r}"
    if "sources" not in values:
        yield "'within' needs 'sources': it is the time in which so many sources tell a story"


def _seconds(within: Any) -> int:
    """Return the seconds of `6h`; 0 for anything else."""
    if not isinstance(within, str) or not re.fullmatch(r"[0-9]{1,4}[mhd]", within):
        return 0
    return int(within[:-1]) * _UNITS_S[within[-1]]
