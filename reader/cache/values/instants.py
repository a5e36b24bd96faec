"""Convert instants to Unix milliseconds, as in the tables."""

from datetime import UTC, datetime
from math import floor

END = 1 << 32
"""The first number above all ids."""


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


def milliseconds(instant: datetime) -> int:
    """Return Unix milliseconds."""
    return floor(instant.timestamp()) * 1000 + instant.microsecond // 1000


def from_milliseconds(value: int) -> datetime:
    """Return the instant of Unix milliseconds, in UTC."""
    return datetime.fromtimestamp(value // 1000, UTC).replace(microsecond=value % 1000 * 1000)
