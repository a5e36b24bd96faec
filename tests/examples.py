"""How many examples a law is tried on: a fifth of them quickly, all with `pytest --full`."""

from collections.abc import Callable
from typing import Any

from hypothesis import settings

QUICK = 5


def examples(count: int) -> Callable[[Any], Any]:
    """Try the law that is decorated on so many examples, on a fifth of them without `--full`."""
    is_full = settings.get_current_profile_name() == "full"
    return settings(max_examples=count if is_full else max(1, count // QUICK))
