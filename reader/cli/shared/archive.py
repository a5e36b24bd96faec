"""The command `archive`: set up an archive on a server, and bring it up to date."""

import click

from reader.cli.context import say


@click.group(short_help="Set up an archive on a PostgreSQL server, for several machines.")
def archive() -> None:
    """Set up an archive on a PostgreSQL server, which several machines read and fill.

    Open it with `cryptoread --data postgresql://HOST/DATABASE`. Its articles are on the server;
    your marks, positions and views stay in a local folder.

    \b
    Example:
      cryptoread archive init postgresql://owner@archive.example/news
      cryptoread --data postgresql://me@archive.example/news
    """


@archive.command(short_help="Set up an archive in an empty database.")
@click.argument("address", metavar="ADDRESS")
def init(address: str) -> None:
    """Set up an archive in the database at ADDRESS, as its owner.

    ADDRESS is postgresql://[USER@]HOST[:PORT]/DATABASE, without a password: that is read from
    ~/.pgpass, PGPASSWORD or the system's keyring. To other machines than this one the connection is
    encrypted and the server's certificate is checked (sslmode=verify-full).

    \b
    Example:
      cryptoread archive init postgresql://owner@archive.example/news
    """
    from reader.cache.shared.folders import parsed
    from reader.cache.shared.owning import init

    chosen = parsed(address)
    init(chosen)
    say(f"{chosen.name} has an archive now; `cryptoread --data ADDRESS` opens it")


@archive.command(short_help="Bring an archive up to date with this version.")
@click.argument("address", metavar="ADDRESS")
def migrate(address: str) -> None:
    """Bring the archive at ADDRESS up to date with this version, as its owner.

    Older versions cannot open it afterwards.

    \b
    Example:
      cryptoread archive migrate postgresql://owner@archive.example/news
    """
    from reader.cache.shared.folders import parsed
    from reader.cache.shared.owning import migrate

    chosen = parsed(address)
    done = migrate(chosen)
    say(f"{chosen.name} is up to date{f'; {done} migrations were applied' if done else ' already'}")


COMMANDS = {"archive": archive}
