"""From paths to the cache: read, parse on all cores, store in batches, count what became of it.

Every batch is one transaction, reported when it is on disk: an import that is interrupted keeps
what it reported, and goes on from there when it is run again.
"""

import gc
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import chain, islice
from pathlib import Path
from queue import Queue
from threading import Thread
from time import monotonic, sleep
from typing import NamedTuple, TypeVar

from reader.cache import Outcome, Stamp, Store
from reader.cache.incoming import Incoming
from reader.errors import CacheError, CryptoreadError, Refusal
from reader.formats import NotAnArticle, read_article
from reader.formats.json_articles import read_json_article
from reader.formats.json_blocks import Block
from reader.sources import Entry, is_archive, is_json, json_blocks, resolve, scan, stamp
from reader.text import display_name

PARSED_AT_ONCE = 64
"""Files that one task of a worker reads and parses."""

STORED_AT_ONCE = 10_000
"""Articles of one transaction. Each transaction rewrites the chunks of facets that it touches."""

STORED_AT_FIRST = 600
STORED_GROWTH = 1.25
"""Of the first transaction, and from one to the next. What is parsed while one is committed is soon
put into the next; the rest of it has to be waited for, and grows with it."""

WORTH_WORKERS = 4
"""Jobs from which on starting worker processes pays."""

AHEAD = 40
"""Jobs a worker that wait for it or whose results wait to be stored: some 2,500 articles."""

HOPELESS = 1_000
"""Articles that may be refused from the start of a JSON file before the rest of it is."""

DIGEST_BYTES = 16

SCREEN_WAIT_S, SCREEN_LOOK_S = 12.0, 0.05
"""How long an import waits for a screen to move on, which it does within five seconds, and how
often it looks."""

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """What an import did; `str` of it is its summary."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)
    flagged: list[Refusal] = field(default_factory=list)
    """What was wrong with articles that went in all the same."""
    vanished: list[str] = field(default_factory=list)
    """Files that an earlier import knew and that are gone from their folder or archive."""

    @property
    def read(self) -> int:
        return self.outcomes.total() + len(self.refusals)

    @property
    def stored(self) -> int:
        """Articles that came in, new or in another version."""
        return self.outcomes[Outcome.NEW] + self.outcomes[Outcome.UPDATED]

    def __str__(self) -> str:
        counts = ", ".join(f"{self.outcomes[outcome]} {outcome}" for outcome in Outcome)
        return f"{self.read} read: {counts}, {len(self.refusals)} refused"


class WorkerLost(CryptoreadError):
    """A process that parsed was killed from outside."""

    def __init__(self) -> None:
        super().__init__(
            "a worker process was killed, perhaps for want of memory; "
            "import it again to bring in the rest"
        )


class Parsed(NamedTuple):
    """What a file turned out to be: an article, the bytes that were known (neither), or refused."""

    where: str
    """Its name for display."""
    stamp: Stamp | None = None
    incoming: Incoming | None = None
    flags: tuple[str, ...] = ()
    refusal: Refusal | None = None
    known: bytes | None = None
    """The digest of its bytes when an earlier import read it, which were others."""


class Task(NamedTuple):
    """An entry to read, and the digest of its bytes when they were last read."""

    entry: Entry
    known: bytes | None = None


class JsonTask(NamedTuple):
    """Articles to parse that stand one a line in some bytes of a file."""

    path: str
    block: Block


Job = list[Task] | JsonTask | Refusal
"""What a worker does at once; a refusal takes its place among the results."""


class Import:
    """One import into a store.

    `on_progress` is told how many files are done and, where that is known, of how many;
    `on_refusal` what did not get in, as it happens.
    """

    def __init__(
        self,
        store: Store,
        on_progress: Callable[[int, int | None], None],
        on_refusal: Callable[[Refusal], None],
    ) -> None:
        self.report = ImportReport()
        self._store = store
        self._on_progress = on_progress
        self._on_refusal = on_refusal
        self._run = store.intake.begin_run()
        self._total: int | None = None

    def run(self, paths: Iterable[Path]) -> ImportReport:
        """Bring the paths in, one after the other. Raises CacheError; input is refused by name."""
        _collect_seldom()
        for path in paths:
            try:
                self._bring_in(resolve(path))
            except CacheError:
                raise
            except CryptoreadError as error:
                self._refuse(Refusal(display_name(str(path)), str(error)))
        return self.report

    def _bring_in(self, path: Path) -> None:
        if is_archive(path):
            self._bring_in_archive(path)
            return
        if is_json(path):
            self._bring_in_json(path)
            return
        found = list(scan(path))
        self._total = self.report.read + len(found)
        self._store_all(found)
        if path.is_dir():
            self._note_vanished(f"{path}{os.sep}", found)
        self._total = None

    def _bring_in_archive(self, path: Path) -> None:
        """Members can only be read in order, so an archive that has not changed is not opened."""
        size, mtime_ns = stamp(path)
        where = str(path)
        now = Stamp(where, size, mtime_ns, b"")
        if self._store.intake.stamps([where]).get(where) == now:
            known = self._store.intake.files_below(f"{where}!")
            self._count(Outcome.UNCHANGED, sum(1 for _ in known))
            return
        refused = len(self.report.refusals)
        self._store_all(scan(path))
        if len(self.report.refusals) == refused:  # else the next import names them again
            with self._store.intake.writing(self._run) as writer:
                writer.note_file(now)

    def _bring_in_json(self, path: Path) -> None:
        """A file that has not changed is not opened: its digest is the number of its articles."""
        size, mtime_ns = stamp(path)
        where = str(path)
        before = self._store.intake.stamps([where]).get(where)
        if before and (before.size, before.mtime_ns) == (size, mtime_ns):
            self._count(Outcome.UNCHANGED, int.from_bytes(before.digest, "big"))
            return
        stored, refused = self.report.outcomes.total(), len(self.report.refusals)
        self._store_parsed(_while_hopeful(self._parse(_json_jobs(where)), where))
        if len(self.report.refusals) == refused:  # else the next import names them again
            articles = self.report.outcomes.total() - stored
            digest = articles.to_bytes(DIGEST_BYTES, "big")
            with self._store.intake.writing(self._run) as writer:
                writer.note_file(Stamp(where, size, mtime_ns, digest))

    def _store_all(self, found: Iterable[Entry | Refusal]) -> None:
        self._store_parsed(self._parse(_batched(self._tasks(found), PARSED_AT_ONCE)))

    def _parse(self, jobs: Iterator[Job]) -> Iterator[Parsed]:
        """Each job done, in order: here where they are few, else in worker processes."""
        first = list(islice(jobs, WORTH_WORKERS))
        if len(first) < WORTH_WORKERS or _cores() < 2:
            return chain.from_iterable(map(_results, chain(first, jobs)))
        return _parse_in_workers(first, jobs, self._jobs_ahead)

    def _jobs_ahead(self) -> int:
        """That wait or whose results do; for somebody who reads meanwhile, a processor is left."""
        return max(_cores() - 2, 1) if self._store.presence.is_anybody_here() else AHEAD * _cores()

    def _store_parsed(self, parsed: Iterator[Parsed]) -> None:
        size = min(STORED_AT_FIRST, STORED_AT_ONCE)
        with _log_emptied_behind(self._store) as empty_log:
            for first in parsed:
                moved = self._store_batch(chain([first], islice(parsed, size - 1)))
                empty_log()
                size = min(int(size * STORED_GROWTH), STORED_AT_ONCE, self._worth_waiting_for())
                if moved:  # in no order of time: the more at once, the fewer have to make room
                    size = STORED_AT_ONCE

    def _worth_waiting_for(self) -> int:
        """Of what is left so much at once that little is to be stored when all is parsed."""
        if self._total is None:
            return STORED_AT_ONCE
        left = self._total - self.report.read
        return max(left * 2 // 3, STORED_AT_FIRST)

    def _tasks(self, found: Iterable[Entry | Refusal]) -> Iterator[Task]:
        """What has to be read: neither refused nor known by path, size and time."""
        for some in _batched(found, PARSED_AT_ONCE):
            entries = [entry for entry in some if isinstance(entry, Entry)]
            known = self._store.intake.stamps([entry.where for entry in entries])
            unchanged = 0
            for entry in entries:
                before = known.get(entry.where)
                if before and (before.size, before.mtime_ns) == (entry.size, entry.mtime_ns):
                    unchanged += 1
                else:
                    yield Task(entry=entry, known=before.digest if before else None)
            self._count(Outcome.UNCHANGED, unchanged)
            for refusal in some:
                if isinstance(refusal, Refusal):
                    self._refuse(refusal)

    def _store_batch(self, batch: Iterable[Parsed]) -> int:
        """One transaction. It counts only when it is on disk. Returns how many articles moved."""
        outcomes: Counter[Outcome] = Counter()
        with self._store.intake.writing(self._run) as writer:
            for parsed in batch:
                if parsed.refusal:
                    self._refuse(parsed.refusal)
                    continue
                if parsed.stamp:
                    writer.note_file(parsed.stamp)
                outcome = Outcome.UNCHANGED
                if parsed.incoming:
                    outcome = writer.put(parsed.incoming, before=parsed.known)
                outcomes[outcome] += 1
                self.report.flagged += [Refusal(parsed.where, flag) for flag in parsed.flags]
        self.report.outcomes.update(outcomes)
        self._on_progress(self.report.read, self._total)
        return writer.moved

    def _count(self, outcome: Outcome, number: int) -> None:
        self.report.outcomes[outcome] += number
        self._on_progress(self.report.read, self._total)

    def _refuse(self, refusal: Refusal) -> None:
        self.report.refusals.append(refusal)
        self._on_refusal(refusal)

    def _note_vanished(self, prefix: str, found: Iterable[Entry | Refusal]) -> None:
        seen = {entry.where for entry in found if isinstance(entry, Entry)}
        known = self._store.intake.files_below(prefix)
        self.report.vanished += [where for where in known if where not in seen]


@contextmanager
def _log_emptied_behind(store: Store) -> Iterator[Callable[[], None]]:
    """What empties the log of what is committed, while the next is parsed and stored."""
    wanted: Queue[bool] = Queue()

    def work() -> None:
        while wanted.get():
            store.upkeep.empty_log()
            wanted.task_done()
        store.session.release()

    screen = _LogBesideScreen(store)

    def empty_log() -> None:
        if store.presence.is_anybody_here():
            screen.empty_log()  # in this thread: one busy processor is enough
            return
        wanted.put(True)
        if store.upkeep.has_long_log():
            wanted.join()  # it begins anew only where nothing is left in it

    emptying = Thread(target=work)
    emptying.start()
    try:
        yield empty_log
    finally:
        wanted.put(False)
        emptying.join()


class _LogBesideScreen:
    """The log beside an open screen, which holds a state of the cache that it is read from.

    A log that has grown long begins anew when the screen has moved on, twice as a rule: to what was
    written last, then out of the log. Where that takes too long (a screen that was stopped) the log
    is let grow to twice its length before the next wait.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._longest = 0

    def empty_log(self) -> None:
        if not self._store.upkeep.has_long_log(self._longest):
            return
        end = monotonic() + SCREEN_WAIT_S
        while not self._store.upkeep.begin_log_anew():
            if monotonic() > end:
                self._longest = 2 * self._store.upkeep.log_bytes()
                return
            sleep(SCREEN_LOOK_S)


def _json_jobs(path: str) -> Iterator[Job]:
    for found in json_blocks(path):
        yield JsonTask(path, found) if isinstance(found, Block) else found


def _while_hopeful(parsed: Iterator[Parsed], path: str) -> Iterator[Parsed]:
    """What is no file of articles at all is not refused line by line."""
    for count, each in enumerate(parsed, 1):
        yield each
        if each.incoming:
            yield from parsed
        elif count == HOPELESS:
            where = display_name(path)
            reason = f"none of the first {HOPELESS:,} is an article: the rest is left out"
            yield Parsed(where=where, refusal=Refusal(where, reason))
            return


def _parse_in_workers(
    first: list[Job], jobs: Iterator[Job], ahead: Callable[[], int]
) -> Iterator[Parsed]:
    """`first` is done here, while the workers start. ahead: of the results that are taken."""
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    from reader.workers import context

    with ProcessPoolExecutor(_cores(), context(), initializer=_begin_worker) as pool:
        submitted = (pool.submit(_all_results, job) for job in jobs)
        waiting: deque[Future[list[Parsed]]] = deque(islice(submitted, ahead()))
        try:
            for job in first:
                yield from _results(job)
            while waiting:
                yield from waiting.popleft().result()
                waiting.extend(islice(submitted, max(0, ahead() - len(waiting))))
        except BrokenProcessPool as error:
            raise WorkerLost from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _collect_seldom() -> None:
    """Articles are no cycles: looking for garbage among them is a tenth of an import's time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _begin_worker() -> None:
    """A worker leaves ctrl+c to the importing process, and ends when that one is gone."""
    _collect_seldom()
    if hasattr(os, "nice"):
        os.nice(10)  # all wait for the process that stores
    import signal
    from multiprocessing import parent_process

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()

    def end_with_parent() -> None:
        if parent:
            parent.join()
        os._exit(1)

    Thread(target=end_with_parent, daemon=True).start()


def _all_results(job: Job) -> list[Parsed]:
    return list(_results(job))


def _results(job: Job) -> Iterator[Parsed]:
    if isinstance(job, Refusal):
        return iter([Parsed(where=job.where, refusal=job)])
    return _parse_json(job) if isinstance(job, JsonTask) else map(_read_and_parse, job)


def _parse_json(task: JsonTask) -> Iterator[Parsed]:
    where = display_name(task.path)
    name = display_name(Path(task.path).name)
    for number, line, text in task.block.articles():
        try:
            article = read_json_article(text, origin=f"{name}:{number}")
        except NotAnArticle as error:
            which = f"article {number} " if task.block.starts else ""
            refusal = Refusal(where, f"{which}{error}", line)
            yield Parsed(where=where, refusal=refusal)
            continue
        incoming = Incoming.of(article)
        yield Parsed(where=f"{where}:{line}", incoming=incoming, flags=article.flags)


def _read_and_parse(task: Task) -> Parsed:
    entry = task.entry
    where = display_name(entry.where)
    try:
        data = entry.read()
        digest = blake2b(data, digest_size=DIGEST_BYTES).digest()
        stamp = Stamp(entry.where, entry.size, entry.mtime_ns, digest)
        if digest == task.known:
            return Parsed(where=where, stamp=stamp)
        modified = datetime.fromtimestamp(entry.mtime_ns // 10**9, UTC)
        article = read_article(data, origin=entry.origin, modified=modified)
        incoming = Incoming.of(article)
        return Parsed(where, stamp, incoming, article.flags, known=task.known)
    except NotAnArticle as error:
        return Parsed(where=where, refusal=Refusal(where, str(error), error.line))
    except CryptoreadError as error:
        return Parsed(where=where, refusal=Refusal(where, str(error)))


def _batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # what this process may use, in a container too
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
