"""How long ago something was: short in the list, in words in the header of an article.

Instants are seconds since 1970. Imports almost nothing, as a start shows ages before all else.
"""

import time

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
WEEK = 7 * DAY

AGE_CELLS = 6
"""Cells of the widest short age, `31 Dec`, so that all titles end in one column."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNAMBIGUOUS = 335 * DAY
"""Age up to which day and month are unambiguous without the year."""

_HALF_CENTURY = 50 * 365 * DAY
"""Age up to which two digits of the year are unambiguous."""

_UNITS = (
    (365.25 * DAY, "y"),
    (30.4375 * DAY, "mo"),
    (WEEK, "wk"),
    (DAY, "d"),
    (HOUR, "h"),
    (MINUTE, "min"),
)


def short_age(instant: float, now: float) -> str:
    """Return the age, or the day in local time: `now`, `5m`, `3h`, `2d`, `14 Nov`, `Nov’24`.

    Instants over a week ago or over a minute in the future are given as a day, or as month and year
    where the day could be of two years.
    """
    passed = now - instant
    if abs(passed) < MINUTE:
        return "now"
    if 0 < passed < HOUR:
        return f"{passed // MINUTE:.0f}m"
    if 0 < passed < DAY:
        return f"{passed // HOUR:.0f}h"
    if 0 < passed < WEEK:
        return f"{passed // DAY:.0f}d"
    day = time.localtime(instant)
    month = _MONTHS[day.tm_mon - 1]
    if abs(passed) < _UNAMBIGUOUS:
        return f"{day.tm_mday} {month}"
    if passed > _HALF_CENTURY:
        return str(day.tm_year)
    return f"{month}’{day.tm_year % 100:02}"


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
