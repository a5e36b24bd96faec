"""The command `mark`: set and remove marks on whatever a query matches."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from reader.cli.context import Paths
from reader.cli.query_argument import ANY_WORDS, QueryCommand, query_argument
from reader.i18n import _, grouped, ngettext

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from reader.cache.marks.kinds import AnyMark
    from reader.query.language import Query


def _own_tags(ctx: click.Context, _param: click.Parameter, typed: str) -> "list[CompletionItem]":
    """Complete a tag of the user's own."""
    from click.shell_completion import CompletionItem

    from reader.query.language import Field

    paths: Paths = ctx.find_object(Paths) or Paths(None, None)
    with paths.library() as library:
        names = library.names(Field.MYTAG)
    return [CompletionItem(name) for name in names if name.startswith(typed.casefold())]


@click.command(
    cls=QueryCommand,
    context_settings=ANY_WORDS,
    short_help=_("Mark all articles that match, or tag them."),
)
@query_argument
@click.option("--read/--unread", default=None, help=_("Mark them as read, or as unread."))
@click.option("--favourite/--no-favourite", default=None, help=_("Make them favourites, or not."))
@click.option("--later/--no-later", default=None, help=_("Put them aside to read later, or not."))
@click.option(
    "--tag", metavar=_("NAME"), shell_complete=_own_tags, help=_("Set a tag of your own.")
)
@click.option("--untag", metavar=_("NAME"), shell_complete=_own_tags, help=_("Remove that tag."))
@click.option("--dry-run", is_flag=True, help=_("Only say how many articles would change."))
@click.pass_obj
def mark(
    paths: Paths,
    query: "Query",
    read: bool | None,
    favourite: bool | None,
    later: bool | None,
    tag: str | None,
    untag: str | None,
    dry_run: bool,
) -> None:
    """Set or remove one mark on all articles that match QUERY, and print how many it changed.

    It is one step: u in the reader takes it back. The marks are those of the reader: read,
    favourite, to read later, and tags of your own, which `mytag:NAME` finds.

    \b
    Example:
      cryptoread mark before:30d is:unread --read --dry-run
    """
    from reader.cache.ids import Ids
    from reader.cache.marks.kinds import Mark
    from reader.cache.marks.labels import many

    marks = {Mark.READ: read, Mark.FAVOURITE: favourite, Mark.LATER: later}
    wanted: list[tuple[AnyMark, bool]] = [
        *((each, value) for each, value in marks.items() if value is not None),
        *_tagged("--tag", tag, value=True),
        *_tagged("--untag", untag, value=False),
    ]
    if len(wanted) != 1:
        raise click.UsageError(_("give one of --read, --favourite, --later, --tag or its opposite"))
    if not query.terms:
        raise click.UsageError(_("give a query, such as is:unread: it names the articles to mark"))
    ((what, value),) = wanted

    with paths.held_library(stories=query.is_about_stories) as library:
        ids = Ids(library.find(query).bits)  # counts what `list --count` does
        if dry_run:
            changed = library.marking.would_change(ids, what, value)
            would = ngettext(
                "{number} article would change", "{number} articles would change", changed
            )
            print(would.format(number=grouped(changed)))
            return
        changed = library.set_marks(ids, what, value, lambda _value, n: many(n)).changed
    done = ngettext("{number} article changed", "{number} articles changed", changed)
    print(done.format(number=grouped(changed)))


def _tagged(option: str, name: str | None, *, value: bool) -> "Iterator[tuple[AnyMark, bool]]":
    from reader.cache.marks.kinds import own_tag

    if name is None:
        return
    try:
        yield own_tag(name), value
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from error


COMMANDS = {"mark": mark}
