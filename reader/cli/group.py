"""The command line: the common options, which module has which command, and running it.

Results go to stdout, everything else to stderr. What a command needs is imported when it runs, so
that each starts fast.
"""

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from reader import __version__
from reader.cli.context import COMPLETE, PROGRAM, Paths, say
from reader.cli.printing.help import translate
from reader.cli.query_argument import (
    ANY_WORDS,
    QueryCommand,
    complete_query,
    parse_query,
    query_argument,
)
from reader.cli.screen import open_reader
from reader.cli.shared.address import DataFolder
from reader.i18n import _
from reader.nearest import nearest

if TYPE_CHECKING:
    from reader.query.language import Query

MODULES: Mapping[str, tuple[str, ...]] = {
    "alerts": ("check",),
    "archive": ("export", "import"),
    "brief": ("brief",),
    "completion": ("completion",),
    "config": ("config",),
    "live": ("sync",),
    "marking": ("mark",),
    "mood": ("mood",),
    "shared.archive": ("archive",),
    "reading": ("list", "open", "related", "show", "stats", "stories"),
    "subscriptions": ("subscribe", "subscriptions", "unsubscribe"),
    "upkeep": ("backup", "doctor", "restore"),
}
"""Modules of this folder, which are imported when needed, and their commands."""


class Commands(click.Group):
    """The commands; a line that begins with any other word opens the reader on a query."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, sorted, without importing them."""
        return sorted((*super().list_commands(ctx), *chain.from_iterable(MODULES.values())))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module that has this command, and return the command."""
        command = _commands_beside(cmd_name).get(cmd_name) or super().get_command(ctx, cmd_name)
        if command is not None:
            translate(command)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete commands and options, and the query that opens the reader."""
        found = super().shell_complete(ctx, incomplete)
        if incomplete and not incomplete.startswith("--"):
            found += [CompletionItem(word) for word in complete_query(ctx, None, incomplete)]
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that a line names, else `read` with all of its words."""
        names = self.list_commands(ctx)
        if args[0] in names:
            return super().resolve_command(ctx, args)
        meant = nearest(args[0], names)
        if meant and not ctx.resilient_parsing:
            text = _(
                "no command `{typed}`, so it was searched for; did you mean `cryptoread {meant}`?"
            )
            sentence = text.format(typed=args[0], meant=meant)
            # After the screen, which would hide it.
            ctx.call_on_close(lambda: say(f"cryptoread: {sentence}"))
        return "", read, args


def _commands_beside(name: str) -> Mapping[str, click.Command]:
    """Return the commands of the module that has the one with this name."""
    for module, names in MODULES.items():
        if name in names:
            commands: Mapping[str, click.Command] = import_module(f"reader.cli.{module}").COMMANDS
            return commands
    return {}


@click.group(
    cls=Commands,
    context_settings=ANY_WORDS | {"max_content_width": 100},
    invoke_without_command=True,
    options_metavar=_("[OPTIONS]"),
    subcommand_metavar=_("[QUERY | COMMAND ...]"),
    epilog=_("`cryptoread COMMAND --help` shows the options of a command and an example."),
)
@click.option(
    "--data",
    type=DataFolder(),
    metavar=_("FOLDER"),
    help=_("Folder of articles and marks, or address of a shared archive (or CRYPTOREAD_DATA)."),
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar=_("FILE"),
    help=_("File of settings (or CRYPTOREAD_CONFIG)."),
)
@click.option("--debug", is_flag=True, help=_("Write more to the log (or CRYPTOREAD_DEBUG=1)."))
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, data: Path | str | None, config: Path | None, debug: bool) -> None:
    """Read an archive of crypto news. Without a command: open the reader.

    \b
    Example:
      cryptoread tag:xrp after:7d     the reader, on a week of XRP
    """
    if debug or os.environ.get("CRYPTOREAD_DEBUG"):
        _begin_debug(ctx, debug)
    ctx.obj = Paths(data, config)
    if ctx.invoked_subcommand is None:
        ctx.invoke(read, query=parse_query(ctx, read.params[0], ()))


translate(cli)


def _begin_debug(ctx: click.Context, debug: bool) -> None:
    """Log which command runs, for how long, and on what platform; never its words."""
    from time import monotonic

    from reader.safety.logs import begin_debug, note

    if debug:
        begin_debug()
    begun = monotonic()
    name = ctx.invoked_subcommand or "read"
    python = ".".join(map(str, sys.version_info[:3]))
    note(f"{name} begins: cryptoread {__version__}, Python {python}, {sys.platform}")
    ctx.call_on_close(lambda: note(f"{name} ends after {monotonic() - begun:.1f} s"))


@click.command(cls=QueryCommand, context_settings=ANY_WORDS)
@query_argument
@click.pass_obj
def read(paths: Paths, query: "Query") -> None:
    """Open the reader."""
    open_reader(paths, query)


def run_command(arguments: list[str]) -> int:
    """Run a command line and return its exit code. Wrong usage is explained on stderr."""
    if COMPLETE in os.environ:
        from reader.cli.completion import prepare

        prepare()
        cli.main(arguments, prog_name=PROGRAM)
    try:
        # `cli.main` would report a closed pipe as a failure.
        with cli.make_context(PROGRAM, arguments) as context:
            cli.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        from reader.safety.redaction import redacted
        from reader.text import clean

        told = StringIO()
        error.show(told)
        click.echo(redacted(clean(told.getvalue())), err=True, nl=False)
        return error.exit_code
    return 0
