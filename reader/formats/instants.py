"""Dates and times as archives and feeds write them, and as cryptoread writes them back.

Neither clamps nor guesses: what range is allowed is the schema's affair.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = re.compile(r"(-?[0-9]{9,20})(\.[0-9]+)?")
_YAML_TIMESTAMP = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    r"(?:(?:[Tt]|[ \t]+)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
    r"(?:\.(?P<fraction>[0-9]*))?"
    r"(?:[ \t]*(?:[Zz]|(?P<sign>[-+])(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?))?)?"
)


def parse_instant(text: str) -> datetime:
    """Aware and UTC. Raises ValueError where the text is no date that a calendar has.

    ISO 8601, YAML's timestamps (a space for the T, single digits), and seconds, milliseconds or
    microseconds since 1970, told apart by size. What names no zone is UTC.
    """
    # Before ISO 8601, which reads 1612121000000 as ten o'clock of a day in 1612.
    if match := _DIGITS.fullmatch(text):
        return _since_1970(int(match[1]), float(match[2] or 0))
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = _yaml_timestamp(text)
    if instant.tzinfo is UTC:
        return instant
    if instant.tzinfo is None:
        return instant.replace(tzinfo=UTC)
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"no such date: {text}") from error


def format_instant(instant: datetime) -> str:
    """`2025-11-16T18:49:34.000Z`, with more digits only where there are any."""
    digits = "microseconds" if instant.microsecond % 1000 else "milliseconds"
    return instant.isoformat(timespec=digits).removesuffix("+00:00") + "Z"


def _yaml_timestamp(text: str) -> datetime:
    match = _YAML_TIMESTAMP.fullmatch(text)
    if not match:
        raise ValueError(f"no date: {text}")
    numbers = {
        name: int(match[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")
    }
    fraction = (match["fraction"] or "")[:6].ljust(6, "0")
    offset = timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    zone = timezone(-offset if match["sign"] == "-" else offset)  # ValueError from a day on
    return datetime(**numbers, microsecond=int(fraction), tzinfo=zone)


def _since_1970(number: int, fraction: float) -> datetime:
    unit = 1_000_000 if abs(number) < 10**11 else 1_000 if abs(number) < 10**14 else 1
    try:
        return _UNIX_EPOCH + timedelta(microseconds=number * unit + round(fraction * unit))
    except OverflowError as error:
        raise ValueError(f"no such date: {number}") from error
