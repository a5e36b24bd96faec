"""Jobs of an import: reading and parsing files, in this process or in worker processes.

Knows nothing about storing. Job, task and result are picklable values.
"""

import gc
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from threading import Thread
from typing import NamedTuple, TypeVar

from reader.cache.answers import Stamp
from reader.cache.values.incoming import Incoming
from reader.errors import CryptoreadError, Refusal
from reader.formats import NotAnArticle, read_article
from reader.formats.json.articles import read_json_article
from reader.formats.json.blocks import Block
from reader.i18n import _, grouped
from reader.sources import Entry, json_blocks
from reader.text import display_name

DIGEST_BYTES = 16

HOPELESS = 1_000
"""Articles refused from the start of a JSON file after which the rest of it is refused at once."""

T = TypeVar("T")


class WorkerLost(CryptoreadError):
    """A worker process was killed from outside."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "a worker process was killed, perhaps for lack of memory; "
                "import it again to bring in the rest"
            )
        )


class Parsed(NamedTuple):
    """The result of one file or article: `incoming`, `refusal`, or neither for known bytes."""

    where: str
    """Its name for display."""
    stamp: Stamp | None = None
    incoming: Incoming | None = None
    flags: tuple[str, ...] = ()
    refusal: Refusal | None = None
    known: bytes | None = None
    """Digest of the file's bytes at an earlier import, if they were different."""


class Task(NamedTuple):
    """An entry to read, and the digest of its bytes when they were last read."""

    entry: Entry
    known: bytes | None = None


class JsonTask(NamedTuple):
    """Articles to parse: a block of a JSON file."""

    path: str
    block: Block


Job = list[Task] | JsonTask | Refusal
"""A unit of work for a worker. A refusal is passed on in its place among the results."""


def json_jobs(path: str) -> Iterator[Job]:
    """Yield the blocks of a JSON file as jobs, and its refusals."""
    for found in json_blocks(path):
        yield JsonTask(path, found) if isinstance(found, Block) else found


def while_hopeful(parsed: Iterator[Parsed], path: str) -> Iterator[Parsed]:
    """Yield the results of a JSON file; stop if none of the first ones is an article."""
    for count, each in enumerate(parsed, 1):
        yield each
        if each.incoming:
            yield from parsed
        elif count == HOPELESS:
            where = display_name(path)
            reason = _("none of the first {number} is an article; the rest is skipped").format(
                number=grouped(HOPELESS)
            )
            yield Parsed(where=where, refusal=Refusal(where, reason))
            return


def parse_in_workers(
    first: list[Job], jobs: Iterator[Job], ahead: Callable[[], int]
) -> Iterator[Parsed]:
    """Yield the results of jobs in order. `first` runs in this process, while the workers start.

    ahead: how many jobs may wait, or have results that wait. Raises WorkerLost.
    """
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    from reader.workers import context

    with ProcessPoolExecutor(cores(), context(), initializer=_begin_worker) as pool:
        submitted = (pool.submit(_all_results, job) for job in jobs)
        waiting: deque[Future[list[Parsed]]] = deque(islice(submitted, ahead()))
        try:
            for job in first:
                yield from results(job)
            while waiting:
                yield from waiting.popleft().result()
                waiting.extend(islice(submitted, max(0, ahead() - len(waiting))))
        except BrokenProcessPool as error:
            raise WorkerLost from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def collect_seldom() -> None:
    """Run the garbage collector rarely: it takes a tenth of an import, and finds nothing."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _begin_worker() -> None:
    """Leave ctrl+c to the importing process, and end when that process ends."""
    collect_seldom()
    if hasattr(os, "nice"):
        os.nice(10)  # the process that stores is the bottleneck
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
    return list(results(job))


def results(job: Job) -> Iterator[Parsed]:
    """Yield the results of one job, parsed in this process."""
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
            reason = str(error)
            if task.block.starts:
                reason = _("article {number} {reason}").format(number=number, reason=reason)
            refusal = Refusal(where, reason, line)
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


def cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # also right in a container
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the items in lists of this size; the last one may be shorter."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
