"""Read and write the last visit, and find what has arrived since one."""

import json
from datetime import datetime
from typing import TYPE_CHECKING

from reader.cache.insight.briefing import Visit
from reader.cache.values.instants import milliseconds

if TYPE_CHECKING:
    from reader.cache.engine import View

STATE = "visit"
"""Name of the state that the last visit is saved as."""

_LARGEST = 1 << 53


def read(text: str) -> Visit | None:
    """Return the visit that was written; None for anything else."""
    try:
        texts, at = json.loads(text)
        visit = Visit(texts, datetime.fromisoformat(at))
    except (ValueError, TypeError, RecursionError):
        return None
    is_number = type(texts) is int and 0 <= texts < _LARGEST
    return visit if is_number and visit.at.tzinfo is not None else None


def written(visit: Visit) -> str:
    """Return a visit as text."""
    return json.dumps([visit.texts, visit.at.isoformat()])


def texts_of(visit: Visit, view: "View") -> int:
    """Return the version of the texts that the visit has seen.

    It goes by its time if the cache was made again since, and counts from the start.
    """
    at = milliseconds(visit.at)
    is_of_another = visit.texts > view.counter("texts") or view.noted_for(visit.texts) > at
    return view.texts_at(at) if is_of_another else visit.texts
