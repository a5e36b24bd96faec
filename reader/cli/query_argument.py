"""The QUERY argument of a command: its words, its completion, its help."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from reader.cli.context import Paths, say
from reader.i18n import _

if TYPE_CHECKING:
    from reader.library import Library
    from reader.query.language import Field, Query

ANY_WORDS = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
"""Context settings of a command that takes words such as `-tag:market`."""


MOST_NAMED = 8
"""Values of a field that are all named if none is near to what was typed."""


class OneOf(click.Choice[str]):
    """A value out of several; an error names the nearest one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the value. Raises click.BadParameter."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            from reader.nearest import did_you_mean

            meant = did_you_mean(str(value), self.choices)
            raise click.BadParameter(f"{error.message}{meant}", ctx, param) from None


class QueryCommand(click.Command):
    """A command whose words may begin with a minus, in completion too."""

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a word after a minus as a query, anything else as click does."""
        if incomplete.startswith("-") and not incomplete.startswith("--"):
            return [
                CompletionItem(word) for word in complete_query(ctx, self.params[0], incomplete)
            ]
        return super().shell_complete(ctx, incomplete)


def query_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add a QUERY of any words, such as `-tag:market`, which only looks like options."""
    return click.argument(
        "query",
        nargs=-1,
        metavar=_("[QUERY]..."),
        type=click.UNPROCESSED,
        callback=parse_query,
        shell_complete=complete_query,
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
        text = _("{term}: {reason}; searching for it as plain text")
        say(text.format(term=hint.term, reason=hint.reason))
    return query


def say_nothing_matches(query: "Query", library: "Library") -> None:
    """Print on stderr which values of the query no article has, if it has any such.

    On a terminal, say at least that no article matches.
    """
    from reader.nearest import did_you_mean
    from reader.query.language import NAMED, Term

    said = False
    for term in query.each():
        if not isinstance(term, Term) or term.field not in NAMED or term.exclude:
            continue
        names = library.names(term.field)
        if not any(name.casefold() == term.value for name in names):
            meant = did_you_mean(term.value, names)
            if not meant and 0 < len(names) <= MOST_NAMED:
                meant = f" ({', '.join(names)})"
            say(f"{term}: {_none_has(term.field)}{meant}")
            said = True
    if not said and sys.stdout.isatty():
        say(_("no article matches"))


def _none_has(field: "Field") -> str:
    """Return that no article has a value of this field."""
    texts = {
        "tag": _("no article has this tag"),
        "mytag": _("no article has this mytag"),
        "category": _("no article has this category"),
        "source": _("no article has this source"),
        "lang": _("no article has this language"),
    }
    return texts[field]


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
    if " OR " in value or value.startswith("/"):  # several terms, or an expression
        return word
    return f'{field}:"{value}"' if field.removeprefix("-").lower() in list(Field) else word


def complete_query(
    ctx: click.Context, _param: click.Parameter | None, incomplete: str
) -> list[str]:
    """Return the fields of the query language, or the values that the cache has for a field.

    Of a word with several terms in quotes, the last one is completed.
    """
    from reader.query.language import Field

    if incomplete.startswith("@"):
        return [name for view in _views(ctx) if (name := f"@{view}").startswith(incomplete)]

    last = incomplete.split(" ")[-1]
    term = last.lstrip("-(")
    before = incomplete[: len(incomplete) - len(term)]
    field, colon, typed = term.partition(":")
    if not colon:
        return [f"{before}{name}:" for name in Field if name.startswith(field.lower())]
    values = _values(ctx, field.lower())
    return [
        f"{before}{field}:{value}"
        for value in values
        if value.startswith(typed.lower()) and " " not in value
    ]


def _values(ctx: click.Context, name: str) -> list[str]:
    """Return the values of a field, most frequent first."""
    from reader.query.language import NAMED, SENTIMENTS, STATES, Field

    fixed = {Field.SENTIMENT: SENTIMENTS, Field.IS: STATES}
    if name not in list(Field):
        return []
    field = Field(name)
    if field not in NAMED:
        return list(fixed.get(field, ()))
    paths: Paths = ctx.find_object(Paths) or Paths(None, None)
    with paths.library() as library:
        return [value.lower() for value in library.names(field)]
