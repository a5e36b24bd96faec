"""The actions of a child until a fault ends it. It reports each, as a line of JSON."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from reader.archive import importing
from reader.cache.engines.sqlite import transaction
from reader.cache.ids import Ids
from reader.cache.marks.kinds import Mark
from reader.library import Library
from reader.query.language import parse
from reader.sources.http.fetcher import Limits
from reader.subscriptions import SourceResult, Subscription

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)
AT_FIRST = 12
"""Articles of the first transaction, so that a small archive takes several."""


def opened(folder: str) -> Library:
    return Library(Path(folder), clock=lambda: NOW)


def say(*what: object) -> None:
    print(json.dumps(what), flush=True)


def look(folder: str) -> None:
    """Open the library, which migrates it."""
    with opened(folder) as library:
        say("opened", len(library.find(parse(""))))


def bring_in(folder: str, archive: str) -> None:
    importing.STORED_AT_FIRST = AT_FIRST
    transaction.WORTH_A_THREAD = AT_FIRST // 2
    with opened(folder) as library:
        report = library.bring_in([Path(archive)], on_progress=lambda done, _: say("stored", done))
        say("report", report.stored, len(report.refusals))
        library.upkeep.tidy(entirely=True)


def sync(folder: str, sources: list[tuple[str, str]]) -> None:
    def told(result: SourceResult) -> None:
        say("source", result.name, str(result.status), result.new, result.updated)

    with opened(folder) as library:
        library.sync(
            [Subscription(name, url) for name, url in sources],
            on_result=told,
            force=True,
            limits=Limits(),
        )
        library.upkeep.tidy()


def _mark(places: slice, mark: Mark, value: bool, library: Library) -> None:
    ids = Ids(library.find(parse(""))[places])
    library.mark(ids, mark, value, f"{mark} {value}")


def _position(place: int, position: float, library: Library) -> None:
    identity = library.identity(library.find(parse(""))[place])
    assert identity is not None
    library.save_position(identity, position)


MARKS: list[Callable[[Library], object]] = [
    partial(_mark, slice(0, 2), Mark.READ, True),
    partial(_mark, slice(5, 9), Mark.FAVOURITE, True),
    partial(_position, 3, 0.5),
    Library.undo,
    partial(_mark, slice(0, None), Mark.READ, True),
    partial(_mark, slice(1, 2), Mark.READ, False),
    Library.undo,
    Library.undo,
    Library.redo,
    lambda library: library.save_state("group", "day"),
    partial(_mark, slice(30, 40), Mark.FAVOURITE, True),
    partial(_position, 3, 7.0),
]
"""Changes of marks, one after the other."""


def mark(folder: str, first: int = 0) -> None:
    """Make the changes from the first one on."""
    with opened(folder) as library:
        for number, change in enumerate(MARKS[first:], first):
            change(library)
            say("done", number)
