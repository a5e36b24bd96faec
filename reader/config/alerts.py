"""Rules of the table `[alerts]`: which news to tell the user of, and by which command."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reader.config.arguments import problems
from reader.i18n import _
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
_INSTEAD = _("read the matches from stdin instead")
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
        problem = _("[alerts] has {number} rules; at most {most} are possible")
        raise ValueError(problem.format(number=len(table), most=MOST_RULES))
    return tuple(_rule(name, values) for name, values in table.items())


def _rule(name: str, values: Any) -> Rule:
    if not name or clean_line(name) != name or len(name) > LONGEST_NAME:
        problem = _("{name!r} in [alerts] must be a name of 1 to {longest} characters")
        raise ValueError(problem.format(name=name, longest=LONGEST_NAME))
    if not isinstance(values, dict):
        problem = _(
            "{name!r} in [alerts] must be a table [alerts.{name}] with query or sources, "
            "not {value!r}"
        )
        raise ValueError(problem.format(name=name, value=values))
    for problem in _problems(values):
        raise ValueError(_("{problem} (in [alerts.{name}])").format(problem=problem, name=name))
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
            text = _("unknown setting {name!r}; valid settings: {valid}")
            yield text.format(name=key, valid=", ".join(KEYS))
    if not values.keys() & {"query", "sources"}:
        yield _("an alert needs 'query' or 'sources'")
    yield from _query_problems(values.get("query", "any"))
    sources = values.get("sources", SOURCES[0])
    if type(sources) is not int or sources not in SOURCES:
        text = _("'sources' must be a whole number from {least} to {most}, not {value!r}")
        yield text.format(least=SOURCES[0], most=SOURCES[-1], value=sources)
    yield from _within_problems(values)
    once_per = values.get("once_per", OncePer.STORY)
    if once_per not in [*OncePer]:
        text = _("'once_per' must be 'story' or 'article', not {value!r}")
        yield text.format(value=once_per)
    yield from problems(values.get("command", ["any"]), PLACEHOLDERS, _INSTEAD)


def _query_problems(query: Any) -> Iterator[str]:
    """Yield what is wrong with a query. On the screen it would be a hint; here no one reads it."""
    if not isinstance(query, str):
        yield _("'query' must be a text in quotes, not {value!r}").format(value=query)
        return
    parsed = parse(query)
    for hint in parsed.hints:
        yield _("'query' has {term!r}: {reason}").format(term=hint.term, reason=hint.reason)
    if not parsed.terms:
        text = _("'query' must be a text in quotes with a word or a filter, not {value!r}")
        yield text.format(value=query)


def _within_problems(values: Mapping[str, Any]) -> Iterator[str]:
    within = values.get("within")
    if within is None:
        return
    if not 0 < _seconds(within) <= LONGEST_S:
        text = _("'within' must be a time up to '4d' such as '30m' or '6h', not {value!r}")
        yield text.format(value=within)
    if "sources" not in values:
        yield _("'within' needs 'sources': it is the time in which so many sources tell a story")


def _seconds(within: Any) -> int:
    """Return the seconds of `6h`; 0 for anything else."""
    if not isinstance(within, str) or not re.fullmatch(r"[0-9]{1,4}[mhd]", within):
        return 0
    return int(within[:-1]) * _UNITS_S[within[-1]]
