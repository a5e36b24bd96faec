"""The commands `subscribe`, `unsubscribe` and `subscriptions`: which sources are followed.

What a command needs is imported when it runs.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reader.cli.context import REFUSED, USAGE, Paths, say
from reader.cli.followed import complete_names, shown
from reader.cli.query_argument import OneOf
from reader.errors import CryptoreadError
from reader.i18n import _
from reader.subscriptions import Kind

if TYPE_CHECKING:
    from datetime import datetime

    from reader.cache.source_states import SourceState
    from reader.live.health import Health
    from reader.subscriptions import Subscription

_STATE_WIDTH = 41
"""Minimum width of the state column, so that addresses are mostly aligned in a longer list too."""


@click.command(short_help=_("Follow a feed, an API, or a folder."))
@click.argument("url", metavar=_("URL|PATH"))
@click.option("--name", metavar=_("TEXT"), help=_("Name of the source; by default its host."))
@click.option(
    "--kind",
    type=OneOf([kind.value for kind in Kind]),  # click shows the names of an enum, not its values
    help=_("Kind of the source; by default guessed from the address."),
)
@click.pass_obj
def subscribe(paths: Paths, url: str, name: str | None, kind: str | None) -> None:
    """Add a source to the config file, so that `sync` fetches it.

    If URL is a web page that names its feed, that feed is followed. If it is neither a feed nor
    such a page, nothing is followed. With --kind the address is added as it is, without fetching
    it.

    \b
    Example:
      cryptoread subscribe https://decrypt.co/feed --name Decrypt
    """
    from reader.config.paths import config_file
    from reader.config.settings import read_settings
    from reader.config.subscriptions_file import subscribe as write
    from reader.safety.known_secrets import know_address
    from reader.subscriptions import Subscription, is_web, kind_of, name_for, problem
    from reader.text import clean_line

    know_address(url)
    path = config_file(paths.config)
    known = read_settings(path).subscriptions or ()
    addresses = _addresses(url, kind)
    new = Subscription(
        clean_line(name or ""), addresses[0], Kind(kind) if kind else kind_of(addresses[0])
    )
    if not name:
        new = new._replace(name=name_for(new.url, (each.name for each in known)))
    if not kind and new.kind is Kind.FEED and is_web(new.url) and not problem(new):
        if new.url in (each.url for each in known):
            write(path, [new])  # raises
        new = _found(new, addresses)
    write(path, [new])
    text = _("subscribed to {name} ({kind}); `cryptoread sync` brings its articles in")
    say(text.format(name=new.name, kind=new.kind))


def _addresses(typed: str, kind: str | None) -> list[str]:
    """Return an absolute path, or the web addresses to try, the most likely first."""
    from reader.subscriptions import is_web, meant

    made = meant(typed, kind)
    if is_web(made):
        is_path = "://" not in typed and _path(typed).exists()
        if not is_path:
            guessed = "://" not in typed and made.startswith("https://")
            return [made, made.replace("https://", "http://", 1)] if guessed else [made]
    elif "://" in typed:
        return [made]
    if not _path(typed).exists():
        text = _("{path} does not exist; an address begins with https://")
        raise CryptoreadError(text.format(path=_path(typed)))
    return [str(_path(typed))]


def _path(typed: str) -> Path:
    return Path.cwd() / Path(typed).expanduser()


def _found(new: "Subscription", addresses: "Sequence[str]") -> "Subscription":
    """Return the subscription with the address of its feed, and print how it was found.

    Exits if a page names several feeds or none, or if the answer is something else: then nothing
    is followed. An address that does not answer is followed, as it may answer later.
    """
    from reader.live.discovering import SeveralFeeds, find_feed

    try:
        found = find_feed(addresses)
    except SeveralFeeds as several:
        say(f"{several}:")
        for each in several.feeds:
            say(f"  {each}")
        say(_("nothing was subscribed to; run `cryptoread subscribe ADDRESS` with one of them"))
        sys.exit(USAGE)
    if found.note:
        say(found.note)
    if found.is_wrong:
        say(
            _(
                "nothing was subscribed to; give the address of its feed, "
                "or add `--kind feed` to follow this address anyway"
            )
        )
        sys.exit(REFUSED)
    return new._replace(url=found.url)


@click.command(short_help=_("Stop following a source."))
@click.argument("name", metavar=_("NAME|URL"), shell_complete=complete_names)
@click.pass_obj
def unsubscribe(paths: Paths, name: str) -> None:
    """Remove a source from the config file. Its articles stay.

    \b
    Example:
      cryptoread unsubscribe Decrypt
    """
    from reader.config.paths import config_file
    from reader.config.settings import read_settings
    from reader.config.subscriptions_file import unsubscribe as write

    path = config_file(paths.config)
    read_settings(path)
    text = _("unsubscribed from {name}; its articles stay")
    say(text.format(name=write(path, name).name))


@click.command(short_help=_("List the sources that are followed; import and export OPML."))
@click.option("--format", "form", type=OneOf(["table", "json"]), default="table")
@click.option(
    "--export",
    "to",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar=_("FILE"),
    help=_("Write the list as OPML; - for standard output."),
)
@click.option(
    "--import",
    "source",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar=_("FILE"),
    help=_("Also follow the sources of an OPML file; - for standard input."),
)
@click.option("--secrets", is_flag=True, help=_("Write addresses whole, with keys and tokens."))
@click.pass_obj
def subscriptions(
    paths: Paths, form: str, to: Path | None, source: Path | None, secrets: bool
) -> None:
    """List the sources that are followed, and how each is doing.

    Secrets in an address (passwords, keys, tokens, random parts of a path) are shown and exported
    as REDACTED, so that the list can be shared. Use --secrets to export them to another machine of
    your own.

    \b
    Example:
      cryptoread subscriptions --import feeds.opml
    """
    from reader.config.paths import config_file
    from reader.config.settings import read_settings

    if source and to:
        raise click.UsageError(_("--import and --export cannot be used together"))
    path = config_file(paths.config)
    followed = read_settings(path).subscriptions or ()
    if source:
        from reader.cli.opml import import_opml

        import_opml(path, followed, source)
    elif to:
        from reader.cli.opml import export_opml

        export_opml(followed, to, with_secrets=secrets)
    else:
        with paths.library() as library:
            states = library.source_states()
        _print(followed, states, form, with_secrets=secrets)


def _print(
    followed: "Sequence[Subscription]",
    states: "Mapping[str, SourceState]",
    form: str,
    *,
    with_secrets: bool,
) -> None:
    from datetime import UTC, datetime

    from reader.cli.output import to_json
    from reader.live.health import health

    now = datetime.now(UTC)
    sources = [shown(each, with_secrets) for each in followed]
    healths = [health(each, states.get(each.url), now) for each in followed]
    if form == "json":
        print(to_json(list(map(_record, sources, healths)), indent=2))
        return
    _print_table(sources, healths)
    if not followed and sys.stdout.isatty():
        say(_("no subscriptions; the first `cryptoread sync` writes a set of them"))


def _print_table(sources: "Sequence[Subscription]", healths: "Sequence[Health]") -> None:
    """Print a line for each source, and more for a failing one."""
    from reader.text import clean_line

    states = list(map(_state, healths))
    name_width = max((len(each.name) for each in sources), default=0)
    state_width = max(_STATE_WIDTH, *map(len, states), 0)
    for source, its, state in zip(sources, healths, states, strict=True):
        name = clean_line(source.name).ljust(name_width)
        print(name, f"{source.kind:<9}", state.ljust(state_width), clean_line(source.url))
        _print_error(its)


def _state(its: "Health") -> str:
    """Return how a source is doing, and when it last answered."""
    if its.last_ok is None:
        return its.how
    when = f"{its.last_ok.astimezone():%Y-%m-%d %H:%M}"
    return _("{state}, answered {when}").format(state=its.how, when=when)


def _print_error(its: "Health") -> None:
    """Print for a failing source the reason and what to do."""
    from reader.text import clean_line

    if its.error:
        when = f"{its.last_failed.astimezone():%Y-%m-%d %H:%M}: " if its.last_failed else ""
        print("   ", clean_line(f"{when}{its.error}"))
        if its.advice:
            print("   ", clean_line(its.advice))


def _record(each: "Subscription", its: "Health") -> dict[str, object]:
    return {
        "name": each.name,
        "url": each.url,
        "kind": each.kind,
        "state": its.state,
        "status": its.status,
        "last_ok": _instant(its.last_ok),
        "last_failed": _instant(its.last_failed),
        "next_try": _instant(its.rests_until),
        "failures": its.failures,
        "last_error": its.error or None,
        "advice": its.advice or None,
    }


def _instant(instant: "datetime | None") -> str | None:
    from reader.formats import format_instant

    return format_instant(instant) if instant else None


COMMANDS = {"subscribe": subscribe, "subscriptions": subscriptions, "unsubscribe": unsubscribe}
