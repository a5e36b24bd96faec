"""The command `brief`: what has arrived since the last visit, as a mail or a greeting shows it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from reader.cli.context import Paths
from reader.cli.query_argument import ANY_WORDS, QueryCommand, query_argument
from reader.i18n import _, decimal, grouped, ngettext

if TYPE_CHECKING:
    from reader.article import Row, Sentiment
    from reader.cache.answers import Group
    from reader.cache.insight.briefing import Briefing, Headline, More, Visit
    from reader.cache.mood import Pair
    from reader.library import Library
    from reader.query.language import Query

_WIDTH = 79

_FEW = 10
"""Articles up to which only the head and the list are printed."""

_DAYS = 14
"""Days of the sparkline."""

_CATEGORIES = 8
"""Categories of the rest that have a line."""

_NAME, _SOURCE = 22, 14

_START = 21
"""Cells before a title: of mark, sentiment and time."""

_WHOLE = 10
"""Usual numbers from here on are shown without a decimal place."""

_LAST = "last"


@click.command(
    cls=QueryCommand,
    context_settings=ANY_WORDS,
    short_help=_("Tell what has arrived since the last visit."),
)
@query_argument
@click.option(
    "--since",
    default=_LAST,
    callback=lambda _ctx, _option, value: _checked(value),
    metavar=_("[last|AGE|DATE]"),
    help=_("The last visit, an age such as 24h or 7d, or a date or time."),
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def brief(paths: Paths, query: "Query", since: str, form: str) -> None:
    """Tell what has arrived since the last visit, of the articles that match QUERY.

    Arrived is what an import or a sync has brought, whenever it was published. The last visit is
    the end of the last session that showed the screen; this command does not change it. Without
    one, the briefing is about the 24 hours up to the newest article.

    It tells the mood by the publisher's labels, which tags and words of titles have more stories
    than usual, which tags have turned, and the stories that several sources tell. The last 7 days
    are compared with the 28 days before. `4+` means that a story began before the visit.

    JSON is one object: since, articles, stories, told_by_several, mood (positive, negative, share,
    usual), days (positive and negative, the oldest first), more (name, kind, stories, usual),
    turned (tag, now, was), headlines (story, id, title, published_at, source, sources, sentiment,
    split, began_before; the newest 48) and rest (category, articles, unread).

    \b
    Example:
      cryptoread brief lang:en --since 24h
    """
    with paths.held_library(stories=True) as library:
        visit = _visit(library, since)
        found = library.insight.briefing(query, visit)
        if form == "json":
            _print_json(found, library)
            return
        few = library.rows(found.ids[:]) if len(found.ids) <= _FEW else ()
    for line in lines(found, few):
        print(line)


def _checked(since: str) -> str:
    """Return `last`, an age or a date. Raises click.BadParameter for anything else."""
    from reader.query.language import Field, Term

    try:
        return since if since == _LAST else Term(Field.AFTER, since).value
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _visit(library: "Library", since: str) -> "Visit | None":
    from reader.query.language import instant

    if since == _LAST:
        return library.insight.visit()
    return library.insight.since(instant(since, library.clock()))


def lines(found: "Briefing", few: Sequence["Row"] = ()) -> Iterator[str]:
    """Yield a briefing in lines of at most 79 cells. few: its articles, if only they are shown."""
    yield _head(found)
    if not found.ids:
        return
    if few:
        yield ""
        yield from _aligned(
            [_Line("", row.sentiment.glyph, row.published, row.title, row.source) for row in few]
        )
        return
    yield from _remarkable(found)
    if told := found.told_by_several:
        yield ""
        yield _told_by_several(len(told), found.several)
        yield from _aligned([_headline(each) for each in told])
    if found.rest:
        yield ""
        yield _("The rest") if told else _("By category")
        yield from _rest(found.rest)


def _head(found: "Briefing") -> str:
    when = f"{found.since.astimezone():%Y-%m-%d %H:%M}" if found.since else ""
    if not found.ids:
        text = _("Nothing has arrived since {when}") if when else _("No article matches")
        return text.format(when=when)
    counts = f"{_articles(len(found.ids))}, {_stories(found.stories)}"
    if found.several:
        several = _("{number} told by several").format(number=grouped(found.several))
        counts += f", {several}"
    text = (
        _("Since {when}: {counts}") if when else _("The newest 24 hours (no visit yet): {counts}")
    )
    return text.format(when=when, counts=counts)


def _articles(number: int) -> str:
    return ngettext("{number} article", "{number} articles", number).format(number=grouped(number))


def _stories(number: int) -> str:
    return ngettext("{number} story", "{number} stories", number).format(number=grouped(number))


def _told_by_several(shown: int, every: int) -> str:
    """Return the heading of the headlines."""
    if shown == every:
        return _("Told by several sources")
    text = ngettext(
        "The newest {number} of these stories", "The newest {number} of these stories", shown
    )
    return text.format(number=shown)


def _remarkable(found: "Briefing") -> Iterator[str]:
    """Yield mood, what there is more of, and what has turned; nothing that says nothing."""
    from reader.cache.mood import percent, sparkline

    titles = _Titles(_("Mood"), _("More of"), _("Turned"))
    indent = max(map(_cells, titles)) + 2
    if found.labels.share is not None:
        text = (
            _("{share} positive")
            if found.usual.share is None
            else _("{share} positive (usually {usual})")
        )
        share = text.format(share=percent(found.labels), usual=percent(found.usual))
        series = sparkline(found.series[-_DAYS:]) if any(map(sum, found.series)) else ""
        pair = f"▲ {grouped(found.labels.positive)} ▼ {grouped(found.labels.negative)}"
        yield from _listed(titles.mood, [f"{pair}  {share}  {series}"], indent)
    if found.more:
        yield from _listed(titles.more, map(_more, found.more), indent)
    if found.turned:
        turned = (f"{each.tag} {percent(each.was)} → {percent(each.now)}" for each in found.turned)
        yield from _listed(titles.turned, turned, indent)


class _Titles(NamedTuple):
    """Titles of the lines of what is remarkable."""

    mood: str
    more: str
    turned: str


def _more(each: "More") -> str:
    usual = f"{each.usual:.0f}" if each.usual >= _WHOLE else decimal(each.usual, 1)
    text = _("{name} {number} (usually {usual})")
    return text.format(name=each.name, number=each.stories, usual=usual)


def _listed(title: str, parts: Iterable[str], indent: int) -> Iterator[str]:
    """Yield the parts after a title, in as many lines as they take."""
    line, is_first = _padded(title, indent), True
    for part in parts:
        longer = f"{line}{part}" if is_first else f"{line} · {part}"
        if _cells(longer) > _WIDTH and not is_first:
            yield line
            longer = f"{'':{indent}}{part}"
        line, is_first = longer, False
    yield _fitted(line)


def _glyph(each: "Headline") -> str:
    return "▲▼" if each.is_split else each.sentiment.glyph if each.sentiment else ""


class _Line(NamedTuple):
    """A story or an article, and the first source."""

    mark: str
    glyph: str
    published: datetime
    title: str
    source: str


def _headline(each: "Headline") -> _Line:
    mark = f"{each.sources}{'+' if each.began_before else ' '}"
    return _Line(mark, _glyph(each), each.published, each.title, each.source)


def _aligned(rows: Sequence[_Line]) -> Iterator[str]:
    """Yield a line for each, with as much of the title as fits beside the widest source."""
    sources = [_cut(row.source, _SOURCE) for row in rows]
    space = _WIDTH - _START - max(map(_cells, sources), default=0) - 2
    for row, source in zip(rows, sources, strict=True):
        when = f"{row.published.astimezone():%m-%d %H:%M}"
        title = _padded(_cut(row.title, space), space)
        yield f"{row.mark:>4} {row.glyph:<2} {when}  {title}  {source}".rstrip()


def _padded(text: str, cells: int) -> str:
    return text + " " * (cells - _cells(text))


def _rest(groups: "Sequence[Group]") -> Iterator[str]:
    """Yield a line for each of the largest categories, and one for all others."""
    shown = groups if len(groups) == _CATEGORIES + 1 else groups[:_CATEGORIES]
    for group in shown:
        counts = {child.sentiment: len(child.ids) for child in group.children}
        below = "".join(
            f"{f'{sentiment.glyph} {grouped(count)}':<8}"
            if (count := counts.get(sentiment))
            else " " * 8
            for sentiment in _in_order()
        )
        name, articles = _padded(_cut(group.label, _NAME), _NAME), grouped(len(group.ids))
        yield f"{name}{articles:>7}  {below}".rstrip()
    if others := groups[len(shown) :]:
        text = ngettext(
            "{articles} in {number} other category",
            "{articles} in {number} other categories",
            len(others),
        )
        articles = _articles(sum(len(group.ids) for group in others))
        yield text.format(articles=articles, number=grouped(len(others)))


def _in_order() -> "Iterable[Sentiment]":
    from reader.article import Sentiment

    return Sentiment


def _cells(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _cut(text: str, cells: int) -> str:
    from rich.cells import set_cell_size

    return text if _cells(text) <= cells else f"{set_cell_size(text, cells - 1).rstrip()}…"


def _fitted(line: str) -> str:
    return _cut(line.rstrip(), _WIDTH)


def _print_json(found: "Briefing", library: "Library") -> None:
    from reader.cli.output import iso, to_json

    rows = {row.id: row for row in library.rows([each.id for each in found.told_by_several])}
    told = [(each, rows[each.id]) for each in found.told_by_several if each.id in rows]
    record = {
        "since": iso(found.since) if found.since else None,
        "articles": len(found.ids),
        "stories": found.stories,
        "told_by_several": found.several,
        "mood": _pair(found.labels) | {"usual": _pair(found.usual)},
        "days": [list(pair) for pair in found.series],
        "more": [
            {
                "name": each.name,
                "kind": "tag" if each.is_tag else "word",
                "stories": each.stories,
                "usual": round(each.usual, 2),
            }
            for each in found.more
        ],
        "turned": [
            {"tag": each.tag, "now": _pair(each.now), "was": _pair(each.was)}
            for each in found.turned
        ],
        "headlines": [
            {
                "story": each.story,
                "id": row.reference,
                "title": each.title,
                "published_at": iso(each.published),
                "source": each.source or None,
                "sources": each.sources,
                "sentiment": _word(each.sentiment),
                "split": each.is_split,
                "began_before": each.began_before,
            }
            for each, row in told
        ],
        "rest": [
            {"category": group.label, "articles": len(group.ids), "unread": group.unread}
            for group in found.rest
        ],
    }
    print(to_json(record, indent=2))


def _pair(pair: "Pair") -> dict[str, Any]:
    share = None if pair.share is None else round(pair.share, 4)
    return {"positive": pair.positive, "negative": pair.negative, "share": share}


def _word(sentiment: "Sentiment | None") -> str | None:
    from reader.article import Sentiment

    return None if sentiment in (None, Sentiment.UNRATED) else sentiment.value


COMMANDS = {"brief": brief}
