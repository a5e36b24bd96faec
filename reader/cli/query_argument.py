"""The QUERY argument of a command: its words, its completion, its help."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from reader.cli.context import Paths, say

if TYPE_CHECKING:
    from reader.query.language import Query

ANY_WORDS = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
"""Context settings of a command that takes words such as `-tag:market`."""


class QueryCommand(click.Command):
    """A command whose words may begin with a minus, in completion too."""

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a word after a minus as a query, anything else as click does."""
        if incomplete.startswith("-") and not incomplete.startswith("--"):
            return [CompletionItem(word) for word in _complete(ctx, self.params[0], incomplete)]
        return super().shell_complete(ctx, incomplete)


def query_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add a QUERY of any words, such as `-tag:market`, which only looks like options."""
    return click.argument(
        "query", nargs=-1, type=click.UNPROCESSED, callback=parse_query, shell_complete=_complete
    )(command)


def parse_query(ctx: click.Context, _param: click.Parameter, words: tuple[str, ...]) -> "Query":
    """Parse the words of a command line; print each term that is searched for as plain text.

    Raises click.NoSuchOption for a word that begins with two dashes.
    """
    from reader.query.language import parse

    for word in words:
        if word.startswith("--"):
            raise click.NoSuchOption(word, ctx=ctx)
    text = " ".join(map(_as_typed, words))
    if "@" in text:
        from reader.query.views import parse_with

        query = parse_with(text, _views(ctx))
    else:
        query = parse(text)
    for hint in query.hints:
        say(f"{hint.term}: {hint.reason}; searching for it as plain text")
    return query


def _views(ctx: click.Context) -> dict[str, str]:
    """Return the views of the config file, and those that are always there. Raises ConfigError."""
    from datetime import datetime

    from reader.config.paths import config_file
    from reader.config.settings import read_settings
    from reader.query.views import built_in

    given = ctx.find_root().params
    paths: Paths = ctx.find_object(Paths) or Paths(given.get("data"), given.get("config"))
    settings = read_settings(config_file(paths.config))
    return built_in(datetime.now().astimezone().date()) | dict(settings.views)


def _as_typed(word: str) -> str:
    """Put back the quotes of `tag:"bitcoin news"`, which the shell removed."""
    from reader.query.language import Field

    field, colon, value = word.partition(":")
    if not colon or " " not in value or {'"', ":"} & set(value):
        return word
    return f'{field}:"{value}"' if field.removeprefix("-").lower() in list(Field) else word


def _complete(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Return the fields of the query language, or the values that the cache has for a field."""
    from reader.query.language import Field, parse

    if incomplete.startswith("@"):
        return [name for view in _views(ctx) if (name := f"@{view}").startswith(incomplete)]
    minus = "-" if incomplete.startswith("-") else ""
    field, colon, _ = incomplete.removeprefix("-").partition(":")
    if not colon:
        return [f"{minus}{name}:" for name in Field if name.startswith(field)]
    paths: Paths = ctx.find_object(Paths) or Paths(None, None)
    with paths.library() as library:
        stats, own = library.stats(parse("")), library.names(Field.MYTAG)
    values = {
        Field.TAG: stats.tags,
        Field.MYTAG: own,
        Field.CATEGORY: stats.categories,
        Field.SOURCE: stats.sources,
        Field.LANG: stats.languages,
    }.get(Field(field) if field in list(Field) else Field.TITLE, {})
    names = [f"{minus}{field}:{value.lower()}" for value in values]
    return [name for name in names if name.startswith(incomplete) and " " not in name]
