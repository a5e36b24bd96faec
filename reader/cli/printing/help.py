"""The help of commands in the language of the interface, and what click says of its own."""

import re
from inspect import cleandoc
from typing import TYPE_CHECKING

from reader.i18n import ENGLISH, _, ngettext, spoken

if TYPE_CHECKING:
    import click

_KEPT = "\b\n"
"""Line before a paragraph that click does not wrap."""


def lend_texts_to_click() -> None:
    """Let click take its texts from our catalogue, without changing variables of programs we start.

    To be called before click is imported, which takes its functions from the module `gettext`.
    """
    if spoken() == ENGLISH:
        return
    import gettext

    vars(gettext).update(gettext=_, ngettext=ngettext)


def paragraphs(docstring: str) -> list[str]:
    """Return the texts of a command's help: a paragraph each, on one line where click wraps it."""
    found = re.split(r"\n\s*\n", cleandoc(docstring))
    return [
        each.removeprefix(_KEPT) if each.startswith(_KEPT) else " ".join(each.split())
        for each in found
    ]


def translate(command: "click.Command") -> None:
    """Give a command its help in the language of the interface, once or more often."""
    if spoken() == ENGLISH or command.help is None:
        return
    kept = [each.startswith(_KEPT) for each in re.split(r"\n\s*\n", cleandoc(command.help))]
    texts = zip(kept, paragraphs(command.help), strict=True)
    command.help = "\n\n".join(_KEPT * is_kept + _(text) for is_kept, text in texts)
    command.options_metavar = _("[OPTIONS]")
    _translate_commands_of(command)
    for parameter in command.params:
        parameter.type.name = _names_of_types().get(parameter.type.name, parameter.type.name)


def _translate_commands_of(command: "click.Command") -> None:
    from click import Group

    if isinstance(command, Group) and command.commands:
        command.subcommand_metavar = _("COMMAND [ARGS]...")
        for each in command.commands.values():
            translate(each)


def _names_of_types() -> dict[str, str]:
    """Return what errors call values that are of another type."""
    return {
        "integer range": _("integer range"),  # not shown: click's
        "float range": _("float range"),  # not shown: click's
    }
