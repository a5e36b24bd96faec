"""Memory that the program has freed, and the C library still holds."""

from collections.abc import Callable
from functools import cache
from typing import Any


def give_back() -> None:
    """Return free memory to the system; it takes a millisecond, without the interpreter lock.

    glibc returns it by itself only from the end of its heap. Does nothing with other libraries.
    """
    if trim := _trim():
        trim(0)


@cache
def _trim() -> Callable[[int], Any] | None:
    try:
        from ctypes import CDLL

        trim: Callable[[int], Any] = CDLL(None).malloc_trim
    except (ImportError, OSError, AttributeError, TypeError):  # Windows has no name for itself
        return None
    return trim
