"""Subscriptions on a command line: completion of their names, addresses as they may be shown."""

import os
from shlex import quote
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from reader.cli.context import COMPLETE, Paths
from reader.errors import CryptoreadError

if TYPE_CHECKING:
    from reader.subscriptions import Subscription


def complete_names(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return names of subscriptions that are not on the line yet; none if settings are broken."""
    from reader.config.paths import config_file
    from reader.config.settings import read_settings
    from reader.safety.redaction import redacted_address
    from reader.text import clean_line

    paths = ctx.find_object(Paths) or Paths(None, None)
    try:
        followed = read_settings(config_file(paths.config)).subscriptions or ()
    except CryptoreadError:
        return []
    typed = {name.casefold() for name in ctx.params.get("names") or ()}
    # bash inserts a completion unquoted; the other shells quote it themselves.
    as_typed = quote if os.environ.get(COMPLETE, "").startswith("bash") else str
    return [
        CompletionItem(as_typed(each.name), help=clean_line(redacted_address(each.url)))
        for each in followed
        if each.name.casefold().startswith(incomplete.casefold())
        and each.name.casefold() not in typed
        and clean_line(each.name) == each.name
    ]


def shown(each: "Subscription", with_secrets: bool) -> "Subscription":
    """Return the subscription with its address as it may be shown."""
    from reader.safety.redaction import redacted_address

    return each if with_secrets else each._replace(url=redacted_address(each.url))
