"""Describe the state of a live source, for the screen and the command line.

Words only, no layout.
"""

from datetime import UTC, datetime
from shlex import quote
from typing import TYPE_CHECKING, NamedTuple

from reader.safety.redaction import redacted
from reader.subscriptions import Status, Subscription

if TYPE_CHECKING:
    from reader.cache.source_states import SourceState


class Health(NamedTuple):
    """State of one source. Instants are aware, None if there was none."""

    how: str
    """One or two words: `well`, `not asked yet`, `failing`, `failed 4 times`, `resting`."""
    status: Status | None = None
    """Result of the last request; None if it was never asked, or that was not noted."""
    last_ok: datetime | None = None
    last_failed: datetime | None = None
    failures: int = 0
    """Consecutive failures."""
    rests_until: datetime | None = None
    error: str = ""
    """Error of the last request, empty if none."""
    advice: str = ""
    """Advice to the user, empty if none."""


def health(source: Subscription, state: "SourceState | None", now: datetime) -> Health:
    """Return how the source is doing at that moment. now: aware."""
    if state is None:
        return Health("not asked yet")
    state = state.as_of(int(now.timestamp()))
    status = Status(state.last_status) if state.last_status in list(Status) else None
    made = Health(
        how="well",
        status=status,
        last_ok=_instant(state.last_ok),
        last_failed=_instant(state.last_failed),
        failures=state.failures,
        error=redacted(state.last_error),
        advice=source.advice(status) if status else "",
    )
    if not state.last_error:
        return made
    how = "failing" if state.failures < 2 else f"failed {state.failures} times"
    until = _instant(state.next_try)
    if until is None or until <= now:
        return made._replace(how=how)
    ask = f"`cryptoread sync {quote(source.name)}` asks it earlier"
    rests = f"it rests until {until.astimezone():%Y-%m-%d %H:%M}; {ask}"
    advice = f"{made.advice}; {rests}" if made.advice else rests
    return made._replace(how="resting", rests_until=until, advice=advice)


def _instant(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
