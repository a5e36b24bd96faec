"""The number of examples of a law: a fifth of them by default, all with `pytest --full`."""

from collections.abc import Callable
from typing import Any

from hypothesis import settings

QUICK = 5


def examples(count: int) -> Callable[[Any], Any]:
    """Try the decorated law on this many examples, on a fifth of them without `--full`."""
    is_full = settings.get_current_profile_name() == "full"
    return settings(max_examples=count if is_full else max(1, count // QUICK))
