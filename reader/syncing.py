"""From live sources to the cache: ask all side by side, parse, store a page in one transaction.

What is known of a source is stored with the page that it is about: a sync that is cut short, in
whatever way, keeps what it stored and goes on from there. One bad source never stops the others.
"""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from reader.article import Article
from reader.cache import Outcome, Store
from reader.cache.incoming import Incoming
from reader.cache.live import SourceState
from reader.errors import CacheError, CryptoreadError, Refusal, SourceError
from reader.formats.page import UNDATED, ApiFailure, OverQuota, Page
from reader.sources import read_whole
from reader.sources.http import Answer, Fetcher, FetchFailed, Known, Limits
from reader.sources.secret import coindesk_key
from reader.subscriptions import Kind, SourceResult, Status, Subscription
from reader.text import display_name

FAILURES_TO_PAUSE = 3
"""In a row, after which a source is left alone for a while."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 120, 24 * 3600
RETRY_AFTER_S = (60, 6 * 3600)
"""What a site may ask for at least and at most."""
GONE_S = 7 * 24 * 3600

FIRST_PAGES, MOST_PAGES = 5, 100
"""Of an API: how far back a first sync goes, and any later one."""

MOST_PENDING = 8
LOOK_FOR_STOP_S = 0.05

T = TypeVar("T")

if TYPE_CHECKING:
    from reader.config import Settings


class SyncOptions(NamedTuple):
    """What the settings say about syncing. `environ` may hold the key of CoinDesk's API."""

    estimate_sentiment: bool = True
    categories: Mapping[str, Sequence[str]] = {}
    coindesk_key: str | None = None
    environ: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return "SyncOptions()"  # the key belongs in no log


def options_of(settings: "Settings", environ: Mapping[str, str]) -> SyncOptions:
    """What the settings say, and an environment that may hold the key."""
    return SyncOptions(
        estimate_sentiment=settings.estimate_sentiment,
        categories=settings.categories,
        coindesk_key=settings.coindesk_key,
        environ=environ,
    )


class Sync:
    """One sync into a store. `on_result` is told of each source when it has ended.

    force: ask those that are paused, too. stop: set by any thread, it ends the sync soon.
    """

    def __init__(
        self,
        store: Store,
        *,
        options: SyncOptions,
        clock: Callable[[], datetime],
        on_result: Callable[[SourceResult], None],
        stop: threading.Event,
        force: bool = False,
        limits: Limits,
    ) -> None:
        self.cache = store
        self.options = options
        self.clock = clock
        self._on_result = on_result
        self._stop = stop
        self._force = force
        self.limits = limits
        self.number = store.begin_run()
        self._states = store.source_states()
        self._worker: ThreadPoolExecutor

    def run(self, subscriptions: Iterable[Subscription]) -> list[SourceResult]:
        """Ask them all; the results of those that ended, in the order of the subscriptions.

        Raises CacheError. No event loop may run in this thread.
        """
        every = list(subscriptions)
        results: dict[str, SourceResult] = {}
        with ThreadPoolExecutor(1, "storing") as self._worker:
            try:
                asyncio.run(self._all(every, results))
            finally:
                self._worker.submit(self.cache.release)
        return [results[each.name] for each in every if each.name in results]

    async def _all(
        self, subscriptions: list[Subscription], results: dict[str, SourceResult]
    ) -> None:
        async with Fetcher(self.limits) as fetcher:

            async def one(subscription: Subscription) -> None:
                result = await self._guarded(fetcher, subscription)
                results[subscription.name] = result
                self._on_result(result)

            tasks = [asyncio.create_task(one(each)) for each in subscriptions]
            try:
                await self._ended(tasks)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _ended(self, tasks: list[asyncio.Task[None]]) -> None:
        """Until all have ended, the cache has failed one of them, or it is to stop."""
        waiting = set(tasks)
        while waiting and not self._stop.is_set():
            done, waiting = await asyncio.wait(
                waiting, timeout=LOOK_FOR_STOP_S, return_when=asyncio.FIRST_EXCEPTION
            )
            for task in done:
                task.result()

    async def _guarded(self, fetcher: Fetcher, subscription: Subscription) -> SourceResult:
        """The result of one source, whatever happens to it."""
        state = self._states.get(subscription.url, SourceState(url=subscription.url))
        if state.next_try > self.now() and not self._force:
            when = f"until {datetime.fromtimestamp(state.next_try):%Y-%m-%d %H:%M}"
            return _failed(subscription, Status.PAUSED, f"paused {when} ({state.last_error})")
        try:
            return await self._source(fetcher, subscription, state).run()
        except CacheError:
            raise
        except Exception as error:
            status, reason, retry_after = _trouble(error)
            # Read again: a page may have been stored before the trouble began.
            state = self.cache.source_states().get(subscription.url, state)
            await self.work(self._note_failure, state, status, reason, retry_after)
            return _failed(subscription, status, reason)

    def _source(
        self, fetcher: Fetcher, subscription: Subscription, state: SourceState
    ) -> "_Source":
        kinds = {Kind.FOLDER: _Folder, Kind.COINDESK: _CoinDesk}
        made = kinds.get(subscription.kind, _File if subscription.is_local else _Document)
        return made(self, fetcher, subscription, state)

    def _note_failure(
        self, state: SourceState, status: Status, reason: str, retry_after: float | None
    ) -> None:
        failures = state.failures + 1
        state = replace(
            state,
            failures=failures,
            next_try=int(self.now() + pause(status, failures, retry_after)),
            last_error=reason,
            # Where it moved to has failed: the address that the user wrote is tried next.
            permanent="",
        )
        with self.cache.writing(self.number) as writer:
            writer.note_source(state)

    def now(self) -> int:
        return int(self.clock().timestamp())

    async def work(self, function: Callable[..., T], *arguments: object) -> T:
        """In the one thread that parses and stores. What has begun there is ended there."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, function, *arguments)


class _Source:
    """One source being asked. Of a page, `store` runs in the worker, everything else does not."""

    def __init__(
        self, sync: Sync, fetcher: Fetcher, subscription: Subscription, state: SourceState
    ) -> None:
        self.sync = sync
        self.fetcher = fetcher
        self.subscription = subscription
        self.state = state
        self.outcomes: Counter[Outcome] = Counter()
        self.refusals: list[Refusal] = []

    @property
    def added(self) -> int:
        return self.outcomes[Outcome.NEW] + self.outcomes[Outcome.UPDATED]

    async def run(self) -> SourceResult:
        raise NotImplementedError

    def result(self, status: Status) -> SourceResult:
        counts = self.outcomes
        return SourceResult(
            name=self.subscription.name,
            status=status,
            new=counts[Outcome.NEW],
            updated=counts[Outcome.UPDATED],
            unchanged=counts[Outcome.UNCHANGED] + counts[Outcome.SUPERSEDED],
            refusals=tuple(self.refusals),
            advice=status.advice,
        )

    def parse(self, data: bytes, content_type: str = "") -> Page:
        now = self.sync.clock()
        match self.subscription.kind:
            case Kind.COINDESK:
                from reader.formats.coindesk import read_coindesk

                return read_coindesk(data, now=now)
            case Kind.NEWS_JSON:
                from reader.formats.news_json import read_news_json

                return read_news_json(data, now=now)
        from reader.formats.feeds import read_feed

        name, url = self.subscription.name, self.subscription.url
        return read_feed(data, url=url, name=name, content_type=content_type, now=now)

    def store(self, page: Page, state: SourceState) -> int:
        """One transaction: the articles, and what is now known of the source. How many it added."""
        from reader.formats.classify import classified

        options = self.sync.options
        estimate, extra = options.estimate_sentiment, options.categories
        incoming = [
            Incoming.of(classified(self.dated(article), estimate=estimate, extra=extra))
            for article in page.articles
        ]
        outcomes: Counter[Outcome] = Counter()
        with self.sync.cache.writing(self.sync.number) as writer:
            for each in incoming:
                outcomes[writer.put_live(each)] += 1
            writer.note_source(state)
        self.outcomes.update(outcomes)
        self.refusals += page.refusals
        self.state = state
        return outcomes[Outcome.NEW] + outcomes[Outcome.UPDATED]

    def dated(self, article: Article) -> Article:
        """One without a date of its own keeps the time at which it was first seen."""
        if UNDATED not in article.flags:
            return article
        id = self.sync.cache.with_identity(article.identity)
        rows = self.sync.cache.rows([id]) if id is not None else []
        if not rows:
            return article
        return replace(article, published=rows[0].published, updated=rows[0].published)

    def well(self, **changes: object) -> SourceState:
        """The state of a source that answered as it should."""
        now = self.sync.now()
        state = replace(self.state, failures=0, next_try=0, last_ok=now, last_error="")
        return replace(state, **changes)  # type: ignore[arg-type]

    def note(self, state: SourceState) -> None:
        with self.sync.cache.writing(self.sync.number) as writer:
            writer.note_source(state)


class _Document(_Source):
    """A feed, or a news.json: one document that is asked for whole, unless it has not changed."""

    async def run(self) -> SourceResult:
        address = self.state.permanent or self.subscription.url
        known = Known(self.state.etag, self.state.last_modified)
        answer = await self.fetcher.get(address, known=known)
        status = await self.sync.work(self.take, answer)
        return self.result(status)

    def take(self, answer: Answer) -> Status:
        moved = Status.MOVED if answer.permanent else None
        changes = {"permanent": answer.permanent or self.state.permanent}
        digest = self.state.digest if answer.body is None else _digest(answer.body)
        if digest == self.state.digest and self.state.last_ok:
            kept = Known(*(new or old for new, old in zip(answer.known, self._known, strict=True)))
            known = kept if answer.body is None else answer.known
            self.note(self.well(etag=known.etag, last_modified=known.last_modified, **changes))
            return moved or Status.UNCHANGED
        if answer.body is None:
            raise FetchFailed(Status.SERVER_ERROR, "the server said that nothing unknown changed")
        page = self.parse(answer.body, answer.content_type)
        etag, last_modified = answer.known
        self.store(
            page, self.well(etag=etag, last_modified=last_modified, digest=digest, **changes)
        )
        return moved or Status.OK

    @property
    def _known(self) -> Known:
        return Known(self.state.etag, self.state.last_modified)


class _File(_Source):
    """A news.json on this machine."""

    async def run(self) -> SourceResult:
        return await self.sync.work(self.take)

    def take(self) -> SourceResult:
        try:
            data = read_whole(Path(self.subscription.url), self.sync.limits.bytes)
        except SourceError as error:
            raise FetchFailed(Status.NOT_FOUND, str(error)) from error
        digest = _digest(data)
        if digest == self.state.digest:
            return self.result(Status.UNCHANGED)
        self.store(self.parse(data), self.well(digest=digest))
        return self.result(Status.OK)


class _Folder(_Source):
    """A folder of the archive's own files, which is imported."""

    async def run(self) -> SourceResult:
        return await self.sync.work(self.take)

    def take(self) -> SourceResult:
        from reader.importing import Import

        folder = Path(self.subscription.url).expanduser()
        if not folder.is_dir():
            raise FetchFailed(Status.NOT_FOUND, f"there is no folder {display_name(str(folder))}")
        report = Import(self.sync.cache, lambda _done, _total: None, self.refusals.append).run(
            [folder]
        )
        self.outcomes.update(report.outcomes)
        self.note(self.well())
        return self.result(Status.OK if self.added or self.refusals else Status.UNCHANGED)


class _CoinDesk(_Source):
    """CoinDesk's Data API: pages, newest first, back to where a page adds nothing.

    Where it still has to go is stored with every page, should it not get there.
    """

    async def run(self) -> SourceResult:
        options = self.sync.options
        key = await self.sync.work(coindesk_key, options.coindesk_key, options.environ)
        if not key:
            return _failed(self.subscription, Status.NO_KEY, "its API wants a key")
        is_first = not self.state.last_ok
        ends: list[int | None] = [None, *self.state.pending]
        for _ in range(FIRST_PAGES if is_first else MOST_PAGES):
            end = ends.pop(0)
            address = _page_url(self.subscription.url, end)
            answer = await self.fetcher.get(address, secrets={"x-api-key": key})
            older = await self.sync.work(self.take, answer, end, ends)
            ends = ends if older is None else [older, *ends]
            if not ends:
                break
        pending = () if is_first else tuple(ends)
        await self.sync.work(self.note, self.well(pending=pending))
        return self.result(Status.OK if self.added else Status.UNCHANGED)

    def take(self, answer: Answer, end: int | None, others: Sequence[int]) -> int | None:
        """Store a page; the end of the one to ask for next, None where this one added nothing."""
        page = self.parse(answer.body or b"", answer.content_type)
        older = page.older
        if older is not None and end is not None and older >= end:
            older = None
        pending = others if older is None else [older, *others]
        # It counts as made when it has gone back as far as it will.
        state = self.well(last_ok=self.state.last_ok, pending=tuple(pending[:MOST_PENDING]))
        return older if self.store(page, state) else None


def pause(status: Status, failures: int, retry_after: float | None) -> float:
    """Seconds for which a source that failed is left alone."""
    if retry_after is not None or status in (Status.RATE_LIMITED, Status.OVER_QUOTA):
        least, most = RETRY_AFTER_S
        return min(max(retry_after or FIRST_PAUSE_S, least), most)
    if status is Status.GONE:
        return GONE_S
    if failures < FAILURES_TO_PAUSE:
        return 0
    doubled = FIRST_PAUSE_S * 2.0 ** min(failures - FAILURES_TO_PAUSE, 20)
    return min(doubled, LONGEST_PAUSE_S) * random.uniform(0.8, 1.2)


def _trouble(error: Exception) -> tuple[Status, str, float | None]:
    """What it is called, what was wrong, and the seconds that the server asks for."""
    if isinstance(error, FetchFailed):
        return error.status, str(error), error.retry_after
    if isinstance(error, OverQuota):
        return Status.OVER_QUOTA, str(error), None
    if isinstance(error, ApiFailure):
        return Status.REJECTED, str(error), None
    if isinstance(error, CryptoreadError):
        return Status.NOT_A_FEED, str(error), None
    # No text of it: that may hold anything.
    return Status.BROKEN, f"cryptoread could not cope with it ({type(error).__name__})", None


def _failed(subscription: Subscription, status: Status, error: str) -> SourceResult:
    return SourceResult(subscription.name, status, error=error, advice=status.advice)


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


def _page_url(url: str, end: int | None) -> str:
    """The address of a page, with what every page needs where the user did not write it."""
    parts = urlsplit(url)
    written = dict(parse_qsl(parts.query, keep_blank_values=True))
    asked = {"lang": "EN", "limit": "100"} | written
    if end is not None:
        asked["to_ts"] = str(end)
    return parts._replace(query=urlencode(asked)).geturl()
