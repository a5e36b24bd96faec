"""Lay out the briefing as lines, with the places in them that open something. Pure functions."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TYPE_CHECKING

from reader.cache.answers import Group
from reader.cache.ids import Ids
from reader.cache.insight.briefing import Briefing, More, Turned
from reader.i18n import _, decimal, grouped, ngettext, pgettext
from reader.ui.briefing.moments import moment
from reader.ui.briefing.parts import (
    FEW,
    MUTED,
    NAME,
    TITLE,
    Key,
    Kind,
    Layout,
    Line,
    Lines,
    Stop,
    Target,
    cut,
    short,
)
from reader.ui.textual_compat.cells import cell_len, fit, wrap

if TYPE_CHECKING:
    from reader.ui.briefing.rows import Fetch

_MOOD, _MORE_OF, _TURNED = _("Mood"), _("More of"), _("Turned")
_LABEL = 2 + max(map(cell_len, (_MOOD, _MORE_OF, _TURNED)))
"""Cells of the words before the mood, and what there is more of."""

_LONGEST_NAME = 24
_SPARKS = 28
_BETWEEN = " · "


def lay_out(
    briefing: Briefing,
    *,
    width: int,
    now: datetime,
    opened: AbstractSet[Key],
    fetch: "Fetch",
    hint: str,
    days: int = 1,
) -> Layout:
    """Return lines of at most `width` cells.

    opened: keys of the groups that are open. fetch: returns the rows of articles. hint: said if
    nothing is new. days: which it is about where there was no visit.
    """
    made = Lines(max(1, width))
    for text in _head(briefing, made.width, now, days):
        made.add((text, TITLE))
    if not briefing.ids:
        made.add()
        _add_hint(made, hint)
        return Layout(made.lines)
    from reader.ui.briefing.rows import add_articles, add_groups, add_stories

    if len(briefing.ids) >= FEW:
        _add_remarkable(made, briefing)
    if briefing.told_by_several:
        add_stories(made, briefing, now)
    if briefing.rest and len(briefing.ids) < FEW:
        made.heading(
            _("Everything else") if briefing.told_by_several else pgettext("articles", "New")
        )
        add_articles(made, _joined(briefing.rest), fetch, now)
    elif briefing.rest:
        made.heading(_("Everything else") if briefing.told_by_several else _("By category"))
        add_groups(made, briefing.rest, opened, fetch, now)
    return Layout(made.lines, made.stops, made.instants)


def hint_alone(hint: str, width: int) -> Layout:
    """Return the hint in lines, while the briefing is not known."""
    made = Lines(max(1, width))
    _add_hint(made, hint)
    return Layout(made.lines)


def _add_hint(made: Lines, hint: str) -> None:
    for text in wrap(hint, [made.width] * len(hint)):
        made.add((text, MUTED))


def _joined(groups: Sequence[Group]) -> Ids:
    joined = Ids()
    for group in groups:
        joined |= group.ids
    return joined


def _head(briefing: Briefing, width: int, now: datetime, days: int) -> list[str]:
    """Return the head on one line, or on two where it is too long."""
    since = briefing.since and moment(briefing.since, now)
    if not briefing.ids:
        nothing = _("Nothing new since {moment}") if since else _("Nothing new")
        return [fit(nothing.format(moment=since), width).rstrip()]
    told = max(briefing.several, len(briefing.told_by_several))
    articles, stories = len(briefing.ids), briefing.stories
    counts = [
        ngettext("{number} article", "{number} articles", articles).format(
            number=grouped(articles)
        ),
        ngettext("{number} story", "{number} stories", stories).format(number=grouped(stories))
        if stories
        else "",
        _("{number} told by several").format(number=grouped(told)) if told else "",
    ]
    when = _("Since {moment}").format(moment=since) if since else _newest(days)
    what = ", ".join(filter(None, counts))
    whole = f"{when}: {what}"
    lines = [whole] if cell_len(whole) <= width else [when, what]
    return [fit(line, width).rstrip() for line in lines]


def _newest(days: int) -> str:
    if days == 1:
        return _("The newest 24 hours")
    return ngettext("The newest {days} day", "The newest {days} days", days).format(days=days)


# Mood, more of, turned.


def _add_remarkable(made: Lines, briefing: Briefing) -> None:
    from reader.cache.mood import FEWEST

    blank = len(made.lines)
    if briefing.labels.total >= FEWEST:
        _add_mood(made, briefing)
    _add_items(made, _MORE_OF, [_more(each) for each in briefing.more])
    _add_items(made, _TURNED, [_turned(each) for each in briefing.turned])
    if len(made.lines) > blank:
        made.lines.insert(blank, [])
        made.stops = [each._replace(line=each.line + (each.line >= blank)) for each in made.stops]


def _add_mood(made: Lines, briefing: Briefing) -> None:
    from reader.cache.mood import percent, rate, sparkline

    parts: Line = [(fit(_MOOD, _LABEL), MUTED)]
    now = rate(briefing.labels).split("  ")
    parts += [(now[0], "positive"), ("  ", ""), (now[1], "negative")]
    parts += [(f"  {share}", NAME) for share in now[2:]]
    if briefing.usual.share is not None:
        usual = _("usual {share}").format(share=percent(briefing.usual))
        parts.append((f"  {usual}", MUTED))
    series = briefing.series[-_SPARKS:]
    if any(pair.share is not None for pair in series):
        parts.append((f"  {sparkline(series)}", "positive"))
    shown = list(cut(parts, made.width))
    start, end = min(_LABEL, made.width), sum(cell_len(text) for text, _style in shown)
    made.stops.append(Stop(Target(Kind.MOOD), len(made.lines), start, max(end, start)))
    made.add(*shown)


def _more(more: More) -> tuple[Target, Line]:
    kind = Kind.TAG if more.is_tag else Kind.WORD
    name = short(more.name, _LONGEST_NAME)
    usual = _usual(more.usual)
    counts = _("{stories} (usual {usual})").format(stories=grouped(more.stories), usual=usual)
    return Target(kind, more.name), [
        (name if more.is_tag else _("“{word}”").format(word=name), NAME),
        (f" {counts}", MUTED),
    ]


def _usual(number: float) -> str:
    """Return a number with a decimal only if it is small and has one."""
    few = round(number, 1)
    is_whole = number >= FEW or few == int(few)
    return grouped(round(number)) if is_whole else decimal(number, 1)


def _turned(turned: Turned) -> tuple[Target, Line]:
    from reader.cache.mood import percent

    now, was = turned.now, turned.was
    is_up = (now.share or 0) >= (was.share or 0)
    shares = _("{now} of {number} (was {was} of {before})").format(
        now=percent(now), number=grouped(now.total), was=percent(was), before=grouped(was.total)
    )
    return Target(Kind.TAG, turned.tag), [
        (short(turned.tag, _LONGEST_NAME), NAME),
        (" ▲" if is_up else " ▼", "positive" if is_up else "negative"),
        (f" {shares}", MUTED),
    ]


def _add_items(made: Lines, label: str, items: Sequence[tuple[Target, Line]]) -> None:
    """Add items beside each other, on as many lines as they need."""
    line: Line = [(fit(label, min(_LABEL, made.width)), MUTED)]
    margin = column = min(_LABEL, made.width)
    for target, parts in items:
        cells = sum(cell_len(text) for text, _style in parts)
        if column > margin and column + len(_BETWEEN) + cells > made.width:
            made.add(*line)
            line, column = [(" " * margin, "")], margin
        if column > margin:
            line.append((_BETWEEN, MUTED))
            column += len(_BETWEEN)
        shown = list(cut(parts, made.width - column))
        cells = sum(cell_len(text) for text, _style in shown)
        made.stops.append(Stop(target, len(made.lines), column, column + cells))
        line += shown
        column += cells
    if items:
        made.add(*line)
