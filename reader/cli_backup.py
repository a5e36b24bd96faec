"""The commands `backup` and `restore`. Results go to stderr: nothing is printed to be read on."""

from pathlib import Path

import click

from reader.main import Paths, say

MARKS_HELP = "The marks and nothing else: read, favourites, undo, where each article was left."


@click.command(short_help="Keep marks, articles and settings in one file.")
@click.argument("to", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.option("--marks", "marks_alone", is_flag=True, help=MARKS_HELP)
@click.option("--force", is_flag=True, help="Put it in the place of a FILE that is there.")
@click.pass_obj
def backup(paths: Paths, to: Path, marks_alone: bool, force: bool) -> None:
    """Write marks, articles and settings into one new FILE, a ZIP archive.

    Screens may be open and a sync may run meanwhile. FILE is read back before it gets its name.
    It holds your settings with the keys that stand in them, and only you can read it; a key in
    the system's keyring is not in it.

    \b
    Example:
      cryptoread backup ~/cryptoread-2026-03.zip
      cryptoread backup --marks /media/stick/marks.zip
    """
    from reader.backup import backup
    from reader.config import config_file, data_folder

    to = to.expanduser()
    folder = data_folder(paths.data)
    report = backup(folder, config_file(paths.config), to, marks_alone=marks_alone, force=force)
    say(f"backed up {report} to {to} ({report.size / 1e6:,.1f} MB)")


@click.command(short_help="Put back what a backup holds.")
@click.argument("source", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--marks", "marks_alone", is_flag=True, help=MARKS_HELP)
@click.pass_obj
def restore(paths: Paths, source: Path, marks_alone: bool) -> None:
    """Put back marks, articles and settings as they were when FILE was made.

    What is there now is not deleted: each file is set aside beside the new one, under a name that
    is said. FILE is checked as a whole before anything is changed. Quit open screens before.

    With --marks, the marks of FILE take the place of the present marks, which are set aside;
    articles and settings stay as they are.

    \b
    Example:
      cryptoread restore ~/cryptoread-2026-03.zip
    """
    from reader.backup import restore
    from reader.config import config_file, data_folder

    config = paths.config.expanduser() if paths.config else config_file()
    source = source.expanduser()
    report = restore(source, data_folder(paths.data), config, marks_alone=marks_alone)
    say(f"restored {report} from {source}")
    for aside in report.asides:
        say(f"what was there before is now {aside}")


COMMANDS = {"backup": backup, "restore": restore}
