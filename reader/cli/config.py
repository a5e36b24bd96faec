"""The command `config`: where the file of settings is, a first one, and what is wrong with it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reader.cli.context import REFUSED, Paths, say
from reader.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.command(short_help=_("Print where the settings are; write or check them."))
@click.option("--init", is_flag=True, help=_("Write a file with every setting, as comments."))
@click.option("--check", is_flag=True, help=_("Say what is wrong with the file."))
@click.pass_obj
def config(paths: Paths, init: bool, check: bool) -> None:
    """Print the path of the file of settings, which need not exist.

    --init writes the file: every setting and every key with its present value, each as a comment
    that can be taken away. An existing file is never replaced.

    --check prints what is wrong, a line for each fault. The exit code is then 1.

    \b
    Example:
      cryptoread config --init
      $EDITOR "$(cryptoread config)"
      cryptoread config --check
    """
    from reader.config.paths import config_file

    # A file that `--config` names may be missing: it may be the one to write.
    path = paths.config.expanduser() if paths.config else config_file()
    if init:
        from reader.config.template import write_template
        from reader.ui.checked_settings import bound

        write_template(path, bound())
    if not check:
        print(path)
        return
    if found := list(_faults(path)):
        print("\n".join(found))
        sys.exit(REFUSED)
    is_there = path.exists()
    text = _("no fault") if is_there else _("not there; all settings have their defaults")
    say(f"{path}: {text}")


def _faults(path: Path) -> "Iterator[str]":
    """Yield a sentence for each fault; the first one alone where a setting cannot be read."""
    from reader.config.paths import ConfigError
    from reader.config.settings import read_settings
    from reader.safety.redaction import redacted
    from reader.text import clean_line

    try:
        settings = read_settings(path)
    except ConfigError as error:
        yield redacted(clean_line(str(error)))
        return
    from reader.ui.checked_settings import faults

    for fault in faults(settings):
        yield redacted(clean_line(f"{path}: {fault}"))


COMMANDS = {"config": config}
