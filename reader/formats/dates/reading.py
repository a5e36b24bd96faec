"""Dates as people and programs write them, to instants.

Pure and bounded. The formats decide which dates are valid, and what replaces invalid ones. Dates
other than ISO 8601, RFC 822 and Unix times are read by `written`, which is not loaded at
start-up.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

MAX_CHARACTERS = 120
"""JavaScript's `Date.toString()` with a long zone name has about 70."""

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SINCE_1970 = r"(-?[0-9]{9,19})(\.[0-9]+)?"
_COMPACT = r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})?"
_RFC_822 = (
    r"(?:[A-Z][a-z]{2}, ?)?([0-9]{1,2}) ([A-Z][a-z]{2}) ([0-9]{4}) "
    r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))? (?:(?:GMT|UTC|Z)|([-+][0-9]{2})([0-9]{2}))"
)
_YEAR_LAST = r"(?<![0-9])([0-9]{1,2})([-/]) ?([0-9]{1,2})\2 ?(?:[0-9]{4}|[0-9]{2})(?![0-9])"
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"


def read_date(text: str, *, day_first: bool | None = None) -> datetime | None:
    """Return the instant that the text means, aware and UTC; None if it is not a date.

    Never raises. day_first: how to read `03/04/2025`, if both readings are possible; the month
    comes first unless it is true. A date without a zone is UTC, and one without a time is midnight.
    """
    if not text or len(text) > MAX_CHARACTERS:
        return None
    text = text.strip()
    try:
        # Before ISO 8601, which reads 1612121000000 as ten o'clock on a day in 1612.
        if text[-1:].isdecimal() and (digits := re.fullmatch(_SINCE_1970, text)):
            return _of_digits(text, int(digits[1]), digits[2] or "")
        if instant := _of_iso(text) or _of_rfc_822(text):
            return instant
        from reader.formats.dates.written import written_date

        return written_date(text, day_first is True)
    except (ValueError, OverflowError):
        return None


def day_comes_first(texts: Iterable[str]) -> bool | None:
    """Return how the dates of one page such as `03/04/2025` are written; None if it is unclear.

    A number above 12 cannot be a month: one such date decides for the page.
    """
    seen = set()
    for text in texts:
        match = re.search(_YEAR_LAST, text[:MAX_CHARACTERS])
        if match and (int(match[1]) > 12) != (int(match[3]) > 12):
            seen.add(int(match[1]) > 12)
    return seen.pop() if len(seen) == 1 else None


def _of_iso(text: str) -> datetime | None:
    # `fromisoformat` accepts any character for the T, even the sign of an offset.
    if text[4:5] == "-" and text[10:11] not in ("T", " ", "t", "", "W"):
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    if instant.tzinfo is None:
        return instant.replace(tzinfo=UTC)
    return instant.astimezone(UTC)


def _of_rfc_822(text: str) -> datetime | None:
    match = re.fullmatch(_RFC_822, text)
    if not match or (month := _MONTHS.find(match[2])) % 3:
        return None
    hours, minutes = int(match[7] or 0), int(match[8] or 0)
    if abs(hours) > 15 or minutes > 59:
        return None
    minutes = -minutes if (match[7] or "").startswith("-") else minutes
    year, day = int(match[3]), int(match[1])
    time = (int(match[4]), int(match[5]), int(match[6] or 0))
    if time[0] > 23 or time[2] > 59:
        return None
    zone = timezone(timedelta(hours=hours, minutes=minutes))
    return datetime(year, month // 3 + 1, day, *time, tzinfo=zone).astimezone(UTC)


def _of_digits(text: str, number: int, fraction: str) -> datetime:
    if len(text) in (12, 14) and (match := re.fullmatch(_COMPACT, text)):
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        try:
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            pass  # a Unix time after all
    size = len(str(abs(number)))
    if size > 17:
        return _UNIX_EPOCH + timedelta(microseconds=number // 1000)
    unit = 1_000_000 if size < 12 else 1_000 if size < 15 else 1
    return _UNIX_EPOCH + timedelta(microseconds=number * unit + round(float(fraction or 0) * unit))
