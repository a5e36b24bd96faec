"""Memory that was freed goes back to the system where the C library can do it."""

import ctypes
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader import heap


@pytest.fixture(autouse=True)
def _looked_up_anew() -> Iterator[None]:
    heap._trim.cache_clear()
    yield
    heap._trim.cache_clear()


def resident() -> int:
    """Pages of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1])


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Linux counts its pages")
@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="glibc has it")
def test_freed_memory_is_returned() -> None:
    blocks = [bytes(4000) for _ in range(20_000)]  # larger than what Python manages itself
    last, blocks = blocks[-1], blocks[:0]
    held = resident()
    heap.give_back()
    assert resident() < held - 10_000
    assert len(last) == 4000


@pytest.mark.parametrize("error", [OSError, AttributeError, TypeError])
def test_nothing_happens_without_the_function(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_name: None) -> object:
        raise error

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    heap.give_back()
