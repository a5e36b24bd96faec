"""Open the box with the mood of the filter, and take what is chosen in it into the filter."""

from dataclasses import replace
from datetime import datetime

from reader.cache.mood import COLUMNS, By, Mood, Per
from reader.i18n import _
from reader.library import Library
from reader.query.language import Field, Query, Term, instant
from reader.ui.modals.modal import open_box
from reader.ui.modals.mood import MoodScreen, Terms
from reader.ui.screen.host import Host

NOTHING = _("No article matches this filter. {close} closes this, {clear} drops every filter.")
NO_ARTICLES = _("No articles yet. {close} closes this, {sync} brings news.")

WAITS_S = 0.025
"""How long the box waits for its numbers before it opens without them."""


async def open_mood(host: Host, library: Library) -> None:
    """Open the box for the filter that is on. Raises CacheError."""
    query, insight = host.filter, library.insight

    def count(by: By, per: Per) -> Mood:
        """Count as of one version. Thread-safe."""
        while True:
            version = library.version
            ids = insight.distinct(library.find(query))
            mood = insight.mood(ids, by, per, COLUMNS)
            if version == library.version:
                return mood

    def chosen(terms: Terms | None) -> None:
        if terms:
            host.show(narrowed(query, terms, library.clock()))

    sentence = NO_ARTICLES if library.is_empty else NOTHING
    empty = sentence.format(
        close=host.key("mood.close"),
        clear=host.key("reader.clear-filters"),
        sync=host.key("reader.sync"),
    )
    box = MoodScreen(str(query), count, empty)
    await box.prepare(WAITS_S)
    await open_box(host.app, box, chosen)


def narrowed(query: Query, terms: Terms, now: datetime) -> Query:
    """Return the query with the terms; a bound or a name replaces those that it lies within.

    now: aware; ages in the query count back from it.
    """
    for term in terms:
        query = _with(query, term, now)
    return query


def _with(query: Query, term: Term, now: datetime) -> Query:
    if term.field is None or term.field is Field.TAG:
        return query.with_term(term)
    if term.field in (Field.AFTER, Field.BEFORE):
        bound = query.period(now)[term.field is Field.BEFORE]
        new = instant(term.value, now)
        is_wider = bound is not None and (new < bound if term.field is Field.AFTER else new > bound)
        return query if is_wider else query.with_only(term.field, term.value)
    return query.without(replace(term, exclude=True)).with_only(term.field, term.value)
