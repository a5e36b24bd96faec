"""Tell what alerts have found since the last time: one call of the command per rule."""

import json
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any, NamedTuple

from reader.alerts.command import call, filled
from reader.article import Article, Row, Sentiment
from reader.browser import UrlRefused, check
from reader.config.alerts import OncePer, Rule
from reader.errors import CacheError
from reader.i18n import _, grouped, ngettext

if TYPE_CHECKING:
    from reader.cache.insight.alerts import Alert
    from reader.library import Library

MOST_TOLD = 100
"""Matches of one rule that are given to its command; the others are counted."""


class Told(NamedTuple):
    """What one rule told, in a line for the user."""

    text: str
    """Empty if it could not be evaluated."""
    failure: str = ""
    """What went wrong with its command, as a sentence; empty if nothing did."""


class Matched(NamedTuple):
    """What a rule found, as values for JSON."""

    rule: Rule
    matches: Sequence[dict[str, Any]]
    """Each with title, source, url and articles, the newest first; at most `MOST_TOLD`."""
    total: int
    """How many there are."""
    is_new: bool
    """Whether the rule is evaluated for the first time, so that it tells nothing yet."""

    @property
    def line(self) -> str:
        """Return `breaking: Vaults drained (3 sources) · 2 more`; empty without a match."""
        if not self.matches:
            return ""
        first, more = self.matches[0], self.total - 1
        sources = len({each["source"] for each in first["articles"]})
        line = f"{self.rule.name}: {first['title']}"
        if sources > 1:
            told_by = ngettext("({number} source)", "({number} sources)", sources)
            line = f"{line} {told_by.format(number=sources)}"
        return _and_more(line, more)


def matched(
    library: "Library", rules: Sequence[Rule], *, names: Sequence[str], keeps: bool = True
) -> Iterator[Matched]:
    """Yield for each rule what it found and was not told; it counts as told from now on.

    The library must be held. names: of all rules in use. keeps: False to remember nothing. Raises
    CacheError.
    """
    keeps = keeps and not library.is_only_read
    for alert in library.insight.alerts().claim(rules, names=names, keeps=keeps):
        shown = list(_shown(library, alert))
        yield Matched(alert.rule, shown, len(alert.matches), alert.is_new)


def tell(
    library: "Library", rules: Sequence[Rule], stop: threading.Event | None = None
) -> Iterator[Told]:
    """Yield what each rule has to tell, after calling its command. What fails is told, too.

    When `stop` is set, a command that runs is killed, and other rules wait for the next time.
    """
    try:
        for found in matched(library, rules, names=[rule.name for rule in rules]):
            if found.matches:
                failure = _called(found, stop) if found.rule.command else ""
                yield Told(found.line, failure and _failed(found.rule, failure))
            if stop is not None and stop.is_set():
                return
    except CacheError as error:
        text = _("alerts are evaluated after the next sync: {error}")
        yield Told("", text.format(error=error))


def _failed(rule: Rule, failure: str) -> str:
    return _("alert {name!r}: {failure}").format(name=rule.name, failure=failure)


def _and_more(title: str, more: int) -> str:
    return _("{title} · {number} more").format(title=title, number=grouped(more)) if more else title


def _called(found: Matched, stop: threading.Event | None) -> str:
    first, more = found.matches[0], found.total - 1
    values = {
        "title": _and_more(first["title"], more),
        "source": first["source"] or "",
        "url": first["url"] or "",
        "rule": found.rule.name,
        "count": str(found.total),
    }
    record = as_record(found)
    return call(filled(found.rule.command, values), json.dumps(record).encode(), stop=stop)


def as_record(found: Matched) -> dict[str, Any]:
    """Return what a rule found as an object for JSON: rule, count, matches."""
    return {"rule": found.rule.name, "count": found.total, "matches": list(found.matches)}


def _shown(library: "Library", alert: "Alert") -> Iterator[dict[str, Any]]:
    for match in alert.matches[:MOST_TOLD]:
        every = {row.id: (row, article) for row, article in library.articles(match.ids)}
        articles = [_record(*every[id]) for id in match.ids if id in every]
        if articles:  # else all of them are damaged
            first = {name: articles[0][name] for name in ("title", "source", "url")}
            is_story = alert.rule.once_per is OncePer.STORY
            yield {**first, "is_story": is_story and len(articles) > 1, "articles": articles}


def _record(row: Row, article: Article) -> dict[str, Any]:
    published = row.published.astimezone(UTC).isoformat(timespec="seconds")
    return {
        "id": row.reference,
        "title": row.title,
        "source": row.source or None,
        "published_at": published.replace("+00:00", "Z"),
        "lang": row.lang,
        "category": row.category,
        "sentiment": None if row.sentiment is Sentiment.UNRATED else row.sentiment.value,
        "url": _openable(article.url),
    }


def _openable(url: str) -> str | None:
    """Return an address that a browser may be given; None for any other."""
    try:
        return check(url)
    except UrlRefused:
        return None
