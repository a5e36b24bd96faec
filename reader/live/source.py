"""Ask one live source: fetch, parse, and store it a page at a time.

`sync` decides which sources are asked and when, and what follows from their failures.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

from reader.article import Article
from reader.cache.answers import Outcome
from reader.cache.source_states import SourceState
from reader.cache.store import Store
from reader.cache.storing.writing import Writer
from reader.cache.values.incoming import Incoming
from reader.errors import NoRoom, Refusal, SourceError
from reader.formats.feeds.discovery import WebPage, read_page
from reader.formats.page import UNDATED, Page
from reader.i18n import _
from reader.live.pages import page_url
from reader.safety.redaction import for_articles_of, redacted
from reader.sources import read_whole
from reader.sources.http.fetcher import NOTHING_KNOWN, Answer, Fetcher, FetchFailed, Known
from reader.sources.secret import coindesk_key
from reader.subscriptions import Kind, SourceResult, Status, Subscription, SyncOptions
from reader.text import clean_line, display_name

FIRST_PAGES, MOST_PAGES = 5, 100
"""Maximum pages back in time: of a first sync of an API, and of later ones."""

MOST_PENDING = 8

FORGET_S = 8 * 24 * 3600
"""Seconds after which a source is asked for everything, without validators."""

STORED_AT_ONCE = 500
"""Articles of a page per transaction."""

Put = Callable[[Writer], Outcome]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Resources that the sources of one sync share."""

    cache: Store
    run: int
    options: SyncOptions
    clock: Callable[[], datetime]
    fetcher: Fetcher
    worker: Executor
    """The one thread that parses and stores."""
    most: int
    """Maximum bytes of a file."""

    def now(self) -> int:
        """Return Unix seconds."""
        return int(self.clock().timestamp())

    async def work(self, function: Callable[..., T], *arguments: object) -> T:
        """Call a function in the thread that parses and stores; it ends there even if cancelled."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.worker, function, *arguments)

    def note(self, state: SourceState) -> None:
        """Store the state of a source, without articles."""
        with self.cache.intake.writing(self.run) as writer:
            writer.note_source(state)


def source(desk: Desk, subscription: Subscription, state: SourceState) -> "_Source":
    """Return the fetcher for this subscription."""
    kinds = {Kind.FOLDER: _Folder, Kind.COINDESK: _CoinDesk}
    made = kinds.get(subscription.kind, _File if subscription.is_local else _Document)
    return made(desk, subscription, state)


def failed(subscription: Subscription, status: Status, error: str, last: str = "") -> SourceResult:
    """Return the result of a source that failed. last: the status with which it was paused."""
    return SourceResult(
        subscription.name,
        status,
        error=redacted(clean_line(error)),
        advice=subscription.advice(status),
        is_local=subscription.is_local,
        is_unreachable=Status.UNREACHABLE in (status, last),
    )


def troubled(state: SourceState, now: int, status: Status, reason: str) -> SourceState:
    """Return the state of a source that failed, and why. now: Unix seconds."""
    reason = redacted(clean_line(reason))
    return replace(state, last_failed=now, last_status=status.value, last_error=reason)


class _Source:
    """One source being asked. `store` runs in the worker thread, everything else does not."""

    def __init__(self, desk: Desk, subscription: Subscription, state: SourceState) -> None:
        self.desk = desk
        self.subscription = subscription
        self.state = state
        self.outcomes: Counter[Outcome] = Counter()
        self.refusals: list[Refusal] = []
        self.lacks_room = False

    @property
    def added(self) -> int:
        """Return how many articles are new or updated."""
        return self.outcomes[Outcome.NEW] + self.outcomes[Outcome.UPDATED]

    async def run(self) -> SourceResult:
        """Ask the source; return its result. Raises FetchFailed, NotAPage, CacheError."""
        raise NotImplementedError

    def result(self, status: Status) -> SourceResult:
        """Return the result of a source that answered."""
        counts = self.outcomes
        return SourceResult(
            name=self.subscription.name,
            status=status,
            new=counts[Outcome.NEW],
            updated=counts[Outcome.UPDATED],
            unchanged=counts[Outcome.UNCHANGED] + counts[Outcome.SUPERSEDED],
            refusals=tuple(Refusal(*map(_said, each)) for each in self.refusals),
            advice=self.subscription.advice(status),
            is_local=self.subscription.is_local,
        )

    def parse(self, data: bytes, content_type: str = "") -> Page:
        """Parse an answer in the worker thread. Raises NotAPage."""
        now = self.desk.clock()
        match self.subscription.kind:
            case Kind.COINDESK:
                from reader.formats.json.coindesk import read_coindesk

                return read_coindesk(data, now=now)
            case Kind.NEWS_JSON:
                from reader.formats.json.news import read_news_json

                return read_news_json(data, now=now)
        from reader.formats.feeds.reading import read_feed

        name, url = self.subscription.name, self.subscription.url
        return read_feed(data, url=url, name=name, content_type=content_type, now=now)

    def store(self, page: Page, state: SourceState) -> int:
        """Store the articles, and with the last of them the new state of the source.

        In small transactions, so that other programs can write in between. Returns how many were
        added.
        """
        from reader.formats.classify import classified

        options = self.desk.options
        estimate, extra = options.estimate_sentiment, options.categories
        articles = [
            classified(each, estimate=estimate, extra=extra) for each in self.without_secrets(page)
        ]
        outcomes: Counter[Outcome] = Counter()
        puts = list(self.puts(articles, state))
        for start in range(0, len(puts) or 1, STORED_AT_ONCE):
            some = puts[start : start + STORED_AT_ONCE]
            with self.desk.cache.intake.writing(self.desk.run) as writer:
                stored = Counter(filter(None, [self._put(writer, put) for put in some]))
                if start + STORED_AT_ONCE >= len(puts):
                    writer.note_source(self._to_note(state))
            outcomes.update(stored)
        self.outcomes.update(outcomes)
        self.refusals += page.refusals
        self.state = self._to_note(state)
        return outcomes[Outcome.NEW] + outcomes[Outcome.UPDATED]

    def _put(self, writer: Writer, put: Put) -> Outcome | None:
        """Store an article; None if there is no room for it."""
        try:
            return put(writer)
        except NoRoom as error:
            self.lacks_room = True
            self.refusals.append(Refusal(self.subscription.name, str(error)))
            return None

    def _to_note(self, state: SourceState) -> SourceState:
        """Return the state to store: if articles were refused, one that asks for them again."""
        return replace(state, etag="", last_modified="", digest=b"") if self.lacks_room else state

    def without_secrets(self, page: Page) -> Sequence[Article]:
        """Return the articles of the page without keys that the server may have repeated."""
        redaction = for_articles_of(self.subscription.url)
        return (
            [redaction.of_article(each) for each in page.articles] if redaction else page.articles
        )

    def puts(self, articles: Sequence[Article], state: SourceState) -> Iterator[Put]:
        """Yield functions that store one article each, the oldest first."""
        if self.subscription.kind is Kind.FEED:
            url, name = self.subscription.url, self.subscription.name
            feed = self.desk.cache.intake.feed_page((url, state.permanent or url), name, articles)
            for group, arrival in feed.arrivals:
                yield partial(Writer.put_item, page=feed, group=group, arrival=arrival)
            return
        incoming = [Incoming.of(self.dated(article)) for article in reversed(articles)]
        for each in sorted(incoming, key=lambda new: new.published):
            yield partial(Writer.put_live, incoming=each)

    def dated(self, article: Article) -> Article:
        """Return an article without a date of its own with the time at which it was first seen."""
        if UNDATED not in article.flags:
            return article
        id = self.desk.cache.texts.with_identity(article.identity)
        rows = self.desk.cache.texts.rows([id]) if id is not None else []
        if not rows:
            return article
        return replace(article, published=rows[0].published, updated=rows[0].published)

    def well(self, status: Status, **changes: Any) -> SourceState:
        """Return the state of a source that answered as expected."""
        state = replace(
            self.state,
            failures=0,
            next_try=0,
            last_ok=self.desk.now(),
            last_status=status.value,
            last_error="",
        )
        return replace(state, **changes)


class _Document(_Source):
    """A feed or a news.json: one document, fetched whole unless it has not changed."""

    async def run(self) -> SourceResult:
        """Fetch the document, unless it has not changed, and store its articles."""
        address = self.state.permanent or self.subscription.url
        known = NOTHING_KNOWN if self.is_asked_for_all else self._known
        named = self.subscription.url
        answer = await self.desk.fetcher.get(address, known=known, named=named)
        if answer.body is None and known == NOTHING_KNOWN:
            reason = _("the server answered 304 to an unconditional request")
            raise FetchFailed(Status.SERVER_ERROR, reason)
        status = await self.desk.work(self.take, answer)
        return self.result(status)

    @property
    def is_asked_for_all(self) -> bool:
        """Return whether to send no validators: after a failure, and from time to time.

        Some servers fail on their own validators, others never report a change.
        """
        last_ok, now = self.state.last_ok, self.desk.now()
        failed_there = self.state.failures and self.state.last_status != Status.UNREACHABLE
        return bool(failed_there) or last_ok // FORGET_S != now // FORGET_S

    def take(self, answer: Answer) -> Status:
        """Store what is new in the answer; return the status."""
        moved = Status.MOVED if answer.permanent else None
        changes: dict[str, object] = {"permanent": answer.permanent or self.state.permanent}
        digest = self.state.digest if answer.body is None else _digest(answer.body)
        if digest == self.state.digest and self.state.last_ok:
            kept = Known(*(new or old for new, old in zip(answer.known, self._known, strict=True)))
            known = kept if answer.body is None else answer.known
            status = moved or Status.UNCHANGED
            changes |= known._asdict()
            self.desk.note(self.well(status, **changes))
            return status
        page = self.page_of(answer)
        status = moved or Status.OK
        changes |= answer.known._asdict()
        self.store(page, self.well(status, digest=digest, **changes))
        return status

    def page_of(self, answer: Answer) -> Page:
        """Parse the document. Raises NotAPage."""
        body = answer.body or b""
        try:
            return self.parse(body, answer.content_type)
        except WebPage as error:
            address = answer.url or self.state.permanent or self.subscription.url
            raise WebPage(read_page(body, address, answer.content_type).feeds) from error

    @property
    def _known(self) -> Known:
        """Return the stored validators, without those of earlier versions that cannot be sent."""
        return Known(self.state.etag, self.state.last_modified).sendable


class _File(_Source):
    """A news.json on this machine."""

    async def run(self) -> SourceResult:
        """Read the file, unless it has not changed, and store its articles."""
        return await self.desk.work(self.take)

    def take(self) -> SourceResult:
        """Read and store the file, unless its content is known; return the result."""
        try:
            data = read_whole(Path(self.subscription.url), self.desk.most)
        except SourceError as error:
            raise FetchFailed(Status.NOT_FOUND, str(error)) from error
        digest = _digest(data)
        if digest == self.state.digest:
            self.desk.note(self.well(Status.UNCHANGED))
            return self.result(Status.UNCHANGED)
        self.store(self.parse(data), self.well(Status.OK, digest=digest))
        return self.result(Status.OK)


class _Folder(_Source):
    """A folder of the archive's own files, or one such file, which is imported."""

    async def run(self) -> SourceResult:
        """Import the folder or file."""
        return await self.desk.work(self.take)

    def take(self) -> SourceResult:
        """Import the folder or file; return the result."""
        from reader.archive.importing import Import

        folder = Path(self.subscription.url).expanduser()
        if not folder.exists():
            reason = _("there is no {path}").format(path=display_name(str(folder)))
            raise FetchFailed(Status.NOT_FOUND, reason)
        report = Import(self.desk.cache, lambda _done, _total: None, self.refusals.append).run(
            [folder]
        )
        self.outcomes.update(report.outcomes)
        status = Status.OK if self.added or self.refusals else Status.UNCHANGED
        self.desk.note(self.well(status))
        return self.result(status)


class _CoinDesk(_Source):
    """CoinDesk's Data API: pages, newest first, until a page adds nothing.

    The position is stored with every page, so that the next sync can go on from there.
    """

    async def run(self) -> SourceResult:
        """Fetch and store page after page. Raises FetchFailed, NotAPage, CacheError."""
        options = self.desk.options
        key = await self.desk.work(coindesk_key, options.coindesk_key, options.environ)
        if not key:
            return await self.without_key()
        is_first = not self.state.last_ok
        ends: list[int | None] = [None, *self.state.pending]
        for _page in range(FIRST_PAGES if is_first else MOST_PAGES):
            end = ends.pop(0)
            address = page_url(self.subscription.url, end)
            answer = await self.desk.fetcher.get(address, secrets={"x-api-key": key})
            older = await self.desk.work(self.take, answer, end, ends)
            ends = ends if older is None else [older, *ends]
            if not ends:
                break
        pending = () if is_first else tuple(ends)
        status = Status.OK if self.added else Status.UNCHANGED
        await self.desk.work(self.desk.note, self.well(status, pending=pending))
        return self.result(status)

    async def without_key(self) -> SourceResult:
        """Return the result without a key, which is not a failure of the source."""
        reason = _("its API needs a key")
        state = troubled(self.state, self.desk.now(), Status.NO_KEY, reason)
        await self.desk.work(self.desk.note, state)
        return failed(self.subscription, Status.NO_KEY, reason)

    def take(self, answer: Answer, end: int | None, others: Sequence[int]) -> int | None:
        """Store a page; return the end of the next one, None if this one added nothing."""
        page = self.parse(answer.body or b"", answer.content_type)
        older = page.older
        if older is not None and end is not None and older >= end:
            older = None
        pending = others if older is None else [older, *others]
        # `last_ok` changes only once it has gone back as far as it will.
        left = tuple(pending[:MOST_PENDING])
        state = self.well(Status.OK, last_ok=self.state.last_ok, pending=left)
        return older if self.store(page, state) else None


def _said(part: Any) -> Any:
    return redacted(clean_line(part)) if isinstance(part, str) else part


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()
