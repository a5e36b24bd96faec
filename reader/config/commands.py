"""The table `[commands]`: programs of the user's own that a key or the palette calls."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reader.config.arguments import problems

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
        raise ValueError(
            f"[commands] has {len(table)} commands; at most {MOST_COMMANDS} are possible"
        )
    return tuple(_command(name, value) for name, value in table.items())


def _command(name: str, value: Any) -> OwnCommand:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} in [commands] must be a name of up to 40 letters and digits")
    values = {"command": value} if isinstance(value, list) else value
    if not isinstance(values, dict):
        raise ValueError(
            f"{name!r} in [commands] must be a list of a program and its arguments, not {value!r}"
        )
    for problem in _problems(values):
        raise ValueError(f"{problem} (in [commands.{name}])")
    return OwnCommand(
        name=name,
        command=tuple(values["command"]),
        key=values.get("key", ""),
        terminal=values.get("terminal", False),
    )


def _problems(values: Mapping[str, Any]) -> Iterator[str]:
    for key in values:
        if key not in KEYS:
            yield f"unknown setting {key!r}; valid settings: {', '.join(KEYS)}"
    yield from problems(values.get("command"), PLACEHOLDERS, "give it {markdown_file} to read")
    key = values.get("key", "any")
    if not isinstance(key, str) or not key or not key.isprintable():
        yield f"'key' must be a text in quotes such as 'ctrl+e', not {key!r}"
    if not isinstance(values.get("terminal", False), bool):
        yield f"'terminal' must be true or false, not {values['terminal']!r}"
