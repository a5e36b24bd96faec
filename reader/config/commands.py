"""The table `[commands]`: programs of the user's own that a key or the palette calls."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reader.config.arguments import problems
from reader.i18n import _

MOST_COMMANDS = 50
KEYS = ("command", "key", "terminal")
PLACEHOLDERS = ("url", "title", "markdown_file")

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCommand:
    """One command, which is called with what the article under the cursor has."""

    name: str
    command: tuple[str, ...]
    """The program and its arguments."""
    key: str = ""
    """Its keys, as in `[keys]`; empty: only the palette calls it."""
    terminal: bool = False
    """Whether it needs the terminal: the screen gives way until it ends."""


def from_table(table: Mapping[str, Any]) -> tuple[OwnCommand, ...]:
    """Return the commands of the table, in its order.

    Raises ValueError with a sentence that names the command and what is wrong with it.
    """
    if len(table) > MOST_COMMANDS:
        problem = _("[commands] has {number} commands; at most {most} are possible")
        raise ValueError(problem.format(number=len(table), most=MOST_COMMANDS))
    return tuple(_command(name, value) for name, value in table.items())


def _command(name: str, value: Any) -> OwnCommand:
    if not _NAME.fullmatch(name):
        problem = _("{name!r} in [commands] must be a name of up to 40 letters and digits")
        raise ValueError(problem.format(name=name))
    values = {"command": value} if isinstance(value, list) else value
    if not isinstance(values, dict):
        problem = _(
            "{name!r} in [commands] must be a list of a program and its arguments, not {value!r}"
        )
        raise ValueError(problem.format(name=name, value=value))
    for problem in _problems(values):
        raise ValueError(_("{problem} (in [commands.{name}])").format(problem=problem, name=name))
    return OwnCommand(
        name=name,
        command=tuple(values["command"]),
        key=values.get("key", ""),
        terminal=values.get("terminal", False),
    )


def _problems(values: Mapping[str, Any]) -> Iterator[str]:
    for key in values:
        if key not in KEYS:
            text = _("unknown setting {name!r}; valid settings: {valid}")
            yield text.format(name=key, valid=", ".join(KEYS))
    instead = _("give it {markdown_file} to read")
    yield from problems(values.get("command"), PLACEHOLDERS, instead)
    key = values.get("key", "any")
    if not isinstance(key, str) or not key or not key.isprintable():
        text = _("'key' must be a text in quotes such as 'ctrl+e', not {value!r}")
        yield text.format(value=key)
    if not isinstance(terminal := values.get("terminal", False), bool):
        yield _("'terminal' must be true or false, not {value!r}").format(value=terminal)
