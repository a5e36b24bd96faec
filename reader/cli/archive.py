"""The commands `import` and `export`: read articles from files, write them to files."""

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reader.cli.context import REFUSED, Paths, say
from reader.cli.query_argument import ANY_WORDS, QueryCommand, query_argument
from reader.i18n import _, grouped, ngettext

if TYPE_CHECKING:
    from reader.archive.importing import ImportReport
    from reader.query.language import Query

MANY, VERY_MANY = 1_000, 100_000
"""From `MANY` new articles on, an import does not merge the full-text index: the user would wait.

From `VERY_MANY` on it merges all of it, as the next sync or import would have too much to merge.
"""

MOST_ALIKE = 10
"""Files that are named with the same note."""


@click.command("import", short_help=_("Import articles from folders, files and archives."))
@click.argument(
    "sources", nargs=-1, required=True, type=click.Path(path_type=Path), metavar=_("PATH...")
)
@click.pass_obj
def import_(paths: Paths, sources: tuple[Path, ...]) -> None:
    """Import articles from folders, Markdown files, .zip and .tar archives (.gz, .xz, .bz2).

    Also from .jsonl files, one article per line, and .json files, an array of articles (or .gz of
    either): the fields of the front matter, and "body".

    Files that have not changed since the last import are skipped. Each article that is refused is
    listed with the reason; all others are imported.

    \b
    Example:
      cryptoread import ~/news articles-2025.tar.xz more.jsonl.gz
    """
    from reader.cli.printing.progress import progress
    from reader.workers import make_way

    make_way()
    _begin_first_import(paths)
    with paths.library() as library:
        with progress(_("importing")) as on_progress:
            report = library.bring_in(
                sources, on_progress=on_progress, on_refusal=lambda refusal: say(str(refusal))
            )
        _tell(report)
        if report.stored < MANY:
            library.deciding.run_in_passing()
        if report.stored < MANY or report.stored >= VERY_MANY:  # in between, the user would wait
            library.upkeep.tidy(entirely=report.stored >= VERY_MANY)
    if report.refusals:
        sys.exit(REFUSED)


def _tell(report: "ImportReport") -> None:
    alike: Counter[str] = Counter()
    for flag in report.flagged:
        alike[flag.reason] += 1
        if alike[flag.reason] <= MOST_ALIKE:
            say(_("{file} (imported anyway)").format(file=flag))
    for reason, count in alike.items():
        if count > MOST_ALIKE:
            more = count - MOST_ALIKE
            text = ngettext(
                "{number} more file: {reason} (imported anyway)",
                "{number} more files: {reason} (imported anyway)",
                more,
            )
            say(text.format(number=grouped(more), reason=reason))
    if report.vanished:
        count = len(report.vanished)
        text = ngettext(
            "{number} previously imported file no longer exists, such as {file}; "
            "their articles stay",
            "{number} previously imported files no longer exist, such as {file}; "
            "their articles stay",
            count,
        )
        say(text.format(number=grouped(count), file=report.vanished[0]))
    say(str(report))
    from reader.safety.logs import note

    note(f"import: {report}")


def _begin_first_import(paths: Paths) -> None:
    """Start the worker processes while the library opens: the first import parses every file."""
    if not paths.data.exists():
        from reader.workers import context

        context()


@click.command(
    cls=QueryCommand,
    context_settings=ANY_WORDS,
    short_help=_("Write articles as Markdown, JSON lines or a book."),
)
@query_argument
@click.option(
    "--to",
    required=True,
    type=click.Path(path_type=Path),
    metavar=_("FOLDER|FILE"),
    help=_("A folder, or a new .zip, .tar, .tar.gz, .tar.xz, .jsonl, .jsonl.gz, .html, .epub."),
)
@click.pass_obj
def export(paths: Paths, query: "Query", to: Path) -> None:
    """Write the articles that match QUERY in the archive's own layout, or as JSON lines.

    As a book to read elsewhere: one .html page, or an .epub, with a table of contents by category.
    It has no scripts and loads no pictures: they are links. At most 5,000 articles.

    \b
    Example:
      cryptoread export is:favourite --to favourites.zip
      cryptoread export after:2d lang:en --to weekend.epub
    """
    with paths.held_library(stories=query.is_about_stories) as library:
        report = library.export(query, to, on_refusal=lambda refusal: say(str(refusal)))
        damaged = library.damaged
    text = _("{report}, {number} damaged") if damaged else "{report}"
    say(text.format(report=report, number=damaged))
    if report.refusals or damaged:
        sys.exit(REFUSED)


COMMANDS = {"export": export, "import": import_}
