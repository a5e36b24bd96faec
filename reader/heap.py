"""Memory that the program has freed, and the C library still holds."""

from collections.abc import Callable
from functools import cache
from typing import Any

KEPT_AT_END = 1024 * 1024
"""Free bytes at the end of a heap above which glibc returns them. By itself it raises this to twice
the largest block that was freed: a search frees blocks of many megabytes."""

_M_TRIM_THRESHOLD = -1


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

        library = CDLL(None)
        trim: Callable[[int], Any] = library.malloc_trim
        # `malloc_trim` leaves alone what is free at the end of a thread's heap.
        library.mallopt(_M_TRIM_THRESHOLD, KEPT_AT_END)
    except (ImportError, OSError, AttributeError, TypeError):  # Windows has no name for itself
        return None
    return trim
