"""Convert instants to Unix milliseconds, as in the tables, and to ids."""

from datetime import UTC, datetime
from math import floor
from typing import TYPE_CHECKING

from reader.article import EPOCH, SLOT_SECONDS

if TYPE_CHECKING:
    pass


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


def slot(published: int) -> int:
    """Return the preferred id for Unix milliseconds; 0 before EPOCH."""
    return max(0, (published // 1000 - int(EPOCH.timestamp())) // SLOT_SECONDS)
