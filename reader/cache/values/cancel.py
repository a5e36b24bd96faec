"""Cancel a query from another thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reader.errors import Superseded

if TYPE_CHECKING:
    pass


class Cancel:
    """Cancels a query that another thread runs: it then raises Superseded."""

    def __init__(self) -> None:
        self.is_cancelled = False
        self._lock = threading.Lock()
        self._interrupt: Callable[[], object] | None = None

    def cancel(self) -> None:
        """Interrupt the running query and let later ones fail. Thread-safe."""
        with self._lock:
            self.is_cancelled = True
            if self._interrupt is not None:
                self._interrupt()

    @contextmanager
    def guarding(self, interrupt: Callable[[], object]) -> Iterator[None]:
        """Let `cancel` call `interrupt` while a query runs. Raises Superseded if cancelled."""
        with self._lock:
            if self.is_cancelled:
                raise Superseded
            self._interrupt = interrupt
        try:
            yield
        finally:
            with self._lock:
                self._interrupt = None
