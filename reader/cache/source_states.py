"""What is known of live sources since they were last asked, and how it is kept."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

LONGEST_REST_S = 7 * 24 * 3600
"""For which a source is left alone at most, whatever it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is known of a live source since it was last asked. Instants are seconds since 1970.

    They are of this machine's clock, which may have been wrong: see `as_of`.
    """

    url: str
    """As subscribed: another address is another source."""
    permanent: str = ""
    """Where it has moved for good."""
    etag: str = ""
    last_modified: str = ""
    digest: bytes = b""
    """Of the bytes that came last."""
    pending: tuple[int, ...] = ()
    """Ends of the pages back that are still to be asked for, should an earlier sync have been
    cut short."""
    failures: int = 0
    """In a row."""
    next_try: int = 0
    last_ok: int = 0
    last_failed: int = 0
    last_status: str = ""
    """A word of `Status`: how asking it ended; empty where that was before it was noted."""
    last_error: str = ""
    """What was wrong when it was asked last, empty where nothing was."""

    def as_of(self, now: int) -> "SourceState":
        """Return it without instants that no clock which now says `now` can have meant.

        A source does not rest until a year to which the clock was once set by mistake.
        """
        if max(self.last_ok, self.last_failed) <= now and self.next_try <= now + LONGEST_REST_S:
            return self
        return replace(
            self,
            next_try=self.next_try if self.next_try <= now + LONGEST_REST_S else 0,
            last_ok=min(self.last_ok, now),
            last_failed=min(self.last_failed, now),
        )


_COLUMNS = tuple(field.name for field in fields(SourceState))


def source_states(db: sqlite3.Connection) -> Iterator[SourceState]:
    """Yield the state of every source; a damaged one starts anew."""
    for row in db.execute(f"SELECT {', '.join(_COLUMNS)} FROM sources"):
        values = dict(zip(_COLUMNS, row, strict=True))
        try:
            values["pending"] = tuple(json.loads(values["pending"]))
        except (ValueError, TypeError):  # damaged: what is known of it begins anew
            yield SourceState(url=str(values["url"]))
            continue
        yield SourceState(**values)


def note_source(db: sqlite3.Connection, state: SourceState) -> None:
    """Store the state of a source, over the one before."""
    values = {name: getattr(state, name) for name in _COLUMNS}
    values["pending"] = json.dumps(state.pending)
    places = ", ".join(f":{name}" for name in _COLUMNS)
    db.execute(f"INSERT OR REPLACE INTO sources ({', '.join(_COLUMNS)}) VALUES ({places})", values)
