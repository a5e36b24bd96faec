"""When something was: as a time or date in lists, as an age in words elsewhere.

Instants are seconds since 1970. Imports almost nothing, as a start shows times before all else.
"""

import time

from reader.i18n import _

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
WEEK = 7 * DAY

TIME_CELLS = 6
"""Cells of a time or of a date without its year, so that titles end in one column."""

DATE_CELLS = 11
"""Cells of a date with its year."""

_UNAMBIGUOUS = 335 * DAY
"""Age up to which day and month are unambiguous without the year."""

_UNITS = (365.25 * DAY, 30.4375 * DAY, WEEK, DAY, HOUR, MINUTE)
"""Seconds of years, months, weeks, days, hours, minutes."""


def short_time(instant: float, now: float) -> str:
    """Return ` 14:05` for today, else ` 3 Dec`, in local time, in TIME_CELLS cells.

    Where the day could be of two years: ` 3 Dec 2024`, in DATE_CELLS.
    """
    at = time.localtime(instant)
    if at[:3] == time.localtime(now)[:3]:
        return clock_time(instant)
    day = f"{at.tm_mday:>2} {month_name(at.tm_mon)}"
    return day if abs(now - instant) < _UNAMBIGUOUS else f"{day} {at.tm_year:04}"


def month_name(month: int) -> str:
    """Return the name of a month from 1 to 12, in three letters."""
    return _("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec").split()[month - 1]


def day_name(weekday: int) -> str:
    """Return the short name of a day of the week, from 0 for Monday to 6."""
    return _("Mon Tue Wed Thu Fri Sat Sun").split()[weekday]


def clock_time(instant: float) -> str:
    """Return the local time in TIME_CELLS cells, for rows under the heading of their day."""
    at = time.localtime(instant)
    return f" {at.tm_hour:02}:{at.tm_min:02}"


def age_in_words(instant: float, now: float) -> str:
    """Return the age in one whole unit: `3 h ago`; `in 3 h` for the future."""
    distance = abs(now - instant)
    for unit, name in zip(_UNITS, _unit_names(), strict=True):
        if distance >= unit:
            amount = f"{distance // unit:.0f} {name}"
            wanted = _("{amount} ago") if instant < now else _("in {amount}")
            return wanted.format(amount=amount)
    return _("just now")


def span_in_words(seconds: float) -> str:
    """Return a time in one whole unit: `40 min`, `36 h`, `3 d`."""
    if seconds < HOUR:
        return _("{number:.0f} min").format(number=seconds // MINUTE)
    if seconds < 2 * DAY:
        return _("{number:.0f} h").format(number=seconds // HOUR)
    return _("{number:.0f} d").format(number=seconds // DAY)


def _unit_names() -> list[str]:
    # i18n: years, months, weeks, days, hours, minutes, abbreviated
    return _("y mo wk d h min").split()
