"""Sync: ask all live sources in parallel, parse, store each page in one transaction.

The state of a source is stored with the page: an interrupted sync keeps what it stored and goes on
from there. A bad source does not stop the others.
"""

import asyncio
import gc
import os
import platform
import random
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from reader.cache.source_states import LONGEST_REST_S, SourceState
from reader.cache.store import Store
from reader.errors import CacheError, CryptoreadError
from reader.formats.feeds.discovery import WebPage
from reader.formats.page import ApiFailure, OverQuota
from reader.i18n import _
from reader.live.loading import load
from reader.live.source import Desk, failed, source, troubled
from reader.programs import KEY_VARIABLE
from reader.safety.crash import Broken
from reader.safety.known_secrets import know, know_address
from reader.sources.http.fetcher import Fetcher, FetchFailed, Limits
from reader.subscriptions import SourceResult, Status, Subscription, SyncOptions
from reader.text import clean_line

FAILURES_TO_PAUSE = 3
"""Consecutive failures after which a source is paused."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 120, 24 * 3600
RETRY_AFTER_S = (60, 6 * 3600)
"""Bounds of the pause that a site may ask for, in seconds."""
GONE_S = LONGEST_REST_S

OFFLINE_S = 15 * 60
"""Maximum pause if a site cannot be reached: usually this machine is offline."""

LOOK_FOR_STOP_S = 0.05

LEASE_S = 300
"""Seconds for which a source of a shared archive is left to the machine that has asked it."""

MACHINE = "machine"
"""Name under which a machine keeps its own random name."""


class Sync:
    """One sync into a store. on_result: called with the result of each source that has ended.

    force: also ask paused sources. stop: ends the sync soon; may be set by any thread.
    """

    def __init__(
        self,
        store: Store,
        options: SyncOptions | None,
        clock: Callable[[], datetime],
        on_result: Callable[[SourceResult], None],
        stop: threading.Event | None,
        *,
        force: bool = False,
        limits: Limits | None = None,
    ) -> None:
        self._store = store
        self._options = options or SyncOptions()
        self._clock = clock
        self._on_result = on_result
        self._stop = stop or threading.Event()
        self._force = force
        self._limits = limits or Limits()
        self._left: dict[str, tuple[str, int]] = {}
        """Sources of a shared archive that another machine has asked, which, and until when."""
        self._run = store.intake.begin_run()
        self._states = store.intake.source_states()

    def run(self, subscriptions: Iterable[Subscription]) -> list[SourceResult]:
        """Ask the sources; return the results of those that ended, in the order of subscriptions.

        Raises CacheError. No event loop may run in this thread.
        """
        every = list(subscriptions)
        self._claim([each.url for each in every])
        know(self._options.coindesk_key, self._options.environ.get(KEY_VARIABLE))
        know_address(*(each.url for each in every))
        results: dict[str, SourceResult] = {}
        over = threading.Event()
        with _known_objects_aside(), ThreadPoolExecutor(1, "storing") as worker:
            asked = {each.kind for each in every if not self._is_paused(self._state(each))}
            worker.submit(load, asked, self._options, over)
            try:
                asyncio.run(self._all(every, results, worker))
            finally:
                over.set()
                worker.submit(self._store.session.release)
        return [results[each.name] for each in every if each.name in results]

    def _claim(self, sources: list[str]) -> None:
        """Leave sources of a shared archive to a machine that has asked them a moment ago."""
        shared = self._store.shared
        if shared is None or self._force or not sources:
            return
        own = self._store.marking.state(MACHINE)
        if not own:
            own = os.urandom(8).hex()
            self._store.marking.save_state(MACHINE, own)
        self._left = shared.claim(sources, f"{platform.node()}/{own}", LEASE_S)

    async def _all(
        self,
        subscriptions: list[Subscription],
        results: dict[str, SourceResult],
        worker: ThreadPoolExecutor,
    ) -> None:
        async with Fetcher(self._limits) as fetcher:
            desk = Desk(
                cache=self._store,
                run=self._run,
                options=self._options,
                clock=self._clock,
                fetcher=fetcher,
                worker=worker,
                most=self._limits.bytes,
            )

            async def one(subscription: Subscription) -> None:
                result = await self._guarded(desk, subscription)
                results[subscription.name] = result
                self._on_result(result)

            tasks = [asyncio.create_task(one(each)) for each in subscriptions]
            try:
                await self._ended(tasks)
            finally:
                await _given_up(tasks)

    async def _ended(self, tasks: list[asyncio.Task[None]]) -> None:
        """Wait until all have ended, one has met an error of the cache, or `stop` is set."""
        waiting = set(tasks)
        while waiting and not self._stop.is_set():
            done, waiting = await asyncio.wait(
                waiting, timeout=LOOK_FOR_STOP_S, return_when=asyncio.FIRST_EXCEPTION
            )
            for task in done:
                task.result()

    def _state(self, subscription: Subscription) -> SourceState:
        state = self._states.get(subscription.url, SourceState(url=subscription.url))
        return state.as_of(int(self._clock().timestamp()))

    def _is_paused(self, state: SourceState) -> bool:
        return state.next_try > int(self._clock().timestamp()) and not self._force

    async def _guarded(self, desk: Desk, subscription: Subscription) -> SourceResult:
        """Return the result of one source, whatever happens to it."""
        state = self._state(subscription)
        if subscription.url in self._left:
            return SourceResult(
                subscription.name, Status.LEFT, error=_left_to(*self._left[subscription.url])
            )
        if self._is_paused(state):
            until = datetime.fromtimestamp(state.next_try, UTC).astimezone()
            error = _("paused until {time} ({error})").format(
                time=f"{until:%Y-%m-%d %H:%M}", error=state.last_error
            )
            return failed(subscription, Status.PAUSED, error, state.last_status)
        try:
            return await source(desk, subscription, state).run()
        except CacheError:
            raise
        except Exception as error:  # noqa: BLE001 - the other sources go on
            status, reason, retry_after = _trouble(error, self._store.path.parent)
            # Read again: a page may have been stored before the error.
            state = self._store.intake.source_states().get(subscription.url, state)
            state = _after_failure(state, desk.now(), status, reason, retry_after)
            await desk.work(desk.note, state)
            return failed(subscription, status, reason)


def _left_to(holder: str, until: int) -> str:
    machine = clean_line(holder.rpartition("/")[0]) or _("another machine")
    time = f"{datetime.fromtimestamp(until, UTC).astimezone():%H:%M}"
    text = _("{machine} has just asked it, and has it until {time}")
    return text.format(machine=machine, time=time)


async def _given_up(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel what has not ended; again if a library has mistaken the cancellation for an error."""
    while waiting := [task for task in tasks if not task.done()]:
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting, timeout=LOOK_FOR_STOP_S)
    await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def _known_objects_aside() -> Iterator[None]:
    """Keep the garbage collector from scanning the whole program while articles come in."""
    is_mine = not gc.get_freeze_count()
    if is_mine:
        gc.freeze()
    try:
        yield
    finally:
        if is_mine:
            gc.unfreeze()


def _after_failure(
    state: SourceState, now: int, status: Status, reason: str, retry_after: float | None
) -> SourceState:
    failures = state.failures + 1
    rest = pause(status, failures, retry_after)
    return replace(
        troubled(state, now, status, reason),
        failures=failures,
        next_try=int(now + rest) if rest else 0,
        # The new address has failed: the user's address is tried next.
        permanent="",
    )


def pause(status: Status, failures: int, retry_after: float | None) -> float:
    """Return the seconds for which a source that failed is paused: how often it is asked."""
    if retry_after is not None or status in (Status.RATE_LIMITED, Status.OVER_QUOTA):
        least, most = RETRY_AFTER_S
        return min(max(retry_after or FIRST_PAUSE_S, least), most)
    if status is Status.GONE:
        return GONE_S
    if failures < FAILURES_TO_PAUSE:
        return 0
    doubled = FIRST_PAUSE_S * 2.0 ** min(failures - FAILURES_TO_PAUSE, 20)
    longest = OFFLINE_S if status is Status.UNREACHABLE else LONGEST_PAUSE_S
    return min(doubled, longest) * random.uniform(0.8, 1.2)  # noqa: S311 - no secret


def _trouble(error: Exception, folder: Path) -> tuple[Status, str, float | None]:
    """Return the status, what was wrong, and the seconds that the server asks for.

    folder: the data folder, for the log of unexpected errors.
    """
    if isinstance(error, FetchFailed):
        return error.status, str(error), error.retry_after
    if isinstance(error, OverQuota):
        return Status.OVER_QUOTA, str(error), None
    if isinstance(error, ApiFailure):
        return Status.REJECTED, str(error), None
    if isinstance(error, WebPage) and error.feeds:
        return Status.WEB_PAGE, str(error), None
    if isinstance(error, CryptoreadError):
        return Status.NOT_A_FEED, str(error), None
    return Status.BROKEN, str(Broken(error, folder)), None
