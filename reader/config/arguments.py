"""Check lists of a program and its arguments, in which placeholders stand for text of others.

A headline comes from outside, so a placeholder is a whole argument: no shell, and no program that
is told to run its argument, ever reads it as code.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import PurePath
from typing import Any

from reader.i18n import _

MOST_ARGUMENTS, LONGEST_ARGUMENT = 100, 4_000

_ANY_PLACEHOLDER = re.compile(r"\{\w*\}")
_RUNS_TEXT = re.compile(r"-\w*[ce]|--?(?:command|eval|execute)|/[ck]", re.IGNORECASE)
"""Options after which programs such as `sh` and `python3` run an argument as a program."""


def problems(command: Any, placeholders: Sequence[str], instead: str) -> Iterator[str]:
    """Yield what is wrong with a command, as sentences.

    placeholders: their names. instead: what to do where text would be run as a program.
    """
    is_list = isinstance(command, list) and 0 < len(command) <= MOST_ARGUMENTS
    if not is_list or not all(isinstance(each, str) for each in command) or not command[0]:
        text = _(
            "'command' must be a list of a program and its arguments such as "
            '["notify-send", "--", "{{title}}"], not {value!r}'
        )
        yield text.format(value=command)
        return
    for argument in command:
        if "\0" in argument or len(argument) > LONGEST_ARGUMENT:
            text = _("an argument of 'command' is too long or has a NUL: {argument!r}")
            yield text.format(argument=argument[:40])
    if _ANY_PLACEHOLDER.fullmatch(command[0]):
        text = _("'command' must begin with a program, not with {word!r}")
        yield text.format(word=command[0])
    for before, argument in pairwise(command):
        yield from _argument_problems(PurePath(before).name, argument, placeholders, instead)


def _argument_problems(
    before: str, argument: str, placeholders: Sequence[str], instead: str
) -> Iterator[str]:
    known = [f"{{{name}}}" for name in placeholders]
    found = next((each for each in known if each in argument), None)
    if found and found != argument:
        text = _(
            "'command' has {placeholder} inside the argument {argument!r}; a placeholder must be "
            "an argument of its own, as headlines are written by others"
        )
        yield text.format(placeholder=found, argument=argument)
    elif found and _RUNS_TEXT.fullmatch(before):
        text = _(
            "'command' has {argument} after {before!r}, which would run a headline as a program; "
            "{instead}"
        )
        yield text.format(argument=argument, before=before, instead=instead)
    elif not found and _ANY_PLACEHOLDER.fullmatch(argument):
        text = _("'command' has the unknown placeholder {argument}; valid placeholders: {valid}")
        yield text.format(argument=argument, valid=", ".join(known))
