"""Measure keys of the reader and of an app that answers one key, in turn.

Times of a key differ between machines, and with the load on one; their ratio hardly does.
"""

import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.benchmarks.figures import Budget, Figure
from tests.benchmarks.program import answering_app
from tests.terminal import Terminal

KEY = "x"


class EmptyKey:
    """The key of a running app that answers it, as `samples` in milliseconds."""

    def __init__(self, terminal: Terminal) -> None:
        self.samples: list[float] = []
        self._terminal = terminal

    def after(self, sample: float) -> float:
        """Measure it right after a key of the reader; return that key's own sample."""
        self.samples.append(self.milliseconds())
        return sample

    def milliseconds(self) -> float:
        """From the key to its picture."""
        return self._terminal.measure(KEY).seconds * 1000

    def figures(self, name: str, samples: Sequence[float], budget: Budget) -> list[Figure]:
        """The reader's key with its ratio to this one, and this one."""
        ratio = statistics.median(samples) / statistics.median(self.samples)
        return [
            Figure(
                name=name,
                unit="ms",
                samples=samples,
                ratios={"empty app's key": ratio},
                budget=budget,
            ),
            Figure(name=f"{name}, empty app", unit="ms", samples=self.samples),
        ]


@contextmanager
def empty_key() -> Iterator[EmptyKey]:
    """Start the app, and press its key once, which is not counted."""
    with answering_app() as terminal:
        terminal.first_paint(timeout=60)
        key = EmptyKey(terminal)
        key.milliseconds()
        yield key
