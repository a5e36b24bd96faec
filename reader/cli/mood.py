"""The command `mood`: how many articles are positive and negative, by day or week."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from reader.ages import day_name
from reader.cli.context import Paths, say
from reader.cli.query_argument import ANY_WORDS, OneOf, QueryCommand, query_argument
from reader.i18n import _, grouped, ngettext, pgettext

if TYPE_CHECKING:
    from reader.cache.mood import Column, Mood, Pair, Row
    from reader.query.language import Query

_COLUMNS = 35
_MOST_COLUMNS = 1000

_BAR = 14
"""Cells of the longest bar on each side."""

_NAME = 18

_DAY = 14
"""Cells of a day of the week and a date."""


@click.command(
    cls=QueryCommand,
    context_settings=ANY_WORDS,
    short_help=_("Show how many articles are positive and negative."),
)
@query_argument
@click.option("--by", type=OneOf(["day", "week"]), default="day", help=_("A line for each."))
@click.option(
    "--per",
    type=OneOf(["tag", "source", "category"]),
    help=_("Compare the ten most frequent ones."),
)
@click.option(
    "--last",
    type=click.IntRange(1, _MOST_COLUMNS),
    default=_COLUMNS,
    metavar=_("N"),
    help=_("At most N days or weeks, up to the latest article (35)."),
)
@click.option("--format", "form", type=OneOf(["text", "json", "csv"]), default="text")
@click.pass_obj
def mood(paths: Paths, query: "Query", by: str, per: str | None, last: int, form: str) -> None:
    """Show how many of the articles that match QUERY are positive and negative, by day or week.

    Counts the publisher's labels. Estimates, which cryptoread makes where the publisher gives no
    label, are counted apart. A share is that of positive articles among positive and negative ones,
    and `·` stands for fewer than three. With --per, "now" is about the last 7 days or 4 weeks,
    and "was" about up to 28 days or 16 weeks before.

    \b
    Example:
      cryptoread mood tag:xrp --by week --per source
    """
    from reader.cache.mood import By, Per

    with paths.held_library(stories=True) as library:
        found = library.insight.mood(library.find(query), By(by), Per(per) if per else None, last)
    if form == "json":
        _print_json(found)
    elif form == "csv":
        _print_csv(found)
    elif found.columns:
        for line in lines(found):
            print(line)
    else:
        say(_("no article matches"))


def lines(found: "Mood") -> Iterator[str]:
    """Yield the mood in lines of at most 80 cells, the latest day or week last."""
    yield from _summary(found)
    yield ""
    if found.per is None:
        yield from _chart(found)
    else:
        yield from _table(found)


def _summary(found: "Mood") -> Iterator[str]:
    from reader.cache.mood import percent

    yield _span(found)
    columns, labels = found.columns, found.labels
    titles = (_("The publisher's label:"), _("Estimates, apart:"), _("Unrated:"))
    width = max(map(len, titles))
    of_labels, of_estimates, of_unrated = (f"{title:<{width}}" for title in titles)
    text = _("{counts} · {share} positive")
    if counts := _counts(labels, sum(column.neutral for column in columns)):
        yield f"{of_labels} {text.format(counts=counts, share=percent(labels))}"
    else:
        yield f"{of_labels} " + pgettext("label", "none")
    if counts := _counts(found.estimates, sum(column.neutral_estimates for column in columns)):
        yield f"{of_estimates} {text.format(counts=counts, share=percent(found.estimates))}"
    if unrated := sum(column.unrated for column in columns):
        yield f"{of_unrated} {grouped(unrated)}"


def _span(found: "Mood") -> str:
    """Return how many articles there are, in which time."""
    number = sum(column.articles for column in found.columns)
    articles = ngettext("{number} article", "{number} articles", number).format(
        number=grouped(number)
    )
    many = len(found.columns)
    text = (
        ngettext(
            "{articles} in {number} week, {first} to {last}",
            "{articles} in {number} weeks, {first} to {last}",
            many,
        )
        if found.by == "week"
        else ngettext(
            "{articles} in {number} day, {first} to {last}",
            "{articles} in {number} days, {first} to {last}",
            many,
        )
    )
    first, last = found.columns[0].first, found.columns[-1].last
    return text.format(articles=articles, number=grouped(many), first=first, last=last)


def _counts(pair: "Pair", neutral: int) -> str:
    if not pair.total and not neutral:
        return ""
    parts = f"▲ {grouped(pair.positive)} · ▼ {grouped(pair.negative)}"
    return f"{parts} · ■ {grouped(neutral)}" if neutral else parts


def _is_of_estimates(found: "Mood") -> bool:
    """Return whether the publisher's labels are missing, so that estimates are shown instead."""
    return not found.labels.total and bool(found.estimates.total)


def _chart(found: "Mood") -> Iterator[str]:
    """Yield a line for each column: negative to the left, positive to the right.

    Numbers of neutral and unrated articles, and of those not drawn, follow where any occur.
    """
    from reader.cache.mood import percent

    is_estimate = _is_of_estimates(found)
    pairs = [column.estimates if is_estimate else column.labels for column in found.columns]
    longest = max(max(pair) for pair in pairs) or 1
    others = [_others(column, is_estimate) for column in found.columns]
    titles = [title for title in others[0] if any(each[title] for each in others)]
    unit = _("week from") if found.by == "week" else _("day")
    head = f"{unit:<{_DAY}}{'▼':>{_BAR + 6}} ▲{'':{_BAR + 5}}{'▲ %':>5}"
    yield head + "".join(f"{title:>8}" for title in titles)
    for column, pair, other in zip(found.columns, pairs, others, strict=True):
        down = _bar(pair.negative, longest, "▐").rjust(_BAR)
        up = _bar(pair.positive, longest, "▌")
        bars = f"{pair.negative or '':>5} {down}│{up} {pair.positive or ''}"
        day = f"{day_name(column.first.weekday())} {column.first:%Y-%m-%d}"
        line = f"{day:<{_DAY}}{bars:<{2 * _BAR + 13}}{percent(pair):>5}"
        yield (line + "".join(f"{other[title] or '':>8}" for title in titles)).rstrip()


def _others(column: "Column", is_estimate: bool) -> Mapping[str, int]:
    """Return the numbers of articles that are not drawn, by title."""
    found = {
        pgettext("column", "neutral"): column.neutral + is_estimate * column.neutral_estimates,
        pgettext("column", "unrated"): column.unrated,
    }
    if not is_estimate:
        found[pgettext("column", "estim.")] = column.estimates.total + column.neutral_estimates
    return found


def _bar(count: int, longest: int, half: str) -> str:
    """Return a bar in halves of a cell; at least a half for one article. half: its end."""
    halves = max(round(count * _BAR * 2 / longest), min(count, 1))
    whole = "█" * (halves // 2)
    if not halves % 2:
        return whole
    return half + whole if half == "▐" else whole + half


def _table(found: "Mood") -> Iterator[str]:
    from rich.cells import set_cell_size

    from reader.cache.mood import legend, now_and_was, percent, sparkline, summed

    shown = 35
    is_estimate = _is_of_estimates(found)
    titles = pgettext("column", "n"), pgettext("column", "now"), pgettext("column", "was")
    numbers = "".join(f"{title:>6}" for title in titles)
    yield f"{_per(found):<{_NAME}}{numbers}  {_title_of_shares(found)}"
    for row in found.rows:
        series = row.estimates if is_estimate else row.labels
        now, was = now_and_was(series, found.by)
        title = set_cell_size(row.name, _NAME)
        numbers = f"{grouped(summed(series).total):>6}{percent(now):>6}{percent(was):>6}"
        yield f"{title}{numbers}  {sparkline(series[-shown:])}"
    if not found.rows:
        yield _none_has(found)
        return
    yield ""
    yield _("n: ▲ and ▼, {legend}").format(legend=legend(found.by))


def _per(found: "Mood") -> str:
    names = {"tag": _("tag"), "source": _("source"), "category": _("category")}
    return names[str(found.per)]


def _none_has(found: "Mood") -> str:
    texts = {
        "tag": _("(no article has a tag)"),
        "source": _("(no article has a source)"),
        "category": _("(no article has a category)"),
    }
    return texts[str(found.per)]


def _title_of_shares(found: "Mood") -> str:
    if _is_of_estimates(found):
        by_day, by_week = _("▲ % by day (estimates)"), _("▲ % by week (estimates)")
    else:
        by_day, by_week = _("▲ % by day (labels)"), _("▲ % by week (labels)")
    return by_week if found.by == "week" else by_day


def _print_json(found: "Mood") -> None:
    from reader.cli.output import to_json

    record: dict[str, Any] = {"by": found.by, "columns": list(map(_record, found.columns))}
    if found.per:
        record |= {"per": found.per, "rows": [_row_record(row, found) for row in found.rows]}
    print(to_json(record, indent=2))


_CSV = ("positive", "negative", "neutral", "unrated")
_CSV_ESTIMATES = ("estimated_positive", "estimated_negative", "estimated_neutral")


def _record(column: "Column") -> dict[str, Any]:
    """Return the numbers of a column; those without `estimated` are the publisher's labels."""
    return {
        "first": column.first.isoformat(),
        "last": column.last.isoformat(),
        "articles": column.articles,
        **dict(zip(_CSV, (*column.labels, column.neutral, column.unrated), strict=True)),
        **dict(zip(_CSV_ESTIMATES, (*column.estimates, column.neutral_estimates), strict=True)),
    }


def _row_record(row: "Row", found: "Mood") -> dict[str, Any]:
    from reader.cache.mood import now_and_was

    now, was = now_and_was(row.labels, found.by)
    return {
        "name": row.name,
        "articles": row.articles,
        "now": _pair(now),
        "was": _pair(was),
        "labels": [list(pair) for pair in row.labels],
        "estimates": [list(pair) for pair in row.estimates],
    }


def _pair(pair: "Pair") -> dict[str, Any]:
    share = None if pair.share is None else round(pair.share, 4)
    return {"positive": pair.positive, "negative": pair.negative, "share": share}


def _print_csv(found: "Mood") -> None:
    """Print a line for each column; with rows, one for each name and column."""
    import csv
    import sys

    out = csv.writer(sys.stdout, lineterminator="\n")
    if found.per is None:
        out.writerow(("first", "last", "articles", *_CSV, *_CSV_ESTIMATES))
        out.writerows(_record(column).values() for column in found.columns)
        return
    out.writerow((found.per, "first", "last", *_CSV[:2], *_CSV_ESTIMATES[:2]))
    for row in found.rows:
        out.writerows(_csv_lines(row, found.columns))


def _csv_lines(row: "Row", columns: "Sequence[Column]") -> Iterator[Sequence[object]]:
    from reader.cli.output import as_text

    for column, labels, estimates in zip(columns, row.labels, row.estimates, strict=True):
        days = column.first.isoformat(), column.last.isoformat()
        yield as_text(row.name), *days, *labels, *estimates


COMMANDS = {"mood": mood}
