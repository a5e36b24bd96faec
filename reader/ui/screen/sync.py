"""Begin a sync by `r` or at intervals, stop it, and report its progress and result.

The sync runs in a process of its own, while the user reads on.
"""

import asyncio
import os
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

from reader.config.settings import Settings
from reader.i18n import _, grouped, ngettext
from reader.ui.screen.host import Host
from reader.ui.screen.insight.last_sync import LastSync
from reader.ui.screen.panes import Panes
from reader.ui.textual_compat.failures import in_background

if TYPE_CHECKING:
    from reader.alerts.telling import Told
    from reader.library import Library
    from reader.subscriptions import SourceResult, Subscription

NOTHING_FOLLOWED = _("no subscriptions; `cryptoread subscribe URL` adds one")


class Syncing:
    """Runs one sync at a time.

    settings: those of the start; config: the file that they come from, read again for each sync.
    changed: called when there may be new articles.
    """

    class Progressed(Message):
        """A sync began, has heard from another source, or ended (empty text)."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

        def can_replace(self, message: Message) -> bool:
            """Return whether the message is of this kind: the last one counts."""
            return isinstance(message, Syncing.Progressed)

    def __init__(
        self,
        host: Host,
        library: "Library",
        settings: Settings,
        config: Path | None,
        panes: Panes,
        *,
        changed: Callable[[], None],
    ) -> None:
        self._host = host
        self.brought = LastSync(host, library, panes)
        """What the last sync brought."""
        self._library = library
        self._usual = settings
        self._config = config
        self._changed = changed
        self._stop: threading.Event | None = None
        """Stops the present sync; None while there is none."""
        self._asked = self._ended = 0
        self._said = ""
        """The message that a sync is running, while it is shown."""

    def begin(self, *, force: bool = False) -> None:
        """Sync now, unless a sync is running. force: include sources that rest after failures."""
        if self._stop is not None:
            self._said = ngettext(
                "a sync is running: {ended} of {number} sources answered",
                "a sync is running: {ended} of {number} sources answered",
                self._asked,
            ).format(ended=self._ended, number=self._asked)
            self._host.say(self._said)
        else:
            self._start(by_itself=False, force=force)

    def by_itself(self) -> None:
        """Sync at the interval of the settings: say only what is new."""
        if self._stop is None and not self._library.is_sample:
            self._start(by_itself=True, force=False)

    def end(self) -> None:
        """Stop the sync, so that leaving does not wait for a slow source."""
        if self._stop is not None:
            self._stop.set()

    async def show_sources(self) -> None:
        """Open the box with the state of each source. Raises ConfigError, CacheError."""
        from reader.ui.modals.modal import open_box
        from reader.ui.modals.sources import SourcesScreen, entries
        from reader.ui.screen.insight.firsts import show_firsts

        followed = self._settings().subscriptions
        states, now = self._library.source_states(), self._library.clock()
        rows = entries(followed or (), states, now)
        ask = self._host.key("sources.ask")
        box = SourcesScreen(rows, is_chosen=followed is not None, ask=ask)
        await open_box(self._host.app, box, self._asked_for_all)
        show_firsts(self._host, self._library, box)

    def _asked_for_all(self, is_wanted: bool | None) -> None:
        if is_wanted:
            self.begin(force=True)

    def _start(self, *, by_itself: bool, force: bool) -> None:
        self._stop = stop = threading.Event()
        self._asked = self._ended = 0
        self._progress("⟳")
        self.brought.begun()
        in_background(self._host, partial(self._run, stop, by_itself, force), group="sync")

    async def _run(self, stop: threading.Event, by_itself: bool, force: bool) -> None:
        """Sync, then say how it went. The event stops the thread, as cancelling would not."""
        results: Sequence[SourceResult] | None = None
        try:
            results = await asyncio.to_thread(self._sync, stop, force)
        finally:
            is_leaving = stop.is_set() or not self._host.is_running
            stop.set()
            self._stop = None
            if not is_leaving:
                self._progress("")
                self._host.unsay(self._said)
                self._changed()
        if results is not None and not is_leaving:
            self.brought.ended()
            self._tell(results, by_itself)

    # In the thread.

    def _settings(self) -> Settings:
        """Return the present settings: another program may have changed the subscriptions."""
        from reader.config.settings import read_settings

        return read_settings(self._config) if self._config else self._usual

    def _sync(self, stop: threading.Event, force: bool) -> "Sequence[SourceResult]":
        from reader.ui.screen.sync_process import sync

        settings = self._settings()
        followed, notice = self._followed(settings)
        if notice:
            self._host.call_later(self._host.say, notice)
        self._host.call_later(self._begun, len(followed))

        def told(_result: "SourceResult") -> None:
            self._host.call_later(self._one_ended)

        def alerted(told: "Told") -> None:
            self._host.call_later(self._alerted, told)

        options = settings.sync_options(os.environ)
        return sync(
            self._library.home,
            followed,
            options=options,
            on_result=told,
            stop=stop,
            force=force,
            alerts=settings.alerts,
            on_alert=alerted,
        )

    def _followed(self, settings: Settings) -> "tuple[Sequence[Subscription], str]":
        if self._config is None:
            return settings.subscriptions or (), ""
        from reader.config.subscriptions_file import subscribed

        return subscribed(self._config, settings)

    # On the screen again.

    def _begun(self, count: int) -> None:
        self._asked = count
        self._show_progress()

    def _one_ended(self) -> None:
        self._ended += 1
        self._show_progress()

    def _alerted(self, told: "Told") -> None:
        """Show an alert; the list stays as it is."""
        from reader.text import clean_line

        if told.text:
            self._host.app.notify(clean_line(told.text), title=_("Alert"), markup=False)
        if told.failure:
            self._host.say(clean_line(told.failure), error=True, patient=True)

    def _show_progress(self) -> None:
        if self._stop is not None:
            self._progress(f"⟳ {self._ended}/{self._asked}")

    def _progress(self, text: str) -> None:
        self._host.post_message(self.Progressed(text))

    def _tell(self, results: "Sequence[SourceResult]", by_itself: bool) -> None:
        """Say how the sync went; for one at the interval of the settings, only what is new."""
        text = summary(results, self._host.key("reader.sources"))
        if self._library.is_sample and any(each.new for each in results):
            self._host.app.exit(True)  # the news takes the place of the samples
        elif any(each.new for each in results):
            self._host.app.notify(text, markup=False)
        elif not by_itself or _fails_anew(results):
            is_lost = bool(results) and all(each.status.is_problem for each in results)
            self._host.say(text, error=is_lost, patient=True)


def summary(results: "Sequence[SourceResult]", key: str = "S") -> str:
    """Return `12 new articles from 4 sources; 2 of 10 sources failed · S shows why`."""
    if not results:
        return NOTHING_FOLLOWED
    from reader.subscriptions import Status, no_network, unreachable

    if all(each.status is Status.LEFT for each in results):
        return str(results[0])
    lost = unreachable(results)
    givers = [each.new for each in results if each.new]
    failed = sum(each.status.is_problem for each in results) - lost
    parts = []
    if givers:
        parts.append(_brought(sum(givers), len(givers)))
    elif failed + lost < len(results):
        parts.append(_("nothing new"))
    if lost:
        parts.append(no_network(lost))
    if failed:
        said = ngettext(
            "{failed} of {number} source failed · {key} shows why",
            "{failed} of {number} sources failed · {key} shows why",
            len(results),
        )
        parts.append(said.format(failed=failed, number=grouped(len(results)), key=key))
    return "; ".join(parts)


def _fails_anew(results: "Sequence[SourceResult]") -> bool:
    """Return whether any source fails that did not fail before."""
    from reader.subscriptions import Status

    return any(each.status.is_problem and each.status is not Status.PAUSED for each in results)


def _brought(articles: int, sources: int) -> str:
    # i18n: goes on with "from 4 sources"
    said = ngettext(
        "{number} new article {from_sources}", "{number} new articles {from_sources}", articles
    )
    givers = ngettext("from {number} source", "from {number} sources", sources)
    return said.format(
        number=grouped(articles), from_sources=givers.format(number=grouped(sources))
    )
