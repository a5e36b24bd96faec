"""The number of examples of a law: a fifth of them by default, all with `pytest --full`."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import settings

QUICK = 5


def examples(count: int) -> Callable[[Any], Any]:
    """Try the decorated law on this many examples, on a fifth of them without `--full`."""
    is_full = settings.get_current_profile_name() == "full"
    return settings(max_examples=count if is_full else max(1, count // QUICK))


def one_in(step: int, values: Iterable[Any]) -> list[Any]:
    """Return the values of a parameter: one in so many is tried without `--full`, the first too."""
    return [
        value if number % step == 0 else pytest.param(value, marks=pytest.mark.long)
        for number, value in enumerate(values)
    ]
