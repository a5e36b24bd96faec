"""Printing on stdout: articles and counts, for people and for programs.

Only formatting; the commands choose the articles.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from reader.article import Article, Row, Sentiment
from reader.cache.answers import Stats
from reader.cli.printing.colours import Look, painted
from reader.i18n import _, grouped, ngettext, pgettext

if TYPE_CHECKING:
    from rich.console import Console

    from reader.doctor import Finding, State
    from reader.insight.firsts import Firsts

FIELDS = (
    "id",
    "external_id",
    "title",
    "description",
    "published_at",
    "updated_at",
    "lang",
    "source",
    "category",
    "sentiment",
    "score",
    "tags",
    "read",
    "favourite",
    "later",
    "cover",
    "url",
)


class ListFormat(StrEnum):
    """Formats of `list`."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    TEMPLATE = "template"


def record(row: Row, article: Article) -> dict[str, Any]:
    """Return an article as a JSON object: dates ISO 8601 UTC with Z, null for unknown values.

    Has `sentiment_estimated` only for an estimate, `own_tags` only if the user has set any, and
    `former_titles`, the latest first, only if the source has changed the title.
    """
    values = (
        row.reference,
        article.external_id or None,
        article.title,
        article.description,
        iso(article.published),
        iso(article.updated),
        article.lang,
        row.source or None,
        article.category,
        None if row.sentiment is Sentiment.UNRATED else row.sentiment.value,
        article.score,
        list(article.tags),
        row.read,
        row.favourite,
        row.later,
        (article.cover.best or None) if article.cover else None,
        article.url or None,
    )
    found = dict(zip(FIELDS, values, strict=True))
    if row.estimated:
        found["sentiment_estimated"] = True
    if row.own_tags:
        found["own_tags"] = list(row.own_tags)
    if article.former_titles:
        found["former_titles"] = list(article.former_titles)
    return found


def iso(instant: datetime) -> str:
    """Return 2025-11-14T02:00:28Z, with milliseconds if it has any."""
    precision = "milliseconds" if instant.microsecond else "seconds"
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=precision) + "Z"


def local(instant: datetime) -> str:
    """Return 2025-11-14 04:00 +02:00, in the system's time zone."""
    here = instant.astimezone()
    offset = f"{here:%z}"
    return f"{here:%Y-%m-%d %H:%M} {offset[:3]}:{offset[3:5]}"


def print_articles(
    articles: Iterable[tuple[Row, Article]], form: ListFormat, *, raw: bool = False
) -> None:
    """Print the articles as JSON, JSON lines or CSV, one by one.

    raw: do not protect CSV cells that a spreadsheet would read as a formula.
    """
    records = (record(row, article) for row, article in articles)
    match form:
        case ListFormat.JSON:
            _print_array(records)
        case ListFormat.JSONL:
            for each in records:
                print(to_json(each))
        case ListFormat.CSV:
            _print_csv(records, raw=raw)
        case ListFormat.TABLE | ListFormat.TEMPLATE:
            raise ValueError(form)


def to_json(value: object, indent: int | None = None) -> str:
    """Return JSON for stdout, escaped if its encoding lacks a character.

    Characters that act on a terminal are always escaped.
    """
    import json

    from reader.text import escaped_in_json

    ascii_only = not (sys.stdout.encoding or "").lower().startswith("utf")
    return escaped_in_json(json.dumps(value, ensure_ascii=ascii_only, indent=indent))


def _print_array(records: Iterator[dict[str, Any]]) -> None:
    print("[", end="")
    separator = "\n"
    for each in records:
        print(separator, to_json(each), sep="", end="")
        separator = ",\n"
    print("\n]")


FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""Beginnings of a text that a spreadsheet reads as a formula."""


def _print_csv(records: Iterator[dict[str, Any]], *, raw: bool) -> None:
    """Print CSV: tags joined by `|`, booleans as 1 or 0. raw: put no apostrophe before formulas."""
    import csv

    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(FIELDS)
    for each in records:
        each["tags"] = "|".join(each["tags"])
        for name in ("read", "favourite", "later"):
            each[name] = int(each[name])
        cells = (each[name] for name in FIELDS)
        out.writerow(cells if raw else map(as_text, cells))


def as_text(cell: object) -> object:
    """Return the cell of CSV, with an apostrophe before a text that would be a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


_LOOKS = {Sentiment.POSITIVE: Look.GOOD, Sentiment.NEGATIVE: Look.BAD}


def print_rows(rows: Iterable[Row], width: int | None, *, coloured: bool = False) -> None:
    """Print one line per article, cut to `width` cells; None: whole titles."""
    from rich.cells import cell_len, set_cell_size

    for row in rows:
        parts = _parts_of(row)
        line = "".join(text for text, _look in parts)
        if width is not None and cell_len(line) > width:
            line = set_cell_size(line, width - 1).rstrip() + "…"
        print(_coloured(line, parts) if coloured else line)


def _parts_of(row: Row) -> list[tuple[str, Look]]:
    """Return the parts of an article's line, each with its look."""
    from rich.cells import set_cell_size

    when = f"{row.published.astimezone():%Y-%m-%d %H:%M}"
    return [
        (f"{row.reference:>15} ", Look.DIM),
        (f"{' ' if row.read else '•'} ", Look.BOLD),
        (f"{when}  {row.lang:<3}", Look.DIM),
        ("~" if row.estimated else " ", Look.DIM),
        (f"{row.sentiment.glyph} ", _LOOKS.get(row.sentiment, Look.DIM)),
        (f"{set_cell_size(row.category, 12)} ", Look.NAME),
        (row.title, Look.DIM if row.read else Look.PLAIN),
    ]


def _coloured(line: str, parts: list[tuple[str, Look]]) -> str:
    """Return the line, which may be cut, with the looks of its parts."""
    painted_parts, start = [], 0
    for text, look in parts[:-1]:
        painted_parts.append(painted(line[start : start + len(text)], look))
        start += len(text)
    return "".join((*painted_parts, painted(line[start:], parts[-1][1])))


def print_stats_json(stats: Stats, firsts: "Sequence[Firsts]" = ()) -> None:
    """Print counts as JSON. `first_with_stories` is there only if any source has enough stories."""
    record: dict[str, Any] = {
        "articles": stats.articles,
        "languages": dict(stats.languages),
        "sources": dict(stats.sources),
        "tags": dict(stats.tags),
        "categories": {name: dict(each) for name, each in stats.categories.items()},
    }
    if firsts:
        record["first_with_stories"] = [
            {
                "source": each.source,
                "stories": each.stories,
                "first": round(each.first, 2),
                "by_chance": round(each.by_chance, 2),
                "median_lag_hours": each.median_lag_s and round(each.median_lag_s / 3600, 2),
            }
            for each in firsts
        ]
    print(to_json(record, indent=2))


def print_stats(stats: Stats, firsts: "Sequence[Firsts]" = (), most_tags: int = 20) -> None:
    """Print tables of categories by sentiment, languages, sources, frequent tags, and firsts."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    console = _console()
    titles = _sentiment_titles()
    sentiments = (f"{each.glyph} {titles[each]}" for each in Sentiment)
    table = Table(_("category"), pgettext("column", "articles"), *sentiments)
    table.box = box.SIMPLE_HEAD
    for column in table.columns[1:]:
        column.justify = "right"
    for name, counts in stats.categories.items():
        numbers = [sum(counts.values()), *(counts[s] for s in Sentiment)]
        table.add_row(Text(name), *(grouped(number) if number else "–" for number in numbers))
    text = ngettext("{number} article", "{number} articles", stats.articles)
    console.print(text.format(number=grouped(stats.articles)))
    console.print(table)
    frequent = dict(list(stats.tags.items())[:most_tags])
    for title, counted in _counted(stats, frequent):
        console.print(Text.assemble((f"{title}  ", "bold"), _enumeration(counted)))
    if firsts:
        table = Table(
            _("first with a story"),
            pgettext("column", "stories"),
            pgettext("share of stories", "first"),
            _("by chance"),
            _("median behind"),
        )
        table.box = box.SIMPLE_HEAD
        for column in table.columns[1:]:
            column.justify = "right"
        for each in firsts:
            shares = (f"{100 * each.share:.0f} %", f"{100 * each.chance:.0f} %")
            table.add_row(Text(each.source), grouped(each.stories), *shares, each.lag or "–")
        console.print(table)


def _sentiment_titles() -> Mapping[Sentiment, str]:
    """Return short words for columns."""
    return {
        Sentiment.POSITIVE: pgettext("column", "positive"),
        Sentiment.NEGATIVE: pgettext("column", "negative"),
        Sentiment.NEUTRAL: pgettext("column", "neutral"),
        Sentiment.UNRATED: pgettext("column", "unrated"),
    }


def _console() -> "Console":
    from rich.console import Console
    from rich.theme import Theme

    class OnStdout(Console):
        """A console on stdout."""

        def on_broken_pipe(self) -> None:
            raise  # rich would end the program with an exit code of its own

    # Some terminals cannot strike text through.
    struck = Theme({"markdown.s": "strike dim"})  # not shown: a style
    return OnStdout(highlight=False, markup=False, emoji=False, theme=struck)


def _counted(stats: Stats, frequent: Mapping[str, int]) -> Iterator[tuple[str, Mapping[str, int]]]:
    yield _("languages"), stats.languages
    none = pgettext("source", "none")
    yield _("sources"), {name or none: count for name, count in stats.sources.items()}
    text = _("tags ({shown} of {number})")
    yield text.format(shown=len(frequent), number=grouped(len(stats.tags))), frequent


def _enumeration(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {grouped(count)}" for name, count in counts.items())


def print_article(row: Row, article: Article, *, paged: bool = False) -> None:
    """Print the article: laid out on a terminal, as Markdown in a pipe.

    paged: on a terminal, show it in the user's pager.
    """
    source = article.source.name or article.source.key if article.source else ""
    sentiment = row.sentiment.word
    if row.estimated:
        sentiment = _("{sentiment} (an estimate)").format(sentiment=sentiment)
    facts = [source, article.category, article.lang, sentiment, local(article.published)]
    head = [article.title]
    head += [_("was: {title}").format(title=title) for title in article.former_titles]
    head += [" · ".join(filter(None, facts))]
    head += [", ".join(article.tags)] if article.tags else []
    from reader.formats.lead import lead

    summary = lead(article)
    if not sys.stdout.isatty():
        print("\n".join(head), *filter(None, (summary, article.body)), sep="\n\n")
        return
    console = _console()
    if not paged:
        _lay_out(head, summary, article.body, console)
        return
    from reader.cli.printing.pager import page

    with console.capture() as laid_out:
        _lay_out(head, summary, article.body, console)
    page(laid_out.get())


def _lay_out(head: list[str], summary: str, body: str, console: "Console") -> None:
    """Print an article on a terminal, wrapped and styled."""
    from rich.markdown import Markdown
    from rich.text import Text

    column = min(console.width, 88)
    console.print(Text(head[0], style="bold"), width=column)
    for line in head[1:]:
        console.print(Text(line, style="dim"), width=column)
    console.print()
    if summary:
        console.print(Text(summary, style="italic"), width=column)
        console.print()
    console.print(Markdown(body, hyperlinks=False), width=column)


def print_findings_json(findings: "Iterable[Finding]") -> "set[State]":
    """Print an array of objects with check, ok, finding and repair; return the states."""
    from reader.safety.redaction import redacted
    from reader.text import clean_line

    found = list(findings)
    records = [
        {
            name: clean_line(redacted(value)) if isinstance(value, str) else value
            for name, value in each
        }
        for each in (finding.record().items() for finding in found)
    ]
    print(to_json(records, indent=2))
    return {finding.state for finding in found}
