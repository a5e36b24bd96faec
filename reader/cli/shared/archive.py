"""The command `archive`: set up an archive on a server, and bring it up to date."""

from pathlib import Path

import click

from reader.cli.context import Paths, say
from reader.errors import SourceError
from reader.i18n import _, grouped, ngettext

WIDTHS = ("16s", "4s", "1s", "250ms")
"""Names of widths of slots, as `cache.values.slots` has them: importing that would take longer."""


@click.group(short_help=_("Set up an archive on a PostgreSQL server, for several machines."))
def archive() -> None:
    """Set up an archive on a PostgreSQL server, which several machines read and fill.

    Open it with `cryptoread --data postgresql://HOST/DATABASE`. Its articles are on the server;
    your marks, positions and views stay in a local folder.

    \b
    Example:
      cryptoread archive init postgresql://owner@archive.example/news
      cryptoread --data postgresql://me@archive.example/news
    """


@archive.command(short_help=_("Set up an archive in an empty database."))
@click.argument("address", metavar=_("ADDRESS"))
@click.option(
    "--slots",
    type=click.Choice(WIDTHS),
    default=WIDTHS[0],
    show_default=True,
    help=_("Width of a slot of time: the narrower, the more articles of one day."),
)
def init(address: str, slots: str) -> None:
    """Set up an archive in the database at ADDRESS, as its owner.

    ADDRESS is `postgresql://[USER@]HOST[:PORT]/DATABASE`, without a password: that is read from
    ~/.pgpass, PGPASSWORD or the system's keyring. To other machines than this one the connection is
    encrypted and the server's certificate is checked (sslmode=verify-full).

    An archive has an id for each slot of time, and takes articles for half of them: 2,700 a day in
    slots of 16 seconds (`--slots 16s`), 10,800 in `4s`, 43,200 in `1s`, 172,800 in `250ms`. Sets of
    articles are larger in narrow slots. The width stays; `archive copy` brings the articles into an
    archive of another.

    \b
    Example:
      cryptoread archive init postgresql://owner@archive.example/news
      cryptoread archive init --slots 1s postgresql://owner@archive.example/all-news
    """
    from reader.cache.shared.folders import parsed
    from reader.cache.values.slots import of_name

    chosen = parsed(address)
    from reader.cache.shared.owning import init  # needs the extra, which `parsed` asks for

    init(chosen, of_name(slots))
    text = _("{database} has an archive now; `cryptoread --data ADDRESS` opens it")
    say(text.format(database=chosen.name))


@archive.command(short_help=_("Bring an archive up to date with this version."))
@click.argument("address", metavar=_("ADDRESS"))
def migrate(address: str) -> None:
    """Bring the archive at ADDRESS up to date with this version, as its owner.

    Older versions cannot open it afterwards.

    \b
    Example:
      cryptoread archive migrate postgresql://owner@archive.example/news
    """
    from reader.cache.shared.folders import parsed

    chosen = parsed(address)
    from reader.cache.shared.owning import migrate  # needs the extra, which `parsed` asks for

    done = migrate(chosen)
    text = _("{archive} is up to date already")
    if done:
        text = ngettext(
            "{archive} is up to date; {number} migration was applied",
            "{archive} is up to date; {number} migrations were applied",
            done,
        )
    say(text.format(archive=chosen.name, number=grouped(done)))


@archive.command(short_help=_("Copy all articles into another archive."))
@click.argument("source", metavar=_("FROM"))
@click.argument("to", metavar=_("TO"))
def copy(source: str, to: str) -> None:
    """Copy all articles from one archive into another that has none.

    FROM and TO are data folders or addresses of shared archives, in any combination. Stories, known
    files and what is known of feeds come with the articles; marks stay where they are, and
    `backup --marks` and `restore --marks` move them. A copy that was interrupted goes on where it
    ended. At the end both archives are read and compared.

    \b
    Example:
      cryptoread archive copy ~/.local/share/cryptoread postgresql://owner@archive.example/news
    """
    from contextlib import ExitStack

    from reader.cache.copying import copy
    from reader.cache.opened import open_store
    from reader.cache.values.instants import utc_now
    from reader.cli.printing.progress import progress

    with ExitStack() as at_end, progress(_("copying")) as on_progress:
        stores = [
            at_end.enter_context(open_store(_folder(each, is_new=place == 1), clock=utc_now))
            for place, each in enumerate((source, to))
        ]
        report = copy(stores[0], stores[1], on_progress)
    if report.found:
        text = ngettext(
            "{number} article copied, {found} were there; both archives were compared "
            "and are equal",
            "{number} articles copied, {found} were there; both archives were compared "
            "and are equal",
            report.articles,
        )
    else:
        text = ngettext(
            "{number} article copied; both archives were compared and are equal",
            "{number} articles copied; both archives were compared and are equal",
            report.articles,
        )
    say(text.format(number=grouped(report.articles), found=grouped(report.found)))


def _folder(text: str, *, is_new: bool) -> Path:
    """Return the folder of an archive. Raises CacheError."""
    from reader.config.paths import is_address

    folder = Paths(text if is_address(text) else Path(text)).data
    if not is_new and not folder.is_dir():
        raise SourceError(_("{folder} is not a folder").format(folder=folder))
    return folder


COMMANDS = {"archive": archive}
