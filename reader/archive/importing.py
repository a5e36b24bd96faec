"""Import paths into the cache: find new articles, let workers parse them, store them in batches.

Every batch is one transaction, reported when it is on disk: an import that is interrupted keeps
what it reported, and goes on from there when it is run again.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from math import inf
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from reader.archive.jobs import (
    DIGEST_BYTES,
    Job,
    JsonTask,
    Parsed,
    Task,
    batched,
    collect_seldom,
    cores,
    json_jobs,
    parse_in_workers,
    results,
    while_hopeful,
)
from reader.cache.answers import Outcome, Stamp
from reader.cache.store import Store
from reader.errors import CacheError, CryptoreadError, NoRoom, Refusal
from reader.formats.flags import in_words
from reader.i18n import _
from reader.sources import Entry, is_archive, is_json, resolve, scan, stamp
from reader.text import display_name

if TYPE_CHECKING:
    from reader.cache.storing.writing import Writer

PARSED_AT_ONCE = 64
"""Files per task of a worker."""

STORED_AT_ONCE = 10_000
"""Articles per transaction. Each transaction rewrites the chunks of facets that it touches."""

STORED_AT_FIRST = 1_500
STORED_GROWTH = 1.5
"""Articles of the first transaction, and growth from one to the next: what is parsed while one is
committed goes into the next."""

BRIEF_S = 0.5
"""How long one takes to be filled while a screen is open, whose marks wait for its end."""

TURN_S = 0.02
"""Time between two of them for such a mark."""

WORTH_WORKERS = 4
"""Jobs from which on worker processes are started."""

LOOKED_UP_AT_ONCE = 64
"""Articles that are looked up in the cache with one question."""

HERE = 8
"""Jobs that this process does itself while the worker processes start."""

AHEAD = 40
"""Jobs per core that wait, or whose results wait to be stored: some 2,500 articles."""


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """Counts of an import; `str` is its summary."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)
    flagged: list[Refusal] = field(default_factory=list)
    """Faults of articles that were imported anyway."""
    vanished: list[str] = field(default_factory=list)
    """Files of earlier imports that no longer exist."""

    @property
    def read(self) -> int:
        """Return the number of articles that were read, refused ones included."""
        return self.outcomes.total() + len(self.refusals)

    @property
    def stored(self) -> int:
        """Return the number of articles that are new or updated."""
        return self.outcomes[Outcome.NEW] + self.outcomes[Outcome.UPDATED]

    def __str__(self) -> str:
        return _(
            "{read} read: {new} new, {updated} updated, {unchanged} unchanged, "
            "{superseded} superseded, {refused} refused"
        ).format(
            read=self.read,
            refused=len(self.refusals),
            **{outcome.value: self.outcomes[outcome] for outcome in Outcome},
        )


class Import:
    """One import into a store.

    on_progress: called with the number of files done and their total, None while it is unknown.
    on_refusal: called for each refusal as it happens.
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
        self._expected: int | None = None
        """Articles that will have been read, perhaps an estimate; None while it is unknown."""

    def run(self, paths: Iterable[Path]) -> ImportReport:
        """Import the paths in order. Raises CacheError; bad input is refused."""
        collect_seldom()
        for path in paths:
            try:
                self._bring_in(resolve(path))
            except CacheError:
                raise
            except CryptoreadError as error:
                self._refuse(Refusal(display_name(str(path)), str(error)))
        return self.report

    def _bring_in(self, path: Path) -> None:
        self._total = self._expected = None
        if is_archive(path):
            self._bring_in_archive(path)
            return
        if is_json(path):
            self._bring_in_json(path)
            return
        found = list(scan(path))
        self._total = self._expected = self.report.read + len(found)
        self._store_all(found)
        if path.is_dir():
            self._note_vanished(f"{path}{os.sep}", found)

    def _bring_in_archive(self, path: Path) -> None:
        """Import an archive, unless it is unchanged: its members can only be read in order."""
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
        """Import a JSON file, unless it is unchanged. Its digest is the number of its articles."""
        size, mtime_ns = stamp(path)
        where = str(path)
        before = self._store.intake.stamps([where]).get(where)
        if before and (before.size, before.mtime_ns) == (size, mtime_ns):
            self._count(Outcome.UNCHANGED, int.from_bytes(before.digest, "big"))
            return
        stored, refused = self.report.outcomes.total(), len(self.report.refusals)
        jobs = json_jobs(where) if where.endswith(".gz") else self._estimating(where, size)
        self._store_parsed(while_hopeful(self._parse(jobs), where))
        if len(self.report.refusals) == refused:  # else the next import names them again
            articles = self.report.outcomes.total() - stored
            digest = articles.to_bytes(DIGEST_BYTES, "big")
            with self._store.intake.writing(self._run) as writer:
                writer.note_file(Stamp(where, size, mtime_ns, digest))

    def _estimating(self, where: str, size: int) -> Iterator[Job]:
        """Yield the blocks of a JSON file, and estimate from them how many articles it has."""
        before, read = self.report.read, 0
        for job in json_jobs(where):
            if isinstance(job, JsonTask):
                if read:
                    self._expected = before + job.block.first * size // read
                read += len(job.block.data)
            yield job

    def _store_all(self, found: Iterable[Entry | Refusal]) -> None:
        self._store_parsed(self._parse(batched(self._tasks(found), PARSED_AT_ONCE)))

    def _parse(self, jobs: Iterator[Job]) -> Iterator[Parsed]:
        """Yield the results of all jobs in order. A few are run here, more in worker processes."""
        first = list(islice(jobs, WORTH_WORKERS))
        if len(first) < WORTH_WORKERS or cores() < 2:
            return chain.from_iterable(map(results, chain(first, jobs)))
        first += islice(jobs, HERE - len(first))
        return parse_in_workers(first, jobs, self._jobs_ahead)

    def _jobs_ahead(self) -> int:
        """Return how many jobs may wait; few while a screen is open, to leave one core free."""
        return max(cores() - 2, 1) if self._store.presence.is_screen_open() else AHEAD * cores()

    def _store_parsed(self, parsed: Iterator[Parsed]) -> None:
        size = min(STORED_AT_FIRST, STORED_AT_ONCE)
        upkeep, presence = self._store.upkeep, self._store.presence
        with upkeep.during_import(presence.is_screen_open) as clear_up:
            for first in parsed:
                moved = self._store_batch(chain([first], islice(parsed, size - 1)))
                clear_up()
                size = min(int(size * STORED_GROWTH), STORED_AT_ONCE, self._worth_waiting_for())
                if moved:  # not in order of time: larger transactions move fewer articles
                    size = STORED_AT_ONCE

    def _worth_waiting_for(self) -> int:
        """Return the size of the next transaction, so that little is left when all is parsed."""
        if self._expected is None:
            return STORED_AT_ONCE
        left = self._expected - self.report.read
        return max(left * 2 // 3, STORED_AT_FIRST)

    def _tasks(self, found: Iterable[Entry | Refusal]) -> Iterator[Task]:
        """Yield the files to read: those not refused and not known by path, size and time."""
        for some in batched(found, PARSED_AT_ONCE):
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
        """Store a batch in one transaction, and count it once it is on disk.

        While a screen is open, store what comes within half a second, then let it mark articles.
        Returns how many stored articles had to move in time.
        """
        outcomes: Counter[Outcome] = Counter()
        is_shown = self._store.presence.is_screen_open()
        ends = monotonic() + BRIEF_S if is_shown else inf
        with self._store.intake.writing(self._run, beside=self._has_free_core()) as writer:
            for some in batched(batch, LOOKED_UP_AT_ONCE):
                writer.look_up(parsed.incoming for parsed in some if parsed.incoming)
                for parsed in some:
                    if parsed.refusal:
                        self._refuse(parsed.refusal)
                    else:
                        self._put(writer, parsed, outcomes)
                if monotonic() > ends:
                    break
        if is_shown:
            sleep(TURN_S)
        self.report.outcomes.update(outcomes)
        self._on_progress(self.report.read, self._total)
        return writer.moved

    def _put(self, writer: "Writer", parsed: Parsed, outcomes: Counter[Outcome]) -> None:
        outcome = Outcome.UNCHANGED
        if parsed.incoming:
            try:
                outcome = writer.put(parsed.incoming, before=parsed.known)
            except NoRoom as error:  # its file is not noted, so that the next import reads it again
                self._refuse(Refusal(parsed.where, str(error)))
                return
        if parsed.stamp:
            writer.note_file(parsed.stamp)
        self.report.flagged += [Refusal(parsed.where, in_words(flag)) for flag in parsed.flags]
        outcomes[outcome] += 1

    def _has_free_core(self) -> bool:
        """Return whether a thread may work beside this one: not while a screen is open."""
        return cores() > 1 and not self._store.presence.is_screen_open()

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
