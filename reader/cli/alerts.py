"""The command `check`: what the alerts of the settings have found since the last time.

What the command needs is imported when it runs.
"""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from reader.cli.context import MATCHED, Paths, say
from reader.errors import CryptoreadError
from reader.i18n import _, grouped

if TYPE_CHECKING:
    from reader.alerts.telling import Matched
    from reader.config.alerts import Rule


@click.command(short_help=_("Print what alerts have found since the last time."))
@click.argument("name", required=False, metavar=_("[NAME]"))
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.option("--dry-run", is_flag=True, help=_("Print only; the next time it is printed again."))
@click.pass_obj
def check(paths: Paths, name: str | None, form: str, dry_run: bool) -> None:
    """Print what the alerts of the settings, or the one called NAME, have found and not yet told.

    It counts as told from then on, by a sync too; no command of an alert is called. A new alert
    tells of what arrives after it was first checked. The exit code is 10 if anything was found, 0
    if nothing was.

    \b
    Example:
      cryptoread check breaking --format json
    """
    from reader.alerts.telling import matched
    from reader.config.paths import config_file
    from reader.config.settings import read_settings

    rules = read_settings(config_file(paths.config)).alerts
    wanted = _named(rules, name)
    with paths.library() as library:
        if not library.is_only_read:
            library.deciding.run()
        library.hold()
        names = [rule.name for rule in rules]
        found = list(matched(library, wanted, names=names, keeps=not dry_run))
    for each in found:
        if each.is_new:
            text = _("alert {name!r} is new: it tells of what arrives from now on")
            say(text.format(name=each.rule.name))
    (_print_json if form == "json" else _print_table)([each for each in found if each.matches])
    if any(each.matches for each in found):
        sys.exit(MATCHED)


def _named(rules: "Sequence[Rule]", name: str | None) -> "Sequence[Rule]":
    """Return the rule with the name; all of them without a name. Raises CryptoreadError."""
    if name is None:
        if not rules:
            say(_("no alerts; add a table [alerts.NAME] to the settings"))
        return rules
    found = [rule for rule in rules if rule.name == name]
    if not found:
        names = ", ".join(rule.name for rule in rules)
        text = (
            _("no alert {name!r}; the settings have: {names}")
            if rules
            else _("no alert {name!r}; the settings have none")
        )
        raise CryptoreadError(text.format(name=name, names=names))
    return found


def _print_json(found: "Sequence[Matched]") -> None:
    from reader.alerts.telling import as_record
    from reader.cli.output import to_json

    print(to_json([as_record(each) for each in found], indent=2))


def _print_table(found: "Sequence[Matched]") -> None:
    """Print a heading per rule, then a line per match, the newest first."""
    from datetime import datetime

    for each in found:
        print(f"{each.rule.name}  {grouped(each.total)}")
        for match in each.matches:
            first = match["articles"][0]
            when = datetime.fromisoformat(first["published_at"]).astimezone()
            sources = ", ".join(dict.fromkeys(one["source"] or "" for one in match["articles"]))
            print(f"{first['id']:>15}  {when:%Y-%m-%d %H:%M}  {match['title']}")
            print(f"{'':35}{sources}")
        if more := each.total - len(each.matches):
            print(f"{'':35}" + _("{number} more").format(number=grouped(more)))


COMMANDS = {"check": check}
