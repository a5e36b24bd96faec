"""Syncing from the screen: by `r` or by the clock, while the reader reads on.

It goes on in a process of its own; here it is begun, stopped and told of.
"""

import asyncio
import os
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reader.config import Settings
from reader.ui.failures import in_background

if TYPE_CHECKING:
    from reader.library import Library
    from reader.subscriptions import SourceResult, Subscription
    from reader.ui.reader_screen import ReaderScreen

MINUTE_S = 60.0

NOTHING_FOLLOWED = "no subscriptions; `cryptoread subscribe URL` adds one"


class Syncing:
    """One screen's syncs, one at a time. changed: to look at the articles at once."""

    def __init__(
        self,
        screen: "ReaderScreen",
        library: "Library",
        config: Path | None,
        changed: Callable[[], None],
    ) -> None:
        self._screen = screen
        self._library = library
        self._config = config
        self._changed = changed
        self._stop: threading.Event | None = None
        """Of the sync that is running."""
        self._asked = self._ended = 0
        self._said = ""
        """That it is running, to who asked for another."""

    def begin(self, *, force: bool = False) -> None:
        """What `r` asks for. force: those that rest after failures, too."""
        if self._stop is not None:
            self._said = f"a sync is running: {self._ended} of {self._asked} sources answered"
            self._screen.say(self._said)
        else:
            self._start(by_itself=False, force=force)

    def keep_on(self, minutes: int) -> None:
        """Sync now and every so many minutes, quietly."""
        if not self._library.is_sample:
            self._by_itself()
            self._screen.set_interval(max(1, minutes) * MINUTE_S, self._by_itself)

    def end(self) -> None:
        """Stop what is running: nobody waits for a slow source."""
        if self._stop is not None:
            self._stop.set()

    async def show_sources(self) -> None:
        """Open the box that says how each source is doing. Raises ConfigError, CacheError."""
        from reader.ui.sources_screen import SourcesScreen, entries

        followed = self._settings().subscriptions
        states, now = self._library.source_states(), self._library.clock()
        rows = entries(followed or (), states, now)
        box = SourcesScreen(rows, is_chosen=followed is not None)
        await self._screen.app.push_screen(box, self._asked_for_all)

    def _asked_for_all(self, is_wanted: bool | None) -> None:
        if is_wanted:
            self.begin(force=True)

    def _by_itself(self) -> None:
        if self._stop is None:
            self._start(by_itself=True, force=False)

    def _start(self, *, by_itself: bool, force: bool) -> None:
        self._stop = stop = threading.Event()
        self._asked = self._ended = 0
        self._screen.show_progress("⟳")
        in_background(self._screen, partial(self._run, stop, by_itself, force), group="sync")

    async def _run(self, stop: threading.Event, by_itself: bool, force: bool) -> None:
        """A worker that is cancelled stops its thread, too: the event is what it listens to."""
        results: Sequence[SourceResult] | None = None
        try:
            results = await asyncio.to_thread(self._sync, stop, force)
        finally:
            is_leaving = stop.is_set() or not self._screen.is_running
            stop.set()
            self._stop = None
            if not is_leaving:
                self._screen.show_progress("")
                self._screen.unsay(self._said)
                self._changed()
        if results is not None and not is_leaving:
            self._tell(results, by_itself)

    # In the thread.

    def _settings(self) -> Settings:
        """As they are now: another program may have subscribed to something."""
        from reader.config import read_settings

        return read_settings(self._config) if self._config else self._screen.settings

    def _sync(self, stop: threading.Event, force: bool) -> "Sequence[SourceResult]":
        from reader.sync_process import sync

        settings = self._settings()
        followed, notice = self._followed(settings)
        if notice:
            self._screen.call_later(self._screen.say, notice)
        self._screen.call_later(self._begun, len(followed))

        def told(_result: "SourceResult") -> None:
            self._screen.call_later(self._one_ended)

        options = settings.sync_options(os.environ)
        return sync(
            self._library.home,
            followed,
            options=options,
            on_result=told,
            stop=stop,
            force=force,
        )

    def _followed(self, settings: Settings) -> "tuple[Sequence[Subscription], str]":
        if self._config is None:
            return settings.subscriptions or (), ""
        from reader.subscribing import subscribed

        return subscribed(self._config, settings)

    # On the screen again.

    def _begun(self, count: int) -> None:
        self._asked = count
        self._show_progress()

    def _one_ended(self) -> None:
        self._ended += 1
        self._show_progress()

    def _show_progress(self) -> None:
        if self._stop is not None:
            self._screen.show_progress(f"⟳ {self._ended}/{self._asked}")

    def _tell(self, results: "Sequence[SourceResult]", by_itself: bool) -> None:
        """What the reader has to know: of a sync by itself, only what is new."""
        text = summary(results, self._screen.key("reader.sources"))
        if self._library.is_sample and any(each.new for each in results):
            self._screen.app.exit(True)  # the news takes the place of the samples
        elif any(each.new for each in results):
            self._screen.notify(text, markup=False)
        elif not by_itself or _fails_anew(results):
            is_lost = bool(results) and all(each.status.is_problem for each in results)
            self._screen.say(text, error=is_lost, patient=True)


def summary(results: "Sequence[SourceResult]", key: str = "S") -> str:
    """`12 new articles from 4 sources; 2 of 10 sources failed · S shows why`."""
    if not results:
        return NOTHING_FOLLOWED
    givers = [each.new for each in results if each.new]
    failed = sum(each.status.is_problem for each in results)
    parts = []
    if givers:
        parts.append(
            f"{_counted(sum(givers), 'new article')} from {_counted(len(givers), 'source')}"
        )
    elif failed < len(results):
        parts.append("nothing new")
    if failed:
        parts.append(f"{failed} of {_counted(len(results), 'source')} failed · {key} shows why")
    return "; ".join(parts)


def _fails_anew(results: "Sequence[SourceResult]") -> bool:
    """Whether any is in trouble that is not resting from it already."""
    from reader.subscriptions import Status

    return any(each.status.is_problem and each.status is not Status.PAUSED for each in results)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
