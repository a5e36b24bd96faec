"""Instants of archives and feeds, and how cryptoread writes them.

Neither clamps nor guesses: the schema decides the allowed range.
"""

from datetime import datetime

from reader.formats.dates.reading import read_date


def parse_instant(text: str) -> datetime:
    """Return the instant that `read_date` reads. Raises ValueError for other text."""
    instant = read_date(text)
    if instant is None:
        raise ValueError(f"not a date: {text[:40]}")
    return instant


def format_instant(instant: datetime) -> str:
    """Return `2025-11-16T18:49:34.000Z`, with more digits only if there are any."""
    digits = "microseconds" if instant.microsecond % 1000 else "milliseconds"
    return instant.isoformat(timespec=digits).removesuffix("+00:00") + "Z"
