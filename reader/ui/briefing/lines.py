"""Lay out the briefing as lines, with the places in them that open something. Pure functions."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from enum import StrEnum, auto
from textwrap import TextWrapper
from typing import NamedTuple

from reader.article import Sentiment
from reader.cache.answers import Group
from reader.cache.insight.briefing import Briefing, Headline, More, Turned
from reader.cache.mood import FEWEST, percent, rate, sparkline
from reader.ui.briefing.moments import moment, short_moment
from reader.ui.textual_compat.cells import cell_len, fit

TITLE, HEAD, MUTED, NAME = "title", "head", "muted", "name"
STYLES = (TITLE, HEAD, MUTED, NAME, "group", *(each.lower() for each in Sentiment))
"""Every name of a style that a part of a line may carry."""

FEW = 12
"""Articles below which the briefing is a head line and a list: fewer say nothing of a mood."""

_LABEL = 9
"""Cells of the words before the mood, and what there is more of."""

_COUNT = 4
_LEAST_NAME, _LONGEST_NAME = 12, 24
_LONGEST_SOURCE = 16
_LEAST_TITLE = 28
"""Cells of a title below which the source is left out."""

_SPARKS = 28
_GAP = 2
_BETWEEN = " · "

Key = tuple[str, ...]
Part = tuple[str, str]
Line = list[Part]


class Kind(StrEnum):
    """What a place of the briefing opens."""

    MOOD = auto()
    TAG = auto()
    WORD = auto()
    STORY = auto()
    GROUP = auto()


class Target(NamedTuple):
    """What a place of the briefing opens; the same in a later briefing."""

    kind: Kind
    name: str = ""
    """The tag or word."""
    story: int = 0
    key: Key = ()
    """The path of a group."""


class Stop(NamedTuple):
    """A place for the cursor. start, end: its cells in the line."""

    target: Target
    line: int
    start: int
    end: int


class Layout(NamedTuple):
    """Lines, and the places in them that open something, from the top."""

    lines: Sequence[Line] = ()
    stops: Sequence[Stop] = ()

    def at(self, x: int, y: int) -> int | None:
        """Return which stop is in that cell."""
        for place, stop in enumerate(self.stops):
            if stop.line == y and stop.start <= x < stop.end:
                return place
        return None


class _Lines:
    """Lines that are added, with their stops."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.lines: list[Line] = []
        self.stops: list[Stop] = []

    def add(self, *parts: Part) -> None:
        self.lines.append(list(parts))

    def row(self, target: Target, *parts: Part) -> None:
        """Add a line all of which opens the target."""
        self.stops.append(Stop(target, len(self.lines), 0, self.width))
        self.add(*parts)

    def heading(self, text: str) -> None:
        if self.lines:
            self.add()
        self.add((fit(text, self.width), HEAD))


def lay_out(
    briefing: Briefing, *, width: int, now: datetime, opened: AbstractSet[Key], hint: str
) -> Layout:
    """Return lines of at most `width` cells.

    opened: keys of the categories that show their sentiments. hint: said if nothing is new.
    """
    made = _Lines(max(1, width))
    for text in _head(briefing, made.width, now):
        made.add((text, TITLE))
    if not briefing.ids:
        made.add()
        for text in TextWrapper(made.width).wrap(hint):
            made.add((text, MUTED))
    if len(briefing.ids) >= FEW:
        _add_remarkable(made, briefing)
    if briefing.told_by_several:
        _add_stories(made, briefing, now)
    if briefing.rest:
        made.heading("Everything else" if briefing.told_by_several else "By category")
        _add_groups(made, briefing.rest, opened)
    return Layout(made.lines, made.stops)


def _head(briefing: Briefing, width: int, now: datetime) -> list[str]:
    """Return the head on one line, or on two where it is too long."""
    since = briefing.since and moment(briefing.since, now)
    if not briefing.ids:
        return [fit(f"Nothing new since {since}" if since else "Nothing new", width).rstrip()]
    told = max(briefing.several, len(briefing.told_by_several))
    counts = [
        _counted(len(briefing.ids), "article", "articles"),
        _counted(briefing.stories, "story", "stories") if briefing.stories else "",
        f"{told:,} told by several" if told else "",
    ]
    when, what = f"Since {since}" if since else "The latest day", ", ".join(filter(None, counts))
    whole = f"{when}: {what}"
    lines = [whole] if cell_len(whole) <= width else [when, what]
    return [fit(line, width).rstrip() for line in lines]


def _counted(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"


# Mood, more of, turned.


def _add_remarkable(made: _Lines, briefing: Briefing) -> None:
    blank = len(made.lines)
    if briefing.labels.total >= FEWEST:
        _add_mood(made, briefing)
    _add_items(made, "More of", [_more(each) for each in briefing.more])
    _add_items(made, "Turned", [_turned(each) for each in briefing.turned])
    if len(made.lines) > blank:
        made.lines.insert(blank, [])
        made.stops = [each._replace(line=each.line + (each.line >= blank)) for each in made.stops]


def _add_mood(made: _Lines, briefing: Briefing) -> None:
    parts: Line = [(f"{'Mood':{_LABEL}}", MUTED)]
    now = rate(briefing.labels).split("  ")
    parts += [(now[0], "positive"), ("  ", ""), (now[1], "negative")]
    parts += [(f"  {share}", NAME) for share in now[2:]]
    if briefing.usual.share is not None:
        parts.append((f"  usual {percent(briefing.usual)}", MUTED))
    series = briefing.series[-_SPARKS:]
    if any(pair.share is not None for pair in series):
        parts.append((f"  {sparkline(series)}", "positive"))
    shown = list(_cut(parts, made.width))
    start, end = min(_LABEL, made.width), sum(cell_len(text) for text, _ in shown)
    made.stops.append(Stop(Target(Kind.MOOD), len(made.lines), start, max(end, start)))
    made.add(*shown)


def _cut(parts: Line, width: int) -> Iterator[Part]:
    """Yield the parts as far as they fit whole; the first one is cut."""
    for place, (text, style) in enumerate(parts):
        cells = cell_len(text)
        if cells > width:
            if not place:
                yield fit(text, width), style
            return
        width -= cells
        yield text, style


def _more(more: More) -> tuple[Target, Line]:
    kind = Kind.TAG if more.is_tag else Kind.WORD
    name = _short(more.name, _LONGEST_NAME)
    usual = f"{more.usual:,.0f}" if more.usual >= FEW else f"{more.usual:.1f}".removesuffix(".0")
    return Target(kind, more.name), [
        (name if more.is_tag else f"“{name}”", NAME),
        (f" {more.stories:,} (usual {usual})", MUTED),
    ]


def _turned(turned: Turned) -> tuple[Target, Line]:
    now, was = turned.now, turned.was
    is_up = (now.share or 0) >= (was.share or 0)
    return Target(Kind.TAG, turned.tag), [
        (_short(turned.tag, _LONGEST_NAME), NAME),
        (" ▲" if is_up else " ▼", "positive" if is_up else "negative"),
        (f" {percent(now)} of {now.total:,} (was {percent(was)} of {was.total:,})", MUTED),
    ]


def _add_items(made: _Lines, label: str, items: Sequence[tuple[Target, Line]]) -> None:
    """Add items beside each other, on as many lines as they need."""
    line: Line = [(fit(label, min(_LABEL, made.width)), MUTED)]
    margin = column = min(_LABEL, made.width)
    for target, parts in items:
        cells = sum(cell_len(text) for text, _ in parts)
        if column > margin and column + len(_BETWEEN) + cells > made.width:
            made.add(*line)
            line, column = [(" " * margin, "")], margin
        if column > margin:
            line.append((_BETWEEN, MUTED))
            column += len(_BETWEEN)
        shown = list(_cut(parts, made.width - column))
        cells = sum(cell_len(text) for text, _ in shown)
        made.stops.append(Stop(target, len(made.lines), column, column + cells))
        line += shown
        column += cells
    if items:
        made.add(*line)


# Stories.


def _add_stories(made: _Lines, briefing: Briefing, now: datetime) -> None:
    made.heading("Told by several")
    shown = briefing.told_by_several
    times = [short_moment(each.published, now) for each in shown]
    time = max(map(len, times))
    longest = max(cell_len(each.source) for each in shown)
    source = min(longest, _LONGEST_SOURCE)
    before = _COUNT + 4
    title = made.width - before - time - source - 2 * _GAP
    if title < _LEAST_TITLE:
        source, title = 0, made.width - before - time - _GAP
    for each, at in zip(shown, times, strict=True):
        parts = [
            (f"{each.sources:>{_COUNT - 1}}{'+' if each.began_before else ' '} ", NAME),
            *_glyphs(each),
            (f" {fit(_one_line(each.title), title)}", ""),
            (f"{'':{_GAP}}{at:>{time}}", MUTED),
        ]
        if source:
            parts.append((f"{'':{_GAP}}{fit(_one_line(each.source), source)}", MUTED))
        made.row(Target(Kind.STORY, story=each.story), *_within(parts, made.width))
    if (more := briefing.several - len(shown)) > 0:
        made.add((fit(f"{'':{before}}and {more:,} more, not listed", made.width), MUTED))


def _within(parts: Line, width: int) -> Iterator[Part]:
    """Yield the parts, the last one cut."""
    for text, style in parts:
        cells = cell_len(text)
        yield (text if cells <= width else fit(text, width)), style
        width -= min(cells, width)


def _glyphs(story: Headline) -> Iterator[Part]:
    if story.is_split:
        yield "▲", "positive"
        yield "▼", "negative"
    else:
        sentiment = story.sentiment or Sentiment.UNRATED
        yield f"{sentiment.glyph} ", sentiment.lower()


# The rest, in groups.


def _add_groups(made: _Lines, groups: Sequence[Group], opened: AbstractSet[Key]) -> None:
    longest = max(_LEAST_NAME, *(cell_len(group.label) for group in groups))
    name = max(1, min(longest, _LONGEST_NAME, made.width - 10))
    columns = _columns(groups)
    for group in groups:
        is_open = group.key in opened
        sign = ("▾ " if is_open else "▸ ") if group.children else "  "
        parts = [
            (sign, MUTED),
            (fit(_one_line(group.label), name), "group"),
            (f"{len(group.ids):>7,} ", NAME),
            *_sentiments(group, columns),
        ]
        made.row(Target(Kind.GROUP, key=group.key), *_cut(parts, made.width))
        for child in group.children if is_open else ():
            made.row(Target(Kind.GROUP, key=child.key), *_cut(_child(child, name), made.width))


def _columns(groups: Sequence[Group]) -> dict[Sentiment, int]:
    """Return the digits of the largest count of each sentiment that occurs."""
    counts = [(each.sentiment, len(each.ids)) for group in groups for each in group.children]
    present = {sentiment for sentiment, _ in counts}
    return {
        each: len(f"{max(count for sentiment, count in counts if sentiment is each):,}")
        for each in Sentiment
        if each in present
    }


def _sentiments(group: Group, columns: Mapping[Sentiment, int]) -> Iterator[Part]:
    counts = {child.sentiment: len(child.ids) for child in group.children}
    for sentiment, digits in columns.items():
        count = counts.get(sentiment)
        shown = "" if count is None else f"  {sentiment.glyph} {count:>{digits},}"
        yield f"{shown:{digits + 4}}", sentiment.lower()


def _child(child: Group, name: int) -> Line:
    sentiment = child.sentiment or Sentiment.UNRATED
    return [
        (f"    {sentiment.glyph} ", sentiment.lower()),
        (fit(_one_line(child.label), max(1, name - 4)), ""),
        (f"{len(child.ids):>7,}", NAME),
    ]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _short(text: str, most: int) -> str:
    return fit(_one_line(text), min(cell_len(_one_line(text)), most))
