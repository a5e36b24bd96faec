"""Describe the state of a live source, for the screen and the command line.

Words only, no layout.
"""

from datetime import UTC, datetime
from shlex import quote
from typing import TYPE_CHECKING, NamedTuple

from reader.i18n import _, ngettext, pgettext
from reader.safety.redaction import redacted
from reader.subscriptions import Status, Subscription

if TYPE_CHECKING:
    from reader.cache.source_states import SourceState


WELL, NOT_ASKED = "well", "not asked yet"  # not shown: JSON
FAILING, RESTING = "failing", "resting"


class Health(NamedTuple):
    """State of one source. Instants are aware, None if there was none."""

    state: str
    """As JSON has it: `well`, `not asked yet`, `failing`, `failed 4 times`, `resting`."""
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

    @property
    def how(self) -> str:
        """Return the state in one to three words, in the language of the interface."""
        words = {
            WELL: pgettext("source", "well"),
            NOT_ASKED: _("not asked yet"),
            FAILING: _("failing"),
            RESTING: _("resting"),
        }
        failed = ngettext("failed {number} time", "failed {number} times", self.failures)
        return words.get(self.state) or failed.format(number=self.failures)


def health(source: Subscription, state: "SourceState | None", now: datetime) -> Health:
    """Return how the source is doing at that moment. now: aware."""
    if state is None:
        return Health(NOT_ASKED)
    state = state.as_of(int(now.timestamp()))
    status = Status(state.last_status) if state.last_status in list(Status) else None
    made = Health(
        state=WELL,
        status=status,
        last_ok=_instant(state.last_ok),
        last_failed=_instant(state.last_failed),
        failures=state.failures,
        error=redacted(state.last_error),
        advice=source.advice(status) if status else "",
    )
    if not state.last_error:
        return made
    failed = f"failed {state.failures} times"  # not shown: JSON
    until = _instant(state.next_try)
    if until is None or until <= now:
        return made._replace(state=FAILING if state.failures < 2 else failed)
    rests = _("it rests until {until}; `cryptoread sync {name}` asks it earlier").format(
        until=f"{until.astimezone():%Y-%m-%d %H:%M}", name=quote(source.name)
    )
    advice = f"{made.advice}; {rests}" if made.advice else rests
    return made._replace(state=RESTING, rests_until=until, advice=advice)


def _instant(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
