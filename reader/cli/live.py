"""The command `sync`: fetch the subscriptions once or repeatedly.

What the command needs is imported when it runs.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from reader.cli.context import FAILED, REFUSED, Paths, say
from reader.cli.followed import complete_names
from reader.cli.streams import OutputFailed
from reader.errors import CryptoreadError
from reader.i18n import _, ngettext

if TYPE_CHECKING:
    import threading

    from reader.config.alerts import Rule
    from reader.subscriptions import SourceResult

REFUSALS_NAMED = 3
"""Refusals printed per source; the others are counted."""

WATCH_MINUTES = 15
LOOK_FOR_SIGNAL_S = 0.2


@click.command(short_help=_("Fetch the subscriptions."))
@click.argument("names", nargs=-1, metavar=_("[NAME...]"), shell_complete=complete_names)
@click.option("--json", "as_json", is_flag=True, help=_("Print the result of each source as JSON."))
@click.option(
    "--watch",
    type=click.FloatRange(min=0, min_open=True),
    is_flag=False,
    flag_value=WATCH_MINUTES,
    metavar=_("[MINUTES]"),
    help=_("Repeat every {number} minutes, or MINUTES, until ctrl+c or SIGTERM.").format(
        number=WATCH_MINUTES
    ),
)
@click.pass_obj
def sync(paths: Paths, names: tuple[str, ...], as_json: bool, watch: float | None) -> None:
    """Fetch news of all subscriptions, or of those that are named, in parallel.

    The first sync subscribes to ten sources of crypto news if there are no subscriptions yet. For a
    source that fails, the reason and what to do are printed; it does not stop the others, and its
    articles stay. A source that keeps failing is skipped for a while, unless you name it.

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
    """Sync every `seconds` until a signal; report what fails, and go on."""
    import signal
    import threading

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    while not stop.is_set():
        begun = time.monotonic()
        try:
            _sync(paths, names, as_json, stop)
        except OutputFailed:
            raise
        except CryptoreadError as error:
            say(f"cryptoread: {error}")
        sys.stdout.flush()
        # `stop.wait` holds a lock that the signal handler would wait for.
        while not stop.is_set() and time.monotonic() < begun + seconds:
            time.sleep(min(LOOK_FOR_SIGNAL_S, seconds))


def _sync(
    paths: Paths, names: tuple[str, ...], as_json: bool, stop: "threading.Event | None"
) -> "list[SourceResult]":
    from reader.config.paths import config_file
    from reader.config.settings import read_settings
    from reader.config.subscriptions_file import subscribed
    from reader.subscriptions import chosen

    path = config_file(paths.config)
    settings = read_settings(path)
    followed, notice = subscribed(path, settings)
    if notice:
        say(notice)
    wanted = chosen(followed, names)
    if not wanted:
        say(_("no subscriptions; `cryptoread subscribe URL` adds one"))
    with paths.library() as library:
        results = library.sync(
            wanted,
            options=settings.sync_options(os.environ),
            # In the log of a service a line without news is noise.
            on_result=_teller(only_news=stop is not None and not sys.stderr.isatty()),
            stop=stop,
            # A source that the user names is fetched at once, even one that is skipped for a while.
            force=bool(names) and stop is None,
        )
        _say_unreachable(results)
        say(_summary(results))
        if as_json:
            _print_results(results, None if stop else 2)
        library.deciding.run_in_passing()
        library.upkeep.tidy()
    if settings.alerts:
        _tell_alerts(paths, settings.alerts, stop)
    return results


def _tell_alerts(paths: Paths, rules: "Sequence[Rule]", stop: "threading.Event | None") -> None:
    """Print what the alerts have found, and call their commands; the sync has ended."""
    from reader.alerts.telling import tell

    with paths.held_library() as library:
        for told in tell(library, rules, stop):
            for line in filter(None, told):
                say(line)


def _teller(*, only_news: bool) -> "Callable[[SourceResult], None]":
    """Return what prints a line per source that can be reached.

    only_news: only if it has news or newly fails.
    """
    from reader.safety.logs import note
    from reader.subscriptions import Status
    from reader.text import clean_line

    def tell(result: "SourceResult") -> None:
        counts = f"{result.new} new, {result.updated} updated, {result.refused} refused"
        note(f"sync: {clean_line(result.name)}: {result.status}, {counts}")
        if result.status is Status.UNREACHABLE:
            return  # all of them at the end, when it is clear whether the network is missing
        is_wrong = result.status.is_problem and result.status is not Status.PAUSED
        if is_wrong or result.new or result.updated or not only_news:
            say(str(result))
        for refusal in result.refusals[:REFUSALS_NAMED]:
            say(f"{result.name}: {clean_line(str(refusal))}")
        if (more := result.refused - REFUSALS_NAMED) > 0:
            text = _("{source}: {number} more refused")
            say(text.format(source=result.name, number=more))

    return tell


def _say_unreachable(results: "Sequence[SourceResult]") -> None:
    """Print the sources that cannot be reached, in one line if that is all of several."""
    from reader.subscriptions import Status, no_network, unreachable

    lost = [each for each in results if each.status is Status.UNREACHABLE]
    if lost and (servers := unreachable(results)):
        say(no_network(servers))
        return
    for each in lost:
        say(str(each))


def _summary(results: "Sequence[SourceResult]") -> str:
    text = ngettext(
        "{number} source: {new} new, {updated} updated, {unchanged} unchanged, "
        "{refused} refused; {failed} failed",
        "{number} sources: {new} new, {updated} updated, {unchanged} unchanged, "
        "{refused} refused; {failed} failed",
        len(results),
    )
    failed = sum(each.status.is_problem for each in results)
    return text.format(number=len(results), failed=failed, **_totals(results))


def _totals(results: "Sequence[SourceResult]") -> dict[str, int]:
    names = ("new", "updated", "unchanged", "refused")
    return {name: sum(getattr(each, name) for each in results) for name in names}


def _print_results(results: "Sequence[SourceResult]", indent: int | None) -> None:
    from reader.cli.output import to_json

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


COMMANDS = {"sync": sync}
