"""Write when something was, in local time, as briefly as is unambiguous. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from reader.ages import day_name, month_name
from reader.i18n import _

_DAY = timedelta(days=1)
_WEEK = 7
_UNAMBIGUOUS = 335
"""Days for which day and month are unambiguous without the year."""


def moment(at: datetime, now: datetime) -> str:
    """Return `18:20`, `yesterday 18:20`, `Thu 18:20`, `12 Nov 18:20` or `12 Nov 2024`. Aware."""
    at, now = _local(at), _local(now)
    days = (now.date() - at.date()).days
    if days == 0:
        return f"{at:%H:%M}"
    if days == 1:
        return _("yesterday {time}").format(time=f"{at:%H:%M}")
    if 0 < days < _WEEK:
        return f"{day_name(at.weekday())} {at:%H:%M}"
    if abs(days) < _UNAMBIGUOUS:
        return f"{_day(at)} {at:%H:%M}"
    return f"{_day(at)} {at.year}"


def short_moment(at: datetime, now: datetime) -> str:
    """Return the hour of the past day, the day of the past week, else the date.

    The date has its year where it could be of two: `30 Oct 2024`; else six cells at most. Aware.
    """
    at, now = _local(at), _local(now)
    days = (now.date() - at.date()).days
    if days == 0 or timedelta() < now - at < _DAY:
        return f"{at:%H:%M}"
    if 0 < days < _WEEK:
        return day_name(at.weekday())
    return _day(at) if abs(days) < _UNAMBIGUOUS else f"{_day(at)} {at.year}"


def right_until(instants: Iterable[datetime], now: datetime) -> datetime:
    """Return when the first of these is written otherwise: at the latest at midnight. Aware."""
    now = _local(now)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
    return min([midnight, *(at + _DAY for at in instants if timedelta() < now - at < _DAY)])


def _day(at: datetime) -> str:
    return f"{at.day} {month_name(at.month)}"


def _local(at: datetime) -> datetime:
    try:
        return at.astimezone()
    except (OverflowError, ValueError, OSError):  # of the year 1 or 9999
        return at
