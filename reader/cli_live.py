"""The commands of live news: subscriptions, and bringing in what they have.

Part of `cli`, which loads it for these commands alone. What a command needs is imported when it
runs.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from reader.errors import CryptoreadError
from reader.main import COMPLETE, FAILED, REFUSED, USAGE, Paths, say
from reader.subscriptions import Kind

if TYPE_CHECKING:
    import threading
    from datetime import datetime

    from reader.cache.live import SourceState
    from reader.health import Health
    from reader.subscriptions import SourceResult, Subscription

REFUSALS_NAMED = 3
"""Of one source; the rest is counted."""

WATCH_MINUTES = 15
LOOK_FOR_SIGNAL_S = 0.2

_STATE_WIDTH = len("failed 3 times, answered 2026-03-14 12:00")
"""Of what `subscriptions` says of a source, so that addresses stand below each other."""


class FileExists(CryptoreadError):
    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} exists already; choose another name, or - for standard output")


def _complete_names(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Names of subscriptions that are not on the line yet; none where the settings are broken."""
    from reader.config import config_file, read_settings
    from reader.text import clean_line

    paths = ctx.find_object(Paths) or Paths(None, None)
    try:
        followed = read_settings(config_file(paths.config)).subscriptions or ()
    except CryptoreadError:
        return []
    typed = {name.casefold() for name in ctx.params.get("names") or ()}
    # Of the shells, bash alone puts what it is given on the line as it is.
    as_typed = quote if os.environ.get(COMPLETE, "").startswith("bash") else str
    return [
        CompletionItem(as_typed(each.name), help=clean_line(each.url))
        for each in followed
        if each.name.casefold().startswith(incomplete.casefold())
        and each.name.casefold() not in typed
        and clean_line(each.name) == each.name
    ]


@click.command(short_help="Follow a feed, an API, or a folder.")
@click.argument("url", metavar="URL|PATH")
@click.option("--name", help="What to call it; otherwise after its host.")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in Kind]),  # of an enum click takes the names
    help="What is there; otherwise what the address suggests: a feed, mostly.",
)
@click.pass_obj
def subscribe(paths: Paths, url: str, name: str | None, kind: str | None) -> None:
    """Write a source into the config file, so that `sync` asks it.

    The address of a web page is good enough where the page names its feed: that feed is followed.
    An address that answers with something else is not followed. With --kind the address is written
    as it is, and nothing is asked.

    \b
    Example:
      cryptoread subscribe https://decrypt.co/feed --name Decrypt
    """
    from reader.config import config_file, read_settings
    from reader.subscribing import subscribe as write
    from reader.subscriptions import Subscription, is_web, kind_of, name_for, problem

    path = config_file(paths.config)
    known = read_settings(path).subscriptions or ()
    addresses = _addresses(url, kind)
    new = Subscription(name or "", addresses[0], Kind(kind) if kind else kind_of(addresses[0]))
    if not name:
        new = new._replace(name=name_for(new.url, (each.name for each in known)))
    if not kind and new.kind is Kind.FEED and is_web(new.url) and not problem(new):
        if new.url in (each.url for each in known):
            write(path, [new])  # raises
        new = _found(new, addresses)
    write(path, [new])
    say(f"subscribed to {new.name} ({new.kind}); `cryptoread sync` brings its articles in")


def _addresses(typed: str, kind: str | None) -> list[str]:
    """Return what may be meant, the most likely first: an absolute path, or web addresses."""
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
        raise CryptoreadError(f"{_path(typed)} does not exist; an address begins with https://")
    return [str(_path(typed))]


def _path(typed: str) -> Path:
    return Path.cwd() / Path(typed).expanduser()


def _found(new: "Subscription", addresses: "Sequence[str]") -> "Subscription":
    """Return the subscription with the address of its feed.

    What the address turned out to be is said. Exits where a page names several feeds or none, and
    where something else answers: nothing is followed then. An address that does not answer may do
    so later.
    """
    from reader.discovering import SeveralFeeds, find_feed

    try:
        found = find_feed(addresses)
    except SeveralFeeds as several:
        say(f"{several}:")
        for each in several.feeds:
            say(f"  {each}")
        say("nothing was subscribed to; run `cryptoread subscribe ADDRESS` with one of them")
        sys.exit(USAGE)
    if found.note:
        say(found.note)
    if found.is_wrong:
        say(
            "nothing was subscribed to; give the address of its feed, "
            "or add `--kind feed` to follow this address all the same"
        )
        sys.exit(REFUSED)
    return new._replace(url=found.url)


@click.command(short_help="Follow a source no longer.")
@click.argument("name", metavar="NAME|URL", shell_complete=_complete_names)
@click.pass_obj
def unsubscribe(paths: Paths, name: str) -> None:
    """Take a source out of the config file. Its articles stay.

    \b
    Example:
      cryptoread unsubscribe Decrypt
    """
    from reader.config import config_file, read_settings
    from reader.subscribing import unsubscribe as write

    path = config_file(paths.config)
    read_settings(path)
    say(f"unsubscribed from {write(path, name).name}; its articles stay")


@click.command(short_help="List what is followed; OPML in and out.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.option(
    "--export",
    "to",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Write them as OPML; - for standard output.",
)
@click.option(
    "--import",
    "source",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Follow what an OPML file names as well; - for standard input.",
)
@click.pass_obj
def subscriptions(paths: Paths, form: str, to: Path | None, source: Path | None) -> None:
    """List the sources that are followed, and how each is doing.

    \b
    Example:
      cryptoread subscriptions --import feeds.opml
    """
    from reader.config import config_file, read_settings

    if source and to:
        raise click.UsageError("--import and --export are two commands: give one of them")
    path = config_file(paths.config)
    followed = read_settings(path).subscriptions or ()
    if source:
        _import(path, followed, source)
    elif to:
        _export(followed, to)
    else:
        with paths.library() as library:
            states = library.source_states()
        _print(followed, states, form)


def _import(path: Path, known: "Sequence[Subscription]", source: Path) -> None:
    from reader.errors import Refusal, SourceError
    from reader.formats.opml import NotOpml, read_opml
    from reader.subscribing import subscribe as write
    from reader.subscriptions import name_for, problem

    unread: list[Refusal] = []
    try:
        found = read_opml(_bytes_of(source), unread.append)
    except (NotOpml, SourceError) as error:
        shown = "standard input" if str(source) == "-" else source
        raise CryptoreadError(f"{shown} {error}") from error
    names = {each.name.casefold() for each in known}
    urls = {each.url for each in known}
    new, refused = [], len(unread)
    for refusal in unread:
        say(str(refusal))
    for each in found:
        if each.url in urls:
            continue
        if trouble := problem(each):
            say(f"{each.name}: {trouble}")
            refused += 1
            continue
        if each.name.casefold() in names:
            each = each._replace(name=name_for(each.url, names))
        names.add(each.name.casefold())
        new.append(each)
    if new:
        write(path, new)
    read = len(found) + len(unread)
    counts = f"{len(new)} new, {read - len(new) - refused} known"
    say(f"{read} read: {counts}{f', {refused} refused' if refused else ''}")
    if refused:
        sys.exit(REFUSED)


def _bytes_of(source: Path) -> bytes:
    from reader.formats.opml import MAX_BYTES
    from reader.sources import read_whole

    if str(source) == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    return read_whole(source, MAX_BYTES)


def _export(followed: "Sequence[Subscription]", to: Path) -> None:
    from reader.formats.opml import write_opml

    text = write_opml(followed)
    if str(to) == "-":
        print(text, end="")
        return
    try:
        with to.expanduser().open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise FileExists(to) from error
    except OSError as error:
        raise CryptoreadError(f"{to} cannot be written ({error.strerror})") from error
    local = sum(each.is_local for each in followed)
    left_out = f"; {local} folders and files stayed out" if local else ""
    say(f"{len(followed) - local} subscriptions written to {to}{left_out}")


def _print(
    followed: "Sequence[Subscription]", states: "Mapping[str, SourceState]", form: str
) -> None:
    from datetime import UTC, datetime

    from reader.health import health
    from reader.output import to_json

    now = datetime.now(UTC)
    found = [(each, health(each, states.get(each.url), now)) for each in followed]
    if form == "json":
        print(to_json([_record(each, its) for each, its in found], indent=2))
        return
    width = max((len(each.name) for each in followed), default=0)
    for each, its in found:
        _print_source(each, its, width)
    if not followed and sys.stdout.isatty():
        say("no subscriptions; the first `cryptoread sync` writes a set of them")


def _print_source(source: "Subscription", its: "Health", width: int) -> None:
    """A line; where it fails another one with the reason, and one with what to do."""
    from reader.text import clean_line

    ok = f", answered {its.last_ok.astimezone():%Y-%m-%d %H:%M}" if its.last_ok else ""
    state = f"{its.how}{ok}".ljust(_STATE_WIDTH)
    print(clean_line(source.name).ljust(width), f"{source.kind:<9}", state, clean_line(source.url))
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
        "state": its.how,
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


@click.command(short_help="Bring in what the subscriptions have.")
@click.argument("names", nargs=-1, metavar="[NAME...]", shell_complete=_complete_names)
@click.option("--json", "as_json", is_flag=True, help="Print what became of each as JSON.")
@click.option(
    "--watch",
    type=click.FloatRange(min=0, min_open=True),
    is_flag=False,
    flag_value=WATCH_MINUTES,
    metavar="[MINUTES]",
    help=f"Again every {WATCH_MINUTES} minutes, or so many, until ctrl+c or SIGTERM.",
)
@click.pass_obj
def sync(paths: Paths, names: tuple[str, ...], as_json: bool, watch: float | None) -> None:
    """Ask all subscriptions, or those that are named, for news, side by side.

    The first sync subscribes to ten sources of crypto news if there are no subscriptions yet. A
    source that fails is named, with what to do; it never stops the others, and articles stay
    whatever becomes of it. One that keeps failing rests for a while, unless it is named.

    \b
    Example:
      cryptoread sync CoinDesk "The Block"
    """
    if watch:
        _watch(paths, names, as_json, watch * 60)
        return
    results = _sync(paths, names, as_json, None)
    problems = sum(each.status.is_problem for each in results)
    if results and problems == len(results):
        sys.exit(FAILED)
    if problems or any(each.refusals for each in results):
        sys.exit(REFUSED)


def _watch(paths: Paths, names: tuple[str, ...], as_json: bool, seconds: float) -> None:
    """Sync as a service: what fails is said, and tried again in its time."""
    import signal
    import threading

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    while not stop.is_set():
        begun = time.monotonic()
        try:
            _sync(paths, names, as_json, stop)
        except CryptoreadError as error:
            say(f"cryptoread: {error}")
        sys.stdout.flush()
        # Not `stop.wait`, whose lock a signal that comes at the wrong moment would wait for.
        while not stop.is_set() and time.monotonic() < begun + seconds:
            time.sleep(min(LOOK_FOR_SIGNAL_S, seconds))


def _sync(
    paths: Paths, names: tuple[str, ...], as_json: bool, stop: "threading.Event | None"
) -> "list[SourceResult]":
    from reader.config import config_file, read_settings
    from reader.subscribing import subscribed
    from reader.subscriptions import chosen

    path = config_file(paths.config)
    settings = read_settings(path)
    followed, notice = subscribed(path, settings)
    if notice:
        say(notice)
    wanted = chosen(followed, names)
    if not wanted:
        say("no subscriptions; `cryptoread subscribe URL` adds one")
    with paths.library() as library:
        results = library.sync(
            wanted,
            options=settings.sync_options(os.environ),
            # The log of a service has no use for a line that says nothing new.
            on_result=_teller(only_news=stop is not None and not sys.stderr.isatty()),
            stop=stop,
            # Who names a source wants it now; a service does not.
            force=bool(names) and stop is None,
        )
        say(_summary(results))
        if as_json:
            _print_results(results, None if stop else 2)
        library.tidy()
    return results


def _teller(*, only_news: bool) -> "Callable[[SourceResult], None]":
    """A line a source as it ends; only_news: of those with something new, or newly wrong."""
    from reader.subscriptions import Status
    from reader.text import clean_line

    def tell(result: "SourceResult") -> None:
        is_wrong = result.status.is_problem and result.status is not Status.PAUSED
        if is_wrong or result.new or result.updated or not only_news:
            say(str(result))
        for refusal in result.refusals[:REFUSALS_NAMED]:
            say(f"{result.name}: {clean_line(str(refusal))}")
        if (more := result.refused - REFUSALS_NAMED) > 0:
            say(f"{result.name}: {more} more refused")

    return tell


def _summary(results: "Sequence[SourceResult]") -> str:
    failed = sum(each.status.is_problem for each in results)
    counts = ", ".join(f"{number} {name}" for name, number in _totals(results).items())
    sources = "1 source" if len(results) == 1 else f"{len(results)} sources"
    return f"{sources}: {counts}; {failed} failed"


def _totals(results: "Sequence[SourceResult]") -> dict[str, int]:
    names = ("new", "updated", "unchanged", "refused")
    return {name: sum(getattr(each, name) for each in results) for name in names}


def _print_results(results: "Sequence[SourceResult]", indent: int | None) -> None:
    from reader.output import to_json

    sources = [
        {
            "name": each.name,
            "status": each.status,
            "new": each.new,
            "updated": each.updated,
            "unchanged": each.unchanged,
            "refused": each.refused,
            "error": each.error or None,
            "advice": each.advice or None,
        }
        for each in results
    ]
    print(to_json({"sources": sources, **_totals(results)}, indent=indent))


COMMANDS = {
    command.name or "": command for command in (subscribe, subscriptions, sync, unsubscribe)
}
