"""Instants as archives and feeds give them, and as cryptoread writes them back.

Neither clamps nor guesses: the schema decides which range is allowed.
"""

from datetime import datetime

from reader.formats.dates import read_date


def parse_instant(text: str) -> datetime:
    """Return what `read_date` makes of the text. Raises ValueError where it is not a date."""
    instant = read_date(text)
    if instant is None:
        raise ValueError(f"not a date: {text[:40]}")
    return instant


def format_instant(instant: datetime) -> str:
    """`2025-11-16T18:49:34.000Z`, with more digits only where there are any."""
    digits = "microseconds" if instant.microsecond % 1000 else "milliseconds"
    return instant.isoformat(timespec=digits).removesuffix("+00:00") + "Z"
