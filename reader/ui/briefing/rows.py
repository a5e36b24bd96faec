"""Lay out the rows of a briefing: stories, groups and articles. Pure functions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import chain, islice
from typing import NamedTuple

from reader.article import ArticleId, Row, Sentiment
from reader.cache.answers import Group
from reader.cache.ids import Ids
from reader.cache.insight.briefing import Briefing, Headline
from reader.i18n import _, grouped
from reader.ui.briefing.moments import short_moment
from reader.ui.briefing.parts import (
    GROUP,
    MUTED,
    NAME,
    UNREAD,
    Key,
    Kind,
    Line,
    Lines,
    Part,
    Target,
    cut,
    one_line,
)
from reader.ui.textual_compat.cells import cell_len, fit

MOST = 50
"""Articles of a group that have a row."""

Fetch = Callable[[Sequence[ArticleId]], Sequence[Row]]

_BEFORE = 8
"""Cells before a title."""

_TIME = 6
_SOURCE = 14
_LEAST_TITLE = 28
"""Cells of a title below which the source is left out."""

_GAP = 2
_COUNT = 7
_LEAST_NAME, _LONGEST_NAME = 12, 24
_BEFORE_CHILD = 4
"""Cells before the name of a sentiment, more than before that of a category."""


class _Entry(NamedTuple):
    """A title with what stands before and after it. before: of `_BEFORE` cells."""

    target: Target
    before: Line
    title: str
    at: datetime
    source: str
    is_read: bool = False


def add_stories(made: Lines, briefing: Briefing, now: datetime) -> None:
    """Add the stories that several sources tell."""
    made.heading(_("Told by several"))
    for each in briefing.told_by_several:
        _add_entry(made, _story(each), now)
    more = briefing.several - len(briefing.told_by_several)
    _add_more(made, more, _("and {number} more, not listed"))


def _story(told: Headline) -> _Entry:
    count = f"{told.sources:>3}{'+' if told.began_before else ' '} "
    target = Target(Kind.STORY, story=told.story)
    before = [(count, NAME), *_glyphs(told), (" ", "")]
    return _Entry(target, before, told.title, told.published, told.source)


def _glyphs(story: Headline) -> Iterator[Part]:
    if story.is_split:
        yield "▲", "positive"
        yield "▼", "negative"
    else:
        sentiment = story.sentiment or Sentiment.UNRATED
        yield f" {sentiment.glyph}", sentiment.lower()


def _add_entry(made: Lines, entry: _Entry, now: datetime) -> None:
    source, time = _SOURCE, f"{short_moment(entry.at, now):>{_TIME}}"
    title = made.width - _BEFORE - len(time) - source - 2 * _GAP
    if title < _LEAST_TITLE:
        source, title = 0, made.width - _BEFORE - len(time) - _GAP
    parts = [
        *entry.before,
        (fit(one_line(entry.title), title), MUTED if entry.is_read else ""),
        (f"{'':{_GAP}}{time}", MUTED),
    ]
    if source:
        parts.append((f"{'':{_GAP}}{fit(one_line(entry.source), source)}", MUTED))
    made.instants.append(entry.at)
    made.row(entry.target, *_within(parts, made.width))


def _within(parts: Line, width: int) -> Iterator[Part]:
    """Yield the parts, the last one cut."""
    for text, style in parts:
        cells = cell_len(text)
        yield (text if cells <= width else fit(text, width)), style
        width -= min(cells, width)


def _add_more(made: Lines, count: int, text: str) -> None:
    if count > 0:
        made.add((fit(f"{'':{_BEFORE}}{text.format(number=grouped(count))}", made.width), MUTED))


# Groups and articles.


def add_articles(made: Lines, ids: Ids, fetch: Fetch, now: datetime, key: Key = ()) -> None:
    """Add a row for each of the newest articles. key: of the group that they are in."""
    is_of_sentiment = len(key) > 1
    for row in fetch(list(islice(ids, MOST))):
        sign = " " if row.read else "•"
        glyph = f"{'~' if row.estimated else ' '}{row.sentiment.glyph}"
        before = [(f"    {sign}", UNREAD), (glyph, row.sentiment.lower()), (" ", "")]
        if is_of_sentiment and not row.estimated:
            before[1] = ("  ", "")
        target = Target(Kind.ARTICLE, key=key, article=row.identity)
        entry = _Entry(target, before, row.title, row.published, row.source, row.read)
        _add_entry(made, entry, now)
    _add_more(made, len(ids) - MOST, _("and {number} more, in the list"))


def add_groups(
    made: Lines, groups: Sequence[Group], opened: AbstractSet[Key], fetch: Fetch, now: datetime
) -> None:
    """Add categories; those that are open with sentiments, and these with articles."""
    longest = max(_LEAST_NAME, *(cell_len(group.label) for group in groups))
    for child in chain.from_iterable(group.children for group in groups):
        longest = max(longest, _BEFORE_CHILD + cell_len(child.label))
    name = max(1, min(longest, _LONGEST_NAME, made.width - _COUNT - 3))
    columns = _columns(groups)
    for group in groups:
        head = [
            (fit(one_line(group.label), name), GROUP),
            (f"{grouped(len(group.ids)):>{_COUNT}} ", NAME),
            *_sentiments(group, columns),
        ]
        _add_group(made, group, head, opened)
        if group.key not in opened:
            continue
        for child in group.children:
            _add_group(made, child, _child(child, name), opened)
            if child.key in opened:
                add_articles(made, child.ids, fetch, now, child.key)
        if not group.children:
            add_articles(made, group.ids, fetch, now, group.key)


def _add_group(made: Lines, group: Group, head: Line, opened: AbstractSet[Key]) -> None:
    sign = f"{'':{2 * len(group.key) - 2}}{'▾' if group.key in opened else '▸'} "
    made.row(Target(Kind.GROUP, key=group.key), *cut([(sign, MUTED), *head], made.width))


def _columns(groups: Sequence[Group]) -> dict[Sentiment, int]:
    """Return the digits of the largest count of each sentiment that occurs."""
    counts = [(each.sentiment, len(each.ids)) for group in groups for each in group.children]
    present = {sentiment for sentiment, _count in counts}
    return {
        each: len(grouped(max(count for sentiment, count in counts if sentiment is each)))
        for each in Sentiment
        if each in present
    }


def _sentiments(group: Group, columns: Mapping[Sentiment, int]) -> Iterator[Part]:
    counts = {child.sentiment: len(child.ids) for child in group.children}
    for sentiment, digits in columns.items():
        count = counts.get(sentiment)
        shown = "" if count is None else f"  {sentiment.glyph} {grouped(count):>{digits}}"
        yield f"{shown:{digits + 4}}", sentiment.lower()


def _child(child: Group, name: int) -> Line:
    sentiment = child.sentiment or Sentiment.UNRATED
    return [
        (f"{sentiment.glyph} ", sentiment.lower()),
        (fit(one_line(child.label), max(1, name - _BEFORE_CHILD)), ""),
        (f"{grouped(len(child.ids)):>{_COUNT}}", NAME),
    ]
