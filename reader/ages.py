"""When something was: as a time or date in lists, as an age in words elsewhere.

Instants are seconds since 1970. Imports almost nothing, as a start shows times before all else.
"""

import time

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
WEEK = 7 * DAY

TIME_CELLS = 6
"""Cells of a time or of a date without its year, so that titles end in one column."""

DATE_CELLS = 11
"""Cells of a date with its year."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNAMBIGUOUS = 335 * DAY
"""Age up to which day and month are unambiguous without the year."""

_UNITS = (
    (365.25 * DAY, "y"),
    (30.4375 * DAY, "mo"),
    (WEEK, "wk"),
    (DAY, "d"),
    (HOUR, "h"),
    (MINUTE, "min"),
)


def short_time(instant: float, now: float) -> str:
    """Return ` 14:05` for today, else ` 3 Dec`, in local time, in TIME_CELLS cells.

    Where the day could be of two years: ` 3 Dec 2024`, in DATE_CELLS.
    """
    at = time.localtime(instant)
    if at[:3] == time.localtime(now)[:3]:
        return clock_time(instant)
    day = f"{at.tm_mday:>2} {_MONTHS[at.tm_mon - 1]}"
    return day if abs(now - instant) < _UNAMBIGUOUS else f"{day} {at.tm_year:04}"


def clock_time(instant: float) -> str:
    """Return the local time in TIME_CELLS cells, for rows under the heading of their day."""
    at = time.localtime(instant)
    return f" {at.tm_hour:02}:{at.tm_min:02}"


def age_in_words(instant: float, now: float) -> str:
    """Return the age in one whole unit: `3 h ago`; `in 3 h` for the future."""
    distance = abs(now - instant)
    for unit, name in _UNITS:
        if distance >= unit:
            amount = f"{distance // unit:.0f} {name}"
            return f"{amount} ago" if instant < now else f"in {amount}"
    return "just now"


def span_in_words(seconds: float) -> str:
    """Return a time in one whole unit: `40 min`, `36 h`, `3 d`."""
    if seconds < HOUR:
        return f"{seconds // MINUTE:.0f} min"
    return f"{seconds // HOUR:.0f} h" if seconds < 2 * DAY else f"{seconds // DAY:.0f} d"
