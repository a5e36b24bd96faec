"""The command line, as Markdown, from the commands that click runs."""

import inspect
import re
from collections.abc import Iterator
from typing import NamedTuple

import click

from reader.cli.group import cli

PROGRAM = "cryptoread"


class Described(NamedTuple):
    """A command: its usage, its text in blocks, its options as pairs of names and help."""

    name: str
    usage: str
    short: str
    blocks: list[tuple[str, bool]]
    """Each with whether its lines are to stay as they are."""
    options: list[tuple[str, str]]


def described() -> list[Described]:
    """Return the program itself, then its commands by name."""
    with click.Context(cli, info_name=PROGRAM) as program:
        return [_described(cli, program, PROGRAM), *_below(cli, program, PROGRAM)]


def _below(group: click.Group, above: click.Context, name: str) -> Iterator[Described]:
    """Yield the commands of a group by name, each before its own."""
    for each in group.list_commands(above):
        command = group.get_command(above, each)
        assert command is not None
        with click.Context(command, info_name=each, parent=above) as ctx:
            yield _described(command, ctx, f"{name} {each}")
            if isinstance(command, click.Group):
                yield from _below(command, ctx, f"{name} {each}")


def _described(command: click.Command, ctx: click.Context, name: str) -> Described:
    usage = " ".join([name, *command.collect_usage_pieces(ctx)])
    options = (each for each in command.get_params(ctx) if isinstance(each, click.Option))
    records = (each.get_help_record(ctx) for each in options)
    return Described(
        name=name,
        usage=usage,
        short=command.get_short_help_str(limit=200),
        blocks=list(_blocks(command.help or "")),
        options=[(names, text) for names, text in filter(None, records)],
    )


def _blocks(text: str) -> Iterator[tuple[str, bool]]:
    """Yield paragraphs on one line each; those that click would not wrap are unchanged."""
    for block in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        if block.startswith("\b"):
            yield block.removeprefix("\b").strip("\n"), True
        else:
            yield " ".join(block.split()), False


def commands() -> str:
    """Return a section for each command."""
    return "\n\n".join(_section(each) for each in described())


def _section(command: Described) -> str:
    title = "Every command" if command.name == PROGRAM else f"`{command.name}`"
    parts = [f"## {title}", _code(command.usage)]
    parts += [_as_it_is(text) if is_kept else text for text, is_kept in command.blocks]
    rows = [f"| `{_cell(names)}` | {_cell(text)} |" for names, text in command.options]
    return "\n\n".join([*parts, "\n".join(["| option | |", "|---|---|", *rows])])


def _as_it_is(text: str) -> str:
    """A heading such as `Example:` and the indented lines below it."""
    first, _, rest = text.partition("\n")
    lines = "\n".join(line.removeprefix("  ") for line in rest.splitlines())
    return f"{first}\n\n{_code(lines)}" if rest else _code(first)


def _code(text: str) -> str:
    return f"```sh\n{text}\n```"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
