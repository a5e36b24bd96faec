"""The commands `backup`, `restore` and `doctor`: the files of the library as a whole.

`doctor` prints its findings on stdout; `backup` and `restore` report on stderr.
"""

import sys
from pathlib import Path

import click

from reader.cli.context import FAILED, REFUSED, Paths, say
from reader.i18n import _, grouped

MARKS_HELP = _("Only the marks: read, favourites, own tags, undo, scroll positions.")


@click.command(short_help=_("Back up marks, articles and settings to one file."))
@click.argument("to", type=click.Path(path_type=Path, dir_okay=False), metavar=_("FILE"))
@click.option("--marks", "marks_alone", is_flag=True, help=MARKS_HELP)
@click.option("--force", is_flag=True, help=_("Replace FILE if it exists."))
@click.pass_obj
def backup(paths: Paths, to: Path, marks_alone: bool, force: bool) -> None:
    """Write marks, articles and settings to one new FILE, a ZIP archive.

    Screens may be open and a sync may run meanwhile. FILE is read back before it gets its name.
    It contains your settings, including keys, and only you can read it. A key in the system's
    keyring is not included.

    \b
    Example:
      cryptoread backup ~/cryptoread-2026-03.zip
      cryptoread backup --marks /media/stick/marks.zip
    """
    from reader.archive.backup import backup
    from reader.config.paths import config_file

    to = to.expanduser()
    folder = paths.data
    report = backup(folder, config_file(paths.config), to, marks_alone=marks_alone, force=force)
    text = _("backed up {report} to {path} ({megabytes} MB)")
    say(text.format(report=report, path=to, megabytes=grouped(report.size / 1e6, 1)))
    from reader.cache.shared.folders import is_shared

    if is_shared(folder):
        say(
            _(
                "the articles are not in it: the archive is shared, and its server has backups "
                "of them"
            )
        )


@click.command(short_help=_("Restore marks, articles and settings from a backup."))
@click.argument("source", type=click.Path(path_type=Path), metavar=_("FILE"))
@click.option("--marks", "marks_alone", is_flag=True, help=MARKS_HELP)
@click.pass_obj
def restore(paths: Paths, source: Path, marks_alone: bool) -> None:
    """Restore marks, articles and settings as they were when FILE was made.

    Present files are not deleted: each is renamed, and its new name is printed. All of FILE is
    checked before anything is changed. Quit open screens first.

    With --marks, only the marks are replaced, and the present marks are renamed; articles and
    settings stay as they are.

    \b
    Example:
      cryptoread restore ~/cryptoread-2026-03.zip
    """
    from reader.archive.backup import restore
    from reader.config.paths import config_file

    config = paths.config.expanduser() if paths.config else config_file()
    source = source.expanduser()
    report = restore(source, paths.data, config, marks_alone=marks_alone)
    say(_("restored {report} from {path}").format(report=report, path=source))
    for aside in report.asides:
        say(_("what was there before is now {path}").format(path=aside))


@click.command(short_help=_("Check files, settings and sources, and repair them."))
@click.option(
    "--repair", is_flag=True, help=_("Repair what can be repaired, and say what was done.")
)
@click.option("--deep", is_flag=True, help=_("Compare every article with its row and its sets."))
@click.option("--json", "as_json", is_flag=True, help=_("Print the findings as JSON."))
@click.pass_obj
def doctor(paths: Paths, repair: bool, deep: bool, as_json: bool) -> None:
    """Check the settings, the files, the sources, and the programs that cryptoread uses.

    All of each file is read, which takes a while if there are many articles. Up to 20,000 articles,
    or with --deep all of them, are also compared with the rows of the list and the sets of tags and
    categories that are made from them; --repair includes that. Without --repair nothing is changed.
    With it a damaged file is renamed and never deleted, and marks are kept; temporary folders that
    killed programs left are deleted.

    --json prints an array of objects, each with "check" (what was checked), "ok" (true or false),
    "finding" (a sentence) and "repair" (what was done, empty if nothing was).

    The exit code is 0 if all is well or was repaired, 1 if something remains to be done, 3 if a
    file could not be read or written.

    \b
    Example:
      cryptoread doctor --repair
    """
    from reader.cli.output import print_findings_json
    from reader.cli.printing.findings import print_findings
    from reader.cli.screen import settings_fault
    from reader.config.paths import config_file
    from reader.doctor import Depth, State, examine

    folder, config = paths.data, config_file(paths.config)
    depth = Depth(repair=repair, deep=deep)
    found = examine(folder, config, settings_fault=settings_fault, depth=depth)
    states = (print_findings_json if as_json else print_findings)(found)
    if State.UNKNOWN in states:
        sys.exit(FAILED)
    if State.WRONG in states:
        sys.exit(REFUSED)


COMMANDS = {"backup": backup, "doctor": doctor, "restore": restore}
